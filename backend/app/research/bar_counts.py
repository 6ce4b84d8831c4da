"""About how many bars a search runs over, from what is stored of an instrument. Pure: no bar is read."""

from __future__ import annotations

import math
from datetime import datetime

from app.core.fields import ceil_seconds
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.domain import Instrument, Series, choose_source_interval

_OPEN_MOST_OF_THE_TIME = 0.6
"""From this share of the time on, a market has bars on every day; below it, on five of seven."""
_SHORT_OF_A_BAR = 1e-2


def count_bars(
    instrument: Instrument, interval: Interval, start: datetime | None, end: datetime | None
) -> tuple[int, int]:
    """How many bars lie from `start` to `end`, and how many up to the end; exact for all stored ones.

    Bars that are made from finer ones are estimated. Raises IntervalNotAvailable.
    """
    series = instrument.find_series(choose_source_interval(interval, instrument.intervals))
    if series is None:
        return 0, 0
    first, last = ceil_seconds(series.first_at), ceil_seconds(series.last_at) + 1
    stop = last if end is None else min(max(ceil_seconds(end), first), last)
    begin = first if start is None else min(max(ceil_seconds(start), first), stop)
    density = _count_all(series, interval) / max(last - first, 1)
    return round((stop - begin) * density), round((stop - first) * density)


def _count_all(series: Series, interval: Interval) -> float:
    if series.interval is interval:
        return series.bar_count
    covered = series.bar_count * series.interval.seconds
    span = max((series.last_at - series.first_at).total_seconds() + series.interval.seconds, covered)
    if interval.seconds > DAY_SECONDS:
        return math.ceil(span / interval.seconds)
    days = span / DAY_SECONDS * (1.0 if covered > _OPEN_MOST_OF_THE_TIME * span else 5 / 7)
    # A session that does not divide into whole bars ends with a shorter one.
    return days * max(math.ceil(covered / days / interval.seconds - _SHORT_OF_A_BAR), 1)
