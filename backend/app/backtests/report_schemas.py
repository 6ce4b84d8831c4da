"""Bodies of requests and answers about reports: tear sheet, comparison, links to share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.backtests.domain import RunStatus
from app.backtests.reading import Level, MetricsRead, Values, VerdictRead
from app.backtests.schemas import EquityRead, TradeColumns
from app.backtests.terms import RunTermsRead
from app.core.fields import ReadModel, StrictModel
from app.engine.intervals import Interval

ExportFormat = Literal["html", "json", "csv"]


class MonthlyRow(ReadModel):
    """A year's returns: twelve months from January on, null where there was no bar, and the whole year."""

    year: int
    months: Annotated[list[float | None], Field(min_length=12, max_length=12)]
    total: float


class YearlyRow(ReadModel):
    """A year's return beside that of buying and holding."""

    year: int
    strategy: float
    benchmark: float


class RollingRead(ReadModel):
    """Annualised Sharpe ratio and volatility of the last `window_bars` returns at each time."""

    window_bars: int
    time: list[int]
    sharpe: Values
    volatility: Values


class DistributionRead(ReadModel):
    """How often returns per bar lay between which edges; one edge more than counts."""

    edges: list[float]
    counts: list[int]
    mean: float | None
    stdev: float | None


class ExposureRead(ReadModel):
    """Share of the bars around each time in which there was a position."""

    time: list[int]
    value: list[float]


class YearFigure(ReadModel):
    """A figure of a year."""

    year: int
    value: float | None


class HourRow(ReadModel):
    """Trades by the hour of their entry, on the exchange's clock."""

    hour: int
    trades: int
    win_rate: float | None
    pnl: float


class WeekdayRow(ReadModel):
    """Trades by the weekday of their entry, Monday 0, on the exchange's clock."""

    weekday: int
    trades: int
    win_rate: float | None
    pnl: float


class DrawdownRow(ReadModel):
    """A fall from a peak: unix seconds of the peak, the bottom and the recovery (null: none yet)."""

    start: int
    bottom: int
    end: int | None
    depth: float
    bars: int


class TearSheetRead(ReadModel):
    """A run looked at from all sides. Ratios are fractions, times unix seconds."""

    monthly: list[MonthlyRow]
    yearly: list[YearlyRow]
    rolling: RollingRead
    distribution: DistributionRead
    exposure: ExposureRead
    turnover: list[YearFigure]
    by_hour: list[HourRow]
    by_weekday: list[WeekdayRow]
    drawdowns: list[DrawdownRow]


class ComparedRun(ReadModel):
    """A run in a comparison."""

    id: UUID
    name: str | None
    symbol: str
    interval: Interval
    start: datetime | None
    end: datetime | None
    level: Level
    metrics: MetricsRead
    parameters: dict[str, float]
    created_at: datetime


class ComparisonCurves(ReadModel):
    """Equity of each run (by id) at common times, 1 at the common start; null where a run is over."""

    time: list[int]
    equity: dict[str, Values]


class ComparisonRead(ReadModel):
    """Runs side by side."""

    runs: list[ComparedRun]
    curves: ComparisonCurves


class ShareCreate(StrictModel):
    """How long a link shall work."""

    expires_in_days: int = Field(30, ge=1, le=365)


class ShareRead(ReadModel):
    """A link to a report. Its token was told once, when it was made."""

    id: UUID
    created_at: datetime
    expires_at: datetime


class ShareCreated(ReadModel):
    """A new link: whoever has the token reads the report until `expires_at`."""

    id: UUID
    token: str
    path: str
    expires_at: datetime


class ShareList(ReadModel):
    """A report's links that still work."""

    items: list[ShareRead]


class SharedRun(RunTermsRead):
    """A run as everybody with the link sees it: no owner, no ids."""

    status: RunStatus
    strategy_name: str | None
    parameters: dict[str, float]
    verdict: VerdictRead
    metrics: MetricsRead
    benchmark: MetricsRead
    created_at: datetime
    finished_at: datetime | None


class SharedReport(ReadModel):
    """A report as everybody with the link sees it."""

    run: SharedRun
    equity: EquityRead
    trades: TradeColumns
    tear_sheet: TearSheetRead
    expires_at: datetime
