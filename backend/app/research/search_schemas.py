"""The fields of sweeps and walk-forwards: which parameter sets are run, and which counts as the best."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from app.backtests.service import RunTerms
from app.core.fields import CleanStr, FiniteFloat, ReadModel, StrictModel
from app.research.axes import Axis
from app.research.domain import DEFAULT_OBJECTIVE, METRIC_NAMES, Constraints, Search

MAXIMUM_NAMES = 20
MAXIMUM_LISTED = 10_000
DEFAULT_SETS = 500
_LARGEST_WHOLE = 2**53


def _check_metric(name: str) -> str:
    if name not in METRIC_NAMES:
        raise ValueError(f"must be one of {', '.join(METRIC_NAMES)}")
    return name


MetricName = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(_check_metric),
    WithJsonSchema({"type": "string", "enum": list(METRIC_NAMES)}),
]
ParameterName = Annotated[CleanStr, Field(max_length=100)]


class SteppedRange(StrictModel):
    """From `min` to `max`, both included where the steps meet them."""

    min: FiniteFloat
    max: FiniteFloat
    step: Annotated[FiniteFloat, Field(gt=0)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("min must not be greater than max")
        return self


class ListedRange(StrictModel):
    """These values, in any order."""

    values: Annotated[list[FiniteFloat], Field(min_length=1, max_length=MAXIMUM_LISTED)]


ParameterRange: TypeAlias = SteppedRange | ListedRange


class ConstraintsCreate(StrictModel):
    """What a parameter set must keep to be chosen."""

    min_trades: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    max_drawdown: (
        Annotated[FiniteFloat, Field(ge=0, le=1, description="0.3: not deeper than −30 %.")] | None
    ) = None

    def to_domain(self) -> Constraints:
        """The same as plain facts."""
        return Constraints(self.min_trades, self.max_drawdown)


class SearchTerms(RunTerms):
    """A rule, its bars and costs, and the parameter sets to run on them."""

    ranges: Annotated[
        dict[ParameterName, ParameterRange],
        Field(min_length=1, max_length=MAXIMUM_NAMES, description="Which values each parameter takes."),
    ]
    fixed: Annotated[
        dict[ParameterName, FiniteFloat],
        Field(
            max_length=MAXIMUM_NAMES, description="Parameters of one value; the others keep their default."
        ),
    ] = Field(default_factory=dict)
    sets: Annotated[int, Field(ge=1, le=_LARGEST_WHOLE)] = Field(
        DEFAULT_SETS, description="How many sets are drawn; a grid runs all of its."
    )
    seed: Annotated[int, Field(ge=0, le=_LARGEST_WHOLE)] = 1
    objective: MetricName = Field(DEFAULT_OBJECTIVE, description="The figure that shall be largest.")
    constraints: ConstraintsCreate = Field(default_factory=ConstraintsCreate)


class AxisRead(ReadModel):
    """A swept parameter. `values` is null where there are more than 1,000; `max` is the last value."""

    name: str
    values: list[float] | None
    min: float
    max: float
    count: int

    @classmethod
    def of(cls, axis: Axis) -> AxisRead:
        """The answer's form of an axis."""
        return cls(name=axis.name, values=axis.listed(), min=axis.minimum, max=axis.maximum, count=axis.count)


class ConstraintsRead(ReadModel):
    """What a parameter set must keep to be chosen; null is no limit."""

    min_trades: int | None
    max_drawdown: float | None


def write_search(search: Search) -> dict[str, object]:
    """The fields of an answer that say which sets are run."""
    return {
        "method": search.method.value,
        "objective": search.objective,
        "constraints": ConstraintsRead.model_validate(search.constraints),
        "axes": [AxisRead.of(axis) for axis in search.axes],
        "fixed": dict(search.fixed),
        "seed": search.seed,
        "sets": search.sets,
    }
