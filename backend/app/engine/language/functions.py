"""The one table of the language's functions. The checker, the editor and the documentation all read it.

A new function is one row in `function_table` and, unless it is made of others, one operation in
`graph.WINDOW_OPERATIONS` with its kernel in `app.engine.indicators` and its place in `app.engine.operations`.
"""

from __future__ import annotations

from app.engine.language.function_table.arithmetic import ARITHMETIC
from app.engine.language.function_table.averages import AVERAGES
from app.engine.language.function_table.logic import LOGIC
from app.engine.language.function_table.momentum import MOMENTUM
from app.engine.language.function_table.ranges import RANGES
from app.engine.language.function_table.volume import VOLUME
from app.engine.language.rule_function import Argument, RuleFunction

__all__ = ["RULE_FUNCTIONS", "Argument", "RuleFunction"]

RULE_FUNCTIONS: dict[str, RuleFunction] = {
    row.name: row for row in (*AVERAGES, *MOMENTUM, *RANGES, *VOLUME, *ARITHMETIC, *LOGIC)
}
