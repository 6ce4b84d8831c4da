"""A rule's graph laid out to be told of bars as they come: a step for every column."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.engine.bars import Times
from app.engine.higher_bars import carry_known
from app.engine.inputs import BarInputs
from app.engine.language.graph import WINDOW_OPERATIONS, Node
from app.engine.language.rule import Rule
from app.engine.language.scalars import Scalar
from app.engine.operations import (
    POINTWISE,
    RECURSIONS,
    WINDOWS,
    Recursion,
    Series,
    Value,
    freeze,
    read_windows,
    spread,
)
from app.engine.tape import Tape


@dataclass(slots=True)
class Stretch:
    """The next bars of one interval. `known`: see `higher_bars.HigherBars`, None for the rule's own."""

    inputs: BarInputs
    count: int
    known: Times | None = None


class StreamStep(ABC):
    """One column. `values`: those of the last stretch. `interval`: on whose bars, None for the rule's own."""

    def __init__(self, interval: str | None) -> None:
        self.interval = interval
        self.values: Series = np.empty(0)
        self._tape: Tape | None = None

    def advance(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> None:
        """Compute the next values, those of the columns before this one being there already."""
        self.values = self.compute(stretch, stretches)
        if self._tape is not None:
            self._tape.append(self.values)

    @abstractmethod
    def compute(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> Series:
        """The values of one or more bars."""

    def remember(self, history: int, dtype: type[np.float64] | type[np.bool_]) -> None:
        """Have `read` give up to this many values before the last stretch."""
        if history > 0 and (self._tape is None or self._tape.history < history):
            self._tape = Tape(history, dtype)

    def read(self, history: int) -> Series:
        """The values of the last stretch, with up to `history` before them."""
        return self.values if self._tape is None or history == 0 else self._tape.read(history)


class _Input(StreamStep):
    def __init__(self, node: Node) -> None:
        super().__init__(node.interval)
        self._name = str(node.value)

    def compute(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> Series:
        return stretch.inputs.read(self._name)


class _Flat(StreamStep):
    """A scalar where a kernel takes a column."""

    def __init__(self, node: Node, value: Scalar) -> None:
        super().__init__(node.interval)
        self._value = value

    def compute(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> Series:
        return spread(self._value, stretch.count)


class _Pointwise(StreamStep):
    def __init__(self, node: Node, sources: Sequence[StreamStep | Scalar]) -> None:
        super().__init__(node.interval)
        self._function = POINTWISE[node.operation]
        self._arguments: list[Value] = [s if isinstance(s, (bool, float)) else s.values for s in sources]
        self._columns = [(i, s) for i, s in enumerate(sources) if isinstance(s, StreamStep)]

    def compute(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> Series:
        for place, column in self._columns:
            self._arguments[place] = column.values
        return freeze(self._function(*self._arguments))


class _Window(StreamStep):
    """Computed anew from a history that is long enough; what is computed for the history is cut off."""

    def __init__(self, node: Node, sources: Sequence[StreamStep], windows: Sequence[int]) -> None:
        super().__init__(node.interval)
        self._function: Callable[..., Series] = WINDOWS[node.operation]
        self._sources = sources
        self._windows = windows
        self.history = WINDOW_OPERATIONS[node.operation].warm_up(windows)

    def compute(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> Series:
        columns = [source.read(self.history) for source in self._sources]
        values = self._function(*columns, *self._windows)
        return freeze(values[len(values) - stretch.count :])


class _Recursive(StreamStep):
    """Goes on from a state."""

    def __init__(
        self, node: Node, recursion: Recursion, sources: Sequence[StreamStep], windows: Sequence[int]
    ) -> None:
        super().__init__(node.interval)
        self._kernel = recursion.kernel
        self._sources = sources
        self._windows = windows
        self._state = np.zeros(recursion.state_size)
        self.history = recursion.history(windows)

    def compute(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> Series:
        columns = [source.read(self.history) for source in self._sources]
        first = len(columns[0]) - stretch.count
        return freeze(self._kernel(*columns, *self._windows, first, self._state))


class _Carried(StreamStep):
    """A column of longer bars as it is known on the rule's own."""

    def __init__(self, node: Node, source: StreamStep) -> None:
        super().__init__(node.interval)
        self._longer = str(node.value)
        self._source = source
        is_truth = node.type == "truth"
        self._before: float | bool = False if is_truth else np.nan
        self._nothing: Series = np.empty(0, np.bool_) if is_truth else np.empty(0)

    def compute(self, stretch: Stretch, stretches: Mapping[str | None, Stretch]) -> Series:
        longer = stretches[self._longer]
        known = np.empty(0, np.int64) if longer.known is None else longer.known
        # Where no longer bar has closed, the source stood still and has the values of an earlier stretch.
        values = self._source.values if longer.count > 0 else self._nothing
        carried = carry_known(values, known, self._before)
        if longer.count > 0:
            self._before = values[-1]
        return carried


def plan_stream(rule: Rule, scalars: Mapping[int, Scalar]) -> dict[int, StreamStep]:
    """A step for every column of the rule by its place, in an order in which they can be computed.

    Scalars that kernels take as columns have steps as well, under places below 0.
    """
    steps: dict[int, StreamStep] = {}
    for place, node in enumerate(rule.nodes):
        if not node.is_scalar:
            steps[place] = _plan_step(rule, node, steps, scalars)
    return steps


def _plan_step(
    rule: Rule, node: Node, steps: dict[int, StreamStep], scalars: Mapping[int, Scalar]
) -> StreamStep:
    operation = node.operation
    if operation == "input":
        return _Input(node)
    if operation == "on":
        return _Carried(node, steps[node.arguments[0]])
    if operation in POINTWISE:
        return _Pointwise(node, [steps[a] if a in steps else scalars[a] for a in node.arguments])
    series = len(node.arguments) - WINDOW_OPERATIONS[operation].windows
    windows = read_windows([scalars[place] for place in node.arguments[series:]])
    sources: list[StreamStep] = []
    for place in node.arguments[:series]:
        if place not in steps:
            steps[-1 - len(steps)] = flat = _Flat(node, scalars[place])
            sources.append(flat)
        else:
            sources.append(steps[place])
    recursion = RECURSIONS.get(operation)
    step: _Window | _Recursive
    if recursion is None:
        step = _Window(node, sources, windows)
    else:
        step = _Recursive(node, recursion, sources, windows)
    for source, place in zip(sources, node.arguments, strict=False):
        source.remember(step.history, np.bool_ if rule.nodes[place].type == "truth" else np.float64)
    return step
