"""The words of the language that are no functions: inputs, outputs, keywords, and the caps."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.language.graph import ValueType

MAXIMUM_SOURCE_BYTES = 10_000
MAXIMUM_NODES = 500
MAXIMUM_NESTING = 50
MAXIMUM_LOOKBACK_BARS = 5_000
MAXIMUM_PARAMETERS = 20


@dataclass(frozen=True, slots=True)
class Input:
    """A column that a rule reads."""

    name: str
    units: str
    help: str


@dataclass(frozen=True, slots=True)
class Output:
    """A name that a rule gives to say what to do."""

    name: str
    type: ValueType
    units: str
    help: str
    example: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """Any other word."""

    name: str
    signature: str
    help: str


INPUTS: dict[str, Input] = {
    row.name: row
    for row in (
        Input("open", "price", "The bar's first price."),
        Input("high", "price", "The bar's highest price."),
        Input("low", "price", "The bar's lowest price."),
        Input("close", "price", "The bar's last price."),
        Input(
            "volume", "units traded", "What was traded in the bar; undefined where the data has no volume."
        ),
        Input(
            "hour",
            "0 to 23",
            "Hour of the bar's open in the instrument's time zone; 0 on daily and longer bars.",
        ),
        Input(
            "weekday",
            "0 to 6",
            "Day of the week of the bar's open in the instrument's time zone: Monday is 0, Sunday is 6.",
        ),
        Input("month", "1 to 12", "Month of the bar's open in the instrument's time zone: January is 1."),
    )
}

OUTPUTS: dict[str, Output] = {
    row.name: row
    for row in (
        Output(
            "enter_long",
            "truth",
            "",
            "Buy: true on a bar opens a long position at the next bar's open.",
            "enter_long = crossover(close, sma(close, 50))",
        ),
        Output(
            "exit_long",
            "truth",
            "",
            "Sell what was bought: true on a bar closes the long position at the next bar's open.",
            "exit_long = close < sma(close, 50)",
        ),
        Output(
            "enter_short",
            "truth",
            "",
            "Sell short: true on a bar opens a short position at the next bar's open.",
            "enter_short = crossunder(close, sma(close, 50))",
        ),
        Output(
            "exit_short",
            "truth",
            "",
            "Buy back: true on a bar closes the short position at the next bar's open.",
            "exit_short = close > sma(close, 50)",
        ),
        Output(
            "stop_loss",
            "number",
            "distance in price",
            "How far against the entry the price may go. Taken at the signal bar. Undefined or ≤ 0: no stop.",
            "stop_loss = 2 * atr(14)",
        ),
        Output(
            "take_profit",
            "number",
            "distance in price",
            "How far in favour of the entry the target is. Taken at the signal bar. Undefined or ≤ 0: none.",
            "take_profit = 3 * atr(14)",
        ),
        Output(
            "trailing_stop",
            "number",
            "distance in price",
            "Distance of a stop that follows the best price since the entry. Taken at the signal bar. "
            "Undefined or ≤ 0: none.",
            "trailing_stop = 3 * atr(14)",
        ),
        Output(
            "size",
            "number",
            "fraction of equity",
            "How much of the equity goes into the position, 1 when absent. Undefined or ≤ 0: no entry. "
            "Above 1 counts as 1.",
            "size = 0.5",
        ),
        Output(
            "risk",
            "number",
            "fraction of equity",
            "How much of the equity is lost when the stop is hit; sets the position's size. Needs stop_loss; "
            "excludes size.",
            "risk = 0.01",
        ),
    )
}

ENTRIES = ("enter_long", "enter_short")

KEYWORDS: dict[str, Keyword] = {
    row.name: row
    for row in (
        Keyword(
            "param",
            "param(default, min, max, step=1)",
            "A number that can be changed without changing the rule. Stands alone on its line: "
            "fast = param(10, 5, 50). `step` is the grid of a sweep.",
        ),
        Keyword("and", "a and b", "True where both are true."),
        Keyword("or", "a or b", "True where at least one is true."),
        Keyword(
            "not", "not a", "True where a is false, also where a is false because something is undefined."
        ),
        Keyword("True", "True", "True on every bar."),
        Keyword("False", "False", "True on no bar."),
    )
}

# Words that the language will use for functions: a rule that took one as its own name would break on that
# day.
RESERVED_FOR_LATER = frozenset(
    {"plus_di", "minus_di", "stoch_d", "cci", "mfi", "obv", "vwap", "mom", "zscore", "log", "sqrt"}
    | {"bars_since", "valuewhen", "on"}
)
