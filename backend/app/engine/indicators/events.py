"""What was when a condition was last true. Both go on where an earlier stretch ended, as in `averages`."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column, Truth
from app.engine.compiled import compile_loop

EVENT_STATE = 2


@compile_loop
def bars_since(condition: Truth, first: int, state: Column) -> Column:
    """How many bars ago the condition was last true, 0 where it is; NaN before the first time.

    Shapes (bars,). State: whether it was true yet, the count.
    """
    out = np.full(len(condition) - first, np.nan)
    happened = state[0]
    count = state[1]
    for i in range(first, len(condition)):
        if condition[i]:
            happened = 1.0
            count = 0.0
        else:
            count += 1.0
        if happened == 1.0:
            out[i - first] = count
    state[0] = happened
    state[1] = count
    return out


@compile_loop
def value_when(condition: Truth, x: Column, first: int, state: Column) -> Column:
    """x on the bar on which the condition was last true, be x undefined there; NaN before the first time.

    Shapes (bars,), in the unit of x. State: whether it was true yet, the value.
    """
    out = np.full(len(condition) - first, np.nan)
    happened = state[0]
    value = state[1]
    for i in range(first, len(condition)):
        if condition[i]:
            happened = 1.0
            value = x[i]
        if happened == 1.0:
            out[i - first] = value
    state[0] = happened
    state[1] = value
    return out
