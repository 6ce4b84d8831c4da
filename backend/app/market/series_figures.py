"""The figures that lists show of a series, taken from the end of its bars. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.adjustment import split_factors
from app.market.domain import Instrument, Series
from app.market.local_time import day_label, local_day_labels
from app.market.resampling import label_times


@dataclass(frozen=True, slots=True)
class SeriesFigures:
    """Raw closes and their bars' times, oldest first: of days, or of the bars themselves from 1day on."""

    last_time: int
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
    return SeriesFigures(int(tail.time[-1]), tail.time[chosen].tolist(), tail.close[chosen].tolist())


def choose_main_series(series: Sequence[Series]) -> Series | None:
    """The one series that stands for an instrument in a list: its days, else its finest."""
    days = next((one for one in series if one.interval is Interval.DAY_1), None)
    return days or min(series, key=lambda one: one.interval.seconds, default=None)


def adjust_sparkline(instrument: Instrument, series: Series) -> list[float]:
    """The series' latest closes, oldest first, adjusted for splits."""
    closes = np.array(series.sparkline, dtype=np.float64)
    times = np.array(series.sparkline_times, dtype=np.int64)
    factors = split_factors(times, series.interval, instrument.timezone, instrument.splits)
    adjusted: list[float] = (closes if factors is None else closes / factors).tolist()
    return adjusted


@dataclass(frozen=True, slots=True)
class DayClose:
    """The last price of a day (unix s of 00:00:00Z of its date), as if every share were that of `until`; with
    the `time` of the bar that it stands in.
    """

    day: int
    price: float
    time: int
    interval: Interval

    @property
    def ends_at(self) -> int:
        """The end of its bar on an unbroken grid (unix s)."""
        return self.time + self.interval.seconds


def list_day_closes(instrument: Instrument, until: int) -> list[DayClose]:
    """The stored closes of the latest days before and on `until` (a day's label), oldest first: of several
    series the one that knows a day's end best. Adjusted for splits up to that day, not for those after it.
    """
    found: dict[int, DayClose] = {}
    splits = [split for split in instrument.splits if day_label(split.date) <= until]
    for one in sorted(instrument.series, key=lambda some: some.interval.seconds):
        if one.interval.seconds > DAY_SECONDS or not one.sparkline:
            continue
        times = np.array(one.sparkline_times, dtype=np.int64)
        closes = np.array(one.sparkline, dtype=np.float64)
        factors = split_factors(times, one.interval, instrument.timezone, splits)
        days = label_times(times, one.interval, Interval.DAY_1, instrument.timezone, instrument.calendar)
        prices = closes if factors is None else closes / factors
        for day, price, time in zip(days.tolist(), prices.tolist(), times.tolist(), strict=True):
            fresh = DayClose(day, price, time, one.interval)
            known = found.get(day)
            is_better = known is None or not one.interval.is_intraday or fresh.ends_at > known.ends_at
            if day <= until and is_better:
                found[day] = fresh
    return [found[day] for day in sorted(found)]


def measure_change(closes: Sequence[float]) -> float | None:
    """The latest close against the one before it, as a fraction; None where there is none before it, or where
    the two are too far apart to be compared.
    """
    if len(closes) < 2 or closes[-2] == 0.0:
        return None
    change = closes[-1] / closes[-2] - 1.0
    return change if math.isfinite(change) else None
