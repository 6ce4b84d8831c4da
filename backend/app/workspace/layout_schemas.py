"""Bodies of requests and answers about chart layouts. What one holds is the client's; its size is ours."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.core.fields import CleanStr, ReadModel, StrictModel
from app.engine.intervals import Interval
from app.market.domain import SYMBOL_PATTERN
from app.workspace.domain import Layout

MAX_STATE_BYTES = 64 * 1024
MAX_DEPTH = 10
MAX_PANES = 16
MAX_NAME_CHARS = 80
# What a double holds exactly, so that a browser reads back what it wrote.
_LARGEST_WHOLE = 2**53
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Name = Annotated[CleanStr, BeforeValidator(_strip), Field(min_length=1, max_length=MAX_NAME_CHARS)]


class _Pane(BaseModel):
    """A chart of a layout: what it shows is known here, how it shows it is the client's."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    symbol: Annotated[CleanStr, Field(pattern=f"^{SYMBOL_PATTERN}$")]
    interval: Interval
    indicators: Annotated[list[Any], Field(max_length=50)] = []


class _State(BaseModel):
    """The part of a layout's state that every version has."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    version: Annotated[int, Field(ge=1, le=1_000, strict=True)]
    panes: Annotated[list[_Pane], Field(min_length=1, max_length=MAX_PANES)]
    grid: Any = None


def _check_value(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(f"is nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        for key, one in value.items():
            _check_value(key, depth)
            _check_value(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check_value(one, depth + 1)
    elif isinstance(value, str):
        if "\x00" in value or _HALF_CHARACTER.search(value):
            raise ValueError("holds text that cannot be stored")
    elif isinstance(value, int):
        if not -_LARGEST_WHOLE <= value <= _LARGEST_WHOLE:
            raise ValueError("holds a whole number past 2^53")
    elif isinstance(value, float) and not -float("inf") < value < float("inf"):
        raise ValueError("holds a number that is not finite")


def _check_state(state: dict[str, Any]) -> dict[str, Any]:
    _check_value(state, 0)
    size = len(orjson.dumps(state))
    if size > MAX_STATE_BYTES:
        raise ValueError(f"takes {size} bytes; a layout has at most {MAX_STATE_BYTES}")
    _State.model_validate(state)
    return state


State = Annotated[
    dict[str, Any],
    AfterValidator(_check_state),
    Field(
        description="version, panes [{symbol, interval, indicators, …}], grid, and the client's own; ≤ 64 kB."
    ),
]


class LayoutCreate(StrictModel):
    """A layout to keep. Names need not be unique."""

    name: Name
    state: State


class LayoutUpdate(StrictModel):
    """What to change of a layout. Nothing at all: it is used, and thus the one used last."""

    name: Name | None = None
    state: State | None = None

    @model_validator(mode="after")
    def _keep_what_must_be(self) -> Self:
        for field in self.model_fields_set:
            if getattr(self, field) is None:
                raise ValueError(f"{field} cannot be null")
        return self


class LayoutSummaryRead(ReadModel):
    """A layout without its state."""

    id: UUID
    name: str
    is_last_used: bool
    used_at: datetime
    created_at: datetime
    updated_at: datetime


class LayoutRead(LayoutSummaryRead):
    """A layout. `state` is as it was written."""

    state: dict[str, Any]

    @classmethod
    def of(cls, layout: Layout) -> Self:
        """The answer about a layout."""
        summary = LayoutSummaryRead.model_validate(layout.summary)
        return cls(**summary.model_dump(), state=dict(layout.state))
