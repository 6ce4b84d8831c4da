"""Evaluates a rule on whole columns: every operation once, each result dropped after its last use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from app.engine.bars import Bars
from app.engine.inputs import BarInputs
from app.engine.language.rule import Rule
from app.engine.operations import Value, compute_operation
from app.engine.outputs import build_signals
from app.engine.signals import Signals

# Called again and again while something is computed; what it raises ends the computation.
Checkpoint: TypeAlias = Callable[[], None]


def evaluate_rule(
    rule: Rule,
    bars: Bars,
    parameters: Mapping[str, float] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Signals:
    """What the rule says about every bar, each bar judged by itself and the ones before.

    `parameters`: values for the rule's parameters, the defaults where none is given. `checkpoint` is called
    before each operation on columns; what it raises reaches the caller. An infinite price or volume counts as
    undefined. Raises ParametersInvalid on values that the rule cannot run with,
    zoneinfo.ZoneInfoNotFoundError when the rule asks for the local time and the bars' time zone is unknown.
    """
    values: dict[int, Value] = dict(rule.evaluate_scalars(rule.resolve_parameters(parameters)))
    uses = _count_uses(rule)
    inputs = BarInputs(bars)
    # Division by zero, overflow and NaN are ordinary here: they all mean undefined.
    with np.errstate(all="ignore"):
        for place, node in enumerate(rule.nodes):
            if node.is_scalar:
                continue
            if checkpoint is not None:
                checkpoint()
            if node.operation == "input":
                values[place] = inputs.read(str(node.value))
                continue
            arguments = [values[argument] for argument in node.arguments]
            values[place] = compute_operation(node.operation, arguments, len(bars))
            for argument in node.arguments:
                uses[argument] -= 1
                if uses[argument] == 0:
                    del values[argument]
    return build_signals({name: values[place] for name, place in rule.outputs.items()}, len(bars))


def _count_uses(rule: Rule) -> list[int]:
    """How often each node's value is read."""
    uses = [0] * len(rule.nodes)
    for place in (*(argument for node in rule.nodes for argument in node.arguments), *rule.outputs.values()):
        uses[place] += 1
    return uses
