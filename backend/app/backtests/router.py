"""Runs over HTTP: ask for one, list, read, cancel, delete, and their trades and equity."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse

from app.auth.dependencies import CurrentUser
from app.backtests import columns, service
from app.backtests.domain import RunFilter, RunStatus, label_symbols
from app.backtests.schemas import (
    BacktestCreate,
    EquityFormat,
    EquityRead,
    RunAccepted,
    RunRead,
    RunSummary,
    TradeColumns,
    TradeFormat,
    TradePage,
    TradeSort,
)
from app.core.database import MainSession
from app.core.dependencies import NotificationsDep
from app.core.fields import CleanStr
from app.core.pagination import (
    MAX_LIMIT,
    InvalidCursor,
    Page,
    PageQueryDep,
    decode_cursor,
    encode_cursor,
)
from app.market.domain import Viewer, normalize_symbol

MAX_WAIT_SECONDS = 30
_CSV = {"text/csv": {"schema": {"type": "string"}}}

router = APIRouter(prefix="/backtests", tags=["backtests"])


@router.post(
    "",
    status_code=202,
    response_model=RunAccepted,
    responses={200: {"model": RunRead, "description": "The run was over within `wait` seconds."}},
)
async def create_backtest(
    body: BacktestCreate,
    user: CurrentUser,
    session: MainSession,
    notifications: NotificationsDep,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS, allow_inf_nan=False)] = 0,
) -> Response:
    """Queue a run of one `symbol`, or of a basket of `symbols` with one cash.

    With `wait`, answer with the whole run when it is over within that many seconds.
    """
    viewer = Viewer(user.id, user.is_admin)
    run_id = await service.request_run(session, viewer, user.id, body)
    headers = {"Location": f"/api/v1/backtests/{run_id}"}
    status = RunStatus.QUEUED
    if wait > 0:
        run = await service.wait_for_run(session, notifications, user.id, run_id, wait)
        if run.status.is_final:
            return Response(RunRead.of(run).model_dump_json(), headers=headers, media_type="application/json")
        status = run.status
    return JSONResponse({"id": str(run_id), "status": status.value}, 202, headers)


@router.get("")
async def list_backtests(
    page: PageQueryDep,
    user: CurrentUser,
    session: MainSession,
    symbol: Annotated[str | None, Query(max_length=64)] = None,
    strategy_id: UUID | None = None,
    status: RunStatus | None = None,
    query: Annotated[CleanStr, Query(max_length=100)] | None = None,
) -> Page[RunSummary]:
    """One's own runs, newest first; with `query` those that have it in a symbol or in their rule's name."""
    words = query and query.strip()
    wanted = RunFilter(None if symbol is None else normalize_symbol(symbol), strategy_id, status, words)
    items, cursor = await service.list_runs(session, user.id, wanted, page)
    return Page(items=[RunSummary.model_validate(item) for item in items], next_cursor=cursor)


@router.get("/{run_id}")
async def read_backtest(run_id: UUID, user: CurrentUser, session: MainSession) -> RunRead:
    """A run: how far it is and, once it has succeeded, whether to believe it and what it found."""
    return RunRead.of(await service.get_run(session, user.id, run_id))


@router.post("/{run_id}/cancel")
async def cancel_backtest(run_id: UUID, user: CurrentUser, session: MainSession) -> RunRead:
    """End a queued run at once; ask the worker to stop a running one. 409 when it is over already."""
    return RunRead.of(await service.cancel_run(session, user.id, run_id))


@router.delete("/{run_id}", status_code=204)
async def delete_backtest(run_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove a run. 409 while it is running: cancel it first."""
    await service.delete_run(session, user.id, run_id)


@router.get(
    "/{run_id}/trades",
    response_model=TradePage | TradeColumns,
    responses={200: {"content": _CSV, "description": "Trades, in the form asked for."}},
)
async def read_backtest_trades(
    run_id: UUID,
    user: CurrentUser,
    session: MainSession,
    format: TradeFormat = "items",
    sort: TradeSort = "entry_time",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = MAX_LIMIT,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """A run's trades: a page of objects; or all of them in columns or as CSV, in the order of entry."""
    symbols, trades = await service.get_trades(session, user.id, run_id)
    if format == "csv":
        return _stream_csv(columns.iterate_trade_lines(trades, symbols), f"{label_symbols(symbols)}-trades")
    if format == "columns":
        pieces = columns.iterate_trade_json(trades, symbols)
        return StreamingResponse(_in_turns(pieces), media_type="application/json")
    start = 0 if cursor is None else _read_offset(cursor, sort)
    order = await asyncio.to_thread(columns.order_trades, trades, sort, symbols)
    body = {
        "items": columns.write_trades(trades, order[start : start + limit], symbols),
        "next_cursor": encode_cursor(sort, str(start + limit)) if start + limit < len(trades) else None,
    }
    return JSONResponse(body)


@router.get(
    "/{run_id}/equity",
    response_model=EquityRead,
    responses={200: {"content": _CSV, "description": "Equity at each bar's close."}},
)
async def read_backtest_equity(
    run_id: UUID,
    user: CurrentUser,
    session: MainSession,
    format: EquityFormat = "columns",
    max_points: Annotated[int | None, Query(ge=100, le=1_000_000)] = None,
) -> Response:
    """A run bar by bar. `max_points` thins a long run out for a chart: extremes stay, nothing is averaged."""
    symbols, curve = await service.get_equity(session, user.id, run_id)
    if max_points is not None:
        curve = await asyncio.to_thread(columns.thin_out, curve, max_points)
    if format == "csv":
        return _stream_csv(columns.iterate_equity_lines(curve), f"{label_symbols(symbols)}-equity")
    pieces = columns.iterate_equity_json(curve)
    if len(curve) <= columns.NUMBERS_PER_PIECE:
        return Response(b"".join(pieces), media_type="application/json")
    return StreamingResponse(_in_turns(pieces), media_type="application/json")


def _stream_csv(lines: Iterator[bytes], name: str) -> StreamingResponse:
    file_name = re.sub(r"[^A-Za-z0-9.-]", "_", name) + ".csv"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return StreamingResponse(_in_turns(lines), headers=headers, media_type="text/csv; charset=utf-8")


async def _in_turns(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Piece by piece, other requests in between."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def _read_offset(cursor: str, sort: str) -> int:
    of_sort, offset = decode_cursor(cursor, 2)
    if of_sort != sort or not (offset.isascii() and offset.isdecimal() and len(offset) <= 9):
        raise InvalidCursor("The cursor belongs to another order: begin again without it.")
    return int(offset)
