"""Bodies of requests and answers about watchlists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from app.core.fields import CleanStr, ReadModel, StrictModel
from app.market.service import InstrumentRead
from app.workspace.domain import MAX_ITEMS, MAX_WATCHLISTS, WatchlistItem

MAX_NAME_CHARS = 80
MAX_GROUP_CHARS = 60


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Name = Annotated[CleanStr, BeforeValidator(_strip), Field(min_length=1, max_length=MAX_NAME_CHARS)]
Group = Annotated[CleanStr, BeforeValidator(_strip), Field(min_length=1, max_length=MAX_GROUP_CHARS)]


class WatchlistCreate(StrictModel):
    """A list to begin. Names need not be unique."""

    name: Name


class WatchlistUpdate(StrictModel):
    """What to change: the name, the place among one's own lists (from 0), or both."""

    name: Name | None = None
    position: Annotated[int, Field(ge=0, lt=MAX_WATCHLISTS, strict=True)] | None = None

    @model_validator(mode="after")
    def _change_something(self) -> Self:
        if self.name is None and self.position is None:
            raise ValueError("give a name, a position, or both")
        return self


class WatchlistItemBody(StrictModel):
    """An instrument, and the heading under which it stands."""

    instrument_id: UUID
    group: Group | None = None

    def to_item(self) -> WatchlistItem:
        """The same as a fact of the room."""
        return WatchlistItem(self.instrument_id, self.group)


class WatchlistOrder(StrictModel):
    """All that is on the list, in order. `revision`: of the list from which the order was made."""

    revision: Annotated[int, Field(ge=0, le=2**53, strict=True)]
    items: Annotated[list[WatchlistItemBody], Field(max_length=MAX_ITEMS)]

    @model_validator(mode="after")
    def _name_each_once(self) -> Self:
        if len({item.instrument_id for item in self.items}) < len(self.items):
            raise ValueError("an instrument stands on a list once")
        return self


class WatchlistItemRead(ReadModel):
    """An instrument on a list."""

    group: str | None
    instrument: InstrumentRead


class WatchlistSummaryRead(ReadModel):
    """A list without its items. `revision` grows with every change of the items."""

    id: UUID
    name: str
    position: int
    is_default: bool
    revision: int
    item_count: int
    created_at: datetime
    updated_at: datetime


class WatchlistRead(WatchlistSummaryRead):
    """A list with its items, in order."""

    items: list[WatchlistItemRead]


class StarsRead(ReadModel):
    """What is on the list that the star uses; no list yet is no star."""

    watchlist_id: UUID | None
    instrument_ids: list[UUID]
