"""Momentum: RSI and the stochastic."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.indicators.averages import find_starts
from app.engine.indicators.exact_sums import means_ending_at


def rsi(x: Column, n: int) -> Column:
    """Relative strength index (Wilder 1978): 100·g/(g + l) of the smoothed rises g and falls l. As TA-Lib's
    RSI.

    x: shape (bars,). The result, of the same shape, lies between 0 and 100; it is 0 where nothing moved.
    First defined after n moves in a row; starts anew after a NaN.
    """
    rises, falls = split_moves(x)
    starts = find_starts(rises, n)
    return compare_moves(
        rises, falls, n, means_ending_at(rises, starts, n), means_ending_at(falls, starts, n)
    )


@compile_loop
def split_moves(x: Column) -> tuple[Column, Column]:
    """Rises and falls from bar to bar, both ≥ 0. NaN on the first bar and where the move is not finite."""
    rises = np.full(len(x), np.nan)
    falls = np.full(len(x), np.nan)
    for i in range(1, len(x)):
        move = x[i] - x[i - 1]
        if abs(move) < np.inf:
            rises[i] = move if move > 0.0 else 0.0
            falls[i] = -move if move < 0.0 else 0.0
    return rises, falls


@compile_loop
def compare_moves(rises: Column, falls: Column, n: int, rise_seeds: Column, fall_seeds: Column) -> Column:
    """100·g/(g + l), g and l being Wilder's averages of the rises and of the falls, from their seeds on."""
    out = np.full(len(rises), np.nan)
    weight = 1.0 / n
    rise = 0.0
    fall = 0.0
    run = 0
    seed = 0
    for i in range(len(rises)):
        if rises[i] != rises[i]:
            run = 0
            continue
        run += 1
        if run == n:
            rise = rise_seeds[seed]
            fall = fall_seeds[seed]
            seed += 1
        else:
            rise += (rises[i] - rise) * weight
            fall += (falls[i] - fall) * weight
        total = rise + fall
        if run >= n and total < np.inf:
            out[i] = 0.0 if total == 0.0 else 100.0 * (rise / total)
    return out


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
