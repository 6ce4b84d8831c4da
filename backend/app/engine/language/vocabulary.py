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
        Input(
            "day", "1 to 31", "Day of the month of the bar's open in the instrument's time zone, from 1 on."
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
        Output(
            "limit_entry",
            "number",
            "distance in price",
            "Enters by a limit order instead of at the market: it rests this far below the signal bar's "
            "close for a long, above it for a short. Undefined or below 0: no entry.",
            "limit_entry = 0.5 * atr(14)",
        ),
        Output(
            "limit_bars",
            "number",
            "bars",
            "For how many bars a limit order rests, 1 when absent. Taken at the signal bar, rounded down. "
            "Undefined or below 1: no entry. Needs limit_entry.",
            "limit_bars = 3",
        ),
        Output(
            "trailing_percent",
            "number",
            "percent of the price",
            "A stop that follows the best price since the entry at so many percent of it (5 is 5 %). Taken "
            "at the signal bar. Undefined or ≤ 0: none.",
            "trailing_percent = 5",
        ),
        Output(
            "chandelier_stop",
            "number",
            "distance in price",
            "Distance of a stop from the best price since the entry, read anew at every completed bar; the "
            "level never moves back. Undefined or ≤ 0 on a bar: the level stays.",
            "chandelier_stop = 3 * atr(22)",
        ),
        Output(
            "take_profit_share",
            "number",
            "fraction of the position",
            "How much of the position is closed at take_profit, 1 when absent. Taken at the signal bar. "
            "Undefined or ≤ 0: no target. Needs take_profit.",
            "take_profit_share = 0.5",
        ),
        Output(
            "take_profit_2",
            "number",
            "distance in price",
            "Target of what take_profit_share left over. Taken at the signal bar. Undefined or ≤ 0: none. "
            "Needs take_profit_share.",
            "take_profit_2 = 6 * atr(14)",
        ),
        Output(
            "max_bars",
            "number",
            "bars",
            "The longest that a position is held: after so many bars it is closed at the next open. Taken at "
            "the signal bar, rounded down. Undefined or below 1: no end.",
            "max_bars = 20",
        ),
        Output(
            "rank",
            "number",
            "",
            "Which instrument gets a free slot first in a basket: the higher. A run of one instrument does "
            "not read it.",
            "rank = roc(close, 60)",
        ),
    )
}

ENTRIES = ("enter_long", "enter_short")


@dataclass(frozen=True, slots=True)
class Need:
    """An output that means nothing without another one."""

    name: str
    needed: str
    code: str
    message: str


NEEDS: tuple[Need, ...] = (
    Need(
        "risk",
        "stop_loss",
        "risk_without_stop",
        "`risk` needs a stop: add a line such as stop_loss = 2 * atr(14).",
    ),
    Need(
        "limit_bars",
        "limit_entry",
        "limit_bars_without_limit",
        "`limit_bars` needs a limit order to rest: add a line such as limit_entry = 0.5 * atr(14).",
    ),
    Need(
        "take_profit_share",
        "take_profit",
        "share_without_target",
        "`take_profit_share` needs a target: add a line such as take_profit = 3 * atr(14).",
    ),
    Need(
        "take_profit_2",
        "take_profit",
        "second_target_without_first",
        "`take_profit_2` needs a first target: add a line such as take_profit = 3 * atr(14).",
    ),
    Need(
        "take_profit_2",
        "take_profit_share",
        "second_target_without_share",
        "`take_profit_2` closes what the first target leaves: add a line such as take_profit_share = 0.5.",
    ),
)

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
RESERVED_FOR_LATER = frozenset({"psar", "hma", "dema", "tema", "vwma", "cmo", "aroon_up", "aroon_down"})
