"""The compiled form of a rule: a list of causal operations, each written once.

A node's arguments stand before it, so walking the list forwards visits everything in an order in which it can
be computed, without recursion. No operation can name a later bar.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from app.engine.language.scalars import SCALAR_OPERATIONS, Bounds, Scalar, bound_operation

ValueType: TypeAlias = Literal["number", "truth"]

TRUTH_OPERATIONS = frozenset(
    {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not"}
    | {"crossover"}
)
TYPE_OF_ARGUMENT = {"if_else": 1, "shift": 0}

# A number that differs from session to session: an input that rules reach through functions only.
SESSION_INPUT = "session"


@dataclass(frozen=True, slots=True)
class WindowOperation:
    """An operation that looks at earlier bars.

    `windows`: how many of its last arguments are windows. `warm_up`: the number of bars before its first
    defined one, from the windows' values. `same_bar`: how many of the series before the windows are read on
    the current bar alone.
    """

    windows: int
    warm_up: Callable[[Sequence[int]], int]
    same_bar: int = 0


def _before(windows: Sequence[int]) -> int:
    return windows[0] - 1


def _reach(windows: Sequence[int]) -> int:
    return windows[0]


def _none(windows: Sequence[int]) -> int:
    return 0


def _one(windows: Sequence[int]) -> int:
    return 1


# What an evaluator has to implement beside the pointwise operations of `scalars.SCALAR_OPERATIONS`.
# Arguments: series first, then windows.
WINDOW_OPERATIONS: Mapping[str, WindowOperation] = {
    "sma": WindowOperation(1, _before),
    "sum": WindowOperation(1, _before),
    "wma": WindowOperation(1, _before),
    "ema": WindowOperation(1, _before),
    "rma": WindowOperation(1, _before),
    "macd": WindowOperation(2, lambda windows: max(windows) - 1),
    "rsi": WindowOperation(1, _reach),
    "true_range": WindowOperation(0, _one),
    "adx": WindowOperation(1, lambda windows: 2 * windows[0] - 1),
    "plus_di": WindowOperation(1, _reach),
    "minus_di": WindowOperation(1, _reach),
    "supertrend": WindowOperation(0, _none),
    "stochastic": WindowOperation(0, _none),
    "share": WindowOperation(0, _none),
    "money_flow": WindowOperation(0, _one),
    "obv": WindowOperation(0, _none),
    "session_vwap": WindowOperation(0, _none),
    "stdev": WindowOperation(1, _before, same_bar=1),
    "highest": WindowOperation(1, _before),
    "lowest": WindowOperation(1, _before),
    "mean_deviation": WindowOperation(1, _before, same_bar=1),
    "crossover": WindowOperation(0, _one),
    "bars_since": WindowOperation(0, _none),
    "valuewhen": WindowOperation(0, _none),
    "shift": WindowOperation(1, _reach),
}


class ConstantNotFinite(ArithmeticError):
    """An operation on numbers alone has no finite result."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. `arguments` are places in the graph's list, all before this one.

    `operation` is "constant", "parameter", "input" (then `value` is the number, truth or name), one of
    `SCALAR_OPERATIONS` (bar by bar), one of `WINDOW_OPERATIONS`, or "on": its argument, a column of the
    interval named by `value`, as it is known on the rule's own bars.
    `is_scalar`: the same on every bar, being made of numbers and parameters only.
    `interval`: on whose bars a column is computed, None for the rule's own.
    """

    operation: str
    type: ValueType
    is_scalar: bool
    arguments: tuple[int, ...] = ()
    value: float | bool | str | None = None
    interval: str | None = None


class GraphBuilder:
    """Builds the list of nodes: equal operations become one node, operations on numbers alone are folded."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._places: dict[Node, int] = {}
        self._moved: dict[tuple[int, str], int] = {}

    def _place(self, node: Node) -> int:
        place = self._places.setdefault(node, len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(node)
        return place

    def constant(self, value: Scalar) -> int:
        """A number or a truth. Raises ConstantNotFinite on a number that is not finite."""
        if isinstance(value, bool):
            return self._place(Node("constant", "truth", True, value=value))
        if not math.isfinite(value):
            raise ConstantNotFinite
        return self._place(Node("constant", "number", True, value=float(value)))

    def parameter(self, name: str) -> int:
        """A parameter's value."""
        return self._place(Node("parameter", "number", True, value=name))

    def input(self, name: str) -> int:
        """A column of the bars."""
        return self._place(Node("input", "number", False, value=name))

    def interval_name(self, name: str) -> int:
        """The name of an interval, for `compositions.build_on` to read."""
        return self._place(Node("interval", "number", False, value=name))

    def is_on_own_bars(self, place: int) -> bool:
        """Whether nothing of the value comes from another interval."""
        return all(self.nodes[p].operation != "on" for p in self._find_columns(place))

    def carry(self, place: int, interval: str) -> int:
        """A column, made of the rule's own bars only, computed on the bars of `interval` instead."""
        for column in self._find_columns(place):
            node = self.nodes[column]
            arguments = tuple(self._moved.get((argument, interval), argument) for argument in node.arguments)
            moved = Node(node.operation, node.type, False, arguments, node.value, interval)
            self._moved[column, interval] = self._place(moved)
        node = self.nodes[place]
        return self._place(Node("on", node.type, False, (self._moved[place, interval],), interval))

    def _find_columns(self, place: int) -> list[int]:
        """The columns that a value is made of, itself included, in the order of the graph."""
        found = {place}
        for earlier in range(place, -1, -1):
            if earlier in found:
                found.update(self.nodes[earlier].arguments)
        return [column for column in sorted(found) if not self.nodes[column].is_scalar]

    def apply(self, operation: str, *arguments: int) -> int:
        """An operation on earlier nodes. Raises ConstantNotFinite when it folds to no finite number."""
        nodes = [self.nodes[argument] for argument in arguments]
        pointwise = SCALAR_OPERATIONS.get(operation)
        if pointwise is not None and all(node.operation == "constant" for node in nodes):
            return self.constant(pointwise(*(node.value for node in nodes)))
        if operation in TRUTH_OPERATIONS:
            result: ValueType = "truth"
        elif operation in TYPE_OF_ARGUMENT:
            result = nodes[TYPE_OF_ARGUMENT[operation]].type
        else:
            result = "number"
        is_scalar = pointwise is not None and all(node.is_scalar for node in nodes)
        return self._place(Node(operation, result, is_scalar, arguments))


def keep_reachable(nodes: Sequence[Node], roots: Iterable[int]) -> tuple[tuple[Node, ...], dict[int, int]]:
    """The nodes that `roots` need, in their order, and where each one stands now."""
    wanted = set(roots)
    for place in range(len(nodes) - 1, -1, -1):
        if place in wanted:
            wanted.update(nodes[place].arguments)
    places: dict[int, int] = {}
    kept: list[Node] = []
    for place in sorted(wanted):
        node = nodes[place]
        moved = tuple(places[argument] for argument in node.arguments)
        places[place] = len(kept)
        kept.append(replace(node, arguments=moved))
    return tuple(kept), places


def evaluate_scalars(nodes: Sequence[Node], parameters: Mapping[str, float]) -> dict[int, Scalar]:
    """The value of every scalar node at these parameters; NaN where it is undefined."""
    values: dict[int, Scalar] = {}
    for place, node in enumerate(nodes):
        if not node.is_scalar:
            continue
        if node.operation == "constant":
            values[place] = node.value if isinstance(node.value, bool) else float(node.value or 0.0)
        elif node.operation == "parameter":
            values[place] = parameters[str(node.value)]
        else:
            values[place] = SCALAR_OPERATIONS[node.operation](*(values[a] for a in node.arguments))
    return values


def find_parameter_names(nodes: Sequence[Node]) -> list[frozenset[str]]:
    """For every node, the names of the parameters that a scalar is made of; empty for a series."""
    names: list[frozenset[str]] = []
    for node in nodes:
        if node.operation == "parameter":
            names.append(frozenset((str(node.value),)))
        elif node.is_scalar:
            names.append(frozenset().union(*(names[argument] for argument in node.arguments)))
        else:
            names.append(frozenset())
    return names


def bound_scalars(nodes: Sequence[Node], ranges: Mapping[str, Bounds]) -> list[Bounds | None]:
    """The exact range of every scalar number over the parameters' ranges; None where it is not known.

    Interval arithmetic is exact as long as no parameter occurs twice; where one does, the range is not known.
    """
    names = find_parameter_names(nodes)
    bounds: list[Bounds | None] = []
    for node in nodes:
        if not node.is_scalar or node.type == "truth":
            bounds.append(None)
        elif node.operation == "constant":
            bounds.append((float(node.value or 0.0), float(node.value or 0.0)))
        elif node.operation == "parameter":
            bounds.append(ranges[str(node.value)])
        else:
            own = [names[argument] for argument in node.arguments]
            is_single_use = len(frozenset().union(*own)) == sum(map(len, own))
            known = [bounds[argument] for argument in node.arguments]
            bounds.append(bound_operation(node.operation, known) if is_single_use else None)
    return bounds


def measure_lookbacks(
    nodes: Sequence[Node], windows: Mapping[int, int], bars_in: Callable[[str], int] | None = None
) -> list[int]:
    """For every node, how many bars of its own interval stand before its first defined one.

    `windows`: place → whole number; a window that is a plain number may be missing there. `bars_in`: the most
    of the rule's bars that a bar of an interval holds; without it bars of every interval count as one.
    """
    lookbacks: list[int] = []
    for node in nodes:
        arguments = [lookbacks[argument] for argument in node.arguments]
        if node.operation == "on":
            lookbacks.append(
                arguments[0] if bars_in is None else (arguments[0] + 1) * bars_in(str(node.value))
            )
            continue
        operation = WINDOW_OPERATIONS.get(node.operation)
        if operation is None:
            lookbacks.append(max(arguments, default=0))
            continue
        series = len(arguments) - operation.windows
        sizes = [_read_window(nodes, windows, argument) for argument in node.arguments[series:]]
        reaching = arguments[: series - operation.same_bar]
        lookbacks.append(max([max(reaching) + operation.warm_up(sizes), *arguments]))
    return lookbacks


def _read_window(nodes: Sequence[Node], windows: Mapping[int, int], place: int) -> int:
    found = windows.get(place)
    return int(nodes[place].value or 0) if found is None else found
