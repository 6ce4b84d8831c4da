"""The figures of a run. Ratios are fractions, money is money, durations are bars, undefined is None.

Returns are r_t = E_t / E_{t-1} − 1 over the closes of the run, E being the equity; the first bar of the run
holds the initial cash, so n bars have N = n − 1 returns. The risk-free rate is 0. A return whose former
equity is not above 0 (after a ruin) counts as 0.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.fills import Fills
from app.engine.intervals import DAY_SECONDS
from app.engine.metrics_drawdown import drawdowns, longest_drawdown_bars
from app.engine.metrics_trades import TradeFigures, trade_figures

Figure: TypeAlias = float | None

CALENDAR_YEAR_SECONDS = 365.25 * DAY_SECONDS
VAR_PERCENTILE = 5.0
NOISE = 1e-14
"""Dispersion of returns below this is float rounding, not risk."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures by their names in the API, in the published order.

    `METRIC_DEFINITIONS` in `app.engine.conventions` says each in a sentence.
    """

    final_equity: float
    total_return: float
    cagr: Figure
    volatility: Figure
    sharpe: Figure
    sortino: Figure
    calmar: Figure
    omega: Figure
    max_drawdown: float
    max_drawdown_bars: int
    var_95: Figure
    trades: int
    win_rate: Figure
    profit_factor: Figure
    expectancy: Figure
    sqn: Figure
    avg_win: Figure
    avg_loss: Figure
    best: Figure
    worst: Figure
    exposure: float
    turnover: Figure
    avg_bars: Figure
    total_commission: float
    total_slippage: float

    def as_dict(self) -> dict[str, float | int | None]:
        """The figures by name, in the published order."""
        return asdict(self)


def compute_metrics(bars: Bars, fills: Fills, periods_per_year: float) -> Metrics:
    """All figures of `fills` on its `bars` (the same that were simulated), from its first bar on.

    `periods_per_year`: returns per year, see `app.engine.annual_periods`.
    """
    equity = fills.equity[fills.first_bar :]
    seconds = int(bars.time[-1] - bars.time[fills.first_bar])
    returns = equity_returns(equity)
    falls = drawdowns(equity)
    deepest = float(falls.min())
    growth = compound_annual_growth(equity[0], equity[-1], seconds / CALENDAR_YEAR_SECONDS)
    of_trades: TradeFigures = trade_figures(fills)
    return Metrics(
        final_equity=float(equity[-1]),
        total_return=float(equity[-1] / equity[0] - 1.0),
        cagr=growth,
        volatility=volatility(returns, periods_per_year),
        sharpe=sharpe(returns, periods_per_year),
        sortino=sortino(returns, periods_per_year),
        calmar=None if growth is None or deepest == 0.0 else finite(growth / -deepest),
        omega=omega(returns),
        max_drawdown=deepest,
        max_drawdown_bars=longest_drawdown_bars(falls),
        var_95=value_at_risk(returns),
        **of_trades,
    )


def equity_returns(equity: Column) -> Column:
    """E_t / E_{t-1} − 1, shape (n − 1,); 0 where the former equity is not above 0."""
    former = equity[:-1]
    if len(former) == 0 or former.min() > 0.0:
        return equity[1:] / former - 1.0
    alive = former > 0.0
    return np.where(alive, equity[1:] / np.where(alive, former, 1.0) - 1.0, 0.0)


def compound_annual_growth(first: float, last: float, years: float) -> Figure:
    """(last / first)^(1 / years) − 1 over calendar years of 365.25 days (ffn's `calc_cagr`).

    −1 when nothing is left; None when no time passed or the figure overflows.
    """
    if years <= 0.0:
        return None
    if last <= 0.0:
        return -1.0
    try:
        return finite(float(last / first) ** (1.0 / years) - 1.0)
    except OverflowError:
        return None


def volatility(returns: Column, periods: float) -> Figure:
    """Annualised standard deviation: std(r, ddof=1) · √periods. None below two returns."""
    if len(returns) < 2:
        return None
    return float(np.std(returns, ddof=1)) * math.sqrt(periods)


def sharpe(returns: Column, periods: float) -> Figure:
    """mean(r) / std(r, ddof=1) · √periods (Sharpe 1994, risk-free 0). None without dispersion."""
    if len(returns) < 2:
        return None
    deviation = float(np.std(returns, ddof=1))
    return None if deviation <= NOISE else float(np.mean(returns)) / deviation * math.sqrt(periods)


def sortino(returns: Column, periods: float) -> Figure:
    """mean(r) / √(Σ min(r, 0)² / N) · √periods, the sum's mean taken over all N returns (Sortino & van der
    Meer 1991).

    None when no return was negative.
    """
    if len(returns) < 2:
        return None
    losses = np.minimum(returns, 0.0)
    downside = math.sqrt(float(np.dot(losses, losses)) / len(returns))
    return None if downside <= NOISE else float(np.mean(returns)) / downside * math.sqrt(periods)


def omega(returns: Column) -> Figure:
    """Σ max(r, 0) / Σ max(−r, 0), the threshold at 0 (Keating & Shadwick 2002).

    None when no return was negative.
    """
    lost = -float(np.minimum(returns, 0.0).sum())
    return None if lost <= NOISE else float(np.maximum(returns, 0.0).sum()) / lost


def value_at_risk(returns: Column) -> Figure:
    """Historical value at risk, a negative fraction as a rule.

    The 5th percentile of the returns, linearly interpolated.
    """
    return float(np.percentile(returns, VAR_PERCENTILE)) if len(returns) else None


def finite(figure: float) -> Figure:
    """The figure, or None where it is not finite."""
    return figure if math.isfinite(figure) else None
