"""Checks expressions and writes them into the graph.

A place in the graph stands for a checked expression, None for one that already has a problem: whatever is
built on it is then silent, so that one mistake gives one message while everything independent of it is still
checked.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from app.engine.language import constructs
from app.engine.language.compositions import Build
from app.engine.language.compositions import operation as operation_of
from app.engine.language.functions import RULE_FUNCTIONS
from app.engine.language.graph import ConstantNotFinite, GraphBuilder, ValueType
from app.engine.language.names import suggest_name
from app.engine.language.report import Report
from app.engine.language.rule import WindowUse
from app.engine.language.vocabulary import INPUTS, KEYWORDS, MAXIMUM_NESTING, OUTPUTS

PARAM_NOT_ALONE = "`param` stands alone on the right side of its own line: name = param(10, 5, 50)."


class ExpressionChecker(ABC):
    """Turns expressions into places of the graph; calls are the subclass's.

    `scope`: the names given so far. `lost`: names given in a way that has a problem of its own. `windows`:
    every window met and where. `lines`: the line on which each name of the text is given, also the later
    ones.
    """

    def __init__(self, report: Report, lines: Mapping[str, int]) -> None:
        self.report = report
        self.graph = GraphBuilder()
        self.scope: dict[str, int | None] = {}
        self.lost: set[str] = set()
        self.windows: list[tuple[WindowUse, ast.expr]] = []
        self._lines = lines
        self._unknown: set[str] = set()
        self._nesting = 0

    def check(self, node: ast.expr) -> int | None:
        """The place of an expression's value, or None after reporting why there is none."""
        if self._nesting >= MAXIMUM_NESTING:
            message = "This is nested too deeply: give the inner parts names of their own."
            self.report.add(node, "nested_too_deeply", message)
            return None
        self._nesting += 1
        try:
            return self._dispatch(node)
        finally:
            self._nesting -= 1

    @abstractmethod
    def check_call(self, node: ast.Call) -> int | None:
        """As `check`, for a call."""

    def check_number(self, node: ast.expr, what: str) -> int | None:
        """As `check`, for an expression that must be a number. `what` takes it, as in "`+`"."""
        return self._expect(node, self.check(node), "number", what)

    def check_truth(self, node: ast.expr, what: str) -> int | None:
        """As `check`, for an expression that must be a truth."""
        return self._expect(node, self.check(node), "truth", what)

    def type_of(self, place: int) -> ValueType:
        """Whether the value is a number or a truth."""
        return self.graph.nodes[place].type

    def apply(self, node: ast.expr, operation: str, *arguments: int) -> int | None:
        """Writes an operation into the graph; numbers alone that have no finite result are a problem."""
        return self.build(node, operation_of(operation), arguments)

    def build(self, node: ast.expr, build: Build, arguments: Sequence[int]) -> int | None:
        """As `apply`, for what is made of several operations."""
        try:
            return build(self.graph, arguments)
        except ConstantNotFinite:
            self.report.add(node, "constant_not_finite", "This has no finite value: check the numbers in it.")
            return None

    def _dispatch(self, node: ast.expr) -> int | None:
        if isinstance(node, ast.Name):
            return self._check_name(node)
        if isinstance(node, ast.Constant):
            return self._check_constant(node)
        if isinstance(node, ast.BinOp):
            return self._check_binary(node)
        if isinstance(node, ast.UnaryOp):
            return self._check_unary(node)
        if isinstance(node, ast.Compare):
            return self._check_comparison(node)
        if isinstance(node, ast.BoolOp):
            return self._check_logic(node)
        if isinstance(node, ast.Call):
            return self.check_call(node)
        self._report_construct(node)
        return None

    def _expect(self, node: ast.expr, place: int | None, wanted: ValueType, what: str) -> int | None:
        if place is None or self.type_of(place) == wanted:
            return place
        if wanted == "number":
            message = (
                f"{what} takes numbers; this is true or false. To count it write if_else(condition, 1, 0)."
            )
            self.report.add(node, "expected_number", message)
        else:
            message = (
                f"{what} takes a condition; this is a number. Compare it with something, as in close > 100."
            )
            self.report.add(node, "expected_truth", message)
        return None

    def _check_constant(self, node: ast.Constant) -> int | None:
        value = node.value
        if isinstance(value, bool):
            return self.graph.constant(value)
        if isinstance(value, (int, float)):
            try:
                return self.graph.constant(float(value))
            except (OverflowError, ConstantNotFinite):
                self.report.add(node, "number_not_finite", "This number is too large.")
                return None
        if isinstance(value, (str, bytes)):
            message = 'There is no text in a rule but the names of intervals: on("1day", close).'
            self.report.add(node, "string", message)
        elif isinstance(value, complex):
            self.report.add(node, "complex_number", "A number has no imaginary part: delete the `j`.")
        else:
            self.report.add(node, "constant", f"`{value!r}` is no value of the language: write a number.")
        return None

    def _check_name(self, node: ast.Name) -> int | None:
        name = node.id
        if name in self.scope:
            return self.scope[name]
        if name in self.lost:
            return None
        if name in INPUTS:
            return self.graph.input(name)
        if name in RULE_FUNCTIONS:
            message = f"`{name}` is a function: write {RULE_FUNCTIONS[name].signature}."
            self.report.add(node, "function_without_call", message)
        elif name == "param":
            self.report.add(node, "param_not_alone", PARAM_NOT_ALONE)
        elif name not in self._unknown:
            self._unknown.add(name)
            self._report_unknown_name(node)
        return None

    def _report_unknown_name(self, node: ast.Name) -> None:
        name = node.id
        line = self._lines.get(name)
        if line == node.lineno:
            message = f"`{name}` cannot be made of itself: on this line it has no value yet."
            self.report.add(node, "used_before_assignment", message)
        elif line is not None:
            message = f"`{name}` is given only on line {line}: move that line above this one."
            self.report.add(node, "used_before_assignment", message)
        elif name in OUTPUTS:
            message = f"`{name}` has no value yet: give it one on a line before."
            self.report.add(node, "unknown_name", message)
        else:
            known = {*self.scope, *INPUTS, *KEYWORDS, *RULE_FUNCTIONS}
            guess = None if self.report.is_full else suggest_name(name, known)
            hint = f"did you mean `{guess}`?" if guess else "give it a value on a line before."
            self.report.add(node, "unknown_name", f"`{name[:40]}` is not known here: {hint}")

    def _check_binary(self, node: ast.BinOp) -> int | None:
        # `a + b + c + …` leans to the left, hundreds deep: walked in a loop, so that only real nesting nests.
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        left_node: ast.expr = chain[-1].left
        left = self.check(left_node)
        for step in reversed(chain):
            operation = constructs.BINARY_OPERATORS.get(type(step.op))
            if operation is None:
                self._report_foreign(step, constructs.FOREIGN_OPERATORS, type(step.op).__name__)
                self.check(step.right)
                left = None
            else:
                symbol = f"`{constructs.SYMBOLS[operation]}`"
                left = self._expect(left_node, left, "number", symbol)
                right = self.check_number(step.right, symbol)
                left = None if left is None or right is None else self.apply(step, operation, left, right)
            left_node = step
        return left

    def _check_unary(self, node: ast.UnaryOp) -> int | None:
        if isinstance(node.op, ast.Not):
            place = self.check_truth(node.operand, "`not`")
            return None if place is None else self.apply(node, "not", place)
        if isinstance(node.op, (ast.USub, ast.UAdd)):
            place = self.check_number(node.operand, "`-`" if isinstance(node.op, ast.USub) else "`+`")
            if place is None or isinstance(node.op, ast.UAdd):
                return place
            return self.apply(node, "negate", place)
        self._report_foreign(node, constructs.FOREIGN_OPERATORS, type(node.op).__name__)
        self.check(node.operand)
        return None

    def _check_comparison(self, node: ast.Compare) -> int | None:
        operations = [constructs.COMPARISONS.get(type(operator)) for operator in node.ops]
        for operator, operation, operand in zip(node.ops, operations, node.comparators, strict=True):
            if operation is None:
                self._report_foreign(operand, constructs.FOREIGN_COMPARISONS, type(operator).__name__)
        places: list[int | None] = []
        for operand in (node.left, *node.comparators):
            if None in operations and isinstance(operand, (ast.Tuple, ast.List, ast.Set)):
                return None  # `a in (1, 2)`: the operator is the mistake, not the list that it takes
            place = self.check(operand)
            if place is not None and self.type_of(place) == "truth":
                message = "Only numbers are compared; this is true or false: write it alone, or with `not`."
                self.report.add(operand, "expected_number", message)
                place = None
            places.append(place)
        result: int | None = None
        for operation, left, right in zip(operations, places, places[1:], strict=False):
            if operation is None or left is None or right is None:
                return None
            link = self.graph.apply(operation, left, right)
            result = link if result is None else self.graph.apply("and", result, link)
        return result

    def _check_logic(self, node: ast.BoolOp) -> int | None:
        operation = "and" if isinstance(node.op, ast.And) else "or"
        places = [self.check_truth(value, f"`{operation}`") for value in node.values]
        result = places[0]
        for place in places[1:]:
            result = None if result is None or place is None else self.apply(node, operation, result, place)
        return result

    def _report_construct(self, node: ast.expr) -> None:
        if isinstance(node, ast.Attribute):
            self.report.add(node, "attribute", describe_attribute(node))
        elif isinstance(node, ast.Subscript):
            self.report.add(node, "subscript", _describe_subscript(node))
        else:
            self._report_foreign(node, constructs.EXPRESSIONS, type(node).__name__)

    def _report_foreign(self, node: ast.expr, table: Mapping[str, tuple[str, str]], name: str) -> None:
        code, message = table.get(name, constructs.OTHER_EXPRESSION)
        self.report.add(node, code, message)


def describe_attribute(node: ast.Attribute) -> str:
    """What to write instead of `a.b`."""
    function = RULE_FUNCTIONS.get(node.attr)
    if function is not None:
        return f"Nothing is reached by a dot: write {function.signature}."
    if node.attr in INPUTS:
        return f"Nothing is reached by a dot: write {node.attr}."
    return "Nothing is reached by a dot: write names and functions of the language, as in sma(close, 20)."


def _describe_subscript(node: ast.Subscript) -> str:
    name = node.value.id if isinstance(node.value, ast.Name) else "x"
    index = node.slice
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
        index = index.operand
    shown = "n"
    if isinstance(index, ast.Constant) and type(index.value) is int and 0 <= index.value < 10_000:
        shown = str(index.value)
    return f"Earlier bars are not reached by brackets: write shift({name[:40]}, {shown})."
