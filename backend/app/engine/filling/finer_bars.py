"""Which bars of a finer interval replay which bar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.bar_labels import label_bars
from app.engine.bars import Bars, Times
from app.engine.filling.prices import Prices, prepare_prices

COVER_TOLERANCE = 1e-9
"""How far, as a fraction of the price, finer bars may stay away from their bar's extremes: float rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class FinerBars:
    """Finer bars beside the bars that they replay.

    Those of bar i are `first[i]` up to but not `stop[i]`, shape (bars,); none where the two are equal, and
    the bar is judged by itself then.
    """

    prices: Prices
    first: Times
    stop: Times


def match_finer_bars(bars: Bars, finer: Bars) -> FinerBars:
    """Find the finer bars of each bar: by instant within the day, by local date for days and longer.

    Finer bars that do not reach their bar's high and low (one is missing, or the sources differ) are not
    used: they would hide a stop that was hit. Raises ValueError when `finer` is not of a finer interval that
    divides the bars' one, DataNotUsable when its prices are none.
    """
    if finer.interval is bars.interval or not finer.interval.divides(bars.interval):
        raise ValueError(f"bars of {finer.interval} do not make up bars of {bars.interval}")
    prices = prepare_prices(finer)
    if bars.interval.is_intraday:
        first = finer.time.searchsorted(bars.time)
        stop = finer.time.searchsorted(bars.time + bars.interval.seconds)
        # A bar cut short by the next one's start (a session that opens at half past) ends there.
        if len(bars) > 1:
            stop[:-1] = np.minimum(stop[:-1], first[1:])
    else:
        labels = label_bars(finer.time, finer.interval, bars.interval, bars.timezone)
        first = labels.searchsorted(bars.time)
        stop = labels.searchsorted(bars.time, side="right")
    covers = np.zeros(len(bars), dtype=np.bool_)
    some = np.flatnonzero(first < stop)
    if len(some):
        # reduceat over [first, stop) pairs; a sentinel lets the last one end at the end.
        edges = np.stack((first[some], stop[some]), axis=1).ravel()
        highest = np.maximum.reduceat(np.append(prices.high_reach, -np.inf), edges)[::2]
        lowest = np.minimum.reduceat(np.append(prices.low_reach, np.inf), edges)[::2]
        covers[some] = (highest >= bars.high[some] * (1.0 - COVER_TOLERANCE)) & (
            lowest <= bars.low[some] * (1.0 + COVER_TOLERANCE)
        )
    return FinerBars(prices, first.astype(np.int64), np.where(covers, stop, first).astype(np.int64))
