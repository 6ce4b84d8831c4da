"""The errors that rooms raise. Each knows its HTTP status and a stable code; `core.problems` writes them out.

FlowrexError
 ├─ BadRequest 400
 ├─ Unauthorized 401
 ├─ Forbidden 403
 ├─ NotFound 404
 ├─ Conflict 409
 ├─ TooLarge 413
 ├─ Unprocessable 422
 ├─ TooManyRequests 429
 └─ ServiceUnavailable 503

A room derives its own in `domain.py` and names the fact: `class InstrumentNotFound(NotFound)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class FlowrexError(Exception):
    """A fact that ends a request. `detail` is for the person who reads it: what happened and what to do."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = list(errors)
        self.headers = dict(headers or {})


class BadRequest(FlowrexError):
    """The request cannot be read."""

    status, code, title = 400, "bad_request", "The request cannot be read"


class Unauthorized(FlowrexError):
    """Nobody is signed in, or the proof of it does not hold."""

    status, code, title = 401, "unauthorized", "Sign in first"

    def __init__(self, detail: str = "", **more: Any) -> None:
        super().__init__(detail, **more)
        self.headers.setdefault("WWW-Authenticate", "Bearer")


class Forbidden(FlowrexError):
    """Who asks is known, and may not do this."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(FlowrexError):
    """There is no such thing, or none that who asks may see."""

    status, code, title = 404, "not_found", "Not found"


class Conflict(FlowrexError):
    """The thing's present state does not allow this."""

    status, code, title = 409, "conflict", "Conflict"


class TooLarge(FlowrexError):
    """More bytes than are taken."""

    status, code, title = 413, "too_large", "Too large"


class Unprocessable(FlowrexError):
    """The request is readable and does not make sense."""

    status, code, title = 422, "unprocessable", "The request does not make sense"
    # The field of the query or body that the fact is about, unless `errors` tells it better.
    field: str = ""

    def __init__(self, detail: str = "", *, field: str | None = None, **more: Any) -> None:
        super().__init__(detail, **more)
        if field is not None:
            self.field = field


class TooManyRequests(FlowrexError):
    """A rate limit was reached."""

    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after_seconds))})


class ServiceUnavailable(FlowrexError):
    """A part that is needed is away for the moment."""

    status, code, title = 503, "service_unavailable", "Try again in a moment"

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})
