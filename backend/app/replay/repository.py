"""Every query on replays. Each is scoped to an owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.owner_locks import hold_owner
from app.engine.intervals import Interval
from app.replay.domain import Replay
from app.replay.tables import ReplayRow


async def insert_replay(session: AsyncSession, owner_id: UUID, values: Mapping[str, Any]) -> Replay:
    """Write a replay."""
    fresh = insert(ReplayRow).values(owner_id=owner_id, **values).returning(ReplayRow)
    return _read((await session.scalars(fresh)).one())


async def find_replay(
    session: AsyncSession, owner_id: UUID, replay_id: UUID, *, locked: bool = False
) -> Replay | None:
    """A replay; `locked`: until the transaction ends nobody else moves it."""
    query = select(ReplayRow).where(ReplayRow.id == replay_id, ReplayRow.owner_id == owner_id)
    row = (await session.scalars(query.with_for_update() if locked else query)).one_or_none()
    return None if row is None else _read(row)


async def list_replays(
    session: AsyncSession, owner_id: UUID, limit: int, before: UUID | None
) -> list[Replay]:
    """Replays, the newest first."""
    query = select(ReplayRow).where(ReplayRow.owner_id == owner_id)
    if before is not None:
        query = query.where(ReplayRow.id < before)
    rows = await session.scalars(query.order_by(ReplayRow.id.desc()).limit(limit))
    return [_read(row) for row in rows]


async def count_replays(session: AsyncSession, owner_id: UUID) -> int:
    """How many replays somebody has; until the transaction ends nobody else counts them."""
    await hold_owner(session, "replays", owner_id)
    query = select(func.count()).where(ReplayRow.owner_id == owner_id)
    count: int = (await session.execute(query)).scalar_one()
    return count


async def update_replay(session: AsyncSession, replay_id: UUID, values: Mapping[str, Any]) -> Replay:
    """Move or change a replay that was found before."""
    change = update(ReplayRow).where(ReplayRow.id == replay_id).values(**values).returning(ReplayRow)
    options = {"populate_existing": True}
    return _read((await session.scalars(change, execution_options=options)).one())


async def delete_replay(session: AsyncSession, owner_id: UUID, replay_id: UUID) -> bool:
    """Remove a replay. False when there is none."""
    gone = delete(ReplayRow).where(ReplayRow.id == replay_id, ReplayRow.owner_id == owner_id)
    return (await session.scalars(gone.returning(ReplayRow.id))).one_or_none() is not None


def _read(row: ReplayRow) -> Replay:
    return Replay(
        id=row.id,
        owner_id=row.owner_id,
        instrument_id=row.instrument_id,
        interval=Interval(row.interval),
        started_at=row.started_at,
        position_at=row.position_at,
        anchored_at=row.anchored_at,
        bars_per_second=row.bars_per_second,
        is_at_end=row.is_at_end,
        created_at=row.created_at,
    )
