"""Queries on shards: what workers take, write and hand on, by the attempt; and what people read of them.

Locks are taken in one order: the sweep's row, then the shard's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, and_, func, insert, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import RunFailure, SharpeMoments
from app.core.jobs import LOW_PRIORITY
from app.core.leased_rows import WorkKind, finish_row
from app.core.leased_work import claim_work, defer_work
from app.core.leases import Claim, WorkStatus
from app.research.domain import (
    LEASE_SECONDS,
    METRIC_NAMES,
    SHARD_ATTEMPTS,
    SHARD_TASK,
    ClaimedShard,
    ShardResult,
    SweepOutcome,
    SweepStatus,
    add_moments,
    refuse_other_data,
)
from app.research.packing import unpack_columns
from app.research.repository import change_status, is_unfinished
from app.research.stored_search import read_request, read_search
from app.research.tables import ShardRow, SweepRow

_IS_WANTED = (
    select(is_unfinished()).where(SweepRow.id == ShardRow.sweep_id).correlate(ShardRow).scalar_subquery()
)
SHARDS = WorkKind(
    ShardRow,
    "shard",
    SHARD_TASK,
    LEASE_SECONDS,
    stop=~_IS_WANTED,
    maximum_attempts=SHARD_ATTEMPTS,
    priority=LOW_PRIORITY,
)
# How many jobs of one sweep stand in the queue at a time. More would not make it faster on fewer workers than
# this, and another sweep would have to wait for all of them.
WINDOW = 32
_QUEUED = WorkStatus.QUEUED.value


@dataclass(frozen=True, slots=True)
class Counted:
    """A sweep after a shard was counted. `moments`: of the Sharpe ratios of all sets that are done."""

    status: SweepStatus
    shards: int
    shards_done: int
    moments: SharpeMoments


async def defer_shards(session: AsyncSession, sweep_id: UUID, count: int) -> int:
    """Put jobs for the next `count` shards that have none into the queue; for how many there were any."""
    nexts = (
        select(ShardRow.id)
        .where(ShardRow.sweep_id == sweep_id, ShardRow.status == _QUEUED, ~ShardRow.is_deferred)
        .order_by(ShardRow.number)
        .limit(count)
    )
    marked = update(ShardRow).where(ShardRow.id.in_(nexts)).values(is_deferred=True).returning(ShardRow.id)
    ids = (await session.scalars(marked)).all()
    for shard_id in ids:
        await defer_work(session, SHARDS, shard_id)
    return len(ids)


async def defer_anew(session: AsyncSession, sweep_id: UUID, count: int) -> None:
    """Put jobs for the next shards into the queue, whether there were any before or not.

    With those that still run there are `count` under way: each of them brings the next when it is done.
    """
    forgotten = update(ShardRow).where(ShardRow.sweep_id == sweep_id, ShardRow.status == _QUEUED)
    await session.execute(forgotten.values(is_deferred=False))
    still_run = ShardRow.sweep_id == sweep_id, ShardRow.status == WorkStatus.RUNNING.value
    running = (await session.execute(select(func.count()).where(*still_run))).scalar_one()
    await defer_shards(session, sweep_id, max(count - running, 0))


async def claim_shard(session: AsyncSession, shard_id: UUID) -> ClaimedShard | None:
    """Take a shard of a sweep that is neither paused nor over; None when it is not to be had."""
    of_shard = select(ShardRow.sweep_id).where(ShardRow.id == shard_id).scalar_subquery()
    known = (await session.scalars(select(SweepRow.status).where(SweepRow.id == of_shard))).one_or_none()
    # Who makes it run needs the row alone; claims after that only keep it from being paused meanwhile.
    held = select(SweepRow).where(SweepRow.id == of_shard)
    held = held.with_for_update(read=known == SweepStatus.RUNNING.value)
    sweep = (await session.scalars(held)).one_or_none()
    if sweep is None or SweepStatus(sweep.status).is_final:
        return None
    if sweep.status == SweepStatus.PAUSED:
        waits = update(ShardRow).where(ShardRow.id == shard_id, ShardRow.status == _QUEUED)
        await session.execute(waits.values(is_deferred=False))
        return None
    row = await claim_work(session, SHARDS, shard_id)
    if row is None:
        return None
    if sweep.status == SweepStatus.QUEUED:
        began = update(SweepRow).where(SweepRow.id == sweep.id, SweepRow.status == SweepStatus.QUEUED.value)
        await session.execute(
            began.values(
                status=SweepStatus.RUNNING.value,
                started_at=func.coalesce(SweepRow.started_at, func.now()),
                active_since=func.clock_timestamp(),
            )
        )
    return ClaimedShard(
        row.id,
        row.attempt,
        sweep_id=sweep.id,
        owner_id=sweep.owner_id,
        request=read_request(sweep),
        search=read_search(sweep),
        number=row.number,
        first_set=row.first_set,
        sets=row.set_count,
        data_sha256=sweep.data_sha256,
        asked_at=sweep.created_at,
    )


async def count_shard(session: AsyncSession, claimed: ClaimedShard, result: ShardResult) -> Counted | None:
    """Add a shard's sets to its sweep and hold the sweep's row; None when the sweep is over.

    Raises RunFailed when the shard saw other bars than the ones before it.
    """
    change = (
        update(SweepRow)
        .where(SweepRow.id == claimed.sweep_id, is_unfinished())
        .values(
            sets_done=SweepRow.sets_done + claimed.sets,
            shards_done=SweepRow.shards_done + 1,
            data_sha256=func.coalesce(SweepRow.data_sha256, result.data_sha256),
            bars=result.bars,
        )
        .returning(
            SweepRow.status,
            SweepRow.shard_count,
            SweepRow.shards_done,
            SweepRow.data_sha256,
            SweepRow.sets_done,
            SweepRow.sharpe_count,
            SweepRow.sharpe_mean,
            SweepRow.sharpe_m2,
        )
    )
    row = (await session.execute(change)).one_or_none()
    if row is None:
        return None
    refuse_other_data(row.data_sha256, result.data_sha256)
    before = SharpeMoments(row.sets_done, row.sharpe_count, row.sharpe_mean, row.sharpe_m2)
    moments = add_moments(before, result.moments)
    noted = update(SweepRow).where(SweepRow.id == claimed.sweep_id)
    await session.execute(
        noted.values(sharpe_count=moments.sharpe_count, sharpe_mean=moments.mean, sharpe_m2=moments.m2)
    )
    return Counted(SweepStatus(row.status), row.shard_count, row.shards_done, moments)


async def store_found(session: AsyncSession, claim: Claim, result: ShardResult) -> bool:
    """Write what a shard found, before it counts. False when it came too late.

    In a transaction of its own: these are megabytes, and who counts holds the sweep's row.
    """
    written = update(ShardRow).where(SHARDS.is_held(claim)).returning(ShardRow.id)
    found = written.values(
        seconds=result.seconds,
        parameters=result.parameters,
        figures=result.figures,
        blocks=result.blocks,
    )
    return (await session.scalars(found)).one_or_none() is not None


async def finish_shard(session: AsyncSession, claim: Claim, sequence: int) -> bool:
    """Write that a shard is done. False when it came too late."""
    return await finish_row(session, SHARDS, claim, WorkStatus.SUCCEEDED, {"sequence": sequence})


async def insert_finish(session: AsyncSession, sweep_id: UUID, number: int) -> None:
    """Write the last step of a sweep, and its job."""
    made = insert(ShardRow).values(
        sweep_id=sweep_id, number=number, first_set=0, set_count=0, is_deferred=True
    )
    shard_id = (await session.execute(made.returning(ShardRow.id))).scalar_one()
    await defer_work(session, SHARDS, shard_id)


async def end_shard(session: AsyncSession, claim: Claim, failure: RunFailure | None) -> bool:
    """Write that a shard brought nothing: failed, or cancelled. False when it came too late."""
    if failure is None:
        return await finish_row(session, SHARDS, claim, WorkStatus.CANCELLED, {})
    values = {"error_code": failure.code, "error_detail": failure.detail}
    return await finish_row(session, SHARDS, claim, WorkStatus.FAILED, values)


async def succeed_sweep(session: AsyncSession, claimed: ClaimedShard, outcome: SweepOutcome) -> bool:
    """Write what the whole sweep says. False when that came too late, or the sweep is over."""
    if not await _lock_unfinished(session, claimed.sweep_id):
        return False
    if not await finish_row(session, SHARDS, claimed, WorkStatus.SUCCEEDED, {}):
        return False
    await change_status(
        session,
        claimed.sweep_id,
        SweepStatus.SUCCEEDED,
        best=outcome.best,
        plateau=outcome.plateau,
        overfitting=outcome.overfitting,
    )
    return True


async def fail_sweep(session: AsyncSession, sweep_id: UUID, failure: RunFailure) -> None:
    """End a sweep that is not over yet."""
    if await _lock_unfinished(session, sweep_id):
        await change_status(
            session, sweep_id, SweepStatus.FAILED, error_code=failure.code, error_detail=failure.detail
        )


async def fail_sweeps_of(session: AsyncSession, shard_ids: Sequence[UUID]) -> None:
    """End the sweeps of shards that were lost too often, for the shards' reason."""
    query = select(ShardRow.sweep_id, ShardRow.error_code, ShardRow.error_detail)
    lost = query.where(ShardRow.id.in_(shard_ids), ShardRow.error_code.is_not(None))
    for sweep_id, code, detail in (await session.execute(lost)).all():
        await fail_sweep(session, sweep_id, RunFailure(code or "", detail or ""))


async def find_stuck(session: AsyncSession) -> Sequence[tuple[UUID, bool]]:
    """Sweeps that should run and of which no shard runs or has a job: the queue forgot them.

    With each, whether its shards come one by one.
    """
    goes_on = and_(
        ShardRow.sweep_id == SweepRow.id,
        (ShardRow.status == WorkStatus.RUNNING.value) | ((ShardRow.status == _QUEUED) & ShardRow.is_deferred),
    )
    query = select(SweepRow.id, SweepRow.method == "tpe").where(
        SweepRow.status.in_([SweepStatus.QUEUED.value, SweepStatus.RUNNING.value]),
        ~select(literal_column("1")).where(goes_on).exists(),
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def _lock_unfinished(session: AsyncSession, sweep_id: UUID) -> bool:
    query = select(SweepRow.id).where(SweepRow.id == sweep_id, is_unfinished()).with_for_update()
    return (await session.execute(query)).one_or_none() is not None


async def read_columns(
    session: AsyncSession,
    sweep_id: UUID,
    parameters: Sequence[int],
    metrics: Sequence[int],
    after: int = 0,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """The packed columns of the shards that succeeded after the sequence `after`, in the order of sequence.

    Of each: `number first_set set_count sequence`, and under `p<i>` and `m<i>` the columns asked for. `limit`
    is in sets: whole shards, one at least, until it is reached.
    """
    query = _select_columns(sweep_id, parameters, metrics).where(ShardRow.sequence > after)
    query = query.order_by(ShardRow.sequence)
    if limit is not None:
        before = func.sum(ShardRow.set_count).over(order_by=ShardRow.sequence) - ShardRow.set_count
        counted = (
            select(ShardRow.id, before.label("sets_before"))
            .where(ShardRow.sweep_id == sweep_id, ShardRow.sequence > after)
            .subquery()
        )
        query = query.join(counted, counted.c.id == ShardRow.id).where(counted.c.sets_before < limit)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def read_columns_from(
    session: AsyncSession,
    sweep_id: UUID,
    parameters: Sequence[int],
    metrics: Sequence[int],
    *,
    number: int,
    count: int,
    until: int,
) -> list[dict[str, Any]]:
    """The same of at most `count` shards, in the order of their numbers, from `number` on.

    Of those that finished up to the sequence `until`.
    """
    query = _select_columns(sweep_id, parameters, metrics).where(
        ShardRow.sequence <= until, ShardRow.number >= number
    )
    found = await session.execute(query.order_by(ShardRow.number).limit(count))
    return [dict(row) for row in found.mappings()]


def _select_columns(
    sweep_id: UUID, parameters: Sequence[int], metrics: Sequence[int]
) -> Select[tuple[Any, ...]]:
    width = ShardRow.set_count * 8
    return select(
        ShardRow.number,
        ShardRow.first_set,
        ShardRow.set_count,
        ShardRow.sequence,
        *(
            func.substring(ShardRow.parameters, place * width + 1, width).label(f"p{place}")
            for place in parameters
        ),
        *(func.substring(ShardRow.figures, place * width + 1, width).label(f"m{place}") for place in metrics),
    ).where(ShardRow.sweep_id == sweep_id)


async def read_set(session: AsyncSession, sweep_id: UUID, number: int) -> NDArray[np.float64]:
    """All figures of one set that is done, in the order of METRIC_NAMES."""
    query = select(ShardRow.first_set, ShardRow.figures).where(
        ShardRow.sweep_id == sweep_id,
        ShardRow.sequence.is_not(None),
        ShardRow.first_set <= number,
        ShardRow.first_set + ShardRow.set_count > number,
    )
    first_set, figures = (await session.execute(query)).one()
    row: NDArray[np.float64] = unpack_columns(figures or b"", len(METRIC_NAMES))[number - first_set]
    return row


async def read_blocks(session: AsyncSession, sweep_id: UUID) -> list[bytes]:
    """The block sums of all shards, in the order of the sets."""
    query = select(ShardRow.blocks).where(ShardRow.sweep_id == sweep_id, ShardRow.sequence.is_not(None))
    return [blocks or b"" for blocks in await session.scalars(query.order_by(ShardRow.number))]
