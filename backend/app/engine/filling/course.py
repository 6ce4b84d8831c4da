"""The course of one position: why it leaves at an open, what a bar does to it, how it is closed. Compiled.

`row`: where in the trade tables the next trade goes; `held` as in `positions`.
"""

from __future__ import annotations

from app.engine.compiled import compile_loop
from app.engine.filling.costs import commission_of, slippage_at, slipped_price
from app.engine.filling.layout import (
    HELD_ENTRY,
    HELD_MAX_BARS,
    HELD_QUANTITY,
    HELD_SIDE,
    HELD_STOP,
    HELD_STOP_TRAILS,
    HELD_TARGET,
    OPEN,
    REVERSAL,
    SCALE,
    SIGNAL,
    STOP_LOSS,
    TAKE_PROFIT,
    TIME_STOP,
    TRAILING_STOP,
    Codes,
    Floats,
    Integers,
)
from app.engine.filling.positions import (
    close_part,
    quantity_at_target,
    wait_for_second_target,
)


@compile_loop
def find_exit_reason(held: Floats, leaves: bool, bar: int, wanted: float) -> int:
    """Why a position leaves at a bar's open, OPEN if it does not.

    `leaves`: its own exit signal; `wanted`: the side of an entry signal, 0 for none.
    """
    if leaves:
        return SIGNAL
    if bar - held[HELD_ENTRY] >= held[HELD_MAX_BARS]:
        return TIME_STOP
    if wanted == -held[HELD_SIDE]:
        return REVERSAL
    return OPEN


@compile_loop
def close_slipped(
    held: Floats,
    codes: Codes,
    indices: Integers,
    figures: Floats,
    row: int,
    reason: int,
    bar: int,
    quantity: float,
    reference: float,
    volume: float,
    terms: Floats,
    tiers: Floats,
) -> float:
    """Close so much by a market or stop order at `reference`, a price before slippage; the pnl."""
    slippage = slippage_at(quantity, volume, terms)
    price = slipped_price(reference, -held[HELD_SIDE], slippage)
    commission = commission_of(quantity, price, terms, tiers)
    pnl: float = close_part(
        held, codes, indices, figures, row, reason, bar, quantity, price, reference, commission
    )
    return pnl


@compile_loop
def reaches_stop(held: Floats, opened: float, against: float) -> bool:
    """Whether a bar comes to the stop.

    The open is looked at by itself: sources exist whose open lies outside the bar's high and low.
    """
    side, level = held[HELD_SIDE], held[HELD_STOP]
    reaches: bool = side * against <= side * level or side * opened <= side * level
    return reaches


@compile_loop
def reaches_target(held: Floats, opened: float, along: float) -> bool:
    """Whether a bar comes to the target that is next."""
    side, level = held[HELD_SIDE], held[HELD_TARGET]
    reaches: bool = side * along >= side * level or side * opened >= side * level
    return reaches


@compile_loop
def meet_levels(
    held: Floats,
    codes: Codes,
    indices: Integers,
    figures: Floats,
    row: int,
    bar: int,
    opened: float,
    against: float,
    along: float,
    volume: float,
    cash: float,
    terms: Floats,
    tiers: Floats,
) -> tuple[float, int]:
    """What a bar that reaches the stop or a target does, the stop first.

    Returns (`cash` with what was made, the row of the next trade).
    """
    side, level = held[HELD_SIDE], held[HELD_STOP]
    if reaches_stop(held, opened, against):
        reference = opened if side * opened <= side * level else level
        reason = TRAILING_STOP if held[HELD_STOP_TRAILS] > 0.0 else STOP_LOSS
        quantity = held[HELD_QUANTITY]
        cash += close_slipped(
            held, codes, indices, figures, row, reason, bar, quantity, reference, volume, terms, tiers
        )
        return cash, row + 1
    while held[HELD_SIDE] != 0.0 and reaches_target(held, opened, along):
        level = held[HELD_TARGET]
        price = opened if side * opened >= side * level else level
        quantity = quantity_at_target(held, terms[SCALE])
        if quantity > 0.0:
            commission = commission_of(quantity, price, terms, tiers)
            cash += close_part(
                held, codes, indices, figures, row, TAKE_PROFIT, bar, quantity, price, price, commission
            )
            row += 1
        wait_for_second_target(held)
    return cash, row
