"""Events, earlier bars and other intervals."""

from __future__ import annotations

from app.engine.language.compositions import beyond, build_on, operation, swapped
from app.engine.language.rule_function import Argument, RuleFunction

_X = Argument("x", "series")
_TWO = (Argument("a", "series"), Argument("b", "series"))

LOGIC: tuple[RuleFunction, ...] = (
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
        "bars_since",
        (Argument("condition", "truth"),),
        "number",
        "bars",
        "0",
        "0 where the condition is true, else 1 more than on the bar before; undefined before it was "
        "true for the first time.",
        "How many bars ago the condition was last true.",
        "bars_since(crossover(close, sma(close, 50)))",
        operation("bars_since"),
    ),
    RuleFunction(
        "valuewhen",
        (Argument("condition", "truth"), _X),
        "number",
        "as x",
        "0",
        "x of the last bar on which the condition was true, the current one included; undefined "
        "before the first such bar, and where x was undefined on it.",
        "The value that x had when the condition was last true.",
        "valuewhen(crossover(close, sma(close, 50)), close)",
        operation("valuewhen"),
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
    RuleFunction(
        "on",
        (Argument("interval", "interval"), Argument("x", "any")),
        "same",
        "as x",
        "0",
        "The value of x on the last bar of the longer interval that had closed by the end of this "
        "bar: its nominal end was reached, or a bar of a later one has come. Days are local dates, "
        "weeks start on Monday; before the first one has closed, x is undefined (false for a truth). "
        "x may be any expression or name without on in it; its windows count longer bars.",
        "x evaluated on the bars of a longer interval, closed ones only. The interval is a name in "
        'quotes, such as "1day", which bars of the run make up whole; with the interval of the run itself it '
        "is x.",
        'on("1day", sma(close, 50))',
        build_on,
    ),
)
