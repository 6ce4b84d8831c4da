"""Bodies of requests and answers about drawings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.core.fields import CleanStr, FiniteFloat, ReadModel, StrictModel
from app.engine.intervals import Interval
from app.market.domain import Adjustment
from app.workspace.domain import Drawing, DrawingKind, DrawingStyle, Point

HIGHEST_PRICE = 1e15
# The years 1600 to 9999: before and after every bar there is.
FIRST_TIME, LAST_TIME = -11_676_096_000, 253_402_300_799
MAX_TEXT_CHARS = 200

Price = Annotated[FiniteFloat, Field(ge=-HIGHEST_PRICE, le=HIGHEST_PRICE)]
Time = Annotated[int, Field(ge=FIRST_TIME, le=LAST_TIME, strict=True)]
ColorName = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="A colour of the client's theme.")
]
SplitsRevision = Annotated[int, Field(ge=0, le=2**53, strict=True)]


class PointBody(StrictModel):
    """A corner: a time as bars of `interval` have it (unix s), and a price in the terms of `adjust`."""

    time: Time
    price: Price

    def to_point(self) -> Point:
        """The same as a fact of the room."""
        return Point(self.time, self.price)


class StyleBody(StrictModel):
    """How a drawing looks. `extends_right`: a trend line goes on past its second point."""

    color: ColorName = "accent"
    width: Annotated[int, Field(ge=1, le=8, strict=True)] = 2
    dash: Literal["solid", "dashed", "dotted"] = "solid"
    extends_right: bool = False

    def to_style(self) -> DrawingStyle:
        """The same as a fact of the room."""
        return DrawingStyle(self.color, self.width, self.dash, self.extends_right)


Points = Annotated[list[PointBody], Field(min_length=1, max_length=2)]
Text = Annotated[CleanStr, Field(max_length=MAX_TEXT_CHARS)]


class DrawingCreate(StrictModel):
    """Something to draw. A horizontal line has one point, every other kind two.

    `interval`: of the chart that it is drawn on. `adjust`: how that chart's prices are corrected.
    `splits_revision`: of the drawings' list that the chart read; when the splits have changed since, 409.
    """

    instrument_id: UUID
    kind: DrawingKind
    interval: Interval
    points: Points
    adjust: Adjustment = Adjustment.SPLITS
    splits_revision: SplitsRevision | None = None
    style: StyleBody = StyleBody()
    locked: bool = False
    text: Text | None = None

    @model_validator(mode="after")
    def _have_as_many_points_as_its_kind(self) -> Self:
        if len(self.points) != self.kind.point_count:
            raise ValueError(f"a {self.kind} has {self.kind.point_count} point(s)")
        return self


class DrawingUpdate(StrictModel):
    """What to change of a drawing. `points` come with the `interval` on which they were set."""

    points: Points | None = None
    interval: Interval | None = None
    adjust: Adjustment = Adjustment.SPLITS
    splits_revision: SplitsRevision | None = None
    style: StyleBody | None = None
    locked: bool | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _change_something_whole(self) -> Self:
        if (self.points is None) != (self.interval is None):
            raise ValueError("give points and interval together")
        if not self.model_fields_set & {"points", "style", "locked", "text"}:
            raise ValueError("give points, style, locked or text")
        for field in ("points", "style", "locked"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be null")
        return self


class PointRead(ReadModel):
    """A corner of a drawing."""

    time: int
    price: float


class StyleRead(ReadModel):
    """How a drawing looks."""

    color: str
    width: int
    dash: Literal["solid", "dashed", "dotted"]
    extends_right: bool


class DrawingRead(ReadModel):
    """Something drawn. Prices are in the terms of the `adjust` that was asked for."""

    id: UUID
    instrument_id: UUID
    kind: DrawingKind
    interval: Interval
    points: list[PointRead]
    style: StyleRead
    locked: bool
    text: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, drawing: Drawing) -> Self:
        """The answer about a drawing whose points are in the terms asked for."""
        return cls(
            id=drawing.id,
            instrument_id=drawing.instrument_id,
            kind=drawing.kind,
            interval=drawing.interval,
            points=[PointRead.model_validate(point) for point in drawing.points],
            style=StyleRead.model_validate(drawing.style),
            locked=drawing.is_locked,
            text=drawing.text,
            created_at=drawing.created_at,
            updated_at=drawing.updated_at,
        )


class DrawingPage(ReadModel):
    """A page of what is drawn on an instrument, and the splits that its prices know of."""

    items: list[DrawingRead]
    next_cursor: str | None
    splits_revision: int
