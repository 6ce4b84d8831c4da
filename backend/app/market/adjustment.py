"""Splits applied on reading: bars are stored as they were traded. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.engine.bars import Bars, Column, Times
from app.engine.intervals import Interval
from app.market.domain import Split
from app.market.local_time import day_label, local_midnight, month_labels, week_labels


def split_factors(times: Times, interval: Interval, timezone: str, splits: Sequence[Split]) -> Column | None:
    """By how much the prices at each time must be divided; None when every factor is 1.

    A split counts from the opening of its date on: 00:00 of the exchange's time zone for bars within the day.
    A stored week or month that holds the date began before the split and closed after it; it is left as it
    is.
    """
    if len(times) == 0 or not splits:
        return None
    ordered = sorted(splits, key=lambda split: split.date)
    begins = np.array([_first_time_after(split, interval, timezone) for split in ordered], dtype=np.int64)
    if times[0] >= begins[-1]:
        return None
    ratios = np.array([split.ratio for split in ordered])
    # behind[k] is the product of the splits from number k on.
    behind = np.append(np.cumprod(ratios[::-1])[::-1], 1.0)
    factors: Column = behind[np.searchsorted(begins, times, side="right")]
    return factors


def _first_time_after(split: Split, interval: Interval, timezone: str) -> int:
    if interval.is_intraday:
        return local_midnight(split.date, timezone)
    label = np.array([day_label(split.date)], dtype=np.int64)
    if interval is Interval.WEEK_1:
        label = week_labels(label)
    elif interval is Interval.MONTH_1:
        label = month_labels(label)
    return int(label[0])


def adjust_for_splits(bars: Bars, splits: Sequence[Split]) -> Bars:
    """Bars as if every share had always been today's: prices before a split divided, volumes multiplied."""
    factors = split_factors(bars.time, bars.interval, bars.timezone, splits)
    if factors is None:
        return bars
    return Bars(
        bars.time,
        bars.open / factors,
        bars.high / factors,
        bars.low / factors,
        bars.close / factors,
        bars.volume * factors,
        interval=bars.interval,
        timezone=bars.timezone,
    )
