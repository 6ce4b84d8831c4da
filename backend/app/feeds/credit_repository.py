"""Queries on the credit meter. Its times are the database's: one clock for every process and machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.feeds.domain import LONGEST_REQUEST, MINUTE, Spend
from app.feeds.tables import CreditMeterRow, CreditSpendRow


@dataclass(frozen=True, slots=True)
class Meter:
    """A provider's meter, as it stands."""

    now: datetime
    day: date
    spent_today: int
    blocked_until: datetime | None
    blocked_for_today: bool
    blocked_reason: str | None


_NOW = func.clock_timestamp()


async def lock_meter(session: AsyncSession, provider: str) -> Meter:
    """A provider's meter, which nobody else reads for a reservation until the transaction ends."""
    today = func.date(func.timezone("UTC", _NOW))
    statement = insert(CreditMeterRow).values(provider=provider, day=today)
    locked = statement.on_conflict_do_update(
        index_elements=[CreditMeterRow.provider], set_={"provider": statement.excluded.provider}
    ).returning(
        CreditMeterRow.day,
        CreditMeterRow.spent_today,
        CreditMeterRow.blocked_until,
        CreditMeterRow.blocked_for_today,
        CreditMeterRow.blocked_reason,
    )
    row = (await session.execute(locked)).one()
    # Asked for only now: waiting for the lock took its time.
    now: datetime = (await session.execute(select(_NOW))).scalar_one()
    return Meter(now, row.day, row.spent_today, row.blocked_until, row.blocked_for_today, row.blocked_reason)


async def list_recent_spends(session: AsyncSession, provider: str, now: datetime) -> list[Spend]:
    """What may count within the minute before `now`."""
    open_since, ended_since = now - LONGEST_REQUEST - MINUTE, now - MINUTE
    query = select(CreditSpendRow.credits, CreditSpendRow.sent_at, CreditSpendRow.ended_at).where(
        CreditSpendRow.provider == provider,
        or_(
            CreditSpendRow.ended_at > ended_since,
            CreditSpendRow.ended_at.is_(None) & (CreditSpendRow.sent_at > open_since),
        ),
    )
    return [Spend(*row) for row in await session.execute(query)]


async def add_spend(
    session: AsyncSession, provider: str, credits: int, sent_at: datetime, ended_at: datetime | None = None
) -> UUID:
    """Write down a spend; its id."""
    statement = insert(CreditSpendRow).values(
        provider=provider, credits=credits, sent_at=sent_at, ended_at=ended_at
    )
    spend_id: UUID = (await session.execute(statement.returning(CreditSpendRow.id))).scalar_one()
    return spend_id


async def end_spend(session: AsyncSession, spend_id: UUID) -> None:
    """Say that the request of a spend is over."""
    ended = update(CreditSpendRow).where(CreditSpendRow.id == spend_id, CreditSpendRow.ended_at.is_(None))
    await session.execute(ended.values(ended_at=_NOW))


async def set_spent_today(session: AsyncSession, provider: str, day: date, spent: int) -> None:
    """What was spent on `day` so far."""
    statement = update(CreditMeterRow).where(CreditMeterRow.provider == provider)
    await session.execute(statement.values(day=day, spent_today=spent))


async def block(
    session: AsyncSession, provider: str, until: datetime, *, for_today: bool, reason: str
) -> None:
    """Let nothing be asked of a provider before `until`; never sooner than was said before."""
    later = CreditMeterRow.blocked_until.is_(None) | (CreditMeterRow.blocked_until < until)
    statement = update(CreditMeterRow).where(CreditMeterRow.provider == provider, later)
    await session.execute(
        statement.values(blocked_until=until, blocked_for_today=for_today, blocked_reason=reason[:500])
    )


async def delete_old_spends(session: AsyncSession, before: datetime) -> None:
    """Remove spends that no minute holds any more."""
    await session.execute(delete(CreditSpendRow).where(CreditSpendRow.sent_at < before))


async def read_meters(
    session: AsyncSession, providers: Collection[str]
) -> tuple[Mapping[str, Meter], Mapping[str, list[Spend]]]:
    """Meters and recent spends of providers without holding anybody up, in two statements."""
    query = select(CreditMeterRow, _NOW.label("now")).where(CreditMeterRow.provider.in_(providers))
    meters = {
        row.provider: Meter(
            now, row.day, row.spent_today, row.blocked_until, row.blocked_for_today, row.blocked_reason
        )
        for row, now in await session.execute(query)
    }
    spends: dict[str, list[Spend]] = {name: [] for name in providers}
    recent = select(CreditSpendRow).where(
        CreditSpendRow.provider.in_(providers), CreditSpendRow.sent_at > _NOW - LONGEST_REQUEST - 2 * MINUTE
    )
    for row in await session.scalars(recent):
        spends[row.provider].append(Spend(row.credits, row.sent_at, row.ended_at))
    return meters, spends
