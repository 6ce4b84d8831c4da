"""A second, plain and slow meaning of the rule language: it reads a rule's text itself and loops over bars.

It shares nothing with the product but the bars: sums are fractions, columns are lists, windows are slices.
What it computes must equal the product's evaluators to the bit.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from app.engine.bars import Bars
from app.engine.intervals import Interval

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


def _exact_sum(window: Series) -> float:
    return _round(sum(map(Fraction, window), Fraction(0)))


def _mean_deviation(window: Series) -> float:
    mean, total = _mean(window), 0.0
    for value in window:
        total += abs(value - mean)
    return _finite(total / len(window))


def _share(part: float, other: float) -> float:
    total = part + other
    return NAN if math.isinf(total) else 100.0 * (part / total) if total else 0.0


def _since(condition: Series, x: Series | None = None) -> Series:
    """Bars since the condition was true, or the value of `x` then."""
    out, last = [], None
    for i, holds in enumerate(condition):
        last = i if holds else last
        out.append(NAN if last is None else float(i - last) if x is None else x[last])
    return out


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


def _zscore(x: Series, n: int) -> Series:
    distance = _each(operator.sub, x, _windows(x, n, _mean))
    return _each(lambda d, wide: d / wide if wide else NAN, distance, _windows(x, n, _deviation))


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


_BAR_MEASURES = frozenset(
    {"atr", "adx", "plus_di", "minus_di", "stoch_k", "stoch_d", "williams_r", "cci", "mfi", "obv", "vwap"}
)


def gather_longer_bars(bars: Bars, interval: Interval) -> tuple[Bars, list[int]]:
    """The longer bars that are over, and how many of them are at the end of each bar."""
    zone = ZoneInfo(bars.timezone) if bars.interval.is_intraday else UTC

    def name_of(instant: int) -> int:
        if interval.is_intraday:
            return instant // interval.seconds * interval.seconds
        date = datetime.fromtimestamp(instant, UTC).astimezone(zone).date()
        if interval is Interval.WEEK_1:
            date -= timedelta(days=date.weekday())
        elif interval is Interval.MONTH_1:
            date = date.replace(day=1)
        return int(datetime(date.year, date.month, date.day, tzinfo=UTC).timestamp())

    rows: list[list[float]] = []
    current: list[float] | None = None
    over = []
    for i, time in enumerate(bars.time.tolist()):
        o, h, lo, c, v = (_finite(float(column[i])) for column in bars.columns())
        if current is not None and current[0] != name_of(time):
            rows.append(current)
            current = None
        if current is None:
            current = [name_of(time), o, h, lo, c, v]
        else:
            _, _, high, low, _, volume = current
            current[2] = NAN if math.isnan(high + h) else max(high, h)
            current[3] = NAN if math.isnan(low + lo) else min(low, lo)
            current[4] = c
            current[5] = v if math.isnan(volume) else volume if math.isnan(v) else volume + v
        if name_of(time + bars.interval.seconds) > current[0]:
            rows.append(current)
            current = None
        over.append(len(rows))
    table = np.array(rows, np.float64).reshape(-1, 6)
    times = np.array([row[0] for row in rows], np.int64)
    open_, high, low, close, volume = table[:, 1:].T.copy()
    return Bars(times, open_, high, low, close, volume, interval, bars.timezone), over


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
        self.values["day"] = [float(t.day) for t in opens]
        self.dates = [t.date() for t in opens]
        self.definitions: dict[str, ast.expr] = {}
        high, low, close = self.values["high"], self.values["low"], self.values["close"]
        self.true_range = _each(_true_range, high, low, _shift(close, 1))
        self.typical = _each(lambda h, lo, c: _finite(_finite(h + lo) + c) / 3.0, high, low, close)

    def read(self, source: str) -> dict[str, Series]:
        for statement in ast.parse(source).body:
            assert isinstance(statement, ast.Assign)
            target = statement.targets[0]
            assert isinstance(target, ast.Name)
            call = statement.value
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "param":
                self.values[target.id] = self.spread(float(self.parameters[target.id]))
            else:
                self.definitions[target.id] = call
        for name in self.definitions:
            self.values[name] = self.value(ast.Name(name))
        return self.values

    def spread(self, value: float | bool) -> Series:
        return [value] * len(self.bars)

    def value(self, node: ast.expr) -> Series:
        if isinstance(node, ast.Name):
            if node.id not in self.values:
                self.values[node.id] = self.value(self.definitions[node.id])
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
        if node.func.id == "on":
            interval, x = node.args
            assert isinstance(interval, ast.Constant)
            return self.on(Interval(str(interval.value)), x)
        return self.call(node.func.id, [self.value(argument) for argument in node.args])

    def on(self, interval: Interval, x: ast.expr) -> Series:
        """The value that `x` has on the last longer bar that is over."""
        own = self.value(x)
        if self.bars.interval is interval:
            return own
        nothing = False if isinstance(own[0], bool) else NAN
        longer, over = gather_longer_bars(self.bars, interval)
        if not len(longer):
            return [nothing] * len(over)
        inner = _Reading(longer, self.parameters)
        inner.definitions = self.definitions
        for name in self.parameters:
            inner.values[name] = inner.spread(float(self.parameters[name]))
        values = inner.value(x)
        return [values[count - 1] if count else nothing for count in over]

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
        if name in ("bars_since", "valuewhen"):
            return _since(*given)
        if name == "supertrend":
            return self.supertrend(int(given[0][0]), given[1][0])
        if name in _BAR_MEASURES:
            windows = [int(column[0]) for column in given]
            measure: Callable[..., Series] = getattr(self, name)
            return measure(*windows)
        return _FUNCTIONS[name](given[0], *(int(column[0]) for column in given[1:]))

    def atr(self, n: int) -> Series:
        return _rma(self.true_range, n)

    def stoch_k(self, n: int, smooth: int) -> Series:
        lows = _windows(self.values["low"], n, min)
        highs = _windows(self.values["high"], n, max)
        fast = _each(_stochastic, self.values["close"], lows, highs)
        return _windows(fast, smooth, _mean)

    def stoch_d(self, n: int, smooth: int, d: int) -> Series:
        return _windows(self.stoch_k(n, smooth), d, _mean)

    def williams_r(self, n: int) -> Series:
        lows = _windows(self.values["low"], n, min)
        highs = _windows(self.values["high"], n, max)
        return _each(lambda c, lo, hi: -_stochastic(c, hi, lo), self.values["close"], lows, highs)

    def cci(self, n: int) -> Series:
        means = _windows(self.typical, n, _mean)
        usual = _windows(self.typical, n, _mean_deviation)
        return [
            0.0
            if wide == 0.0
            else NAN
            if math.isnan(wide)
            else _finite(_finite(p - m) / (0.015 * wide))
            if 0.015 * wide
            else NAN
            for p, m, wide in zip(self.typical, means, usual, strict=True)
        ]

    def mfi(self, n: int) -> Series:
        volume, before = self.values["volume"], _shift(self.typical, 1)
        flow = _each(lambda p, v, b: p * v * ((p > b) - (p < b)), self.typical, volume, before)
        rises = _windows(flow, n, lambda window: _exact_sum([max(f, 0.0) for f in window]))
        falls = _windows(flow, n, lambda window: _exact_sum([max(-f, 0.0) for f in window]))
        return _each(_share, rises, falls)

    def obv(self) -> Series:
        close, volume = self.values["close"], self.values["volume"]
        out = [NAN] * len(close)
        for start, stop in _runs(_each(lambda c, v: 0.0, close, volume)):
            balance = volume[start]
            out[start] = balance
            for i in range(start + 1, stop):
                balance += volume[i] * ((close[i] > close[i - 1]) - (close[i] < close[i - 1]))
                out[i] = _finite(balance)
        return out

    def vwap(self, *windows: int) -> Series:
        p, v = self.typical, self.values["volume"]
        if windows:
            money = _windows(_each(operator.mul, p, v), windows[0], _exact_sum)
            total = _windows(v, windows[0], _exact_sum)
            return _each(lambda a, b: a / b if b else NAN, money, total)
        out = [NAN] * len(p)
        for start, stop in _runs(_each(lambda a, b: 0.0, p, v)):
            total_so_far, mean = 0.0, p[start]
            for i in range(start, stop):
                if i > start and self.dates[i] != self.dates[i - 1]:
                    total_so_far, mean = 0.0, p[i]
                total_so_far += v[i]
                if v[i] != 0.0:
                    share = v[i] / total_so_far if total_so_far else math.copysign(math.inf, v[i])
                    mean += (p[i] - mean) * share
                if 0.0 < total_so_far < math.inf:
                    out[i] = _finite(mean)
        return out

    def supertrend(self, n: int, k: float) -> Series:
        high, low, close = (self.values[name] for name in ("high", "low", "close"))
        width = _each(lambda a: k * a, self.atr(n))
        tops = _each(lambda h, lo, w: (h + lo) / 2.0 + w, high, low, width)
        bottoms = _each(lambda h, lo, w: (h + lo) / 2.0 - w, high, low, width)
        out = [NAN] * len(close)
        for start, stop in _runs(_each(lambda *row: 0.0, tops, bottoms, close)):
            top, bottom, is_up = tops[start], bottoms[start], False
            for i in range(start, stop):
                if i > start and (tops[i] < top or close[i - 1] > top):
                    top = tops[i]
                if i > start and (bottoms[i] > bottom or close[i - 1] < bottom):
                    bottom = bottoms[i]
                is_up = close[i] >= bottom if is_up else close[i] > top
                out[i] = bottom if is_up else top
        return out

    def plus_di(self, n: int) -> Series:
        return self.movement(n, 0)

    def minus_di(self, n: int) -> Series:
        return self.movement(n, 1)

    def movement(self, n: int, side: int) -> Series:
        out = [NAN] * len(self.true_range)
        for start, rows in self.moves():
            for i, sums in enumerate(_directions(rows, n), start + n - 1):
                reach = sums[2]
                if math.isfinite(reach):
                    out[i] = 100.0 * (sums[side] / reach) if reach > 0.0 else 0.0
        return out

    def moves(self) -> list[tuple[int, list[tuple[float, float, float]]]]:
        """Every run of bars with a defined true range and moves, and where it starts."""
        high, low = self.values["high"], self.values["low"]
        ups = _each(operator.sub, high, _shift(high, 1))
        downs = _each(operator.sub, _shift(low, 1), low)
        moves = list(zip(self.true_range, ups, downs, strict=True))
        runs = _runs([NAN if any(map(math.isnan, move)) else 0.0 for move in moves])
        return [(start, moves[start:stop]) for start, stop in runs]

    def adx(self, n: int) -> Series:
        out = [NAN] * len(self.true_range)
        for start, rows in self.moves():
            for i, value in enumerate(_adx_run(rows, n), start + 2 * n - 2):
                out[i] = value
        return out


def _true_range(high: float, low: float, close_before: float) -> float:
    return max(high - low, abs(high - close_before), abs(low - close_before))


def _stochastic(close: float, lowest: float, highest: float) -> float:
    reach = highest - lowest
    return 100.0 * ((close - lowest) / reach) if reach else 0.0


def _directions(rows: list[tuple[float, float, float]], n: int) -> list[tuple[float, float, float]]:
    """Wilder's sums of upward and downward movement and of the range, from the n-th move of a run on."""
    plus = minus = reach = 0.0
    sums = []
    for count, (true, up, down) in enumerate(rows, 1):
        if count >= n:
            plus -= plus / n
            minus -= minus / n
            reach -= reach / n
        plus += up if up > 0 and up > down else 0.0
        minus += down if down > 0 and down > up else 0.0
        reach += true
        if count >= n:
            sums.append((plus, minus, reach))
    return sums


def _adx_run(rows: list[tuple[float, float, float]], n: int) -> Series:
    """The index from the (2n − 1)-th move of a run on."""
    directions = [_direction(*sums) for sums in _directions(rows, n)]
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
    "sum": lambda x, n: _windows(x, n, _exact_sum),
    "mom": lambda x, n: _each(operator.sub, x, _shift(x, n)),
    "zscore": _zscore,
    "log": lambda x: _each(lambda v: math.log(v) if v > 0.0 else NAN, x),
    "sqrt": lambda x: _each(lambda v: math.sqrt(v) if v >= 0.0 else NAN, x),
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
