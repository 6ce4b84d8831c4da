"""Lists in pages: a bounded limit and an opaque cursor over a stable order."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel

from app.core.errors import Unprocessable

T = TypeVar("T")
MAX_LIMIT = 100
_MAX_CURSOR_CHARS = 512


class InvalidCursor(Unprocessable):
    """A cursor that this list did not hand out."""

    code, title = "invalid_cursor", "The cursor is not one that this list handed out"
    field = "cursor"


class Page(BaseModel, Generic[T]):
    """A page of a list. `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PageQuery:
    """How much of a list is asked for, and from where."""

    limit: int
    cursor: str | None


def _page_query(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
    cursor: Annotated[str | None, Query(max_length=_MAX_CURSOR_CHARS)] = None,
) -> PageQuery:
    return PageQuery(limit, cursor)


PageQueryDep = Annotated[PageQuery, Depends(_page_query)]


def encode_cursor(*parts: str) -> str:
    """An opaque, URL-safe cursor that holds the last row's sort key."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode_cursor(cursor: str, count: int) -> tuple[str, ...]:
    """The `count` strings that `encode_cursor` was given. Raises InvalidCursor."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = orjson.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor from error
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(p, str) for p in parts):
        raise InvalidCursor
    if any("\x00" in part for part in parts):
        raise InvalidCursor
    return tuple(parts)


def read_cursor_id(text: str) -> UUID:
    """An id out of a cursor. Raises InvalidCursor."""
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidCursor from error


def decode_uuid_cursor(cursor: str) -> UUID:
    """The id that a cursor of nothing else holds. Raises InvalidCursor."""
    return read_cursor_id(decode_cursor(cursor, 1)[0])


def cut_page(rows: Sequence[T], limit: int) -> tuple[list[T], bool]:
    """Rows of a query with `limit + 1`: the page, and whether there is more."""
    return list(rows[:limit]), len(rows) > limit
