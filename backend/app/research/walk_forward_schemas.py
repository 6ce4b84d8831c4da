"""Bodies of requests and answers about walk-forwards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.backtests.service import MetricsRead, RunFailureRead, RunTermsRead, write_terms
from app.core.fields import ReadModel
from app.core.leases import WorkStatus
from app.engine.intervals import Interval
from app.research.domain import WalkForwardRun
from app.research.search_schemas import AxisRead, ConstraintsRead, SearchTerms, write_search

MAXIMUM_WINDOW_BARS = 10_000_000
SearchMethod = Literal["grid", "random"]


class WalkForwardCreate(SearchTerms):
    """A walk-forward to run: the best set of each training is traded in the test after it."""

    method: SearchMethod = "grid"
    train_bars: int = Field(ge=2, le=MAXIMUM_WINDOW_BARS)
    test_bars: int = Field(ge=2, le=MAXIMUM_WINDOW_BARS)
    anchored: bool = Field(False, description="Every training begins with the first bar.")


class WalkForwardAccepted(ReadModel):
    """A walk-forward that was taken on."""

    id: UUID
    status: WorkStatus


class WalkForwardWindow(ReadModel):
    """A training and the test after it, in unix seconds of their first and last bars.

    `parameters` is null where no set kept the constraints: then nothing was traded in the test.
    """

    train_start: int
    train_end: int
    test_start: int
    test_end: int
    parameters: dict[str, float] | None
    train: MetricsRead | None
    test: MetricsRead | None


class WalkForwardCurves(ReadModel):
    """Equity over the tests: stitched together, of the set that is best in hindsight, and of holding."""

    time: list[int]
    stitched: list[float | None]
    in_sample: list[float | None]
    benchmark: list[float | None]


class WalkForwardSummary(ReadModel):
    """A walk-forward in a list."""

    id: UUID
    status: WorkStatus
    progress: float
    error: RunFailureRead | None
    method: SearchMethod
    objective: str
    sets: int
    train_bars: int
    test_bars: int
    anchored: bool
    efficiency: float | None
    metrics: MetricsRead | None
    symbol: str
    interval: Interval
    strategy_id: UUID | None
    strategy_version: int | None
    strategy_name: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, run: WalkForwardRun) -> WalkForwardSummary:
        """The answer's form of a walk-forward in a list."""
        return cls.model_validate(_write_run(run))


class WalkForwardRead(WalkForwardSummary, RunTermsRead):
    """A walk-forward: how far it is and, once it has succeeded, what its tests brought.

    `efficiency`: yearly growth over the tests by that of the chosen sets in training; null where they did not
    grow.
    """

    constraints: ConstraintsRead
    axes: list[AxisRead]
    fixed: dict[str, float]
    seed: int
    cancel_requested: bool
    windows: Annotated[list[WalkForwardWindow], Field(description="Empty until it has succeeded.")]
    curves: WalkForwardCurves | None

    @classmethod
    def of(cls, run: WalkForwardRun) -> WalkForwardRead:
        """The answer's form of a walk-forward."""
        return cls.model_validate(_write_run(run))


def _write_run(run: WalkForwardRun) -> dict[str, object]:
    origin, result = run.origin, run.result or {}
    return {
        **write_terms(run.request),
        **write_search(run.search),
        "id": run.id,
        "status": run.status,
        "progress": run.progress,
        "cancel_requested": run.cancel_requested,
        "error": run.failure,
        "train_bars": run.terms.train_bars,
        "test_bars": run.terms.test_bars,
        "anchored": run.terms.anchored,
        "windows": result.get("windows", []),
        "curves": result.get("curves"),
        "metrics": result.get("metrics"),
        "efficiency": result.get("efficiency"),
        "strategy_id": origin.strategy_id if origin else None,
        "strategy_version": origin.version if origin else None,
        "strategy_name": origin.name if origin else None,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }
