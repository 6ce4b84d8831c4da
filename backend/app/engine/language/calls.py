"""Checks a call against the function's row in the table and writes it into the graph."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from app.engine.intervals import Interval
from app.engine.language.expressions import PARAM_NOT_ALONE, ExpressionChecker, describe_attribute
from app.engine.language.functions import RULE_FUNCTIONS, Argument, RuleFunction
from app.engine.language.names import suggest_name
from app.engine.language.rule import WindowUse
from app.engine.language.vocabulary import INPUTS, RESERVED_FOR_LATER

INTERVAL_NAMES = tuple(interval.value for interval in Interval)

_Given = list[tuple[Argument, ast.expr | None]]


class RuleExpressions(ExpressionChecker):
    """Expressions with the language's functions in them."""

    def check_call(self, node: ast.Call) -> int | None:
        """The place of a call's value, or None after reporting why there is none."""
        function = self._find_function(node)
        given = None if function is None else self._bind(node, function)
        if function is None or given is None:
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                is_interval = isinstance(argument, ast.Constant) and argument.value in INTERVAL_NAMES
                if not isinstance(argument, ast.Starred) and not is_interval:
                    self.check(argument)
            return None
        places = [self._check_argument(node, function, argument, value) for argument, value in given]
        complete = [place for place in places if place is not None]
        if len(complete) < len(places):
            return None
        if not self._agree(function, given, complete) or not self._varies(node, function, given, complete):
            return None
        takes_interval = any(argument.kind == "interval" for argument, _ in given)
        if takes_interval and not self._can_be_carried(node, function, complete[1]):
            return None
        return self.build(node, function.build, complete)

    def _find_function(self, node: ast.Call) -> RuleFunction | None:
        callee = node.func
        if isinstance(callee, ast.Attribute):
            self.report.add(node, "attribute", describe_attribute(callee))
            return None
        if not isinstance(callee, ast.Name):
            message = "Only the functions of the language can be called, by their names: sma(close, 20)."
            self.report.add(node, "call", message)
            return None
        name = callee.id
        if name in RULE_FUNCTIONS:
            return RULE_FUNCTIONS[name]
        if name == "param":
            self.report.add(node, "param_not_alone", PARAM_NOT_ALONE)
        elif name in INPUTS:
            message = f"`{name}` is no function: write {name} alone, or shift({name}, 1) for the bar before."
            self.report.add(node, "not_a_function", message)
        elif name in self.scope:
            message = f"`{name}` is no function: to multiply write {name[:40]} * (…)."
            self.report.add(node, "not_a_function", message)
        elif name in RESERVED_FOR_LATER:
            message = f"`{name}` is not available yet: use another function."
            self.report.add(node, "unknown_function", message)
        else:
            guess = None if self.report.is_full else suggest_name(name, RULE_FUNCTIONS)
            hint = (
                f"did you mean {RULE_FUNCTIONS[guess].signature}?" if guess else "see the list of functions."
            )
            self.report.add(node, "unknown_function", f"There is no function `{name[:40]}`: {hint}")
        return None

    def _bind(self, node: ast.Call, function: RuleFunction) -> _Given | None:
        """Every argument with what was given for it (None: its default), or None after reporting."""
        is_sound = True
        arguments = function.arguments
        given: dict[int, list[ast.expr]] = {}
        for index, value in enumerate(node.args):
            place = min(index, len(arguments) - 1)
            if isinstance(value, ast.Starred):
                self.report.add(value, "starred", "Write each argument on its own, without `*`.")
                is_sound = False
            elif index >= len(arguments) and not arguments[-1].repeats:
                message = f"That is one argument too many: write {function.signature}."
                self.report.add(value, "too_many_arguments", message)
                is_sound = False
                break
            else:
                given.setdefault(place, []).append(value)
        names = {argument.name: place for place, argument in enumerate(arguments)}
        for keyword in node.keywords:
            known = None if keyword.arg is None else names.get(keyword.arg)
            if known is None:
                message = f"There is no argument `{(keyword.arg or '**')[:40]}`: write {function.signature}."
                self.report.add(keyword, "unknown_argument", message)
                is_sound = False
            elif known in given:
                message = f"`{keyword.arg}` is given twice: write {function.signature}."
                self.report.add(keyword, "repeated_argument", message)
                is_sound = False
            else:
                given[known] = [keyword.value]
        bound: _Given = []
        for place, argument in enumerate(arguments):
            if place in given:
                bound.extend((argument, value) for value in given[place])
            elif argument.is_optional:
                continue
            elif argument.default is None:
                if is_sound:
                    message = (
                        f"`{argument.name}` is missing: write {function.signature}, as in {function.example}."
                    )
                    self.report.add(node, "missing_argument", message)
                is_sound = False
            else:
                bound.append((argument, None))
        return bound if is_sound else None

    def _check_argument(
        self, call: ast.Call, function: RuleFunction, argument: Argument, value: ast.expr | None
    ) -> int | None:
        what = f"`{argument.name}` of {function.name}"
        at: ast.expr = call if value is None else value
        if value is None:
            place: int | None = self.graph.constant(float(argument.default or 0.0))
        elif argument.kind == "interval":
            place = self._check_interval(value, function)
        elif argument.kind == "any":
            place = self.check(value)
        elif argument.kind == "truth":
            place = self.check_truth(value, what)
        else:
            place = self.check_number(value, what)
        if place is None or argument.kind not in ("window", "number"):
            return place
        if not self.graph.nodes[place].is_scalar:
            if argument.kind == "window":
                message = (
                    f"{what} is a number of bars, made of numbers and parameters only: {function.example}."
                )
                self.report.add(at, "window_not_constant", message)
            else:
                message = f"{what} is one number, made of numbers and parameters only: {function.example}."
                self.report.add(at, "number_not_constant", message)
            return None
        if argument.kind == "window":
            use = WindowUse(place, argument.minimum, function.name, argument.name)
            self.windows.append((use, at))
        return place

    def _check_interval(self, value: ast.expr, function: RuleFunction) -> int | None:
        name = value.value if isinstance(value, ast.Constant) else None
        if isinstance(name, str) and name in INTERVAL_NAMES:
            return self.graph.interval_name(name)
        guess = suggest_name(name, INTERVAL_NAMES) if isinstance(name, str) else None
        hint = f'did you mean "{guess}"?' if guess else f"one of {', '.join(INTERVAL_NAMES)}."
        message = f"{function.name} takes the name of an interval in quotes first: {hint}"
        self.report.add(value, "interval_expected", message)
        return None

    def _can_be_carried(self, call: ast.Call, function: RuleFunction, place: int) -> bool:
        """False for what has no bars of its own, or is on another interval already."""
        if self.graph.nodes[place].is_scalar:
            message = f"{function.name} takes a column, this is the same on every bar: {function.example}."
            self.report.add(call, "series_expected", message)
            return False
        if not self.graph.is_on_own_bars(place):
            message = f"There is no {function.name} within {function.name}: put the two side by side."
            self.report.add(call, "on_within_on", message)
            return False
        return True

    def _agree(self, function: RuleFunction, given: _Given, places: Sequence[int]) -> bool:
        """Whether the arguments of kind "any" have one type."""
        free = [
            (value, place)
            for (argument, value), place in zip(given, places, strict=True)
            if argument.kind == "any" and value is not None
        ]
        for value, place in free[1:]:
            if self.type_of(place) != self.type_of(free[0][1]):
                message = f"{function.name} takes two numbers or two conditions here, not one of each."
                self.report.add(value, "mixed_types", message)
                return False
        return True

    def _varies(self, call: ast.Call, function: RuleFunction, given: _Given, places: Sequence[int]) -> bool:
        """False for `rsi(14)` and its like: a plain number where the column was forgotten."""
        if not given:
            return True
        first, value = given[0]
        has_default_left = any(value is None for _, value in given)
        if first.kind == "series" and has_default_left and self.graph.nodes[places[0]].is_scalar:
            message = f"`{first.name}` of {function.name} comes first and is a column: {function.example}."
            self.report.add(value or call, "series_expected", message)
            return False
        return True
