"""The inputs `hour`, `weekday`, `day` and `month`: a bar's open in the time zone of its instrument."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from app.engine.bars import Bars, Column, Times
from app.engine.intervals import DAY_SECONDS, HOUR_SECONDS

_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, Monday being 0


def find_local_seconds(bars: Bars) -> Times:
    """Seconds since 1970-01-01 00:00 on the wall clock of the instrument's exchange, shape (n,).

    Bars of a day and longer carry a date, which is the same everywhere: they are taken as they are.
    Raises zoneinfo.ZoneInfoNotFoundError for an unknown time zone.
    """
    if not bars.interval.is_intraday or len(bars) == 0:
        return bars.time
    return bars.time + find_utc_offsets(bars.time, bars.timezone)


def hour_column(local: Times) -> Column:
    """0 to 23."""
    return (local // HOUR_SECONDS % 24).astype(np.float64)


def weekday_column(local: Times) -> Column:
    """0 (Monday) to 6."""
    return ((local // DAY_SECONDS + _EPOCH_WEEKDAY) % 7).astype(np.float64)


def date_column(local: Times) -> Column:
    """Days since 1970-01-01, which is what sets one session apart from the next."""
    return (local // DAY_SECONDS).astype(np.float64)


def day_column(local: Times) -> Column:
    """1 to 31."""
    days = local // DAY_SECONDS
    firsts = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return (days - firsts + 1).astype(np.float64)


def month_column(local: Times) -> Column:
    """1 to 12."""
    months = local.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    return (months % 12 + 1).astype(np.float64)


def find_utc_offsets(time: Times, timezone: str) -> Times:
    """Seconds to add to each UTC instant to get the wall clock, shape (n,).

    Asks the time zone once per UTC day that has bars, not once per bar; on a day with a change the change is
    searched. Raises zoneinfo.ZoneInfoNotFoundError for an unknown time zone.
    """
    zone = ZoneInfo(timezone)
    if timezone == "UTC":
        return np.zeros(len(time), np.int64)
    days, day_of = np.unique(time // DAY_SECONDS, return_inverse=True)
    known: dict[int, int] = {}

    def offset_at(instant: int) -> int:
        if instant not in known:
            delta = datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset()
            known[instant] = 0 if delta is None else int(delta.total_seconds())
        return known[instant]

    befores, afters, changes = (np.empty(len(days), np.int64) for _ in range(3))
    for place, day in enumerate(days.tolist()):
        low, high = day * DAY_SECONDS, (day + 1) * DAY_SECONDS
        before, after = offset_at(low), offset_at(high)
        while before != after and high - low > 1:
            middle = (low + high) // 2
            if offset_at(middle) == before:
                low = middle
            else:
                high = middle
        befores[place], afters[place], changes[place] = before, after, high
    offsets: Times = np.where(time < changes[day_of], befores[day_of], afters[day_of])
    return offsets
