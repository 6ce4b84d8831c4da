"""Who gets a slot and how much money it holds. Compiled."""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.layout import (
    HELD_COMMISSION,
    HELD_FINANCING,
    HELD_PRICE,
    HELD_QUANTITY,
    HELD_SIDE,
    Floats,
    Integers,
)
from app.engine.filling.positions import worth_without_cash


@compile_loop
def find_equity(held: Floats, mark: Floats, realised: float) -> float:
    """What everything is worth: cash from finished trades, and positions at their `mark`."""
    total = realised
    for k in range(len(held)):
        row = held[k]
        if row[HELD_SIDE] != 0.0:
            total = worth_without_cash(row, total) + row[HELD_SIDE] * row[HELD_QUANTITY] * mark[k]
    return total


@compile_loop
def find_free_cash(held: Floats, realised: float) -> float:
    """Cash that no position needs: longs were paid for, shorts reserve their full notional."""
    free = realised
    for k in range(len(held)):
        row = held[k]
        if row[HELD_SIDE] != 0.0:
            free -= row[HELD_QUANTITY] * row[HELD_PRICE] + row[HELD_COMMISSION] + row[HELD_FINANCING]
    return free


@compile_loop
def find_share(inverse_volatility: Floats, known: Integers, k: int) -> float:
    """How much of a slot of the middling size an instrument gets, by the last bars that are over.

    Its inverse volatility over the mean one of all instruments that have one; 1 where it has none itself, and
    for equal weights.
    """
    if len(inverse_volatility) == 0 or known[k] < 0 or not inverse_volatility[known[k]] > 0.0:
        return 1.0
    total = 0.0
    count = 0
    for other in range(len(known)):
        if known[other] >= 0 and inverse_volatility[known[other]] > 0.0:
            total += inverse_volatility[known[other]]
            count += 1
    share: float = inverse_volatility[known[k]] / (total / count)
    return share


@compile_loop
def find_slot(total: float, slots: int, share: float) -> float:
    """Money of a slot."""
    return total / slots * share


@compile_loop
def choose_next(among: Integers, count: int, start: int, following: Integers, rank: Floats) -> int:
    """The instrument of the highest rank among `among[start:count]`, which moves to `among[start]`.

    The rank is that of the bar before the one that has opened (`following` − 1); an undefined one comes last.
    Of equal ones the first comes first: the others keep their order.
    """
    best = start
    if len(rank) > 0:
        for i in range(start + 1, count):
            own, other = rank[following[among[i]] - 2], rank[following[among[best]] - 2]
            if own > other or (np.isnan(other) and not np.isnan(own)):
                best = i
    chosen = among[best]
    for i in range(best, start, -1):
        among[i] = among[i - 1]
    among[start] = chosen
    return int(chosen)
