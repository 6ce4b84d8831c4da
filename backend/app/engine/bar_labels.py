"""The `time` of the longer bar that a bar belongs to."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.engine.local_time import find_utc_offsets

_THURSDAY_OFFSET_DAYS = 3  # 1970-01-01 was a Thursday: three days after its week's Monday


def label_bars(times: Times, source: Interval, wanted: Interval, timezone: str) -> Times:
    """The `time` of the `wanted` bar that each bar of `source` belongs to, shape (n,).

    Within the day the grid stands on 00:00 UTC. Days are dates in the instrument's time zone.
    """
    if wanted.is_intraday:
        return times - times % wanted.seconds
    return label_dates(local_day_labels(times, timezone) if source.is_intraday else times, wanted)


def label_dates(days: Times, wanted: Interval) -> Times:
    """The day, week or month of each date label."""
    if wanted is Interval.WEEK_1:
        return week_labels(days)
    return month_labels(days) if wanted is Interval.MONTH_1 else days


def local_day_labels(times: Times, timezone: str) -> Times:
    """00:00:00Z of the date that each instant has in `timezone`."""
    local = times + find_utc_offsets(times, timezone)
    return local - local % DAY_SECONDS


def week_labels(day_labels: Times) -> Times:
    """00:00:00Z of the Monday of each date label's week."""
    days = day_labels // DAY_SECONDS
    return (days - (days + _THURSDAY_OFFSET_DAYS) % 7) * DAY_SECONDS


def month_labels(day_labels: Times) -> Times:
    """00:00:00Z of the first of each date label's month."""
    days = (day_labels // DAY_SECONDS).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) * DAY_SECONDS
