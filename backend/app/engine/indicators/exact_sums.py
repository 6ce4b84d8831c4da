"""Sums of float64 without any rounding: one wide fixed-point number in base 2^32.

Every finite float64 is a whole multiple of 2^-1074, so a sum of them is a whole number of that unit. It is
kept in limbs of 32 bits, each in an int64 with room for carries (Neal, "Fast exact summation using small and
large superaccumulators", 2015). Values can be taken out again exactly, and the result is rounded once, to
nearest even.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.compiled import compile_loop

Limbs = NDArray[np.int64]

_LIMB_COUNT = 70
_LIMB_BITS = 32
_LIMB_MASK = 0xFFFFFFFF
_LOWEST_EXPONENT = -1074
# The most that the weights of a window, and so the divisor of its sum, can come to.
_WEIGHT_BITS = 24
# Room below a sum for the 62 bits of a quotient that is up to 24 bits shorter.
_SPARE_LIMBS = 3
# Gathered from the highest bit down before rounding: more than the 53 of a float64, less than the 63 of an
# int64.
_KEPT_BITS = 62


@compile_loop
def add_exactly(limbs: Limbs, value: float, times: int) -> None:
    """Adds `times` × `value` to the number in `limbs`. |times| ≤ 2^24; `value` is finite."""
    if value == 0.0:
        return
    fraction, exponent = math.frexp(value)
    place = exponent - 53 - _LOWEST_EXPONENT
    if place >= 0:
        mantissa = int(math.ldexp(fraction, 53))
    else:  # a subnormal number: its lowest bits are zeros
        mantissa = int(math.ldexp(fraction, 53 + place))
        place = 0
    sign = times
    if mantissa < 0:
        mantissa = -mantissa
        sign = -times
    limb = place // _LIMB_BITS
    shift = place % _LIMB_BITS
    low = (mantissa & _LIMB_MASK) << shift
    high = ((mantissa >> _LIMB_BITS) << shift) + (low >> _LIMB_BITS)
    limbs[limb] += sign * (low & _LIMB_MASK)
    limbs[limb + 1] += sign * (high & _LIMB_MASK)
    limbs[limb + 2] += sign * (high >> _LIMB_BITS)


@compile_loop
def write_digits(limbs: Limbs, digits: Limbs, first: int, last: int) -> bool:
    """Writes the size of the number in `limbs` to `digits`, 32 bits each; true when it is negative."""
    carry = 0
    for limb in range(first, last):
        total = limbs[limb] + carry
        digits[limb] = total & _LIMB_MASK
        carry = total >> _LIMB_BITS
    if carry >= 0:
        return False
    carry = 1
    for limb in range(first, last):
        total = (digits[limb] ^ _LIMB_MASK) + carry
        digits[limb] = total & _LIMB_MASK
        carry = total >> _LIMB_BITS
    return True


@compile_loop
def round_quotient(limbs: Limbs, divisor: int, digits: Limbs, first: int, last: int) -> float:
    """The number in `limbs` divided by `divisor` (1 to 2^24), rounded once; infinite on overflow.

    `digits` is scratch of the same shape, `limbs` is not changed. Only limbs from `first` to `last` - 1 are
    looked at: the others are zero, and so are the `_SPARE_LIMBS` from `first` on unless that is 0.
    """
    is_negative = write_digits(limbs, digits, first, last)
    remainder = 0
    for limb in range(last - 1, first - 1, -1):
        current = (remainder << _LIMB_BITS) | digits[limb]
        digits[limb] = current // divisor
        remainder = current % divisor
    top = last - 1
    while top > first and digits[top] == 0:
        top -= 1
    kept = digits[top]
    kept_bits = 0
    while kept >> kept_bits != 0:
        kept_bits += 1
    is_sticky = remainder != 0  # whether anything follows the bits that are kept
    exponent = top * _LIMB_BITS + _LOWEST_EXPONENT
    limb = top - 1
    while limb >= first and kept_bits < _KEPT_BITS:
        room = min(_KEPT_BITS - kept_bits, _LIMB_BITS)
        rest_bits = _LIMB_BITS - room
        kept = (kept << room) | (digits[limb] >> rest_bits)
        kept_bits += room
        exponent -= room
        if digits[limb] & ((1 << rest_bits) - 1) != 0:
            is_sticky = True
        limb -= 1
    while limb >= first and not is_sticky:
        is_sticky = digits[limb] != 0
        limb -= 1
    excess = kept_bits - 53
    if excess > 0:
        rest = kept & ((1 << excess) - 1)
        half = 1 << (excess - 1)
        kept >>= excess
        exponent += excess
        if rest > half or (rest == half and (is_sticky or kept & 1 == 1)):
            kept += 1
    elif 2 * remainder > divisor or (2 * remainder == divisor and kept & 1 == 1):
        # Every bit was kept; what is left of the division lies below the least float64 there is.
        kept += 1
    value = math.ldexp(float(kept), exponent)
    return -value if is_negative else value


@compile_loop
def sum_windows(
    x: Column, n: int, divisor: int, is_weighted: bool, lowest: int, highest: int, out: Column
) -> None:
    """Writes the exact sum of each window of n values, divided by `divisor` and rounded once, to `out`.

    `is_weighted`: the newest value counts n times, the oldest once. n ≤ 5,000. Defined values are multiples
    of 2^`lowest` and below 2^`highest`. `out` keeps what it has before n bars, where a value of the window is
    NaN and where the result is not finite.
    """
    first = max((lowest - _LOWEST_EXPONENT) // _LIMB_BITS - _SPARE_LIMBS, 0)
    last = min((highest + _WEIGHT_BITS - _LOWEST_EXPONENT) // _LIMB_BITS + 2, _LIMB_COUNT)
    limbs = np.zeros(_LIMB_COUNT, np.int64)
    weighted = np.zeros(_LIMB_COUNT, np.int64)
    digits = np.empty(_LIMB_COUNT, np.int64)
    undefined = 0
    for i in range(len(x)):
        if is_weighted:
            # Every value in the window loses one weight; the oldest, at weight 1, thereby leaves.
            for limb in range(first, last):
                weighted[limb] -= limbs[limb]
        if x[i] == x[i]:
            add_exactly(limbs, x[i], 1)
            if is_weighted:
                add_exactly(weighted, x[i], n)
        else:
            undefined += 1
        if i >= n:
            if x[i - n] == x[i - n]:
                add_exactly(limbs, x[i - n], -1)
            else:
                undefined -= 1
        if undefined == 0 and i >= n - 1:
            result = round_quotient(weighted if is_weighted else limbs, divisor, digits, first, last)
            if abs(result) < np.inf:
                out[i] = result


@compile_loop
def mean_ending_at(x: Column, end: int, n: int) -> float:
    """The mean of the n values x[end-n+1] … x[end], all defined: the exact sum divided and rounded once."""
    limbs = np.zeros(_LIMB_COUNT, np.int64)
    digits = np.empty(_LIMB_COUNT, np.int64)
    for i in range(end - n + 1, end + 1):
        add_exactly(limbs, x[i], 1)
    return round_quotient(limbs, n, digits, 0, _LIMB_COUNT)
