"""Bar by bar: what NumPy lacks, undefined instead of infinite, and the C library's pow and log."""

from __future__ import annotations

import math

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop


@compile_loop
def power(base: Column, exponent: Column) -> Column:
    """base ** exponent, NaN where one of them is NaN or the result is no finite real number. Shapes (bars,).

    By the C library: NumPy picks instructions by machine and by alignment, and need not agree with itself to
    the bit.
    """
    out = np.full(len(base), np.nan)
    for i in range(len(base)):
        if base[i] == base[i] and exponent[i] == exponent[i]:
            value = math.pow(base[i], exponent[i])
            if abs(value) < np.inf:
                out[i] = value
    return out


@compile_loop
def log(x: Column) -> Column:
    """Natural logarithm by the C library, as `power`; NaN where x is not above 0. Shapes (bars,)."""
    out = np.full(len(x), np.nan)
    for i in range(len(x)):
        if x[i] > 0.0:
            out[i] = math.log(x[i])
    return out


@compile_loop
def share(part: Column, other: Column) -> Column:
    """100·part/(part + other), 0 where both are 0; NaN where the sum is not finite. Shapes (bars,)."""
    out = np.full(len(part), np.nan)
    for i in range(len(part)):
        total = part[i] + other[i]
        if abs(total) < np.inf:
            if total != 0.0:
                value = 100.0 * (part[i] / total)
                if abs(value) < np.inf:
                    out[i] = value
            elif part[i] == 0.0:
                out[i] = 0.0
    return out


@compile_loop
def undefine_infinite(values: Column) -> None:
    """Turns what is not finite into NaN, in place. Shape (bars,)."""
    for i in range(len(values)):
        if not abs(values[i]) < np.inf:
            values[i] = np.nan
