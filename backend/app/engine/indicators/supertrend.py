"""The line that follows a trend at a distance and changes sides when the price closes through it."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop

SUPERTREND_STATE = 5


@compile_loop
def supertrend(high: Column, low: Column, close: Column, width: Column, first: int, state: Column) -> Column:
    """Supertrend (Seban 2009): bands (high + low)/2 ± `width` that only move towards the price.

    The upper band falls, and rises only after a close above it; the lower one the other way round. The line
    is the upper band until a close above it, then the lower one until a close below that, and so on; it
    starts as the upper band. Shapes (bars,), in price. Starts anew after a NaN. State: whether it runs, both
    bands, whether the line is the lower one, the close before.
    """
    out = np.full(len(close) - first, np.nan)
    runs = state[0]
    upper = state[1]
    lower = state[2]
    is_up = state[3]
    before = state[4]
    for i in range(first, len(close)):
        middle = (high[i] + low[i]) / 2.0
        top = middle + width[i]
        bottom = middle - width[i]
        if not (abs(top) < np.inf and abs(bottom) < np.inf and close[i] == close[i]):
            runs = 0.0
            continue
        if runs == 0.0:
            runs = 1.0
            upper = top
            lower = bottom
            is_up = 0.0
        else:
            if top < upper or before > upper:
                upper = top
            if bottom > lower or before < lower:
                lower = bottom
        if is_up == 0.0 and close[i] > upper:
            is_up = 1.0
        elif is_up == 1.0 and close[i] < lower:
            is_up = 0.0
        before = close[i]
        out[i - first] = lower if is_up == 1.0 else upper
    state[0] = runs
    state[1] = upper
    state[2] = lower
    state[3] = is_up
    state[4] = before
    return out
