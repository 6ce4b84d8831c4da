"""The one place where errors become answers: RFC 9457 `application/problem+json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from app.core.errors import FlowrexError, ServiceUnavailable, Unprocessable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
# A body of nothing but mistakes must not be answered with something longer than itself.
_MAX_LISTED_ERRORS = 50
_MAX_LOCATION_CHARS = 200
# What of a location the client knows: fields and indexes; not the names that validators have inside.
_INSIDE = re.compile(r"[a-z-]*\[.*\]", re.DOTALL)
_READING = frozenset({"GET", "HEAD", "DELETE"})
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "rate_limited",
    500: "internal_error",
    503: "service_unavailable",
}
# asyncpg's names for a server that is away, starting or stopping; they reach us wrapped by SQLAlchemy.
_AWAY = (
    ConnectionError,
    OSError,
    TimeoutError,
    PoolTimeoutError,
    InterfaceError,
    OperationalError,
    asyncpg.InterfaceError,  # unwrapped, from reads that go past SQLAlchemy
)
_AWAY_STATES = ("08", "57P", "53")
# Rows that others hold: serialization failure, deadlock, lock time-out, statement time-out.
_BUSY_STATES = frozenset({"40001", "40P01", "55P03", "57014"})


def problem_document(
    status: int,
    code: str,
    title: str,
    detail: str,
    request_id: str | None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The body of a problem answer."""
    body: dict[str, Any] = {
        "type": f"urn:flowrex:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }
    if errors:
        body["errors"] = list(errors)
    return body


def problem_response(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as an HTTP answer."""
    request_id = request.scope.get("state", {}).get("request_id")
    body = problem_document(status, code, title, detail, request_id, errors)
    return Response(_encode(body), status, dict(headers or {}), MEDIA_TYPE)


def _encode(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a name that the client chose holds half a character; json escapes it
        return json.dumps(body).encode()


def _answer_flowrex_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FlowrexError)  # noqa: S101 - the handler is registered for this class alone
    errors = error.errors
    if isinstance(error, Unprocessable) and not errors:
        errors = [{"location": _locate(request, error.field), "message": error.detail}]
    return problem_response(
        request,
        error.status,
        error.code,
        error.title,
        error.detail,
        errors=errors,
        headers=error.headers,
    )


def _write_location(parts: Sequence[str | int]) -> str:
    """Fields and indexes as the client sent them, without the names that validators go by inside."""
    told = [str(part) for part in parts if not _INSIDE.fullmatch(str(part))]
    return ".".join(told)[:_MAX_LOCATION_CHARS]


def _locate(request: Request, field: str) -> str:
    """Where a field was sent: in the query of a request that only reads, else in the body."""
    part = "query" if request.method in _READING else "body"
    return f"{part}.{field}" if field else part


def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    found = error.errors()
    # Neither `input` nor `ctx` goes out: they can echo a password.
    errors = [
        {
            "location": _write_location(item["loc"]),
            "message": str(item["msg"]).removeprefix("Value error, "),
        }
        for item in found[:_MAX_LISTED_ERRORS]
    ]
    if any(item["type"] == "json_invalid" for item in found):
        return problem_response(
            request,
            400,
            "invalid_json",
            "The body is not JSON",
            "The body cannot be read as JSON.",
            errors=errors,
        )
    where = ", ".join(item["location"] for item in errors[:3])
    return problem_response(
        request, 422, "validation_failed", "Some fields are not valid", f"Look at: {where}.", errors=errors
    )


def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail if isinstance(error.detail, str) else phrase
    if error.status_code == 404 and detail == phrase:
        detail = "There is nothing at this address."
    code = _CODES.get(error.status_code, phrase.lower().replace(" ", "_"))
    return problem_response(request, error.status_code, code, phrase, detail, headers=error.headers)


def _answer_database_error(request: Request, error: Exception) -> Response:
    if isinstance(error, DataError):
        log.warning("value_refused_by_database", reason=str(error.orig)[:200])
        return problem_response(
            request,
            422,
            "validation_failed",
            "Some fields are not valid",
            "A value is outside its range.",
            errors=[{"location": _locate(request, ""), "message": "A value is outside its range."}],
        )
    if (state := _read_state(error)) in _BUSY_STATES:
        log.warning("database_busy", sqlstate=state)
        busy = ServiceUnavailable("Others are working on the same data. Try again in a moment.")
        return problem_response(request, busy.status, "busy", busy.title, busy.detail, headers=busy.headers)
    if not is_database_away(error):
        return answer_unexpected(request, error)
    log.warning("database_away", reason=type(error).__name__)
    away = ServiceUnavailable("The database does not answer. Try again in a moment.")
    return problem_response(
        request, away.status, "database_unavailable", away.title, away.detail, headers=away.headers
    )


def _read_state(error: BaseException) -> str:
    """PostgreSQL's code of a fault, wrapped by SQLAlchemy or not; empty when it has none."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(original, "sqlstate", "") or "")


def is_database_away(error: BaseException) -> bool:
    """True when the fault is that a server cannot be reached, is starting or is stopping."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, InterfaceError | OperationalError):
            return True
        return _read_state(error).startswith(_AWAY_STATES)
    if isinstance(error, asyncpg.PostgresError):
        return _read_state(error).startswith(_AWAY_STATES)
    return isinstance(error, _AWAY)


def is_database_busy(error: BaseException) -> bool:
    """True when others hold the same rows: the same again in a moment goes through."""
    return _read_state(error) in _BUSY_STATES


def answer_unexpected(request: Request, error: Exception) -> Response:
    """A 500 that tells nothing of the inside, beside a log line that tells all."""
    log.error("unexpected_error", path=request.url.path, exc_info=error)
    return problem_response(
        request,
        500,
        "internal_error",
        "Something went wrong",
        "The fault is ours and was logged. Quote the request id when you report it.",
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Map every error that a route can raise."""
    app.add_exception_handler(FlowrexError, _answer_flowrex_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    for away in (
        DBAPIError,
        PoolTimeoutError,
        ConnectionError,
        TimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
    ):
        app.add_exception_handler(away, _answer_database_error)
