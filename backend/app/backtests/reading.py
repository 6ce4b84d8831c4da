"""What a finished run says, as answers: the verdict with its pictures, the figures, the manifest."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.backtests.domain import BasketWeights, Rebalance, SlippageModel
from app.core.fields import ReadModel
from app.engine.intervals import Interval
from app.market.domain import Adjustment

Level = Literal["green", "amber", "red"]
PictureUnit = Literal["fraction", "ratio", "money", "count", "price"]
Values = list[float | None]


class BarRead(ReadModel):
    """A bar of a bar chart."""

    label: str
    value: float | None
    level: Level | None = None


class BarsPicture(ReadModel):
    """Labelled bars; `reference` is a line to compare them with."""

    kind: Literal["bars"]
    title: str
    unit: PictureUnit
    bars: list[BarRead]
    reference: float | None = None


class HistogramPicture(ReadModel):
    """How often what came out: one edge more than counts. `own` is the run's own figure."""

    kind: Literal["histogram"]
    title: str
    unit: PictureUnit
    edges: list[float]
    counts: list[float]
    own: float | None = None


class FanBands(ReadModel):
    """Percentiles of many paths at each time."""

    p5: Values
    p25: Values
    p50: Values
    p75: Values
    p95: Values


class FanPicture(ReadModel):
    """Bands of what might have come, and what came; times in unix seconds."""

    kind: Literal["fan"]
    title: str
    unit: PictureUnit
    time: list[int]
    bands: FanBands
    own: Values


class SeriesRead(ReadModel):
    """A line of a chart."""

    name: str
    values: Values


class MarkRead(ReadModel):
    """A named moment on a chart, unix seconds."""

    time: int
    label: str


class CurvesPicture(ReadModel):
    """Lines over time (unix seconds)."""

    kind: Literal["curves"]
    title: str
    unit: PictureUnit
    time: list[int]
    series: list[SeriesRead]
    marks: list[MarkRead] = Field(default_factory=list)


class SpanRead(ReadModel):
    """A stretch of time, unix seconds."""

    start: int
    end: int
    label: str
    level: Annotated[Level | None, BeforeValidator(lambda level: level or None)] = None


class SpansPicture(ReadModel):
    """Stretches of the whole time between `start` and `end`."""

    kind: Literal["spans"]
    title: str
    unit: PictureUnit
    start: int
    end: int
    spans: list[SpanRead]


class ScatterPicture(ReadModel):
    """Pairs of figures."""

    kind: Literal["scatter"]
    title: str
    unit: PictureUnit
    x_label: str
    y_label: str
    points: list[tuple[float | None, float | None]]


Picture = Annotated[
    BarsPicture | HistogramPicture | FanPicture | CurvesPicture | SpansPicture | ScatterPicture,
    Field(discriminator="kind"),
]


class CheckPartRead(ReadModel):
    """A part of a check. `interval`: where the figure lies with 90 % confidence, if that is known."""

    name: str
    level: Level
    statement: str
    figure: float | None = None
    interval: tuple[float | None, float | None] | None = None


class CheckRead(ReadModel):
    """One thing that was looked at before anybody looks at the profit.

    `thresholds`: what makes it green, amber and red, in a sentence. Checks of earlier versions have only a
    statement and a figure.
    """

    name: str
    level: Level
    statement: str
    figure: float | None = None
    thresholds: str | None = None
    parts: list[CheckPartRead] = Field(default_factory=list)
    pictures: list[Picture] = Field(default_factory=list)


class VerdictRead(ReadModel):
    """Whether the answer can be believed: the worst of its checks.

    While the run is under way it holds the checks that have arrived, and `complete` is false.
    """

    level: Level
    complete: bool = True
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


class MemberManifest(ReadModel):
    """An instrument of a basket and its bars; times as in `data`."""

    symbol: str
    sha256: str
    timezone: str
    bars: int
    warm_up_bars: int
    first_time: int | None
    last_time: int | None
    splits: list[tuple[date, float]] = Field(default_factory=list)


class BasketManifest(ReadModel):
    """How one cash was shared, and the instruments in their order."""

    slots: int
    weights: BasketWeights
    volatility_window: int
    rebalance: Rebalance
    instruments: list[MemberManifest]


class RangeManifest(ReadModel):
    """The range that was asked for; null is open."""

    start: datetime | None
    end: datetime | None


class DetailManifest(ReadModel):
    """The finer bars that the course of each bar was replayed on."""

    sha256: str
    interval: Interval
    bars: int


class DataManifest(ReadModel):
    """The bars, warm-up included. Times are unix seconds of the run's own first and last bar."""

    sha256: str
    interval: Interval
    timezone: str
    bars: int
    warm_up_bars: int
    first_time: int
    last_time: int
    splits: list[tuple[date, float]] = Field(
        default_factory=list, description="Not adjusted for: positions go through them."
    )
    detail: DetailManifest | None = None


class ExecutionManifest(ReadModel):
    """The terms of the fills."""

    initial_cash: float
    commission_bps: float
    slippage_bps: float
    commission_fixed: float
    whole_units: bool
    close_at_end: bool
    # Runs of earlier versions were filled without these.
    commission_per_unit: float = 0.0
    commission_minimum: float = 0.0
    commission_tiers: list[tuple[float, float]] = Field(default_factory=list)
    slippage_model: SlippageModel = "fixed"
    volume_limit: float = 0.025
    price_impact: float = 0.1
    borrow_rate: float = 0.0
    overnight_rate: float = 0.0


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
    basket: BasketManifest | None = None
    result_sha256: str
