"""What people do with back-fills: look at them, start, hurry and cancel them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import ceil_seconds
from app.core.notifications import notify
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.feeds import backfill_repository, repository
from app.feeds.adding import add_backfill
from app.feeds.domain import (
    PRIORITY_LOOKED_AT,
    WORK_TOPIC,
    Backfill,
    BackfillFinished,
    BackfillNotFound,
    BackfillStatus,
    IntervalNotOffered,
    NotLinked,
    ProviderLink,
)
from app.feeds.provider_desk import ProviderDesk
from app.feeds.schemas import BackfillCreate
from app.market import service as market
from app.market.domain import InstrumentReadOnly, InvalidRange, Viewer, may_write


async def list_backfills(
    session: AsyncSession,
    viewer: Viewer,
    page: PageQuery,
    *,
    is_open: bool | None = None,
    instrument_id: UUID | None = None,
) -> tuple[list[Backfill], str | None]:
    """One's back-fills, newest first."""
    rows = await backfill_repository.list_backfills(
        session,
        viewer.user_id,
        is_admin=viewer.is_admin,
        is_open=is_open,
        instrument_id=instrument_id,
        limit=page.limit + 1,
        before=None if page.cursor is None else decode_uuid_cursor(page.cursor),
    )
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].id)) if more else None


async def get_backfill(session: AsyncSession, viewer: Viewer, backfill_id: UUID) -> Backfill:
    """A back-fill that who asks may see. Raises BackfillNotFound."""
    found = await backfill_repository.find_backfill(
        session, backfill_id, viewer.user_id, is_admin=viewer.is_admin
    )
    if found is None:
        raise BackfillNotFound
    return found


async def start_backfill(
    session: AsyncSession,
    viewer: Viewer,
    desk: ProviderDesk,
    instrument_id: UUID,
    body: BackfillCreate,
    now: datetime,
) -> Backfill:
    """Put a stretch of an instrument's bars on its way.

    Raises InstrumentNotFound, InstrumentReadOnly, NotLinked, IntervalNotOffered, InvalidRange,
    ProviderNotConfigured, ProviderNotShared.
    """
    link = await _get_writable_link(session, viewer, instrument_id)
    description = await desk.get_description(session, viewer, link.provider)
    if body.interval not in description.intervals:
        raise IntervalNotOffered(
            f"{description.title} has no bars of {body.interval.value}.", field="interval"
        )
    now_seconds = int(now.timestamp()) + 1
    start = ceil_seconds(body.start)
    end = now_seconds if body.end is None else min(ceil_seconds(body.end), now_seconds)
    if start >= end:
        raise InvalidRange("The start must lie before the end, and before now.")
    made = await add_backfill(
        session,
        viewer.user_id,
        link,
        body.interval,
        start,
        end,
        again=body.again,
        priority=PRIORITY_LOOKED_AT,
    )
    await repository.add_fed_series(session, instrument_id, [body.interval], now)
    await notify(session, WORK_TOPIC, link.provider)
    return (await backfill_repository.get_by_ids(session, [made]))[0]


async def cancel_backfill(
    session: AsyncSession, viewer: Viewer, backfill_id: UUID, now: datetime
) -> Backfill:
    """Stop a back-fill; what came in stays. Raises BackfillNotFound, BackfillFinished."""
    found = await backfill_repository.find_backfill(
        session, backfill_id, viewer.user_id, is_admin=viewer.is_admin, lock=True
    )
    if found is None:
        raise BackfillNotFound
    if found.status.is_final:
        raise BackfillFinished
    await backfill_repository.finish(session, backfill_id, BackfillStatus.CANCELLED, now)
    return (await backfill_repository.get_by_ids(session, [backfill_id]))[0]


async def refresh_instrument(
    session: AsyncSession, viewer: Viewer, instrument_id: UUID, now: datetime
) -> None:
    """Ask for the newest bars now. Raises InstrumentNotFound, InstrumentReadOnly, NotLinked."""
    link = await _get_writable_link(session, viewer, instrument_id)
    await repository.want_fresh_bars(session, instrument_id, now)
    await notify(session, WORK_TOPIC, link.provider)


async def _get_writable_link(session: AsyncSession, viewer: Viewer, instrument_id: UUID) -> ProviderLink:
    instrument = await market.get_instrument_by_id(session, viewer, instrument_id)
    if not may_write(viewer, instrument.owner_id):
        raise InstrumentReadOnly
    link = (await repository.find_links(session, [instrument_id])).get(instrument_id)
    if link is None:
        raise NotLinked("Import a file, or add the instrument from a provider.")
    return link
