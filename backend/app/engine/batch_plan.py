"""A rule's graph laid out for many evaluations on the same bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from app.engine.bars import Bars
from app.engine.language.graph import WINDOW_OPERATIONS, Node, find_parameter_names
from app.engine.language.rule import Rule
from app.engine.language.scalars import Scalar
from app.engine.operations import POINTWISE, Series, Value, read_windows, spread, start_operation
from app.engine.rule_bars import Stand, carry, gather_stands

# The values of the scalars that a column depends on, in the order of their places.
Key: TypeAlias = tuple[Scalar, ...]
Compute: TypeAlias = Callable[..., Series]


class Step:
    """One column of the graph.

    `sources`: its arguments, a step for a column and a place for a scalar. `columns`: those that are steps.
    `scalars`: the places of the scalars made of parameters that it depends on, itself or through others;
    `group`: their number among all such sets. `is_output`: the rule gives it. `is_passing`: nothing but
    columns of its own group read it. `dropped`: passing columns that nobody needs after this one.
    `key`, `value`: the last value and what it was computed for. `kept`: earlier values, None to keep none.
    """

    __slots__ = (
        "columns",
        "compute",
        "dropped",
        "group",
        "is_output",
        "is_passing",
        "item_bytes",
        "kept",
        "key",
        "place",
        "scalars",
        "sources",
        "value",
    )

    def __init__(
        self,
        place: int,
        compute: Compute,
        sources: tuple[Step | int, ...],
        own_scalars: frozenset[int],
        item_bytes: int,
    ) -> None:
        self.place = place
        self.compute = compute
        self.sources = sources
        self.columns = tuple(source for source in sources if isinstance(source, Step))
        self.scalars: frozenset[int] = own_scalars.union(*(column.scalars for column in self.columns))
        self.item_bytes = item_bytes
        self.group = 0
        self.is_output = False
        self.is_passing = False
        self.dropped: tuple[Step, ...] = ()
        self.kept: dict[Key, Series] | None = None
        self.key: Key | None = None
        self.value: Series | None = None


def plan_steps(rule: Rule, bars: Bars) -> tuple[dict[int, Step], list[tuple[int, ...]]]:
    """Every column of the rule by its place, in the order of the graph, and the scalars of each group."""
    names = find_parameter_names(rule.nodes)
    stands = gather_stands(rule, bars)
    steps: dict[int, Step] = {}
    for place, node in enumerate(rule.nodes):
        if node.is_scalar:
            continue
        sources = tuple(steps.get(argument, argument) for argument in node.arguments)
        own = frozenset(argument for argument in node.arguments if names[argument])
        compute = _bind(node, stands)
        steps[place] = Step(place, compute, sources, own, 1 if node.type == "truth" else 8)
    groups = sorted({tuple(sorted(step.scalars)) for step in steps.values()})
    for step in steps.values():
        step.group = groups.index(tuple(sorted(step.scalars)))
    _find_passing(rule, steps)
    return steps, groups


def _find_passing(rule: Rule, steps: dict[int, Step]) -> None:
    for place in rule.outputs.values():
        if place in steps:
            steps[place].is_output = True
    readers: dict[Step, list[Step]] = {step: [] for step in steps.values()}
    for step in steps.values():
        for column in step.columns:
            readers[column].append(step)
    for step, own_readers in readers.items():
        if not step.is_output and all(reader.group == step.group for reader in own_readers):
            step.is_passing = True
            own_readers[-1].dropped += (step,)


def _bind(node: Node, stands: Mapping[str | None, Stand]) -> Compute:
    """What computes the node from its arguments' values."""
    operation, stand = node.operation, stands[node.interval]
    if operation == "input":
        return partial(stand.inputs.read, str(node.value))
    if operation == "on":
        return partial(carry, stand=stands[str(node.value)])
    pointwise = POINTWISE.get(operation)
    if pointwise is not None:
        return pointwise
    series = len(node.arguments) - WINDOW_OPERATIONS[operation].windows
    count = stand.count

    def compute(*arguments: Value) -> Series:
        columns: Sequence[Series] = [spread(value, count) for value in arguments[:series]]
        return start_operation(operation, columns, read_windows(arguments[series:]))

    return compute
