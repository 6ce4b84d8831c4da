"""Sums and weighted sums over the last n bars: exact, rounded once, in a time that does not depend on n.

A plain running sum drifts: its bits depend on where the data starts, and equal windows give unequal sums.
Here nothing is rounded before the end. Each value is split into two parts on fixed grids, a = the value
rounded to a multiple of 2^g and b = the rest (Rump, Ogita, Oishi, "Accurate floating-point summation", 2008).
The grids are chosen so that running sums of the parts stay below 2^53 grid units: adding a bar and taking one
out are then exact, and the window's sum is a + b exactly, whatever g was. Data whose magnitudes are too far
apart for two grids take the slower way through `exact_sums`, which gives the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.indicators.exact_sums import sum_windows

# 106 bits less what `_divide` needs for rounding its quotient right.
_BITS_OF_TWO_GRIDS = 100
# Far from overflow and from subnormal numbers, where splitting and dividing would round.
_HIGHEST_EXPONENT = 990
_LOWEST_EXPONENT = -900
_SPLITTER = 134217729.0  # 2^27 + 1 (Veltkamp)
_LANES = 256
_BLOCK_BARS = 1_024


def sum_window(x: Column, n: int) -> Column:
    """x[i-n+1] + … + x[i], the exact sum rounded once.

    x: shape (bars,), the result too. n from 1 to 5,000. NaN before n bars and where a value of the window is
    NaN.
    """
    return _run(x, n, n, 1, False)


def mean_window(x: Column, n: int) -> Column:
    """The mean of x[i-n+1] … x[i]: the exact sum divided by n and rounded once. Else as `sum_window`."""
    return _run(x, n, n, n, False)


def weighted_mean_window(x: Column, n: int) -> Column:
    """(1·x[i-n+1] + … + n·x[i]) / (n(n+1)/2), exact and rounded once. Else as `sum_window`."""
    total = n * (n + 1) // 2
    return _run(x, n, total, total, True)


def _run(x: Column, n: int, weight: int, divisor: int, is_weighted: bool) -> Column:
    out = np.full(len(x), np.nan)
    if len(x) < n:
        return out
    spare_bits = (weight + 1).bit_length()
    high, low = measure_exponents(x)
    unit = high - (_BITS_OF_TWO_GRIDS - 2 * spare_bits)  # the fine grid's
    if low < unit:
        low = find_lowest_bit(x)
    if low < unit or unit < _LOWEST_EXPONENT or high + spare_bits > _HIGHEST_EXPONENT:
        sum_windows(x, n, divisor, is_weighted, low, high, out)
        return out
    anchor = math.ldexp(1.5, 52 + 53 + unit - spare_bits)
    if is_weighted:
        weigh_on_grids(x, n, divisor, anchor, out)
    elif has_undefined(x):
        sum_on_grids(x, n, divisor, anchor, out)
    else:
        sum_defined_on_grids(x, n, divisor, anchor, out)
    return out


@compile_loop
def measure_exponents(x: Column) -> tuple[int, int]:
    """(high, low): every defined |x| is below 2^high and a multiple of 2^low, as if all of its 53 bits were
    used.
    """
    greatest = np.zeros(_LANES)
    least = np.full(_LANES, np.inf)
    for start in range(0, len(x), _LANES):
        part = x[start : start + _LANES]
        for lane in range(len(part)):
            size = abs(part[lane])
            greatest[lane] = size if size > greatest[lane] else greatest[lane]
            is_less = (size > 0.0) & (size < least[lane])
            least[lane] = size if is_less else least[lane]
    if greatest.max() == 0.0:
        return 0, 0
    return math.frexp(greatest.max())[1], math.frexp(least.min())[1] - 53


@compile_loop
def has_undefined(x: Column) -> bool:
    """Whether a value is NaN."""
    found = False
    for i in range(len(x)):
        found |= x[i] != x[i]
    return found


@compile_loop
def find_lowest_bit(x: Column) -> int:
    """The exponent of the lowest bit set in any defined value: all are multiples of 2 to its power."""
    lowest = 1024
    for value in x:
        if value != 0.0 and value == value:
            fraction, exponent = math.frexp(value)
            mantissa = int(math.ldexp(fraction, 53))
            lowest_bit = float(mantissa & -mantissa)
            lowest = min(lowest, exponent - 54 + math.frexp(lowest_bit)[1])
    return lowest


@compile_loop
def divide_parts(coarse: float, fine: float, divisor: float) -> float:
    """(coarse + fine) / divisor, rounded once; both parts exact, `divisor` a whole number below 2^25.

    The quotient of the leading part is mended by its exact remainder. The exact result lies further from the
    middle between two float64 than the mend's own error, or is that middle exactly, so the last addition
    rounds it right.
    """
    lead = coarse + fine
    if divisor == 1.0:
        return lead
    back = lead - coarse
    tail = (coarse - (lead - back)) + (fine - back)
    quotient = lead / divisor
    spread = quotient * _SPLITTER
    upper = spread - (spread - quotient)
    lower = quotient - upper
    remainder = (lead - upper * divisor) - lower * divisor
    return quotient + (remainder + tail) / divisor


@compile_loop
def sum_on_grids(x: Column, n: int, divisor: int, anchor: float, out: Column) -> None:
    """Writes the windows' sums divided by `divisor` to `out`. `anchor`: 1.5·2^52 units of the coarse grid."""
    coarse = 0.0
    fine = 0.0
    undefined = 0
    for i in range(len(x)):
        value = x[i]
        if value == value:
            part = (value + anchor) - anchor
            coarse += part
            fine += value - part
        else:
            undefined += 1
        if i >= n:
            value = x[i - n]
            if value == value:
                part = (value + anchor) - anchor
                coarse -= part
                fine -= value - part
            else:
                undefined -= 1
        if undefined == 0 and i >= n - 1:
            out[i] = divide_parts(coarse, fine, float(divisor))


@compile_loop
def sum_defined_on_grids(x: Column, n: int, divisor: int, anchor: float, out: Column) -> None:
    """As `sum_on_grids` where no value is NaN, many bars at once.

    Every sum of parts is exact, so the order in which they are added changes nothing: what a bar adds and
    what leaves the window are taken together, and four bars together.
    """
    coarse = 0.0
    fine = 0.0
    for i in range(n):
        part = (x[i] + anchor) - anchor
        coarse += part
        fine += x[i] - part
    out[n - 1] = divide_parts(coarse, fine, float(divisor))
    coarse_sums = np.empty(_BLOCK_BARS)
    fine_sums = np.empty(_BLOCK_BARS)
    for start in range(n, len(x), _BLOCK_BARS):
        added = x[start : start + _BLOCK_BARS]
        removed = x[start - n : start - n + len(added)]
        coarse_part = coarse_sums[: len(added)]
        fine_part = fine_sums[: len(added)]
        for i in range(len(added)):
            part = (added[i] + anchor) - anchor
            gone = (removed[i] + anchor) - anchor
            coarse_part[i] = part - gone
            fine_part[i] = (added[i] - part) - (removed[i] - gone)
        coarse = accumulate(coarse_part, coarse)
        fine = accumulate(fine_part, fine)
        means = out[start : start + len(added)]
        for i in range(len(added)):
            means[i] = divide_parts(coarse_part[i], fine_part[i], float(divisor))


@compile_loop
def accumulate(steps: Column, total: float) -> float:
    """Replaces the steps by `total` plus all steps so far; every sum must be exact. Returns the last."""
    whole = len(steps) // 4 * 4
    for i in range(0, whole, 4):
        first = steps[i]
        second = first + steps[i + 1]
        third = second + steps[i + 2]
        fourth = second + (steps[i + 2] + steps[i + 3])
        steps[i] = total + first
        steps[i + 1] = total + second
        steps[i + 2] = total + third
        total += fourth
        steps[i + 3] = total
    for i in range(whole, len(steps)):
        total += steps[i]
        steps[i] = total
    return total


@compile_loop
def weigh_on_grids(x: Column, n: int, divisor: int, anchor: float, out: Column) -> None:
    """As `sum_on_grids`, the newest value counting n times and the oldest once."""
    coarse = 0.0
    fine = 0.0
    weighted_coarse = 0.0
    weighted_fine = 0.0
    undefined = 0
    for i in range(len(x)):
        # Every value in the window loses one weight; the oldest, at weight 1, thereby leaves.
        weighted_coarse -= coarse
        weighted_fine -= fine
        value = x[i]
        if value == value:
            part = (value + anchor) - anchor
            coarse += part
            fine += value - part
            weighted_coarse += n * part
            weighted_fine += n * (value - part)
        else:
            undefined += 1
        if i >= n:
            value = x[i - n]
            if value == value:
                part = (value + anchor) - anchor
                coarse -= part
                fine -= value - part
            else:
                undefined -= 1
        if undefined == 0 and i >= n - 1:
            out[i] = divide_parts(weighted_coarse, weighted_fine, float(divisor))
