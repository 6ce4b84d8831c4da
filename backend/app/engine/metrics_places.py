"""Where each figure stands in the row that the compiled code writes: the order of `METRIC_NAMES`."""

from __future__ import annotations

from app.engine.conventions import METRIC_NAMES

FIGURE_COUNT = len(METRIC_NAMES)

FINAL_EQUITY = METRIC_NAMES.index("final_equity")
TOTAL_RETURN = METRIC_NAMES.index("total_return")
CAGR = METRIC_NAMES.index("cagr")
VOLATILITY = METRIC_NAMES.index("volatility")
SHARPE = METRIC_NAMES.index("sharpe")
SORTINO = METRIC_NAMES.index("sortino")
CALMAR = METRIC_NAMES.index("calmar")
OMEGA = METRIC_NAMES.index("omega")
MAX_DRAWDOWN = METRIC_NAMES.index("max_drawdown")
MAX_DRAWDOWN_BARS = METRIC_NAMES.index("max_drawdown_bars")
VAR_95 = METRIC_NAMES.index("var_95")
TRADES = METRIC_NAMES.index("trades")
WIN_RATE = METRIC_NAMES.index("win_rate")
PROFIT_FACTOR = METRIC_NAMES.index("profit_factor")
EXPECTANCY = METRIC_NAMES.index("expectancy")
SQN = METRIC_NAMES.index("sqn")
AVG_WIN = METRIC_NAMES.index("avg_win")
AVG_LOSS = METRIC_NAMES.index("avg_loss")
BEST = METRIC_NAMES.index("best")
WORST = METRIC_NAMES.index("worst")
EXPOSURE = METRIC_NAMES.index("exposure")
TURNOVER = METRIC_NAMES.index("turnover")
AVG_BARS = METRIC_NAMES.index("avg_bars")
TOTAL_COMMISSION = METRIC_NAMES.index("total_commission")
TOTAL_SLIPPAGE = METRIC_NAMES.index("total_slippage")
