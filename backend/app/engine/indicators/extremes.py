"""The greatest and the least of the last n bars."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop


def highest(x: Column, n: int) -> Column:
    """The greatest of x[i-n+1] … x[i]. Shapes (bars,); NaN before n bars and where one of them is NaN."""
    return find_extremes(x, n, 1.0)


def lowest(x: Column, n: int) -> Column:
    """The least of x[i-n+1] … x[i]. As `highest`."""
    return find_extremes(x, n, -1.0)


@compile_loop
def find_extremes(x: Column, n: int, sign: float) -> Column:
    """The value of each window whose product with `sign` (1 or -1) is greatest.

    Keeps the bars that can still become the extreme of a window in a ring, their values falling away:
    each bar enters and leaves once, whatever n.
    """
    out = np.full(len(x), np.nan)
    candidates = np.empty(n, np.int64)
    first = 0
    count = 0
    run = 0
    for i in range(len(x)):
        value = x[i] * sign
        if value != value:
            run = 0
            count = 0
            continue
        run += 1
        if count > 0 and candidates[first] <= i - n:
            first = first + 1 if first + 1 < n else 0
            count -= 1
        while count > 0:
            last = first + count - 1
            if last >= n:
                last -= n
            if x[candidates[last]] * sign > value:
                break
            count -= 1
        place = first + count
        if place >= n:
            place -= n
        candidates[place] = i
        count += 1
        if run >= n:
            out[i] = x[candidates[first]]
    return out
