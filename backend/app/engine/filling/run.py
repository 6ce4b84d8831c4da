"""One set of signals through a kernel, into room that is used again and again: the inner step of a sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.columns import readable_flags, readable_numbers
from app.engine.execution import Execution
from app.engine.filling.layout import (
    CODE_ROWS,
    FIGURE_ROWS,
    INDEX_ROWS,
    QUANTITY_SCALE,
)
from app.engine.filling.lean_kernel import fill_orders
from app.engine.filling.prices import Prices
from app.engine.signals import Signals

_NO_NUMBERS = readable_numbers(np.empty(0, dtype=np.float64))


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


def fill_signals(
    prices: Prices,
    signals: Signals,
    execution: Execution,
    first_bar: int,
    room: FillRoom,
    *,
    terms: Column | None = None,
    with_excursions: bool = True,
) -> Outcome:
    """Fill `signals` on `prices` into `room`: the figures of `app.engine.fills.simulate` to the bit, without
    its checks and copies.

    The caller vouches for the lengths: columns of shape (n,) for n bars, `first_bar` among them, `room` for n
    bars and for every trade (`FillRoom.for_bars` always is; else one for each true entry, twice that with
    `take_profit_share`). Columns that are not contiguous and read-only already (`app.engine.columns`) are
    copied or viewed here. `terms`: `pack_terms(execution)`, given where many sets share it. Without
    `with_excursions` mae and mfe are not those of the bars held, and a run takes less time.
    Equity beyond what a float64 can hold is not looked for here.
    """
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
        pack_terms(execution) if terms is None else terms,
        execution.close_at_end,
        with_excursions,
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


def _numbers(column: Column | None) -> Column:
    return _NO_NUMBERS if column is None else readable_numbers(column)
