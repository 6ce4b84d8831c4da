"""Drawdowns of an equity curve."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop


def drawdowns(equity: Column) -> Column:
    """E_t / max(E_0 … E_t) − 1 at each bar, shape (n,), ≤ 0. The first value must be above 0."""
    falls: Column = equity / np.maximum.accumulate(equity) - 1.0
    return falls


@compile_loop
def measure_drawdowns(equity: Column) -> tuple[float, int]:
    """(the deepest of `drawdowns`, the longest run of closes below the former peak in bars).

    A run that is not recovered counts to the end.
    """
    peak = equity[0]
    trough = peak
    peak_bar = 0
    deepest = 0.0
    longest = 0
    for bar in range(len(equity)):
        value = equity[bar]
        if value < peak:
            if value < trough:
                trough = value
        else:
            if trough < peak:
                deepest = min(deepest, trough / peak - 1.0)
                longest = max(longest, bar - peak_bar - 1)
            peak = value
            trough = value
            peak_bar = bar
    if trough < peak:
        deepest = min(deepest, trough / peak - 1.0)
        longest = max(longest, len(equity) - peak_bar - 1)
    return deepest, longest
