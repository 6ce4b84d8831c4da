"""Twelve Data's REST addresses over stored bars, so that code written for it runs against Flowrex unchanged.

Errors are the vendor's `{"code", "message", "status": "error"}`; the same document is a problem (RFC 9457) as
far as its members go, so that whoever reads the API's other errors reads these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from app.auth.dependencies import require_key_holder
from app.compat import service
from app.compat.dependencies import (
    PlaceDep,
    PlacesDep,
    SeriesQueryDep,
    SymbolsDep,
    Text,
    ViewerDep,
    ZoneNameDep,
)
from app.compat.domain import InvalidParameter, read_choice, read_interval, read_whole
from app.compat.schemas import Document, write_csv
from app.core.database import MainSession
from app.core.dependencies import ClockDep
from app.core.errors import BadRequest, FlowrexError
from app.core.problems import MEDIA_TYPE

_MAX_SEARCH_ROWS, _DEFAULT_SEARCH_ROWS = 120, 30
_DEFAULT_VOLUME_BARS, _MAX_VOLUME_BARS = 9, 500
_DELIMITERS = frozenset(";,|\t")
_Handler = Callable[[Request], Any]


class VendorRoute(APIRoute):
    """A route whose errors are told in the vendor's shape."""

    def get_route_handler(self) -> _Handler:
        """The handler, with errors caught around it."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except FlowrexError as error:
                return _write_error(request, error)
            except RequestValidationError as error:
                names = ", ".join(sorted({str(item["loc"][-1]) for item in error.errors()}))
                return _write_error(request, BadRequest(f"Invalid **{names}** provided."))

        return answer


def _write_error(request: Request, error: FlowrexError) -> Response:
    told = service.write_failure(error)
    document = {
        "type": f"urn:flowrex:problem:{error.code}",
        "title": error.title,
        "detail": error.detail,
        "request_id": request.scope.get("state", {}).get("request_id"),
        **told,
    }
    return Response(orjson.dumps(document), told["code"], error.headers, MEDIA_TYPE)


# One list for both addresses; the key is asked for here, so that no way in can forget it.
router = APIRouter(
    prefix="/compat/twelvedata",
    tags=["compat"],
    route_class=VendorRoute,
    dependencies=[Depends(require_key_holder)],
)


def _write(document: Document, *, is_batch: bool = False) -> Response:
    headers = {"Is_batch": "true"} if is_batch else None
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


async def _for_each(symbols: tuple[str, ...], answer: Callable[[str], Awaitable[Document]]) -> Response:
    """One symbol's document, or an object with that of each, which may be an error."""
    if len(symbols) == 1:
        return _write(await answer(symbols[0]))
    answers: Document = {}
    for symbol in symbols:
        try:
            answers[symbol] = await answer(symbol)
        except FlowrexError as error:
            answers[symbol] = service.write_failure(error)
    return _write(answers, is_batch=True)


@router.get("/time_series", response_class=Response)
async def read_time_series(
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    symbols: SymbolsDep,
    place: PlaceDep,
    query: SeriesQueryDep,
    format: Text = None,
    delimiter: Text = None,
) -> Response:
    """Stored bars, the newest first unless `order=asc`."""
    as_csv = read_choice("format", format, ("json", "csv")) == "csv"
    found = await service.find_asked(session, viewer, symbols, place)
    if len(symbols) > 1:
        if as_csv:
            raise InvalidParameter("**format** CSV is for one symbol.")
        many = await service.read_many_series(session, found, symbols, query, clock.now())
        return _write(many, is_batch=True)
    asked = service.get_asked(found, symbols[0])
    document, rows = await service.read_series(session, asked, query, clock.now())
    if not as_csv:
        return _write(document)
    # Named without a charset: the vendor's client compares the whole text.
    text = write_csv(rows, delimiter if delimiter in _DELIMITERS else ";")
    return Response(text.encode(), headers={"content-type": "text/csv"})


@router.get("/price", response_class=Response)
async def read_price(
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    symbols: SymbolsDep,
    place: PlaceDep,
    places: PlacesDep,
) -> Response:
    """The close of the newest stored bar."""
    found = await service.find_asked(session, viewer, symbols, place)
    now = clock.now()

    async def answer(symbol: str) -> Document:
        return await service.read_price(session, service.get_asked(found, symbol), places, now)

    return await _for_each(symbols, answer)


@router.get("/quote", response_class=Response)
async def read_quote(
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    symbols: SymbolsDep,
    place: PlaceDep,
    places: PlacesDep,
    timezone: ZoneNameDep,
    interval: Text = None,
    volume_time_period: Text = None,
) -> Response:
    """The newest closed bar of an interval, with the one before and the last year."""
    length = read_interval(interval or "1day")
    counted = read_whole("volume_time_period", volume_time_period, 1, _MAX_VOLUME_BARS)
    found = await service.find_asked(session, viewer, symbols, place)
    now = clock.now()

    async def answer(symbol: str) -> Document:
        asked = service.get_asked(found, symbol)
        return await service.read_quote(
            session, asked, length, timezone, counted or _DEFAULT_VOLUME_BARS, places, now
        )

    return await _for_each(symbols, answer)


@router.get("/earliest_timestamp", response_class=Response)
async def read_earliest_timestamp(
    viewer: ViewerDep,
    session: MainSession,
    clock: ClockDep,
    symbols: SymbolsDep,
    place: PlaceDep,
    timezone: ZoneNameDep,
    interval: Text = None,
) -> Response:
    """When the first stored bar opened."""
    length = read_interval(interval)
    found = await service.find_asked(session, viewer, symbols[:1], place)
    asked = service.get_asked(found, symbols[0])
    return _write(await service.read_earliest(session, asked, length, timezone, clock.now()))


@router.get("/symbol_search", response_class=Response)
async def search_symbols(
    viewer: ViewerDep, session: MainSession, symbol: Text = None, outputsize: Text = None
) -> Response:
    """Instruments whose symbol or name holds the text."""
    text = (symbol or "").strip()
    if not text or "\x00" in text or not text.isprintable():
        raise InvalidParameter("**symbol** parameter is missing or invalid.")
    size = read_whole("outputsize", outputsize, 1, _MAX_SEARCH_ROWS)
    return _write(await service.search_symbols(session, viewer, text, size or _DEFAULT_SEARCH_ROWS))


@router.get("/exchanges", response_class=Response)
async def list_exchanges(viewer: ViewerDep, session: MainSession, code: Text = None) -> Response:
    """The exchanges of what is stored."""
    return _write(await service.list_exchanges(session, viewer, code.strip().upper() if code else None))


@router.get("/technical_indicators", response_class=Response)
async def list_technical_indicators() -> Response:
    """None: the vendor's client asks for them at its first use, and goes on."""
    return _write({"data": {}, "status": "ok"})
