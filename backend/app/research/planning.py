"""From what is asked for to what will be computed: axes checked, sets counted, shards cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.engine.language import Parameter, ParametersInvalid, Rule
from app.research.axes import (
    MAXIMUM_STEPS,
    Axis,
    count_grid,
    count_steps,
    grid_values,
    make_listed_axis,
    make_stepped_axis,
    random_values,
)
from app.research.domain import (
    MAXIMUM_SETS,
    MAXIMUM_TPE_SETS,
    METRIC_NAMES,
    Method,
    Search,
    SweepInvalid,
    SweepPlan,
    SweepTooLarge,
)
from app.research.search_schemas import ParameterRange, SearchTerms, SteppedRange

TARGET_SECONDS = 0.8
"""What a shard should take: long beside what the queue costs, short beside what a lost worker costs."""
MAXIMUM_SETS_PER_SHARD = 20_000
MAXIMUM_SHARDS = 5_000
# Short sweeps too are seen to grow, and shared.
_FEWEST_SHARDS = 8
_WORTH_CUTTING_SECONDS = 0.4
TPE_BATCH = 32
"""How many sets the optimiser proposes at a time; it learns from a batch before the next."""
FIRST_SPEED = 2e-9
"""Seconds for an operation on a bar, before anything was measured here."""
_OVERHEAD_SECONDS = 0.3


def read_search(rule: Rule, body: SearchTerms, method: Method) -> Search:
    """Which sets are asked for.

    Nothing of their size is laid out. Raises SweepInvalid naming each fault, SweepTooLarge.
    """
    faults: list[dict[str, Any]] = []
    known = {parameter.name: parameter for parameter in rule.parameters}
    counts: dict[str, int] = {}
    for name, wanted in body.ranges.items():
        fault = _find_fault(known, name, _ends(wanted))
        if fault is None and name in body.fixed:
            fault = f"{name} has a range and a fixed value: give one of them."
        if fault is not None:
            faults.append(_describe(f"body.ranges.{name}", name, fault))
        else:
            counts[name] = _count(wanted)
    for name, value in body.fixed.items():
        fault = _find_fault(known, name, (value,))
        if fault is not None:
            faults.append(_describe(f"body.fixed.{name}", name, fault))
    if faults:
        raise SweepInvalid(faults[0]["message"], errors=faults)
    _refuse_too_large(counts, body.sets, method)
    axes = tuple(
        _make_axis(name, body.ranges[name]) for name in known if name in body.ranges
    )  # in the rule's order, so that the same ranges in another order are the same sweep
    grid = count_grid(axes)
    return Search(
        method=method,
        axes=axes,
        fixed=dict(body.fixed),
        sets=grid if method is Method.GRID else min(body.sets, grid),
        seed=body.seed,
        objective=body.objective,
        constraints=body.constraints.to_domain(),
    )


def find_base_parameters(rule: Rule, search: Search) -> dict[str, float]:
    """A set with which the rule can run, to check the rest of the request with.

    Raises SweepInvalid when none of a few sets from all over the sweep is one.
    """
    numbers = np.unique(np.linspace(0, search.sets - 1, 25).astype(np.int64))
    values = random_values(search.axes, numbers, search.seed)
    if search.method is Method.GRID:
        values = np.concatenate([grid_values(search.axes, numbers), values])
    fault: ParametersInvalid | None = None
    for row in values.tolist():
        try:
            return rule.resolve_parameters({**search.fixed, **dict(zip(search.names, row, strict=True))})
        except ParametersInvalid as error:
            fault = error
    raise SweepInvalid(f"No set that was tried is one that the rule can run with. {fault}")


def weigh_rule(rule: Rule, finer_bars: float = 0.0) -> float:
    """How much work a set is on one bar: the rule's operations on columns, and the fills and figures.

    `finer_bars`: on how many of them each bar is replayed.
    """
    return 4.0 + finer_bars + sum(not node.is_scalar for node in rule.nodes)


def plan_sweep(
    search: Search, *, bars: int, all_bars: int, weight: float, speed: float | None, workers: int
) -> SweepPlan:
    """Into how many shards a sweep is cut, and how long it will take.

    `bars`: of the range; `all_bars`: with the warm-up. `speed`: seconds for an operation on a bar, measured.
    """
    seconds_per_set = max(all_bars, 1) * weight * (speed or FIRST_SPEED)
    if search.method is Method.TPE:
        size, workers = TPE_BATCH, 1
    else:
        size = int(min(max(TARGET_SECONDS / seconds_per_set, 1), MAXIMUM_SETS_PER_SHARD))
        if search.sets * seconds_per_set > _WORTH_CUTTING_SECONDS:
            size = min(size, -(-search.sets // _FEWEST_SHARDS))
        size = max(size, -(-search.sets // MAXIMUM_SHARDS))
    shards = -(-search.sets // size)
    seconds = _OVERHEAD_SECONDS + search.sets * seconds_per_set / max(1, min(workers, shards))
    return SweepPlan(search.sets, shards, size, bars, round(seconds, 3), search.axes)


def read_metric_names(text: str | None) -> list[str]:
    """The figures of a list with commas between; all of them where there is none. Raises ValueError."""
    if text is None:
        return list(METRIC_NAMES)
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in METRIC_NAMES]
    if unknown:
        raise ValueError(f"There is no figure {unknown[0][:40]!r}; there are {', '.join(METRIC_NAMES)}.")
    return names


def _ends(wanted: ParameterRange) -> Sequence[float]:
    return (wanted.min, wanted.max) if isinstance(wanted, SteppedRange) else wanted.values


def _count(wanted: ParameterRange) -> int:
    if isinstance(wanted, SteppedRange):
        return count_steps(wanted.min, wanted.max, wanted.step)
    return len(set(wanted.values))


def _make_axis(name: str, wanted: ParameterRange) -> Axis:
    if isinstance(wanted, SteppedRange):
        return make_stepped_axis(name, wanted.min, wanted.max, wanted.step)
    return make_listed_axis(name, wanted.values)


def _find_fault(known: Mapping[str, Parameter], name: str, values: Sequence[float]) -> str | None:
    parameter = known.get(name)
    if parameter is None:
        names = ", ".join(known)
        return f"The rule has no parameter {name[:40]!r}; " + (
            f"it has {names}." if names else "it has none."
        )
    for value in values:
        if not parameter.minimum <= value <= parameter.maximum:
            return (
                f"{name} must lie within {parameter.minimum:g} to {parameter.maximum:g}; {value:g} does not."
            )
    return None


def _describe(location: str, name: str, message: str) -> dict[str, Any]:
    return {"location": location, "message": message, "name": name, "code": "range_invalid"}


def _refuse_too_large(counts: Mapping[str, int], sets: int, method: Method) -> None:
    grid = 1
    for count in counts.values():
        grid *= count
    limit = MAXIMUM_TPE_SETS if method is Method.TPE else MAXIMUM_SETS
    asked = grid if method is Method.GRID else sets
    if asked > limit:
        shape = " × ".join(f"{_write_count(count)} {name}" for name, count in counts.items())
        of = f" ({shape})" if method is Method.GRID and len(counts) > 1 else ""
        raise SweepTooLarge(
            f"These are {_write_count(asked)} parameter sets{of}; a sweep has at most {limit:,}. "
            "Widen the steps, narrow the ranges, or draw random sets.",
            field="ranges" if method is Method.GRID else "sets",
        )
    for name, count in counts.items():
        if count > MAXIMUM_STEPS:
            raise SweepInvalid(f"The step of {name} is too small: it makes {_write_count(count)} values.")


def _write_count(count: int) -> str:
    digits = len(str(count)) - 1
    if digits >= 308:
        return "more than 10^308"
    return f"{count:,}" if digits < 15 else f"about 10^{digits}"
