"""Last prices over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.database import MainSession
from app.core.dependencies import ClockDep
from app.core.errors import Unprocessable
from app.core.fields import CleanStr
from app.core.pagination import Page
from app.live import quotes
from app.live.quote_facts import MAX_QUOTES
from app.live.quotes_dependencies import QuoteViewer, RedisDep
from app.live.quotes_schemas import QuoteRead

_MAX_TEXT = 40 * MAX_QUOTES

router = APIRouter(tags=["live"])


class InvalidQuoteQuery(Unprocessable):
    """A list of ids or symbols that is none, is both, or is too long."""

    code, title = "invalid_quote_query", "Not a list of instruments"
    field = "ids"


@router.get("/quotes")
async def list_quotes(
    viewer: QuoteViewer,
    session: MainSession,
    redis: RedisDep,
    clock: ClockDep,
    ids: Annotated[
        CleanStr | None, Query(max_length=_MAX_TEXT, description="Ids of instruments, by commas.")
    ] = None,
    symbols: Annotated[CleanStr | None, Query(max_length=_MAX_TEXT, description="Or symbols.")] = None,
) -> Page[QuoteRead]:
    """The last known price of up to 200 instruments, in the order asked for. What one may not see, and what
    has no price, is left out. For prices as they come, listen to the channels `quotes:<id>`.
    """
    if (ids is None) == (symbols is None):
        raise InvalidQuoteQuery("Name either `ids` or `symbols`.")
    found = await quotes.list_quotes(
        session,
        redis,
        viewer,
        ids=[_read_id(one) for one in _split(ids)],
        symbols=_split(symbols),
        now=clock.now(),
    )
    return Page(items=[QuoteRead.of(one) for one in found], next_cursor=None)


def _split(text: str | None) -> list[str]:
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if len(parts) > MAX_QUOTES:
        raise InvalidQuoteQuery(f"At most {MAX_QUOTES} instruments at once.")
    return parts


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidQuoteQuery(f"Not an id: {text[:40]}") from error
