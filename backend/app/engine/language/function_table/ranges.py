"""Ranges, bands and sums over a window."""

from __future__ import annotations

from app.engine.language.compositions import band, build_atr, build_stdev, build_zscore, operation
from app.engine.language.rule_function import Argument, RuleFunction

_X = Argument("x", "series")
_N = Argument("n", "window")
_BANDS = (_X, Argument("n", "window", 20), Argument("k", "number", 2))

RANGES: tuple[RuleFunction, ...] = (
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
        "zscore",
        (_X, Argument("n", "window", 20)),
        "number",
        "standard deviations",
        "n - 1",
        "(x - sma(x, n)) / stdev(x, n); undefined where the deviation is 0.",
        "How many standard deviations x is from the mean of the last n values.",
        "zscore(close, 20)",
        build_zscore,
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
)
