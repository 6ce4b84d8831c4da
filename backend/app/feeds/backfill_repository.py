"""Queries on back-fills and on what was asked. What a person lists is scoped to him."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.intervals import Interval
from app.feeds.domain import (
    FINAL_STATUSES,
    OPEN_STATUSES,
    PRIORITY_LOOKED_AT,
    Backfill,
    BackfillStatus,
    Failure,
)
from app.feeds.planning import Range, merge_ranges
from app.feeds.tables import AskedRangeRow, BackfillRow, FedSeriesRow, ProviderLinkRow

_OPEN = [status.value for status in OPEN_STATUSES]
_FINAL = [status.value for status in FINAL_STATUSES]
_LABELLED = [Interval.DAY_1.value, Interval.WEEK_1.value, Interval.MONTH_1.value]
# By name: rooms do not import one another's tables.
_SYMBOL = text("(SELECT symbol FROM instruments WHERE id = backfills.instrument_id) AS symbol")
# [start, end, times asked, not before]
Doubt = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What one answer did to a back-fill."""

    frontier: int
    doubts: Sequence[Doubt]
    inserted: int
    updated: int
    unchanged: int
    credits: int


def _select() -> Select[Any, Any]:
    return select(BackfillRow, _SYMBOL)


def _read(row: BackfillRow, symbol: str) -> Backfill:
    failure = None
    if row.error_code is not None:
        failure = Failure(row.error_code, row.error_detail or "")
    return Backfill(
        id=row.id,
        instrument_id=row.instrument_id,
        symbol=symbol,
        owner_id=row.owner_id,
        provider=row.provider,
        interval=Interval(row.interval),
        start=row.start_time,
        end=row.end_time,
        frontier=row.frontier,
        again=row.again,
        status=BackfillStatus(row.status),
        priority=row.priority,
        pages=row.pages,
        inserted=row.inserted,
        updated=row.updated,
        unchanged=row.unchanged,
        credits=row.credits,
        attempts=row.attempts,
        waits_until=row.waits_until,
        wait_reason=row.wait_reason,
        failure=failure,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        doubts=tuple((one[0], one[1], one[2], one[3]) for one in row.doubts),
    )


async def _list(session: AsyncSession, query: Select[Any, Any]) -> list[Backfill]:
    query = query.execution_options(populate_existing=True)
    return [_read(row, symbol) for row, symbol in await session.execute(query)]


def _of_owner(owner_id: UUID | None, *, is_admin: bool) -> ColumnElement[bool]:
    own = BackfillRow.owner_id == owner_id
    return or_(own, BackfillRow.owner_id.is_(None)) if is_admin else own


async def add_backfill(session: AsyncSession, **values: Any) -> UUID:
    """A new back-fill; its id."""
    statement = insert(BackfillRow).values(**values).returning(BackfillRow.id)
    made: UUID = (await session.execute(statement)).scalar_one()
    return made


async def get_by_ids(session: AsyncSession, ids: Collection[UUID]) -> list[Backfill]:
    """Back-fills whoever they belong to, in the order of their making."""
    if not ids:
        return []
    return await _list(session, _select().where(BackfillRow.id.in_(ids)).order_by(BackfillRow.id))


async def list_backfills(
    session: AsyncSession,
    owner_id: UUID | None,
    *,
    is_admin: bool,
    is_open: bool | None,
    instrument_id: UUID | None,
    limit: int,
    before: UUID | None,
) -> list[Backfill]:
    """One's back-fills (an admin's: the installation's too), newest first."""
    query = _select().where(_of_owner(owner_id, is_admin=is_admin))
    if is_open is not None:
        query = query.where(BackfillRow.status.in_(_OPEN if is_open else _FINAL))
    if instrument_id is not None:
        query = query.where(BackfillRow.instrument_id == instrument_id)
    if before is not None:
        query = query.where(BackfillRow.id < before)
    return await _list(session, query.order_by(BackfillRow.id.desc()).limit(limit))


async def find_backfill(
    session: AsyncSession, backfill_id: UUID, owner_id: UUID | None, *, is_admin: bool, lock: bool = False
) -> Backfill | None:
    """A back-fill that who asks may see."""
    query = _select().where(BackfillRow.id == backfill_id, _of_owner(owner_id, is_admin=is_admin))
    if lock:
        query = query.with_for_update(of=BackfillRow)
    found = await _list(session, query)
    return found[0] if found else None


async def list_open_of(session: AsyncSession, instrument_ids: Collection[UUID]) -> list[Backfill]:
    """What is on its way into instruments."""
    if not instrument_ids:
        return []
    query = _select().where(BackfillRow.instrument_id.in_(instrument_ids), BackfillRow.status.in_(_OPEN))
    return await _list(session, query.order_by(BackfillRow.id))


async def hurry(session: AsyncSession, instrument_id: UUID) -> None:
    """Let the open back-fills of an instrument go first: somebody looks at it."""
    slower = BackfillRow.priority < PRIORITY_LOOKED_AT
    statement = update(BackfillRow).where(
        BackfillRow.instrument_id == instrument_id, BackfillRow.status.in_(_OPEN), slower
    )
    await session.execute(statement.values(priority=PRIORITY_LOOKED_AT))


async def find_next(session: AsyncSession, provider: str, now: datetime) -> Backfill | None:
    """The back-fill whose page is fetched next: what somebody looks at, then days before minutes, then the
    newest page.
    """
    query = (
        _select()
        .where(
            BackfillRow.provider == provider,
            BackfillRow.status.in_(_OPEN),
            or_(BackfillRow.waits_until.is_(None), BackfillRow.waits_until <= now),
        )
        .order_by(
            BackfillRow.priority.desc(),
            case((BackfillRow.interval.in_(_LABELLED), 0), else_=1),
            BackfillRow.frontier.desc(),
            BackfillRow.id,
        )
        .limit(1)
    )
    found = await _list(session, query)
    return found[0] if found else None


async def find_next_wait(session: AsyncSession, provider: str) -> datetime | None:
    """When the first of the waiting back-fills goes on."""
    query = select(func.min(BackfillRow.waits_until)).where(
        BackfillRow.provider == provider, BackfillRow.status.in_(_OPEN)
    )
    waits: datetime | None = await session.scalar(query)
    return waits


async def lock_open(session: AsyncSession, backfill_id: UUID) -> Backfill | None:
    """A back-fill that is still open, locked until the transaction ends."""
    query = _select().where(BackfillRow.id == backfill_id, BackfillRow.status.in_(_OPEN))
    found = await _list(session, query.with_for_update(of=BackfillRow))
    return found[0] if found else None


async def add_page(session: AsyncSession, backfill: Backfill, page: FetchedPage, now: datetime) -> None:
    """Write down what an answer brought."""
    await _update(
        session,
        backfill.id,
        frontier=page.frontier,
        doubts=[list(one) for one in page.doubts],
        inserted=BackfillRow.inserted + page.inserted,
        updated=BackfillRow.updated + page.updated,
        unchanged=BackfillRow.unchanged + page.unchanged,
        credits=BackfillRow.credits + page.credits,
        pages=BackfillRow.pages + 1,
        attempts=0,
        waits_until=None,
        wait_reason=None,
        status=BackfillStatus.RUNNING.value,
        started_at=func.coalesce(BackfillRow.started_at, now),
    )


async def finish(
    session: AsyncSession,
    backfill_id: UUID,
    status: BackfillStatus,
    now: datetime,
    failure: Failure | None = None,
) -> None:
    """End a back-fill that is open."""
    values: dict[str, Any] = {
        "status": status.value,
        "finished_at": now,
        "waits_until": None,
        "wait_reason": None,
        "doubts": [],
    }
    if status is BackfillStatus.SUCCEEDED:
        values["frontier"] = BackfillRow.start_time
    if failure is not None:
        values |= {"error_code": failure.code, "error_detail": failure.detail[:500]}
    await _update(session, backfill_id, **values)


async def let_wait(
    session: AsyncSession, backfill_id: UUID, until: datetime, reason: str, *, attempts: int, credits: int = 0
) -> None:
    """Let one back-fill wait; `credits` were spent in vain."""
    await _update(
        session,
        backfill_id,
        status=BackfillStatus.WAITING.value,
        waits_until=until,
        wait_reason=reason[:500],
        attempts=attempts,
        credits=BackfillRow.credits + credits,
    )


async def let_all_wait(session: AsyncSession, provider: str, until: datetime, reason: str) -> Sequence[UUID]:
    """Let every open back-fill of a provider wait at least so long; which of them were told so."""
    statement = (
        update(BackfillRow)
        .where(
            BackfillRow.provider == provider,
            BackfillRow.status.in_(_OPEN),
            or_(BackfillRow.waits_until.is_(None), BackfillRow.waits_until < until),
        )
        .values(status=BackfillStatus.WAITING.value, waits_until=until, wait_reason=reason[:500])
        .returning(BackfillRow.id)
    )
    return list(await session.scalars(statement))


async def _update(session: AsyncSession, backfill_id: UUID, **values: Any) -> None:
    statement = update(BackfillRow).where(BackfillRow.id == backfill_id, BackfillRow.status.in_(_OPEN))
    await session.execute(statement.values(**values), execution_options={"synchronize_session": False})


async def list_asked(session: AsyncSession, instrument_id: UUID, interval: Interval) -> list[Range]:
    """What was answered of a series, ascending."""
    query = (
        select(AskedRangeRow.start_time, AskedRangeRow.end_time)
        .where(AskedRangeRow.instrument_id == instrument_id, AskedRangeRow.interval == interval.value)
        .order_by(AskedRangeRow.start_time)
    )
    return [(start, end) for start, end in await session.execute(query)]


async def add_asked(
    session: AsyncSession, instrument_id: UUID, interval: Interval, answered: Sequence[Range]
) -> None:
    """Write down what was answered, joined with what it touches. Under the instrument's lock."""
    for start, end in merge_ranges(answered):
        touching = (
            delete(AskedRangeRow)
            .where(
                AskedRangeRow.instrument_id == instrument_id,
                AskedRangeRow.interval == interval.value,
                AskedRangeRow.start_time <= end,
                AskedRangeRow.end_time >= start,
            )
            .returning(AskedRangeRow.start_time, AskedRangeRow.end_time)
        )
        touched = list(await session.execute(touching))
        await session.execute(
            insert(AskedRangeRow).values(
                instrument_id=instrument_id,
                interval=interval.value,
                start_time=min([start, *(row[0] for row in touched)]),
                end_time=max([end, *(row[1] for row in touched)]),
            )
        )


@dataclass(frozen=True, slots=True)
class DueSeries:
    """A series whose newest bars are to be asked for."""

    instrument_id: UUID
    interval: Interval
    due_at: datetime
    is_wanted: bool
    attempts: int


async def find_due_series(session: AsyncSession, provider: str, now: datetime) -> DueSeries | None:
    """What is to be refreshed first: what somebody waits for, then what is overdue longest."""
    query = (
        select(FedSeriesRow)
        .join(ProviderLinkRow, ProviderLinkRow.instrument_id == FedSeriesRow.instrument_id)
        .where(ProviderLinkRow.provider == provider, FedSeriesRow.due_at <= now)
        .order_by(FedSeriesRow.wanted_at.is_(None), FedSeriesRow.due_at)
        .limit(1)
    )
    row = await session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return None
    return DueSeries(
        row.instrument_id, Interval(row.interval), row.due_at, row.wanted_at is not None, row.attempts
    )


async def find_next_due(session: AsyncSession, provider: str) -> datetime | None:
    """When the next series is to be refreshed."""
    query = (
        select(func.min(FedSeriesRow.due_at))
        .join(ProviderLinkRow, ProviderLinkRow.instrument_id == FedSeriesRow.instrument_id)
        .where(ProviderLinkRow.provider == provider)
    )
    due: datetime | None = await session.scalar(query)
    return due


async def set_due(
    session: AsyncSession,
    instrument_id: UUID,
    interval: Interval,
    due_at: datetime,
    *,
    refreshed_at: datetime | None = None,
    attempts: int = 0,
    problem: str | None = None,
) -> None:
    """When a series is refreshed next, and how the last time went."""
    values: dict[str, Any] = {"due_at": due_at, "attempts": min(attempts, 30_000), "wanted_at": None}
    values["problem"] = problem and problem[:500]
    if refreshed_at is not None:
        values["refreshed_at"] = refreshed_at
    statement = update(FedSeriesRow).where(
        FedSeriesRow.instrument_id == instrument_id, FedSeriesRow.interval == interval.value
    )
    await session.execute(statement.values(**values), execution_options={"synchronize_session": False})


async def find_due_splits(session: AsyncSession, provider: str, now: datetime) -> UUID | None:
    """The instrument whose splits are to be asked for first."""
    query = (
        select(ProviderLinkRow.instrument_id)
        .where(ProviderLinkRow.provider == provider, ProviderLinkRow.splits_due_at <= now)
        .order_by(ProviderLinkRow.splits_due_at)
        .limit(1)
    )
    found: UUID | None = await session.scalar(query)
    return found


async def set_splits_due(
    session: AsyncSession,
    instrument_id: UUID,
    due_at: datetime,
    *,
    fetched_at: datetime | None,
    problem: str | None,
) -> None:
    """When the splits of an instrument are asked for next, and how the last time went."""
    values: dict[str, Any] = {"splits_due_at": due_at, "splits_problem": problem and problem[:500]}
    if fetched_at is not None:
        values["splits_fetched_at"] = fetched_at
    statement = update(ProviderLinkRow).where(ProviderLinkRow.instrument_id == instrument_id)
    await session.execute(statement.values(**values), execution_options={"synchronize_session": False})


async def group_open(
    session: AsyncSession, instrument_ids: Collection[UUID]
) -> Mapping[tuple[UUID, Interval], Backfill]:
    """The open back-fill of each series, the one that comes first where there are several."""
    found: dict[tuple[UUID, Interval], Backfill] = {}
    for one in await list_open_of(session, instrument_ids):
        found.setdefault((one.instrument_id, one.interval), one)
    return found
