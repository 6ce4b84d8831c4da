"""The short way through the bars: market entries, stop, target and trailing distance, plain costs.

It walks from event to event: while flat it only looks for the next entry, in a position for the exit signal
and the first bar that reaches a level, and marks the bars between in one go. What it cannot do, the full
kernel does, by the same arithmetic; a test holds the two together to the bit. The conventions are those of
`app.engine.conventions`.
"""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.columns import can_size, value_at
from app.engine.filling.costs import fill_commission, slipped_price
from app.engine.filling.events import (
    find_extremes,
    find_flag,
    find_touch,
    gather_departures,
    gather_entries,
    mark_cash,
    mark_equity,
)
from app.engine.filling.layout import (
    COMMISSION_FIXED,
    COMMISSION_RATE,
    END_OF_DATA,
    OPEN,
    REVERSAL,
    RUIN,
    SCALE,
    SIGNAL,
    SLIPPAGE_RATE,
    STOP_LOSS,
    TAKE_PROFIT,
    TRAILING_STOP,
    Codes,
    Flags,
    Floats,
    Integers,
)
from app.engine.filling.quantities import quantity_for_risk, quantity_for_size
from app.engine.filling.trade_table import write_trade


@compile_loop
def find_trailing_exit(
    low_reach: Floats,
    high_reach: Floats,
    along: Floats,
    side: float,
    entry_price: float,
    fixed_stop: float,
    target: float,
    distance: float,
    start: int,
    stop: int,
) -> tuple[int, float, bool]:
    """The first bar in [start, stop) that reaches the target or the nearest stop, the trailing level among
    them; the stop then, and whether it is the trailing one.
    """
    level = fixed_stop
    is_trailing = False
    if side * (entry_price - side * distance) > side * fixed_stop:
        level = entry_price - side * distance
        is_trailing = True
    best = entry_price
    if side > 0.0:
        for i in range(start, stop):
            if low_reach[i] <= level or high_reach[i] >= target:
                return i, level, is_trailing
            if along[i] > best:
                best = along[i]
                if best - distance > level:
                    level = best - distance
                    is_trailing = True
    else:
        for i in range(start, stop):
            if high_reach[i] >= level or low_reach[i] <= target:
                return i, level, is_trailing
            if along[i] < best:
                best = along[i]
                if best + distance < level:
                    level = best + distance
                    is_trailing = True
    return stop, level, is_trailing


@compile_loop
def fill_orders(
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    low_reach: Floats,
    high_reach: Floats,
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
    terms: Floats,
    close_at_end: bool,
    with_excursions: bool,
    equity: Floats,
    codes: Codes,
    indices: Integers,
    figures: Floats,
) -> tuple[int, float, bool]:
    """Fill every order of the signals; write equity, shape (n,), and the trade tables (see `layout`).

    `low_reach`, `high_reach`: the lesser of low and open, the greater of high and open. Columns that a rule
    lacks come as empty arrays. The tables must have a column for each bar that could enter. Without
    `with_excursions` mae and mfe know only the two fills. Returns (number of trades, cash, ruined); cash is
    the equity outside a position.
    """
    n = len(close)
    commission_rate, commission_fixed = terms[COMMISSION_RATE], terms[COMMISSION_FIXED]
    slippage_rate, scale = terms[SLIPPAGE_RATE], terms[SCALE]
    entries = gather_entries(enter_long, enter_short)
    long_departures = gather_departures(exit_long, enter_short, enter_long)
    short_departures = gather_departures(exit_short, enter_long, enter_short)
    cash = initial_cash
    ruined = False
    count = 0
    # The next bar that leaves a long or a short; known once, it holds until that bar is passed.
    long_departure = -1
    short_departure = -1
    mark_cash(equity, cash, 0, first_bar + 1)
    bar = first_bar + 1  # the next bar to fill; its orders come from the signals of bar - 1
    while bar < n:
        signal_bar = find_flag(entries, bar - 1, n - 1)
        entry = signal_bar + 1
        mark_cash(equity, cash, bar, min(entry, n))
        if entry >= n:
            break
        side = 1.0 if enter_long[signal_bar] else -1.0
        entry_price = slipped_price(open_[entry], side, slippage_rate)
        stop_distance = value_at(stop_loss, signal_bar)
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

        # Levels: an infinite one is never reached, so the searches need no flags.
        stop = -side * np.inf
        if stop_distance > 0.0:
            stop = entry_price - side * stop_distance
        target = side * np.inf
        target_distance = value_at(take_profit, signal_bar)
        if target_distance > 0.0:
            target = entry_price + side * target_distance
        trail_distance = value_at(trailing_stop, signal_bar)

        # The open at which a signal leaves: its bar's signals count from the entry bar on.
        departure = long_departure if side > 0.0 else short_departure
        if departure < entry:
            departure = entry - 1
            while True:
                departure = find_flag(
                    long_departures if side > 0.0 else short_departures, departure + 1, n - 1
                )
                if departure >= n - 1:
                    break
                if exit_long[departure] if side > 0.0 else exit_short[departure]:
                    break
                if can_size(size, risk, stop_loss, departure):
                    break
            if side > 0.0:
                long_departure = departure
            else:
                short_departure = departure
        leave = departure + 1

        reason = OPEN
        stop_reason = STOP_LOSS
        if trail_distance > 0.0:
            exit_bar, stop, is_trailing = find_trailing_exit(
                low_reach,
                high_reach,
                high if side > 0.0 else low,
                side,
                entry_price,
                stop,
                target,
                trail_distance,
                entry,
                leave,
            )
            if is_trailing:
                stop_reason = TRAILING_STOP
        elif stop_distance > 0.0 or target_distance > 0.0:
            lower, upper = (stop, target) if side > 0.0 else (target, stop)
            exit_bar = find_touch(low_reach, high_reach, lower, upper, entry, leave)
        else:
            exit_bar = leave

        entry_commission = fill_commission(quantity * entry_price, commission_rate, commission_fixed)
        units = side * quantity
        base = cash - entry_commission - units * entry_price  # equity = base + units · price
        held_until = exit_bar
        ruin_bar = mark_equity(equity, close, base, units, entry, exit_bar)
        if ruin_bar < exit_bar:
            reason = RUIN
            ruined = True
            exit_bar = ruin_bar
            held_until = exit_bar + 1
            exit_reference = close[exit_bar]
            exit_price = exit_reference
        elif exit_bar >= n:
            exit_bar = n - 1
            exit_reference = close[exit_bar]
            exit_price = exit_reference
            if close_at_end:
                reason = END_OF_DATA
        elif exit_bar == leave:
            reason = SIGNAL if (exit_long[departure] if side > 0.0 else exit_short[departure]) else REVERSAL
            exit_reference = open_[exit_bar]
            exit_price = slipped_price(exit_reference, -side, slippage_rate)
        elif side * (low_reach[exit_bar] if side > 0.0 else high_reach[exit_bar]) <= side * stop:
            reason = stop_reason
            exit_reference = open_[exit_bar] if side * open_[exit_bar] <= side * stop else stop
            exit_price = slipped_price(exit_reference, -side, slippage_rate)
        else:
            reason = TAKE_PROFIT
            exit_reference = open_[exit_bar] if side * open_[exit_bar] >= side * target else target
            exit_price = exit_reference

        worst = entry_price
        best = entry_price
        if with_excursions:
            fell, rose = find_extremes(low, high, entry, held_until, entry_price)
            worst, best = (fell, rose) if side > 0.0 else (rose, fell)
        exit_commission = 0.0
        if reason != OPEN:
            exit_commission = fill_commission(quantity * exit_price, commission_rate, commission_fixed)
        pnl = write_trade(
            codes,
            indices,
            figures,
            count,
            side,
            reason,
            entry,
            exit_bar,
            quantity,
            entry_price,
            exit_price,
            abs(entry_price - open_[entry]) + abs(exit_price - exit_reference),
            entry_commission,
            exit_commission,
            0.0,
            worst,
            best,
        )
        count += 1
        if reason == OPEN:
            cash = base
            break
        cash += pnl
        bar = exit_bar
        if reason in (SIGNAL, REVERSAL):
            continue  # flat again at the same open, where an entry may follow
        equity[exit_bar] = cash
        if ruined:
            mark_cash(equity, cash, exit_bar, n)
            break
        bar = exit_bar + 1
    return count, cash, ruined or equity[n - 1] <= 0.0
