"""Rows that workers work on under a lease: their columns, and every query on those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Double,
    SQLColumnExpression,
    String,
    Text,
    and_,
    false,
    func,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import uuid_pk
from app.core.jobs import DEFAULT_PRIORITY
from app.core.leases import (
    MAXIMUM_ATTEMPTS,
    WORKER_LOST,
    Claim,
    Renewal,
    TooMuchUnfinished,
    WorkStatus,
)
from app.core.owner_locks import hold_owner

RETRY_AFTER_SECONDS = 10


class LeasedWork:
    """The columns of a row that is a piece of work.

    `attempt` fences: an outcome is written only under the attempt that claimed the row last. `lease_until` is
    when a worker that does not renew it counts as gone; it is there exactly while the row is running.
    """

    id: Mapped[UUID] = uuid_pk()
    status: Mapped[str] = mapped_column(String(16), server_default=WorkStatus.QUEUED.value)
    progress: Mapped[float] = mapped_column(Double, server_default=text("0"))
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


RowT = TypeVar("RowT", bound=LeasedWork)


@dataclass(frozen=True, slots=True, eq=False)
class WorkKind(Generic[RowT]):
    """One kind of work.

    `name` stands in the log and, with `_id` behind it, is what a job of `task` is told. `stop` is true for a
    row whose attempt shall end early. `maximum_attempts`: how many workers it may take down before it is
    given up. `priority`, `lock`: of its jobs, see `app.core.jobs.defer_job`.
    """

    row: type[RowT]
    name: str
    task: str
    lease_seconds: float
    stop: SQLColumnExpression[bool] = field(default_factory=false)
    maximum_attempts: int = MAXIMUM_ATTEMPTS
    priority: int = DEFAULT_PRIORITY
    lock: str | None = None

    def identify(self, work_id: UUID) -> dict[str, str]:
        """The work's id under its name: a job's arguments, a log line's field."""
        return {f"{self.name}_id": str(work_id)}

    def lease_end(self) -> ColumnElement[datetime]:
        """When a lease that is taken or renewed now runs out, by the database's clock."""
        return func.now() + timedelta(seconds=self.lease_seconds)

    def is_held(self, claim: Claim) -> ColumnElement[bool]:
        """True for the row while the claim's attempt is the one that may write."""
        return and_(
            self.row.id == claim.id,
            self.row.attempt == claim.attempt,
            self.row.status == WorkStatus.RUNNING.value,
        )

    def is_lost(self) -> ColumnElement[bool]:
        """True for rows whose worker is gone."""
        return and_(self.row.status == WorkStatus.RUNNING.value, self.row.lease_until < func.now())

    def may_begin_anew(self) -> ColumnElement[bool]:
        """True for rows that have attempts left."""
        return self.row.attempt < self.maximum_attempts


async def refuse_more_work(
    session: AsyncSession,
    kind: WorkKind[RowT],
    owner: SQLColumnExpression[UUID] | SQLColumnExpression[UUID | None],
    owner_id: UUID | None,
    limit: int,
) -> None:
    """Raise TooMuchUnfinished when `limit` rows of somebody (the column `owner` tells whose they are) wait or
    run already. Until the transaction ends his other requests wait here: they are counted one by one.
    """
    await hold_owner(session, kind.name, owner_id)
    unfinished = kind.row.status.in_([WorkStatus.QUEUED.value, WorkStatus.RUNNING.value])
    count = (await session.execute(select(func.count()).where(owner == owner_id, unfinished))).scalar_one()
    if count >= limit:
        raise TooMuchUnfinished(
            f"{count} of yours are waiting or under way. Wait for some of them, or cancel them.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


_BACK_IN_THE_QUEUE = {"status": WorkStatus.QUEUED.value, "lease_until": None, "progress": 0.0}


async def claim_row(session: AsyncSession, kind: WorkKind[RowT], work_id: UUID) -> RowT | None:
    """Take a queued row, or one whose worker's lease ran out, under a new attempt.

    None when it is not to be had.
    """
    row = kind.row
    free = (row.status == WorkStatus.QUEUED.value) | (kind.is_lost() & kind.may_begin_anew())
    taken = (
        update(row)
        .where(row.id == work_id, free)
        .values(
            status=WorkStatus.RUNNING.value,
            attempt=row.attempt + 1,
            lease_until=kind.lease_end(),
            started_at=func.coalesce(row.started_at, func.now()),
            progress=0.0,
        )
        .returning(row)
    )
    return (await session.scalars(taken)).one_or_none()


async def renew_lease(
    session: AsyncSession, kind: WorkKind[RowT], claim: Claim, progress: float
) -> Renewal | None:
    """Say that the attempt lives, and how far it is. None when the row is not this attempt's any more."""
    renewed = (
        update(kind.row)
        .where(kind.is_held(claim))
        .values(lease_until=kind.lease_end(), progress=progress)
        .returning(kind.stop)
    )
    stop = (await session.scalars(renewed)).one_or_none()
    if stop is None:
        return None
    return Renewal.STOP if stop else Renewal.GO_ON


async def finish_row(
    session: AsyncSession, kind: WorkKind[RowT], claim: Claim, status: WorkStatus, values: Mapping[str, Any]
) -> bool:
    """Write how an attempt ended, with the kind's own columns. False for a late one: nothing is written."""
    ended = {"status": status.value, "lease_until": None, "finished_at": func.now(), **values}
    if status is WorkStatus.SUCCEEDED:
        ended["progress"] = 1.0
    return await _change_held(session, kind, claim, ended)


async def hand_back(session: AsyncSession, kind: WorkKind[RowT], claim: Claim) -> bool:
    """Put a row back in the queue because its worker stops. False for a late attempt."""
    return await _change_held(session, kind, claim, _BACK_IN_THE_QUEUE)


async def _change_held(
    session: AsyncSession, kind: WorkKind[RowT], claim: Claim, values: Mapping[str, Any]
) -> bool:
    change = update(kind.row).where(kind.is_held(claim)).values(values).returning(kind.row.id)
    return (await session.scalars(change)).one_or_none() is not None


async def requeue_lost(session: AsyncSession, kind: WorkKind[RowT]) -> Sequence[UUID]:
    """Put rows whose worker is gone back in the queue, those with attempts left; their ids.

    Call `end_lost` before.
    """
    return await _change_lost(session, kind, kind.may_begin_anew(), _BACK_IN_THE_QUEUE)


async def end_lost(session: AsyncSession, kind: WorkKind[RowT], detail: str) -> Sequence[UUID]:
    """End lost rows that shall not begin anew; their ids.

    Cancelled are those that were to stop, failed for the reason `detail` those without attempts left.
    """
    cancelled = {"status": WorkStatus.CANCELLED.value, "lease_until": None, "finished_at": func.now()}
    failed = {
        **cancelled,
        "status": WorkStatus.FAILED.value,
        "error_code": WORKER_LOST,
        "error_detail": detail,
    }
    return [
        *await _change_lost(session, kind, kind.stop, cancelled),
        *await _change_lost(session, kind, ~kind.may_begin_anew(), failed),
    ]


async def _change_lost(
    session: AsyncSession, kind: WorkKind[RowT], which: SQLColumnExpression[bool], values: Mapping[str, Any]
) -> Sequence[UUID]:
    change = update(kind.row).where(kind.is_lost(), which).values(values).returning(kind.row.id)
    return (await session.scalars(change)).all()
