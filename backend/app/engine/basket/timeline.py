"""The bars of several instruments on one line of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars, Column, Times
from app.engine.columns import readable_numbers
from app.engine.filling.calendar_days import Split, count_nights, place_splits
from app.engine.filling.prices import prepare_prices
from app.engine.trades import Indices


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Every time at which an instrument has a bar, and all bars one instrument after the other.

    `time`: shape (m,), strictly ascending: labels of days are the same day where they are the same, whatever
    the exchange's time zone. Of N bars in all, `offsets` (K + 1,) says where each of the K instruments
    begins, `places` (N,) at which of the m times each bar opens. `open` to `volume`: (N,), contiguous.
    `step_seconds`: length of a bar within the day; 0 for bars of a day and longer, which are over before the
    next label. `splits`: the ratio before each bar's open, (N,), or empty.
    """

    bars: tuple[Bars, ...]
    time: Times
    offsets: Indices
    places: Indices
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    step_seconds: int
    splits: Column

    def __len__(self) -> int:
        return len(self.time)

    @property
    def count(self) -> int:
        """How many instruments there are."""
        return len(self.bars)

    def find_instruments(self, bars: Indices) -> Indices:
        """The instrument to which each of these bars, counted over all instruments, belongs."""
        found: Indices = np.searchsorted(self.offsets, bars, side="right") - 1
        return found

    def stretches(self) -> Iterator[slice]:
        """Where each instrument's bars stand among all of them."""
        for start, stop in zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True):
            yield slice(start, stop)

    def unsplit_closes(self) -> Column:
        """The closes in the units of each instrument's first bar, shape (N,): splits are no falls."""
        if len(self.splits) == 0:
            return self.close
        units = np.concatenate([np.cumprod(self.splits[own]) for own in self.stretches()])
        whole: Column = self.close * units
        return whole

    def count_nights(self) -> Column:
        """Calendar nights before each bar, by the dates of its own exchange, shape (N,)."""
        return np.concatenate([count_nights(bars) for bars in self.bars])


def merge_bars(bars: Sequence[Bars], splits: Sequence[Sequence[Split]] = ()) -> Timeline:
    """Lay the bars of at least one instrument, each with a bar at least, on one line of time.

    `splits`: of each instrument, those that its bars are not adjusted for. Raises ValueError when there are
    no bars or the intervals differ; DataNotUsable as `app.engine.filling.prices.prepare_prices` does.
    """
    if not bars or any(len(some) == 0 for some in bars):
        raise ValueError("every instrument of a basket needs a bar at least")
    interval = bars[0].interval
    if any(some.interval is not interval for some in bars):
        raise ValueError("the instruments of a basket have bars of one interval")
    for some in bars:
        prepare_prices(some)
    time = np.unique(np.concatenate([some.time for some in bars]))
    lengths = [len(some) for some in bars]
    ratios = np.empty(0)
    if any(splits):
        ratios = np.concatenate([place_splits(some, own) for some, own in zip(bars, splits, strict=True)])
    open_, high, low, close, volume = (
        readable_numbers(np.concatenate(parts))
        for parts in zip(*(some.columns() for some in bars), strict=True)
    )
    return Timeline(
        tuple(bars),
        time,
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        np.concatenate([np.searchsorted(time, some.time) for some in bars]).astype(np.int64),
        open_,
        high,
        low,
        close,
        volume,
        step_seconds=interval.seconds if interval.is_intraday else 0,
        splits=readable_numbers(ratios),
    )


def carry_forward(values: Column, places: Indices, count: int) -> Column:
    """A column of shape (count,) that holds each value from its place on until the next; NaN before."""
    spread = np.full(count, np.nan)
    latest = np.searchsorted(places, np.arange(count), side="right") - 1
    known = latest >= 0
    spread[known] = values[latest[known]]
    return spread
