"""Evaluates a rule with many parameter sets on the same bars, computing what sets share only once.

A column of the graph depends on some of the rule's scalars: the values of its windows and factors. Computed
columns are kept under those values, so a grid of 100 fast by 75 slow averages computes 175 averages. Kept is
only what another set can ask for again; columns between two kept ones are dropped at once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np

from app.engine.bars import Bars
from app.engine.batch_parameters import BatchParameters
from app.engine.batch_plan import Key, Step, plan_steps
from app.engine.evaluation import evaluate_rule
from app.engine.language.rule import Rule
from app.engine.language.scalars import Scalar
from app.engine.operations import Series, freeze, spread
from app.engine.outputs import find_silent_truths, join_signals
from app.engine.signals import Signals

DEFAULT_MEMORY_BYTES = 64 * 2**20
"""What the kept columns may take."""


class BatchEvaluator:
    """`evaluate_rule` for one rule and one set of bars, called again and again with other parameters.

    `memory_bytes`: the most that columns take between two calls; where not even the last set's fit, nothing
    is kept. Any order of sets will do; the fastest is one in which few parameters change at a time. Not for
    several threads at once. Raises IntervalUnsuitable as `evaluate_rule` does.
    """

    def __init__(self, rule: Rule, bars: Bars, memory_bytes: int = DEFAULT_MEMORY_BYTES) -> None:
        self._rule = rule
        self._bars = bars
        self._parameters = BatchParameters(rule)
        self._steps, self._groups = plan_steps(rule, bars)
        self._consumers_first = list(reversed(self._steps.values()))
        self._wanted = bytearray(len(rule.nodes))
        for place in rule.outputs.values():
            self._wanted[place] = 1
        last = sum(step.item_bytes * len(bars) for step in self._steps.values() if not step.is_passing)
        self._can_keep = last <= memory_bytes
        self._memory = _Memory(memory_bytes - last)
        self._moving_count = -1
        self._silent_truths = find_silent_truths(rule.outputs, len(bars))
        self._flat: dict[str, tuple[Scalar, Series]] = {}

    def signals(self, parameters: Mapping[str, float] | None = None) -> Signals:
        """As `evaluate_rule` with these parameters, to the bit; the same errors.

        The columns may be shared with those of other sets: they are not to be written to.
        """
        if not self._can_keep:
            return evaluate_rule(self._rule, self._bars, parameters)
        scalars = self._parameters.evaluate(parameters or {})
        if len(self._parameters.moving) != self._moving_count:
            self._choose_kept()
        keys = [tuple([scalars[place] for place in group]) for group in self._groups]
        missing = self._find_missing(keys)
        if missing:
            with np.errstate(all="ignore"):
                for step in reversed(missing):
                    self._compute(step, keys[step.group], scalars)
            for step in missing:
                if step.is_passing:
                    step.key = step.value = None
        return join_signals(self._read_outputs(scalars), self._silent_truths)

    def _find_missing(self, keys: Sequence[Key]) -> list[Step]:
        """What has to be computed for the outputs at these keys, consumers first."""
        wanted = bytearray(self._wanted)
        missing: list[Step] = []
        for step in self._consumers_first:
            if not wanted[step.place]:
                continue
            key = keys[step.group]
            if step.key == key:
                continue
            if step.kept is not None:
                value = step.kept.get(key)
                if value is not None:
                    step.key, step.value = key, value
                    continue
            missing.append(step)
            for column in step.columns:
                wanted[column.place] = 1
        return missing

    def _compute(self, step: Step, key: Key, scalars: Mapping[int, Scalar]) -> None:
        arguments = [scalars[source] if isinstance(source, int) else source.value for source in step.sources]
        value = freeze(step.compute(*arguments))
        step.key, step.value = key, value
        if step.kept is not None:
            self._memory.keep(step.kept, key, value)
        for passed in step.dropped:
            passed.key = passed.value = None

    def _choose_kept(self) -> None:
        """Decides what to keep, now that it is known which scalars differ between sets.

        What depends on all of them does not come again, and what depends on none is there already. The first
        one to move says nothing yet: it may be the innermost of several.
        """
        moving = self._parameters.moving
        self._moving_count = len(moving)
        for step in self._steps.values():
            own = moving.intersection(step.scalars)
            if step.is_passing or not own or 1 < len(own) == len(moving):
                self._memory.forget(step.kept)
                step.kept = None
            elif step.kept is None:
                step.kept = {}

    def _read_outputs(self, scalars: Mapping[int, Scalar]) -> dict[str, Series]:
        values: dict[str, Series] = {}
        for name, place in self._rule.outputs.items():
            step = self._steps.get(place)
            value = self._spread(name, scalars[place]) if step is None else step.value
            if value is not None:
                values[name] = value
        return values

    def _spread(self, name: str, scalar: Scalar) -> Series:
        """An output that is the same on every bar, as a column; the one made for the set before will do."""
        known = self._flat.get(name)
        if known is None or known[0] != scalar:
            known = self._flat[name] = (scalar, spread(scalar, len(self._bars)))
        return known[1]


class _Memory:
    """Keeps columns within `limit_bytes`, throwing out any one of them to make room.

    Sets come in rounds: dropping the least recently used column would drop each just before its turn.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._used_bytes = 0
        self._entries: list[tuple[dict[Key, Series], Key]] = []
        self._random = random.Random(0)  # noqa: S311 - which one goes changes no result

    def keep(self, kept: dict[Key, Series], key: Key, value: Series) -> None:
        if value.nbytes > self._limit_bytes:
            return
        while self._used_bytes + value.nbytes > self._limit_bytes:
            self._drop_any()
        kept[key] = value
        self._used_bytes += value.nbytes
        self._entries.append((kept, key))

    def forget(self, kept: dict[Key, Series] | None) -> None:
        if kept:
            self._used_bytes -= sum(value.nbytes for value in kept.values())
            self._entries = [entry for entry in self._entries if entry[0] is not kept]

    def _drop_any(self) -> None:
        entries = self._entries
        chosen = self._random.randrange(len(entries))
        entries[chosen], entries[-1] = entries[-1], entries[chosen]
        kept, key = entries.pop()
        self._used_bytes -= kept.pop(key).nbytes
