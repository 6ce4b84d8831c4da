"""Splits applied on reading: bars are stored as they were traded. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.core.errors import Unprocessable
from app.engine.bars import Bars, Column, Times
from app.engine.intervals import Interval
from app.market.domain import Split
from app.market.local_time import day_label, local_midnight, month_labels, week_labels

LOWEST_RATIO, HIGHEST_RATIO = 1e-4, 1e4
LOWEST_FACTOR, HIGHEST_FACTOR = 1e-9, 1e9


class SplitsOutOfRange(Unprocessable):
    """Splits that together multiply shares beyond what ever happened, and prices beyond what can be shown."""

    code, title = "splits_out_of_range", "The splits multiply to too much or too little"


def check_splits(splits: Sequence[Split]) -> None:
    """See that each split, and all from any one on taken together, stay in range. Raises SplitsOutOfRange."""
    errors = [
        {
            "location": f"body.{place}.ratio",
            "message": f"A ratio lies between {LOWEST_RATIO:g} and {HIGHEST_RATIO:g}.",
        }
        for place, split in enumerate(splits)
        if not LOWEST_RATIO <= split.ratio <= HIGHEST_RATIO
    ]
    together = 1.0
    for place in sorted(range(len(splits)), key=lambda place: splits[place].date, reverse=True):
        together *= splits[place].ratio
        if not errors and not LOWEST_FACTOR <= together <= HIGHEST_FACTOR:
            message = (
                f"With the splits after it, this one comes to {together:g}; all together may come to "
                f"{LOWEST_FACTOR:g} to {HIGHEST_FACTOR:g}."
            )
            errors.append({"location": f"body.{place}.ratio", "message": message})
    if errors:
        raise SplitsOutOfRange(errors[0]["message"], errors=errors)


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
    with np.errstate(over="ignore", under="ignore"):
        behind = np.append(np.cumprod(ratios[::-1])[::-1], 1.0)
    # Splits were once taken without bounds: those that are stored still divide by something that is a number.
    behind = np.clip(behind, LOWEST_FACTOR, HIGHEST_FACTOR)
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
