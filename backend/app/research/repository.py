"""Queries on sweeps as people see them: scoped to the owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import RunOrigin, RunRequest
from app.core.leased_rows import RETRY_AFTER_SECONDS
from app.core.leases import TooMuchUnfinished
from app.core.owner_locks import hold_owner
from app.research.domain import MAXIMUM_UNFINISHED, UNFINISHED, Search, Sweep, SweepPlan, SweepStatus
from app.research.stored_search import read_failure, read_origin, read_request, read_search, write_asked
from app.research.tables import ShardRow, SweepRow

# Of how many of the newest shards the speed is taken.
_SPEED_SHARDS = 50
_RUN_SECONDS = SweepRow.active_seconds + func.coalesce(
    func.extract("epoch", func.clock_timestamp() - SweepRow.active_since), 0.0
)


def _visible_to(user_id: UUID) -> ColumnElement[bool]:
    return SweepRow.owner_id == user_id


def is_unfinished() -> ColumnElement[bool]:
    """True for sweeps that are not over."""
    return SweepRow.status.in_([status.value for status in UNFINISHED])


async def refuse_more_sweeps(session: AsyncSession, owner_id: UUID) -> None:
    """Raise TooMuchUnfinished when the owner has MAXIMUM_UNFINISHED sweeps that are not over.

    Until the transaction ends, the owner's other requests wait here: sweeps asked for at once are counted one
    by one.
    """
    await hold_owner(session, "research", owner_id)
    query = select(func.count()).where(SweepRow.owner_id == owner_id, is_unfinished())
    count = (await session.execute(query)).scalar_one()
    if count >= MAXIMUM_UNFINISHED:
        raise TooMuchUnfinished(
            f"{count} of your sweeps are not over. Wait for some of them, or cancel them.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


async def insert_sweep(
    session: AsyncSession,
    owner_id: UUID,
    request: RunRequest,
    search: Search,
    plan: SweepPlan,
    origin: RunOrigin | None,
    *,
    bars: int,
    weight: float,
) -> UUID:
    """Write a queued sweep and its shards; its id. `bars`: that a set runs over, warm-up included."""
    values = {
        **write_asked(owner_id, request, search, origin),
        "shard_count": plan.shards,
        "bars": bars,
        "weight": weight,
    }
    sweep_id: UUID = (
        await session.execute(insert(SweepRow).values(values).returning(SweepRow.id))
    ).scalar_one()
    firsts = range(0, plan.sets, plan.sets_per_shard)
    await session.execute(
        insert(ShardRow),
        [
            {
                "sweep_id": sweep_id,
                "number": number,
                "first_set": first,
                "set_count": min(plan.sets_per_shard, plan.sets - first),
            }
            for number, first in enumerate(firsts)
        ],
    )
    return sweep_id


async def find_sweep(session: AsyncSession, user_id: UUID, sweep_id: UUID) -> Sweep | None:
    """A sweep without what its sets found."""
    query = select(SweepRow, _RUN_SECONDS).where(SweepRow.id == sweep_id, _visible_to(user_id))
    row = (await session.execute(query.execution_options(populate_existing=True))).one_or_none()
    return None if row is None else _read_sweep(row)


async def list_sweeps(
    session: AsyncSession, user_id: UUID, limit: int, before: UUID | None, status: SweepStatus | None
) -> Sequence[Sweep]:
    """Newest first, those made before the sweep `before`."""
    query = (
        select(SweepRow, _RUN_SECONDS).where(_visible_to(user_id)).order_by(SweepRow.id.desc()).limit(limit)
    )
    if before is not None:
        query = query.where(SweepRow.id < before)
    if status is not None:
        query = query.where(SweepRow.status == status.value)
    return [_read_sweep(row) for row in await session.execute(query)]


async def lock_sweep(session: AsyncSession, user_id: UUID, sweep_id: UUID) -> SweepStatus | None:
    """Hold the sweep's row until the transaction ends; its status."""
    query = select(SweepRow.status).where(SweepRow.id == sweep_id, _visible_to(user_id)).with_for_update()
    status = (await session.execute(query)).scalar_one_or_none()
    return None if status is None else SweepStatus(status)


async def change_status(session: AsyncSession, sweep_id: UUID, status: SweepStatus, **more: Any) -> None:
    """Write a sweep's new status; the row must be locked. The time that it ran is kept either way."""
    is_running = status is SweepStatus.RUNNING
    values = {
        "status": status.value,
        "active_seconds": _RUN_SECONDS,
        "active_since": func.clock_timestamp() if is_running else null(),
        **({"finished_at": func.now()} if status.is_final else {}),
        **more,
    }
    await session.execute(update(SweepRow).where(SweepRow.id == sweep_id).values(values))


async def delete_sweep(session: AsyncSession, sweep_id: UUID) -> None:
    """Remove a sweep with all it found. The row must be locked and not running."""
    await session.execute(delete(SweepRow).where(SweepRow.id == sweep_id))


async def find_speed(session: AsyncSession) -> float | None:
    """Seconds that the newest shards took for an operation on a bar; None where none was ever done."""
    newest = (
        select(ShardRow.seconds, (ShardRow.set_count * SweepRow.bars * SweepRow.weight).label("work"))
        .join(SweepRow, SweepRow.id == ShardRow.sweep_id)
        .where(ShardRow.seconds.is_not(None))
        .order_by(ShardRow.id.desc())
        .limit(_SPEED_SHARDS)
        .subquery()
    )
    totals = select(func.sum(newest.c.seconds), func.sum(newest.c.work))
    seconds, work = (await session.execute(totals)).one()
    return float(seconds) / float(work) if work else None


def _read_sweep(found: Row[SweepRow, float]) -> Sweep:
    row, run_seconds = found
    return Sweep(
        id=row.id,
        owner_id=row.owner_id,
        origin=read_origin(row),
        request=read_request(row),
        search=read_search(row),
        status=SweepStatus(row.status),
        shards=row.shard_count,
        sets_done=row.sets_done,
        shards_done=row.shards_done,
        eta_seconds=_estimate_rest(row, float(run_seconds)),
        best=row.best,
        plateau=row.plateau,
        overfitting=row.overfitting,
        failure=read_failure(row.error_code, row.error_detail),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _estimate_rest(row: SweepRow, run_seconds: float) -> float | None:
    """Seconds at the rate so far, as if it went on; None before the first sets are done and after the end."""
    if SweepStatus(row.status).is_final or row.sets_done == 0:
        return None
    return run_seconds * (row.set_count - row.sets_done) / row.sets_done
