"""Averages and trend lines."""

from __future__ import annotations

from app.engine.language.compositions import build_supertrend, build_vwap, operation
from app.engine.language.rule_function import Argument, RuleFunction

_X = Argument("x", "series")
_N = Argument("n", "window")

AVERAGES: tuple[RuleFunction, ...] = (
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
        "vwap",
        (Argument("n", "window", is_optional=True),),
        "number",
        "price",
        "n - 1",
        "With n: sum(p × volume, n) / sum(volume, n), p = (high + low + close) / 3. Without: the mean "
        "of p weighted by volume since the first bar of the same local date, which on daily and "
        "longer bars is p itself.",
        "Volume-weighted average price, of the last n bars or of the session so far. Undefined while "
        "nothing was traded.",
        "vwap()",
        build_vwap,
    ),
    RuleFunction(
        "supertrend",
        (Argument("n", "window", 10), Argument("k", "number", 3)),
        "number",
        "price",
        "n",
        "Bands (high + low) / 2 ± k × atr(n) that only move towards the price, or anew after a close "
        "beyond them. The line is the upper band until a close above it, then the lower one until a "
        "close below that, and so on; it starts as the upper band.",
        "Supertrend: a line below the price in a rise and above it in a fall. The trend is up where "
        "close > supertrend(10, 3).",
        "supertrend(10, 3)",
        build_supertrend,
    ),
)
