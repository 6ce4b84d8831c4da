"""Instruments, bars and imports over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from app.core.database import MainSession
from app.core.dependencies import SettingsDep
from app.core.errors import TooLarge
from app.core.fields import CleanStr, Moment, ceil_seconds
from app.core.pagination import Page, PageQueryDep
from app.engine.intervals import Interval
from app.market import import_service, service
from app.market.bar_answers import BarsQuery
from app.market.dependencies import BarAnswersDep, ViewerDep
from app.market.domain import Adjustment, AssetClass, InstrumentFilter, InvalidImport, InvalidRange, Scope
from app.market.schemas import (
    DEFAULT_BARS,
    MAX_BARS,
    BarColumnsRead,
    BarRowsRead,
    BarsFormat,
    ImportAccepted,
    ImportCreate,
    ImportRead,
    InstrumentRead,
    InstrumentUpdate,
    SessionsRead,
    SplitBody,
    SplitList,
)

_MAX_FORM_FIELDS = 16
_MAX_FIELD_BYTES = 8 * 1024

router = APIRouter(tags=["market"])


def _describe_upload() -> dict[str, Any]:
    """The body of an import for the OpenAPI document, which cannot see it: the route reads it by itself."""
    schema = ImportCreate.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    schema["properties"] = {"file": {"type": "string", "format": "binary"}, **schema["properties"]}
    schema["required"] = ["file", *schema["required"]]
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


SearchText = Annotated[CleanStr, Query(max_length=100)]


@router.get("/instruments")
async def list_instruments(
    viewer: ViewerDep,
    session: MainSession,
    page: PageQueryDep,
    query: SearchText | None = None,
    asset_class: AssetClass | None = None,
    scope: Scope | None = None,
) -> Page[InstrumentRead]:
    """The installation's instruments and one's own, in the order of their symbols."""
    wanted = InstrumentFilter(query and query.strip(), asset_class, scope)
    items, cursor = await service.list_instruments(session, viewer, wanted, page)
    return Page(items=[InstrumentRead.of(item) for item in items], next_cursor=cursor)


@router.get("/instruments/{instrument_id}")
async def read_instrument(instrument_id: UUID, viewer: ViewerDep, session: MainSession) -> InstrumentRead:
    """One instrument."""
    return InstrumentRead.of(await service.get_instrument_by_id(session, viewer, instrument_id))


@router.patch("/instruments/{instrument_id}")
async def update_instrument(
    instrument_id: UUID, body: InstrumentUpdate, viewer: ViewerDep, session: MainSession
) -> InstrumentRead:
    """Change what is known of an instrument: one's own, or as admin the installation's."""
    return InstrumentRead.of(await service.update_instrument(session, viewer, instrument_id, body))


@router.delete("/instruments/{instrument_id}", status_code=204)
async def delete_instrument(instrument_id: UUID, viewer: ViewerDep, session: MainSession) -> None:
    """Remove an instrument with all its bars."""
    await service.delete_instrument(session, viewer, instrument_id)


@router.get("/instruments/{instrument_id}/splits")
async def list_splits(instrument_id: UUID, viewer: ViewerDep, session: MainSession) -> list[SplitBody]:
    """The splits of an instrument, oldest first."""
    instrument = await service.get_instrument_by_id(session, viewer, instrument_id)
    return [SplitBody.model_validate(split) for split in instrument.splits]


@router.put("/instruments/{instrument_id}/splits")
async def replace_splits(
    instrument_id: UUID, body: SplitList, viewer: ViewerDep, session: MainSession
) -> list[SplitBody]:
    """Make these all the splits of an instrument. Bars stay as they were traded: splits are applied on
    reading.
    """
    splits = await service.replace_splits(session, viewer, instrument_id, [one.to_split() for one in body])
    return [SplitBody.model_validate(split) for split in splits]


@router.get("/instruments/{instrument_id}/sessions")
async def list_sessions(
    instrument_id: UUID, viewer: ViewerDep, session: MainSession, start: Moment, end: Moment
) -> SessionsRead:
    """The market's sessions with start ≤ date < end, the newest 5,000 of them: for a chart's shading."""
    if start >= end:
        raise InvalidRange("The start must lie before the end.")
    instrument = await service.get_instrument_by_id(session, viewer, instrument_id)
    sessions = await service.find_sessions(session, instrument, ceil_seconds(start), ceil_seconds(end) - 1)
    return SessionsRead.of(instrument, sessions)


@router.get(
    "/bars",
    response_class=Response,
    responses={
        200: {
            "model": BarColumnsRead | BarRowsRead,
            "description": "Bars, oldest first, in the format that was asked for.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        304: {"description": "The bars are those of If-None-Match."},
    },
)
async def read_bars(
    request: Request,
    viewer: ViewerDep,
    answers: BarAnswersDep,
    symbol: Annotated[str, Query(max_length=64)],
    interval: Interval,
    start: Annotated[Moment | None, Query(description="Inclusive: RFC 3339 or a date.")] = None,
    end: Annotated[Moment | None, Query(description="Exclusive: RFC 3339 or a date.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_BARS, description="The newest so many.")] = DEFAULT_BARS,
    adjust: Adjustment = Adjustment.SPLITS,
    format: BarsFormat = BarsFormat.COLUMNS,
) -> Response:
    """Bars of an instrument: stored ones, or made from the next finer interval that is stored."""
    if start is not None and end is not None and start >= end:
        raise InvalidRange("The start must lie before the end.")
    asked = BarsQuery(
        symbol,
        interval,
        None if start is None else ceil_seconds(start),
        None if end is None else ceil_seconds(end),
        limit,
        adjust,
        format,
    )
    answer = await answers.answer(asked, viewer, request.headers.get("accept-encoding", ""))
    headers = {
        "ETag": answer.tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Authorization",
    }
    if request.headers.get("if-none-match") == answer.tag:
        return Response(status_code=304, headers=headers)
    if answer.encoding is not None:
        headers["Content-Encoding"] = answer.encoding
    if format is BarsFormat.CSV:
        name = f"{symbol.strip().upper()}-{interval.value}.csv".replace("/", "-").replace("^", "")
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return Response(answer.body, headers=headers, media_type="text/csv")
    return Response(answer.body, headers=headers, media_type="application/json")


@router.post(
    "/imports",
    status_code=202,
    openapi_extra={"requestBody": _describe_upload()},
)
async def create_import(
    request: Request, response: Response, viewer: ViewerDep, session: MainSession, settings: SettingsDep
) -> ImportAccepted:
    """Take a CSV file of bars on. A worker reads it; look at GET /imports/{id} for how it goes."""
    # Read here, not declared: a declared file would be taken in before anybody asked who sends it.
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "multipart/form-data" or "charset" in parameters.lower():
        raise InvalidImport(
            "Send multipart/form-data, in UTF-8, with the file in the field `file`.", field="file"
        )
    async with request.form(max_files=1, max_fields=_MAX_FORM_FIELDS, max_part_size=_MAX_FIELD_BYTES) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidImport("Send multipart/form-data with the file in the field `file`.", field="file")
        if file.size is not None and file.size > settings.max_upload_bytes:
            raise TooLarge(f"The file has more than {settings.max_upload_bytes:,} bytes.")
        fields = {name: value for name, value in form.multi_items() if name != "file"}
        try:
            body = ImportCreate.model_validate(fields)
        except ValidationError as error:
            raise RequestValidationError(
                [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
            ) from error
        stored = await import_service.start_import(session, viewer, body.to_form(), file.file, file.filename)
    response.headers["Location"] = f"/api/v1/imports/{stored.id}"
    return ImportAccepted(id=stored.id, status=stored.status)


@router.get("/imports")
async def list_imports(viewer: ViewerDep, session: MainSession, page: PageQueryDep) -> Page[ImportRead]:
    """One's imports, newest first."""
    items, cursor = await import_service.list_imports(session, viewer, page)
    return Page(items=[ImportRead.of(item) for item in items], next_cursor=cursor)


@router.get("/imports/{import_id}")
async def read_import(import_id: UUID, viewer: ViewerDep, session: MainSession) -> ImportRead:
    """How an import goes, and what became of it."""
    return ImportRead.of(await import_service.get_import(session, viewer, import_id))


@router.post("/imports/{import_id}/cancel")
async def cancel_import(import_id: UUID, viewer: ViewerDep, session: MainSession) -> ImportRead:
    """Stop an import. Nothing of it is kept."""
    return ImportRead.of(await import_service.cancel_import(session, viewer, import_id))
