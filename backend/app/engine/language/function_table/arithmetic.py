"""Arithmetic on single bars."""

from __future__ import annotations

from app.engine.language.compositions import operation, pairwise
from app.engine.language.rule_function import Argument, RuleFunction

_X = Argument("x", "series")
_TWO_OR_MORE = (Argument("a", "series"), Argument("b", "series", repeats=True))

ARITHMETIC: tuple[RuleFunction, ...] = (
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
        "log",
        (_X,),
        "number",
        "natural logarithm",
        "0",
        "The natural logarithm; undefined where x is not above 0.",
        "The natural logarithm: log(close / shift(close, 1)) is the log return.",
        "log(close / shift(close, 1))",
        operation("log"),
    ),
    RuleFunction(
        "sqrt",
        (_X,),
        "number",
        "root of the units of x",
        "0",
        "The square root; undefined where x is below 0.",
        "The square root.",
        "sqrt(volume)",
        operation("sqrt"),
    ),
)
