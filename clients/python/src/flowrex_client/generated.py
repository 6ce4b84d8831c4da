"""The shapes of requests and answers: generated from the OpenAPI document by `make client`."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

Adjustment: TypeAlias = Literal['splits', 'none']


class ApiKeyCreate(TypedDict, closed=True):
    """
    A new key. Without `expires_in_days` it holds until it is deleted.
    """

    name: str
    expires_in_days: NotRequired[int | None]


class ApiKeyCreated(TypedDict):
    """
    A key, with its text: this once and never again.
    """

    id: str
    name: str
    hint: str
    scope: Literal['read']
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    key: str


class ApiKeyRead(TypedDict):
    """
    A key, as it may be shown at any time.
    """

    id: str
    name: str
    hint: str
    scope: Literal['read']
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class ArgumentRead(TypedDict):
    """
    An argument of a function. `kind`: series, truth, any, window (`min` is its least), number or interval
    (a name of `LanguageRead.intervals` in quotes). Without a default it must be given, unless `optional`.
    """

    name: str
    kind: str
    default: float | None
    min: int | None
    repeats: bool
    optional: bool


AssetClass: TypeAlias = Literal['stock', 'etf', 'index', 'forex', 'crypto', 'commodity', 'other']


class AxisRead(TypedDict):
    """
    A swept parameter. `values` is null where there are more than 1,000; `max` is the last value.
    """

    name: str
    values: list[float] | None
    min: float
    max: float
    count: int


class BackfillFailure(TypedDict):
    """
    Why a back-fill failed.
    """

    code: str
    detail: str


BackfillStatus: TypeAlias = Literal['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled']


Symbol: TypeAlias = str


InitialCash: TypeAlias = float


InitialCash1: TypeAlias = str


CommissionFixed: TypeAlias = float


CommissionFixed1: TypeAlias = str


CommissionPerUnit: TypeAlias = float


CommissionPerUnit1: TypeAlias = str


CommissionMinimum: TypeAlias = float


CommissionMinimum1: TypeAlias = str


BarsFormat: TypeAlias = Literal['columns', 'rows', 'csv']


class BasketRead(TypedDict):
    """
    How one cash is shared among several instruments.
    """

    slots: int
    weights: Literal['equal', 'volatility']
    volatility_window: int
    rebalance: Literal['none', 'week', 'month', 'quarter']


class BasketTerms(TypedDict, closed=True):
    """
    How one cash is shared among several instruments.
    """

    slots: int
    weights: NotRequired[Literal['equal', 'volatility']]
    volatility_window: NotRequired[int]
    rebalance: NotRequired[Literal['none', 'week', 'month', 'quarter']]


class CapsRead(TypedDict):
    """
    How large a rule may be.
    """

    source_bytes: int
    nodes: int
    lookback_bars: int
    parameters: int


class Check(TypedDict):
    """
    One part that the installation stands on.
    """

    status: Literal['healthy', 'unhealthy']
    latency_ms: NotRequired[float | None]


class CheckPartRead(TypedDict):
    """
    A part of a check. `interval`: where the figure lies with 90 % confidence, if that is known.
    """

    name: str
    level: Literal['green', 'amber', 'red']
    statement: str
    figure: NotRequired[float | None]
    interval: NotRequired[tuple[float | None, float | None] | None]


class Checks(TypedDict):
    """
    The parts by name.
    """

    database: Check
    credentials_database: Check
    redis: Check


FromNotional: TypeAlias = float


FromNotional1: TypeAlias = str


class CommissionTier(TypedDict, closed=True):
    """
    A commission that holds for fills from a notional on.
    """

    from_notional: FromNotional | FromNotional1
    bps: float


class CommissionTierRead(TypedDict):
    """
    A commission that holds for fills from a notional on.
    """

    from_notional: str
    bps: float


class ComparisonCurves(TypedDict):
    """
    Equity of each run (by id) at common times, 1 at the common start; null where a run is over.
    """

    time: list[int]
    equity: dict[str, list[float | None]]


class ConditionCheckRead(TypedDict):
    """
    What a condition would have done on the last `bars` stored bars. `times`: of the bars on which it was
    true, at most the newest 50, oldest first.
    """

    bars: int
    first_bar_at: str | None
    last_bar_at: str | None
    count: int
    last_at: str | None
    times: list[str]


class ConstraintsCreate(TypedDict, closed=True):
    """
    What a parameter set must keep to be chosen.
    """

    min_trades: NotRequired[int | None]
    max_drawdown: NotRequired[float | None]


class ConstraintsRead(TypedDict):
    """
    What a parameter set must keep to be chosen; null is no limit.
    """

    min_trades: int | None
    max_drawdown: float | None


class ConventionsManifest(TypedDict):
    """
    By which published sentences fills were decided.
    """

    version: str
    sentences: list[str]


class CreditsRead(TypedDict):
    """
    A provider's quota and what is left of it; null: no such limit. Days begin at 00:00 UTC.
    """

    per_minute: int | None
    per_day: int | None
    left_this_minute: int | None
    left_today: int | None
    spent_today: int


class DeliveryRead(TypedDict):
    """
    A firing on its way to a webhook, and what came of it so far.
    """

    id: str
    channel: str
    url: str
    status: str
    attempts: int
    response_code: int | None
    response_text: str | None
    error: str | None
    next_attempt_at: str | None
    finished_at: str | None


class DiffLineRead(TypedDict):
    """
    A line of either version; `old_line` is null for an added one, `new_line` for a removed one.
    """

    kind: Literal['same', 'added', 'removed']
    text: str
    old_line: int | None
    new_line: int | None


Direction: TypeAlias = Literal['crosses', 'crosses_above', 'crosses_below', 'enters', 'leaves']


class DistributionRead(TypedDict):
    """
    How often returns per bar lay between which edges; one edge more than counts.
    """

    edges: list[float]
    counts: list[int]
    mean: float | None
    stdev: float | None


class DrawdownRow(TypedDict):
    """
    A fall from a peak: unix seconds of the peak, the bottom and the recovery (null: none yet).
    """

    start: int
    bottom: int
    end: int | None
    depth: float
    bars: int


class DrawingConditionBody(TypedDict, closed=True):
    """
    The close crosses a line that one drew (`crosses…`), or enters or leaves the band of a rectangle.
    """

    kind: Literal['drawing']
    drawing_id: str
    direction: NotRequired[Direction]


class DrawingConditionRead(TypedDict):
    """
    A drawing.
    """

    kind: Literal['drawing']
    drawing_id: str
    direction: Direction


DrawingKind: TypeAlias = Literal['trend_line', 'horizontal', 'rectangle', 'measure']


class EquityRead(TypedDict):
    """
    A run bar by bar, in columns: unix seconds, money, fraction below the peak, buy-and-hold's money.
    """

    time: list[int]
    equity: list[float]
    drawdown: list[float]
    benchmark: list[float]


class ExampleRuleRead(TypedDict):
    """
    A rule to begin with.
    """

    name: str
    summary: str
    source: str


class ExecutionManifest(TypedDict):
    """
    The terms of the fills.
    """

    initial_cash: float
    commission_bps: float
    slippage_bps: float
    commission_fixed: float
    whole_units: bool
    close_at_end: bool
    commission_per_unit: NotRequired[float]
    commission_minimum: NotRequired[float]
    commission_tiers: NotRequired[list[tuple[float, float]]]
    slippage_model: NotRequired[Literal['fixed', 'volume_share']]
    volume_limit: NotRequired[float]
    price_impact: NotRequired[float]
    borrow_rate: NotRequired[float]
    overnight_rate: NotRequired[float]


class ExposureRead(TypedDict):
    """
    Share of the bars around each time in which there was a position.
    """

    time: list[int]
    value: list[float]


class FanBands(TypedDict):
    """
    Percentiles of many paths at each time.
    """

    p5: list[float | None]
    p25: list[float | None]
    p50: list[float | None]
    p75: list[float | None]
    p95: list[float | None]


class FanPicture(TypedDict):
    """
    Bands of what might have come, and what came; times in unix seconds.
    """

    kind: Literal['fan']
    title: str
    unit: Literal['fraction', 'ratio', 'money', 'count', 'price']
    time: list[int]
    bands: FanBands
    own: list[float | None]


class FiredBarRead(TypedDict):
    """
    The bar that fired an alert, as it was then.
    """

    time: str
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class FiringsReadRequest(TypedDict, closed=True):
    """
    Which firings were seen: these, or all up to now.
    """

    ids: NotRequired[list[str] | None]
    all: NotRequired[bool]


class FirstAdminCreate(TypedDict, closed=True):
    """
    The first admin's account, with the one-time token of the start log.
    """

    email: str
    password: str
    display_name: str
    token: str


class FormingBarRead(TypedDict):
    """
    The bar under way; `volume` is null where the source has none.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


Freshness: TypeAlias = Literal['fresh', 'stale', 'closed']


class FunctionRead(TypedDict):
    """
    A function of the language. `warm_up`: bars before its first value, in terms of its arguments.
    """

    name: str
    signature: str
    arguments: list[ArgumentRead]
    returns: str
    units: str
    warm_up: str
    definition: str
    help: str
    example: str


class Health(TypedDict):
    """
    `degraded`: what matters works, something is slower. `unhealthy`: a database is away.
    """

    status: Literal['healthy', 'degraded', 'unhealthy']
    service: NotRequired[str]
    version: NotRequired[str]
    checks: Checks


class Heatmap(TypedDict):
    """
    A figure over two parameters, rows along `y`; where other parameters vary too, the best or the median.

    `counts`: how many sets with that figure defined lie in the cell.
    """

    x: list[float]
    y: list[float]
    values: list[list[float | None]]
    counts: list[list[int]]


class HistogramPicture(TypedDict):
    """
    How often what came out: one edge more than counts. `own` is the run's own figure.
    """

    kind: Literal['histogram']
    title: str
    unit: Literal['fraction', 'ratio', 'money', 'count', 'price']
    edges: list[float]
    counts: list[float]
    own: NotRequired[float | None]


class HoleRead(TypedDict):
    """
    A stretch in which bars lack.
    """

    start: str
    end: str
    missing: int


class HourRow(TypedDict):
    """
    Trades by the hour of their entry, on the exchange's clock.
    """

    hour: int
    trades: int
    win_rate: float | None
    pnl: float


class ImportFailureRead(TypedDict):
    """
    Why an import failed.
    """

    code: str
    detail: str


ImportStatus: TypeAlias = Literal['queued', 'running', 'succeeded', 'failed', 'cancelled']


class InputRead(TypedDict):
    """
    A column that rules read.
    """

    name: str
    units: str
    help: str


class InstrumentManifest(TypedDict):
    """
    What was traded, and how its bars were corrected on reading.
    """

    symbol: str
    adjust: Adjustment


class InstrumentUpdate(TypedDict, closed=True):
    """
    What of an instrument can be changed. A field that is left out stays; null empties it.
    """

    name: NotRequired[str | None]
    exchange: NotRequired[str | None]
    asset_class: NotRequired[AssetClass | None]
    currency: NotRequired[str | None]
    timezone: NotRequired[str | None]
    calendar: NotRequired[str | None]


Interval: TypeAlias = Literal['1min', '5min', '15min', '30min', '45min', '1h', '2h', '4h', '1day', '1week', '1month']


class KeywordRead(TypedDict):
    """
    Any other word.
    """

    name: str
    signature: str
    help: str


class LayoutCreate(TypedDict, closed=True):
    """
    A layout to keep. Names need not be unique.
    """

    name: str
    state: dict[str, Any]


class LayoutRead(TypedDict):
    """
    A layout. `state` is as it was written.
    """

    id: str
    name: str
    is_last_used: bool
    used_at: str
    created_at: str
    updated_at: str
    state: dict[str, Any]


class LayoutSummaryRead(TypedDict):
    """
    A layout without its state.
    """

    id: str
    name: str
    is_last_used: bool
    used_at: str
    created_at: str
    updated_at: str


class LayoutUpdate(TypedDict, closed=True):
    """
    What to change of a layout. Nothing at all: it is used, and thus the one used last.
    """

    name: NotRequired[str | None]
    state: NotRequired[dict[str, Any] | None]


class LibraryReportRead(TypedDict):
    """
    What a rule of the library made of a demo instrument at 10 bps commission and 5 bps slippage.
    """

    symbol: str
    interval: str
    total_return: float
    benchmark_return: float
    sharpe: float | None
    max_drawdown: float
    trades: int
    level: Literal['green', 'amber', 'red']
    statement: str


class LibraryRuleRead(TypedDict):
    """
    A well-known rule: its plain idea, where it was published, and an honest report on the demo bars.
    """

    slug: str
    name: str
    idea: str
    reference: str
    source: str
    reports: list[LibraryReportRead]


class ListedRange(TypedDict, closed=True):
    """
    These values, in any order.
    """

    values: list[float]


class Liveness(TypedDict):
    """
    Whether the process runs.
    """

    status: NotRequired[Literal['alive']]


class LoginRequest(TypedDict, closed=True):
    """
    Address and password.
    """

    email: str
    password: str


class LogitHistogram(TypedDict):
    """
    Bins from edge to edge, and how many fell into each.
    """

    edges: list[float]
    counts: list[int]


class MarkRead(TypedDict):
    """
    A named moment on a chart, unix seconds.
    """

    time: int
    label: str


class MemberManifest(TypedDict):
    """
    An instrument of a basket and its bars; times as in `data`.
    """

    symbol: str
    sha256: str
    timezone: str
    bars: int
    warm_up_bars: int
    first_time: int | None
    last_time: int | None
    splits: NotRequired[list[tuple[str, float]]]


Method: TypeAlias = Literal['grid', 'random', 'tpe']


class MetricsRead(TypedDict):
    """
    The figures of a run. Ratios are fractions, drawdowns ≤ 0, durations in bars, undefined ones null.
    """

    final_equity: NotRequired[float | None]
    total_return: NotRequired[float | None]
    cagr: NotRequired[float | None]
    volatility: NotRequired[float | None]
    sharpe: NotRequired[float | None]
    sortino: NotRequired[float | None]
    calmar: NotRequired[float | None]
    omega: NotRequired[float | None]
    max_drawdown: NotRequired[float | None]
    max_drawdown_bars: NotRequired[int | None]
    var_95: NotRequired[float | None]
    trades: NotRequired[int | None]
    win_rate: NotRequired[float | None]
    profit_factor: NotRequired[float | None]
    expectancy: NotRequired[float | None]
    sqn: NotRequired[float | None]
    avg_win: NotRequired[float | None]
    avg_loss: NotRequired[float | None]
    best: NotRequired[float | None]
    worst: NotRequired[float | None]
    exposure: NotRequired[float | None]
    turnover: NotRequired[float | None]
    avg_bars: NotRequired[float | None]
    total_commission: NotRequired[float | None]
    total_slippage: NotRequired[float | None]


class MonthlyRow(TypedDict):
    """
    A year's returns: twelve months from January on, null where there was no bar, and the whole year.
    """

    year: int
    months: list[float | None]
    total: float


class OutputRead(TypedDict):
    """
    A name that a rule gives to say what to do. `type`: number or truth.
    """

    name: str
    type: str
    units: str
    help: str
    example: str


class OverfittingRead(TypedDict):
    """
    The probability of backtest overfitting (CSCV, Bailey et al. 2015), over `sets_used` of the sets.
    """

    pbo: float
    logits: LogitHistogram
    sets_used: int


class PageApiKeyRead(TypedDict):
    items: list[ApiKeyRead]
    next_cursor: NotRequired[str | None]


class PageLayoutSummaryRead(TypedDict):
    items: list[LayoutSummaryRead]
    next_cursor: NotRequired[str | None]


class ParameterRead(TypedDict):
    """
    A number of the rule that a run may set.
    """

    name: str
    default: float
    min: float
    max: float
    step: float


class PlateauSet(TypedDict):
    """
    The set whose neighbourhood is best. `ranges`: over which values that neighbourhood reaches.
    """

    parameters: dict[str, float]
    metrics: MetricsRead
    median_objective: float
    neighbours: int
    ranges: dict[str, list[float]]


class PointBody(TypedDict, closed=True):
    """
    A corner: a time as bars of `interval` have it (unix s), and a price in the terms of `adjust`.
    """

    time: int
    price: float


class PointRead(TypedDict):
    """
    A corner of a drawing.
    """

    time: int
    price: float


class PriceConditionBody(TypedDict, closed=True):
    """
    The close crosses a level, in prices adjusted for splits as charts show them.
    """

    kind: Literal['price']
    level: float
    direction: NotRequired[Literal['crosses', 'crosses_above', 'crosses_below']]


class PriceConditionRead(TypedDict):
    """
    A price level; after a split it is answered, and watched, in the prices of after it.
    """

    kind: Literal['price']
    level: float
    direction: Direction


class ProviderBadge(TypedDict):
    """
    Where data comes from, as it has to be shown beside it.
    """

    name: str
    title: str
    attribution: str
    is_simulated: bool
    is_delayed: bool


class ProviderRead(TypedDict):
    """
    A provider of market data. `is_configured` false: `problem` says what to set. `can_use`: whether who
    asks may search and add there. `silent_since`: it has not
    answered since then.
    """

    name: str
    title: str
    attribution: str
    is_simulated: bool
    is_delayed: bool
    is_configured: bool
    problem: str | None
    can_use: bool
    silent_since: str | None
    may_share: bool
    has_stream: bool
    intervals: list[Interval]
    max_bars_per_request: int
    credits: CreditsRead | None


QuoteState: TypeAlias = Literal['live', 'delayed', 'simulated', 'stale', 'closed']


class RangeManifest(TypedDict):
    """
    The range that was asked for; null is open.
    """

    start: str | None
    end: str | None


class Readiness(TypedDict):
    """
    Whether requests can be served.
    """

    status: NotRequired[Literal['ready']]


class RefreshAccepted(TypedDict):
    """
    The newest bars are asked for; those on their way are in `backfills`.
    """

    instrument_id: str
    status: NotRequired[str]


class RefreshRequest(TypedDict, closed=True):
    """
    A refresh token, when it does not come as a cookie.
    """

    refresh_token: NotRequired[str | None]


Repeat: TypeAlias = Literal['once', 'every']


class ReplayBarsRead(TypedDict):
    """
    Bars that were over at the replay's position, oldest first, and the one that was under way then.

    `known_splits`: how many splits the prices are adjusted for. One more, and all bars are others.
    """

    symbol: str
    interval: Interval
    position_at: str
    time: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float | None]
    forming: FormingBarRead | None
    known_splits: int


class ReplayCreate(TypedDict, closed=True):
    """
    Where a replay begins, and by whose bars it steps.
    """

    symbol: str
    interval: Interval
    start: str


class ReplayPlay(TypedDict, closed=True):
    """
    How fast bars of the step interval come in.
    """

    bars_per_second: NotRequired[float]


class ReplayRead(TypedDict):
    """
    Where a replay stands. `bars_per_second` is null while it is paused.
    """

    id: str
    instrument_id: str
    interval: Interval
    started_at: str
    position_at: str
    status: str
    bars_per_second: float | None
    created_at: str


class ReplaySeek(TypedDict, closed=True):
    """
    The instant to go to.
    """

    to: str


class ReplayStep(TypedDict, closed=True):
    """
    How many bars of the step interval to go on, or, negative, back.
    """

    bars: NotRequired[int]


class ReplayUpdate(TypedDict, closed=True):
    """
    By whose bars to step from now on. What is left out stays.
    """

    symbol: NotRequired[str | None]
    interval: NotRequired[Interval | None]


class RollingRead(TypedDict):
    """
    Annualised Sharpe ratio and volatility of the last `window_bars` returns at each time.
    """

    window_bars: int
    time: list[int]
    sharpe: list[float | None]
    volatility: list[float | None]


class RowProblemRead(TypedDict):
    """
    A row that was not taken: its line in the file, counted from 1, and why.
    """

    line: int
    reason: str


class RuleCheckRequest(TypedDict, closed=True):
    """
    A rule to look at.
    """

    source: str


class RuleConditionBody(TypedDict, closed=True):
    """
    A truth in the rule language. Lines before the last may give names and parameters; the last line is the
    condition itself.
    """

    kind: Literal['rule']
    source: str


class RuleConditionRead(TypedDict):
    """
    A truth in the rule language.
    """

    kind: Literal['rule']
    source: str


class RuleManifest(TypedDict):
    """
    The rule's text and its SHA-256.
    """

    source: str
    sha256: str


class RuleProblemRead(TypedDict):
    """
    One mistake in a rule. Lines and columns count from 1.
    """

    line: int
    column: int
    code: str
    message: str


class RunFailureRead(TypedDict):
    """
    Why a run failed.
    """

    code: str
    detail: str


RunStatus: TypeAlias = Literal['queued', 'running', 'succeeded', 'failed', 'cancelled']


class RunSummary(TypedDict):
    """
    A run in a list. `level` is the verdict's; the figures are null until the run has succeeded.
    """

    id: str
    status: RunStatus
    progress: float
    error: RunFailureRead | None
    symbol: str
    interval: Interval
    strategy_id: str | None
    strategy_version: int | None
    strategy_name: str | None
    level: Literal['green', 'amber', 'red'] | None
    total_return: float | None
    cagr: float | None
    sharpe: float | None
    max_drawdown: float | None
    trades: int | None
    final_equity: float | None
    benchmark_return: float | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class ScatterPicture(TypedDict):
    """
    Pairs of figures.
    """

    kind: Literal['scatter']
    title: str
    unit: Literal['fraction', 'ratio', 'money', 'count', 'price']
    x_label: str
    y_label: str
    points: list[tuple[float | None, float | None]]


Scope: TypeAlias = Literal['installation', 'private']


class SearchProblem(TypedDict):
    """
    Why a provider's answer to a search is not there, or old.
    """

    provider: str
    code: str
    detail: str


class SeriesRead(TypedDict):
    """
    A line of a chart.
    """

    name: str
    values: list[float | None]


class SessionRead(TypedDict):
    """
    One session: its date, and its instants. A break lies within it, where the market has one.
    """

    date: str
    open: str
    close: str
    break_start: str | None
    break_end: str | None


class SessionsRead(TypedDict):
    """
    Sessions of an instrument's market, oldest first. `known` is false when it has no calendar, or when its
    sessions have not been worked out yet: ask again in a few seconds.
    """

    timezone: str
    calendar: str | None
    known: bool
    sessions: list[SessionRead]


class ShareCreate(TypedDict, closed=True):
    """
    How long a link shall work.
    """

    expires_in_days: NotRequired[int]


class ShareCreated(TypedDict):
    """
    A new link: whoever has the token reads the report until `expires_at`.
    """

    id: str
    token: str
    path: str
    expires_at: str


class ShareRead(TypedDict):
    """
    A link to a report. Its token was told once, when it was made.
    """

    id: str
    created_at: str
    expires_at: str


class SignInOptions(TypedDict):
    """
    What the sign-in page may offer.
    """

    registration: Literal['open', 'invite', 'closed']
    demo: bool


class SpanRead(TypedDict):
    """
    A stretch of time, unix seconds.
    """

    start: int
    end: int
    label: str
    level: NotRequired[Literal['green', 'amber', 'red'] | None]


class SpansPicture(TypedDict):
    """
    Stretches of the whole time between `start` and `end`.
    """

    kind: Literal['spans']
    title: str
    unit: Literal['fraction', 'ratio', 'money', 'count', 'price']
    start: int
    end: int
    spans: list[SpanRead]


class SplitBody(TypedDict, closed=True):
    """
    A split: 2-for-1 has the ratio 2. It counts from the opening of its date on.
    """

    date: str
    ratio: float


class StarsRead(TypedDict):
    """
    What is on the list that the star uses; no list yet is no star.
    """

    watchlist_id: str | None
    instrument_ids: list[str]


class SteppedRange(TypedDict, closed=True):
    """
    From `min` to `max`, both included where the steps meet them.
    """

    min: float
    max: float
    step: float


class StrategyCreate(TypedDict, closed=True):
    """
    A rule to keep. Names need not be unique.
    """

    name: str
    source: str


StrategyDiffRead = TypedDict(
    'StrategyDiffRead',
    {
        'from': int,
        'to': int,
        'lines': list[DiffLineRead],
    },
)


class StrategyRead(TypedDict):
    """
    A strategy at one of its versions, the latest unless another was asked for.

    `lookback`: bars before the rule's values are defined, with the defaults of its parameters.
    """

    id: str
    name: str
    version: int
    visibility: str
    source: str
    parameters: list[ParameterRead]
    outputs: list[str]
    lookback: int
    created_at: str
    updated_at: str


class StrategyUpdate(TypedDict, closed=True):
    """
    What to change. Another text makes a new version; the same text makes none.
    """

    name: NotRequired[str | None]
    source: NotRequired[str | None]


class StrategyVersionRead(TypedDict):
    """
    A text that a strategy has or had.
    """

    version: int
    source: str
    parameters: list[ParameterRead]
    created_at: str


class StyleBody(TypedDict, closed=True):
    """
    How a drawing looks. `extends_right`: a trend line goes on past its second point.
    """

    color: NotRequired[str]
    width: NotRequired[int]
    dash: NotRequired[Literal['solid', 'dashed', 'dotted']]
    extends_right: NotRequired[bool]


class StyleRead(TypedDict):
    """
    How a drawing looks.
    """

    color: str
    width: int
    dash: Literal['solid', 'dashed', 'dotted']
    extends_right: bool


InitialCash2: TypeAlias = float


InitialCash3: TypeAlias = str


CommissionFixed2: TypeAlias = float


CommissionFixed3: TypeAlias = str


CommissionPerUnit2: TypeAlias = float


CommissionPerUnit3: TypeAlias = str


CommissionMinimum2: TypeAlias = float


CommissionMinimum3: TypeAlias = str


class SweepCreate(TypedDict, closed=True):
    """
    A sweep to run.
    """

    source: NotRequired[str | None]
    strategy_id: NotRequired[str | None]
    version: NotRequired[int | None]
    symbol: NotRequired[str | None]
    symbols: NotRequired[list[Symbol] | None]
    basket: NotRequired[BasketTerms | None]
    interval: Interval
    start: NotRequired[str | None]
    end: NotRequired[str | None]
    initial_cash: NotRequired[InitialCash2 | InitialCash3]
    commission_bps: NotRequired[float]
    commission_fixed: NotRequired[CommissionFixed2 | CommissionFixed3]
    commission_per_unit: NotRequired[CommissionPerUnit2 | CommissionPerUnit3]
    commission_minimum: NotRequired[CommissionMinimum2 | CommissionMinimum3]
    commission_tiers: NotRequired[list[CommissionTier]]
    slippage_bps: NotRequired[float]
    slippage_model: NotRequired[Literal['fixed', 'volume_share']]
    volume_limit: NotRequired[float]
    price_impact: NotRequired[float]
    borrow_rate: NotRequired[float]
    overnight_rate: NotRequired[float]
    whole_units: NotRequired[bool]
    close_at_end: NotRequired[bool]
    adjust: NotRequired[Adjustment]
    detail_interval: NotRequired[Interval | None]
    ranges: dict[str, SteppedRange | ListedRange]
    fixed: NotRequired[dict[str, float]]
    sets: NotRequired[int]
    seed: NotRequired[int]
    objective: NotRequired[Literal['final_equity', 'total_return', 'cagr', 'volatility', 'sharpe', 'sortino', 'calmar', 'omega', 'max_drawdown', 'max_drawdown_bars', 'var_95', 'trades', 'win_rate', 'profit_factor', 'expectancy', 'sqn', 'avg_win', 'avg_loss', 'best', 'worst', 'exposure', 'turnover', 'avg_bars', 'total_commission', 'total_slippage']]
    constraints: NotRequired[ConstraintsCreate]
    method: NotRequired[Method]


class SweepOpen(TypedDict, closed=True):
    """
    A set to open as a full report.
    """

    parameters: dict[str, float]


class SweepPreview(TypedDict):
    """
    How large a sweep would be. `bars`: of the range; `estimated_seconds`: with the workers there are.
    """

    sets: int
    shards: int
    bars: int
    estimated_seconds: float
    axes: list[AxisRead]


class SweepResults(TypedDict):
    """
    Sets that finished after the asked-for `after`, in columns, in the order of their numbers.

    Ask again with `after` = `sequence` for what came since; `complete` says that nothing more will come.
    """

    sequence: int
    complete: bool
    sets: list[int]
    parameters: dict[str, list[float]]
    metrics: dict[str, list[float | None]]


SweepStatus: TypeAlias = Literal['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled']


class SymbolRead(TypedDict):
    """
    Something that a provider has bars of. `instrument_id`: it is here already.
    """

    provider: str
    provider_title: str
    is_simulated: bool
    code: str
    mic_code: str | None
    symbol: str
    name: str
    asset_class: AssetClass
    exchange: str | None
    currency: str | None
    country: str | None
    timezone: str
    calendar: str | None
    instrument_id: str | None


class TicketRead(TypedDict):
    """
    Opens one live connection, once, within `expires_in` seconds: `/api/v1/stream?ticket=…`.
    """

    ticket: str
    expires_in: int


class TokenRead(TypedDict):
    """
    A sign-in. `refresh_token` is null when it went into the cookie.
    """

    access_token: str
    token_type: NotRequired[Literal['bearer']]
    expires_in: int
    refresh_token: NotRequired[str | None]


TradeColumns = TypedDict(
    'TradeColumns',
    {
        'side': list[Literal['long', 'short']],
        'quantity': list[float],
        'entry_time': list[int],
        'entry_price': list[float],
        'exit_time': list[int | None],
        'exit_price': list[float | None],
        'exit_reason': list[Literal['signal', 'reversal', 'stop_loss', 'take_profit', 'trailing_stop', 'time_stop', 'rebalance', 'end_of_data', 'ruin'] | None],
        'pnl': list[float],
        'return': list[float],
        'commission': list[float],
        'slippage': list[float],
        'bars': list[int],
        'mae': list[float],
        'mfe': list[float],
        'symbol': list[str],
        'financing': list[float],
    },
)


TradeRead = TypedDict(
    'TradeRead',
    {
        'side': Literal['long', 'short'],
        'quantity': float,
        'entry_time': str,
        'entry_price': float,
        'exit_time': str | None,
        'exit_price': float | None,
        'exit_reason': Literal['signal', 'reversal', 'stop_loss', 'take_profit', 'trailing_stop', 'time_stop', 'rebalance', 'end_of_data', 'ruin'] | None,
        'pnl': float,
        'return': float,
        'commission': float,
        'slippage': float,
        'bars': int,
        'mae': float,
        'mfe': float,
        'symbol': str,
        'financing': float,
    },
)


Trigger: TypeAlias = Literal['closed_bar', 'tick']


class UnreadRead(TypedDict):
    """
    How many of one's firings are unread.
    """

    unread: int


class UserCreate(TypedDict, closed=True):
    """
    A registration.
    """

    email: str
    password: str
    display_name: str


class UserRead(TypedDict):
    """
    An account.
    """

    id: str
    email: str
    display_name: str
    role: Literal['member', 'admin']
    created_at: str


class UserUpdate(TypedDict, closed=True):
    """
    What somebody may change about the own account.
    """

    display_name: str


InitialCash4: TypeAlias = float


InitialCash5: TypeAlias = str


CommissionFixed4: TypeAlias = float


CommissionFixed5: TypeAlias = str


CommissionPerUnit4: TypeAlias = float


CommissionPerUnit5: TypeAlias = str


CommissionMinimum4: TypeAlias = float


CommissionMinimum5: TypeAlias = str


class WalkForwardCreate(TypedDict, closed=True):
    """
    A walk-forward to run: the best set of each training is traded in the test after it.
    """

    source: NotRequired[str | None]
    strategy_id: NotRequired[str | None]
    version: NotRequired[int | None]
    symbol: NotRequired[str | None]
    symbols: NotRequired[list[Symbol] | None]
    basket: NotRequired[BasketTerms | None]
    interval: Interval
    start: NotRequired[str | None]
    end: NotRequired[str | None]
    initial_cash: NotRequired[InitialCash4 | InitialCash5]
    commission_bps: NotRequired[float]
    commission_fixed: NotRequired[CommissionFixed4 | CommissionFixed5]
    commission_per_unit: NotRequired[CommissionPerUnit4 | CommissionPerUnit5]
    commission_minimum: NotRequired[CommissionMinimum4 | CommissionMinimum5]
    commission_tiers: NotRequired[list[CommissionTier]]
    slippage_bps: NotRequired[float]
    slippage_model: NotRequired[Literal['fixed', 'volume_share']]
    volume_limit: NotRequired[float]
    price_impact: NotRequired[float]
    borrow_rate: NotRequired[float]
    overnight_rate: NotRequired[float]
    whole_units: NotRequired[bool]
    close_at_end: NotRequired[bool]
    adjust: NotRequired[Adjustment]
    detail_interval: NotRequired[Interval | None]
    ranges: dict[str, SteppedRange | ListedRange]
    fixed: NotRequired[dict[str, float]]
    sets: NotRequired[int]
    seed: NotRequired[int]
    objective: NotRequired[Literal['final_equity', 'total_return', 'cagr', 'volatility', 'sharpe', 'sortino', 'calmar', 'omega', 'max_drawdown', 'max_drawdown_bars', 'var_95', 'trades', 'win_rate', 'profit_factor', 'expectancy', 'sqn', 'avg_win', 'avg_loss', 'best', 'worst', 'exposure', 'turnover', 'avg_bars', 'total_commission', 'total_slippage']]
    constraints: NotRequired[ConstraintsCreate]
    method: NotRequired[Literal['grid', 'random']]
    train_bars: int
    test_bars: int
    anchored: NotRequired[bool]


class WalkForwardCurves(TypedDict):
    """
    Equity over the tests: stitched together, of the set that is best in hindsight, and of holding.
    """

    time: list[int]
    stitched: list[float | None]
    in_sample: list[float | None]
    benchmark: list[float | None]


class WalkForwardWindow(TypedDict):
    """
    A training and the test after it, in unix seconds of their first and last bars.

    `parameters` is null where no set kept the constraints: then nothing was traded in the test.
    """

    train_start: int
    train_end: int
    test_start: int
    test_end: int
    parameters: dict[str, float] | None
    train: MetricsRead | None
    test: MetricsRead | None


class WatchlistCreate(TypedDict, closed=True):
    """
    A list to begin. Names need not be unique.
    """

    name: str


class WatchlistItemBody(TypedDict, closed=True):
    """
    An instrument, and the heading under which it stands.
    """

    instrument_id: str
    group: NotRequired[str | None]


class WatchlistOrder(TypedDict, closed=True):
    """
    All that is on the list, in order. `revision`: of the list from which the order was made.
    """

    revision: int
    items: list[WatchlistItemBody]


class WatchlistSummaryRead(TypedDict):
    """
    A list without its items. `revision` grows with every change of the items.
    """

    id: str
    name: str
    position: int
    is_default: bool
    revision: int
    item_count: int
    created_at: str
    updated_at: str


class WatchlistUpdate(TypedDict, closed=True):
    """
    What to change: the name, the place among one's own lists (from 0), or both.
    """

    name: NotRequired[str | None]
    position: NotRequired[int | None]


class WebhookBody(TypedDict, closed=True):
    """
    Where firings are sent to by POST: http or https, without a user name in it.
    """

    url: str


class WebhookRead(TypedDict):
    """
    Where firings are sent. `secret` is answered once, when it is made.
    """

    url: str
    secret: NotRequired[str | None]


class WebhookSecretRead(TypedDict):
    """
    The new secret, answered this once.
    """

    secret: str


class WebhookTestRead(TypedDict):
    """
    What came of a test delivery.
    """

    ok: bool
    response_code: int | None
    response_text: str | None
    error: str | None


class WeekdayRow(TypedDict):
    """
    Trades by the weekday of their entry, Monday 0, on the exchange's clock.
    """

    weekday: int
    trades: int
    win_rate: float | None
    pnl: float


WorkStatus: TypeAlias = Literal['queued', 'running', 'succeeded', 'failed', 'cancelled']


class YearFigure(TypedDict):
    """
    A figure of a year.
    """

    year: int
    value: float | None


class YearlyRow(TypedDict):
    """
    A year's return beside that of buying and holding.
    """

    year: int
    strategy: float
    benchmark: float


class AppBacktestsReadingBarRead(TypedDict):
    """
    A bar of a bar chart.
    """

    label: str
    value: float | None
    level: NotRequired[Literal['green', 'amber', 'red'] | None]


class AppMarketSchemasBarRead(TypedDict):
    """
    One bar.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class ProblemError(TypedDict):
    """
    One mistake: where it is in the request, or at which line and column of a rule, and what it is.
    """

    message: str
    location: NotRequired[str | None]
    line: NotRequired[int | None]
    column: NotRequired[int | None]
    code: NotRequired[str | None]
    name: NotRequired[str | None]


class Problem(TypedDict):
    """
    Why a request was not done (RFC 9457). `code` is stable; `detail` is for the person who reads it.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None
    errors: NotRequired[list[ProblemError] | None]


class AlertCreate(TypedDict, closed=True):
    """
    A condition to watch. Without a name it is called what it says.

    `cooldown_seconds`: after a firing, for how long none follows; for `every` alone.
    """

    instrument_id: NotRequired[str | None]
    symbol: NotRequired[str | None]
    interval: Interval
    condition: RuleConditionBody | PriceConditionBody | DrawingConditionBody
    name: NotRequired[str | None]
    on: NotRequired[Trigger]
    repeat: NotRequired[Repeat]
    cooldown_seconds: NotRequired[int]
    webhook: NotRequired[WebhookBody | None]
    enabled: NotRequired[bool]
    expires_at: NotRequired[str | None]


class AlertRead(TypedDict):
    """
    An alert. `words`: its condition for people. `problem`: why it cannot be watched at the moment.
    """

    id: str
    name: str
    visibility: NotRequired[Literal['private']]
    instrument_id: str
    symbol: str
    interval: Interval
    condition: RuleConditionRead | PriceConditionRead | DrawingConditionRead
    words: str
    on: Trigger
    repeat: Repeat
    cooldown_seconds: int
    webhook: WebhookRead | None
    enabled: bool
    state: Literal['active', 'paused', 'done', 'expired']
    expires_at: str | None
    last_fired_at: str | None
    last_fired_bar: str | None
    problem: str | None
    created_at: str
    updated_at: str


class AlertUpdate(TypedDict, closed=True):
    """
    What to change. Bars closed before a condition was changed, or the alert enabled, do not count.
    """

    name: NotRequired[str | None]
    interval: NotRequired[Interval | None]
    condition: NotRequired[RuleConditionBody | PriceConditionBody | DrawingConditionBody | None]
    on: NotRequired[Trigger | None]
    repeat: NotRequired[Repeat | None]
    cooldown_seconds: NotRequired[int | None]
    webhook: NotRequired[WebhookBody | None]
    enabled: NotRequired[bool | None]
    expires_at: NotRequired[str | None]


class BackfillCreate(TypedDict, closed=True):
    """
    A stretch to fetch: `start` inclusive, `end` exclusive (now, when left out). `again`: ask also for what
    is stored.
    """

    interval: Interval
    start: str
    end: NotRequired[str | None]
    again: NotRequired[bool]


class BackfillRead(TypedDict):
    """
    A stretch of bars on its way in, newest first. While it waits, `wait_reason` and `waits_until` say for
    what and until when.
    """

    id: str
    instrument_id: str
    symbol: str
    provider: str
    interval: Interval
    start: str
    end: str
    done_from: str
    again: bool
    status: BackfillStatus
    progress: float
    priority: int
    pages: int
    inserted: int
    updated: int
    unchanged: int
    credits: int
    waits_until: str | None
    wait_reason: str | None
    error: BackfillFailure | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class BacktestCreate(TypedDict, closed=True):
    """
    What to run on what, under which costs, with which values of the rule's parameters.
    """

    source: NotRequired[str | None]
    strategy_id: NotRequired[str | None]
    version: NotRequired[int | None]
    symbol: NotRequired[str | None]
    symbols: NotRequired[list[Symbol] | None]
    basket: NotRequired[BasketTerms | None]
    interval: Interval
    start: NotRequired[str | None]
    end: NotRequired[str | None]
    initial_cash: NotRequired[InitialCash | InitialCash1]
    commission_bps: NotRequired[float]
    commission_fixed: NotRequired[CommissionFixed | CommissionFixed1]
    commission_per_unit: NotRequired[CommissionPerUnit | CommissionPerUnit1]
    commission_minimum: NotRequired[CommissionMinimum | CommissionMinimum1]
    commission_tiers: NotRequired[list[CommissionTier]]
    slippage_bps: NotRequired[float]
    slippage_model: NotRequired[Literal['fixed', 'volume_share']]
    volume_limit: NotRequired[float]
    price_impact: NotRequired[float]
    borrow_rate: NotRequired[float]
    overnight_rate: NotRequired[float]
    whole_units: NotRequired[bool]
    close_at_end: NotRequired[bool]
    adjust: NotRequired[Adjustment]
    detail_interval: NotRequired[Interval | None]
    parameters: NotRequired[dict[str, float]]


class BarColumnsRead(TypedDict):
    """
    Bars as columns, oldest first. `time` in unix seconds; a volume is null where the source has none.
    """

    symbol: str
    interval: Interval
    time: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float | None]


class BarRowsRead(TypedDict):
    """
    Bars one by one, oldest first.
    """

    symbol: str
    interval: Interval
    items: list[AppMarketSchemasBarRead]


class BarsPicture(TypedDict):
    """
    Labelled bars; `reference` is a line to compare them with.
    """

    kind: Literal['bars']
    title: str
    unit: Literal['fraction', 'ratio', 'money', 'count', 'price']
    bars: list[AppBacktestsReadingBarRead]
    reference: NotRequired[float | None]


class BasketManifest(TypedDict):
    """
    How one cash was shared, and the instruments in their order.
    """

    slots: int
    weights: Literal['equal', 'volatility']
    volatility_window: int
    rebalance: Literal['none', 'week', 'month', 'quarter']
    instruments: list[MemberManifest]


class BestSet(TypedDict):
    """
    The set whose objective is largest among those that keep the constraints.
    """

    parameters: dict[str, float]
    metrics: MetricsRead


class ComparedRun(TypedDict):
    """
    A run in a comparison.
    """

    id: str
    name: str | None
    symbol: str
    interval: Interval
    start: str | None
    end: str | None
    level: Literal['green', 'amber', 'red']
    metrics: MetricsRead
    parameters: dict[str, float]
    created_at: str


class ComparisonRead(TypedDict):
    """
    Runs side by side.
    """

    runs: list[ComparedRun]
    curves: ComparisonCurves


class ConditionCheckRequest(TypedDict, closed=True):
    """
    A condition to try on the last stored bars.
    """

    instrument_id: NotRequired[str | None]
    symbol: NotRequired[str | None]
    interval: Interval
    condition: RuleConditionBody | PriceConditionBody | DrawingConditionBody


class CurvesPicture(TypedDict):
    """
    Lines over time (unix seconds).
    """

    kind: Literal['curves']
    title: str
    unit: Literal['fraction', 'ratio', 'money', 'count', 'price']
    time: list[int]
    series: list[SeriesRead]
    marks: NotRequired[list[MarkRead]]


class DetailManifest(TypedDict):
    """
    The finer bars that the course of each bar was replayed on.
    """

    sha256: str
    interval: Interval
    bars: int


class DrawingCreate(TypedDict, closed=True):
    """
    Something to draw. A horizontal line has one point, every other kind two.

    `interval`: of the chart that it is drawn on. `adjust`: how that chart's prices are corrected.
    `splits_revision`: of the drawings' list that the chart read; when the splits have changed since, 409.
    """

    instrument_id: str
    kind: DrawingKind
    interval: Interval
    points: list[PointBody]
    adjust: NotRequired[Adjustment]
    splits_revision: NotRequired[int | None]
    style: NotRequired[StyleBody]
    locked: NotRequired[bool]
    text: NotRequired[str | None]


class DrawingRead(TypedDict):
    """
    Something drawn. Prices are in the terms of the `adjust` that was asked for.
    """

    id: str
    instrument_id: str
    kind: DrawingKind
    interval: Interval
    points: list[PointRead]
    style: StyleRead
    locked: bool
    text: str | None
    created_at: str
    updated_at: str


class DrawingUpdate(TypedDict, closed=True):
    """
    What to change of a drawing. `points` come with the `interval` on which they were set.
    """

    points: NotRequired[list[PointBody] | None]
    interval: NotRequired[Interval | None]
    adjust: NotRequired[Adjustment]
    splits_revision: NotRequired[int | None]
    style: NotRequired[StyleBody | None]
    locked: NotRequired[bool | None]
    text: NotRequired[str | None]


class FiringRead(TypedDict):
    """
    A firing. `price`: the close, or the price that did it; `at`: the bar's close, or that price's instant.
    `alert_id` is null once the alert is deleted.
    """

    id: str
    alert_id: str | None
    alert_name: str
    words: str
    instrument_id: str
    symbol: str
    interval: Interval
    on: Trigger
    bar: FiredBarRead
    price: float
    at: str
    fired_at: str
    read: bool
    deliveries: list[DeliveryRead]


class ImportAccepted(TypedDict):
    """
    An import that was taken on.
    """

    id: str
    status: ImportStatus


class ImportRead(TypedDict):
    """
    An import. `problems` holds the first 1,000 rejected rows; `understood` says how the file was read.
    """

    id: str
    status: ImportStatus
    progress: float
    symbol: str
    interval: Interval
    scope: Scope
    file_name: str | None
    size_bytes: int
    rows_read: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    problems: list[RowProblemRead]
    understood: dict[str, Any] | None
    error: ImportFailureRead | None
    instrument_id: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class InstrumentFromProvider(TypedDict, closed=True):
    """
    What to add. `intervals`: 1day and, where there is such, 1min, unless said otherwise. `history`: from
    when on bars are fetched, by interval; else 20 years of days and 30 days of what is within the day.
    """

    provider: str
    code: str
    mic_code: NotRequired[str | None]
    symbol: NotRequired[str | None]
    intervals: NotRequired[list[Interval] | None]
    history: NotRequired[dict[Interval, str]]
    scope: NotRequired[Scope]


class InstrumentRead(TypedDict):
    """
    An instrument with what is stored of it. Prices are adjusted for splits; `change` is a fraction.
    """

    id: str
    symbol: str
    name: str
    exchange: str | None
    asset_class: AssetClass
    currency: str | None
    timezone: str
    calendar: str | None
    scope: Scope
    intervals: list[Interval]
    first_bar_at: str | None
    last_bar_at: str | None
    last_close: float | None
    change: float | None
    sparkline: list[float]


class LanguageRead(TypedDict):
    """
    The words of the language, what editors complete and explain, and its caps.
    """

    inputs: list[InputRead]
    outputs: list[OutputRead]
    functions: list[FunctionRead]
    keywords: list[KeywordRead]
    intervals: list[str]
    caps: CapsRead


class PageAlertRead(TypedDict):
    items: list[AlertRead]
    next_cursor: NotRequired[str | None]


class PageBackfillRead(TypedDict):
    items: list[BackfillRead]
    next_cursor: NotRequired[str | None]


class PageFiringRead(TypedDict):
    items: list[FiringRead]
    next_cursor: NotRequired[str | None]


class PageImportRead(TypedDict):
    items: list[ImportRead]
    next_cursor: NotRequired[str | None]


class PageInstrumentRead(TypedDict):
    items: list[InstrumentRead]
    next_cursor: NotRequired[str | None]


class PageReplayRead(TypedDict):
    items: list[ReplayRead]
    next_cursor: NotRequired[str | None]


class PageRunSummary(TypedDict):
    items: list[RunSummary]
    next_cursor: NotRequired[str | None]


class PageStrategyRead(TypedDict):
    items: list[StrategyRead]
    next_cursor: NotRequired[str | None]


class PageStrategyVersionRead(TypedDict):
    items: list[StrategyVersionRead]
    next_cursor: NotRequired[str | None]


class PageWatchlistSummaryRead(TypedDict):
    items: list[WatchlistSummaryRead]
    next_cursor: NotRequired[str | None]


class ProviderList(TypedDict):
    """
    The providers that there are, or could be.
    """

    items: list[ProviderRead]


class QuoteRead(TypedDict):
    """
    The last price of an instrument, with the fields of a message of the channel `quotes:<id>`.

    `change` is against the close of the session before, as if split as today; `change_percent` is a fraction.
    `state` is `stale` where there should be a newer price, and `closed` for the last stored price of a market
    that is closed. `source`: the provider's name, or `stored`. `market_open` is null where nothing says it.
    """

    instrument_id: str
    price: float
    at: str
    change: float | None
    change_percent: float | None
    volume: float | None
    previous_close: float | None
    state: QuoteState
    source: str
    market_open: bool | None


class RuleCheckRead(TypedDict):
    """
    What the checker says. `lookback`: bars before the rule's values are defined; null with errors.
    """

    ok: bool
    errors: list[RuleProblemRead]
    parameters: list[ParameterRead]
    outputs: list[str]
    lookback: int | None


class RunAccepted(TypedDict):
    """
    A run that was taken on.
    """

    id: str
    status: RunStatus


class SeriesCoverage(TypedDict):
    """
    What is stored of an instrument in one interval. `expected`, `missing` and `holes` are measured against
    the market's calendar (`is_measured` false: not yet for these bars; null: it has none).
    """

    interval: Interval
    bar_count: int
    first_bar_at: str | None
    last_bar_at: str | None
    expected: int | None
    missing: int | None
    holes: list[HoleRead]
    is_measured: bool
    freshness: Freshness | None
    age_seconds: float | None
    refreshed_at: str | None
    next_refresh_at: str | None
    problem: str | None
    backfill: BackfillRead | None


class ShareList(TypedDict):
    """
    A report's links that still work.
    """

    items: list[ShareRead]


class SweepAccepted(TypedDict):
    """
    A sweep that was taken on.
    """

    id: str
    status: SweepStatus


class SweepRead(TypedDict):
    """
    A sweep: how far it is and, once it has succeeded, its best set, its best plateau, and whether the
    search itself fits noise.
    """

    source: str
    symbol: str
    symbols: list[str] | None
    basket: BasketRead | None
    interval: Interval
    start: str | None
    end: str | None
    initial_cash: str
    commission_bps: float
    commission_fixed: str
    commission_per_unit: str
    commission_minimum: str
    commission_tiers: list[CommissionTierRead]
    slippage_bps: float
    slippage_model: Literal['fixed', 'volume_share']
    volume_limit: float
    price_impact: float
    borrow_rate: float
    overnight_rate: float
    whole_units: bool
    close_at_end: bool
    adjust: Adjustment
    detail_interval: Interval | None
    id: str
    status: SweepStatus
    progress: float
    sets: int
    sets_done: int
    eta_seconds: float | None
    method: Method
    objective: str
    best: BestSet | None
    error: RunFailureRead | None
    strategy_id: str | None
    strategy_version: int | None
    strategy_name: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    constraints: ConstraintsRead
    axes: list[AxisRead]
    fixed: dict[str, float]
    seed: int
    shards: int
    shards_done: int
    plateau: PlateauSet | None
    overfitting: OverfittingRead | None


class SweepSummary(TypedDict):
    """
    A sweep in a list.
    """

    id: str
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
    strategy_id: str | None
    strategy_version: int | None
    strategy_name: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class SymbolList(TypedDict):
    """
    Results of a search, the best first; and what could not be asked.
    """

    items: list[SymbolRead]
    problems: list[SearchProblem]


class TearSheetRead(TypedDict):
    """
    A run looked at from all sides. Ratios are fractions, times unix seconds.
    """

    monthly: list[MonthlyRow]
    yearly: list[YearlyRow]
    rolling: RollingRead
    distribution: DistributionRead
    exposure: ExposureRead
    turnover: list[YearFigure]
    by_hour: list[HourRow]
    by_weekday: list[WeekdayRow]
    drawdowns: list[DrawdownRow]


class TradePage(TypedDict):
    """
    A page of a run's trades.
    """

    items: list[TradeRead]
    next_cursor: NotRequired[str | None]


class WalkForwardAccepted(TypedDict):
    """
    A walk-forward that was taken on.
    """

    id: str
    status: WorkStatus


class WalkForwardRead(TypedDict):
    """
    A walk-forward: how far it is and, once it has succeeded, what its tests brought.

    `efficiency`: yearly growth over the tests by that of the chosen sets in training; null where they did not
    grow.
    """

    source: str
    symbol: str
    symbols: list[str] | None
    basket: BasketRead | None
    interval: Interval
    start: str | None
    end: str | None
    initial_cash: str
    commission_bps: float
    commission_fixed: str
    commission_per_unit: str
    commission_minimum: str
    commission_tiers: list[CommissionTierRead]
    slippage_bps: float
    slippage_model: Literal['fixed', 'volume_share']
    volume_limit: float
    price_impact: float
    borrow_rate: float
    overnight_rate: float
    whole_units: bool
    close_at_end: bool
    adjust: Adjustment
    detail_interval: Interval | None
    id: str
    status: WorkStatus
    progress: float
    error: RunFailureRead | None
    method: Literal['grid', 'random']
    objective: str
    sets: int
    train_bars: int
    test_bars: int
    anchored: bool
    efficiency: float | None
    metrics: MetricsRead | None
    strategy_id: str | None
    strategy_version: int | None
    strategy_name: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    constraints: ConstraintsRead
    axes: list[AxisRead]
    fixed: dict[str, float]
    seed: int
    cancel_requested: bool
    windows: list[WalkForwardWindow]
    curves: WalkForwardCurves | None


class WalkForwardSummary(TypedDict):
    """
    A walk-forward in a list.
    """

    id: str
    status: WorkStatus
    progress: float
    error: RunFailureRead | None
    method: Literal['grid', 'random']
    objective: str
    sets: int
    train_bars: int
    test_bars: int
    anchored: bool
    efficiency: float | None
    metrics: MetricsRead | None
    symbol: str
    interval: Interval
    strategy_id: str | None
    strategy_version: int | None
    strategy_name: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class WatchlistItemRead(TypedDict):
    """
    An instrument on a list.
    """

    group: str | None
    instrument: InstrumentRead


class WatchlistRead(TypedDict):
    """
    A list with its items, in order.
    """

    id: str
    name: str
    position: int
    is_default: bool
    revision: int
    item_count: int
    created_at: str
    updated_at: str
    items: list[WatchlistItemRead]


class AddedInstrument(TypedDict):
    """
    An instrument that was added, and its history on its way in.
    """

    instrument: InstrumentRead
    provider: ProviderBadge
    backfills: list[BackfillRead]


Pictures: TypeAlias = BarsPicture | HistogramPicture | FanPicture | CurvesPicture | SpansPicture | ScatterPicture


class CheckRead(TypedDict):
    """
    One thing that was looked at before anybody looks at the profit.

    `thresholds`: what makes it green, amber and red, in a sentence. Checks of earlier versions have only a
    statement and a figure.
    """

    name: str
    level: Literal['green', 'amber', 'red']
    statement: str
    figure: NotRequired[float | None]
    thresholds: NotRequired[str | None]
    parts: NotRequired[list[CheckPartRead]]
    pictures: NotRequired[list[Pictures]]


class DataManifest(TypedDict):
    """
    The bars, warm-up included. Times are unix seconds of the run's own first and last bar.
    """

    sha256: str
    interval: Interval
    timezone: str
    bars: int
    warm_up_bars: int
    first_time: int
    last_time: int
    splits: NotRequired[list[tuple[str, float]]]
    detail: NotRequired[DetailManifest | None]


class DrawingPage(TypedDict):
    """
    A page of what is drawn on an instrument, and the splits that its prices know of.
    """

    items: list[DrawingRead]
    next_cursor: str | None
    splits_revision: int


class InstrumentCoverage(TypedDict):
    """
    An instrument with all that is stored of it, where it comes from, and how fresh it is.

    `splits_problem`: why its provider's splits could not be fetched, and what to do about it.
    """

    id: str
    symbol: str
    name: str
    exchange: str | None
    asset_class: AssetClass
    timezone: str
    calendar: str | None
    scope: Scope
    provider: ProviderBadge | None
    splits: int
    splits_problem: str | None
    series: list[SeriesCoverage]


class ManifestRead(TypedDict):
    """
    Everything that makes the run repeatable. The same manifest gives the same `result_sha256`.
    """

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
    basket: NotRequired[BasketManifest | None]
    result_sha256: str


class PageQuoteRead(TypedDict):
    items: list[QuoteRead]
    next_cursor: NotRequired[str | None]


class PageSweepSummary(TypedDict):
    items: list[SweepSummary]
    next_cursor: NotRequired[str | None]


class PageWalkForwardSummary(TypedDict):
    items: list[WalkForwardSummary]
    next_cursor: NotRequired[str | None]


class VerdictRead(TypedDict):
    """
    Whether the answer can be believed: the worst of its checks.

    While the run is under way it holds the checks that have arrived, and `complete` is false.
    """

    level: Literal['green', 'amber', 'red']
    complete: NotRequired[bool]
    checks: list[CheckRead]


class CataloguePage(TypedDict):
    """
    A page of the catalogue, in the order of symbols.
    """

    items: list[InstrumentCoverage]
    next_cursor: str | None


class RunRead(TypedDict):
    """
    A run: how far it is and, once it has succeeded, whether to believe it and what it found.
    """

    source: str
    symbol: str
    symbols: list[str] | None
    basket: BasketRead | None
    interval: Interval
    start: str | None
    end: str | None
    initial_cash: str
    commission_bps: float
    commission_fixed: str
    commission_per_unit: str
    commission_minimum: str
    commission_tiers: list[CommissionTierRead]
    slippage_bps: float
    slippage_model: Literal['fixed', 'volume_share']
    volume_limit: float
    price_impact: float
    borrow_rate: float
    overnight_rate: float
    whole_units: bool
    close_at_end: bool
    adjust: Adjustment
    detail_interval: Interval | None
    id: str
    status: RunStatus
    progress: float
    error: RunFailureRead | None
    cancel_requested: bool
    verdict: VerdictRead | None
    metrics: MetricsRead | None
    benchmark: MetricsRead | None
    manifest: ManifestRead | None
    strategy_id: str | None
    strategy_version: int | None
    strategy_name: str | None
    sweep_id: str | None
    parameters: dict[str, float]
    created_at: str
    started_at: str | None
    finished_at: str | None


class SharedRun(TypedDict):
    """
    A run as everybody with the link sees it: no owner, no ids.
    """

    source: str
    symbol: str
    symbols: list[str] | None
    basket: BasketRead | None
    interval: Interval
    start: str | None
    end: str | None
    initial_cash: str
    commission_bps: float
    commission_fixed: str
    commission_per_unit: str
    commission_minimum: str
    commission_tiers: list[CommissionTierRead]
    slippage_bps: float
    slippage_model: Literal['fixed', 'volume_share']
    volume_limit: float
    price_impact: float
    borrow_rate: float
    overnight_rate: float
    whole_units: bool
    close_at_end: bool
    adjust: Adjustment
    detail_interval: Interval | None
    status: RunStatus
    strategy_name: str | None
    parameters: dict[str, float]
    verdict: VerdictRead
    metrics: MetricsRead
    benchmark: MetricsRead
    created_at: str
    finished_at: str | None


class SharedReport(TypedDict):
    """
    A report as everybody with the link sees it.
    """

    run: SharedRun
    equity: EquityRead
    trades: TradeColumns
    tear_sheet: TearSheetRead
    expires_at: str
