"""Bodies of requests and answers about runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.backtests.domain import Run, RunStatus
from app.backtests.reading import Level, ManifestRead, MetricsRead, VerdictRead
from app.backtests.terms import RunTerms, RunTermsRead, write_terms
from app.core.fields import CleanStr, FiniteFloat, ReadModel
from app.engine.intervals import Interval

MAXIMUM_PARAMETERS = 100
_SHOWS_VERDICT = (RunStatus.RUNNING, RunStatus.SUCCEEDED)

TradeSide = Literal["long", "short"]
ExitLabel = Literal[
    "signal",
    "reversal",
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "time_stop",
    "rebalance",
    "end_of_data",
    "ruin",
]


class BacktestCreate(RunTerms):
    """What to run on what, under which costs, with which values of the rule's parameters."""

    parameters: dict[Annotated[CleanStr, Field(max_length=100)], FiniteFloat] = Field(
        default_factory=dict, max_length=MAXIMUM_PARAMETERS
    )


class RunFailureRead(ReadModel):
    """Why a run failed."""

    code: str
    detail: str


class RunAccepted(ReadModel):
    """A run that was taken on."""

    id: UUID
    status: RunStatus


class RunSummary(ReadModel):
    """A run in a list. `level` is the verdict's; the figures are null until the run has succeeded."""

    id: UUID
    status: RunStatus
    progress: float
    error: RunFailureRead | None = Field(validation_alias="failure")
    symbol: str
    interval: Interval
    strategy_id: UUID | None
    strategy_version: int | None
    strategy_name: str | None
    level: Level | None
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


class RunRead(RunTermsRead):
    """A run: how far it is and, once it has succeeded, whether to believe it and what it found."""

    id: UUID
    status: RunStatus
    progress: float
    error: RunFailureRead | None
    cancel_requested: bool
    verdict: VerdictRead | None
    metrics: MetricsRead | None
    benchmark: MetricsRead | None
    manifest: ManifestRead | None
    strategy_id: UUID | None
    strategy_version: int | None
    strategy_name: str | None
    sweep_id: UUID | None = Field(description="The sweep that the run was opened from.")
    parameters: dict[str, float]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, run: Run) -> RunRead:
        """The answer's form of a run."""
        return cls.model_validate(
            {
                **write_terms(run.request),
                "id": run.id,
                "status": run.status,
                "progress": run.progress,
                "error": _read_failure(run),
                "cancel_requested": run.cancel_requested,
                # What is left of a run that was lost or cancelled half-way is no verdict.
                "verdict": run.verdict if run.status in _SHOWS_VERDICT else None,
                "metrics": run.metrics,
                "benchmark": run.benchmark,
                "manifest": run.manifest,
                "strategy_id": run.strategy_id,
                "strategy_version": run.strategy_version,
                "strategy_name": run.strategy_name,
                "sweep_id": run.sweep_id,
                "parameters": run.request.parameters,
                "created_at": run.created_at,
                "started_at": run.started_at,
                "finished_at": run.finished_at,
            }
        )


class TradeRead(ReadModel):
    """A round trip, or a leg of one. The exit's fields are null while it is open.

    `return` is the pnl per money put in; the pnl is net of `commission` (both fills) and of `financing`, what
    holding cost. `slippage` is in the prices.
    """

    model_config = ConfigDict(populate_by_name=True)

    side: TradeSide
    quantity: float
    entry_time: datetime
    entry_price: float
    exit_time: datetime | None
    exit_price: float | None
    exit_reason: ExitLabel | None
    pnl: float
    return_: float = Field(alias="return")
    commission: float
    slippage: float
    bars: int
    mae: float
    mfe: float
    symbol: str
    financing: float


class TradePage(ReadModel):
    """A page of a run's trades."""

    items: list[TradeRead]
    next_cursor: str | None = None


class TradeColumns(ReadModel):
    """All trades of a run in columns, in the order of their entries; times in unix seconds."""

    side: list[TradeSide]
    quantity: list[float]
    entry_time: list[int]
    entry_price: list[float]
    exit_time: list[int | None]
    exit_price: list[float | None]
    exit_reason: list[ExitLabel | None]
    pnl: list[float]
    return_: list[float] = Field(alias="return")
    commission: list[float]
    slippage: list[float]
    bars: list[int]
    mae: list[float]
    mfe: list[float]
    symbol: list[str]
    financing: list[float]


class EquityRead(ReadModel):
    """A run bar by bar, in columns: unix seconds, money, fraction below the peak, buy-and-hold's money."""

    time: list[int]
    equity: list[float]
    drawdown: list[float]
    benchmark: list[float]


def _read_failure(run: Run) -> RunFailureRead | None:
    return None if run.failure is None else RunFailureRead(code=run.failure.code, detail=run.failure.detail)


# A trade's columns; with a - before the name the largest come first.
TradeSort = Literal[
    "entry_time",
    "-entry_time",
    "exit_time",
    "-exit_time",
    "side",
    "-side",
    "quantity",
    "-quantity",
    "entry_price",
    "-entry_price",
    "exit_price",
    "-exit_price",
    "exit_reason",
    "-exit_reason",
    "pnl",
    "-pnl",
    "return",
    "-return",
    "commission",
    "-commission",
    "slippage",
    "-slippage",
    "bars",
    "-bars",
    "mae",
    "-mae",
    "mfe",
    "-mfe",
    "financing",
    "-financing",
    "symbol",
    "-symbol",
]
TradeFormat = Literal["items", "columns", "csv"]
EquityFormat = Literal["columns", "csv"]
