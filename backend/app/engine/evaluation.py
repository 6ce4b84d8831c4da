"""Evaluates a rule on whole columns: every operation once, each result dropped after its last use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from app.engine.bars import Bars, Column, Times, Truth
from app.engine.columns import readable_flags, readable_numbers
from app.engine.indicators import (
    averages,
    crosses,
    extremes,
    momentum,
    pointwise,
    trend,
    volatility,
    window_sums,
)
from app.engine.language.graph import WINDOW_OPERATIONS, Node
from app.engine.language.rule import Rule
from app.engine.language.scalars import Scalar
from app.engine.local_time import find_local_seconds, hour_column, month_column, weekday_column
from app.engine.signals import Signals

# A column, or one value that holds for every bar.
Value: TypeAlias = Column | Truth | Scalar
# Called again and again while something is computed; what it raises ends the computation.
Checkpoint: TypeAlias = Callable[[], None]


def evaluate_rule(
    rule: Rule,
    bars: Bars,
    parameters: Mapping[str, float] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Signals:
    """What the rule says about every bar, each bar judged by itself and the ones before.

    `parameters`: values for the rule's parameters, the defaults where none is given. `checkpoint` is called
    before each operation on columns; what it raises reaches the caller. An infinite price or volume counts as
    undefined. Raises ParametersInvalid on values that the rule cannot run with,
    zoneinfo.ZoneInfoNotFoundError when the rule asks for the local time and the bars' time zone is unknown.
    """
    scalars = rule.evaluate_scalars(rule.resolve_parameters(parameters))
    values = _Evaluation(rule, bars, scalars, checkpoint).run()
    count = len(bars)

    def truth(name: str) -> Truth:
        return np.asarray(_spread(values.get(name, False), count), np.bool_)

    def number(name: str) -> Column | None:
        return np.asarray(_spread(values[name], count), np.float64) if name in values else None

    return Signals(
        enter_long=truth("enter_long"),
        exit_long=truth("exit_long"),
        enter_short=truth("enter_short"),
        exit_short=truth("exit_short"),
        stop_loss=number("stop_loss"),
        take_profit=number("take_profit"),
        trailing_stop=number("trailing_stop"),
        size=number("size"),
        risk=number("risk"),
        limit_entry=number("limit_entry"),
        limit_bars=number("limit_bars"),
        trailing_percent=number("trailing_percent"),
        chandelier_stop=number("chandelier_stop"),
        take_profit_share=number("take_profit_share"),
        take_profit_2=number("take_profit_2"),
        max_bars=number("max_bars"),
        rank=number("rank"),
    )


def _spread(value: Value, count: int) -> Column | Truth:
    """A column of shape (count,): bool for a truth, float64 for a number."""
    if isinstance(value, bool):
        return readable_flags(np.full(count, value))
    if isinstance(value, float):
        return readable_numbers(np.full(count, value))
    return value


class _Evaluation:
    def __init__(
        self, rule: Rule, bars: Bars, scalars: Mapping[int, Scalar], checkpoint: Checkpoint | None
    ) -> None:
        self._checkpoint = checkpoint
        self._rule = rule
        self._bars = bars
        self._scalars = scalars
        self._local_seconds: Times | None = None

    def run(self) -> dict[str, Value]:
        """Values of the outputs, by name."""
        nodes = self._rule.nodes
        uses = [0] * len(nodes)
        for node in nodes:
            for argument in node.arguments:
                uses[argument] += 1
        for place in self._rule.outputs.values():
            uses[place] += 1
        values: dict[int, Value] = dict(self._scalars)
        # Division by zero, overflow and NaN are ordinary here: they all mean undefined.
        with np.errstate(all="ignore"):
            for place, node in enumerate(nodes):
                if node.is_scalar:
                    continue
                if self._checkpoint is not None:
                    self._checkpoint()
                value = self._compute(node, [values[argument] for argument in node.arguments])
                values[place] = readable_flags(value) if node.type == "truth" else readable_numbers(value)
                for argument in node.arguments:
                    uses[argument] -= 1
                    if uses[argument] == 0:
                        del values[argument]
        return {name: values[place] for name, place in self._rule.outputs.items()}

    def _compute(self, node: Node, arguments: list[Value]) -> Column | Truth:
        if node.operation == "input":
            return self._read_input(str(node.value))
        operation = WINDOW_OPERATIONS.get(node.operation)
        if operation is None:
            return _POINTWISE[node.operation](*arguments)
        columns = len(arguments) - operation.windows
        series = [_spread(value, len(self._bars)) for value in arguments[:columns]]
        windows = [int(value) for value in arguments[columns:] if isinstance(value, (bool, float))]
        return _WINDOWS[node.operation](*series, *windows)

    def _read_input(self, name: str) -> Column:
        make_column = _LOCAL_TIME_INPUTS.get(name)
        if make_column is not None:
            if self._local_seconds is None:
                self._local_seconds = find_local_seconds(self._bars)
            return make_column(self._local_seconds)
        values: Column = getattr(self._bars, name)
        return np.where(np.isfinite(values), values, np.nan) if np.isinf(values).any() else values


def _finite(result: Column) -> Column:
    pointwise.undefine_infinite(result)
    return result


def _power(base: Column | float, exponent: Column | float) -> Column:
    bases, exponents = np.broadcast_arrays(base, exponent)
    return pointwise.power(readable_numbers(bases), readable_numbers(exponents))


def _shift(x: Column | Truth, n: int) -> Column | Truth:
    if n == 0:
        return x
    shifted = np.empty_like(x)
    shifted[:n] = False if x.dtype == np.bool_ else np.nan
    shifted[n:] = x[:-n]
    return shifted


_LOCAL_TIME_INPUTS: Mapping[str, Callable[[Times], Column]] = {
    "hour": hour_column,
    "weekday": weekday_column,
    "month": month_column,
}

_POINTWISE: Mapping[str, Callable[..., Column | Truth]] = {
    "add": lambda a, b: _finite(np.add(a, b)),
    "subtract": lambda a, b: _finite(np.subtract(a, b)),
    "multiply": lambda a, b: _finite(np.multiply(a, b)),
    "divide": lambda a, b: _finite(np.divide(a, b)),
    "modulo": lambda a, b: _finite(np.remainder(a, b)),
    "power": _power,
    "negate": np.negative,
    "abs": np.abs,
    "min": np.minimum,
    "max": np.maximum,
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

_WINDOWS: Mapping[str, Callable[..., Column | Truth]] = {
    "sma": window_sums.mean_window,
    "sum": window_sums.sum_window,
    "wma": window_sums.weighted_mean_window,
    "ema": averages.ema,
    "rma": averages.rma,
    "macd": averages.macd,
    "rsi": momentum.rsi,
    "stochastic": momentum.stochastic,
    "true_range": trend.true_range,
    "adx": trend.adx,
    "stdev": volatility.stdev,
    "highest": extremes.highest,
    "lowest": extremes.lowest,
    "crossover": crosses.crossover,
    "shift": _shift,
}
