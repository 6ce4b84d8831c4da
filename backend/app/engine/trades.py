"""Round trips as NumPy columns."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column, Times

Indices: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int8]

LONG = 1
SHORT = -1
NO_INDEX = -1
_LEFT_OUT: Column = np.empty(0, dtype=np.float64)
_ONE_INSTRUMENT: NDArray[np.int16] = np.empty(0, dtype=np.int16)


class ExitReason(IntEnum):
    """Why a trade ended. The code is stored, `label` travels in the API."""

    OPEN = 0
    SIGNAL = 1
    REVERSAL = 2
    STOP_LOSS = 3
    TAKE_PROFIT = 4
    TRAILING_STOP = 5
    END_OF_DATA = 6
    RUIN = 7
    TIME_STOP = 8
    REBALANCE = 9

    @property
    def label(self) -> str | None:
        """The API's name; None for a trade that is still open."""
        return None if self is ExitReason.OPEN else self.name.lower()


EXITS_AT_OPEN = (ExitReason.SIGNAL, ExitReason.REVERSAL, ExitReason.TIME_STOP, ExitReason.REBALANCE)
"""Exits by market order: they leave before their bar is lived through."""


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """A run's trades in the order of their entries, each column of shape (count,).

    `side`: +1 long, -1 short. `exit_reason`: ExitReason codes. `entry_index`, `exit_index`: positions in
    the run's bars; `entry_time`, `exit_time`: those bars' `time`. `quantity`: units, > 0. Prices are fills,
    slippage included. `pnl`: money, net of both commissions. `returns`: pnl / (quantity · entry_price).
    `commission`, `slippage`: money over both fills. `financing`: money paid for holding over nights, part of
    `pnl`; zeros where left out. `bars`: exit_index − entry_index. `mae`, `mfe`: worst
    and best excursion as fractions of the entry price, ≤ 0 and ≥ 0: the extremes of the bars held to their
    close, and of the exit's fill; what an exit bar did beyond its fill is not counted.

    `instrument`: whose trade it is, a place among a basket's instruments; zeros where left out. A basket's
    indices are places on its line of time.

    A position that is closed in parts leaves a trade for each, one after another, with the same entry: the
    last of them closes it. A position that lived through a split is told in the units of its exit.

    A trade left open has exit_index -1, exit_time 0, exit_price NaN and exit_reason OPEN; its pnl is marked
    at the last close and carries the entry's commission only, its `bars` count to the last bar.
    """

    side: Codes
    exit_reason: Codes
    entry_index: Indices
    exit_index: Indices
    entry_time: Times
    exit_time: Times
    quantity: Column
    entry_price: Column
    exit_price: Column
    pnl: Column
    returns: Column
    commission: Column
    slippage: Column
    bars: Indices
    mae: Column
    mfe: Column
    financing: Column = field(default_factory=lambda: _LEFT_OUT)
    instrument: NDArray[np.int16] = field(default_factory=lambda: _ONE_INSTRUMENT)

    def __post_init__(self) -> None:
        if self.instrument is _ONE_INSTRUMENT:
            object.__setattr__(self, "instrument", np.zeros(len(self.side), dtype=np.int16))
        if self.financing is _LEFT_OUT:
            object.__setattr__(self, "financing", np.zeros(len(self.side), dtype=np.float64))
        lengths = {len(getattr(self, field.name)) for field in fields(self)}
        if len(lengths) != 1:
            raise ValueError(f"trade columns differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.side)

    @property
    def is_closed(self) -> NDArray[np.bool_]:
        """True for each trade that has an exit, shape (count,)."""
        closed: NDArray[np.bool_] = self.exit_reason != ExitReason.OPEN
        return closed

    @property
    def closes_position(self) -> NDArray[np.bool_]:
        """True for each trade after which nothing of its position is left, shape (count,).

        False for a part that was closed at a target while the rest went on. One left open counts as the last.
        """
        last = np.ones(len(self), dtype=np.bool_)
        last[:-1] = self.entry_index[1:] != self.entry_index[:-1]
        last[:-1] |= self.instrument[1:] != self.instrument[:-1]
        return last

    @property
    def position_starts(self) -> Indices:
        """The first trade of each position, ascending: a position closed in parts has several trades."""
        return np.flatnonzero(np.concatenate(([True], self.closes_position[:-1]))[: len(self)])

    def counted_from(self, bar: int) -> Trades:
        """The same trades with indices that count from `bar`."""
        return replace(
            self,
            entry_index=self.entry_index - bar,
            exit_index=np.where(self.is_closed, self.exit_index - bar, NO_INDEX),
        )

    def entry_notional(self) -> Column:
        """Money at each entry's fill, shape (count,)."""
        return self.quantity * self.entry_price


def bars_held(trades: Trades) -> Indices:
    """Bars during which each trade held its position, shape (count,).

    A market exit leaves at the open, before its bar is lived through; every other exit, and the last bar of
    an open trade, counts.
    """
    at_open = np.isin(trades.exit_reason, EXITS_AT_OPEN)
    return np.where(at_open, trades.bars, trades.bars + 1)
