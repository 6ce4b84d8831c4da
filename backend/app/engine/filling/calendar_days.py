"""Days between bars: the nights that a position is held over, the bar before whose open a split happens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

import numpy as np

from app.engine.bars import Bars, Column, Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.engine.local_time import find_local_seconds

Split: TypeAlias = tuple[date, float]
"""The date from which on prices count in new units, and how many of them one old unit became."""

_EPOCH = date(1970, 1, 1).toordinal()


def count_nights(bars: Bars) -> Column:
    """Calendar nights between each bar's date and that of the bar before, shape (n,); 0 for the first.

    Dates are those of the instrument's time zone; a Friday's bar and a Monday's are three nights apart.
    """
    days = _local_days(bars)
    nights = np.zeros(len(bars), dtype=np.float64)
    nights[1:] = np.diff(days)
    return nights


def place_splits(bars: Bars, splits: Iterable[Split]) -> Column:
    """The ratio by which units multiply before each bar's open, shape (n,); 1 where nothing splits.

    A split belongs to the first bar that ends after its date began: that of the date, or the next one, or the
    week or month that holds it. Splits on the first bar's date or earlier change nothing: its prices are in
    the new units already. Raises ValueError for a ratio that is not finite or not above 0.
    """
    ratios = np.ones(len(bars), dtype=np.float64)
    ends = _local_days(bars) + 1
    if bars.interval is Interval.WEEK_1:
        ends += 6
    elif bars.interval is Interval.MONTH_1:
        months = (ends - 1).astype("datetime64[D]").astype("datetime64[M]") + 1
        ends = months.astype("datetime64[D]").astype(np.int64)
    for on, ratio in splits:
        if not 0.0 < ratio < np.inf:
            raise ValueError(f"a split's ratio must be a finite number above 0, not {ratio}")
        bar = int(ends.searchsorted(on.toordinal() - _EPOCH, side="right"))
        if 0 < bar < len(bars):
            ratios[bar] *= ratio
    return ratios


def _local_days(bars: Bars) -> Times:
    days: Times = find_local_seconds(bars) // DAY_SECONDS
    return days
