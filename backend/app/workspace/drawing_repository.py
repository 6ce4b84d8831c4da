"""Every query on drawings. Each is scoped to an owner: what belongs to somebody else is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.intervals import Interval
from app.workspace.domain import Drawing, DrawingKind, DrawingStyle, Point
from app.workspace.tables import DrawingRow


def _owned_by(owner_id: UUID) -> ColumnElement[bool]:
    return DrawingRow.owner_id == owner_id


async def list_drawings(
    session: AsyncSession, owner_id: UUID, instrument_id: UUID, limit: int, after: UUID | None
) -> list[Drawing]:
    """What somebody drew on an instrument, oldest first, what came after the drawing `after`."""
    query = select(DrawingRow).where(_owned_by(owner_id), DrawingRow.instrument_id == instrument_id)
    if after is not None:
        query = query.where(DrawingRow.id > after)
    return [_read(row) for row in await session.scalars(query.order_by(DrawingRow.id).limit(limit))]


async def find_drawing(session: AsyncSession, owner_id: UUID, drawing_id: UUID) -> Drawing | None:
    """One drawing."""
    query = select(DrawingRow).where(DrawingRow.id == drawing_id, _owned_by(owner_id))
    query = query.execution_options(populate_existing=True)
    row = (await session.scalars(query)).one_or_none()
    return None if row is None else _read(row)


async def lock_drawing(session: AsyncSession, owner_id: UUID, drawing_id: UUID) -> Drawing | None:
    """One drawing, held until the transaction ends, so that changes of its parts both hold."""
    query = select(DrawingRow).where(DrawingRow.id == drawing_id, _owned_by(owner_id)).with_for_update()
    row = (await session.scalars(query)).one_or_none()
    return None if row is None else _read(row)


async def count_drawings(session: AsyncSession, owner_id: UUID, instrument_id: UUID) -> int:
    """How much somebody drew on an instrument."""
    query = select(func.count()).where(_owned_by(owner_id), DrawingRow.instrument_id == instrument_id)
    return (await session.execute(query)).scalar_one()


async def insert_drawing(
    session: AsyncSession,
    owner_id: UUID,
    instrument_id: UUID,
    kind: DrawingKind,
    values: dict[str, Any],
) -> UUID:
    """Write a drawing; the id of it. `values`: as `write_values` makes them, all of them."""
    fresh = insert(DrawingRow).values(
        owner_id=owner_id, instrument_id=instrument_id, kind=kind.value, **values
    )
    made: UUID = (await session.execute(fresh.returning(DrawingRow.id))).scalar_one()
    return made


async def update_drawing(session: AsyncSession, drawing_id: UUID, values: dict[str, Any]) -> None:
    """Set some columns of a drawing. The row must be locked."""
    change = update(DrawingRow).where(DrawingRow.id == drawing_id)
    await session.execute(change.values(**values, updated_at=func.now()))


async def delete_drawing(session: AsyncSession, owner_id: UUID, drawing_id: UUID) -> bool:
    """Remove a drawing; False when there is none."""
    gone = delete(DrawingRow).where(DrawingRow.id == drawing_id, _owned_by(owner_id))
    return (await session.execute(gone.returning(DrawingRow.id))).one_or_none() is not None


async def delete_drawings(session: AsyncSession, owner_id: UUID, instrument_id: UUID) -> None:
    """Remove all that somebody drew on an instrument."""
    await session.execute(
        delete(DrawingRow).where(_owned_by(owner_id), DrawingRow.instrument_id == instrument_id)
    )


def write_points(interval: Interval, points: Sequence[Point]) -> dict[str, Any]:
    """The columns that say where a drawing stands."""
    return {"interval": interval.value, "points": [[point.time, point.price] for point in points]}


def write_style(style: DrawingStyle) -> dict[str, Any]:
    """The columns that say how a drawing looks."""
    return {
        "color": style.color,
        "width": style.width,
        "dash": style.dash,
        "extends_right": style.extends_right,
    }


def _read(row: DrawingRow) -> Drawing:
    return Drawing(
        id=row.id,
        owner_id=row.owner_id,
        instrument_id=row.instrument_id,
        kind=DrawingKind(row.kind),
        interval=Interval(row.interval),
        points=tuple(Point(int(time), float(price)) for time, price in row.points),
        style=DrawingStyle(row.color, row.width, row.dash, row.extends_right),
        is_locked=row.is_locked,
        text=row.text,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
