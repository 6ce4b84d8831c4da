"""How far values lie from their mean over a window."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop

_BLOCK_BARS = 1_024


@compile_loop
def stdev(x: Column, mean: Column, n: int) -> Column:
    """√(Σ(x − mean)²/n) over the last n bars, `mean` being the mean of the same window; ddof 0.

    Shapes (bars,). Two passes, squares added from the oldest to the newest of each window: a constant window
    gives exactly 0 and nothing depends on where the data starts. Bars run inside offsets, so that many bars
    are computed at once without changing the order of any sum. NaN where `mean` is.
    """
    out = np.full(len(x), np.nan)
    squares = np.empty(_BLOCK_BARS)
    for start in range(n - 1, len(x), _BLOCK_BARS):
        count = min(_BLOCK_BARS, len(x) - start)
        means = mean[start : start + count]
        block = squares[:count]
        block[:] = 0.0
        for offset in range(n):
            values = x[start - n + 1 + offset : start - n + 1 + offset + count]
            for j in range(count):
                distance = values[j] - means[j]
                block[j] += distance * distance
        for j in range(count):
            value = np.sqrt(block[j] / n)
            if value < np.inf:
                out[start + j] = value
    return out


@compile_loop
def mean_deviation(x: Column, mean: Column, n: int) -> Column:
    """Σ|x − mean|/n over the last n bars, `mean` being the mean of the same window. As `stdev` otherwise."""
    out = np.full(len(x), np.nan)
    for i in range(n - 1, len(x)):
        total = 0.0
        for k in range(i - n + 1, i + 1):
            total += abs(x[k] - mean[i])
        value = total / n
        if value < np.inf:
            out[i] = value
    return out
