"""What can be done with watchlists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
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
from app.market import service as market
from app.market.domain import Instrument, InstrumentNotFound, Viewer
from app.market.service import InstrumentRead
from app.workspace import repository
from app.workspace.domain import (
    MAX_ITEMS,
    MAX_WATCHLISTS,
    TooManyWatchlists,
    WatchlistChanged,
    WatchlistFull,
    WatchlistItem,
    WatchlistNotFound,
    WatchlistSummary,
)
from app.workspace.schemas import StarsRead, WatchlistItemRead, WatchlistRead, WatchlistUpdate

_LARGEST_POSITION = 2**31 - 1


async def list_watchlists(
    session: AsyncSession, owner_id: UUID, page: PageQuery
) -> tuple[list[WatchlistSummary], str | None]:
    """One's own lists in one's own order, and the cursor of the next page."""
    after = None if page.cursor is None else _read_place(page.cursor)
    rows = await repository.list_watchlists(session, owner_id, page.limit + 1, after)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].position), str(items[-1].id)) if more else None


async def get_watchlist(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, watchlist_id: UUID
) -> WatchlistRead:
    """A list with its items: five statements, however many. Raises WatchlistNotFound."""
    found = await repository.find_watchlist(session, owner_id, watchlist_id)
    if found is None:
        raise WatchlistNotFound
    items = await repository.list_items(session, watchlist_id)
    known = await _map_instruments(session, viewer, items)
    return WatchlistRead(
        **asdict(found),
        items=[
            WatchlistItemRead(group=item.group, instrument=InstrumentRead.of(known[item.instrument_id]))
            for item in items
            if item.instrument_id in known
        ],
    )


async def create_watchlist(session: AsyncSession, owner_id: UUID, name: str) -> UUID:
    """Begin an empty list after the others; the id of it. Raises TooManyWatchlists."""
    await hold_owner(session, "workspace", owner_id)
    await _see_that_one_more_fits(session, owner_id)
    return await repository.insert_watchlist(session, owner_id, name)


async def update_watchlist(
    session: AsyncSession, owner_id: UUID, watchlist_id: UUID, body: WatchlistUpdate
) -> None:
    """Rename a list, or move it among one's own. Raises WatchlistNotFound."""
    await hold_owner(session, "workspace", owner_id)
    ids = await repository.list_watchlist_ids(session, owner_id)
    if watchlist_id not in ids:
        raise WatchlistNotFound
    if body.name is not None:
        await repository.rename_watchlist(session, watchlist_id, body.name)
    if body.position is not None:
        ids.remove(watchlist_id)
        ids.insert(body.position, watchlist_id)
        await repository.order_watchlists(session, owner_id, ids)


async def delete_watchlist(session: AsyncSession, owner_id: UUID, watchlist_id: UUID) -> None:
    """Remove a list. The star begins a new one when its own is gone. Raises WatchlistNotFound."""
    await hold_owner(session, "workspace", owner_id)
    if not await repository.delete_watchlist(session, owner_id, watchlist_id):
        raise WatchlistNotFound


async def replace_items(
    session: AsyncSession,
    viewer: Viewer,
    owner_id: UUID,
    watchlist_id: UUID,
    items: Sequence[WatchlistItem],
    revision: int,
) -> None:
    """Make these what is on a list that still stands at `revision`.

    Raises WatchlistNotFound, WatchlistChanged, InstrumentNotFound.
    """
    now = await repository.lock_watchlist(session, owner_id, watchlist_id)
    if now is None:
        raise WatchlistNotFound
    if now != revision:
        raise WatchlistChanged(f"The list is at revision {now}. Read it and order it again.")
    known = await _map_instruments(session, viewer, items)
    if any(item.instrument_id not in known for item in items):
        raise InstrumentNotFound("At least one of these instruments is not there.")
    with repository.instruments_may_vanish():
        await repository.replace_items(session, watchlist_id, items)


async def add_item(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, watchlist_id: UUID, item: WatchlistItem
) -> None:
    """Put an instrument at the end of a list; one that is on it stays as it stands.

    Raises WatchlistNotFound, InstrumentNotFound, WatchlistFull.
    """
    if await repository.lock_watchlist(session, owner_id, watchlist_id) is None:
        raise WatchlistNotFound
    await market.get_instrument_by_id(session, viewer, item.instrument_id)
    if await repository.has_item(session, watchlist_id, item.instrument_id):
        return
    if await repository.count_items(session, watchlist_id) >= MAX_ITEMS:
        raise WatchlistFull
    with repository.instruments_may_vanish():
        await repository.append_item(session, watchlist_id, item)


async def remove_item(session: AsyncSession, owner_id: UUID, watchlist_id: UUID, instrument_id: UUID) -> None:
    """Take an instrument from a list; one that is not on it is gone already. Raises WatchlistNotFound."""
    if await repository.lock_watchlist(session, owner_id, watchlist_id) is None:
        raise WatchlistNotFound
    await repository.delete_item(session, watchlist_id, instrument_id)


async def read_stars(session: AsyncSession, owner_id: UUID) -> StarsRead:
    """What the star has marked."""
    default = await repository.find_default_watchlist(session, owner_id)
    items = [] if default is None else await repository.list_items(session, default)
    return StarsRead(watchlist_id=default, instrument_ids=[item.instrument_id for item in items])


async def add_star(session: AsyncSession, viewer: Viewer, owner_id: UUID, instrument_id: UUID) -> None:
    """Mark an instrument, beginning the list that holds the marks at the first.

    Raises InstrumentNotFound, WatchlistFull, TooManyWatchlists.
    """
    await hold_owner(session, "workspace", owner_id)
    default = await repository.find_default_watchlist(session, owner_id)
    if default is None:
        await _see_that_one_more_fits(session, owner_id)
        default = await repository.insert_default_watchlist(session, owner_id)
    await add_item(session, viewer, owner_id, default, WatchlistItem(instrument_id))


async def remove_star(session: AsyncSession, owner_id: UUID, instrument_id: UUID) -> None:
    """Take a mark away; none is fine too."""
    default = await repository.find_default_watchlist(session, owner_id)
    if default is not None and await repository.lock_watchlist(session, owner_id, default) is not None:
        await repository.delete_item(session, default, instrument_id)


async def _map_instruments(
    session: AsyncSession, viewer: Viewer, items: Sequence[WatchlistItem]
) -> dict[UUID, Instrument]:
    ids = [item.instrument_id for item in items]
    return {one.id: one for one in await market.list_instruments_by_id(session, viewer, ids)}


async def _see_that_one_more_fits(session: AsyncSession, owner_id: UUID) -> None:
    if await repository.count_watchlists(session, owner_id) >= MAX_WATCHLISTS:
        raise TooManyWatchlists


def _read_place(cursor: str) -> tuple[int, UUID]:
    position, watchlist_id = decode_cursor(cursor, 2)
    try:
        place = int(position)
    except ValueError as error:
        raise InvalidCursor from error
    if abs(place) > _LARGEST_POSITION:
        raise InvalidCursor
    return place, read_cursor_id(watchlist_id)
