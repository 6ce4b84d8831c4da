"""Drawings over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from app.auth.dependencies import CurrentUser
from app.core.database import MainSession
from app.core.pagination import PageQueryDep
from app.market.domain import Adjustment, Viewer
from app.workspace import service
from app.workspace.drawing_schemas import DrawingCreate, DrawingPage, DrawingRead, DrawingUpdate

router = APIRouter(prefix="/drawings", tags=["workspace"])


@router.get("")
async def list_drawings(
    instrument_id: UUID,
    page: PageQueryDep,
    user: CurrentUser,
    session: MainSession,
    adjust: Adjustment = Adjustment.SPLITS,
) -> DrawingPage:
    """What one drew on an instrument, oldest first, with prices as a chart of that `adjust` has them."""
    viewer = Viewer(user.id, user.is_admin)
    return await service.list_drawings(session, viewer, user.id, instrument_id, adjust, page)


@router.post("", status_code=201)
async def create_drawing(
    body: DrawingCreate, user: CurrentUser, session: MainSession, response: Response
) -> DrawingRead:
    """Keep something drawn. 409 at 500 on one instrument, and for a chart of before a split."""
    drawing = await service.create_drawing(session, Viewer(user.id, user.is_admin), user.id, body)
    response.headers["Location"] = f"/api/v1/drawings/{drawing.id}"
    return DrawingRead.of(drawing)


@router.get("/{drawing_id}")
async def read_drawing(
    drawing_id: UUID, user: CurrentUser, session: MainSession, adjust: Adjustment = Adjustment.SPLITS
) -> DrawingRead:
    """One drawing."""
    viewer = Viewer(user.id, user.is_admin)
    return DrawingRead.of(await service.get_drawing(session, viewer, user.id, drawing_id, adjust))


@router.patch("/{drawing_id}")
async def update_drawing(
    drawing_id: UUID, body: DrawingUpdate, user: CurrentUser, session: MainSession
) -> DrawingRead:
    """Move a drawing, or change how it looks. What is not named stays."""
    viewer = Viewer(user.id, user.is_admin)
    return DrawingRead.of(await service.update_drawing(session, viewer, user.id, drawing_id, body))


@router.delete("/{drawing_id}", status_code=204)
async def delete_drawing(drawing_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove a drawing."""
    await service.delete_drawing(session, user.id, drawing_id)


@router.delete("", status_code=204)
async def delete_drawings(instrument_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove all that one drew on an instrument."""
    await service.delete_drawings(session, Viewer(user.id, user.is_admin), user.id, instrument_id)
