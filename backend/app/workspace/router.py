"""Watchlists and the star over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from app.auth.dependencies import CurrentUser
from app.core.database import MainSession
from app.core.pagination import Page, PageQueryDep
from app.market.domain import Viewer
from app.workspace import watchlist_service as service
from app.workspace.schemas import (
    StarsRead,
    WatchlistCreate,
    WatchlistItemBody,
    WatchlistOrder,
    WatchlistRead,
    WatchlistSummaryRead,
    WatchlistUpdate,
)

router = APIRouter(tags=["workspace"])


@router.get("/watchlists")
async def list_watchlists(
    page: PageQueryDep, user: CurrentUser, session: MainSession
) -> Page[WatchlistSummaryRead]:
    """One's own lists, in one's own order."""
    items, cursor = await service.list_watchlists(session, user.id, page)
    return Page(items=[WatchlistSummaryRead.model_validate(item) for item in items], next_cursor=cursor)


@router.post("/watchlists", status_code=201)
async def create_watchlist(
    body: WatchlistCreate, user: CurrentUser, session: MainSession, response: Response
) -> WatchlistRead:
    """Begin a list. 409 when there are 50."""
    watchlist_id = await service.create_watchlist(session, user.id, body.name)
    response.headers["Location"] = f"/api/v1/watchlists/{watchlist_id}"
    return await service.get_watchlist(session, Viewer(user.id, user.is_admin), user.id, watchlist_id)


@router.get("/watchlists/{watchlist_id}")
async def read_watchlist(watchlist_id: UUID, user: CurrentUser, session: MainSession) -> WatchlistRead:
    """A list with its instruments, in order."""
    return await service.get_watchlist(session, Viewer(user.id, user.is_admin), user.id, watchlist_id)


@router.patch("/watchlists/{watchlist_id}")
async def update_watchlist(
    watchlist_id: UUID, body: WatchlistUpdate, user: CurrentUser, session: MainSession
) -> WatchlistRead:
    """Rename a list, or move it among one's own."""
    await service.update_watchlist(session, user.id, watchlist_id, body)
    return await service.get_watchlist(session, Viewer(user.id, user.is_admin), user.id, watchlist_id)


@router.delete("/watchlists/{watchlist_id}", status_code=204)
async def delete_watchlist(watchlist_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove a list. The instruments stay; the star begins a new list when its own is gone."""
    await service.delete_watchlist(session, user.id, watchlist_id)


@router.put("/watchlists/{watchlist_id}/items")
async def replace_watchlist_items(
    watchlist_id: UUID, body: WatchlistOrder, user: CurrentUser, session: MainSession
) -> WatchlistRead:
    """Make these what is on the list, in this order and under these headings.

    409 `watchlist_changed` when the list is no longer at `revision`: what was added meanwhile is not lost.
    """
    viewer = Viewer(user.id, user.is_admin)
    items = [item.to_item() for item in body.items]
    await service.replace_items(session, viewer, user.id, watchlist_id, items, body.revision)
    return await service.get_watchlist(session, viewer, user.id, watchlist_id)


@router.post("/watchlists/{watchlist_id}/items")
async def add_watchlist_item(
    watchlist_id: UUID, body: WatchlistItemBody, user: CurrentUser, session: MainSession
) -> WatchlistRead:
    """Put an instrument at the end of the list. One that is on it stays where it stands. 409 at 500."""
    viewer = Viewer(user.id, user.is_admin)
    await service.add_item(session, viewer, user.id, watchlist_id, body.to_item())
    return await service.get_watchlist(session, viewer, user.id, watchlist_id)


@router.delete("/watchlists/{watchlist_id}/items/{instrument_id}", status_code=204)
async def remove_watchlist_item(
    watchlist_id: UUID, instrument_id: UUID, user: CurrentUser, session: MainSession
) -> None:
    """Take an instrument from the list. One that is not on it is gone already."""
    await service.remove_item(session, user.id, watchlist_id, instrument_id)


@router.get("/stars")
async def list_stars(user: CurrentUser, session: MainSession) -> StarsRead:
    """Which instruments are on the list that the star uses."""
    return await service.read_stars(session, user.id)


@router.put("/stars/{instrument_id}", status_code=204)
async def add_star(instrument_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Put an instrument on the list `Watchlist`, which is begun at the first star. Again changes nothing."""
    await service.add_star(session, Viewer(user.id, user.is_admin), user.id, instrument_id)


@router.delete("/stars/{instrument_id}", status_code=204)
async def remove_star(instrument_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Take an instrument from the star's list. Again changes nothing."""
    await service.remove_star(session, user.id, instrument_id)
