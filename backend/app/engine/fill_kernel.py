"""The compiled loop that decides every fill. `app.engine.fills.simulate` is its door.

It walks from event to event: while flat it only looks for the next entry, while in a position it looks for
the exit and marks equity. The conventions are those of `app.engine.conventions`, in the order in which they
happen within a bar:

open    the previous bar's signals: exit first, then entry (both at this open, slipped)
within  stop levels (gap at the open, else at the trigger), then the target
close   equity is marked; the trailing level learns of the bar; ruin
end     the last close closes what is open

The arithmetic of a single fill stands in the same file on purpose: numba's cache watches the file of the
compiled function alone, and would go on using an old copy of what it calls in another.
`side` is +1 for long, -1 for short. Rates are fractions (10 bps = 0.001).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.compiled import compile_loop

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int8]

# The codes of app.engine.trades.ExitReason: compiled code wants plain integers. A test holds them together.
OPEN, SIGNAL, REVERSAL, STOP_LOSS, TAKE_PROFIT, TRAILING_STOP, END_OF_DATA, RUIN, TIME_STOP = range(9)


QUANTITY_SCALE = 1e8
"""Fractional quantities carry 8 decimals, rounded down."""
FLOAT_GRAIN = 2.0**-52
MOST_STEPS_BACK = 64
"""How often a quantity gives way to float rounding, which takes a step or two, before it is given up."""


@compile_loop
def slipped_price(price: float, direction: float, slippage_rate: float) -> float:
    """The price of a market or stop fill: worse than `price` for a buyer (direction +1) and a seller (-1)."""
    return price * (1.0 + direction * slippage_rate)


@compile_loop
def fill_commission(notional: float, commission_rate: float, commission_fixed: float) -> float:
    """Commission of one fill in money: a fraction of its notional plus a fixed part."""
    return notional * commission_rate + commission_fixed


@compile_loop
def largest_quantity(
    budget: float, unit_cost: float, unit_price: float, rate: float, fixed: float, scale: float
) -> float:
    """The largest quantity in steps of 1/scale whose whole cost stays within `budget`.

    The cost of q units is q·unit_price + (q·unit_price·rate + fixed); `unit_cost` is unit_price·(1 + rate),
    the starting guess. The guess is moved by a step where needed, so that float rounding neither spends a
    cent too much nor refuses a quantity that is affordable to the last digit. 0 when nothing is affordable,
    and when the quantity is too large for a float64.
    """
    room = budget - fixed
    if not (room > 0.0 and unit_cost > 0.0):
        return 0.0
    steps = np.floor(room / unit_cost * scale)
    if not steps < np.inf:
        return 0.0
    notional = (steps + 1.0) / scale * unit_price
    if notional + (notional * rate + fixed) <= budget:
        steps += 1.0
    notional = steps / scale * unit_price
    for _ in range(MOST_STEPS_BACK):
        if not (steps > 0.0 and notional + (notional * rate + fixed) > budget):
            quantity: float = steps / scale
            return max(quantity, 0.0)
        # Beyond 2^53 steps a float knows no single step any more: give way by its own grain.
        steps = min(steps - 1.0, steps * (1.0 - FLOAT_GRAIN))
        notional = steps / scale * unit_price
    return 0.0


@compile_loop
def quantity_for_size(
    equity: float, size: float, price: float, commission_rate: float, commission_fixed: float, scale: float
) -> float:
    """What the fraction `size` (above 1 counts as 1) of `equity` buys at `price`, commission included."""
    return largest_quantity(
        min(size, 1.0) * equity,
        price * (1.0 + commission_rate),
        price,
        commission_rate,
        commission_fixed,
        scale,
    )


@compile_loop
def quantity_for_risk(
    equity: float,
    risk: float,
    side: float,
    price: float,
    stop_distance: float,
    commission_rate: float,
    slippage_rate: float,
    commission_fixed: float,
    scale: float,
) -> float:
    """Quantity that loses the fraction `risk` of `equity` when the stop fills at its trigger, all costs
    included.

    Loss of one unit = side·(entry − stop fill) + commission_rate·(entry + stop fill), the stop's fill
    slipped; both fixed commissions come on top. Never more than all of `equity` affords.
    """
    stop_fill = slipped_price(max(price - side * stop_distance, 0.0), -side, slippage_rate)
    unit_loss = side * (price - stop_fill) + commission_rate * (price + stop_fill)
    at_risk = largest_quantity(risk * equity, unit_loss, unit_loss, 0.0, 2.0 * commission_fixed, scale)
    affordable = quantity_for_size(equity, 1.0, price, commission_rate, commission_fixed, scale)
    return min(at_risk, affordable)


@compile_loop
def has_bad_price(open_: Floats, high: Floats, low: Floats, close: Floats) -> bool:
    """True when a price is not finite or not above 0, or a high lies below its low.

    Branch-free on purpose, so that it runs at the speed of memory.
    """
    bad = False
    for i in range(len(open_)):
        fine = (
            (low[i] > 0.0)
            & (low[i] <= high[i])
            & (high[i] < np.inf)
            & (open_[i] > 0.0)
            & (open_[i] < np.inf)
            & (close[i] > 0.0)
            & (close[i] < np.inf)
        )
        bad |= not fine
    return bad


@compile_loop
def distance_at(distances: Floats, index: int) -> float:
    """The distance at a bar; NaN without a column. Only one above 0 makes a level."""
    return distances[index] if len(distances) > 0 else np.nan


@compile_loop
def can_size(size: Floats, risk: Floats, stop_loss: Floats, index: int) -> bool:
    """Whether the bar's sizing allows an entry: a positive size, or a positive risk beside a stop."""
    if len(risk) > 0:
        return risk[index] > 0.0 and distance_at(stop_loss, index) > 0.0
    return len(size) == 0 or size[index] > 0.0


@compile_loop
def fill_orders(
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    enter_long: Flags,
    exit_long: Flags,
    enter_short: Flags,
    exit_short: Flags,
    stop_loss: Floats,
    take_profit: Floats,
    trailing_stop: Floats,
    size: Floats,
    risk: Floats,
    first_bar: int,
    initial_cash: float,
    commission_rate: float,
    slippage_rate: float,
    commission_fixed: float,
    scale: float,
    close_at_end: bool,
    equity: Floats,
    side_of: Codes,
    reason_of: Codes,
    entry_of: Integers,
    exit_of: Integers,
    quantity_of: Floats,
    entry_price_of: Floats,
    exit_price_of: Floats,
    pnl_of: Floats,
    commission_of: Floats,
    slippage_of: Floats,
    mae_of: Floats,
    mfe_of: Floats,
) -> tuple[int, float, bool]:
    """Fill every order of the signals; write equity, shape (n,), and the trade columns.

    Columns that a rule lacks come as empty arrays. The trade columns must hold one row for each bar that
    could enter. Returns (number of trades, cash, ruined); cash is the equity outside a position.
    """
    n = len(close)
    cash = initial_cash
    ruined = False
    count = 0
    equity[: first_bar + 1] = cash
    bar = first_bar + 1  # the next bar to fill; its orders come from the signals of bar - 1
    while bar < n:
        signal_bar = bar - 1
        while signal_bar < n - 1 and enter_long[signal_bar] == enter_short[signal_bar]:
            signal_bar += 1
        entry = signal_bar + 1
        equity[bar : min(entry, n)] = cash
        if entry >= n:
            break
        side = 1.0 if enter_long[signal_bar] else -1.0
        entry_price = slipped_price(open_[entry], side, slippage_rate)
        stop_distance = distance_at(stop_loss, signal_bar)
        quantity = 0.0
        if can_size(size, risk, stop_loss, signal_bar):
            if len(risk) > 0:
                quantity = quantity_for_risk(
                    cash,
                    risk[signal_bar],
                    side,
                    entry_price,
                    stop_distance,
                    commission_rate,
                    slippage_rate,
                    commission_fixed,
                    scale,
                )
            else:
                fraction = 1.0 if len(size) == 0 else size[signal_bar]
                quantity = quantity_for_size(
                    cash, fraction, entry_price, commission_rate, commission_fixed, scale
                )
        if not quantity > 0.0:
            equity[entry] = cash
            bar = entry + 1
            continue

        # Levels: an infinite one is never reached, so the loop below needs no flags.
        fixed_stop = -side * np.inf
        if stop_distance > 0.0:
            fixed_stop = entry_price - side * stop_distance
        target = side * np.inf
        target_distance = distance_at(take_profit, signal_bar)
        if target_distance > 0.0:
            target = entry_price + side * target_distance
        stop = fixed_stop
        stop_reason = STOP_LOSS
        trail_distance = distance_at(trailing_stop, signal_bar)
        trails = trail_distance > 0.0
        if trails and side * (entry_price - side * trail_distance) > side * fixed_stop:
            stop = entry_price - side * trail_distance
            stop_reason = TRAILING_STOP

        # Seen from the position's side: `against` is the bar's worse extreme, `along` its better one.
        if side > 0.0:
            against, along, leaves, opposes, agrees = low, high, exit_long, enter_short, enter_long
        else:
            against, along, leaves, opposes, agrees = high, low, exit_short, enter_long, enter_short
        entry_commission = fill_commission(quantity * entry_price, commission_rate, commission_fixed)
        units = side * quantity
        base = cash - entry_commission - units * entry_price  # equity = base + units · price
        worst = entry_price
        best = entry_price
        reason = OPEN
        exit_price = np.nan
        exit_reference = np.nan  # the price before slippage
        bar = entry
        while bar < n:
            if bar > entry:
                before = bar - 1
                if leaves[before]:
                    reason = SIGNAL
                elif opposes[before] and not agrees[before] and can_size(size, risk, stop_loss, before):
                    reason = REVERSAL
                if reason != OPEN:
                    exit_reference = open_[bar]
                    exit_price = slipped_price(exit_reference, -side, slippage_rate)
                    break
            # The open is looked at by itself: sources exist whose open lies outside the bar's high and low.
            if side * against[bar] <= side * stop or side * open_[bar] <= side * stop:
                reason = stop_reason
                exit_reference = open_[bar] if side * open_[bar] <= side * stop else stop
                exit_price = slipped_price(exit_reference, -side, slippage_rate)
                break
            if side * along[bar] >= side * target or side * open_[bar] >= side * target:
                reason = TAKE_PROFIT
                exit_reference = open_[bar] if side * open_[bar] >= side * target else target
                exit_price = exit_reference
                break
            if side * against[bar] < side * worst:
                worst = against[bar]
            if side * along[bar] > side * best:
                best = along[bar]
            if trails:
                level = best - side * trail_distance
                if side * level > side * stop:
                    stop = level
                    stop_reason = TRAILING_STOP
            marked = base + units * close[bar]
            equity[bar] = marked
            if marked <= 0.0:
                reason = RUIN
                ruined = True
                exit_reference = close[bar]
                exit_price = exit_reference
                break
            bar += 1

        exit_bar = bar
        if reason == OPEN:
            exit_bar = n - 1
            exit_reference = close[n - 1]
            exit_price = exit_reference
            if close_at_end:
                reason = END_OF_DATA
        exit_commission = 0.0
        if reason != OPEN:
            exit_commission = fill_commission(quantity * exit_price, commission_rate, commission_fixed)
        pnl = units * (exit_price - entry_price) - entry_commission - exit_commission
        side_of[count] = np.int8(side)
        reason_of[count] = reason
        entry_of[count] = entry
        quantity_of[count] = quantity
        entry_price_of[count] = entry_price
        pnl_of[count] = pnl
        commission_of[count] = entry_commission + exit_commission
        slippage_of[count] = quantity * (abs(entry_price - open_[entry]) + abs(exit_price - exit_reference))
        worst = side * min(side * worst, side * exit_price)
        best = side * max(side * best, side * exit_price)
        mae_of[count] = min(side * (worst / entry_price - 1.0), 0.0)
        mfe_of[count] = max(side * (best / entry_price - 1.0), 0.0)
        count += 1
        if reason == OPEN:
            exit_of[count - 1] = -1
            exit_price_of[count - 1] = np.nan
            cash = base
            break
        exit_of[count - 1] = exit_bar
        exit_price_of[count - 1] = exit_price
        cash += pnl
        if reason in (SIGNAL, REVERSAL):
            continue  # flat again at the same open, where an entry may follow
        equity[exit_bar] = cash
        if ruined:
            equity[exit_bar:] = cash
            break
        bar = exit_bar + 1
    return count, cash, ruined or equity[n - 1] <= 0.0
