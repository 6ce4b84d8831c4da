"""Bodies of requests and answers about providers, symbols, back-fills and the catalogue of data."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from app.core.fields import CleanStr, Moment, ReadModel, StrictModel
from app.engine.intervals import Interval
from app.feeds.domain import Backfill, BackfillStatus, CreditsLeft
from app.feeds.freshness import Freshness
from app.market.domain import AssetClass, Scope
from app.market.provider_facts import ProviderDescription, ProviderSymbol
from app.market.service import InstrumentRead

MAX_INTERVALS = 11

ProviderName = Annotated[CleanStr, Field(min_length=1, max_length=32)]
Code = Annotated[CleanStr, Field(min_length=1, max_length=64)]


class ProviderBadge(ReadModel):
    """Where data comes from, as it has to be shown beside it."""

    name: str
    title: str
    attribution: str
    is_simulated: bool
    is_delayed: bool

    @classmethod
    def of(cls, description: ProviderDescription) -> Self:
        """The badge of a provider."""
        return cls.model_validate(description)


class CreditsRead(ReadModel):
    """A provider's quota and what is left of it; null: no such limit. Days begin at 00:00 UTC."""

    per_minute: int | None
    per_day: int | None
    left_this_minute: int | None
    left_today: int | None
    spent_today: int

    @classmethod
    def of(cls, description: ProviderDescription, left: CreditsLeft) -> Self:
        """The quota of a provider."""
        return cls(
            per_minute=description.quota.credits_per_minute,
            per_day=description.quota.credits_per_day,
            left_this_minute=left.this_minute,
            left_today=left.today,
            spent_today=left.spent_today,
        )


class ProviderRead(ProviderBadge):
    """A provider of market data. `is_configured` false: `problem` says what to set. `can_use`: whether who
    asks may search and add there. `silent_since`: it has not
    answered since then.
    """

    is_configured: bool
    problem: str | None
    can_use: bool
    silent_since: dt.datetime | None
    may_share: bool
    has_stream: bool
    intervals: list[Interval]
    max_bars_per_request: int
    credits: CreditsRead | None


class ProviderList(ReadModel):
    """The providers that there are, or could be."""

    items: list[ProviderRead]


class SymbolRead(ReadModel):
    """Something that a provider has bars of. `instrument_id`: it is here already."""

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
    instrument_id: UUID | None

    @classmethod
    def of(cls, description: ProviderDescription, symbol: ProviderSymbol, instrument_id: UUID | None) -> Self:
        """A result of a search."""
        return cls(
            provider=description.name,
            provider_title=description.title,
            is_simulated=description.is_simulated,
            code=symbol.code,
            mic_code=symbol.mic_code,
            symbol=symbol.symbol,
            name=symbol.name,
            asset_class=symbol.asset_class,
            exchange=symbol.exchange,
            currency=symbol.currency,
            country=symbol.country,
            timezone=symbol.timezone,
            calendar=symbol.calendar,
            instrument_id=instrument_id,
        )


class SearchProblem(ReadModel):
    """Why a provider's answer to a search is not there, or old."""

    provider: str
    code: str
    detail: str


class SymbolList(ReadModel):
    """Results of a search, the best first; and what could not be asked."""

    items: list[SymbolRead]
    problems: list[SearchProblem]


class InstrumentFromProvider(StrictModel):
    """What to add. `intervals`: 1day and, where there is such, 1min, unless said otherwise. `history`: from
    when on bars are fetched, by interval; else 20 years of days and 30 days of what is within the day.
    """

    provider: ProviderName
    code: Code
    mic_code: Annotated[CleanStr, Field(max_length=16)] | None = None
    symbol: Annotated[CleanStr, Field(max_length=64)] | None = Field(
        None, description="What it is called here; else as the provider calls it."
    )
    intervals: Annotated[list[Interval], Field(min_length=1, max_length=MAX_INTERVALS)] | None = None
    history: dict[Interval, Moment] = Field(default_factory=dict)
    scope: Scope = Scope.PRIVATE


class BackfillCreate(StrictModel):
    """A stretch to fetch: `start` inclusive, `end` exclusive (now, when left out). `again`: ask also for what
    is stored.
    """

    interval: Interval
    start: Moment
    end: Moment | None = None
    again: bool = False


class BackfillFailure(ReadModel):
    """Why a back-fill failed."""

    code: str
    detail: str


class BackfillRead(ReadModel):
    """A stretch of bars on its way in, newest first. While it waits, `wait_reason` and `waits_until` say for
    what and until when.
    """

    id: UUID
    instrument_id: UUID
    symbol: str
    provider: str
    interval: Interval
    start: dt.datetime
    end: dt.datetime
    done_from: dt.datetime
    again: bool
    status: BackfillStatus
    progress: float
    priority: int
    pages: int
    inserted: int
    updated: int
    unchanged: int
    credits: int
    waits_until: dt.datetime | None
    wait_reason: str | None
    error: BackfillFailure | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, backfill: Backfill) -> Self:
        """The answer about a back-fill."""
        failure = backfill.failure
        return cls(
            id=backfill.id,
            instrument_id=backfill.instrument_id,
            symbol=backfill.symbol,
            provider=backfill.provider,
            interval=backfill.interval,
            start=to_moment(backfill.start),
            end=to_moment(backfill.end),
            done_from=to_moment(backfill.frontier),
            again=backfill.again,
            status=backfill.status,
            progress=round(backfill.progress, 4),
            priority=backfill.priority,
            pages=backfill.pages,
            inserted=backfill.inserted,
            updated=backfill.updated,
            unchanged=backfill.unchanged,
            credits=backfill.credits,
            waits_until=backfill.waits_until,
            wait_reason=backfill.wait_reason,
            error=None if failure is None else BackfillFailure(code=failure.code, detail=failure.detail),
            created_at=backfill.created_at,
            started_at=backfill.started_at,
            finished_at=backfill.finished_at,
        )


class AddedInstrument(ReadModel):
    """An instrument that was added, and its history on its way in."""

    instrument: InstrumentRead
    provider: ProviderBadge
    backfills: list[BackfillRead]


class HoleRead(ReadModel):
    """A stretch in which bars lack."""

    start: dt.datetime
    end: dt.datetime
    missing: int


class SeriesCoverage(ReadModel):
    """What is stored of an instrument in one interval. `expected`, `missing` and `holes` are measured against
    the market's calendar (`is_measured` false: not yet for these bars; null: it has none).
    """

    interval: Interval
    bar_count: int
    first_bar_at: dt.datetime | None
    last_bar_at: dt.datetime | None
    expected: int | None
    missing: int | None
    holes: list[HoleRead]
    is_measured: bool
    freshness: Freshness | None
    age_seconds: float | None
    refreshed_at: dt.datetime | None
    next_refresh_at: dt.datetime | None
    problem: str | None
    backfill: BackfillRead | None


class InstrumentCoverage(ReadModel):
    """An instrument with all that is stored of it, where it comes from, and how fresh it is.

    `splits_problem`: why its provider's splits could not be fetched, and what to do about it.
    """

    id: UUID
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


class CataloguePage(ReadModel):
    """A page of the catalogue, in the order of symbols."""

    items: list[InstrumentCoverage]
    next_cursor: str | None


class RefreshAccepted(ReadModel):
    """The newest bars are asked for; those on their way are in `backfills`."""

    instrument_id: UUID
    status: str = "queued"


def to_moment(seconds: int) -> dt.datetime:
    """An instant of unix seconds."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
