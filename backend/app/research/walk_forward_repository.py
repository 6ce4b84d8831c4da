"""Every query on walk-forwards: scoped to the owner for people, by the attempt for workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import RunFailure, RunOrigin, RunRequest
from app.core.jobs import LOW_PRIORITY
from app.core.leased_rows import WorkKind, finish_row, refuse_more_work
from app.core.leased_work import claim_work
from app.core.leases import Claim, WorkStatus
from app.research.domain import (
    LEASE_SECONDS,
    MAXIMUM_UNFINISHED,
    WALK_FORWARD_TASK,
    ClaimedWalkForward,
    Search,
    WalkForwardRun,
    WalkForwardTerms,
)
from app.research.stored_search import read_failure, read_origin, read_request, read_search, write_asked
from app.research.tables import WalkForwardRow

WALK_FORWARDS = WorkKind(
    WalkForwardRow,
    "walk_forward",
    WALK_FORWARD_TASK,
    LEASE_SECONDS,
    stop=WalkForwardRow.cancel_requested,
    priority=LOW_PRIORITY,
    # One may take an hour, and cannot be cut like a sweep: several at a time would leave no worker for runs.
    lock=WALK_FORWARD_TASK,
)


def _visible_to(user_id: UUID) -> ColumnElement[bool]:
    return WalkForwardRow.owner_id == user_id


async def refuse_more_walk_forwards(session: AsyncSession, owner_id: UUID) -> None:
    """Raise TooMuchUnfinished when the owner has MAXIMUM_UNFINISHED of them in the queue."""
    await refuse_more_work(session, WALK_FORWARDS, WalkForwardRow.owner_id, owner_id, MAXIMUM_UNFINISHED)


async def insert_walk_forward(
    session: AsyncSession,
    owner_id: UUID,
    request: RunRequest,
    search: Search,
    terms: WalkForwardTerms,
    origin: RunOrigin | None,
) -> UUID:
    """Write a queued walk-forward; its id."""
    values = {
        **write_asked(owner_id, request, search, origin),
        "train_bars": terms.train_bars,
        "test_bars": terms.test_bars,
        "anchored": terms.anchored,
    }
    made = insert(WalkForwardRow).values(values).returning(WalkForwardRow.id)
    run_id: UUID = (await session.execute(made)).scalar_one()
    return run_id


async def find_walk_forward(session: AsyncSession, user_id: UUID, run_id: UUID) -> WalkForwardRun | None:
    """A walk-forward with all it found."""
    query = select(WalkForwardRow).where(WalkForwardRow.id == run_id, _visible_to(user_id))
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    return None if row is None else _read_run(row)


async def list_walk_forwards(
    session: AsyncSession, user_id: UUID, limit: int, before: UUID | None
) -> Sequence[WalkForwardRun]:
    """Newest first, those made before `before`."""
    query = select(WalkForwardRow).where(_visible_to(user_id)).order_by(WalkForwardRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(WalkForwardRow.id < before)
    return [_read_run(row) for row in await session.scalars(query)]


async def lock_walk_forward(session: AsyncSession, user_id: UUID, run_id: UUID) -> WorkStatus | None:
    """Hold the row until the transaction ends; its status."""
    query = select(WalkForwardRow.status).where(WalkForwardRow.id == run_id, _visible_to(user_id))
    status = (await session.execute(query.with_for_update())).scalar_one_or_none()
    return None if status is None else WorkStatus(status)


async def cancel_queued(session: AsyncSession, run_id: UUID) -> None:
    """End one that no worker has taken."""
    queued = WalkForwardRow.status == WorkStatus.QUEUED.value
    change = update(WalkForwardRow).where(WalkForwardRow.id == run_id, queued)
    await session.execute(change.values(status=WorkStatus.CANCELLED.value, finished_at=func.now()))


async def request_cancel(session: AsyncSession, run_id: UUID) -> None:
    """Ask the worker that has it to stop."""
    running = WalkForwardRow.status == WorkStatus.RUNNING.value
    change = update(WalkForwardRow).where(WalkForwardRow.id == run_id, running)
    await session.execute(change.values(cancel_requested=True))


async def delete_walk_forward(session: AsyncSession, run_id: UUID) -> None:
    """Remove it. The row must be locked and not running."""
    await session.execute(delete(WalkForwardRow).where(WalkForwardRow.id == run_id))


async def claim_walk_forward(session: AsyncSession, run_id: UUID) -> ClaimedWalkForward | None:
    """Take one under a new attempt; None when it is not to be had."""
    row = await claim_work(session, WALK_FORWARDS, run_id)
    if row is None:
        return None
    return ClaimedWalkForward(
        row.id,
        row.attempt,
        owner_id=row.owner_id,
        cancel_requested=row.cancel_requested,
        request=read_request(row),
        search=read_search(row),
        terms=_read_terms(row),
    )


async def finish_walk_forward(
    session: AsyncSession, claim: Claim, outcome: Mapping[str, Any] | RunFailure | None
) -> bool:
    """Write how an attempt ended: a result, a failure, or None for cancelled. False when it came too late."""
    if outcome is None:
        return await finish_row(session, WALK_FORWARDS, claim, WorkStatus.CANCELLED, {})
    if isinstance(outcome, RunFailure):
        values = {"error_code": outcome.code, "error_detail": outcome.detail}
        return await finish_row(session, WALK_FORWARDS, claim, WorkStatus.FAILED, values)
    return await finish_row(session, WALK_FORWARDS, claim, WorkStatus.SUCCEEDED, {"result": dict(outcome)})


def _read_terms(row: WalkForwardRow) -> WalkForwardTerms:
    return WalkForwardTerms(row.train_bars, row.test_bars, row.anchored)


def _read_run(row: WalkForwardRow) -> WalkForwardRun:
    return WalkForwardRun(
        id=row.id,
        owner_id=row.owner_id,
        origin=read_origin(row),
        request=read_request(row),
        search=read_search(row),
        terms=_read_terms(row),
        status=WorkStatus(row.status),
        progress=row.progress,
        cancel_requested=row.cancel_requested,
        failure=read_failure(row.error_code, row.error_detail),
        result=row.result,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
