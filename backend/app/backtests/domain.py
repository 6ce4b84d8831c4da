"""What a run is, the states it passes through, and the facts that end a request about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.leases import Claim, WorkStatus
from app.engine.intervals import Interval
from app.market.domain import Adjustment

TASK = "backtests.run"
TOPIC = "run"
# A worker renews its lease every few seconds while it works; one that is gone is noticed after this long.
LEASE_SECONDS = 10
# How many runs one person may have waiting or under way.
MAXIMUM_UNFINISHED = 200


class RunStatus(StrEnum):
    """Where a run stands. The last three are final."""

    QUEUED = WorkStatus.QUEUED.value
    RUNNING = WorkStatus.RUNNING.value
    SUCCEEDED = WorkStatus.SUCCEEDED.value
    FAILED = WorkStatus.FAILED.value
    CANCELLED = WorkStatus.CANCELLED.value

    @property
    def is_final(self) -> bool:
        """True when the run will not change any more."""
        return WorkStatus(self.value).is_final


class RunNotFound(NotFound):
    """No such run, or somebody else's."""

    code, title = "backtest_not_found", "There is no such backtest"


class RunFinished(Conflict):
    """The run is over: nothing is left to cancel."""

    code, title = "backtest_finished", "The backtest is over"


class RunUnderWay(Conflict):
    """The run is being computed."""

    code, title = "backtest_running", "The backtest is running"


class ResultNotReady(Conflict):
    """The run has no result: it is not over yet, or it did not succeed."""

    code, title = "result_not_ready", "The backtest has no result"


class ParametersInvalid(Unprocessable):
    """Values that the rule's parameters cannot take."""

    code, title = "parameters_invalid", "Some parameters are not valid"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run computes: everything but the bars themselves.

    `start` inclusive, `end` exclusive. `parameters`: a value for every parameter
    of the rule, defaults included.
    """

    source: str
    parameters: Mapping[str, float]
    instrument_id: UUID | None
    symbol: str
    interval: Interval
    start: datetime | None
    end: datetime | None
    initial_cash: Decimal
    commission_bps: float
    commission_fixed: Decimal
    slippage_bps: float
    whole_units: bool
    close_at_end: bool
    adjust: Adjustment


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Why a run failed: a stable code and a sentence for people."""

    code: str
    detail: str


class RunFailed(Exception):
    """A run that cannot come to a result, for a reason that the person can read."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.failure = RunFailure(code, detail)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run found, ready to be stored. `trades` and `equity` are packed by `app.engine.packing`."""

    manifest: Mapping[str, Any]
    verdict: Mapping[str, Any]
    metrics: Mapping[str, Any]
    benchmark: Mapping[str, Any]
    trades: bytes
    equity: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """A run and what is known of it. Trades and equity are read on their own: they can be large."""

    id: UUID
    owner_id: UUID
    visibility: str
    strategy_id: UUID | None
    strategy_version: int | None
    strategy_name: str | None
    request: RunRequest
    status: RunStatus
    progress: float
    cancel_requested: bool
    attempt: int
    failure: RunFailure | None
    manifest: Mapping[str, Any] | None
    verdict: Mapping[str, Any] | None
    metrics: Mapping[str, Any] | None
    benchmark: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimedRun(Claim):
    """A run that a worker took."""

    owner_id: UUID
    cancel_requested: bool
    request: RunRequest


@dataclass(frozen=True, slots=True)
class RunOverview:
    """A run in a list. `level` is the verdict's; figures are None until the run has succeeded."""

    id: UUID
    status: RunStatus
    progress: float
    failure: RunFailure | None
    symbol: str
    interval: Interval
    strategy_id: UUID | None
    strategy_version: int | None
    strategy_name: str | None
    level: str | None
    total_return: float | None
    cagr: float | None
    sharpe: float | None
    max_drawdown: float | None
    trades: int | None
    final_equity: float | None
    benchmark_return: float | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """The saved strategy that a run's rule came from."""

    strategy_id: UUID
    version: int
    name: str


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs of a list are wanted; None is any."""

    symbol: str | None = None
    strategy_id: UUID | None = None
    status: RunStatus | None = None
