"""Crossings of two columns."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column, Truth
from app.engine.compiled import compile_loop


@compile_loop
def crossover(a: Column, b: Column) -> Truth:
    """a[i-1] ≤ b[i-1] and a[i] > b[i]; false on the first bar and where one is NaN. Shapes (bars,)."""
    crossed = np.empty(len(a), np.bool_)
    if len(a) > 0:
        crossed[0] = False
    for i in range(1, len(a)):
        crossed[i] = (a[i] > b[i]) & (a[i - 1] <= b[i - 1])
    return crossed
