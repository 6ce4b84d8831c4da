"""Recursive averages. They start with the first run of n defined values and anew after an undefined one."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.indicators.compiled import compile_loop
from app.engine.indicators.exact_sums import mean_exactly


def ema(x: Column, n: int) -> Column:
    """Exponential average: the mean of the first n values, then e += (x − e)·2/(n+1). As TA-Lib's EMA.

    x: shape (bars,), any unit; the result has the same. n ≥ 1. NaN before n values in a row.
    """
    return smooth(x, n, 2.0, n + 1.0)


def rma(x: Column, n: int) -> Column:
    """Wilder's average: the mean of the first n values, then r += (x − r)/n (Wilder 1978). NaN as in `ema`."""
    return smooth(x, n, 1.0, float(n))


@compile_loop
def smooth(x: Column, n: int, numerator: float, denominator: float) -> Column:
    """The mean of the first n values, then e += (x − e)·numerator / denominator.

    With n = 1 it is x itself. A constant stretch keeps its value to the bit.
    """
    out = np.full(len(x), np.nan)
    weight = numerator / denominator
    run = 0
    average = 0.0
    for i in range(len(x)):
        value = x[i]
        if value != value:
            run = 0
            continue
        run += 1
        if run < n:
            continue
        if n == 1:
            average = value
        elif run == n:
            average = mean_exactly(x[i - n + 1 : i + 1])
        else:
            average += (value - average) * weight
        if abs(average) < np.inf:
            out[i] = average
        else:
            run = 0
    return out


@compile_loop
def macd(x: Column, fast: int, slow: int) -> Column:
    """The distance between two exponential averages, both started where the slower one is (TA-Lib's MACD).

    x: shape (bars,). The shorter window is the fast one, whatever the order. NaN before max(fast, slow) values in a row.
    """
    out = np.full(len(x), np.nan)
    short, long = min(fast, slow), max(fast, slow)
    short_weight = 2.0 / (short + 1.0)
    long_weight = 2.0 / (long + 1.0)
    short_average = 0.0
    long_average = 0.0
    run = 0
    for i in range(len(x)):
        value = x[i]
        if value != value:
            run = 0
            continue
        run += 1
        if run < long:
            continue
        if run == long:
            short_average = mean_exactly(x[i - short + 1 : i + 1])
            long_average = mean_exactly(x[i - long + 1 : i + 1])
        else:
            short_average = value if short == 1 else short_average + (value - short_average) * short_weight
            long_average = value if long == 1 else long_average + (value - long_average) * long_weight
        result = short_average - long_average
        if abs(result) < np.inf:
            out[i] = result
        else:
            run = 0
    return out
