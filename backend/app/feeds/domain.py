"""Links to providers, back-fills and credits as plain facts, with the room's rules and errors. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.core.errors import Conflict, Forbidden, NotFound, ServiceUnavailable, Unprocessable
from app.engine.intervals import Interval
from app.market.provider_facts import ProviderSymbol, Quota

# Notified with a provider's name when there may be something new to fetch from it.
WORK_TOPIC = "feeds"
MINUTE = timedelta(seconds=60)
# A request that nobody reported the end of (its process died) may have arrived as late as this.
LONGEST_REQUEST = timedelta(seconds=40)

# Of two open pieces of work the one of the higher priority goes first.
PRIORITY_LOOKED_AT = 100
PRIORITY_HISTORY = 50


class BackfillStatus(StrEnum):
    """Where a back-fill stands. `waiting`: for the provider, until `waits_until`, for the reason given."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True when nothing more will happen to it."""
        return self in FINAL_STATUSES


FINAL_STATUSES = frozenset({BackfillStatus.SUCCEEDED, BackfillStatus.FAILED, BackfillStatus.CANCELLED})
OPEN_STATUSES = frozenset(BackfillStatus) - FINAL_STATUSES


class BackfillNotFound(NotFound):
    """No back-fill of this id that who asks may see."""

    code, title = "backfill_not_found", "Back-fill not found"


class BackfillFinished(Conflict):
    """The back-fill is over: there is nothing to cancel."""

    code, title = "backfill_finished", "The back-fill is already over"


class ProviderNotConfigured(Unprocessable):
    """A provider that this installation does not have."""

    code, title = "provider_not_configured", "This provider is not set up here"
    field = "provider"


class ProviderNotShared(Forbidden):
    """The key is the admins' own, and nobody stated the right to share what it brings."""

    code, title = "provider_not_shared", "What this provider's key brings is for admins alone"


class SymbolNotKnown(NotFound):
    """The provider has no such symbol."""

    code, title = "provider_symbol_unknown", "The provider has no such symbol"


class SymbolTaken(Conflict):
    """One has an instrument of this symbol already, and it comes from elsewhere."""

    code, title = "symbol_taken", "There is an instrument of this symbol already"


class NotLinked(Conflict):
    """The instrument comes from no provider: there is nowhere to ask."""

    code, title = "instrument_not_linked", "This instrument comes from no provider"


class IntervalNotOffered(Unprocessable):
    """The provider has no bars of this interval."""

    code, title = "interval_not_offered", "The provider has no bars of this interval"
    field = "intervals"


class ProviderAway(ServiceUnavailable):
    """The provider does not answer, or has no credit left for it."""

    code, title = "provider_unavailable", "The provider does not answer for the moment"


@dataclass(frozen=True, slots=True)
class ProviderLink:
    """Which provider feeds an instrument. `owner_id`: the instrument's; `added_by`: who linked it;
    `splits_problem`: why the last attempt at its splits failed.
    """

    instrument_id: UUID
    provider: str
    symbol: ProviderSymbol
    owner_id: UUID | None
    added_by: UUID | None
    splits_problem: str | None = None


@dataclass(frozen=True, slots=True)
class Spend:
    """Credits that a request took, or may have taken, between two instants (its sending and its end)."""

    credits: int
    sent_at: datetime
    ended_at: datetime | None = None

    def counts_until(self) -> datetime:
        """From when on no window of a minute that ends now can hold it, whenever the provider counted it."""
        return (self.ended_at or self.sent_at + LONGEST_REQUEST) + MINUTE


@dataclass(frozen=True, slots=True)
class CreditWait:
    """Why credits are not to be had now, and when to ask again. `for_today`: not before the next UTC day."""

    retry_at: datetime
    for_today: bool = False


def decide_spending(
    now: datetime, credits: int, quota: Quota, recent: Sequence[Spend], spent_today: int
) -> CreditWait | None:
    """None when `credits` may be spent at `now`, else until when to wait.

    `recent`: every spend that may lie within the minute before `now`. No stretch of 60 s holds more than the
    quota, wherever the provider's own minutes begin. Raises ValueError for more than a minute, or a day, can
    ever hold.
    """
    per_minute, per_day = quota.credits_per_minute, quota.credits_per_day
    if (per_minute is not None and credits > per_minute) or (per_day is not None and credits > per_day):
        raise ValueError(f"{credits} credits are more than the plan ever allows at once")
    if per_day is not None and spent_today + credits > per_day:
        return CreditWait(next_utc_day(now), for_today=True)
    if per_minute is None:
        return None
    counting = sorted((one for one in recent if one.counts_until() > now), key=Spend.counts_until)
    excess = sum(one.credits for one in counting) + credits - per_minute
    for one in counting:
        if excess <= 0:
            break
        excess -= one.credits
        if excess <= 0:
            return CreditWait(one.counts_until())
    return None


def next_utc_day(now: datetime) -> datetime:
    """The next midnight, UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CreditsLeft:
    """What is left of a provider's quota. None: no such limit."""

    this_minute: int | None
    today: int | None
    spent_today: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a back-fill failed: a stable code and a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Backfill:
    """A stretch of an instrument's bars on its way in.

    The range is start ≤ time < end (unix s, as `Bars.time`); of it everything from `frontier` on is done.
    `again`: what is stored is asked for once more.
    """

    id: UUID
    instrument_id: UUID
    symbol: str
    owner_id: UUID | None
    provider: str
    interval: Interval
    start: int
    end: int
    frontier: int
    again: bool
    status: BackfillStatus
    priority: int
    pages: int
    inserted: int
    updated: int
    unchanged: int
    credits: int
    attempts: int
    waits_until: datetime | None
    wait_reason: str | None
    failure: Failure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    # (start, end, times asked, not before): answered as empty against the calendar, to be asked once more.
    doubts: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def progress(self) -> float:
        """The part of the range that is done, 0 to 1."""
        if self.status is BackfillStatus.SUCCEEDED:
            return 1.0
        return max(0.0, min(1.0, (self.end - self.frontier) / max(1, self.end - self.start)))
