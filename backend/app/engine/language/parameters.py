"""Reads `name = param(default, min, max, step=1)`."""

from __future__ import annotations

import ast

from app.engine.language.expressions import ExpressionChecker
from app.engine.language.report import Report
from app.engine.language.rule import Parameter
from app.engine.language.vocabulary import KEYWORDS, MAXIMUM_PARAMETERS

_ARGUMENTS = ("default", "min", "max", "step")
_SIGNATURE = KEYWORDS["param"].signature


def is_param_call(node: ast.expr) -> bool:
    """True for a call of `param`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "param"


class ParameterReader:
    """Collects a rule's parameters in `found`, in the order of the text."""

    def __init__(self, report: Report, expressions: ExpressionChecker) -> None:
        self.found: dict[str, Parameter] = {}
        self._report = report
        self._expressions = expressions

    def read(self, node: ast.expr, name: str | None) -> int | None:
        """The place of the parameter's value; None after reporting, or when it has no usable name."""
        values = self._read_values(node) if isinstance(node, ast.Call) else None
        if values is None or name is None:
            return None
        parameter = Parameter(name, values["default"], values["min"], values["max"], values.get("step", 1.0))
        message = ""
        code = "parameter_range"
        if parameter.minimum > parameter.maximum:
            message = f"min is greater than max: write {_SIGNATURE}, as in param(10, 5, 50)."
        elif not parameter.minimum <= parameter.default <= parameter.maximum:
            message = (
                f"The default {parameter.default:g} lies outside {parameter.minimum:g} to "
                f"{parameter.maximum:g}: write {_SIGNATURE}, as in param(10, 5, 50)."
            )
        elif parameter.step <= 0:
            code, message = "parameter_step", "The step must be greater than 0: leave it out for 1."
        elif len(self.found) >= MAXIMUM_PARAMETERS:
            code = "too_many_parameters"
            message = f"A rule has at most {MAXIMUM_PARAMETERS} parameters: write a number here."
        if message:
            self._report.add(node, code, message)
            return None
        self.found[name] = parameter
        return self._expressions.graph.parameter(name)

    def _read_values(self, node: ast.Call) -> dict[str, float] | None:
        values: dict[str, float] = {}
        is_sound = True
        given: list[tuple[str | None, ast.expr]] = [
            (_ARGUMENTS[index] if index < len(_ARGUMENTS) else None, value)
            for index, value in enumerate(node.args)
        ]
        given.extend(
            (keyword.arg if keyword.arg in _ARGUMENTS else None, keyword.value) for keyword in node.keywords
        )
        for name, value in given:
            number = None
            if name is None or name in values or isinstance(value, ast.Starred):
                self._report.add(
                    value,
                    "parameter_argument",
                    f"This argument is unknown or one too many: write {_SIGNATURE}.",
                )
            else:
                number = self._read_number(value, name)
            if name is None or number is None:
                is_sound = False
            else:
                values[name] = number
        missing = [name for name in _ARGUMENTS[:3] if name not in values]
        if is_sound and missing:
            message = f"`{missing[0]}` is missing: write {_SIGNATURE}, as in param(10, 5, 50)."
            self._report.add(node, "missing_argument", message)
            is_sound = False
        return values if is_sound else None

    def _read_number(self, node: ast.expr, name: str) -> float | None:
        place = self._expressions.check_number(node, f"`{name}` of param")
        if place is None:
            return None
        value = self._expressions.graph.nodes[place]
        if value.operation != "constant":
            message = f"`{name}` of param is a plain number, as in param(10, 5, 50)."
            self._report.add(node, "parameter_not_constant", message)
            return None
        return float(value.value or 0.0)
