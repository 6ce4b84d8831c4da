"""Conditions as rule text and as words, and levels kept right over splits. Pure."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from app.alerts.domain import (
    AlertCondition,
    Direction,
    DrawingCondition,
    PriceCondition,
    RuleCondition,
)
from app.engine.language import CheckedRule, RuleProblem, check_rule
from app.engine.language.syntax import LINE_SHAPE, SourceText, parse_source
from app.engine.language.vocabulary import OUTPUTS
from app.market.domain import Split
from app.market.local_time import local_midnight

_LINE_SHAPE = "the last line is a condition, as in close > 100"
_LONGEST_WORDS = 200
_DIRECTIONS = {
    Direction.CROSSES: "crosses",
    Direction.CROSSES_ABOVE: "crosses above",
    Direction.CROSSES_BELOW: "crosses below",
    Direction.ENTERS: "enters",
    Direction.LEAVES: "leaves",
}


def check_condition_text(source: str) -> CheckedRule:
    """Check and compile a condition: lines that give names, then one expression that is true or false.

    The rule's one output is `enter_long`. Problems stand at their place in `source`. Never raises.
    """
    tree, problems = parse_source(source)
    if tree is None:
        return _refuse(
            *(replace(one, message=one.message.replace(LINE_SHAPE, _LINE_SHAPE)) for one in problems)
        )
    text = SourceText(source)
    for statement in tree.body:
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            if isinstance(target, ast.Name) and target.id in OUTPUTS:
                message = (
                    f"An alert places no orders: leave out `{target.id} =`. Its last line is the condition."
                )
                column = text.column(target.lineno, target.col_offset)
                return _refuse(RuleProblem(target.lineno, column, "output_in_condition", message))
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        line, column = (1, 1) if last is None else (last.lineno, text.column(last.lineno, last.col_offset))
        message = "The last line is the condition, without a name: crossover(close, sma(close, 50))."
        return _refuse(RuleProblem(line, column, "no_condition", message))
    return _check_named(source, last)


def _check_named(source: str, condition: ast.Expr) -> CheckedRule:
    """The condition gets its name on a line of its own, so that columns stay what they are."""
    lines = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = condition.lineno - 1
    before = lines[at].encode()[: condition.col_offset].decode(errors="ignore")
    if before.strip():
        message = "The condition stands on a line of its own: begin a new line here."
        return _refuse(RuleProblem(condition.lineno, len(before) + 1, "two_statements", message))
    named = "\n".join([*lines[:at], "enter_long = (", *lines[at:], ")"])
    checked = check_rule(named)
    problems = [_move(problem, condition.lineno) for problem in checked.errors]
    return CheckedRule(checked.ok, tuple(problems), checked.parameters, checked.outputs, checked.rule)


def _move(problem: RuleProblem, inserted_at: int) -> RuleProblem:
    line = problem.line - 1 if problem.line > inserted_at else problem.line
    message = problem.message
    if problem.code == "output_type":
        message = "The condition is true or false; this is a number: compare it, as in rsi(close, 14) < 30."
    return RuleProblem(line, problem.column, problem.code, message)


def _refuse(*problems: RuleProblem) -> CheckedRule:
    return CheckedRule(False, problems, (), (), None)


def write_price_rule(level: float, direction: Direction) -> str:
    """A price level in the rule language."""
    number = repr(float(level))
    above, below = f"crossover(close, {number})", f"crossunder(close, {number})"
    if direction is Direction.CROSSES_ABOVE:
        return above
    return below if direction is Direction.CROSSES_BELOW else f"{above} or {below}"


def find_level_factor(splits: Sequence[Split], timezone: str, at: datetime) -> float:
    """By how much today's adjusted prices stand below those that were traded at `at`: the ratios of all
    splits that took effect after it, multiplied.
    """
    instant, factor = at.timestamp(), 1.0
    for split in splits:
        if local_midnight(split.date, timezone) > instant:
            factor *= split.ratio
    return factor


def _write_level(level: float) -> str:
    """All its digits, and no exponent."""
    return format(Decimal(repr(level)).normalize(), "f")


def describe_condition(condition: AlertCondition, drawing_name: str | None = None) -> str:
    """The condition in words."""
    if isinstance(condition, PriceCondition):
        return f"Price {_DIRECTIONS[condition.direction]} {_write_level(condition.level)}"
    if isinstance(condition, DrawingCondition):
        return f"Price {_DIRECTIONS[condition.direction]} {drawing_name or 'a drawing'}"
    lines = [line.strip() for line in condition.source.splitlines()]
    words = " ".join(line for line in lines if line and not line.startswith("#"))
    return words if len(words) <= _LONGEST_WORDS else f"{words[: _LONGEST_WORDS - 1]}…"


def write_condition(condition: AlertCondition) -> dict[str, object]:
    """The condition as it is stored and answered."""
    if isinstance(condition, RuleCondition):
        return {"kind": "rule", "source": condition.source}
    if isinstance(condition, PriceCondition):
        return {"kind": "price", "level": condition.level, "direction": condition.direction.value}
    return {
        "kind": "drawing",
        "drawing_id": str(condition.drawing_id),
        "direction": condition.direction.value,
    }
