"""How large each instrument's slot is, and when positions are brought back to it."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Bars, Column, Times, Truth
from app.engine.basket.terms import Rebalance
from app.engine.basket.timeline import Timeline
from app.engine.indicators.volatility import stdev
from app.engine.indicators.window_sums import mean_window
from app.engine.intervals import DAY_SECONDS
from app.engine.local_time import find_local_seconds

_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, Monday being 0
_MONTHS = {"month": 1, "quarter": 3}


def invert_volatilities(timeline: Timeline, window: int) -> Column:
    """1 / standard deviation (ddof 0) of the last `window` returns, known at each bar's close, shape (N,).

    NaN with fewer returns, and where they do not vary.
    """
    found = []
    closes = timeline.unsplit_closes()
    for own in timeline.stretches():
        close = closes[own]
        returns = np.full(len(close), np.nan)
        returns[1:] = close[1:] / close[:-1] - 1.0
        spread = stdev(returns, mean_window(returns, window), window)
        found.append(np.divide(1.0, spread, out=np.full(len(close), np.nan), where=spread > 0.0))
    return np.concatenate(found)


def find_turns(timeline: Timeline, rebalance: Rebalance) -> Truth:
    """Whether each bar is its instrument's first in a new week, month or quarter, shape (N,).

    Periods are those of the exchange's own calendar; an instrument's very first bar is no turn.
    """
    return np.concatenate([_find_turns(bars, rebalance) for bars in timeline.bars])


def _find_turns(bars: Bars, rebalance: Rebalance) -> Truth:
    turns = np.zeros(len(bars), dtype=np.bool_)
    if rebalance != "none":
        period = _number_periods(find_local_seconds(bars), rebalance)
        turns[1:] = period[1:] != period[:-1]
    return turns


def _number_periods(local: Times, rebalance: Rebalance) -> Times:
    if rebalance == "week":
        weeks: Times = (local // DAY_SECONDS + _EPOCH_WEEKDAY) // 7
        return weeks
    months: Times = local.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    return months // _MONTHS[rebalance]
