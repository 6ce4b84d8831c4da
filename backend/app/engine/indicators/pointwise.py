"""What has no exact counterpart in NumPy: the C library's pow, and undefined instead of infinite."""

from __future__ import annotations

import math

import numpy as np

from app.engine.bars import Column, Truth
from app.engine.indicators.compiled import compile_loop


@compile_loop
def power(base: Column, exponent: Column) -> Column:
    """base ** exponent by the C library, bar by bar; NaN where that is no finite real number. Shapes (bars,).

    NumPy's own power takes other instructions on other machines and need not agree with itself to the bit.
    """
    out = np.full(len(base), np.nan)
    for i in range(len(base)):
        if base[i] == base[i] and exponent[i] == exponent[i]:
            value = math.pow(base[i], exponent[i])
            if abs(value) < np.inf:
                out[i] = value
    return out


@compile_loop
def undefine_infinite(values: Column) -> None:
    """Turns what is not finite into NaN, in place."""
    for i in range(len(values)):
        if not abs(values[i]) < np.inf:
            values[i] = np.nan


def crossover(a: Column | float, b: Column | float) -> Truth:
    """a[i-1] ≤ b[i-1] and a[i] > b[i]; false with a NaN among the four. At least one of shape (bars,)."""
    above = np.greater(a, b)
    out = np.zeros(len(above), np.bool_)
    np.logical_and(above[1:], np.less_equal(a, b)[:-1], out=out[1:])
    return out
