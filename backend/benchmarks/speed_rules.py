"""The rules, grids and bars that the speed benchmarks have in common, and the same by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.engine.execution import Execution

PERIODS_PER_YEAR = 252.0 * 390.0
COMMISSION_BPS = 0.5
EXECUTION = Execution(initial_cash=1e6, commission_bps=COMMISSION_BPS)


@dataclass(frozen=True, slots=True)
class SweptRule:
    """A rule and the grid over which it is swept."""

    name: str
    source: str
    axes: dict[str, NDArray[np.float64]]

    def sets(self) -> NDArray[np.float64]:
        """Every combination, shape (sets, axes)."""
        return np.stack(np.meshgrid(*self.axes.values(), indexing="ij"), -1).reshape(-1, len(self.axes))


SMA_CROSS = SweptRule(
    "SMA cross",
    """\
fast = param(10, 2, 60)
slow = param(30, 20, 300)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long  = crossunder(sma(close, fast), sma(close, slow))
""",
    {"fast": np.arange(3.0, 54.0), "slow": np.arange(60.0, 210.0)},
)
RSI_WITH_STOP = SweptRule(
    "RSI with stop",
    """\
days      = param(5, 2, 30)
oversold  = param(30, 10, 45)
recovered = param(60, 50, 90)
strength  = rsi(close, days)
enter_long = crossunder(strength, oversold) and close > sma(close, 200)
exit_long  = strength > recovered
stop_loss  = 3 * atr(14)
size       = 0.95
""",
    {
        "days": np.arange(2.0, 22.0),
        "oversold": np.arange(20.0, 45.0),
        "recovered": np.arange(50.0, 80.0, 2.0),
    },
)
BREAKOUT_TRAILING = SweptRule(
    "breakout, trailing",
    """\
weeks    = param(11, 4, 40)
distance = param(3, 0.5, 10, 0.1)
trail    = param(4, 0.5, 10, 0.1)
upper = shift(highest(high, 5 * weeks), 1)
lower = shift(lowest(low, 5 * weeks), 1)
enter_long  = crossover(close, upper)
enter_short = crossunder(close, lower)
stop_loss     = distance * atr(20)
trailing_stop = trail * atr(20)
risk          = 0.02
""",
    {
        "weeks": np.arange(4.0, 34.0),
        "distance": np.linspace(2.0, 5.0, 16),
        "trail": np.linspace(2.0, 6.0, 16),
    },
)
SWEPT_RULES = (SMA_CROSS, RSI_WITH_STOP, BREAKOUT_TRAILING)


@njit(cache=True, nogil=True)
def sweep_sma_by_hand(
    open_: NDArray[np.float64],
    close: NDArray[np.float64],
    sets: NDArray[np.float64],
    cash: float,
    commission_rate: float,
    figures: NDArray[np.float64],
) -> None:
    """What somebody writes who needs this one rule: running sums, one pass, nine figures a set.

    Return, volatility, Sharpe, Sortino, deepest drawdown, trades, share won, profit factor, exposure.
    """
    n = len(close)
    for row in range(len(sets)):
        fast, slow = int(sets[row, 0]), int(sets[row, 1])
        fast_sum = slow_sum = units = 0.0
        money = former = peak = paid = cash
        total = squares = downside = deepest = won = lost = 0.0
        order = trades = wins = held = 0
        was_above = True
        for i in range(n):
            if order == 1 and units == 0.0:
                units = money / (open_[i] * (1.0 + commission_rate))
                paid = money
                money = 0.0
                trades += 1
            elif order == -1 and units > 0.0:
                money = units * open_[i] * (1.0 - commission_rate)
                units = 0.0
                if money > paid:
                    wins += 1
                    won += money - paid
                else:
                    lost += paid - money
            order = 0
            fast_sum += close[i]
            slow_sum += close[i]
            if i >= fast:
                fast_sum -= close[i - fast]
            if i >= slow:
                slow_sum -= close[i - slow]
            if i >= slow - 1:
                is_above = fast_sum / fast > slow_sum / slow
                if i >= slow and is_above != was_above:
                    order = 1 if is_above else -1
                was_above = is_above
            equity = money + units * close[i]
            change = equity / former - 1.0
            former = equity
            total += change
            squares += change * change
            if change < 0.0:
                downside += change * change
            if equity > peak:
                peak = equity
            elif equity / peak - 1.0 < deepest:
                deepest = equity / peak - 1.0
            held += units > 0.0
        mean = total / n
        deviation = np.sqrt(squares / n - mean * mean)
        figures[row, 0] = former / cash - 1.0
        figures[row, 1] = deviation
        figures[row, 2] = mean / deviation
        figures[row, 3] = mean / np.sqrt(downside / n)
        figures[row, 4] = deepest
        figures[row, 5] = trades
        figures[row, 6] = wins / trades
        figures[row, 7] = won / lost
        figures[row, 8] = held / n
