"""Reports over HTTP: the tear sheet, runs side by side, files to keep, links for people who are not here."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.auth.dependencies import CurrentUser
from app.backtests import reports, shares
from app.backtests.report_schemas import (
    ComparisonRead,
    ExportFormat,
    ShareCreate,
    ShareCreated,
    SharedReport,
    ShareList,
    ShareRead,
    TearSheetRead,
)
from app.core.database import MainSession
from app.core.dependencies import ClientAddress, ClockDep, RateLimitsDep, SettingsDep

_FILES = {
    "text/html": {"schema": {"type": "string"}},
    "text/csv": {"schema": {"type": "string"}},
    "application/json": {"schema": {"type": "object"}},
}
# A link is for those who have it: no search engine, no cache on the way, no trace of it in other sites' logs.
_UNLISTED = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}

router = APIRouter(prefix="/backtests", tags=["reports"])
public_router = APIRouter(prefix="/shared", tags=["reports"])


@router.get("/compare")
async def compare_backtests(
    user: CurrentUser,
    session: MainSession,
    ids: Annotated[str, Query(max_length=400, description="2 to 5 ids of finished runs, with commas.")],
) -> ComparisonRead:
    """Finished runs side by side: their figures, and their equity at common times, 1 at the common start."""
    return await reports.compare_runs(session, user.id, ids)


@router.get("/{run_id}/tear-sheet")
async def read_tear_sheet(run_id: UUID, user: CurrentUser, session: MainSession) -> TearSheetRead:
    """A finished run by month and year, rolling, distributed, by hour and weekday; its deepest drawdowns."""
    return await reports.get_tear_sheet(session, user.id, run_id)


@router.get(
    "/{run_id}/export",
    response_class=Response,
    responses={200: {"content": _FILES, "description": "The report as a file."}},
)
async def export_backtest(
    run_id: UUID, user: CurrentUser, session: MainSession, format: ExportFormat = "html"
) -> Response:
    """A finished run as one file: a page that prints, the whole run as JSON, or its trades."""
    file = await reports.export_run(session, user.id, run_id, format)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, headers=headers, media_type=file.media_type)


@router.post("/{run_id}/shares", status_code=201)
async def create_share(
    run_id: UUID, body: ShareCreate, user: CurrentUser, session: MainSession, clock: ClockDep
) -> ShareCreated:
    """Make a link with which anybody reads this report until it expires. The token is told only here."""
    return await shares.create_share(session, clock, user.id, run_id, body.expires_in_days)


@router.get("/{run_id}/shares")
async def list_shares(run_id: UUID, user: CurrentUser, session: MainSession, clock: ClockDep) -> ShareList:
    """The report's links that still work, newest first."""
    items = await shares.list_shares(session, clock, user.id, run_id)
    return ShareList(items=[ShareRead.model_validate(item) for item in items])


@router.delete("/{run_id}/shares/{share_id}", status_code=204)
async def revoke_share(run_id: UUID, share_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """End a link at once."""
    await shares.revoke_share(session, user.id, run_id, share_id)


@public_router.get("/{token}")
async def read_shared_report(
    token: str,
    session: MainSession,
    clock: ClockDep,
    limits: RateLimitsDep,
    settings: SettingsDep,
    address: ClientAddress,
    response: Response,
) -> SharedReport:
    """The report behind a link, for anybody who has it."""
    await limits.hit(settings.rate_limit_shared, "shared", address)
    report = await shares.read_shared_report(session, clock, token)
    response.headers.update(_UNLISTED)
    return report
