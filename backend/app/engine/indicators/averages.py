"""Recursive averages: started by the first n defined values in a row, and anew after an undefined one.

Each kernel goes on where an earlier stretch ended: `first` is the place of the first bar to compute, what
stands before it is the history that a start needs, and `state` is what the recursion carried so far, all
zeros at the beginning and written back at the end. Whole columns are one stretch with `first` 0.
"""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.indicators.exact_sums import mean_ending_at

SMOOTH_STATE = 2
MACD_STATE = 3


def ema(x: Column, n: int, first: int, state: Column) -> Column:
    """Exponential average: the mean of the first n values, then e += (x − e)·2/(n+1). As TA-Lib's EMA.

    x: shape (first + bars,), the result (bars,) and in the same unit. n ≥ 1; with 1 it is x. NaN before n
    values in a row. The history is n − 1 bars, the state `SMOOTH_STATE` numbers.
    """
    return smooth(x, n, 2.0 / (n + 1), first, state)


def rma(x: Column, n: int, first: int, state: Column) -> Column:
    """Wilder's average: the mean of the first n values, then r += (x − r)/n (Wilder 1978). Else as `ema`."""
    return smooth(x, n, 1.0 / n, first, state)


def macd(x: Column, fast: int, slow: int, first: int, state: Column) -> Column:
    """The distance between two exponential averages, both started where the slower one is. As TA-Lib's MACD.

    x: shape (first + bars,), the result (bars,) and in the same unit. The shorter window is the fast one,
    whatever the order. NaN before max(fast, slow) values in a row; the history is one bar less, the state
    `MACD_STATE` numbers.
    """
    return subtract_averages(x, min(fast, slow), max(fast, slow), first, state)


@compile_loop
def smooth(x: Column, n: int, weight: float, first: int, state: Column) -> Column:
    """The mean of n values when they are there, then e += (x − e)·weight.

    A constant stretch keeps its value to the bit. State: defined values in a row, the average.
    """
    out = np.full(len(x) - first, np.nan)
    run = int(state[0])
    average = state[1]
    for i in range(first, len(x)):
        value = x[i]
        if value != value:
            run = 0
            continue
        run += 1
        if run == n:
            average = mean_ending_at(x, i, n)
        elif weight == 1.0:
            average = value
        else:
            average += (value - average) * weight
        if run >= n and abs(average) < np.inf:
            out[i - first] = average
    state[0] = run
    state[1] = average
    return out


@compile_loop
def subtract_averages(x: Column, fast: int, slow: int, first: int, state: Column) -> Column:
    """The fast exponential average less the slow one. State: defined values in a row, both averages."""
    out = np.full(len(x) - first, np.nan)
    fast_weight = 2.0 / (fast + 1)
    slow_weight = 2.0 / (slow + 1)
    run = int(state[0])
    fast_average = state[1]
    slow_average = state[2]
    for i in range(first, len(x)):
        value = x[i]
        if value != value:
            run = 0
            continue
        run += 1
        if run == slow:
            fast_average = mean_ending_at(x, i, fast)
            slow_average = mean_ending_at(x, i, slow)
        else:
            fast_average = value if fast == 1 else fast_average + (value - fast_average) * fast_weight
            slow_average = value if slow == 1 else slow_average + (value - slow_average) * slow_weight
        result = fast_average - slow_average
        if run >= slow and abs(result) < np.inf:
            out[i - first] = result
    state[0] = run
    state[1] = fast_average
    state[2] = slow_average
    return out
