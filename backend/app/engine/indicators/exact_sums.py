"""Sums of float64 without any rounding: one wide fixed-point number in base 2^32.

Every finite float64 is a whole multiple of 2^-1074, so a sum of them is a whole number of that unit. It is kept in
limbs of 32 bits, each in an int64 with room for carries (Neal, "Fast exact summation using small and large
superaccumulators", 2015). Values can be taken out again exactly, and the result is rounded once, to nearest even.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.indicators.compiled import compile_loop

Limbs = NDArray[np.int64]

LIMB_COUNT = 70
_LIMB_BITS = 32
_LIMB_MASK = 0xFFFFFFFF
_LOWEST_EXPONENT = -1074


@compile_loop
def add_exactly(limbs: Limbs, value: float, times: int) -> None:
    """Adds `times` × `value` to the number in `limbs`, shape (LIMB_COUNT,). |times| ≤ 2^24; `value` finite."""
    if value == 0.0:
        return
    fraction, exponent = math.frexp(value)
    place = exponent - 53 - _LOWEST_EXPONENT
    mantissa = int(math.ldexp(fraction, 53))
    if place < 0:  # a subnormal number: its lowest bits are zeros
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
def round_quotient(limbs: Limbs, divisor: int, digits: Limbs) -> float:
    """The number in `limbs` divided by `divisor` (1 to 2^24), rounded once to nearest even; infinite on overflow.

    `digits`: scratch of shape (LIMB_COUNT,). `limbs` is not changed.
    """
    carry = 0
    for limb in range(LIMB_COUNT):
        total = limbs[limb] + carry
        digits[limb] = total & _LIMB_MASK
        carry = total >> _LIMB_BITS
    is_negative = carry < 0
    if is_negative:
        carry = 1
        for limb in range(LIMB_COUNT):
            total = (digits[limb] ^ _LIMB_MASK) + carry
            digits[limb] = total & _LIMB_MASK
            carry = total >> _LIMB_BITS
    remainder = 0
    for limb in range(LIMB_COUNT - 1, -1, -1):
        current = (remainder << _LIMB_BITS) | digits[limb]
        digits[limb] = current // divisor
        remainder = current % divisor
    top = LIMB_COUNT - 1
    while top > 0 and digits[top] == 0:
        top -= 1
    # The 62 highest bits (fewer when there are no more), then whether anything follows them.
    bits = 0
    while digits[top] >> bits != 0:
        bits += 1
    kept = digits[top]
    kept_bits = bits
    is_sticky = remainder != 0
    below = top - 1
    while below >= 0 and kept_bits < 62:
        room = min(62 - kept_bits, _LIMB_BITS)
        kept = (kept << room) | (digits[below] >> (_LIMB_BITS - room))
        kept_bits += room
        if room < _LIMB_BITS and digits[below] & ((1 << (_LIMB_BITS - room)) - 1) != 0:
            is_sticky = True
        below -= 1
    while below >= 0 and not is_sticky:
        is_sticky = digits[below] != 0
        below -= 1
    # Value = kept × 2^exponent (and a little more when sticky).
    exponent = top * _LIMB_BITS + bits - kept_bits + _LOWEST_EXPONENT
    excess = max(kept_bits - 53, 0)
    if excess > 0:
        rest = kept & ((1 << excess) - 1)
        half = 1 << (excess - 1)
        kept >>= excess
        exponent += excess
        if rest > half or (rest == half and (is_sticky or kept & 1 == 1)):
            kept += 1
    elif is_sticky:
        # Only a remainder of the division is left, below the lowest float64 there is.
        if 2 * remainder > divisor or (2 * remainder == divisor and kept & 1 == 1):
            kept += 1
    value = math.ldexp(float(kept), exponent)
    return -value if is_negative else value


@compile_loop
def mean_exactly(values: Column) -> float:
    """The mean of finite values, their exact sum divided and rounded once. Shape (n,), n from 1 to 2^24."""
    limbs = np.zeros(LIMB_COUNT, np.int64)
    for value in values:
        add_exactly(limbs, value, 1)
    return round_quotient(limbs, len(values), np.empty(LIMB_COUNT, np.int64))
