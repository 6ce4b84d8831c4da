"""Bodies of requests and answers about sweeps."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.backtests.service import MetricsRead, RunFailureRead, RunTermsRead, write_terms
from app.core.fields import FiniteFloat, ReadModel, StrictModel
from app.engine.intervals import Interval
from app.research.domain import Method, Sweep, SweepPlan, SweepStatus
from app.research.search_schemas import (
    MAXIMUM_NAMES,
    AxisRead,
    ConstraintsRead,
    ParameterName,
    SearchTerms,
    write_search,
)

ResultFormat = Literal["columns", "csv"]
Reduction = Literal["best", "median"]


class SweepCreate(SearchTerms):
    """A sweep to run."""

    method: Method = Method.GRID


class SweepOpen(StrictModel):
    """A set to open as a full report."""

    parameters: Annotated[dict[ParameterName, FiniteFloat], Field(max_length=MAXIMUM_NAMES)]


class SweepPreview(ReadModel):
    """How large a sweep would be. `bars`: of the range; `estimated_seconds`: with the workers there are."""

    sets: int
    shards: int
    bars: int
    estimated_seconds: float
    axes: list[AxisRead]

    @classmethod
    def of(cls, plan: SweepPlan) -> SweepPreview:
        """The answer's form of a plan."""
        return cls(
            sets=plan.sets,
            shards=plan.shards,
            bars=plan.bars,
            estimated_seconds=plan.estimated_seconds,
            axes=[AxisRead.of(axis) for axis in plan.axes],
        )


class SweepAccepted(ReadModel):
    """A sweep that was taken on."""

    id: UUID
    status: SweepStatus


class BestSet(ReadModel):
    """The set whose objective is largest among those that keep the constraints."""

    parameters: dict[str, float]
    metrics: MetricsRead


class PlateauSet(BestSet):
    """The set whose neighbourhood is best. `ranges`: over which values that neighbourhood reaches."""

    median_objective: float
    neighbours: int
    ranges: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]]


class LogitHistogram(ReadModel):
    """Bins from edge to edge, and how many fell into each."""

    edges: list[float]
    counts: list[int]


class OverfittingRead(ReadModel):
    """The probability of backtest overfitting (CSCV, Bailey et al. 2015), over `sets_used` of the sets."""

    pbo: float
    logits: LogitHistogram
    sets_used: int


class SweepSummary(ReadModel):
    """A sweep in a list."""

    id: UUID
    status: SweepStatus
    progress: float
    sets: int
    sets_done: int
    eta_seconds: float | None
    method: Method
    objective: str
    best: BestSet | None
    error: RunFailureRead | None
    symbol: str
    interval: Interval
    strategy_id: UUID | None
    strategy_version: int | None
    strategy_name: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, sweep: Sweep) -> SweepSummary:
        """The answer's form of a sweep in a list."""
        return cls.model_validate(_write_sweep(sweep))


class SweepRead(SweepSummary, RunTermsRead):
    """A sweep: how far it is and, once it has succeeded, its best set, its best plateau, and whether the
    search itself fits noise."""

    constraints: ConstraintsRead
    axes: list[AxisRead]
    fixed: dict[str, float]
    seed: int
    shards: int
    shards_done: int
    plateau: PlateauSet | None
    overfitting: OverfittingRead | None

    @classmethod
    def of(cls, sweep: Sweep) -> SweepRead:
        """The answer's form of a sweep."""
        return cls.model_validate(_write_sweep(sweep))


class SweepResults(ReadModel):
    """Sets that finished after the asked-for `after`, in columns, in the order of their numbers.

    Ask again with `after` = `sequence` for what came since; `complete` says that nothing more will come.
    """

    sequence: int
    complete: bool
    sets: list[int]
    parameters: dict[str, list[float]]
    metrics: dict[str, list[float | None]]


class Heatmap(ReadModel):
    """A figure over two parameters, rows along `y`; where other parameters vary too, the best or the median.

    `counts`: how many sets with that figure defined lie in the cell.
    """

    x: list[float]
    y: list[float]
    values: list[list[float | None]]
    counts: list[list[int]]


def _write_sweep(sweep: Sweep) -> dict[str, object]:
    origin = sweep.origin
    return {
        **write_terms(sweep.request),
        **write_search(sweep.search),
        "id": sweep.id,
        "status": sweep.status,
        "progress": sweep.progress,
        "sets_done": sweep.sets_done,
        "shards": sweep.shards,
        "shards_done": sweep.shards_done,
        "eta_seconds": sweep.eta_seconds,
        "best": sweep.best,
        "plateau": sweep.plateau,
        "overfitting": sweep.overfitting,
        "error": sweep.failure,
        "strategy_id": origin.strategy_id if origin else None,
        "strategy_version": origin.version if origin else None,
        "strategy_name": origin.name if origin else None,
        "created_at": sweep.created_at,
        "started_at": sweep.started_at,
        "finished_at": sweep.finished_at,
    }
