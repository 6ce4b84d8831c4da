"""Sweeps over HTTP: preview, ask for one, list, read, hold, cancel, delete, and what its sets found."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from app.auth.dependencies import CurrentUser
from app.backtests.service import RunAccepted
from app.core.database import MainSession
from app.core.dependencies import DatabasesDep
from app.core.pagination import Page, PageQueryDep
from app.market.domain import Viewer
from app.research import results, service
from app.research.domain import SweepStatus
from app.research.schemas import (
    Heatmap,
    Reduction,
    ResultFormat,
    SweepAccepted,
    SweepCreate,
    SweepOpen,
    SweepPreview,
    SweepRead,
    SweepResults,
    SweepSummary,
)

DEFAULT_RESULTS, MAXIMUM_RESULTS = 10_000, 100_000

router = APIRouter(prefix="/sweeps", tags=["research"])


@router.post("", status_code=202)
async def create_sweep(
    body: SweepCreate, user: CurrentUser, session: MainSession, response: Response
) -> SweepAccepted:
    """Queue a sweep. Workers share its shards. Baskets are not swept: 422 `basket_not_available`."""
    sweep_id = await service.request_sweep(session, Viewer(user.id, user.is_admin), user.id, body)
    response.headers["Location"] = f"/api/v1/sweeps/{sweep_id}"
    return SweepAccepted(id=sweep_id, status=SweepStatus.QUEUED)


@router.post("/preview")
async def preview_sweep(body: SweepCreate, user: CurrentUser, session: MainSession) -> SweepPreview:
    """How many sets a sweep would run, on how many bars, and about how long that would take."""
    plan = await service.preview_sweep(session, Viewer(user.id, user.is_admin), user.id, body)
    return SweepPreview.of(plan)


@router.get("")
async def list_sweeps(
    page: PageQueryDep, user: CurrentUser, session: MainSession, status: SweepStatus | None = None
) -> Page[SweepSummary]:
    """One's own sweeps, newest first."""
    items, cursor = await service.list_sweeps(session, user.id, page, status)
    return Page(items=[SweepSummary.of(item) for item in items], next_cursor=cursor)


@router.get("/{sweep_id}")
async def read_sweep(sweep_id: UUID, user: CurrentUser, session: MainSession) -> SweepRead:
    """A sweep: how far it is and, once it has succeeded, its best set and its best plateau."""
    return SweepRead.of(await service.get_sweep(session, user.id, sweep_id))


@router.get(
    "/{sweep_id}/results",
    response_model=SweepResults,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "Sets and figures."}
    },
)
async def read_sweep_results(
    sweep_id: UUID,
    user: CurrentUser,
    session: MainSession,
    databases: DatabasesDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[
        int, Query(ge=1, le=MAXIMUM_RESULTS, description="In sets; shards come whole.")
    ] = DEFAULT_RESULTS,
    metrics: Annotated[
        str | None, Query(max_length=1_000, description="Names with commas between; else all.")
    ] = None,
    format: ResultFormat = "columns",
) -> Response:
    """What finished after the sequence `after`: ask again with the `sequence` of the answer to see it grow.

    CSV has every set that is done, in the order of their numbers.
    """
    if format == "csv":
        sweep, names = await results.find_sweep_for_lines(session, user.id, sweep_id, metrics)
        headers = {"Content-Disposition": 'attachment; filename="sweep.csv"'}
        lines = results.stream_lines(databases.main, sweep, names)
        return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")
    _, found = await results.read_results(session, user.id, sweep_id, metrics, after, limit)
    return Response(await asyncio.to_thread(found.to_json), media_type="application/json")


@router.get("/{sweep_id}/heatmap")
async def read_sweep_heatmap(
    sweep_id: UUID,
    user: CurrentUser,
    session: MainSession,
    x: Annotated[str | None, Query(max_length=100)] = None,
    y: Annotated[str | None, Query(max_length=100)] = None,
    metric: Annotated[str | None, Query(max_length=40)] = None,
    reduce: Reduction = "best",
) -> Heatmap:
    """A figure over two parameters: the first two and the objective, where none is named."""
    drawn = await results.read_heatmap(session, user.id, sweep_id, x=x, y=y, metric=metric, reduce=reduce)
    return Heatmap.model_construct(**drawn)


@router.post("/{sweep_id}/pause")
async def pause_sweep(sweep_id: UUID, user: CurrentUser, session: MainSession) -> SweepRead:
    """Begin no more shards; those under way end. 409 when it is over already."""
    return SweepRead.of(await service.pause_sweep(session, user.id, sweep_id))


@router.post("/{sweep_id}/resume")
async def resume_sweep(sweep_id: UUID, user: CurrentUser, session: MainSession) -> SweepRead:
    """Go on with a paused sweep. 409 when it is over already."""
    return SweepRead.of(await service.resume_sweep(session, user.id, sweep_id))


@router.post("/{sweep_id}/cancel")
async def cancel_sweep(sweep_id: UUID, user: CurrentUser, session: MainSession) -> SweepRead:
    """End a sweep; what its sets found so far stays. 409 when it is over already."""
    return SweepRead.of(await service.cancel_sweep(session, user.id, sweep_id))


@router.delete("/{sweep_id}", status_code=204)
async def delete_sweep(sweep_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove a sweep with all it found. 409 while it is running: cancel it first."""
    await service.delete_sweep(session, user.id, sweep_id)


@router.post("/{sweep_id}/open", status_code=202)
async def open_sweep_set(
    sweep_id: UUID, body: SweepOpen, user: CurrentUser, session: MainSession, response: Response
) -> RunAccepted:
    """Queue a backtest of one set on the sweep's terms: the full report."""
    viewer = Viewer(user.id, user.is_admin)
    run_id = await service.open_set(session, viewer, user.id, sweep_id, body)
    response.headers["Location"] = f"/api/v1/backtests/{run_id}"
    return RunAccepted.model_validate({"id": run_id, "status": "queued"})
