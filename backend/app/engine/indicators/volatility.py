"""How far values lie from their mean over a window."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop

_BLOCK_BARS = 1_024


def stdev(x: Column, mean: Column, n: int) -> Column:
    """√(Σ(x − mean)²/n) over the last n bars, `mean` being the mean of the same window; ddof 0.

    Shapes (bars,). NaN where `mean` is. A constant window gives exactly 0.
    """
    return average_distances(x, mean, n, True)


def mean_deviation(x: Column, mean: Column, n: int) -> Column:
    """Σ|x − mean|/n over the last n bars. Else as `stdev`."""
    return average_distances(x, mean, n, False)


@compile_loop
def average_distances(x: Column, mean: Column, n: int, is_squared: bool) -> Column:
    """The mean distance from the mean of each window, or the root of the mean squared one.

    Two passes, distances added from the oldest to the newest of each window: nothing depends on where the
    data starts. Bars run inside offsets, so that many bars are computed at once without changing the order of
    any sum.
    """
    out = np.full(len(x), np.nan)
    totals = np.empty(_BLOCK_BARS)
    for start in range(n - 1, len(x), _BLOCK_BARS):
        count = min(_BLOCK_BARS, len(x) - start)
        means = mean[start : start + count]
        block = totals[:count]
        block[:] = 0.0
        for offset in range(n):
            values = x[start - n + 1 + offset : start - n + 1 + offset + count]
            if is_squared:
                for j in range(count):
                    distance = values[j] - means[j]
                    block[j] += distance * distance
            else:
                for j in range(count):
                    block[j] += abs(values[j] - means[j])
        for j in range(count):
            value = block[j] / n
            if is_squared:
                value = np.sqrt(value)
            if value < np.inf:
                out[start + j] = value
    return out
