"""What can be done with chart layouts. Written last is what holds: a layout is one person's own state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.owner_locks import hold_owner
from app.core.pagination import (
    InvalidCursor,
    PageQuery,
    cut_page,
    decode_cursor,
    encode_cursor,
    read_cursor_id,
)
from app.workspace import layout_repository
from app.workspace.domain import MAX_LAYOUTS, Layout, LayoutNotFound, LayoutSummary, TooManyLayouts


async def list_layouts(
    session: AsyncSession, owner_id: UUID, page: PageQuery
) -> tuple[list[LayoutSummary], str | None]:
    """One's own layouts, the one used last first, and the cursor of the next page."""
    before = None if page.cursor is None else _read_place(page.cursor)
    rows = await layout_repository.list_layouts(session, owner_id, page.limit + 1, before)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(items[-1].used_at.isoformat(), str(items[-1].id)) if more else None


async def get_layout(session: AsyncSession, owner_id: UUID, layout_id: UUID) -> Layout:
    """A layout with its state. Raises LayoutNotFound."""
    layout = await layout_repository.find_layout(session, owner_id, layout_id)
    if layout is None:
        raise LayoutNotFound
    return layout


async def create_layout(
    session: AsyncSession, owner_id: UUID, name: str, state: Mapping[str, Any], now: datetime
) -> Layout:
    """Keep a layout, which is thus the one used last. Raises TooManyLayouts."""
    await hold_owner(session, "workspace", owner_id)
    if await layout_repository.count_layouts(session, owner_id) >= MAX_LAYOUTS:
        raise TooManyLayouts
    made = await layout_repository.insert_layout(session, owner_id, name, state, now)
    return await get_layout(session, owner_id, made)


async def update_layout(
    session: AsyncSession,
    owner_id: UUID,
    layout_id: UUID,
    name: str | None,
    state: Mapping[str, Any] | None,
    now: datetime,
) -> Layout:
    """Use a layout, and change what is given of it. Raises LayoutNotFound."""
    if not await layout_repository.update_layout(session, owner_id, layout_id, name, state, now):
        raise LayoutNotFound
    return await get_layout(session, owner_id, layout_id)


async def delete_layout(session: AsyncSession, owner_id: UUID, layout_id: UUID) -> None:
    """Remove a layout. Raises LayoutNotFound."""
    if not await layout_repository.delete_layout(session, owner_id, layout_id):
        raise LayoutNotFound


def _read_place(cursor: str) -> tuple[datetime, UUID]:
    used_at, layout_id = decode_cursor(cursor, 2)
    try:
        moment = datetime.fromisoformat(used_at)
    except ValueError as error:
        raise InvalidCursor from error
    if moment.tzinfo is None or not 1600 < moment.year < 9999:
        raise InvalidCursor
    return moment, read_cursor_id(layout_id)
