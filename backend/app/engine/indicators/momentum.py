"""Momentum: RSI and the stochastic."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.indicators.exact_sums import mean_ending_at

RSI_STATE = 3


@compile_loop
def rsi(x: Column, n: int, first: int, state: Column) -> Column:
    """Relative strength index (Wilder 1978): 100·g/(g + l) of the smoothed rises g and falls l. As TA-Lib's
    RSI.

    x: shape (first + bars,), of which `first` are history (up to n bars). The result, shape (bars,), lies
    between 0 and 100; it is 0 where nothing moved. First defined after n finite moves in a row; starts anew
    after a NaN. State: moves in a row, both averages.
    """
    out = np.full(len(x) - first, np.nan)
    weight = 1.0 / n
    run = int(state[0])
    rise = state[1]
    fall = state[2]
    for i in range(max(first, 1), len(x)):
        move = x[i] - x[i - 1]
        if not abs(move) < np.inf:
            run = 0
            continue
        run += 1
        if run == n:
            rise = average_moves(x, i, n, 1.0)
            fall = average_moves(x, i, n, -1.0)
        else:
            rise += (max(move, 0.0) - rise) * weight
            fall += (max(-move, 0.0) - fall) * weight
        total = rise + fall
        if run >= n and total < np.inf:
            out[i - first] = 0.0 if total == 0.0 else 100.0 * (rise / total)
    state[0] = run
    state[1] = rise
    state[2] = fall
    return out


@compile_loop
def average_moves(x: Column, end: int, n: int, sign: float) -> float:
    """The mean of the n moves up to `end`, those against `sign` (1 or -1) counted as 0."""
    moves = np.empty(n)
    for k in range(n):
        i = end - n + 1 + k
        moves[k] = max(sign * (x[i] - x[i - 1]), 0.0)
    return mean_ending_at(moves, n - 1, n)


@compile_loop
def stochastic(close: Column, lowest: Column, highest: Column) -> Column:
    """100·(close − lowest)/(highest − lowest), 0 where the two are equal. As the fast %K of TA-Lib's STOCHF.

    Shapes (bars,). NaN where one of the three is.
    """
    out = np.full(len(close), np.nan)
    for i in range(len(close)):
        reach = highest[i] - lowest[i]
        if reach == 0.0:
            if close[i] == close[i]:
                out[i] = 0.0
        else:
            value = 100.0 * ((close[i] - lowest[i]) / reach)
            if abs(value) < np.inf:
                out[i] = value
    return out
