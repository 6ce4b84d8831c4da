"""Bodies of requests and answers about runs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.backtests.domain import Run, RunStatus
from app.core.fields import CleanStr, FiniteFloat, Moment, Money, ReadModel, StrictModel
from app.engine.intervals import Interval
from app.market.domain import Adjustment

MAXIMUM_BPS = 1_000
MAXIMUM_CASH = Decimal(10) ** 12
MAXIMUM_PARAMETERS = 100

TradeSide = Literal["long", "short"]
ExitLabel = Literal["signal", "reversal", "stop_loss", "take_profit", "trailing_stop", "end_of_data", "ruin"]
Level = Literal["green", "amber", "red"]

BasisPoints = Annotated[FiniteFloat, Field(ge=0, le=MAXIMUM_BPS)]


class BacktestCreate(StrictModel):
    """What to run: a rule's text or a saved strategy, on an instrument's bars, under stated costs."""

    source: CleanStr | None = Field(None, description="The rule's text; or give `strategy_id`.")
    strategy_id: UUID | None = Field(None, description="A saved strategy; or give `source`.")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Of the strategy; else its latest.")
    symbol: Annotated[CleanStr, Field(max_length=64)]
    interval: Interval
    start: Moment | None = Field(None, description="Inclusive. Bars before it warm the indicators up.")
    end: Moment | None = Field(None, description="Exclusive.")
    parameters: dict[Annotated[CleanStr, Field(max_length=100)], FiniteFloat] = Field(
        default_factory=dict, max_length=MAXIMUM_PARAMETERS
    )
    initial_cash: Annotated[Money, Field(gt=0, le=MAXIMUM_CASH)] = Decimal(10_000)
    commission_bps: BasisPoints = 0.0
    commission_fixed: Annotated[Money, Field(ge=0, le=MAXIMUM_CASH)] = Decimal(0)
    slippage_bps: BasisPoints = 0.0
    whole_units: bool = False
    close_at_end: bool = True
    adjust: Adjustment = Adjustment.SPLITS

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.source is None) == (self.strategy_id is None):
            raise ValueError("give either a source or a strategy_id")
        if self.version is not None and self.strategy_id is None:
            raise ValueError("a version belongs to a strategy_id")
        return self


class RunFailureRead(ReadModel):
    """Why a run failed."""

    code: str
    detail: str


class RunAccepted(ReadModel):
    """A run that was taken on."""

    id: UUID
    status: RunStatus


class CheckRead(ReadModel):
    """One thing that was looked at before anybody looks at the profit."""

    name: str
    level: Level
    statement: str
    figure: float | None = None


class VerdictRead(ReadModel):
    """Whether the answer can be believed: the worst of its checks."""

    level: Level
    checks: list[CheckRead]


class MetricsRead(ReadModel):
    """The figures of a run. Ratios are fractions, drawdowns ≤ 0, durations in bars, undefined ones null."""

    final_equity: float | None = None
    total_return: float | None = None
    cagr: float | None = None
    volatility: float | None = None
    sharpe: float | None = None
    sortino: float | None = None
    calmar: float | None = None
    omega: float | None = None
    max_drawdown: float | None = None
    max_drawdown_bars: int | None = None
    var_95: float | None = None
    trades: int | None = None
    win_rate: float | None = None
    profit_factor: float | None = None
    expectancy: float | None = None
    sqn: float | None = None
    avg_win: float | None = None
    avg_loss: float | None = None
    best: float | None = None
    worst: float | None = None
    exposure: float | None = None
    turnover: float | None = None
    avg_bars: float | None = None
    total_commission: float | None = None
    total_slippage: float | None = None


class RuleManifest(ReadModel):
    """The rule's text and its SHA-256."""

    source: str
    sha256: str


class ConventionsManifest(ReadModel):
    """By which published sentences fills were decided."""

    version: str
    sentences: list[str]


class InstrumentManifest(ReadModel):
    """What was traded, and how its bars were corrected on reading."""

    symbol: str
    adjust: Adjustment


class RangeManifest(ReadModel):
    """The range that was asked for; null is open."""

    start: datetime | None
    end: datetime | None


class DataManifest(ReadModel):
    """The bars, warm-up included. Times are unix seconds of the run's own first and last bar."""

    sha256: str
    interval: Interval
    timezone: str
    bars: int
    warm_up_bars: int
    first_time: int
    last_time: int


class ExecutionManifest(ReadModel):
    """The terms of the fills."""

    initial_cash: float
    commission_bps: float
    slippage_bps: float
    commission_fixed: float
    whole_units: bool
    close_at_end: bool


class ManifestRead(ReadModel):
    """Everything that makes the run repeatable. The same manifest gives the same `result_sha256`."""

    engine_version: str
    app_version: str
    conventions: ConventionsManifest
    rule: RuleManifest
    parameters: dict[str, float]
    instrument: InstrumentManifest
    range: RangeManifest
    data: DataManifest
    execution: ExecutionManifest
    periods_per_year: float
    result_sha256: str


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


class RunRead(ReadModel):
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
    source: str
    symbol: str
    interval: Interval
    start: datetime | None
    end: datetime | None
    parameters: dict[str, float]
    initial_cash: Money
    commission_bps: float
    commission_fixed: Money
    slippage_bps: float
    whole_units: bool
    close_at_end: bool
    adjust: Adjustment
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, run: Run) -> RunRead:
        """The answer's form of a run."""
        asked = run.request
        return cls.model_validate(
            {
                "id": run.id,
                "status": run.status,
                "progress": run.progress,
                "error": _read_failure(run),
                "cancel_requested": run.cancel_requested,
                "verdict": run.verdict,
                "metrics": run.metrics,
                "benchmark": run.benchmark,
                "manifest": run.manifest,
                "strategy_id": run.strategy_id,
                "strategy_version": run.strategy_version,
                "strategy_name": run.strategy_name,
                "source": asked.source,
                "symbol": asked.symbol,
                "interval": asked.interval,
                "start": asked.start,
                "end": asked.end,
                "parameters": asked.parameters,
                "initial_cash": asked.initial_cash,
                "commission_bps": asked.commission_bps,
                "commission_fixed": asked.commission_fixed,
                "slippage_bps": asked.slippage_bps,
                "whole_units": asked.whole_units,
                "close_at_end": asked.close_at_end,
                "adjust": asked.adjust,
                "created_at": run.created_at,
                "started_at": run.started_at,
                "finished_at": run.finished_at,
            }
        )


class TradeRead(ReadModel):
    """A round trip. The exit's fields are null while it is open; `return` is the pnl per money put in."""

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
]
TradeFormat = Literal["items", "columns", "csv"]
EquityFormat = Literal["columns", "csv"]
