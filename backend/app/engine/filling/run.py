"""One set of signals through a kernel, into room that is used again and again: the inner step of a sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.columns import readable_flags, readable_numbers
from app.engine.execution import BASIS_POINT, Execution
from app.engine.filling.finer_bars import FinerBars
from app.engine.filling.full_kernel import fill_orders_fully
from app.engine.filling.layout import (
    CODE_ROWS,
    COLUMNS,
    FIGURE_ROWS,
    INDEX_ROWS,
    QUANTITY_SCALE,
)
from app.engine.filling.lean_kernel import fill_orders
from app.engine.filling.prices import Prices
from app.engine.signals import Signals

_NO_NUMBERS = readable_numbers(np.empty(0, dtype=np.float64))
_NO_INDICES: NDArray[np.int64] = np.empty(0, dtype=np.int64)
_NO_FINER = (_NO_NUMBERS,) * 4
_LEAN_OUTPUTS = frozenset({"stop_loss", "take_profit", "trailing_stop", "size", "risk"})
_FULL_OUTPUTS = tuple(name for name in COLUMNS if name not in _LEAN_OUTPUTS)


@dataclass(frozen=True, slots=True, eq=False)
class FillRoom:
    """Where a run's equity and trades are written; a later run overwrites them.

    `equity`: shape (n,). `codes` int8, `indices` int64, `figures` float64: the trade tables, one column for a
    trade, their rows named in `app.engine.filling.layout`.
    """

    equity: Column
    codes: NDArray[np.int8]
    indices: NDArray[np.int64]
    figures: Column

    @classmethod
    def for_trades(cls, n: int, capacity: int) -> FillRoom:
        """Room for n bars and so many trades."""
        return cls(
            np.empty(n, dtype=np.float64),
            np.empty((CODE_ROWS, capacity), dtype=np.int8),
            np.empty((INDEX_ROWS, capacity), dtype=np.int64),
            np.empty((FIGURE_ROWS, capacity), dtype=np.float64),
        )

    @classmethod
    def for_bars(cls, n: int) -> FillRoom:
        """Room for whatever any signals do on n bars: two trades for each bar at most."""
        return cls.for_trades(n, 2 * n)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a kernel says beside what it wrote: `count` trades, the cash outside a position, ruin."""

    count: int
    cash: float
    ruined: bool


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What runs on the same bars have in common beside the prices; all of it is optional.

    `finer`: bars of a finer interval that replay each bar. `nights`: calendar nights before each bar,
    `splits`: the ratio before each bar's open, both of shape (n,) (`app.engine.filling.calendar_days`).
    """

    finer: FinerBars | None = None
    nights: Column | None = None
    splits: Column | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is none of it."""
        return self.finer is None and self.nights is None and self.splits is None


NOTHING_AROUND = Surroundings()


def fill_signals(
    prices: Prices,
    signals: Signals,
    execution: Execution,
    first_bar: int,
    room: FillRoom,
    *,
    terms: Column | None = None,
    with_excursions: bool = True,
    around: Surroundings = NOTHING_AROUND,
) -> Outcome:
    """Fill `signals` on `prices` into `room`: the figures of `app.engine.fills.simulate` to the bit, without
    its checks and copies.

    The caller vouches for the lengths: columns of shape (n,) for n bars, `first_bar` among them, `room` for n
    bars and for every trade (`FillRoom.for_bars` always is; else one for each true entry, twice that with
    `take_profit_share`). Columns that are not contiguous and read-only already (`app.engine.columns`) are
    copied or viewed here. `terms`: `pack_terms(execution)`, given where many sets share it. Without
    `with_excursions` mae and mfe need not be those of the bars held, and a run takes less time. `around`: see
    `Surroundings`; financing costs need its nights. Equity beyond what a float64 can hold is not looked for.
    """
    if terms is None:
        terms = pack_terms(execution)
    if is_lean(signals, execution, around):
        return fill_leanly(prices, signals, execution, first_bar, room, terms, with_excursions)
    return fill_fully(prices, signals, execution, first_bar, room, terms, around)


def is_lean(signals: Signals, execution: Execution, around: Surroundings = NOTHING_AROUND) -> bool:
    """Whether the short kernel can fill these signals under these terms."""
    return (
        around.is_empty
        and all(getattr(signals, name) is None for name in _FULL_OUTPUTS)
        and not execution.commission_tiers
        and execution.commission_per_unit == execution.commission_minimum == 0.0
        and execution.slippage_model == "fixed"
        and not execution.charges_nights
    )


def fill_leanly(
    prices: Prices,
    signals: Signals,
    execution: Execution,
    first_bar: int,
    room: FillRoom,
    terms: Column,
    with_excursions: bool = True,
) -> Outcome:
    """`fill_signals` by the short kernel, for signals and terms that are `is_lean`."""
    count, cash, ruined = fill_orders(
        prices.open,
        prices.high,
        prices.low,
        prices.close,
        prices.low_reach,
        prices.high_reach,
        readable_flags(signals.enter_long),
        readable_flags(signals.exit_long),
        readable_flags(signals.enter_short),
        readable_flags(signals.exit_short),
        _numbers(signals.stop_loss),
        _numbers(signals.take_profit),
        _numbers(signals.trailing_stop),
        _numbers(signals.size),
        _numbers(signals.risk),
        first_bar,
        execution.initial_cash,
        terms,
        execution.close_at_end,
        with_excursions,
        room.equity,
        room.codes,
        room.indices,
        room.figures,
    )
    return Outcome(int(count), float(cash), bool(ruined))


def fill_fully(
    prices: Prices,
    signals: Signals,
    execution: Execution,
    first_bar: int,
    room: FillRoom,
    terms: Column,
    around: Surroundings = NOTHING_AROUND,
) -> Outcome:
    """`fill_signals` by the full kernel, for any signals and terms."""
    finer = around.finer
    finer_columns = _NO_FINER
    if finer is not None:
        finer_columns = (finer.prices.open, finer.prices.high, finer.prices.low, finer.prices.close)
    count, cash, ruined = fill_orders_fully(
        prices.open,
        prices.high,
        prices.low,
        prices.close,
        prices.volume,
        readable_flags(signals.enter_long),
        readable_flags(signals.exit_long),
        readable_flags(signals.enter_short),
        readable_flags(signals.exit_short),
        tuple(_numbers(getattr(signals, name)) for name in COLUMNS),
        finer_columns,
        _NO_INDICES if finer is None else finer.first,
        _NO_INDICES if finer is None else finer.stop,
        _numbers(around.nights if execution.charges_nights else None),
        _numbers(around.splits),
        first_bar,
        execution.initial_cash,
        terms,
        pack_tiers(execution),
        execution.close_at_end,
        room.equity,
        room.codes,
        room.indices,
        room.figures,
    )
    return Outcome(int(count), float(cash), bool(ruined))


def pack_terms(execution: Execution) -> Column:
    """The terms as the kernels want them, shape (10,), in the order of `layout`."""
    by_volume = execution.slippage_model == "volume_share"
    terms = np.array(
        (
            execution.commission_rate,
            execution.commission_fixed,
            execution.commission_per_unit,
            execution.commission_minimum,
            execution.slippage_rate,
            execution.price_impact if by_volume else 0.0,
            execution.volume_limit if by_volume else 0.0,
            1.0 if execution.whole_units else QUANTITY_SCALE,
            execution.borrow_rate,
            execution.overnight_rate,
        )
    )
    return readable_numbers(terms)


def pack_tiers(execution: Execution) -> Column:
    """The commission's tiers, shape (count, 2): from what notional on, and the rate then."""
    tiers = np.array(execution.commission_tiers, dtype=np.float64).reshape(-1, 2)
    tiers[:, 1] *= BASIS_POINT
    return readable_numbers(tiers)


def _numbers(column: Column | None) -> Column:
    return _NO_NUMBERS if column is None else readable_numbers(column)
