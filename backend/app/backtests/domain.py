"""What a run is, the states it passes through, and the facts that end a request about one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.leases import Claim, WorkStatus
from app.engine.basket.terms import Basket as Basket
from app.engine.basket.terms import BasketWeights as BasketWeights
from app.engine.basket.terms import Rebalance as Rebalance
from app.engine.intervals import Interval
from app.market.domain import Adjustment

TASK = "backtests.run"
TOPIC = "run"
# A worker renews its lease every few seconds while it works; one that is gone is noticed after this long.
LEASE_SECONDS = 10
# How many runs one person may have waiting or under way.
MAXIMUM_UNFINISHED = 200

SlippageModel = Literal["fixed", "volume_share"]


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


class IntervalUnsuitable(Unprocessable):
    """The rule reads a longer interval that bars of this one do not make up."""

    code, title = "interval_unsuitable", "The rule needs shorter bars"
    field = "interval"


class BasketNotAvailable(Unprocessable):
    """Several instruments with one cash cannot be searched."""

    code, title = "basket_not_available", "Baskets cannot be swept or walked forward"
    field = "symbols"


class BasketUnsuitable(Unprocessable):
    """A rule, instruments or terms that a basket cannot do."""

    code, title = "basket_unsuitable", "This cannot be run as a basket"
    field = "symbols"


class ComparisonInvalid(Unprocessable):
    """A comparison of one run, or of more than can be looked at."""

    code, title = "comparison_invalid", "These runs cannot be compared"
    field = "ids"


class ShareNotFound(NotFound):
    """No such link, or one that has expired or was revoked: nobody is told which."""

    code, title = "share_not_found", "There is no such shared report"


class TooManyShares(Conflict):
    """A run has as many links as it may have."""

    code, title = "too_many_shares", "The report has too many links"


@dataclass(frozen=True, slots=True)
class FillTerms:
    """What orders cost beyond a commission in basis points and a fixed slippage.

    The defaults change nothing. `commission_tiers`: (from a fill's notional on, basis points), ascending; the
    tier of the fill takes the place of `commission_bps`. Rates are fractions a year.
    """

    commission_per_unit: Decimal = Decimal(0)
    commission_minimum: Decimal = Decimal(0)
    commission_tiers: tuple[tuple[Decimal, float], ...] = ()
    slippage_model: SlippageModel = "fixed"
    volume_limit: float = 0.025
    price_impact: float = 0.1
    borrow_rate: float = 0.0
    overnight_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run computes: everything but the bars themselves.

    `start` inclusive, `end` exclusive. `parameters`: a value for every parameter of the rule, defaults
    included. `detail_interval`: finer bars on which each bar's course is replayed. A basket names its
    `symbols`; then `symbol` is what lists show of them and `instrument_id` is None.
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
    fill_terms: FillTerms = field(default_factory=FillTerms)
    detail_interval: Interval | None = None
    symbols: tuple[str, ...] | None = None
    basket: Basket | None = None

    @property
    def instruments(self) -> tuple[str, ...]:
        """The symbols of all instruments: the basket's, or the one."""
        return self.symbols or (self.symbol,)


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
class SweepOrigin:
    """The sweep that a run was opened from. `overfitting`: its probability of backtest overfitting."""

    id: UUID
    overfitting: float | None = None


@dataclass(frozen=True, slots=True)
class TrialGround:
    """Where trials are counted together: one family of rules on the bars of one market and interval.

    `market`: a symbol, for a basket all of them in order. A symbol, not an instrument's id: bars that are
    imported anew are the same data.
    """

    family_hash: str
    market: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class SharpeMoments:
    """Of some trials: how many, and of their defined Sharpe ratios per bar number, mean and Σ (x − mean)²."""

    count: int
    sharpe_count: int
    mean: float
    m2: float

    @classmethod
    def of(cls, ratios: Iterable[float | None]) -> SharpeMoments:
        """The moments of these trials' ratios; NaN and None are undefined."""
        count, defined = 0, list[float]()
        for ratio in ratios:
            count += 1
            if ratio is not None and math.isfinite(ratio):
                defined.append(ratio)
        mean = math.fsum(defined) / len(defined) if defined else 0.0
        return cls(count, len(defined), mean, math.fsum((ratio - mean) ** 2 for ratio in defined))


@dataclass(frozen=True, slots=True)
class Trial:
    """Something that was tried. `fingerprint`: the same for the same again, which is counted once."""

    ground: TrialGround
    fingerprint: str
    moments: SharpeMoments


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run found, ready to be stored. `trades` and `equity` are packed by `app.engine.packing`."""

    manifest: Mapping[str, Any]
    verdict: Mapping[str, Any]
    metrics: Mapping[str, Any]
    benchmark: Mapping[str, Any]
    trades: bytes
    equity: bytes
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run and what is known of it. Trades and equity are read on their own: they can be large."""

    id: UUID
    owner_id: UUID
    visibility: str
    strategy_id: UUID | None
    strategy_version: int | None
    strategy_name: str | None
    sweep_id: UUID | None
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
    sweep: SweepOrigin | None = None


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
    """Which runs of a list are wanted; None is any. `words`: part of a symbol or of the rule's name."""

    symbol: str | None = None
    strategy_id: UUID | None = None
    status: RunStatus | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A link to a report, without its token."""

    id: UUID
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SharedRunKey:
    """The run that a link leads to."""

    run_id: UUID
    owner_id: UUID
    expires_at: datetime


def label_symbols(symbols: Sequence[str]) -> str:
    """What lists and file names call these instruments: `AAPL +4`."""
    return symbols[0] if len(symbols) == 1 else f"{symbols[0]} +{len(symbols) - 1}"
