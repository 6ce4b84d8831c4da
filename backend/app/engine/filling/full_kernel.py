"""The long way through the bars, one after another, with everything that a rule and its terms may ask for.

Within a bar, in this order:

night   what holding over the nights before the bar costs
split   one unit becomes `ratio` units: quantity, levels and a resting order with it
open    orders from the previous bar's signals: exit first, then the entry's order is placed
within  bar by bar of the finer interval where there is one: the market or limit order, stop levels, targets
close   equity is marked; the trailing levels learn of the bar; ruin; the resting order's bars run out
end     the last close closes what is open

The conventions are those of `app.engine.conventions`.
"""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.columns import can_enter, one_at, value_at
from app.engine.filling.costs import commission_of, slippage_at, slipped_price
from app.engine.filling.course import find_exit_reason, meet_levels, reaches_stop, reaches_target
from app.engine.filling.events import find_flag, gather_entries, mark_cash
from app.engine.filling.layout import (
    CHANDELIER_COLUMN,
    END_OF_DATA,
    HELD_FIELDS,
    HELD_QUANTITY,
    HELD_SIDE,
    LIMIT_BARS_COLUMN,
    LIMIT_ENTRY_COLUMN,
    MAX_BARS_COLUMN,
    OPEN,
    ORDER_BARS,
    ORDER_FIELDS,
    ORDER_PRICE,
    ORDER_RATIO,
    ORDER_SIDE,
    RISK_COLUMN,
    RUIN,
    SECOND_TARGET_COLUMN,
    SHARE_COLUMN,
    SIZE_COLUMN,
    STOP_LOSS_COLUMN,
    TAKE_PROFIT_COLUMN,
    TRAILING_PERCENT_COLUMN,
    TRAILING_STOP_COLUMN,
    Codes,
    Flags,
    Floats,
    Integers,
)
from app.engine.filling.positions import (
    charge_nights,
    close_part,
    follow_chandelier,
    learn_bar,
    open_position,
    split_position,
    worth_without_cash,
)
from app.engine.filling.quantities import size_fill


@compile_loop
def place_order(order: Floats, ordered: Floats, signal: Floats, side: float, close: float) -> None:
    """Place a signal's order, in place of any other; `ordered` keeps the signal.

    A market order is one for the next open whose limit nobody reads.
    """
    order[ORDER_SIDE] = side
    order[ORDER_PRICE] = close - side * signal[LIMIT_ENTRY_COLUMN]
    order[ORDER_BARS] = np.floor(signal[LIMIT_BARS_COLUMN])
    order[ORDER_RATIO] = 1.0
    for place in range(len(signal)):
        ordered[place] = signal[place]


@compile_loop
def split_order(order: Floats, ratio: float) -> None:
    """One unit became `ratio` units: the limit is divided, and so will be its signal's distances."""
    order[ORDER_PRICE] /= ratio
    order[ORDER_RATIO] *= ratio


@compile_loop
def fill_entry(
    held: Floats,
    signal: Floats,
    by_risk: bool,
    ratio: float,
    side: float,
    bar: int,
    reference: float,
    slips: bool,
    cash: float,
    volume: float,
    terms: Floats,
    tiers: Floats,
) -> None:
    """Open a position at `reference`, before slippage, where anything is affordable."""
    quantity, price = size_fill(
        cash,
        signal[RISK_COLUMN] if by_risk else signal[SIZE_COLUMN],
        by_risk,
        side,
        reference,
        slips,
        signal[STOP_LOSS_COLUMN] / ratio,
        volume,
        terms,
        tiers,
    )
    if quantity > 0.0:
        commission = commission_of(quantity, price, terms, tiers)
        open_position(held, signal, ratio, side, bar, quantity, price, reference, commission)


@compile_loop
def fill_orders_fully(
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    volume: Floats,
    enter_long: Flags,
    exit_long: Flags,
    enter_short: Flags,
    exit_short: Flags,
    columns: tuple[Floats, ...],
    finer: tuple[Floats, ...],
    finer_first: Integers,
    finer_stop: Integers,
    nights: Floats,
    splits: Floats,
    first_bar: int,
    initial_cash: float,
    terms: Floats,
    tiers: Floats,
    close_at_end: bool,
    equity: Floats,
    codes: Codes,
    indices: Integers,
    figures: Floats,
) -> tuple[int, float, bool]:
    """Fill every order of the signals; write equity, shape (n,), and the trade tables (see `layout`).

    `columns`: the rule's, in the order of `layout.COLUMNS`, empty where it has none. `finer`: open, high,
    low, close of the finer bars; those of a bar are finer_first[bar] up to but not finer_stop[bar], none
    where the two are equal; both empty without finer bars. `nights`: calendar nights before each bar,
    `splits`: the ratio before each bar's open; empty where nothing is charged, nothing splits. `tiers`: shape
    (count, 2).
    The tables must have a column for each bar that could enter, two with `take_profit_share`. Returns (number
    of trades, cash, ruined); cash is the equity outside a position.
    """
    n = len(close)
    cash = initial_cash
    ruined = False
    count = 0
    by_limit, by_risk = len(columns[LIMIT_ENTRY_COLUMN]) > 0, len(columns[RISK_COLUMN]) > 0
    signal, ordered = np.empty(len(columns)), np.empty(len(columns))
    chandelier = columns[CHANDELIER_COLUMN]
    held, order = np.zeros(HELD_FIELDS), np.zeros(ORDER_FIELDS)
    entries = gather_entries(enter_long, enter_short)
    mark_cash(equity, cash, 0, first_bar + 1)
    bar = first_bar
    while bar + 1 < n:
        bar += 1
        before = bar - 1
        if held[HELD_SIDE] == 0.0 and order[ORDER_SIDE] == 0.0:
            # Nothing can happen before the next entry.
            before = find_flag(entries, before, n - 1)
            mark_cash(equity, cash, bar, before + 1)
            bar = before + 1
            if bar >= n:
                break
        if len(nights) > 0 and held[HELD_SIDE] != 0.0:
            charge_nights(held, close[before], nights[bar], terms)
        ratio = splits[bar] if len(splits) > 0 else 1.0
        if ratio != 1.0:
            split_position(held, ratio)
            split_order(order, ratio)

        wanted = 0.0
        if enter_long[before] != enter_short[before]:
            # By hand, because a tuple of arrays is dear to hand on.
            signal[STOP_LOSS_COLUMN] = value_at(columns[STOP_LOSS_COLUMN], before)
            signal[TAKE_PROFIT_COLUMN] = value_at(columns[TAKE_PROFIT_COLUMN], before)
            signal[TRAILING_STOP_COLUMN] = value_at(columns[TRAILING_STOP_COLUMN], before)
            signal[SIZE_COLUMN] = one_at(columns[SIZE_COLUMN], before)
            signal[RISK_COLUMN] = value_at(columns[RISK_COLUMN], before)
            signal[LIMIT_ENTRY_COLUMN] = value_at(columns[LIMIT_ENTRY_COLUMN], before)
            signal[LIMIT_BARS_COLUMN] = one_at(columns[LIMIT_BARS_COLUMN], before)
            signal[TRAILING_PERCENT_COLUMN] = value_at(columns[TRAILING_PERCENT_COLUMN], before)
            signal[CHANDELIER_COLUMN] = value_at(columns[CHANDELIER_COLUMN], before)
            signal[SHARE_COLUMN] = one_at(columns[SHARE_COLUMN], before)
            signal[SECOND_TARGET_COLUMN] = value_at(columns[SECOND_TARGET_COLUMN], before)
            signal[MAX_BARS_COLUMN] = value_at(columns[MAX_BARS_COLUMN], before)
            if can_enter(signal, by_risk, by_limit):
                wanted = 1.0 if enter_long[before] else -1.0
        if held[HELD_SIDE] != 0.0:
            leaves = exit_long[before] if held[HELD_SIDE] > 0.0 else exit_short[before]
            reason = find_exit_reason(held, leaves, bar, wanted)
            if reason != OPEN:
                quantity = held[HELD_QUANTITY]
                slippage = slippage_at(quantity, volume[bar], terms)
                price = slipped_price(open_[bar], -held[HELD_SIDE], slippage)
                commission = commission_of(quantity, price, terms, tiers)
                cash += close_part(
                    held, codes, indices, figures, count, reason, bar, quantity, price, open_[bar], commission
                )
                count += 1
        if held[HELD_SIDE] == 0.0:
            if by_limit and (exit_long[before] if order[ORDER_SIDE] > 0.0 else exit_short[before]):
                order[ORDER_SIDE] = 0.0
            if wanted != 0.0:
                place_order(order, ordered, signal, wanted, close[before])
                split_order(order, ratio)

        first, stop = bar, bar + 1
        is_finer = len(finer_first) > 0 and finer_first[bar] < finer_stop[bar]
        if is_finer:
            first, stop = finer_first[bar], finer_stop[bar]
        for step in range(first, stop):
            if held[HELD_SIDE] == 0.0 and order[ORDER_SIDE] == 0.0:
                break
            if is_finer:
                opened, highest = finer[0][step], finer[1][step]
                lowest, closed = finer[2][step], finer[3][step]
            else:
                opened, highest, lowest, closed = open_[bar], high[bar], low[bar], close[bar]
            side = held[HELD_SIDE] if held[HELD_SIDE] != 0.0 else order[ORDER_SIDE]
            against, along = (lowest, highest) if side > 0.0 else (highest, lowest)
            if held[HELD_SIDE] == 0.0:
                limit = order[ORDER_PRICE]
                if not by_limit:
                    reference = open_[bar]
                elif side * opened <= side * limit:
                    reference = opened
                elif side * against <= side * limit:
                    # Of this bar only what surely came later counts from here on: the worse extreme, which
                    # lies behind the limit, and the close.
                    reference = limit
                    opened = limit
                    along = closed
                else:
                    continue
                fill_entry(
                    held,
                    ordered,
                    by_risk,
                    order[ORDER_RATIO],
                    side,
                    bar,
                    reference,
                    not by_limit,
                    cash,
                    volume[bar],
                    terms,
                    tiers,
                )
                order[ORDER_SIDE] = 0.0
                if held[HELD_SIDE] == 0.0:
                    break

            if reaches_stop(held, opened, against) or reaches_target(held, opened, along):
                cash, count = meet_levels(
                    held,
                    codes,
                    indices,
                    figures,
                    count,
                    bar,
                    opened,
                    against,
                    along,
                    volume[bar],
                    cash,
                    terms,
                    tiers,
                )
            if held[HELD_SIDE] != 0.0:
                learn_bar(held, against, along)

        if order[ORDER_SIDE] != 0.0:
            order[ORDER_BARS] -= 1.0
            if order[ORDER_BARS] < 1.0:
                order[ORDER_SIDE] = 0.0
        if held[HELD_SIDE] == 0.0:
            equity[bar] = cash
            continue
        if len(chandelier) > 0:
            follow_chandelier(held, chandelier[bar])
        quantity = held[HELD_QUANTITY]
        marked = worth_without_cash(held, cash) + held[HELD_SIDE] * quantity * close[bar]
        equity[bar] = marked
        if marked <= 0.0:
            price = close[bar]
            commission = commission_of(quantity, price, terms, tiers)
            cash += close_part(
                held, codes, indices, figures, count, RUIN, bar, quantity, price, price, commission
            )
            count += 1
            ruined = True
            mark_cash(equity, cash, bar, n)
            break

    if held[HELD_SIDE] != 0.0:
        price = close[n - 1]
        quantity = held[HELD_QUANTITY]
        base = worth_without_cash(held, cash)
        reason = END_OF_DATA if close_at_end else OPEN
        commission = commission_of(quantity, price, terms, tiers) if close_at_end else 0.0
        pnl = close_part(
            held, codes, indices, figures, count, reason, n - 1, quantity, price, price, commission
        )
        count += 1
        if close_at_end:
            cash += pnl
            equity[n - 1] = cash
        else:
            cash = base
    return count, cash, ruined or equity[n - 1] <= 0.0
