"""Coarser bars from finer ones, with NumPy alone so that the API process can do it on reading. Pure."""

from __future__ import annotations

import numpy as np

from app.engine.bar_labels import label_bars, label_dates
from app.engine.bars import Bars, Column, Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.columns import concatenate_bars, make_bars
from app.market.domain import CURRENCY_WEEK
from app.market.local_time import currency_day_labels, next_month_label


def label_times(
    times: Times, source: Interval, wanted: Interval, timezone: str, calendar: str | None
) -> Times:
    """The `time` of the `wanted` bar that each bar of `source` belongs to.

    Within the day the grid stands on 00:00 UTC. Days are dates in the instrument's time zone; with the
    currency calendar they end at 17:00 in New York.
    """
    if source.is_intraday and not wanted.is_intraday and calendar == CURRENCY_WEEK:
        return label_dates(currency_day_labels(times), wanted)
    return label_bars(times, source, wanted, timezone)


def next_label(label: int, interval: Interval) -> int:
    """The `time` of the bar after the one at `label`, on an unbroken grid."""
    return next_month_label(label) if interval is Interval.MONTH_1 else label + interval.seconds


def resample(bars: Bars, wanted: Interval, calendar: str | None = None) -> Bars:
    """`wanted` bars: first open, highest high, lowest low, last close, volumes added.

    A volume is NaN where every part's is. The first and last bar are made of what is there, be it whole or
    not.
    `bars.interval` must divide `wanted`.
    """
    if wanted is bars.interval or len(bars) == 0:
        return make_bars(bars.time, bars.columns(), wanted, bars.timezone)
    labels = label_times(bars.time, bars.interval, wanted, bars.timezone, calendar)
    starts = np.flatnonzero(np.diff(labels, prepend=labels[0] - 1))
    ends = np.append(starts[1:], len(bars)) - 1
    return Bars(
        labels[starts],
        bars.open[starts],
        np.maximum.reduceat(bars.high, starts),
        np.minimum.reduceat(bars.low, starts),
        bars.close[ends],
        _add_volumes(bars.volume, starts),
        interval=wanted,
        timezone=bars.timezone,
    )


def _add_volumes(volume: Column, starts: Times) -> Column:
    missing = np.isnan(volume)
    if not missing.any():
        return np.add.reduceat(volume, starts)
    total: Column = np.add.reduceat(np.where(missing, 0.0, volume), starts)
    total[np.logical_and.reduceat(missing, starts)] = np.nan
    return total


def join_resampled(older: Bars, newer: Bars) -> Bars:
    """Two resampled stretches as one; a bar that was cut in two by the boundary is made whole."""
    if len(older) == 0 or len(newer) == 0:
        return newer if len(older) == 0 else older
    if older.time[-1] != newer.time[0]:
        return concatenate_bars([older, newer])
    volumes = np.array([older.volume[-1], newer.volume[0]])
    whole = Bars(
        older.time[-1:],
        older.open[-1:],
        np.maximum(older.high[-1:], newer.high[:1]),
        np.minimum(older.low[-1:], newer.low[:1]),
        newer.close[:1],
        _add_volumes(volumes, np.zeros(1, dtype=np.int64)),
        interval=newer.interval,
        timezone=newer.timezone,
    )
    return concatenate_bars([older.head(len(older) - 1), whole, newer.slice(1, len(newer))])


def source_range(wanted: Interval, start: int | None, end: int | None) -> tuple[int | None, int | None]:
    """A range of finer bars that holds all of the wanted bars with start ≤ label < end, and a little more."""
    margin = wanted.seconds + 2 * DAY_SECONDS
    return (None if start is None else start - margin, None if end is None else end + margin)
