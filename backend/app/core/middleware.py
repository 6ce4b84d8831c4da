"""Pure ASGI middleware (Starlette's BaseHTTPMiddleware would turn raised problems into 500s)."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import TooLarge
from app.core.metrics import IN_FLIGHT, LATENCY, REQUESTS
from app.core.problems import answer_unexpected, problem_response

log = structlog.get_logger("app.requests")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_QUIET_PATHS = frozenset(
    {"/health", "/api/v1/health", "/api/v1/health/live", "/api/v1/health/ready", "/metrics"}
)


class RequestContext:
    """Gives each request an id, logs and counts it, and answers what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status, started = 0, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        IN_FLIGHT.inc()
        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            log.info("client_went_away", path=scope["path"])
        except Exception as error:
            if status:
                raise
            await answer_unexpected(Request(scope), error)(scope, receive, send_with_id)
        finally:
            IN_FLIGHT.dec()
            self._account(scope, status, time.perf_counter() - started)

    @staticmethod
    def _account(scope: Scope, status: int, seconds: float) -> None:
        route = _route_template(scope)
        REQUESTS.labels(scope["method"], route, status).inc()
        LATENCY.labels(scope["method"], route).observe(seconds)
        if scope["path"] not in _QUIET_PATHS:
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )


def _route_template(scope: Scope) -> str:
    """The matched route with its routers' prefixes, which FastAPI keeps beside the route itself."""
    matched = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(matched, "path_format", None) or "unmatched")


class EmptyQueryValues:
    """Takes a query's empty values for absent ones: `?query=&limit=` is what an untouched form sends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = scope.get("query_string", b"")
        if given:
            said = b"&".join(pair for pair in given.split(b"&") if pair.partition(b"=")[2])
            scope = {**scope, "query_string": said}
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses bodies that are too large: by their announced length, else while they are read."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int, limits_by_path: Mapping[str, int]) -> None:
        """`limits_by_path`: the limits of paths that begin so, for those that need less or more."""
        self._app = app
        self._limit_bytes = limit_bytes
        self._limits_by_path = limits_by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limits = (limit for path, limit in self._limits_by_path.items() if scope["path"].startswith(path))
        limit = next(limits, self._limit_bytes)
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > limit:
            problem = TooLarge(f"The body has more than {limit:,} bytes.")
            answer = problem_response(
                Request(scope), problem.status, problem.code, problem.title, problem.detail
            )
            await answer(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # Not a TooLarge: of what reading a body raises, FastAPI turns all but its own kind into 400.
                raise HTTPException(TooLarge.status, f"The body has more than {limit:,} bytes.")
            return message

        await self._app(scope, receive_counted, send)
