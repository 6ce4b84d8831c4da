"""Walk-forwards over HTTP: ask for one, list, read, cancel, delete."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from app.auth.dependencies import CurrentUser
from app.core.database import MainSession
from app.core.leases import WorkStatus
from app.core.pagination import Page, PageQueryDep
from app.market.domain import Viewer
from app.research import walk_forward_service as service
from app.research.walk_forward_schemas import (
    WalkForwardAccepted,
    WalkForwardCreate,
    WalkForwardRead,
    WalkForwardSummary,
)

router = APIRouter(prefix="/walk-forwards", tags=["research"])


@router.post("", status_code=202)
async def create_walk_forward(
    body: WalkForwardCreate, user: CurrentUser, session: MainSession, response: Response
) -> WalkForwardAccepted:
    """Queue a walk-forward. Baskets are not walked forward: 422 `basket_not_available`."""
    run_id = await service.request_walk_forward(session, Viewer(user.id, user.is_admin), user.id, body)
    response.headers["Location"] = f"/api/v1/walk-forwards/{run_id}"
    return WalkForwardAccepted(id=run_id, status=WorkStatus.QUEUED)


@router.get("")
async def list_walk_forwards(
    page: PageQueryDep, user: CurrentUser, session: MainSession
) -> Page[WalkForwardSummary]:
    """One's own walk-forwards, newest first."""
    items, cursor = await service.list_walk_forwards(session, user.id, page)
    return Page(items=[WalkForwardSummary.of(item) for item in items], next_cursor=cursor)


@router.get("/{run_id}")
async def read_walk_forward(run_id: UUID, user: CurrentUser, session: MainSession) -> WalkForwardRead:
    """A walk-forward: how far it is and, once it has succeeded, what its tests brought."""
    return WalkForwardRead.of(await service.get_walk_forward(session, user.id, run_id))


@router.post("/{run_id}/cancel")
async def cancel_walk_forward(run_id: UUID, user: CurrentUser, session: MainSession) -> WalkForwardRead:
    """End a queued one at once; ask the worker to stop a running one. 409 when it is over already."""
    return WalkForwardRead.of(await service.cancel_walk_forward(session, user.id, run_id))


@router.delete("/{run_id}", status_code=204)
async def delete_walk_forward(run_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove a walk-forward. 409 while it is running: cancel it first."""
    await service.delete_walk_forward(session, user.id, run_id)
