"""The credit meter: one for the whole installation, durable before a request goes out.

A reservation commits by itself. Until its request is reported over it counts as under way, and for a minute
after its end it still counts: so no stretch of 60 s of the provider's own clock can hold more than the plan.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.feeds import credit_repository
from app.feeds.domain import MINUTE, CreditsLeft, CreditWait, decide_spending, next_utc_day
from app.market.provider_facts import (
    ProviderBusy,
    ProviderDescription,
    ProviderPlanLacks,
    ProviderQuotaExhausted,
)

_KEEP_SPENDS = timedelta(minutes=10)
_FEW_SECONDS = 5.0


async def reserve_credits(database: Database, description: ProviderDescription, credits: int) -> UUID | None:
    """Spend credits of a provider before it is asked, in a transaction of its own. Returns what to report the
    request's end with (`end_request`); None where nothing is counted.

    Raises ProviderBusy until the minute has room, ProviderQuotaExhausted until the next UTC day,
    ProviderPlanLacks for more credits than the plan ever allows at once.
    """
    quota, name = description.quota, description.name
    if quota.credits_per_minute is None and quota.credits_per_day is None:
        return None
    if credits <= 0:
        return None
    async with database.session() as session:
        meter = await credit_repository.lock_meter(session, name)
        now, today = meter.now, meter.now.astimezone(UTC).date()
        if meter.blocked_until is not None and meter.blocked_until > now:
            _refuse(description, CreditWait(meter.blocked_until, meter.blocked_for_today))
        spent = meter.spent_today if meter.day == today else 0
        recent = await credit_repository.list_recent_spends(session, name, now)
        try:
            wait = decide_spending(now, credits, quota, recent, spent)
        except ValueError as error:
            raise ProviderPlanLacks(
                f"This costs {credits} credits at once: more than the plan of {description.title} allows."
            ) from error
        if wait is not None:
            _refuse(description, wait)
        spend_id = await credit_repository.add_spend(session, name, credits, now)
        await credit_repository.set_spent_today(session, name, today, spent + credits)
    return spend_id


def _refuse(description: ProviderDescription, wait: CreditWait) -> None:
    if wait.for_today:
        raise ProviderQuotaExhausted(
            f"The day's credits of {description.title} are spent. They come back at 00:00 UTC.", wait.retry_at
        )
    raise ProviderBusy(f"The minute's credits of {description.title} are spent.", wait.retry_at)


async def end_request(session: AsyncSession, spend_id: UUID | None) -> None:
    """Say that a request is over: its credits leave the minute 60 s from now."""
    if spend_id is not None:
        await credit_repository.end_spend(session, spend_id)


@asynccontextmanager
async def spend_credits(
    database: Database, description: ProviderDescription, credits: int
) -> AsyncIterator[None]:
    """Reserve credits around one request. What the provider says of its quota is remembered for all.

    Raises what `reserve_credits` raises.
    """
    spend_id = await reserve_credits(database, description, credits)
    try:
        yield
    except ProviderBusy as error:
        await note_refusal(database, description, error)
        raise
    finally:
        if spend_id is not None:
            async with database.session() as session:
                await end_request(session, spend_id)


async def note_refusal(database: Database, description: ProviderDescription, error: ProviderBusy) -> None:
    """The provider says that it is enough: nobody asks before it says so."""
    quota = description.quota
    if quota.credits_per_minute is None and quota.credits_per_day is None:
        return
    async with database.session() as session:
        meter = await credit_repository.lock_meter(session, description.name)
        for_today = isinstance(error, ProviderQuotaExhausted)
        # A provider that names no time, or one long past, is left alone for a moment all the same.
        until = max(error.retry_at, meter.now + timedelta(seconds=_FEW_SECONDS))
        until = min(until, next_utc_day(meter.now))
        await credit_repository.block(
            session, description.name, until, for_today=for_today, reason=error.detail
        )


async def note_credits_left(database: Database, description: ProviderDescription, left: int) -> None:
    """The provider says how many credits the minute has left. Fewer than we count: somebody else spends from
    the same key, and for a minute we spend as many fewer. More means nothing: its minute is another one.
    """
    per_minute = description.quota.credits_per_minute
    if per_minute is None:
        return
    async with database.session() as session:
        meter = await credit_repository.lock_meter(session, description.name)
        recent = await credit_repository.list_recent_spends(session, description.name, meter.now)
        counted = sum(one.credits for one in recent if one.counts_until() > meter.now)
        foreign = per_minute - max(0, left) - counted
        if foreign > 0:
            await credit_repository.add_spend(session, description.name, foreign, meter.now, meter.now)


async def read_credits_left(
    session: AsyncSession, descriptions: Collection[ProviderDescription]
) -> Mapping[str, CreditsLeft]:
    """What is left of each provider's quota, in two statements however many there are."""
    meters, spends = await credit_repository.read_meters(session, [one.name for one in descriptions])
    left: dict[str, CreditsLeft] = {}
    for one in descriptions:
        quota, meter = one.quota, meters.get(one.name)
        spent = minute = 0
        is_blocked = for_today = False
        if meter is not None:
            spent = meter.spent_today if meter.day == meter.now.astimezone(UTC).date() else 0
            minute = sum(spend.credits for spend in spends[one.name] if spend.counts_until() > meter.now)
            is_blocked = meter.blocked_until is not None and meter.blocked_until > meter.now
            for_today = is_blocked and meter.blocked_for_today
        left[one.name] = CreditsLeft(
            _left(quota.credits_per_minute, minute, is_blocked),
            _left(quota.credits_per_day, spent, for_today),
            spent,
        )
    return left


def _left(limit: int | None, spent: int, is_blocked: bool) -> int | None:
    if limit is None:
        return None
    return 0 if is_blocked else max(0, limit - spent)


async def forget_old_spends(session: AsyncSession, now: datetime) -> None:
    """Remove spends that no minute holds any more."""
    await credit_repository.delete_old_spends(session, now - _KEEP_SPENDS - MINUTE)
