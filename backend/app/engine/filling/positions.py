"""The life of one position: its levels, what it learns from each bar, what it costs to hold. Compiled.

`held` is its state, a float64 array of shape (HELD_FIELDS,) whose places `layout` names; a kernel of several
instruments keeps one for each. An infinite level is never reached. `side` is +1 for long, -1 for short;
`against` is a bar's worse extreme seen from that side, `along` its better one.
"""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.layout import (
    BORROW_RATE,
    CHANDELIER_COLUMN,
    HELD_BEST,
    HELD_COMMISSION,
    HELD_ENTRY,
    HELD_FINANCING,
    HELD_MAX_BARS,
    HELD_PRICE,
    HELD_QUANTITY,
    HELD_SECOND_TARGET,
    HELD_SHARE,
    HELD_SIDE,
    HELD_STOP,
    HELD_STOP_TRAILS,
    HELD_TARGET,
    HELD_TRAIL_DISTANCE,
    HELD_TRAIL_FRACTION,
    HELD_UNIT_SLIPPAGE,
    HELD_WORST,
    MAX_BARS_COLUMN,
    NIGHTS_PER_YEAR,
    OVERNIGHT_RATE,
    PERCENT,
    SECOND_TARGET_COLUMN,
    SHARE_COLUMN,
    STOP_LOSS_COLUMN,
    TAKE_PROFIT_COLUMN,
    TRAILING_PERCENT_COLUMN,
    TRAILING_STOP_COLUMN,
    Codes,
    Floats,
    Integers,
)
from app.engine.filling.trade_table import write_trade


@compile_loop
def raise_stop(held: Floats, level: float) -> None:
    """Move the stop to a trailing level where that is nearer; never back."""
    if held[HELD_SIDE] * level > held[HELD_SIDE] * held[HELD_STOP]:
        held[HELD_STOP] = level
        held[HELD_STOP_TRAILS] = 1.0


@compile_loop
def open_position(
    held: Floats,
    signal: Floats,
    ratio: float,
    side: float,
    bar: int,
    quantity: float,
    price: float,
    reference: float,
    commission: float,
) -> None:
    """Fill an entry. Distances are the signal's (see `columns`), over `ratio`, that of the splits since."""
    held[HELD_SIDE] = side
    held[HELD_ENTRY] = bar
    held[HELD_QUANTITY] = quantity
    held[HELD_PRICE] = price
    held[HELD_COMMISSION] = commission
    held[HELD_UNIT_SLIPPAGE] = abs(price - reference)
    held[HELD_FINANCING] = 0.0
    held[HELD_WORST] = price
    held[HELD_BEST] = price

    held[HELD_STOP] = -side * np.inf
    held[HELD_STOP_TRAILS] = 0.0
    distance = signal[STOP_LOSS_COLUMN] / ratio
    if distance > 0.0:
        held[HELD_STOP] = price - side * distance
    distance = signal[TRAILING_STOP_COLUMN] / ratio
    held[HELD_TRAIL_DISTANCE] = distance if distance > 0.0 else np.nan
    percent = signal[TRAILING_PERCENT_COLUMN]
    held[HELD_TRAIL_FRACTION] = percent * PERCENT if percent > 0.0 else np.nan
    follow_best(held)
    follow_chandelier(held, signal[CHANDELIER_COLUMN] / ratio)

    share = signal[SHARE_COLUMN]
    held[HELD_SHARE] = min(share, 1.0)
    held[HELD_TARGET] = side * np.inf
    held[HELD_SECOND_TARGET] = side * np.inf
    distance = signal[TAKE_PROFIT_COLUMN] / ratio
    if distance > 0.0 and share > 0.0:
        held[HELD_TARGET] = price + side * distance
        second = signal[SECOND_TARGET_COLUMN] / ratio
        if second > 0.0:
            held[HELD_SECOND_TARGET] = price + side * max(second, distance)
    longest = signal[MAX_BARS_COLUMN]
    held[HELD_MAX_BARS] = np.floor(longest) if longest >= 1.0 else np.inf


@compile_loop
def add_to_position(held: Floats, quantity: float, price: float, reference: float, commission: float) -> None:
    """Buy more of the same: the entry's price becomes the average, every level stays where it is."""
    before = held[HELD_QUANTITY]
    total = before + quantity
    held[HELD_PRICE] = (before * held[HELD_PRICE] + quantity * price) / total
    slipped = before * held[HELD_UNIT_SLIPPAGE] + quantity * abs(price - reference)
    held[HELD_UNIT_SLIPPAGE] = slipped / total
    held[HELD_COMMISSION] += commission
    held[HELD_QUANTITY] = total


@compile_loop
def follow_best(held: Floats) -> None:
    """Move the trailing levels of a distance and of a percentage to the best price."""
    side, best = held[HELD_SIDE], held[HELD_BEST]
    # A level that the position does not have is NaN, and nearer than nothing.
    raise_stop(held, best - side * held[HELD_TRAIL_DISTANCE])
    raise_stop(held, best * (1.0 - side * held[HELD_TRAIL_FRACTION]))


@compile_loop
def follow_chandelier(held: Floats, distance: float) -> None:
    """Move the chandelier level with a completed bar's distance."""
    if distance > 0.0:
        raise_stop(held, held[HELD_BEST] - held[HELD_SIDE] * distance)


@compile_loop
def learn_bar(held: Floats, against: float, along: float) -> None:
    """A bar was lived through: its extremes count from now on."""
    side = held[HELD_SIDE]
    if side * against < side * held[HELD_WORST]:
        held[HELD_WORST] = against
    if side * along > side * held[HELD_BEST]:
        held[HELD_BEST] = along
    follow_best(held)


@compile_loop
def split_position(held: Floats, ratio: float) -> None:
    """One unit became `ratio` units: everything in prices is divided, the quantity multiplied."""
    held[HELD_QUANTITY] *= ratio
    held[HELD_PRICE] /= ratio
    held[HELD_UNIT_SLIPPAGE] /= ratio
    held[HELD_STOP] /= ratio
    held[HELD_TARGET] /= ratio
    held[HELD_SECOND_TARGET] /= ratio
    held[HELD_TRAIL_DISTANCE] /= ratio
    held[HELD_WORST] /= ratio
    held[HELD_BEST] /= ratio


@compile_loop
def charge_nights(held: Floats, close_before: float, nights: float, terms: Floats) -> None:
    """What holding over so many nights costs, on the notional at the close before them."""
    rate = terms[OVERNIGHT_RATE]
    if held[HELD_SIDE] < 0.0:
        rate += terms[BORROW_RATE]
    held[HELD_FINANCING] += held[HELD_QUANTITY] * close_before * rate * nights / NIGHTS_PER_YEAR


@compile_loop
def worth_without_cash(held: Floats, cash: float) -> float:
    """Equity less what the units are worth: equity = this + side · quantity · price."""
    units = held[HELD_SIDE] * held[HELD_QUANTITY]
    base: float = cash - held[HELD_COMMISSION] - units * held[HELD_PRICE] - held[HELD_FINANCING]
    return base


@compile_loop
def quantity_at_target(held: Floats, scale: float) -> float:
    """What the target closes: the share, rounded down to the grid, or everything. 0 when that rounds to 0."""
    quantity: float = held[HELD_QUANTITY]
    if held[HELD_SHARE] >= 1.0:
        return quantity
    part: float = np.floor(quantity * held[HELD_SHARE] * scale) / scale
    return min(part, quantity)


@compile_loop
def wait_for_second_target(held: Floats) -> None:
    """The first target is done with: the rest goes for the second."""
    held[HELD_TARGET] = held[HELD_SECOND_TARGET]
    held[HELD_SHARE] = 1.0


@compile_loop
def close_part(
    held: Floats,
    codes: Codes,
    indices: Integers,
    figures: Floats,
    row: int,
    reason: int,
    bar: int,
    quantity: float,
    price: float,
    reference: float,
    commission: float,
) -> float:
    """Close so much of the position, all of it or a leg; write the trade and return its pnl in money.

    A leg carries its share of the entry's commission and of what holding cost.
    """
    entry_commission: float = held[HELD_COMMISSION]
    financing: float = held[HELD_FINANCING]
    is_whole = quantity >= held[HELD_QUANTITY]
    if not is_whole:
        entry_commission *= quantity / held[HELD_QUANTITY]
        financing *= quantity / held[HELD_QUANTITY]
    pnl = write_trade(
        codes,
        indices,
        figures,
        row,
        held[HELD_SIDE],
        reason,
        int(held[HELD_ENTRY]),
        bar,
        quantity,
        held[HELD_PRICE],
        price,
        held[HELD_UNIT_SLIPPAGE] + abs(price - reference),
        entry_commission,
        commission,
        financing,
        held[HELD_WORST],
        held[HELD_BEST],
    )
    if is_whole:
        held[HELD_SIDE] = 0.0
    else:
        held[HELD_QUANTITY] -= quantity
        held[HELD_COMMISSION] -= entry_commission
        held[HELD_FINANCING] -= financing
    return pnl
