"""What can be done with drawings. Other rooms come in through here.

Inside, prices are raw; what goes out and comes in is in the terms of a chart: see `domain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Unprocessable
from app.core.owner_locks import hold_owner
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.engine.intervals import Interval
from app.market import service as market
from app.market.domain import Adjustment, Instrument, Viewer
from app.workspace import drawing_repository as drawings
from app.workspace import repository
from app.workspace.domain import (
    MAX_DRAWINGS,
    Drawing,
    DrawingNotFound,
    Point,
    SplitsChanged,
    TooManyDrawings,
    find_bar_number,
    measure_line,
)
from app.workspace.drawing_schemas import DrawingCreate, DrawingPage, DrawingRead, DrawingUpdate

__all__ = [
    "adjust_drawing",
    "create_drawing",
    "delete_drawing",
    "delete_drawings",
    "find_bar_number",
    "find_drawing",
    "get_drawing",
    "list_drawings",
    "measure_line",
    "update_drawing",
]


async def find_drawing(session: AsyncSession, owner_id: UUID, drawing_id: UUID) -> Drawing | None:
    """A drawing of somebody's, with raw prices: see `adjust_drawing`."""
    return await drawings.find_drawing(session, owner_id, drawing_id)


def adjust_drawing(drawing: Drawing, instrument: Instrument) -> Drawing:
    """The drawing in the terms of bars that are adjusted for the splits of `instrument`, its own."""
    factors = _measure_factors(instrument, drawing.interval, drawing.points)
    points = (
        Point(point.time, point.price / factor) for point, factor in zip(drawing.points, factors, strict=True)
    )
    return replace(drawing, points=tuple(points))


async def list_drawings(
    session: AsyncSession,
    viewer: Viewer,
    owner_id: UUID,
    instrument_id: UUID,
    adjust: Adjustment,
    page: PageQuery,
) -> DrawingPage:
    """What one drew on an instrument, oldest first. Raises InstrumentNotFound."""
    instrument = await market.get_instrument_by_id(session, viewer, instrument_id)
    after = None if page.cursor is None else decode_uuid_cursor(page.cursor)
    rows = await drawings.list_drawings(session, owner_id, instrument_id, page.limit + 1, after)
    items, more = cut_page(rows, page.limit)
    return DrawingPage(
        items=[DrawingRead.of(_in_terms_of(adjust, item, instrument)) for item in items],
        next_cursor=encode_cursor(str(items[-1].id)) if more else None,
        splits_revision=instrument.splits_revision,
    )


async def get_drawing(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, drawing_id: UUID, adjust: Adjustment
) -> Drawing:
    """A drawing in the terms of a chart. Raises DrawingNotFound."""
    drawing = await drawings.find_drawing(session, owner_id, drawing_id)
    if drawing is None:
        raise DrawingNotFound
    instrument = await market.get_instrument_by_id(session, viewer, drawing.instrument_id)
    return _in_terms_of(adjust, drawing, instrument)


async def create_drawing(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, body: DrawingCreate
) -> Drawing:
    """Keep something drawn. Raises InstrumentNotFound, SplitsChanged, TooManyDrawings."""
    await hold_owner(session, "workspace", owner_id)
    instrument = await market.get_instrument_by_id(session, viewer, body.instrument_id)
    if await drawings.count_drawings(session, owner_id, instrument.id) >= MAX_DRAWINGS:
        raise TooManyDrawings
    values: dict[str, Any] = {
        **_write_points(instrument, body.interval, body, [point.to_point() for point in body.points]),
        **drawings.write_style(body.style.to_style()),
        "is_locked": body.locked,
        "text": body.text,
    }
    with repository.instruments_may_vanish():
        made = await drawings.insert_drawing(session, owner_id, instrument.id, body.kind, values)
    return await get_drawing(session, viewer, owner_id, made, body.adjust)


async def update_drawing(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, drawing_id: UUID, body: DrawingUpdate
) -> Drawing:
    """Move a drawing, or change how it looks; parts that are not named stay.

    Raises DrawingNotFound, SplitsChanged.
    """
    drawing = await drawings.lock_drawing(session, owner_id, drawing_id)
    if drawing is None:
        raise DrawingNotFound
    instrument = await market.get_instrument_by_id(session, viewer, drawing.instrument_id)
    values: dict[str, Any] = {}
    if body.points is not None and body.interval is not None:
        if len(body.points) != drawing.kind.point_count:
            raise Unprocessable(f"A {drawing.kind} has {drawing.kind.point_count} point(s).", field="points")
        values |= _write_points(instrument, body.interval, body, [point.to_point() for point in body.points])
    if body.style is not None:
        values |= drawings.write_style(body.style.to_style())
    if body.locked is not None:
        values["is_locked"] = body.locked
    if "text" in body.model_fields_set:
        values["text"] = body.text
    await drawings.update_drawing(session, drawing_id, values)
    return await get_drawing(session, viewer, owner_id, drawing_id, body.adjust)


async def delete_drawing(session: AsyncSession, owner_id: UUID, drawing_id: UUID) -> None:
    """Remove a drawing. Raises DrawingNotFound."""
    if not await drawings.delete_drawing(session, owner_id, drawing_id):
        raise DrawingNotFound


async def delete_drawings(session: AsyncSession, viewer: Viewer, owner_id: UUID, instrument_id: UUID) -> None:
    """Remove all that one drew on an instrument. Raises InstrumentNotFound."""
    await market.get_instrument_by_id(session, viewer, instrument_id)
    await drawings.delete_drawings(session, owner_id, instrument_id)


def _in_terms_of(adjust: Adjustment, drawing: Drawing, instrument: Instrument) -> Drawing:
    return adjust_drawing(drawing, instrument) if adjust is Adjustment.SPLITS else drawing


def _write_points(
    instrument: Instrument,
    interval: Interval,
    body: DrawingCreate | DrawingUpdate,
    points: Sequence[Point],
) -> dict[str, Any]:
    if body.splits_revision is not None and body.splits_revision != instrument.splits_revision:
        raise SplitsChanged("Read the bars and the drawings again, then draw.")
    if body.adjust is Adjustment.SPLITS:
        factors = _measure_factors(instrument, interval, points)
        points = [
            Point(point.time, point.price * factor) for point, factor in zip(points, factors, strict=True)
        ]
    return drawings.write_points(interval, points)


def _measure_factors(instrument: Instrument, interval: Interval, points: Sequence[Point]) -> list[float]:
    return market.measure_split_factors(instrument, interval, [point.time for point in points])
