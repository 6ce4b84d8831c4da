"""Wilder's range and trend measures: the true range, both direction indicators and ADX (New Concepts in
Technical Trading Systems, 1978).

What is smoothed goes on where an earlier stretch ended, as in `averages`: one bar of history, and a state.
"""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop

DIRECTION_STATE = 4
ADX_STATE = 6


@compile_loop
def true_range(high: Column, low: Column, close: Column) -> Column:
    """The greatest of high − low, |high − close before|, |low − close before|, in price.

    Shapes (bars,). NaN on the first bar and where one of the four values is NaN.
    """
    out = np.full(len(close), np.nan)
    for i in range(1, len(close)):
        value = find_true_range(high[i], low[i], close[i - 1])
        if value < np.inf:
            out[i] = value
    return out


@compile_loop
def find_true_range(high: float, low: float, close_before: float) -> float:
    """One bar's true range; NaN when one of the values is."""
    if high != high or low != low or close_before != close_before:
        return np.nan
    return max(high - low, abs(high - close_before), abs(low - close_before))


@compile_loop
def adx(high: Column, low: Column, close: Column, n: int, first: int, state: Column) -> Column:
    """Average directional index, 0 to 100. As TA-Lib's ADX, whose first sums run over n − 1 moves.

    Shapes (first + bars,), the result's (bars,). First defined after 2n − 1 moves in a row; starts anew after
    a NaN. State: that of `share_of_range`, then the sum of the first n directions and their average.
    """
    out = np.full(len(close) - first, np.nan)
    moves, plus, minus, reach = state[0], state[1], state[2], state[3]
    total, average = state[4], state[5]
    for i in range(max(first, 1), len(close)):
        moves, plus, minus, reach = add_move(high, low, close, i, n, moves, plus, minus, reach)
        if moves < n:
            total = 0.0
            continue
        direction = find_direction(plus, minus, reach)
        if moves < 2 * n:
            if direction == direction:
                total += direction
            average = total / n
        elif direction == direction:
            average = (average * (n - 1) + direction) / n
        if moves >= 2 * n - 1:
            out[i - first] = average
    state[0], state[1], state[2], state[3] = moves, plus, minus, reach
    state[4], state[5] = total, average
    return out


def plus_di(high: Column, low: Column, close: Column, n: int, first: int, state: Column) -> Column:
    """The share of upward movement in the range, 0 to 100; 0 where nothing moved. As TA-Lib's PLUS_DI, n > 1.

    Shapes (first + bars,), the result's (bars,). First defined after n moves in a row; starts anew after a
    NaN. State: that of `share_of_range`.
    """
    return share_of_range(high, low, close, n, True, first, state)


def minus_di(high: Column, low: Column, close: Column, n: int, first: int, state: Column) -> Column:
    """The share of downward movement in the range. As `plus_di`."""
    return share_of_range(high, low, close, n, False, first, state)


@compile_loop
def share_of_range(
    high: Column, low: Column, close: Column, n: int, is_up: bool, first: int, state: Column
) -> Column:
    """100 times the smoothed movement up or down divided by the smoothed true range.

    State: moves in a row, then Wilder's sums of upward movement, of downward movement and of the true range.
    """
    out = np.full(len(close) - first, np.nan)
    moves, plus, minus, reach = state[0], state[1], state[2], state[3]
    for i in range(max(first, 1), len(close)):
        moves, plus, minus, reach = add_move(high, low, close, i, n, moves, plus, minus, reach)
        if moves >= n and reach < np.inf:
            out[i - first] = 100.0 * ((plus if is_up else minus) / reach) if reach > 0.0 else 0.0
    state[0], state[1], state[2], state[3] = moves, plus, minus, reach
    return out


@compile_loop
def add_move(
    high: Column,
    low: Column,
    close: Column,
    i: int,
    n: int,
    moves: float,
    plus: float,
    minus: float,
    reach: float,
) -> tuple[float, float, float, float]:
    """The smoothed sums after the move into bar i, which is none where a value is undefined."""
    true = find_true_range(high[i], low[i], close[i - 1])
    up = high[i] - high[i - 1]
    down = low[i - 1] - low[i]
    if not (true < np.inf and abs(up) < np.inf and abs(down) < np.inf):
        return 0.0, plus, minus, reach
    moves += 1.0
    if moves == 1.0:
        plus, minus, reach = 0.0, 0.0, 0.0
    if moves >= n:
        plus -= plus / n
        minus -= minus / n
        reach -= reach / n
    if up > 0.0 and up > down:
        plus += up
    elif down > 0.0 and down > up:
        minus += down
    return moves, plus, minus, reach + true


@compile_loop
def find_direction(plus: float, minus: float, reach: float) -> float:
    """100·|+DI − −DI| / (+DI + −DI); NaN where nothing moved, which leaves the average as it is."""
    if not 0.0 < reach < np.inf:
        return np.nan
    plus_share = 100.0 * (plus / reach)
    minus_share = 100.0 * (minus / reach)
    shares = plus_share + minus_share
    if shares == 0.0:
        return np.nan
    return 100.0 * (abs(minus_share - plus_share) / shares)
