"""Evaluates a rule on whole columns: every operation once, on all bars, each result dropped after its last use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from app.engine.bars import Bars, Column, Truth
from app.engine.indicators import averages, extremes, momentum, pointwise, volatility, window_sums
from app.engine.language.graph import WINDOW_OPERATIONS, Node
from app.engine.language.rule import Rule
from app.engine.language.scalars import Scalar
from app.engine.local_time import hour_column, local_seconds, month_column, weekday_column
from app.engine.signals import Signals

Value: TypeAlias = Column | Truth | float | bool

_LOCAL_TIME_INPUTS = {"hour": hour_column, "weekday": weekday_column, "month": month_column}


def evaluate_rule(rule: Rule, bars: Bars, parameters: Mapping[str, float] | None = None) -> Signals:
    """What the rule says about every bar.

    `parameters`: values for the rule's parameters, the defaults where none is given.
    Raises ParametersInvalid on values that the rule cannot run with.
    """
    scalars = rule.evaluate_scalars(rule.resolve_parameters(parameters))
    values = _Evaluation(rule, bars, scalars).run()
    count = len(bars)
    return Signals(
        **{name: _spread_truth(values.get(name, False), count) for name in _TRUTH_OUTPUTS},
        **{name: _spread_number(values[name], count) if name in values else None for name in _NUMBER_OUTPUTS},
    )


_TRUTH_OUTPUTS = ("enter_long", "exit_long", "enter_short", "exit_short")
_NUMBER_OUTPUTS = ("stop_loss", "take_profit", "trailing_stop", "size", "risk")


def _spread_truth(value: Value, count: int) -> Truth:
    return np.full(count, value, np.bool_) if isinstance(value, (bool, float)) else value.astype(np.bool_, copy=False)


def _spread_number(value: Value, count: int) -> Column:
    return np.full(count, value, np.float64) if isinstance(value, (bool, float)) else value.astype(np.float64, copy=False)


class _Evaluation:
    def __init__(self, rule: Rule, bars: Bars, scalars: Mapping[int, Scalar]) -> None:
        self._rule = rule
        self._bars = bars
        self._scalars = scalars
        self._values: dict[int, Value] = {}

    def run(self) -> dict[str, Value]:
        """Values of the outputs, by name."""
        nodes = self._rule.nodes
        uses = [0] * len(nodes)
        for node in nodes:
            for argument in node.arguments:
                uses[argument] += 1
        for place in self._rule.outputs.values():
            uses[place] += 1
        with np.errstate(all="ignore"):
            for place, node in enumerate(nodes):
                if place in self._scalars:
                    self._values[place] = self._scalars[place]
                    continue
                self._values[place] = self._compute(node)
                for argument in node.arguments:
                    uses[argument] -= 1
                    if uses[argument] == 0:
                        del self._values[argument]
        return {name: self._values[place] for name, place in self._rule.outputs.items()}

    def _compute(self, node: Node) -> Value:
        if node.operation == "input":
            return self._read_input(str(node.value))
        arguments = [self._values[argument] for argument in node.arguments]
        operation = WINDOW_OPERATIONS.get(node.operation)
        if operation is None or node.operation == "crossover":
            return _POINTWISE[node.operation](*arguments)
        series = len(arguments) - operation.windows
        columns = [self._spread(value) for value in arguments[:series]]
        windows = [int(value) for value in arguments[series:] if isinstance(value, (int, float))]
        return _WINDOWS[node.operation](*columns, *windows)

    def _spread(self, value: Value) -> Column | Truth:
        if isinstance(value, bool):
            return np.full(len(self._bars), value, np.bool_)
        if isinstance(value, float):
            return np.full(len(self._bars), value, np.float64)
        return value

    def _read_input(self, name: str) -> Column:
        column = _LOCAL_TIME_INPUTS.get(name)
        if column is not None:
            return column(local_seconds(self._bars))
        values: Column = np.ascontiguousarray(getattr(self._bars, name), np.float64)
        if np.isinf(values).any():
            values = np.where(np.isfinite(values), values, np.nan)
        return values


def _finite(result: Column) -> Column:
    pointwise.undefine_infinite(result)
    return result


def _power(base: Value, exponent: Value) -> Column:
    a, b = np.broadcast_arrays(np.asarray(base, np.float64), np.asarray(exponent, np.float64))
    return pointwise.power(np.ascontiguousarray(a), np.ascontiguousarray(b))


def _shift(x: Column | Truth, n: int) -> Column | Truth:
    if n == 0:
        return x
    out = np.full(len(x), False if x.dtype == np.bool_ else np.nan, x.dtype)
    out[n:] = x[:-n]
    return out


def _crossover(a: Value, b: Value) -> Truth: 
    return pointwise.crossover(a, b)


_POINTWISE: Mapping[str, Callable[..., Value]] = {
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
    "crossover": _crossover,
}

_WINDOWS: Mapping[str, Callable[..., Value]] = {
    "sma": window_sums.mean_window,
    "sum": window_sums.sum_window,
    "wma": window_sums.weighted_mean_window,
    "ema": averages.ema,
    "rma": averages.rma,
    "macd": averages.macd,
    "rsi": momentum.rsi,
    "true_range": momentum.true_range,
    "adx": momentum.adx,
    "stochastic": momentum.stochastic,
    "stdev": volatility.stdev,
    "highest": extremes.highest,
    "lowest": extremes.lowest,
    "shift": _shift,
}
