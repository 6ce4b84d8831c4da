"""The one table of the language's functions. The checker, the editor and the documentation all read it.

A new function is one row here and, unless it is made of others, one operation in `graph.WINDOW_OPERATIONS`
with its kernel in `app.engine.indicators`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.engine.language.compositions import (
    Build,
    band,
    beyond,
    build_adx,
    build_atr,
    build_macd,
    build_macd_hist,
    build_macd_signal,
    build_roc,
    build_stdev,
    build_stoch_k,
    operation,
    pairwise,
    swapped,
)

ArgumentKind: TypeAlias = Literal["series", "truth", "any", "window", "number"]
ResultKind: TypeAlias = Literal["number", "truth", "same"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function.

    `kind`: series (a number on every bar), truth, any (a number or a truth; all arguments of this kind in a
    call have one type), window (a whole number of bars ≥ `minimum`, made of numbers and parameters), number
    (one number, made of numbers and parameters). `default` None: must be given. `repeats`: one or more of
    them.
    """

    name: str
    kind: ArgumentKind
    default: float | None = None
    minimum: int = 1
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class RuleFunction:
    """One row of the table. `warm_up`: bars before the first defined one, in terms of the arguments' names,
    beside what the arguments themselves need. `build` writes the call into the graph.
    """

    name: str
    arguments: tuple[Argument, ...]
    returns: ResultKind
    units: str
    warm_up: str
    definition: str
    help: str
    example: str
    build: Build

    @property
    def signature(self) -> str:
        """As in `rsi(x, n=14)`."""
        words = []
        for argument in self.arguments:
            default = "" if argument.default is None else f"={argument.default:g}"
            words.append(argument.name + default + (", …" if argument.repeats else ""))
        return f"{self.name}({', '.join(words)})"


_X = Argument("x", "series")
_N = Argument("n", "window")
_MACD = (_X, Argument("fast", "window", 12), Argument("slow", "window", 26), Argument("signal", "window", 9))
_BANDS = (_X, Argument("n", "window", 20), Argument("k", "number", 2))
_TWO = (Argument("a", "series"), Argument("b", "series"))
_TWO_OR_MORE = (Argument("a", "series"), Argument("b", "series", repeats=True))

_ROWS: tuple[RuleFunction, ...] = (
    RuleFunction(
        "sma",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "(x[i-n+1] + … + x[i]) / n, the sum exact and rounded once.",
        "Simple moving average: the mean of the last n values.",
        "sma(close, 50)",
        operation("sma"),
    ),
    RuleFunction(
        "ema",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "Starts as the mean of the first n values; then e += (x - e) × 2 / (n + 1).",
        "Exponential moving average: newer values weigh more. Starts anew after an undefined value.",
        "ema(close, 20)",
        operation("ema"),
    ),
    RuleFunction(
        "wma",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "(1 × x[i-n+1] + … + n × x[i]) / (n × (n + 1) / 2), the sum exact and rounded once.",
        "Linearly weighted moving average: the newest value weighs n times the oldest.",
        "wma(close, 20)",
        operation("wma"),
    ),
    RuleFunction(
        "rma",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "Starts as the mean of the first n values; then r += (x - r) × 1 / n.",
        "Wilder's moving average, as inside rsi and atr. Starts anew after an undefined value.",
        "rma(close, 14)",
        operation("rma"),
    ),
    RuleFunction(
        "rsi",
        (_X, Argument("n", "window", 14)),
        "number",
        "0 to 100",
        "n",
        "100 × g / (g + l), g and l being rma(n) of the rises and of the falls; 0 where both are 0.",
        "Relative strength index (Wilder): the share of rises in the recent moves.",
        "rsi(close, 14)",
        operation("rsi"),
    ),
    RuleFunction(
        "macd",
        _MACD,
        "number",
        "as x",
        "max(fast, slow) - 1",
        "ema(x, fast) - ema(x, slow), both started on the bar where the slow one is first defined. "
        "The shorter window is the fast one, whatever the order; signal has no part in this line.",
        "Moving average convergence divergence: the distance between a fast and a slow average.",
        "macd(close, 12, 26)",
        build_macd,
    ),
    RuleFunction(
        "macd_signal",
        _MACD,
        "number",
        "as x",
        "max(fast, slow) + signal - 2",
        "ema(macd(x, fast, slow), signal).",
        "The signal line of macd.",
        "macd_signal(close, 12, 26, 9)",
        build_macd_signal,
    ),
    RuleFunction(
        "macd_hist",
        _MACD,
        "number",
        "as x",
        "max(fast, slow) + signal - 2",
        "macd(x, fast, slow) - macd_signal(x, fast, slow, signal).",
        "The histogram of macd: its distance from the signal line.",
        "macd_hist(close, 12, 26, 9)",
        build_macd_hist,
    ),
    RuleFunction(
        "bb_upper",
        _BANDS,
        "number",
        "as x",
        "n - 1",
        "sma(x, n) + k × stdev(x, n).",
        "Upper Bollinger band.",
        "bb_upper(close, 20, 2)",
        band("add"),
    ),
    RuleFunction(
        "bb_lower",
        _BANDS,
        "number",
        "as x",
        "n - 1",
        "sma(x, n) - k × stdev(x, n).",
        "Lower Bollinger band.",
        "bb_lower(close, 20, 2)",
        band("subtract"),
    ),
    RuleFunction(
        "atr",
        (Argument("n", "window", 14),),
        "number",
        "price",
        "n",
        "rma(n) of the true range: the greatest of high - low, |high - close[i-1]|, |low - close[i-1]|.",
        "Average true range (Wilder): how far the price usually moves in a bar.",
        "atr(14)",
        build_atr,
    ),
    RuleFunction(
        "adx",
        (Argument("n", "window", 14),),
        "number",
        "0 to 100",
        "2 * n - 1",
        "Wilder's average of 100 × |+DI - -DI| / (+DI + -DI), both indicators smoothed over n bars.",
        "Average directional index (Wilder): how strong a trend is, up or down.",
        "adx(14)",
        build_adx,
    ),
    RuleFunction(
        "stoch_k",
        (Argument("n", "window", 14), Argument("smooth", "window", 1)),
        "number",
        "0 to 100",
        "n + smooth - 2",
        "100 × (close - lowest(low, n)) / (highest(high, n) - lowest(low, n)), 0 where the two are equal; "
        "then sma(smooth) of it.",
        "Stochastic %K: where the close lies in the range of the last n bars. smooth=1 is the fast one, "
        "smooth=3 the usual slow one.",
        "stoch_k(14, 3)",
        build_stoch_k,
    ),
    RuleFunction(
        "roc",
        (_X, Argument("n", "window", 10)),
        "number",
        "percent",
        "n",
        "100 × (x / x[i-n] - 1).",
        "Rate of change: by how many percent x differs from n bars ago.",
        "roc(close, 10)",
        build_roc,
    ),
    RuleFunction(
        "stdev",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "The root of the mean squared distance from the window's mean (divided by n, not n - 1).",
        "Standard deviation of the last n values.",
        "stdev(close, 20)",
        build_stdev,
    ),
    RuleFunction(
        "highest",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "The greatest of x[i-n+1] … x[i], the current bar included.",
        "The highest of the last n values. For a breakout compare with the bars before: "
        "close > shift(highest(high, 20), 1).",
        "highest(high, 20)",
        operation("highest"),
    ),
    RuleFunction(
        "lowest",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "The least of x[i-n+1] … x[i], the current bar included.",
        "The lowest of the last n values.",
        "lowest(low, 20)",
        operation("lowest"),
    ),
    RuleFunction(
        "sum",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "x[i-n+1] + … + x[i], exact and rounded once.",
        "The sum of the last n values.",
        "sum(volume, 5)",
        operation("sum"),
    ),
    RuleFunction(
        "mean",
        (_X, _N),
        "number",
        "as x",
        "n - 1",
        "The same as sma(x, n).",
        "The mean of the last n values.",
        "mean(volume, 20)",
        operation("sma"),
    ),
    RuleFunction(
        "min",
        _TWO_OR_MORE,
        "number",
        "as its arguments",
        "0",
        "The least of its arguments on each bar; undefined when one is.",
        "The least of several values on the same bar. For the least of the last n bars: lowest(x, n).",
        "min(open, close)",
        pairwise("min"),
    ),
    RuleFunction(
        "max",
        _TWO_OR_MORE,
        "number",
        "as its arguments",
        "0",
        "The greatest of its arguments on each bar; undefined when one is.",
        "The greatest of several values on the same bar. For the greatest of the last n bars: highest(x, n).",
        "max(open, close)",
        pairwise("max"),
    ),
    RuleFunction(
        "abs",
        (_X,),
        "number",
        "as x",
        "0",
        "x without its sign.",
        "The absolute value.",
        "abs(close - open)",
        operation("abs"),
    ),
    RuleFunction(
        "crossover",
        _TWO,
        "truth",
        "",
        "1",
        "a[i-1] ≤ b[i-1] and a[i] > b[i]; false when one of the four is undefined.",
        "True on the bar where a rises above b.",
        "crossover(sma(close, 10), sma(close, 30))",
        operation("crossover"),
    ),
    RuleFunction(
        "crossunder",
        _TWO,
        "truth",
        "",
        "1",
        "a[i-1] ≥ b[i-1] and a[i] < b[i]; false when one of the four is undefined.",
        "True on the bar where a falls below b.",
        "crossunder(close, sma(close, 30))",
        swapped("crossover"),
    ),
    RuleFunction(
        "rising",
        (_X, Argument("n", "window", 1)),
        "truth",
        "",
        "n",
        "x[i] above each of x[i-n] … x[i-1]; false when one of them is undefined.",
        "True where x is above each of the n values before.",
        "rising(close, 3)",
        beyond("greater", "highest"),
    ),
    RuleFunction(
        "falling",
        (_X, Argument("n", "window", 1)),
        "truth",
        "",
        "n",
        "x[i] below each of x[i-n] … x[i-1]; false when one of them is undefined.",
        "True where x is below each of the n values before.",
        "falling(close, 3)",
        beyond("less", "lowest"),
    ),
    RuleFunction(
        "shift",
        (Argument("x", "any"), Argument("n", "window", 1, minimum=0)),
        "same",
        "as x",
        "n",
        "x[i-n]; undefined (false for a truth) on the first n bars.",
        "The value n bars ago. The future cannot be reached: n is 0 or more.",
        "shift(close, 1)",
        operation("shift"),
    ),
    RuleFunction(
        "if_else",
        (Argument("condition", "truth"), Argument("a", "any"), Argument("b", "any")),
        "same",
        "as a and b",
        "0",
        "a where the condition is true, else b.",
        "Chooses between two values, both numbers or both truths.",
        "if_else(close > sma(close, 200), 1, 0.5)",
        operation("if_else"),
    ),
)

RULE_FUNCTIONS: dict[str, RuleFunction] = {row.name: row for row in _ROWS}
