"""What each operation of a rule's graph computes on columns: one table for all evaluators.

Pointwise operations know one bar at a time. Window operations know a bar and as many before it as their
warm-up says, so that they can be computed anywhere from that much history. Recursive ones carry a state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from app.engine.bars import Column, Truth
from app.engine.columns import readable_flags, readable_numbers
from app.engine.indicators import (
    averages,
    crosses,
    events,
    extremes,
    momentum,
    pointwise,
    supertrend,
    trend,
    volatility,
    volume,
    window_sums,
)
from app.engine.language.graph import WINDOW_OPERATIONS
from app.engine.language.scalars import Scalar

Series: TypeAlias = Column | Truth
# A column, or one value that holds for every bar.
Value: TypeAlias = Series | Scalar


@dataclass(frozen=True, slots=True)
class Recursion:
    """A kernel(*series, *windows, first, state) that goes on where an earlier stretch of bars ended.

    `first`: how many of the bars given are history, `history` of them being enough, from the windows' values.
    `state`: float64 of shape (`state_size`,), all zeros at the beginning.
    """

    kernel: Callable[..., Series]
    state_size: int
    history: Callable[[Sequence[int]], int]


def compute_operation(operation: str, arguments: Sequence[Value], count: int) -> Series:
    """The operation on whole columns of `count` bars, started at the first one. Shape (count,)."""
    compute = POINTWISE.get(operation)
    if compute is not None:
        return freeze(compute(*arguments))
    series = len(arguments) - WINDOW_OPERATIONS[operation].windows
    columns = [spread(value, count) for value in arguments[:series]]
    return freeze(start_operation(operation, columns, read_windows(arguments[series:])))


def start_operation(operation: str, columns: Sequence[Series], windows: Sequence[int]) -> Series:
    """A window or recursive operation on columns from their first bar on."""
    recursion = RECURSIONS.get(operation)
    if recursion is None:
        return WINDOWS[operation](*columns, *windows)
    return recursion.kernel(*columns, *windows, 0, np.zeros(recursion.state_size))


def read_windows(values: Sequence[Value]) -> list[int]:
    """Windows' values, checked to be whole numbers before, as what a kernel takes."""
    return [int(value) for value in values if isinstance(value, (bool, float))]


def spread(value: Value, count: int) -> Series:
    """A column of shape (count,): bool for a truth, float64 for a number."""
    if isinstance(value, bool):
        return readable_flags(np.full(count, value))
    if isinstance(value, float):
        return readable_numbers(np.full(count, value))
    return value


def freeze(values: Series) -> Series:
    """A column just made, read-only as the kernels expect theirs."""
    values.flags.writeable = False
    return values


def _finite(result: Column) -> Column:
    pointwise.undefine_infinite(result)
    return result


def _power(base: Column | float, exponent: Column | float) -> Column:
    count = max(len(value) for value in (base, exponent) if not isinstance(value, float))
    bases, exponents = (
        np.full(count, value) if isinstance(value, float) else value for value in (base, exponent)
    )
    return pointwise.power(readable_numbers(bases), readable_numbers(exponents))


def _shift(x: Series, n: int) -> Series:
    if n == 0:
        return x
    shifted = np.empty_like(x)
    shifted[:n] = False if x.dtype == np.bool_ else np.nan
    shifted[n:] = x[:-n]
    return shifted


# Adding 0 makes the zero of min(0, -0), whose sign depends on where the vector instructions stand, positive.
POINTWISE: Mapping[str, Callable[..., Series]] = {
    "add": lambda a, b: _finite(np.add(a, b)),
    "subtract": lambda a, b: _finite(np.subtract(a, b)),
    "multiply": lambda a, b: _finite(np.multiply(a, b)),
    "divide": lambda a, b: _finite(np.divide(a, b)),
    "modulo": lambda a, b: _finite(np.remainder(a, b)),
    "power": _power,
    "negate": np.negative,
    "abs": np.abs,
    "log": pointwise.log,
    "sqrt": np.sqrt,
    "min": lambda a, b: np.add(np.minimum(a, b), 0.0),
    "max": lambda a, b: np.add(np.maximum(a, b), 0.0),
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": lambda a, b: np.logical_or(np.less(a, b), np.greater(a, b)),
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "if_else": np.where,
}

WINDOWS: Mapping[str, Callable[..., Series]] = {
    "sma": window_sums.mean_window,
    "sum": window_sums.sum_window,
    "wma": window_sums.weighted_mean_window,
    "stochastic": momentum.stochastic,
    "share": pointwise.share,
    "true_range": trend.true_range,
    "money_flow": volume.money_flow,
    "stdev": volatility.stdev,
    "mean_deviation": volatility.mean_deviation,
    "highest": extremes.highest,
    "lowest": extremes.lowest,
    "crossover": crosses.crossover,
    "shift": _shift,
}


def _before(windows: Sequence[int]) -> int:
    return max(windows) - 1


def _window(windows: Sequence[int]) -> int:
    return windows[0]


def _none(windows: Sequence[int]) -> int:
    return 0


def _one(windows: Sequence[int]) -> int:
    return 1


RECURSIONS: Mapping[str, Recursion] = {
    "ema": Recursion(averages.ema, averages.SMOOTH_STATE, _before),
    "rma": Recursion(averages.rma, averages.SMOOTH_STATE, _before),
    "macd": Recursion(averages.macd, averages.MACD_STATE, _before),
    "rsi": Recursion(momentum.rsi, momentum.RSI_STATE, _window),
    "adx": Recursion(trend.adx, trend.ADX_STATE, _one),
    "plus_di": Recursion(trend.plus_di, trend.DIRECTION_STATE, _one),
    "minus_di": Recursion(trend.minus_di, trend.DIRECTION_STATE, _one),
    "supertrend": Recursion(supertrend.supertrend, supertrend.SUPERTREND_STATE, _none),
    "obv": Recursion(volume.obv, volume.OBV_STATE, _none),
    "session_vwap": Recursion(volume.session_vwap, volume.SESSION_VWAP_STATE, _none),
    "bars_since": Recursion(events.bars_since, events.EVENT_STATE, _none),
    "valuewhen": Recursion(events.value_when, events.EVENT_STATE, _none),
}
