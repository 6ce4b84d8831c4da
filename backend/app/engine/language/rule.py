"""A checked rule, ready for an evaluator."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.engine.intervals import DAY_SECONDS, HOUR_SECONDS, Interval
from app.engine.language.graph import Node, evaluate_scalars, find_parameter_names, measure_lookbacks
from app.engine.language.problems import IntervalUnsuitable, ParameterProblem, ParametersInvalid
from app.engine.language.scalars import Scalar
from app.engine.language.vocabulary import MAXIMUM_LOOKBACK_BARS

_LONGEST_MONTH_DAYS = 31


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that may be changed at each run.

    `step` is the grid of a sweep, not a limit on what may be given.
    """

    name: str
    default: float
    minimum: float
    maximum: float
    step: float = 1.0


@dataclass(frozen=True, slots=True)
class WindowUse:
    """A place in the rule where a whole number of bars stands. `place`: the scalar node that gives it."""

    place: int
    minimum: int
    function: str
    argument: str


@dataclass(frozen=True)
class Rule:
    """A rule compiled to a graph of causal operations.

    `nodes`: in an order in which they can be computed. `outputs`: name of the output → place of its node.
    """

    source: str
    parameters: tuple[Parameter, ...]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, int]
    windows: tuple[WindowUse, ...]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of what the rule means.

        Spaces, comments, the order of lines and the names of intermediates do not count.
        """
        digests: list[str] = []
        for node in self.nodes:
            arguments = [digests[argument] for argument in node.arguments]
            digests.append(_digest([node.operation, node.type, node.value, arguments, *_find_interval(node)]))
        parameters = sorted([p.name, p.default, p.minimum, p.maximum, p.step] for p in self.parameters)
        outputs = sorted((name, digests[place]) for name, place in self.outputs.items())
        return _digest([parameters, outputs])

    @cached_property
    def family_hash(self) -> str:
        """SHA-256 (hex) of the rule's shape: equal for rules that differ in numbers alone.

        Whatever is the same on every bar, constants and parameters with their names, values and arithmetic,
        counts as one and the same number. Outputs, functions and intervals count.
        """
        digests: list[str] = []
        for node in self.nodes:
            if node.is_scalar:
                digests.append(node.type)
            else:
                arguments = [digests[argument] for argument in node.arguments]
                digests.append(_digest([node.operation, node.value, arguments, *_find_interval(node)]))
        return _digest(sorted([name, digests[place]] for name, place in self.outputs.items()))

    def resolve_parameters(self, given: Mapping[str, float] | None = None) -> dict[str, float]:
        """The value of every parameter: the given one, else its default.

        Raises ParametersInvalid naming every parameter that is unknown, no finite number, outside its range,
        or that makes a window no whole number, too short, or a lookback beyond the cap.
        """
        values = {parameter.name: parameter.default for parameter in self.parameters}
        problems: list[ParameterProblem] = []
        by_name = {parameter.name: parameter for parameter in self.parameters}
        for name, value in (given or {}).items():
            parameter = by_name.get(name)
            if parameter is None:
                problems.append(
                    ParameterProblem(str(name), "unknown_parameter", self._describe_unknown(str(name)))
                )
                continue
            number = _read_number(value)
            if number is None:
                message = f"{name} must be a finite number."
                problems.append(ParameterProblem(name, "parameter_not_a_number", message))
            elif not parameter.minimum <= number <= parameter.maximum:
                span = f"{parameter.minimum:g} to {parameter.maximum:g}"
                message = f"{name} must lie within {span}; {number:g} does not."
                problems.append(ParameterProblem(name, "parameter_out_of_range", message))
            else:
                values[name] = number
        if not problems:
            problems.extend(self._find_window_problems(values))
        if problems:
            raise ParametersInvalid(problems)
        return values

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """The intervals that the rule reads beside its own, the shortest first."""
        names = {str(node.value) for node in self.nodes if node.operation == "on"}
        return tuple(interval for interval in Interval if interval.value in names)

    def check_interval(self, interval: Interval) -> None:
        """Raises IntervalUnsuitable when bars of `interval` do not make up those that the rule reads."""
        for longer in self.intervals:
            if not interval.divides(longer):
                raise IntervalUnsuitable(interval, longer)

    def lookback(
        self, parameters: Mapping[str, float] | None = None, interval: Interval | None = None
    ) -> int:
        """How many bars stand before the first on which every output is defined; 0 when each bar stands
        alone.

        `parameters` as for `resolve_parameters`, whose errors it raises. `interval`: that of the bars; a
        longer bar then counts as the most of them that it can hold, and without it as one. What waits for an
        event, such as bars_since, may be undefined for longer.
        """
        scalars = self.evaluate_scalars(self.resolve_parameters(parameters))
        if interval is None:
            return self._measure(scalars)
        return self._measure(scalars, lambda name: _count_most_bars(interval, Interval(name)))

    def evaluate_scalars(self, values: Mapping[str, float]) -> dict[int, Scalar]:
        """The value of every node that is the same on every bar. `values` holds every parameter."""
        return evaluate_scalars(self.nodes, values)

    def _measure(self, scalars: Mapping[int, Scalar], bars_in: Callable[[str], int] | None = None) -> int:
        windows = {use.place: int(scalars[use.place]) for use in self.windows}
        lookbacks = measure_lookbacks(self.nodes, windows, bars_in)
        return max((lookbacks[place] for place in self.outputs.values()), default=0)

    def _describe_unknown(self, name: str) -> str:
        names = ", ".join(parameter.name for parameter in self.parameters)
        return f"The rule has no parameter {name[:40]!r}; " + (
            f"it has {names}." if names else "it has none."
        )

    def _find_window_problems(self, values: Mapping[str, float]) -> list[ParameterProblem]:
        scalars = self.evaluate_scalars(values)
        names = find_parameter_names(self.nodes)
        problems: dict[str, ParameterProblem] = {}
        for use in self.windows:
            fault = describe_window_fault(float(scalars[use.place]), use)
            if fault is not None:
                involved = sorted(names[use.place])
                shown = ", ".join(f"{name} = {values[name]:g}" for name in involved)
                code, message = fault
                problem = ParameterProblem(involved[0], code, f"With {shown}, {message}")
                problems.setdefault(problem.name, problem)
        if not problems and self._measure(scalars) > MAXIMUM_LOOKBACK_BARS:
            message = f"With these parameters the rule looks back more than {MAXIMUM_LOOKBACK_BARS:,} bars."
            return [ParameterProblem(self.parameters[0].name, "lookback_too_long", message)]
        return list(problems.values())


def describe_window_fault(value: float, use: WindowUse) -> tuple[str, str] | None:
    """What keeps `value` from being a window: (code, message), or None when it is one."""
    what = f"the window {use.argument} of {use.function}"
    if not math.isfinite(value) or value != math.floor(value):
        return "window_not_whole", f"{what} must be a whole number of bars, not {value:.6g}."
    if value < use.minimum:
        return "window_too_small", f"{what} must be at least {use.minimum}, not {value:g}."
    if value > MAXIMUM_LOOKBACK_BARS:
        shown = f"{value:,.0f}" if value < 1e12 else f"{value:.3g}"
        return "window_too_long", f"{what} must be at most {MAXIMUM_LOOKBACK_BARS:,} bars, not {shown}."
    return None


def _count_most_bars(interval: Interval, longer: Interval) -> int:
    """How many bars of `interval` a bar of `longer` can hold: a month's 31 days, the hour that is there twice
    when clocks are put back.
    """
    seconds = longer.seconds
    if longer is Interval.MONTH_1:
        seconds = _LONGEST_MONTH_DAYS * DAY_SECONDS
    if interval.is_intraday and not longer.is_intraday:
        seconds += HOUR_SECONDS
    return -(-seconds // interval.seconds)


def _find_interval(node: Node) -> list[str]:
    return [] if node.interval is None else [node.interval]


def _digest(content: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def _read_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number + 0.0 if math.isfinite(number) else None  # -0.0 becomes 0.0
