"""The arithmetic of a rule on single numbers: constants, parameters and the values a window is made of.

The same meaning as on whole columns: undefined is NaN, every comparison with NaN is false, a division by zero
and any result that is not finite is NaN. A zero is always positive, so that equal scalars mean the same.
Python integers never take part, so no number can grow without bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

Scalar: TypeAlias = float | bool
Bounds: TypeAlias = tuple[float, float]


def _finite_or_nan(value: float) -> float:
    return value + 0.0 if math.isfinite(value) else math.nan


def divide(a: float, b: float) -> float:
    """a / b; NaN when b is 0."""
    return _finite_or_nan(a / b) if b != 0.0 else math.nan


def modulo(a: float, b: float) -> float:
    """a modulo b with the sign of b, as in Python; NaN when b is 0."""
    return _finite_or_nan(a % b) if b != 0.0 else math.nan


def power(a: float, b: float) -> float:
    """a to the power of b by the C library's pow; NaN where that is no finite real number."""
    if math.isnan(a) or math.isnan(b):
        return math.nan
    try:
        return _finite_or_nan(math.pow(a, b))
    except (ValueError, OverflowError):
        return math.nan


def logarithm(a: float) -> float:
    """The natural logarithm by the C library's log; NaN where a is not above 0."""
    return math.log(a) + 0.0 if a > 0.0 else math.nan


def square_root(a: float) -> float:
    """The square root; NaN below 0."""
    return math.sqrt(a) + 0.0 if a >= 0.0 else math.nan


def minimum(*values: float) -> float:
    """The least value; NaN when one is NaN; a zero is positive, as it is on columns."""
    least = values[0]
    for value in values[1:]:
        if math.isnan(least) or math.isnan(value):
            return math.nan
        least = min(least, value)
    return least + 0.0


def maximum(*values: float) -> float:
    """The greatest value; NaN when one is NaN; a zero is positive, as it is on columns."""
    greatest = values[0]
    for value in values[1:]:
        if math.isnan(greatest) or math.isnan(value):
            return math.nan
        greatest = max(greatest, value)
    return greatest + 0.0


SCALAR_OPERATIONS: Mapping[str, Callable[..., Scalar]] = {
    "add": lambda a, b: _finite_or_nan(a + b),
    "subtract": lambda a, b: _finite_or_nan(a - b),
    "multiply": lambda a, b: _finite_or_nan(a * b),
    "divide": divide,
    "modulo": modulo,
    "power": power,
    "negate": lambda a: 0.0 - a,
    "abs": lambda a: abs(a),
    "log": logarithm,
    "sqrt": square_root,
    "min": minimum,
    "max": maximum,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a < b or a > b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "if_else": lambda condition, a, b: a if condition else b,
}


def _multiply_bounds(a: Bounds, b: Bounds) -> Bounds:
    products = [x * y for x in a for y in b]
    return min(products), max(products)


def _divide_bounds(a: Bounds, b: Bounds) -> Bounds | None:
    if b[0] <= 0.0 <= b[1]:
        return None
    return _multiply_bounds(a, (1.0 / b[1], 1.0 / b[0]))


def _abs_bounds(a: Bounds) -> Bounds:
    low, high = sorted((abs(a[0]), abs(a[1])))
    return (0.0 if a[0] <= 0.0 <= a[1] else low), high


_BOUNDS: Mapping[str, Callable[..., Bounds | None]] = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "subtract": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "multiply": _multiply_bounds,
    "divide": _divide_bounds,
    "negate": lambda a: (-a[1], -a[0]),
    "abs": _abs_bounds,
    "min": lambda *all_: (min(a[0] for a in all_), min(a[1] for a in all_)),
    "max": lambda *all_: (max(a[0] for a in all_), max(a[1] for a in all_)),
}


def bound_operation(operation: str, arguments: list[Bounds | None]) -> Bounds | None:
    """The range of an operation's result from the ranges of its arguments (interval arithmetic).

    None when it is not known: an operation without a rule here, an argument without a range, an overflow.
    """
    known = [bounds for bounds in arguments if bounds is not None]
    rule = _BOUNDS.get(operation)
    if rule is None or len(known) < len(arguments):
        return None
    bounds = rule(*known)
    if bounds is None or not all(map(math.isfinite, bounds)):
        return None
    return bounds
