"""From instants to the calendar of a place, for whole columns of times, without a data-frame library."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from app.engine.bar_labels import local_day_labels as local_day_labels
from app.engine.bar_labels import month_labels as month_labels
from app.engine.bar_labels import week_labels as week_labels
from app.engine.bars import Times
from app.engine.intervals import DAY_SECONDS, HOUR_SECONDS
from app.engine.local_time import find_utc_offsets

# The currency day ends at 17:00 in New York; seven hours on, that is midnight.
_CURRENCY_ZONE = "America/New_York"
_CURRENCY_SHIFT_SECONDS = 7 * HOUR_SECONDS


def is_timezone(name: str) -> bool:
    """True for an IANA time zone that this system knows."""
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_midnight(day: date, timezone: str) -> int:
    """Unix seconds at which `day` begins in `timezone`."""
    return int(datetime(day.year, day.month, day.day, tzinfo=_zone(timezone)).timestamp())


def day_label(day: date) -> int:
    """Unix seconds of 00:00:00Z of a date."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def currency_day_labels(times: Times) -> Times:
    """00:00:00Z of the currency market's date of each instant: the day ends at 17:00 in New York."""
    local = times + find_utc_offsets(times, _CURRENCY_ZONE) + _CURRENCY_SHIFT_SECONDS
    return local - local % DAY_SECONDS


def next_month_label(label: int) -> int:
    """00:00:00Z of the first of the month after a month's label."""
    month = np.datetime64(label // DAY_SECONDS, "D").astype("datetime64[M]") + 1
    return int(month.astype("datetime64[D]").astype(np.int64)) * DAY_SECONDS
