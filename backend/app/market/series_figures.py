"""The figures that lists show of a series, taken from the end of its bars. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars
from app.market.local_time import local_day_labels


@dataclass(frozen=True, slots=True)
class SeriesFigures:
    """Raw prices with their bars' times. The sparkline's points are closes of days, or of bars for a day or
    more.
    """

    last_time: int
    last_close: float
    previous_time: int | None
    previous_close: float | None
    sparkline_times: list[int]
    sparkline: list[float]


def measure_series(tail: Bars, points: int) -> SeriesFigures:
    """Figures from the newest bars (one at least). Bars within one single day count as points themselves."""
    chosen = np.arange(len(tail))
    if tail.interval.is_intraday:
        days = local_day_labels(tail.time, tail.timezone)
        last_of_day = np.append(np.flatnonzero(np.diff(days)), len(tail) - 1)
        if len(last_of_day) > 1:
            chosen = last_of_day
    chosen = chosen[-points:]
    times, closes = tail.time[chosen].tolist(), tail.close[chosen].tolist()
    has_previous = len(closes) > 1
    return SeriesFigures(
        last_time=times[-1],
        last_close=closes[-1],
        previous_time=times[-2] if has_previous else None,
        previous_close=closes[-2] if has_previous else None,
        sparkline_times=times,
        sparkline=closes,
    )
