"""Many rules on the same bars at once: what several of them ask is computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from app.engine.bars import Bars, Truth
from app.engine.intervals import Interval
from app.engine.language.rule import Rule
from app.engine.language.scalars import Scalar
from app.engine.operations import RECURSIONS, Series, Value, compute_operation, spread
from app.engine.rule_bars import Stand, carry, gather_stands

# An operation with its value, the interval of its bars and the places of its arguments; or a scalar.
_Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Condition:
    """One truth of a rule, with the rule's parameters at their defaults. `output`: the truth's name."""

    rule: Rule
    output: str = "enter_long"

    @cached_property
    def scalars(self) -> Mapping[int, Scalar]:
        """The values that are the same on every bar."""
        return self.rule.evaluate_scalars(self.rule.resolve_parameters())

    @cached_property
    def has_memory(self) -> bool:
        """Whether the truth of a bar can depend on all bars before it, as those of averages that never quite
        forget do, or only on the last `lookback` ones.
        """
        return any(node.operation in RECURSIONS or node.operation == "on" for node in self.rule.nodes)

    def lookback(self, interval: Interval) -> int:
        """Bars that stand before the first one on which the truth is defined."""
        return self.rule.lookback(interval=interval)


@dataclass(slots=True)
class _Step:
    operation: str
    value: float | bool | str | None
    interval: str | None
    arguments: tuple[int, ...]
    scalar: Scalar | None
    uses: int = 0


def evaluate_conditions(conditions: Sequence[Condition], bars: Bars) -> list[Truth]:
    """The truth of each condition on every bar, shape (bars,), to the bit what `evaluate_rule` says.

    Raises IntervalUnsuitable when the bars are too long for one of the rules: ask `rule.check_interval`
    first.
    """
    steps: list[_Step] = []
    known: dict[_Key, int] = {}
    wanted = [_lay_out(condition, steps, known) for condition in conditions]
    for place in wanted:
        steps[place].uses += 1
    stands: dict[str | None, Stand] = {}
    for condition in conditions:
        if not stands or any(interval.value not in stands for interval in condition.rule.intervals):
            stands = {**gather_stands(condition.rule, bars), **stands}
    values: dict[int, Value] = {}
    with np.errstate(all="ignore"):
        for place, step in enumerate(steps):
            values[place] = _compute(step, values, stands)
            for argument in step.arguments:
                steps[argument].uses -= 1
                if steps[argument].uses == 0:
                    del values[argument]
    return [spread(values[place], len(bars)).astype(np.bool_, copy=False) for place in wanted]


def _lay_out(condition: Condition, steps: list[_Step], known: dict[_Key, int]) -> int:
    """The place of the condition's truth among the steps, which grow by what is not there yet."""
    places: dict[int, int] = {}
    for number, node in enumerate(condition.rule.nodes):
        arguments: tuple[int, ...] = ()
        scalar: Scalar | None = None
        if node.is_scalar:
            scalar = condition.scalars[number]
            key: _Key = (type(scalar), repr(scalar))
        else:
            arguments = tuple(places[argument] for argument in node.arguments)
            key = (node.operation, node.value, node.interval, arguments)
        place = known.get(key)
        if place is None:
            place = known[key] = len(steps)
            steps.append(_Step(node.operation, node.value, node.interval, arguments, scalar))
            for argument in arguments:
                steps[argument].uses += 1
        places[number] = place
    return places[condition.rule.outputs[condition.output]]


def _compute(step: _Step, values: Mapping[int, Value], stands: Mapping[str | None, Stand]) -> Value:
    if step.scalar is not None:
        return step.scalar
    stand = stands[step.interval]
    arguments = [values[argument] for argument in step.arguments]
    if step.operation == "input":
        return stand.inputs.read(str(step.value))
    if step.operation == "on":
        return carry(arguments[0], stands[str(step.value)])
    series: Series = compute_operation(step.operation, arguments, stand.count)
    return series
