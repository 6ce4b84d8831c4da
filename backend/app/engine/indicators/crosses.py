"""Crossings of two columns."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column, Truth


def crossover(a: Column, b: Column) -> Truth:
    """a[i-1] ≤ b[i-1] and a[i] > b[i]; false on the first bar and where one is NaN. Shapes (bars,)."""
    crossed = np.zeros(len(a), np.bool_)
    np.logical_and(np.greater(a[1:], b[1:]), np.less_equal(a[:-1], b[:-1]), out=crossed[1:])
    return crossed
