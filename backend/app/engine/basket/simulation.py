"""From the signals of several instruments to the fills of one account: the door of the basket's kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.engine.bars import Column, Truth
from app.engine.basket.kernel import fill_basket
from app.engine.basket.terms import Basket, refuse_unsuitable
from app.engine.basket.timeline import Timeline
from app.engine.basket.weights import find_turns, invert_volatilities
from app.engine.columns import readable_flags, readable_numbers
from app.engine.execution import Execution
from app.engine.filling.layout import (
    COLUMNS,
    COMMISSION,
    ENTRY,
    ENTRY_PRICE,
    EXIT,
    EXIT_PRICE,
    FINANCING,
    MAE,
    MFE,
    PNL,
    QUANTITY,
    REASON,
    SIDE,
    SLIPPAGE,
)
from app.engine.filling.limits import is_within_limit
from app.engine.filling.run import FillRoom, pack_terms, pack_tiers
from app.engine.fills import DataNotUsable, Fills
from app.engine.signals import Signals
from app.engine.trades import NO_INDEX, Codes, ExitReason, Indices, Trades

_FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")
_AT_THE_END = (ExitReason.END_OF_DATA, ExitReason.RUIN)


def simulate_basket(
    timeline: Timeline,
    signals: Sequence[Signals],
    basket: Basket,
    execution: Execution,
    first: int = 0,
) -> Fills:
    """Fill the orders of one rule on several instruments, in the order of the timeline's bars.

    `signals`: of each instrument, as long as its bars. `first`: the place of the first time whose signals
    count. Equity has shape (m,), the trades' indices are places on the timeline, `instrument` says whose each
    is; they stand in the order of their entries, those of one time in the order of the instruments.

    Raises ValueError for signals of other lengths and a `first` that is no place, BasketUnsuitable as
    `refuse_unsuitable` does, DataNotUsable when equity grows beyond every number.
    """
    m = len(timeline)
    if not 0 <= first < m:
        raise ValueError(f"first {first} is not among {m} times")
    lengths = [len(bars) for bars in timeline.bars]
    if [len(some) for some in signals] != lengths:
        raise ValueError(f"signals of {[len(some) for some in signals]} bars for {lengths}")
    refuse_unsuitable([name for name in Signals.__slots__ if getattr(signals[0], name) is not None], basket)
    enter_long, exit_long, enter_short, exit_short = (
        readable_flags(_join_flags(signals, name)) for name in _FLAGS
    )
    turns = find_turns(timeline, basket.rebalance)
    by_volatility = basket.weights == "volatility"
    inverse = invert_volatilities(timeline, basket.volatility_window) if by_volatility else np.empty(0)
    entries = np.count_nonzero(enter_long) + np.count_nonzero(enter_short)
    legs = 1 if signals[0].take_profit_share is None else 2
    room = FillRoom.for_trades(m, int(entries) * legs + int(np.count_nonzero(turns)))
    count, cash, ruined, last = fill_basket(
        timeline.time,
        timeline.offsets,
        timeline.places,
        timeline.open,
        timeline.high,
        timeline.low,
        timeline.close,
        timeline.volume,
        timeline.step_seconds,
        enter_long,
        exit_long,
        enter_short,
        exit_short,
        tuple(_join_numbers(signals, name) for name in COLUMNS),
        _join_numbers(signals, "rank"),
        readable_numbers(inverse),
        readable_flags(turns),
        readable_numbers(timeline.count_nights() if execution.charges_nights else np.empty(0)),
        timeline.splits,
        first,
        basket.slots,
        execution.initial_cash,
        pack_terms(execution),
        pack_tiers(execution),
        execution.close_at_end,
        room.equity,
        room.codes,
        room.indices,
        room.figures,
    )
    if not is_within_limit(room.equity):
        raise DataNotUsable(
            "Prices lie so far apart that the equity grew beyond every number. Check the bars and the splits."
        )
    trades = _read_trades(timeline, room, int(count), int(last))
    return Fills(trades, room.equity, float(cash), bool(ruined), first, execution)


def _read_trades(timeline: Timeline, room: FillRoom, count: int, last: int) -> Trades:
    """The trade tables with places on the timeline, in the order of entries."""
    entries = room.indices[ENTRY, :count]
    owners = timeline.find_instruments(entries)
    order = np.lexsort((np.arange(count), owners, timeline.places[entries]))
    codes, indices, figures = (
        table[:, :count][:, order] for table in (room.codes, room.indices, room.figures)
    )
    entry = timeline.places[indices[ENTRY]]
    exit_ = _place_exits(timeline, codes[REASON], indices[EXIT], last)
    is_open = exit_ == NO_INDEX
    return Trades(
        side=codes[SIDE],
        exit_reason=codes[REASON],
        entry_index=entry,
        exit_index=exit_,
        entry_time=timeline.time[entry],
        exit_time=np.where(is_open, 0, timeline.time[exit_]),
        quantity=figures[QUANTITY],
        entry_price=figures[ENTRY_PRICE],
        exit_price=figures[EXIT_PRICE],
        pnl=figures[PNL],
        returns=figures[PNL] / (figures[QUANTITY] * figures[ENTRY_PRICE]),
        commission=figures[COMMISSION],
        slippage=figures[SLIPPAGE],
        bars=np.where(is_open, len(timeline) - 1, exit_) - entry,
        mae=figures[MAE],
        mfe=figures[MFE],
        financing=figures[FINANCING],
        instrument=owners[order].astype(np.int16),
    )


def _place_exits(timeline: Timeline, reasons: Codes, exits: Indices, last: int) -> Indices:
    """Places of the exits' bars; what the end closes is closed at the end, though its own bars end before."""
    places: Indices = np.where(exits == NO_INDEX, NO_INDEX, timeline.places[exits])
    return np.where(np.isin(reasons, _AT_THE_END), last, places)


def _join_flags(signals: Sequence[Signals], name: str) -> Truth:
    joined: Truth = np.concatenate([getattr(some, name) for some in signals])
    return joined


def _join_numbers(signals: Sequence[Signals], name: str) -> Column:
    if getattr(signals[0], name) is None:
        return readable_numbers(np.empty(0))
    return readable_numbers(np.concatenate([getattr(some, name) for some in signals]))
