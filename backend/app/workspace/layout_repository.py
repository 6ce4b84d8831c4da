"""Every query on layouts. Each is scoped to an owner: what belongs to somebody else is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.workspace.domain import Layout, LayoutSummary
from app.workspace.tables import LayoutRow


def _owned_by(owner_id: UUID) -> ColumnElement[bool]:
    return LayoutRow.owner_id == owner_id


def _last_used(owner_id: UUID) -> ColumnElement[bool]:
    newest = (
        select(LayoutRow.id)
        .where(_owned_by(owner_id))
        .order_by(LayoutRow.used_at.desc(), LayoutRow.id.desc())
        .limit(1)
    )
    return LayoutRow.id == newest.scalar_subquery()


def _summaries(owner_id: UUID) -> Select[UUID, str, bool, datetime, datetime, datetime]:
    return select(
        LayoutRow.id,
        LayoutRow.name,
        _last_used(owner_id),
        LayoutRow.used_at,
        LayoutRow.created_at,
        LayoutRow.updated_at,
    ).where(_owned_by(owner_id))


async def list_layouts(
    session: AsyncSession, owner_id: UUID, limit: int, before: tuple[datetime, UUID] | None
) -> list[LayoutSummary]:
    """The one used last first, those that stand after the place `before`."""
    query = _summaries(owner_id).order_by(LayoutRow.used_at.desc(), LayoutRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(LayoutRow.used_at, LayoutRow.id) < before)
    return [LayoutSummary(*row) for row in await session.execute(query)]


async def find_layout(session: AsyncSession, owner_id: UUID, layout_id: UUID) -> Layout | None:
    """A layout with its state."""
    query = _summaries(owner_id).add_columns(LayoutRow.state).where(LayoutRow.id == layout_id)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Layout(LayoutSummary(*row[:-1]), row[-1])


async def count_layouts(session: AsyncSession, owner_id: UUID) -> int:
    """How many layouts somebody has."""
    query = select(func.count()).select_from(LayoutRow).where(_owned_by(owner_id))
    return (await session.execute(query)).scalar_one()


async def insert_layout(
    session: AsyncSession, owner_id: UUID, name: str, state: Mapping[str, Any], used_at: datetime
) -> UUID:
    """Write a layout; the id of it."""
    fresh = insert(LayoutRow).values(owner_id=owner_id, name=name, state=state, used_at=used_at)
    made: UUID = (await session.execute(fresh.returning(LayoutRow.id))).scalar_one()
    return made


async def update_layout(
    session: AsyncSession,
    owner_id: UUID,
    layout_id: UUID,
    name: str | None,
    state: Mapping[str, Any] | None,
    used_at: datetime,
) -> bool:
    """Use a layout and set what is given of it; False when there is none."""
    values: dict[str, Any] = {"used_at": used_at}
    if name is not None:
        values["name"] = name
    if state is not None:
        values["state"] = state
    if name is not None or state is not None:
        values["updated_at"] = func.now()
    change = update(LayoutRow).where(LayoutRow.id == layout_id, _owned_by(owner_id)).values(**values)
    return (await session.execute(change.returning(LayoutRow.id))).one_or_none() is not None


async def delete_layout(session: AsyncSession, owner_id: UUID, layout_id: UUID) -> bool:
    """Remove a layout; False when there is none."""
    gone = delete(LayoutRow).where(LayoutRow.id == layout_id, _owned_by(owner_id))
    return (await session.execute(gone.returning(LayoutRow.id))).one_or_none() is not None
