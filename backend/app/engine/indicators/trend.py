"""Wilder's range and trend measures: the true range and ADX (New Concepts in Technical Trading Systems,
1978).
"""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop


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
def adx(high: Column, low: Column, close: Column, n: int) -> Column:
    """Average directional index, 0 to 100. As TA-Lib's ADX, whose first sums run over n − 1 moves.

    Shapes (bars,). First defined after 2n − 1 moves in a row; starts anew after a NaN.
    """
    out = np.full(len(close), np.nan)
    plus = 0.0
    minus = 0.0
    reach = 0.0
    total = 0.0
    average = 0.0
    moves = 0
    for i in range(1, len(close)):
        true = find_true_range(high[i], low[i], close[i - 1])
        up = high[i] - high[i - 1]
        down = low[i - 1] - low[i]
        if not (true < np.inf and abs(up) < np.inf and abs(down) < np.inf):
            moves = 0
            continue
        moves += 1
        if moves == 1:
            plus, minus, reach, total = 0.0, 0.0, 0.0, 0.0
        if moves >= n:
            plus -= plus / n
            minus -= minus / n
            reach -= reach / n
        if up > 0.0 and up > down:
            plus += up
        elif down > 0.0 and down > up:
            minus += down
        reach += true
        if moves < n:
            continue
        direction = find_direction(plus, minus, reach)
        if moves < 2 * n:
            if direction == direction:
                total += direction
            average = total / n
        elif direction == direction:
            average = (average * (n - 1) + direction) / n
        if moves >= 2 * n - 1:
            out[i] = average
    return out


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
