"""The scalars of a rule at one parameter set after another, without the detours of a single run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from app.engine.language.graph import WINDOW_OPERATIONS, find_parameter_names
from app.engine.language.rule import Rule
from app.engine.language.scalars import SCALAR_OPERATIONS, Scalar
from app.engine.language.vocabulary import MAXIMUM_LOOKBACK_BARS


class BatchParameters:
    """Checks parameter sets and computes what is made of them.

    `moving`: places of the scalars that have had more than one value so far.
    """

    def __init__(self, rule: Rule) -> None:
        nodes = rule.nodes
        names = find_parameter_names(nodes)
        self._rule = rule
        self._defaults = {parameter.name: parameter.default for parameter in rule.parameters}
        self._ranges = {p.name: (p.minimum, p.maximum) for p in rule.parameters}
        self._scalars: dict[int, Scalar] = rule.evaluate_scalars(self._defaults)
        self._parameters = [
            (place, str(node.value)) for place, node in enumerate(nodes) if node.operation == "parameter"
        ]
        self._derived = [
            (place, SCALAR_OPERATIONS[node.operation], node.arguments)
            for place, node in enumerate(nodes)
            if names[place] and node.operation != "parameter"
        ]
        self._windows = [(use.place, use.minimum) for use in rule.windows if names[use.place]]
        self._window_reaches = _count_reaches(rule)
        self._other_reach = sum(node.operation in WINDOW_OPERATIONS for node in nodes)
        self._first: dict[int, Scalar] | None = None
        self._still = [place for place in range(len(nodes)) if names[place]]
        self.moving: set[int] = set()

    def evaluate(self, given: Mapping[str, float]) -> dict[int, Scalar]:
        """The value of every scalar node, by place; the same dictionary each time, written anew.

        Raises ParametersInvalid as `Rule.resolve_parameters` does.
        """
        scalars = self._scalars
        if not self._write_parameters(given):
            values = self._rule.resolve_parameters(given)
            for place, name in self._parameters:
                scalars[place] = values[name]
        for place, compute, arguments in self._derived:
            scalars[place] = compute(*[scalars[argument] for argument in arguments])
        if not self._has_plain_windows():
            self._rule.resolve_parameters(given)
        self._watch()
        return scalars

    def _write_parameters(self, given: Mapping[str, float]) -> bool:
        """False for a set that has to be looked at more closely."""
        ranges = self._ranges
        for name, value in given.items():
            if type(value) is not float or name not in ranges:
                return False
            low, high = ranges[name]
            if not low <= value <= high:
                return False
        scalars = self._scalars
        for place, name in self._parameters:
            scalars[place] = given.get(name, self._defaults[name]) + 0.0
        return True

    def _has_plain_windows(self) -> bool:
        """Whether every window is fine and the lookback within the cap however the windows add up."""
        scalars = self._scalars
        for place, minimum in self._windows:
            value = scalars[place]
            if not (minimum <= value <= MAXIMUM_LOOKBACK_BARS and value == int(value)):
                return False
        reach = self._other_reach
        for place, times in self._window_reaches.items():
            reach += times * int(scalars[place])
        return reach <= MAXIMUM_LOOKBACK_BARS

    def _watch(self) -> None:
        first = self._first
        if first is None:
            self._first = dict(self._scalars)
            return
        moved = [place for place in self._still if self._scalars[place] != first[place]]
        if moved:
            self.moving.update(moved)
            self._still = [place for place in self._still if place not in self.moving]


def _count_reaches(rule: Rule) -> Counter[int]:
    """For every window, how many times its length all operations together reach back, at the most."""
    reaches: Counter[int] = Counter()
    for node in rule.nodes:
        operation = WINDOW_OPERATIONS.get(node.operation)
        if operation is not None and operation.windows > 0:
            times = math.ceil(operation.warm_up([1_000] * operation.windows) / 1_000)
            for place in node.arguments[len(node.arguments) - operation.windows :]:
                reaches[place] += times
    return reaches
