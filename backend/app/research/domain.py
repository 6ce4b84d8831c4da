"""What a sweep and a walk-forward are, the states they pass through, and the facts that end a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.backtests.domain import RunFailed, RunFailure, RunOrigin, RunRequest, SharpeMoments
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.leases import Claim, WorkStatus
from app.engine.constraints import Constraints as Constraints
from app.engine.conventions import METRIC_DEFINITIONS
from app.research.axes import Axis

SHARD_TASK = "research.shard"
WALK_FORWARD_TASK = "research.walk_forward"
# A worker that is gone is noticed after this long.
LEASE_SECONDS = 10
# A shard takes seconds: one that is lost this often takes its workers down with it.
SHARD_ATTEMPTS = 10

# How many sweeps, and how many walk-forwards, one person may have unfinished.
MAXIMUM_UNFINISHED = 10
MAXIMUM_SETS = 1_000_000
# The optimiser looks at everything that went before for each set it proposes.
MAXIMUM_TPE_SETS = 5_000

METRIC_NAMES: tuple[str, ...] = tuple(METRIC_DEFINITIONS)
DEFAULT_OBJECTIVE = "sharpe"


class Method(StrEnum):
    """How the parameter sets of a sweep are chosen."""

    GRID = "grid"
    RANDOM = "random"
    TPE = "tpe"


class SweepStatus(StrEnum):
    """Where a sweep stands. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True when the sweep will not change any more."""
        return self in (SweepStatus.SUCCEEDED, SweepStatus.FAILED, SweepStatus.CANCELLED)


UNFINISHED = (SweepStatus.QUEUED, SweepStatus.RUNNING, SweepStatus.PAUSED)


class SweepNotFound(NotFound):
    """No such sweep, or somebody else's."""

    code, title = "sweep_not_found", "There is no such sweep"


class SweepFinished(Conflict):
    """The sweep is over: nothing is left to pause, resume or cancel."""

    code, title = "sweep_finished", "The sweep is over"


class SweepUnderWay(Conflict):
    """The sweep is being computed."""

    code, title = "sweep_running", "The sweep is running"


class SweepTooLarge(Unprocessable):
    """More parameter sets than a sweep may have."""

    code, title = "sweep_too_large", "The sweep is too large"
    field = "ranges"


class SweepInvalid(Unprocessable):
    """Ranges, values or names that the rule's parameters do not allow."""

    code, title = "sweep_invalid", "The sweep does not fit the rule"
    field = "ranges"


class HeatmapInvalid(Unprocessable):
    """Axes that the sweep does not have."""

    code, title = "heatmap_invalid", "There is no such heatmap"


class MetricUnknown(Unprocessable):
    """A figure that runs do not have."""

    code, title = "metric_unknown", "There is no such figure"
    field = "metrics"


class WalkForwardInvalid(Unprocessable):
    """Windows that do not fit the bars, or too many of them."""

    code, title = "walk_forward_invalid", "The windows do not fit the bars"
    field = "train_bars"


class WalkForwardNotFound(NotFound):
    """No such walk-forward, or somebody else's."""

    code, title = "walk_forward_not_found", "There is no such walk-forward"


class WalkForwardFinished(Conflict):
    """The walk-forward is over: nothing is left to cancel."""

    code, title = "walk_forward_finished", "The walk-forward is over"


class WalkForwardUnderWay(Conflict):
    """The walk-forward is being computed."""

    code, title = "walk_forward_running", "The walk-forward is running"


@dataclass(frozen=True, slots=True)
class Search:
    """Which sets are run, and which of them counts as the best.

    `sets`: how many. `fixed`: the parameters that were set to one value; those that are neither there nor on
    an axis have their defaults. All objectives are maximised.
    """

    method: Method
    axes: tuple[Axis, ...]
    fixed: Mapping[str, float]
    sets: int
    seed: int
    objective: str
    constraints: Constraints

    @property
    def names(self) -> tuple[str, ...]:
        """The swept parameters, in the order of the axes."""
        return tuple(axis.name for axis in self.axes)


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What a sweep will take. `bars`: of the range that is asked for. `estimated_seconds`: by all workers."""

    sets: int
    shards: int
    sets_per_shard: int
    bars: int
    estimated_seconds: float
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep and what is known of it. What its sets found is read on its own: it can be large."""

    id: UUID
    owner_id: UUID
    origin: RunOrigin | None
    request: RunRequest
    search: Search
    status: SweepStatus
    shards: int
    sets_done: int
    shards_done: int
    eta_seconds: float | None
    best: Mapping[str, Any] | None
    plateau: Mapping[str, Any] | None
    overfitting: Mapping[str, Any] | None
    failure: RunFailure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def progress(self) -> float:
        """The share of the sets that are done, 0 to 1."""
        return 1.0 if self.status is SweepStatus.SUCCEEDED else self.sets_done / self.search.sets


@dataclass(frozen=True, slots=True)
class ClaimedShard(Claim):
    """A part of a sweep that a worker took; with no sets of its own it is the end: choosing the best.

    `data_sha256`: of the bars that the sweep's first shard saw. `asked_at`: when the sweep was made;
    bars that closed later do not belong to it.
    """

    sweep_id: UUID
    owner_id: UUID
    request: RunRequest
    search: Search
    number: int
    first_set: int
    sets: int
    data_sha256: str | None
    asked_at: datetime

    @property
    def is_finish(self) -> bool:
        """True for the step after the last set."""
        return self.sets == 0


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What a shard found, packed column by column (see `packing`)."""

    data_sha256: str
    bars: int
    seconds: float
    parameters: bytes
    figures: bytes
    blocks: bytes
    moments: SharpeMoments


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """What the whole sweep says."""

    best: Mapping[str, Any] | None
    plateau: Mapping[str, Any] | None
    overfitting: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class WalkForwardTerms:
    """How a walk-forward cuts its bars. `anchored`: every training begins with the first bar."""

    train_bars: int
    test_bars: int
    anchored: bool


@dataclass(frozen=True, slots=True)
class WalkForwardRun:
    """A walk-forward as it is kept. `result`: windows, metrics and efficiency; `curves`: packed columns."""

    id: UUID
    owner_id: UUID
    origin: RunOrigin | None
    request: RunRequest
    search: Search
    terms: WalkForwardTerms
    status: WorkStatus
    progress: float
    cancel_requested: bool
    failure: RunFailure | None
    result: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimedWalkForward(Claim):
    """A walk-forward that a worker took."""

    owner_id: UUID
    cancel_requested: bool
    request: RunRequest
    search: Search
    terms: WalkForwardTerms


def add_moments(before: SharpeMoments, more: SharpeMoments) -> SharpeMoments:
    """The moments of two groups of trials together (Chan, Golub & LeVeque 1979); `before` counts both."""
    count = before.sharpe_count + more.sharpe_count
    if count == 0:
        return before
    apart = more.mean - before.mean
    return SharpeMoments(
        count=before.count,
        sharpe_count=count,
        mean=before.mean + apart * more.sharpe_count / count,
        m2=before.m2 + more.m2 + apart * apart * before.sharpe_count * more.sharpe_count / count,
    )


def refuse_other_data(known_sha256: str | None, own_sha256: str) -> None:
    """Raise RunFailed when a shard saw other bars than the first of its sweep."""
    if known_sha256 is not None and known_sha256 != own_sha256:
        raise RunFailed(
            "data_changed",
            "The bars or the splits changed while the sweep ran: its sets would not compare. Run it again.",
        )
