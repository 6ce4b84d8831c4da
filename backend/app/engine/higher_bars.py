"""Longer bars out of the rule's own, each from the bar on at which it is known to be closed.

A longer bar is closed at the end of a bar that reaches its nominal end, or of one that belongs to a later
longer bar, whichever comes first. So a day of a share traded until 16:00 is closed on the next session's
first bar, and a day of a coin on its own last bar. Nothing is known of a bar that is still open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.bar_labels import label_bars
from app.engine.bars import Bars, Column, Times, Truth
from app.engine.compiled import compile_loop
from app.engine.inputs import BarInputs
from app.engine.intervals import Interval
from app.engine.operations import Series, freeze

_COLUMNS = ("open", "high", "low", "close", "volume")
_STATE = 7


@dataclass(frozen=True, slots=True, eq=False)
class HigherBars:
    """`bars`: the longer bars closed in a stretch of bars. `known`: how many of them were at the end of each
    bar of the stretch, shape (bars of the stretch,).
    """

    bars: Bars
    known: Times


class HigherBarsFeed:
    """Makes longer bars stretch by stretch; in one stretch or in many they are the same to the bit."""

    def __init__(self, interval: Interval) -> None:
        self.interval = interval
        self._state = np.zeros(_STATE)

    def feed(self, bars: Bars) -> HigherBars:
        """The longer bars that the next bars close. Their own interval gives the bars themselves.

        Opens are those of the first bar, closes of the last; a volume is what is known of it, NaN when none
        is.
        """
        if self.interval is bars.interval:
            return HigherBars(bars, np.arange(1, len(bars) + 1))
        if len(bars) == 0:
            return HigherBars(_name(bars, self.interval), np.empty(0, np.int64))
        labels = label_bars(bars.time, bars.interval, self.interval, bars.timezone)
        following = label_bars(find_ends(bars), bars.interval, self.interval, bars.timezone)
        inputs = BarInputs(bars)
        open_, high, low, close, volume = (inputs.read(name) for name in _COLUMNS)
        times, made, known = gather_bars(
            labels, following > labels, open_, high, low, close, volume, self._state
        )
        return HigherBars(
            Bars(times, made[0], made[1], made[2], made[3], made[4], self.interval, bars.timezone), known
        )


def find_ends(bars: Bars) -> Times:
    """The nominal end of each bar: the instant, or the label, at which the next one can begin."""
    return bars.time + bars.interval.seconds


def _name(bars: Bars, interval: Interval) -> Bars:
    return Bars(bars.time, *bars.columns(), interval=interval, timezone=bars.timezone)


def carry_known(values: Series, known: Times, before: float | bool) -> Series:
    """The value of the last closed longer bar at the end of each bar; `before` until there is one.

    values: shape (longer bars,); the result has the shape of `known`.
    """
    with_before: NDArray[Any] = np.empty(len(values) + 1, values.dtype)
    with_before[0] = before
    with_before[1:] = values
    return freeze(with_before[known])


@compile_loop
def gather_bars(
    labels: Times,
    is_ending: Truth,
    open_: Column,
    high: Column,
    low: Column,
    close: Column,
    volume: Column,
    state: Column,
) -> tuple[Times, NDArray[np.float64], Times]:
    """Times and columns, shape (5, closed bars), of the bars that get closed, and how many are at the end of
    each bar.

    `labels`: of the longer bar that each bar belongs to. `is_ending`: whether the bar reaches its end. State:
    whether a longer bar is open, its label, open, high, low, close, volume.
    """
    most = len(labels) + 1
    times = np.empty(most, np.int64)
    made = np.empty((5, most))
    known = np.empty(len(labels), np.int64)
    count = 0
    is_open = state[0] == 1.0
    label = int(state[1])
    for i in range(len(labels)):
        if is_open and labels[i] != label:
            times[count] = label
            made[:, count] = state[2:]
            count += 1
            is_open = False
        if not is_open:
            is_open = True
            label = labels[i]
            state[2] = open_[i]
            state[3] = high[i]
            state[4] = low[i]
            state[6] = volume[i]
        else:
            state[3] = max(state[3], high[i]) if state[3] == state[3] and high[i] == high[i] else np.nan
            state[4] = min(state[4], low[i]) if state[4] == state[4] and low[i] == low[i] else np.nan
            if state[6] != state[6]:
                state[6] = volume[i]
            elif volume[i] == volume[i]:
                state[6] += volume[i]
        state[5] = close[i]
        if is_ending[i]:
            times[count] = label
            made[:, count] = state[2:]
            count += 1
            is_open = False
        known[i] = count
    state[0] = 1.0 if is_open else 0.0
    state[1] = label
    return times[:count].copy(), made[:, :count].copy(), known
