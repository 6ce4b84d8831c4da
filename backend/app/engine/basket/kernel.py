"""Several instruments on one line of time, with one cash. Compiled; every fill is decided by `filling`.

At each time, in this order:

nights  of each instrument with a bar: what holding over the nights before it costs, then its splits
exits   orders of each one's own bar before; they free cash and slots
weights equity is taken: cash and what is held at its last known close; rebalancing sells, then buys
entries free slots go to the highest rank, ties and no rank in the order of the instruments
within  stops and targets of each bar that is over before the next time
close   equity is marked at the last known closes; ruin

The conventions are those of `app.engine.conventions`.
"""

from __future__ import annotations

import numpy as np

from app.engine.basket.shares import choose_next, find_equity, find_free_cash, find_share, find_slot
from app.engine.compiled import compile_loop
from app.engine.filling.columns import can_enter, read_signal
from app.engine.filling.costs import commission_of
from app.engine.filling.course import (
    close_slipped,
    find_exit_reason,
    meet_levels,
    reaches_stop,
    reaches_target,
)
from app.engine.filling.full_kernel import fill_entry
from app.engine.filling.layout import (
    CHANDELIER_COLUMN,
    END_OF_DATA,
    HELD_FIELDS,
    HELD_PRICE,
    HELD_QUANTITY,
    HELD_SIDE,
    OPEN,
    REBALANCE,
    RISK_COLUMN,
    RUIN,
    SCALE,
    SIZE_COLUMN,
    Codes,
    Flags,
    Floats,
    Integers,
)
from app.engine.filling.positions import (
    add_to_position,
    charge_nights,
    close_part,
    follow_chandelier,
    learn_bar,
    split_position,
    worth_without_cash,
)
from app.engine.filling.quantities import size_fill


@compile_loop
def fill_basket(
    time: Integers,
    offsets: Integers,
    places: Integers,
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    volume: Floats,
    step_seconds: int,
    enter_long: Flags,
    exit_long: Flags,
    enter_short: Flags,
    exit_short: Flags,
    columns: tuple[Floats, ...],
    rank: Floats,
    inverse_volatility: Floats,
    turns: Flags,
    nights: Floats,
    splits: Floats,
    first: int,
    slots: int,
    initial_cash: float,
    terms: Floats,
    tiers: Floats,
    close_at_end: bool,
    equity: Floats,
    codes: Codes,
    indices: Integers,
    figures: Floats,
) -> tuple[int, float, bool, int]:
    """Fill every order of the signals; write equity, shape (m,), and the trade tables (see `layout`).

    `time` to `step_seconds`, `splits`: of a `Timeline`. Everything of bars has shape (N,) or is empty:
    `columns` in the order of `layout.COLUMNS`, `rank`, `inverse_volatility` (equal weights without it),
    `turns` (bars before whose open a position is rebalanced), `nights`. `first`: the place of the run's first
    time. The tables' bars count over all instruments. They must have a column for each bar that could enter,
    two with `take_profit_share`, and one for each turn. Returns (number of trades, cash, ruined, place of the
    last time that was lived through); cash is the equity outside positions.
    """
    m, count_of_all = len(time), len(offsets) - 1
    realised = initial_cash
    ruined = False
    count = 0
    by_risk = len(columns[RISK_COLUMN]) > 0
    chandelier = columns[CHANDELIER_COLUMN]
    held = np.zeros((count_of_all, HELD_FIELDS))
    signals = np.empty((count_of_all, len(columns)))
    wanted = np.zeros(count_of_all)
    ratios = np.ones(count_of_all)
    fraction = np.ones(count_of_all)  # of its slot, as the signal said that a position came from
    mark = np.full(count_of_all, np.nan)  # the price that a position was last worth
    known = np.full(count_of_all, -1)  # the last bar that is over
    live = np.full(count_of_all, -1)  # the bar that has opened and is not over
    following = np.zeros(count_of_all, np.int64)
    arrived = np.zeros(count_of_all, np.int64)
    for k in range(count_of_all):
        bar = offsets[k]
        while bar < offsets[k + 1] and places[bar] <= first:
            bar += 1
        following[k] = bar
        live[k] = bar - 1 if bar > offsets[k] else -1
        known[k] = bar - 2 if bar - 1 > offsets[k] else -1
    equity[: first + 1] = initial_cash
    last = m - 1
    for step in range(first, m):
        here = 0
        is_turn = False
        for k in range(count_of_all):
            wanted[k] = 0.0
            bar = following[k]
            if step == first or bar >= offsets[k + 1] or places[bar] != step:
                continue
            following[k] += 1
            live[k] = bar
            arrived[here] = k
            here += 1
            row = held[k]
            before = bar - 1
            if before < offsets[k]:
                continue
            if len(nights) > 0 and row[HELD_SIDE] != 0.0:
                charge_nights(row, close[before], nights[bar], terms)
            ratios[k] = splits[bar] if len(splits) > 0 else 1.0
            if ratios[k] != 1.0:
                split_position(row, ratios[k])
                mark[k] /= ratios[k]
            if places[before] < first:
                continue
            if enter_long[before] != enter_short[before]:
                read_signal(signals[k], columns, before)
                if can_enter(signals[k], by_risk, False):
                    wanted[k] = 1.0 if enter_long[before] else -1.0
            if row[HELD_SIDE] != 0.0:
                leaves = exit_long[before] if row[HELD_SIDE] > 0.0 else exit_short[before]
                reason = find_exit_reason(row, leaves, bar, wanted[k])
                if reason != OPEN:
                    realised += close_slipped(
                        row,
                        codes,
                        indices,
                        figures,
                        count,
                        reason,
                        bar,
                        row[HELD_QUANTITY],
                        open_[bar],
                        volume[bar],
                        terms,
                        tiers,
                    )
                    count += 1
                is_turn |= row[HELD_SIDE] != 0.0 and turns[bar]

        total = find_equity(held, mark, realised)
        free = find_free_cash(held, realised)
        if is_turn and total > 0.0:
            # First what is too much, then, with that money too, what is too little.
            for i in range(here):
                k = arrived[i]
                row, bar = held[k], following[k] - 1
                if row[HELD_SIDE] == 0.0 or not turns[bar]:
                    continue
                share = find_share(inverse_volatility, known, k)
                target = find_slot(total, slots, share) * fraction[k]
                excess = row[HELD_QUANTITY] * open_[bar] - target
                quantity = np.floor(excess / open_[bar] * terms[SCALE]) / terms[SCALE]
                if 0.0 < quantity < row[HELD_QUANTITY]:
                    realised += close_slipped(
                        row,
                        codes,
                        indices,
                        figures,
                        count,
                        REBALANCE,
                        bar,
                        quantity,
                        open_[bar],
                        volume[bar],
                        terms,
                        tiers,
                    )
                    count += 1
            free = find_free_cash(held, realised)
            for i in range(here):
                k = choose_next(arrived, here, i, following, rank)
                row, bar = held[k], following[k] - 1
                if row[HELD_SIDE] == 0.0 or not turns[bar]:
                    continue
                share = find_share(inverse_volatility, known, k)
                target = find_slot(total, slots, share) * fraction[k]
                budget = min(target - row[HELD_QUANTITY] * open_[bar], free)
                if not budget > 0.0:
                    continue
                quantity, price = size_fill(
                    budget,
                    1.0,
                    False,
                    row[HELD_SIDE],
                    open_[bar],
                    True,
                    np.nan,
                    volume[bar],
                    terms,
                    tiers,
                )
                if quantity > 0.0:
                    commission = commission_of(quantity, price, terms, tiers)
                    add_to_position(row, quantity, price, open_[bar], commission)
                    free -= quantity * price + commission

        used = 0
        asking = 0
        for k in range(count_of_all):
            used += held[k, HELD_SIDE] != 0.0
        for i in range(here):
            k = arrived[i]
            if wanted[k] != 0.0 and held[k, HELD_SIDE] == 0.0:
                arrived[asking] = k
                asking += 1
        for i in range(asking):
            if used >= slots or not (free > 0.0 and total > 0.0):
                break
            k = choose_next(arrived, asking, i, following, rank)
            row, signal, bar = held[k], signals[k], following[k] - 1
            slot = find_slot(total, slots, find_share(inverse_volatility, known, k))
            asked = signal[SIZE_COLUMN]
            fraction[k] = min(asked, 1.0)
            money = slot
            if by_risk:
                # The risk is one of all equity, what may be paid for it is the slot's.
                money = min(slot, free)
                signal[RISK_COLUMN] *= total / money
            elif fraction[k] * slot > free:
                money = free
                signal[SIZE_COLUMN] = 1.0
            fill_entry(
                row,
                signal,
                by_risk,
                ratios[k],
                wanted[k],
                bar,
                open_[bar],
                True,
                money,
                volume[bar],
                terms,
                tiers,
            )
            if row[HELD_SIDE] != 0.0:
                used += 1
                mark[k] = row[HELD_PRICE]
                free = find_free_cash(held, realised)

        for k in range(count_of_all):
            bar = live[k]
            if bar < 0:
                continue
            if step_seconds > 0 and step < m - 1 and time[places[bar]] + step_seconds > time[step + 1]:
                has_more = following[k] < offsets[k + 1]
                if not (has_more and places[following[k]] == step + 1):
                    continue
            live[k] = -1
            known[k] = bar
            row = held[k]
            if row[HELD_SIDE] == 0.0:
                continue
            against, along = (low[bar], high[bar]) if row[HELD_SIDE] > 0.0 else (high[bar], low[bar])
            if reaches_stop(row, open_[bar], against) or reaches_target(row, open_[bar], along):
                realised, count = meet_levels(
                    row,
                    codes,
                    indices,
                    figures,
                    count,
                    bar,
                    open_[bar],
                    against,
                    along,
                    volume[bar],
                    realised,
                    terms,
                    tiers,
                )
            if row[HELD_SIDE] != 0.0:
                learn_bar(row, against, along)
            mark[k] = close[bar]
            if row[HELD_SIDE] != 0.0 and len(chandelier) > 0:
                follow_chandelier(row, chandelier[bar])

        if step == first:
            continue
        equity[step] = find_equity(held, mark, realised)
        if equity[step] <= 0.0:
            ruined = True
            last = step
            break

    reason = RUIN if ruined else END_OF_DATA if close_at_end else OPEN
    outside = realised
    for k in range(count_of_all):
        row = held[k]
        if row[HELD_SIDE] == 0.0:
            continue
        outside = worth_without_cash(row, outside)
        quantity, price = row[HELD_QUANTITY], mark[k]
        commission = commission_of(quantity, price, terms, tiers) if reason != OPEN else 0.0
        pnl = close_part(
            row,
            codes,
            indices,
            figures,
            count,
            reason,
            following[k] - 1,
            quantity,
            price,
            price,
            commission,
        )
        count += 1
        if reason != OPEN:
            realised += pnl
    if reason != OPEN:
        outside = realised
        equity[last:] = realised
    return count, outside, ruined or equity[m - 1] <= 0.0, last
