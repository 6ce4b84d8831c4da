"""Recursive averages: started by the first n defined values in a row, and anew after an undefined one."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.indicators.exact_sums import Indices, means_ending_at


def ema(x: Column, n: int) -> Column:
    """Exponential average: the mean of the first n values, then e += (x − e)·2/(n+1). As TA-Lib's EMA.

    x: shape (bars,), the result too and in the same unit. n ≥ 1; with 1 it is x. NaN before n values in a
    row.
    """
    starts = find_starts(x, n)
    return smooth(x, n, 2.0 / (n + 1), means_ending_at(x, starts, n))


def rma(x: Column, n: int) -> Column:
    """Wilder's average: the mean of the first n values, then r += (x − r)/n (Wilder 1978). Else as `ema`."""
    starts = find_starts(x, n)
    return smooth(x, n, 1.0 / n, means_ending_at(x, starts, n))


def macd(x: Column, fast: int, slow: int) -> Column:
    """The distance between two exponential averages, both started where the slower one is. As TA-Lib's MACD.

    x: shape (bars,), the result too and in the same unit. The shorter window is the fast one, whatever the
    order. NaN before max(fast, slow) values in a row.
    """
    fast, slow = min(fast, slow), max(fast, slow)
    starts = find_starts(x, slow)
    return subtract_averages(
        x, fast, slow, means_ending_at(x, starts, fast), means_ending_at(x, starts, slow)
    )


@compile_loop
def find_starts(x: Column, n: int) -> Indices:
    """The bars on which n defined values in a row are there for the first time in their run."""
    count = 0
    run = 0
    for value in x:
        run = run + 1 if value == value else 0
        count += run == n
    starts = np.empty(count, np.int64)
    count = 0
    run = 0
    for i in range(len(x)):
        run = run + 1 if x[i] == x[i] else 0
        if run == n:
            starts[count] = i
            count += 1
    return starts


@compile_loop
def smooth(x: Column, n: int, weight: float, seeds: Column) -> Column:
    """The average takes the next of `seeds` when n values are there, then e += (x − e)·weight.

    A constant stretch keeps its value to the bit. NaN before n values in a row.
    """
    out = np.full(len(x), np.nan)
    run = 0
    seed = 0
    average = 0.0
    for i in range(len(x)):
        value = x[i]
        if value != value:
            run = 0
            continue
        run += 1
        if run == n:
            average = seeds[seed]
            seed += 1
        elif weight == 1.0:
            average = value
        else:
            average += (value - average) * weight
        if run >= n and abs(average) < np.inf:
            out[i] = average
    return out


@compile_loop
def subtract_averages(x: Column, fast: int, slow: int, fast_seeds: Column, slow_seeds: Column) -> Column:
    """The fast exponential average less the slow one, both seeded on bars where `slow` values are there."""
    out = np.full(len(x), np.nan)
    fast_weight = 2.0 / (fast + 1)
    slow_weight = 2.0 / (slow + 1)
    fast_average = 0.0
    slow_average = 0.0
    run = 0
    seed = 0
    for i in range(len(x)):
        value = x[i]
        if value != value:
            run = 0
            continue
        run += 1
        if run == slow:
            fast_average = fast_seeds[seed]
            slow_average = slow_seeds[seed]
            seed += 1
        else:
            fast_average = value if fast == 1 else fast_average + (value - fast_average) * fast_weight
            slow_average = value if slow == 1 else slow_average + (value - slow_average) * slow_weight
        result = fast_average - slow_average
        if run >= slow and abs(result) < np.inf:
            out[i] = result
    return out
