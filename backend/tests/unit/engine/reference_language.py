"""A second, plain and slow meaning of the rule language: it reads a rule's text itself and loops over bars.

It shares nothing with the product but the bars: sums are fractions, columns are lists, windows are slices.
What it computes must equal the product's evaluators to the bit.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from app.engine.bars import Bars

# Series or truths, one for each bar.
Series: TypeAlias = list[Any]
NAN = math.nan


def evaluate_plainly(source: str, bars: Bars, parameters: Mapping[str, float]) -> dict[str, Series]:
    """Every name of the rule with its value on every bar."""
    return _Reading(bars, parameters).read(source)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else NAN


def _round(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return NAN


def _windows(x: Series, n: int, compute: Callable[[Series], float]) -> Series:
    """`compute` on every whole window of defined values."""
    out = []
    for i in range(len(x)):
        window = x[i - n + 1 : i + 1] if i >= n - 1 else []
        out.append(compute(window) if window and not any(map(math.isnan, window)) else NAN)
    return out


def _mean(window: Series) -> float:
    return _round(sum(map(Fraction, window), Fraction(0)) / len(window))


def _weighted(window: Series) -> float:
    weighted = sum((k * Fraction(v) for k, v in enumerate(window, 1)), Fraction(0))
    return _round(weighted / Fraction(len(window) * (len(window) + 1) // 2))


def _deviation(window: Series) -> float:
    mean = _mean(window)
    total = 0.0
    for value in window:
        total += (value - mean) * (value - mean)
    return _finite(math.sqrt(total / len(window)))


def _runs(x: Series) -> list[tuple[int, int]]:
    """First and last + 1 of every run of defined values."""
    runs, start = [], None
    for i, value in enumerate([*x, NAN]):
        if math.isnan(value):
            if start is not None:
                runs.append((start, i))
            start = None
        elif start is None:
            start = i
    return runs


def _smooth_run(values: Series, n: int, weight: float) -> Series:
    """The average from the n-th value of a run on."""
    average = _mean(values[:n])
    averages = [average]
    for value in values[n:]:
        average = value if n == 1 else average + (value - average) * weight
        averages.append(average)
    return averages


def _smooth(x: Series, n: int, weight: float) -> Series:
    out = [NAN] * len(x)
    for start, stop in _runs(x):
        if stop - start >= n:
            out[start + n - 1 : stop] = map(_finite, _smooth_run(x[start:stop], n, weight))
    return out


def _ema(x: Series, n: int) -> Series:
    return _smooth(x, n, 2.0 / (n + 1))


def _rma(x: Series, n: int) -> Series:
    return _smooth(x, n, 1.0 / n)


def _macd(x: Series, fast: int, slow: int, signal: int = 9) -> Series:
    fast, slow = min(fast, slow), max(fast, slow)
    out = [NAN] * len(x)
    for start, stop in _runs(x):
        if stop - start >= slow:
            slow_line = _smooth_run(x[start:stop], slow, 2.0 / (slow + 1))
            fast_line = _smooth_run(x[start + slow - fast : stop], fast, 2.0 / (fast + 1))
            out[start + slow - 1 : stop] = map(_finite, map(operator.sub, fast_line, slow_line))
    return out


def _macd_signal(x: Series, fast: int, slow: int, signal: int) -> Series:
    return _ema(_macd(x, fast, slow), signal)


def _each(compute: Callable[..., float], *columns: Series) -> Series:
    rows = zip(*columns, strict=True)
    return [NAN if any(map(math.isnan, row)) else _finite(compute(*row)) for row in rows]


def _shift(x: Series, n: int) -> Series:
    empty = [False] * len(x) if isinstance(x[0], bool) else [NAN] * len(x)
    return [*empty[:n], *x[: max(len(x) - n, 0)]]


def _rsi(x: Series, n: int) -> Series:
    moves = _each(operator.sub, x, _shift(x, 1))
    out = [NAN] * len(x)
    for start, stop in _runs(moves):
        if stop - start >= n:
            rises = _smooth_rsi([max(move, 0.0) for move in moves[start:stop]], n)
            falls = _smooth_rsi([max(-move, 0.0) for move in moves[start:stop]], n)
            for i, (rise, fall) in enumerate(zip(rises, falls, strict=True), start + n - 1):
                total = rise + fall
                if math.isfinite(total):
                    out[i] = 0.0 if total == 0.0 else 100.0 * (rise / total)
    return out


def _smooth_rsi(values: Series, n: int) -> Series:
    average = _mean(values[:n])
    averages = [average]
    for value in values[n:]:
        average += (value - average) * (1.0 / n)
        averages.append(average)
    return averages


def _extreme(choose: Callable[[Series], float]) -> Callable[[Series, int], Series]:
    return lambda x, n: _windows(x, n, choose)


def _beyond(compare: Callable[[float, float], bool]) -> Callable[[Series, int], Series]:
    def evaluate(x: Series, n: int) -> Series:
        return [i >= n and all(compare(x[i], x[i - back]) for back in range(1, n + 1)) for i in range(len(x))]

    return evaluate


def _crossover(a: Series, b: Series) -> Series:
    return [i > 0 and a[i - 1] <= b[i - 1] and a[i] > b[i] for i in range(len(a))]


def _band(sign: float) -> Callable[[Series, int, float], Series]:
    def evaluate(x: Series, n: int, k: float) -> Series:
        width = _each(lambda deviation: k * deviation, _windows(x, n, _deviation))
        return _each(lambda mean, wide: mean + sign * wide, _windows(x, n, _mean), width)

    return evaluate


def _roc(x: Series, n: int) -> Series:
    ratio = _each(lambda now, before: now / before if before else NAN, x, _shift(x, n))
    return _each(lambda r: 100.0 * r, _each(lambda r: r - 1.0, ratio))


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except (ValueError, OverflowError):
        return NAN


_BINARY: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else NAN,
    ast.Mod: lambda a, b: a % b if b else NAN,
    ast.Pow: _power,
}
_COMPARE: Mapping[type, Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: lambda a, b: a == a and b == b and a != b,
}


class _Reading:
    def __init__(self, bars: Bars, parameters: Mapping[str, float]) -> None:
        self.bars = bars
        self.parameters = parameters
        self.values: dict[str, Series] = {}
        for name in ("open", "high", "low", "close", "volume"):
            self.values[name] = [_finite(float(v)) for v in getattr(bars, name)]
        zone = ZoneInfo(bars.timezone) if bars.interval.is_intraday else UTC
        opens = [datetime.fromtimestamp(int(t), UTC).astimezone(zone) for t in bars.time]
        self.values["hour"] = [float(t.hour) for t in opens]
        self.values["weekday"] = [float(t.weekday()) for t in opens]
        self.values["month"] = [float(t.month) for t in opens]
        high, low, close = self.values["high"], self.values["low"], self.values["close"]
        self.true_range = _each(_true_range, high, low, _shift(close, 1))

    def read(self, source: str) -> dict[str, Series]:
        for statement in ast.parse(source).body:
            assert isinstance(statement, ast.Assign)
            target = statement.targets[0]
            assert isinstance(target, ast.Name)
            call = statement.value
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "param":
                self.values[target.id] = self.spread(float(self.parameters[target.id]))
            else:
                self.values[target.id] = self.value(call)
        return self.values

    def spread(self, value: float | bool) -> Series:
        return [value] * len(self.bars)

    def value(self, node: ast.expr) -> Series:
        if isinstance(node, ast.Name):
            return self.values[node.id]
        if isinstance(node, ast.Constant):
            assert isinstance(node.value, (bool, int, float))
            return self.spread(node.value if isinstance(node.value, bool) else float(node.value))
        if isinstance(node, ast.BinOp):
            return _each(_BINARY[type(node.op)], self.value(node.left), self.value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return [not v for v in self.value(node.operand)]
        if isinstance(node, ast.UnaryOp):
            return [-v for v in self.value(node.operand)]
        if isinstance(node, ast.BoolOp):
            gather = all if isinstance(node.op, ast.And) else any
            return [gather(row) for row in zip(*map(self.value, node.values), strict=True)]
        if isinstance(node, ast.Compare):
            operands = [self.value(operand) for operand in (node.left, *node.comparators)]
            links = [
                list(map(_COMPARE[type(op)], left, right))
                for op, left, right in zip(node.ops, operands, operands[1:], strict=False)
            ]
            return [all(row) for row in zip(*links, strict=True)]
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        return self.call(node.func.id, [self.value(argument) for argument in node.args])

    def call(self, name: str, given: list[Series]) -> Series:
        if name in ("min", "max"):
            choose = min if name == "min" else max
            return _each(lambda *row: choose(row), *given)
        if name == "if_else":
            return [a if condition else b for condition, a, b in zip(*given, strict=True)]
        if name == "abs":
            return [abs(v) for v in given[0]]
        if name in ("crossover", "crossunder"):
            return _crossover(*(given if name == "crossover" else given[::-1]))
        if name.startswith("bb_"):
            return _band(1.0 if name == "bb_upper" else -1.0)(given[0], int(given[1][0]), given[2][0])
        if name in ("atr", "adx", "stoch_k"):
            windows = [int(column[0]) for column in given]
            measures: Mapping[str, Callable[..., Series]] = {
                "atr": self.atr,
                "adx": self.adx,
                "stoch_k": self.stoch_k,
            }
            return measures[name](*windows)
        return _FUNCTIONS[name](given[0], *(int(column[0]) for column in given[1:]))

    def atr(self, n: int) -> Series:
        return _rma(self.true_range, n)

    def stoch_k(self, n: int, smooth: int) -> Series:
        lows = _windows(self.values["low"], n, min)
        highs = _windows(self.values["high"], n, max)
        fast = _each(_stochastic, self.values["close"], lows, highs)
        return _windows(fast, smooth, _mean)

    def adx(self, n: int) -> Series:
        high, low = self.values["high"], self.values["low"]
        ups = _each(operator.sub, high, _shift(high, 1))
        downs = _each(operator.sub, _shift(low, 1), low)
        out = [NAN] * len(high)
        moves = list(zip(self.true_range, ups, downs, strict=True))
        for start, stop in _runs([NAN if any(map(math.isnan, move)) else 0.0 for move in moves]):
            rows = moves[start:stop]
            for i, value in enumerate(_adx_run(rows, n), start + 2 * n - 2):
                out[i] = value
        return out


def _true_range(high: float, low: float, close_before: float) -> float:
    return max(high - low, abs(high - close_before), abs(low - close_before))


def _stochastic(close: float, lowest: float, highest: float) -> float:
    reach = highest - lowest
    return 100.0 * ((close - lowest) / reach) if reach else 0.0


def _adx_run(rows: list[tuple[float, float, float]], n: int) -> Series:
    """The index from the (2n − 1)-th move of a run on."""
    plus = minus = reach = 0.0
    directions: list[float] = []
    for count, (true, up, down) in enumerate(rows, 1):
        if count >= n:
            plus -= plus / n
            minus -= minus / n
            reach -= reach / n
        plus += up if up > 0 and up > down else 0.0
        minus += down if down > 0 and down > up else 0.0
        reach += true
        if count >= n:
            directions.append(_direction(plus, minus, reach))
    if len(directions) < n:
        return []
    total = 0.0
    for direction in directions[:n]:
        total += 0.0 if math.isnan(direction) else direction
    average = total / n
    averages = [average]
    for direction in directions[n:]:
        if not math.isnan(direction):
            average = (average * (n - 1) + direction) / n
        averages.append(average)
    return averages


def _direction(plus: float, minus: float, reach: float) -> float:
    if not math.isfinite(reach) or reach <= 0.0:
        return NAN
    plus_share, minus_share = 100.0 * (plus / reach), 100.0 * (minus / reach)
    shares = plus_share + minus_share
    return NAN if shares == 0.0 else 100.0 * (abs(minus_share - plus_share) / shares)


_FUNCTIONS: Mapping[str, Callable[..., Series]] = {
    "sma": lambda x, n: _windows(x, n, _mean),
    "mean": lambda x, n: _windows(x, n, _mean),
    "sum": lambda x, n: _windows(x, n, lambda window: _round(sum(map(Fraction, window), Fraction(0)))),
    "wma": lambda x, n: _windows(x, n, _weighted),
    "stdev": lambda x, n: _windows(x, n, _deviation),
    "ema": _ema,
    "rma": _rma,
    "macd": _macd,
    "macd_signal": _macd_signal,
    "macd_hist": lambda x, *w: _each(operator.sub, _macd(x, *w), _macd_signal(x, *w)),
    "rsi": _rsi,
    "roc": _roc,
    "highest": _extreme(max),
    "lowest": _extreme(min),
    "rising": _beyond(operator.gt),
    "falling": _beyond(operator.lt),
    "shift": _shift,
}
