"""Chart layouts over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from app.auth.dependencies import CurrentUser
from app.core.database import MainSession
from app.core.dependencies import ClockDep
from app.core.pagination import Page, PageQueryDep
from app.workspace import layout_service as service
from app.workspace.layout_schemas import LayoutCreate, LayoutRead, LayoutSummaryRead, LayoutUpdate

router = APIRouter(prefix="/layouts", tags=["workspace"])


@router.get("")
async def list_layouts(
    page: PageQueryDep, user: CurrentUser, session: MainSession
) -> Page[LayoutSummaryRead]:
    """One's own layouts, the one used last first."""
    items, cursor = await service.list_layouts(session, user.id, page)
    return Page(items=[LayoutSummaryRead.model_validate(item) for item in items], next_cursor=cursor)


@router.post("", status_code=201)
async def create_layout(
    body: LayoutCreate, user: CurrentUser, session: MainSession, clock: ClockDep, response: Response
) -> LayoutRead:
    """Keep a layout, which is thus the one used last. 409 when there are 50."""
    layout = await service.create_layout(session, user.id, body.name, body.state, clock.now())
    response.headers["Location"] = f"/api/v1/layouts/{layout.summary.id}"
    return LayoutRead.of(layout)


@router.get("/{layout_id}")
async def read_layout(layout_id: UUID, user: CurrentUser, session: MainSession) -> LayoutRead:
    """A layout with its state."""
    return LayoutRead.of(await service.get_layout(session, user.id, layout_id))


@router.put("/{layout_id}")
async def update_layout(
    layout_id: UUID, body: LayoutUpdate, user: CurrentUser, session: MainSession, clock: ClockDep
) -> LayoutRead:
    """Change a layout's name, its state or both. Then, and with an empty body, it is the one used last."""
    layout = await service.update_layout(session, user.id, layout_id, body.name, body.state, clock.now())
    return LayoutRead.of(layout)


@router.delete("/{layout_id}", status_code=204)
async def delete_layout(layout_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove a layout."""
    await service.delete_layout(session, user.id, layout_id)
