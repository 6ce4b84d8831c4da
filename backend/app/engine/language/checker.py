"""Reads a rule line by line, reports everything that is wrong with it, and compiles what is right."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass

from app.engine.language import constructs
from app.engine.language.calls import RuleExpressions
from app.engine.language.functions import RULE_FUNCTIONS
from app.engine.language.graph import (
    bound_scalars,
    evaluate_scalars,
    find_parameter_names,
    keep_reachable,
    measure_lookbacks,
)
from app.engine.language.names import suggest_name
from app.engine.language.parameters import ParameterReader, is_param_call
from app.engine.language.problems import RuleInvalid, RuleProblem
from app.engine.language.report import Report
from app.engine.language.rule import Parameter, Rule, WindowUse, describe_window_fault
from app.engine.language.scalars import Bounds
from app.engine.language.syntax import SourceText, parse_source
from app.engine.language.vocabulary import (
    ENTRIES,
    INPUTS,
    KEYWORDS,
    MAXIMUM_LOOKBACK_BARS,
    NEEDS,
    OUTPUTS,
    RESERVED_FOR_LATER,
)


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """What the checker found.

    `rule` is there when `ok`; `parameters` and `outputs` as far as they could be read.
    """

    ok: bool
    errors: tuple[RuleProblem, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    rule: Rule | None


def check_rule(source: str) -> CheckedRule:
    """Checks and compiles a rule. Never raises: whatever is wrong with the text is in `errors`."""
    tree, problems = parse_source(source)
    if tree is None:
        return CheckedRule(False, tuple(problems), (), (), None)
    return _RuleChecker(source).check(tree)


def compile_rule(source: str) -> Rule:
    """The compiled rule. Raises RuleInvalid with every problem found."""
    checked = check_rule(source)
    if checked.rule is None:
        raise RuleInvalid(checked.errors)
    return checked.rule


class _RuleChecker:
    def __init__(self, source: str) -> None:
        self._source = source
        self._report = Report(SourceText(source))
        self._lines: dict[str, int] = {}
        self._expressions = RuleExpressions(self._report, self._lines)
        self._parameters = ParameterReader(self._report, self._expressions)
        self._outputs: dict[str, ast.Assign] = {}

    def check(self, tree: ast.Module) -> CheckedRule:
        for statement in tree.body:
            for target in statement.targets if isinstance(statement, ast.Assign) else ():
                if isinstance(target, ast.Name):
                    self._lines.setdefault(target.id, statement.lineno)
        for statement in tree.body:
            self._check_statement(statement)
        self._check_outputs(tree)
        self._check_windows()
        problems = self._report.list_problems()
        parameters = tuple(self._parameters.found.values())
        rule = None if problems else self._compile(parameters)
        return CheckedRule(not problems, problems, parameters, tuple(self._outputs), rule)

    def _check_statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Expr):
            place = self._expressions.check(statement.value)
            if place is not None:
                message = "This has no name: write name = … before it, as in enter_long = close > open."
                self._report.add(statement, "no_name", message)
        elif not isinstance(statement, ast.Assign):
            code, message = constructs.STATEMENTS.get(type(statement).__name__, constructs.OTHER_STATEMENT)
            self._report.add(statement, code, message)
            self._forget_names(statement)
        elif len(statement.targets) > 1:
            message = "One line gives one name. To compare write `==`; to give two names write two lines."
            self._report.add(statement.targets[1], "double_assignment", message)
            self._forget_names(statement)
        else:
            self._check_assignment(statement, statement.targets[0])

    def _forget_names(self, statement: ast.stmt) -> None:
        """Names given in a way that is an error already: using them is no second one."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._expressions.lost.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self._expressions.lost.add(node.name)
            elif isinstance(node, ast.alias):
                self._expressions.lost.add(node.asname or node.name)

    def _check_assignment(self, statement: ast.Assign, target: ast.expr) -> None:
        if not isinstance(target, ast.Name):
            message = "A single name stands left of `=`: write name = expression."
            self._report.add(target, "assignment_target", message)
            if not isinstance(statement.value, ast.Tuple):
                self._check_value(statement, None)
            self._forget_names(statement)
            return
        is_free = self._check_name(target)
        place = self._check_value(statement, target.id if is_free else None)
        if not is_free:
            return
        self._expressions.scope[target.id] = place
        output = OUTPUTS.get(target.id)
        if output is None:
            return
        self._outputs[target.id] = statement
        if place is not None and self._expressions.type_of(place) != output.type:
            if output.type == "truth":
                message = f"`{output.name}` is a condition; this is a number: {output.example}."
            else:
                message = (
                    f"`{output.name}` is a number ({output.units}); this is true or false: {output.example}."
                )
            self._report.add(statement.value, "output_type", message)

    def _check_value(self, statement: ast.Assign, name: str | None) -> int | None:
        if is_param_call(statement.value):
            return self._parameters.read(statement.value, name)
        return self._expressions.check(statement.value)

    def _check_name(self, target: ast.Name) -> bool:
        name = target.id
        if name in self._expressions.scope:
            line = self._lines[name]
            message = (
                f"`{name[:40]}` is given on line {line} already, and once only: choose another name here."
            )
            self._report.add(target, "assigned_twice", message)
            return False
        if name in INPUTS:
            message = f"`{name}` is a column of the bars: choose another name, as in my_{name}."
        elif name in RULE_FUNCTIONS or name in RESERVED_FOR_LATER:
            message = f"`{name}` is a function's name: choose another one, as in my_{name}."
        elif name in KEYWORDS:
            message = f"`{name}` is a word of the language: choose another name."
        elif name.startswith("__"):
            message = "A name does not start with two underscores: choose another one."
        else:
            return True
        self._report.add(target, "reserved_name", message)
        return False

    def _check_outputs(self, tree: ast.Module) -> None:
        outputs = self._outputs
        for need in NEEDS:
            if need.name in outputs and need.needed not in outputs:
                self._report.add(outputs[need.name], need.code, need.message)
        if "risk" in outputs and "size" in outputs:
            message = "`size` and `risk` exclude each other: delete one of the two lines."
            self._report.add(max((outputs["size"], outputs["risk"]), key=_position), "size_and_risk", message)
        is_readable = all(isinstance(statement, ast.Assign) for statement in tree.body)
        if (
            is_readable
            and not self._expressions.lost.intersection(ENTRIES)
            and not any(entry in outputs for entry in ENTRIES)
        ):
            message = (
                "The rule never enters: add a line such as enter_long = crossover(close, sma(close, 50))."
            )
            for name in self._expressions.scope:
                guess = None if self._report.is_full else suggest_name(name, ENTRIES)
                if guess is not None:
                    message = f"The rule never enters: did you mean `{guess}` where it says `{name[:40]}`?"
                    break
            self._report.add_at(1, 1, "no_entry", message)

    def _check_windows(self) -> None:
        """Windows at the defaults and, as far as can be known, over the parameters' ranges; the lookback."""
        nodes = self._expressions.graph.nodes
        parameters = self._parameters.found
        corners = [
            evaluate_scalars(nodes, {name: choose(p) for name, p in parameters.items()})
            for choose in (_default, _minimum, _maximum)
        ]
        bounds = bound_scalars(nodes, {name: (p.minimum, p.maximum) for name, p in parameters.items()})
        names = find_parameter_names(nodes)
        longest: dict[int, int] = {}
        for use, at in self._expressions.windows:
            at_default, *at_ends = (float(corner[use.place]) for corner in corners)
            fault = describe_window_fault(at_default, use)
            if fault is None:
                reached = bounds[use.place] or _span([at_default, *at_ends])
                involved = [parameters[name] for name in sorted(names[use.place])]
                fault = _find_range_fault(use, reached, involved, nodes[use.place].operation == "parameter")
                longest[use.place] = int(min(reached[1], MAXIMUM_LOOKBACK_BARS))
            if fault is not None:
                code, message = fault
                self._report.add(at, code, message[0].upper() + message[1:])
                longest[use.place] = use.minimum
        lookbacks = measure_lookbacks(nodes, longest)
        for name, statement in self._outputs.items():
            place = self._expressions.scope.get(name)
            if place is not None and lookbacks[place] > MAXIMUM_LOOKBACK_BARS:
                message = (
                    f"`{name}` looks back {lookbacks[place]:,} bars with its parameters at their ends; "
                    f"{MAXIMUM_LOOKBACK_BARS:,} are allowed: make the windows shorter."
                )
                self._report.add(statement, "lookback_too_long", message)
                return

    def _compile(self, parameters: tuple[Parameter, ...]) -> Rule:
        scope = self._expressions.scope
        roots = {name: scope[name] for name in self._outputs}
        outputs = {name: place for name, place in roots.items() if place is not None}
        nodes, places = keep_reachable(self._expressions.graph.nodes, outputs.values())
        windows = [use for use, _ in self._expressions.windows if use.place in places]
        return Rule(
            self._source,
            parameters,
            nodes,
            {name: places[place] for name, place in outputs.items()},
            tuple(
                dict.fromkeys(
                    WindowUse(places[use.place], use.minimum, use.function, use.argument) for use in windows
                )
            ),
        )


def _position(statement: ast.stmt) -> tuple[int, int]:
    return statement.lineno, statement.col_offset


def _default(parameter: Parameter) -> float:
    return parameter.default


def _minimum(parameter: Parameter) -> float:
    return parameter.minimum


def _maximum(parameter: Parameter) -> float:
    return parameter.maximum


def _span(values: list[float]) -> Bounds:
    known = [value for value in values if math.isfinite(value)]
    return min(known), max(known)


def _find_range_fault(
    use: WindowUse, reached: Bounds, parameters: list[Parameter], is_plain: bool
) -> tuple[str, str] | None:
    """What is wrong with a window somewhere in its parameters' ranges.

    Too long is wrong in any case. Too short and not whole only where one parameter decides alone: with
    several, such as slow - fast, the values given at a run decide.
    """
    if reached[1] > MAXIMUM_LOOKBACK_BARS:
        code, message = describe_window_fault(math.floor(reached[1]), use) or ("", "")
        return code, f"{message[:-1]}, where its parameters take it: lower their max."
    if len(parameters) != 1:
        return None
    parameter = parameters[0]
    if reached[0] < use.minimum:
        code, message = describe_window_fault(math.floor(reached[0]), use) or ("", "")
        return code, f"{message[:-1]}, where {parameter.name} takes it: raise its min."
    if is_plain and not (parameter.minimum.is_integer() and parameter.step.is_integer()):
        message = f"`{parameter.name}` is a number of bars here: give it a whole default, min, max and step."
        return "window_not_whole", message
    return None
