"""All figures of a run in one compiled pass: the same code for a single run and for the sets of a sweep."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.intervals import DAY_SECONDS
from app.engine.metrics_drawdown import measure_drawdowns
from app.engine.metrics_percentile import BINS, TABLES, find_percentile
from app.engine.metrics_places import (
    CAGR,
    CALMAR,
    FIGURE_COUNT,
    FINAL_EQUITY,
    MAX_DRAWDOWN,
    MAX_DRAWDOWN_BARS,
    OMEGA,
    SHARPE,
    SORTINO,
    TOTAL_RETURN,
    VAR_95,
    VOLATILITY,
)
from app.engine.metrics_returns import (
    LANES,
    annual_ratio,
    gain_to_loss,
    measure_returns,
    sum_column,
    write_returns,
)
from app.engine.metrics_trades import write_trade_figures
from app.engine.trades import Codes, Indices

CALENDAR_YEAR_SECONDS = 365.25 * DAY_SECONDS
VAR_PERCENTILE = 5.0
_LANE_ROWS = 3


@dataclass(frozen=True, slots=True, eq=False)
class MetricsScratch:
    """Memory in which the figures of runs of up to n bars are computed, one run after another.

    `returns`: the run's returns afterwards, in its first places.
    """

    returns: Column
    near: Column
    keys: NDArray[np.uint8]
    tables: NDArray[np.int32]
    lanes: NDArray[np.float64]

    @classmethod
    def for_bars(cls, n: int) -> MetricsScratch:
        """Room for n bars: about 17 bytes a bar."""
        return cls(
            returns=np.empty(n),
            near=np.empty(n),
            keys=np.empty(n, np.uint8),
            tables=np.empty((TABLES, BINS), np.int32),
            lanes=np.empty((_LANE_ROWS, LANES)),
        )


@compile_loop
def grow_annually(first: float, last: float, years: float) -> float:
    """(last / first)^(1 / years) − 1; −1 when nothing is left, NaN when no time passed or it overflows."""
    if not years > 0.0:
        return np.nan
    if last <= 0.0:
        return -1.0
    growth: float = (last / first) ** (1.0 / years) - 1.0
    return growth if growth < np.inf else np.nan


@compile_loop
def write_figures(
    equity: Column,
    seconds: float,
    periods: float,
    first_bar: int,
    reason: Codes,
    entry: Indices,
    exit_: Indices,
    quantity: Column,
    entry_price: Column,
    exit_price: Column,
    pnl: Column,
    commission: Column,
    slippage: Column,
    returns: Column,
    near: Column,
    keys: NDArray[np.uint8],
    tables: NDArray[np.int32],
    lanes: NDArray[np.float64],
    figures: Column,
) -> bool:
    """Writes all figures to `figures`, shape (FIGURE_COUNT,), undefined as NaN. False when one is infinite:
    beyond every number.

    `equity`: of the run's bars, from `first_bar` on; the trades' indices count from the start of the data.
    `seconds`: from the run's first bar to its last. `periods`: returns per year. Then the columns of
    `Trades` and of `MetricsScratch`.
    """
    count = len(equity)
    own = returns[: count - 1]
    write_returns(equity, own)
    mean, deviation, downside, gains, losses = measure_returns(own, lanes)
    deepest, longest = measure_drawdowns(equity)
    growth = grow_annually(equity[0], equity[count - 1], seconds / CALENDAR_YEAR_SECONDS)
    figures[FINAL_EQUITY] = equity[count - 1]
    figures[TOTAL_RETURN] = equity[count - 1] / equity[0] - 1.0
    figures[CAGR] = growth
    # A return that leaves what a float64 can hold has no deviation any more.
    figures[VOLATILITY] = np.inf if count > 2 and deviation != deviation else deviation * math.sqrt(periods)
    figures[SHARPE] = annual_ratio(mean, deviation, periods)
    figures[SORTINO] = annual_ratio(mean, downside, periods)
    calmar = growth / -deepest if deepest < 0.0 else np.nan
    figures[CALMAR] = calmar if abs(calmar) < np.inf else np.nan
    figures[OMEGA] = gain_to_loss(gains, losses)
    figures[MAX_DRAWDOWN] = deepest
    figures[MAX_DRAWDOWN_BARS] = longest
    figures[VAR_95] = np.nan
    if count > 1:
        figures[VAR_95] = find_percentile(own, VAR_PERCENTILE, downside, keys, tables, near)
    write_trade_figures(
        reason,
        entry,
        exit_,
        quantity,
        entry_price,
        exit_price,
        pnl,
        commission,
        slippage,
        first_bar + count - 1,
        count,
        sum_column(equity, lanes[0]) / count,
        figures,
    )
    is_within = True
    for place in range(FIGURE_COUNT):
        is_within = is_within and abs(figures[place]) != np.inf
    return is_within
