"""Evaluates a rule on whole columns: every operation once, each result dropped after its last use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from app.engine.bars import Bars
from app.engine.language.graph import Node
from app.engine.language.rule import Rule
from app.engine.operations import Series, Value, compute_operation
from app.engine.outputs import build_signals
from app.engine.rule_bars import Stand, carry, gather_stands
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
    undefined. Raises ParametersInvalid on values that the rule cannot run with, IntervalUnsuitable on bars
    that do not make up the longer ones it asks for, zoneinfo.ZoneInfoNotFoundError when it asks for the local
    time and the bars' time zone is unknown.
    """
    values: dict[int, Value] = dict(rule.evaluate_scalars(rule.resolve_parameters(parameters)))
    stands = gather_stands(rule, bars)
    uses = _count_uses(rule)
    # Division by zero, overflow and NaN are ordinary here: they all mean undefined.
    with np.errstate(all="ignore"):
        for place, node in enumerate(rule.nodes):
            if node.is_scalar:
                continue
            if checkpoint is not None:
                checkpoint()
            values[place] = _compute(node, [values[argument] for argument in node.arguments], stands)
            for argument in node.arguments:
                uses[argument] -= 1
                if uses[argument] == 0:
                    del values[argument]
    return build_signals({name: values[place] for name, place in rule.outputs.items()}, len(bars))


def _compute(node: Node, arguments: list[Value], stands: Mapping[str | None, Stand]) -> Series:
    stand = stands[node.interval]
    if node.operation == "input":
        return stand.inputs.read(str(node.value))
    if node.operation == "on":
        return carry(arguments[0], stands[str(node.value)])
    return compute_operation(node.operation, arguments, stand.count)


def _count_uses(rule: Rule) -> list[int]:
    """How often each node's value is read."""
    uses = [0] * len(rule.nodes)
    for place in (*(argument for node in rule.nodes for argument in node.arguments), *rule.outputs.values()):
        uses[place] += 1
    return uses
