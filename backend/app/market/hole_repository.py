"""Queries on what lacks of series, kept from one change of their bars to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.intervals import Interval
from app.market.domain import SeriesHoles
from app.market.tables import InstrumentRow, SeriesHolesRow, SeriesRow


@dataclass(frozen=True, slots=True)
class UnjudgedSeries:
    """A series whose bars changed since it was held against its calendar."""

    instrument_id: UUID
    interval: Interval
    calendar: str | None
    timezone: str


async def list_holes(
    session: AsyncSession, instrument_ids: Collection[UUID]
) -> Mapping[tuple[UUID, Interval], SeriesHoles]:
    """What lacks of the series of instruments."""
    if not instrument_ids:
        return {}
    query = select(SeriesHolesRow).where(SeriesHolesRow.instrument_id.in_(instrument_ids))
    return {
        (row.instrument_id, Interval(row.interval)): SeriesHoles(
            row.revision,
            row.expected,
            row.missing,
            tuple((hole[0], hole[1], hole[2]) for hole in row.holes),
        )
        for row in await session.scalars(query)
    }


async def list_unjudged(
    session: AsyncSession, now: datetime, rest: timedelta, limit: int
) -> Sequence[UnjudgedSeries]:
    """Series that changed, each at most once in a while: one that fills changes with every page."""
    of_series = and_(
        SeriesHolesRow.instrument_id == SeriesRow.instrument_id, SeriesHolesRow.interval == SeriesRow.interval
    )
    query = (
        select(SeriesRow.instrument_id, SeriesRow.interval, InstrumentRow.calendar, InstrumentRow.timezone)
        .join(InstrumentRow, InstrumentRow.id == SeriesRow.instrument_id)
        .outerjoin(SeriesHolesRow, of_series)
        .where(
            or_(
                SeriesHolesRow.revision.is_(None),
                and_(SeriesHolesRow.revision != SeriesRow.revision, SeriesHolesRow.computed_at < now - rest),
            )
        )
        .limit(limit)
    )
    return [
        UnjudgedSeries(row.instrument_id, Interval(row.interval), row.calendar, row.timezone)
        for row in await session.execute(query)
    ]


async def write_holes(
    session: AsyncSession, instrument_id: UUID, interval: Interval, found: SeriesHoles, now: datetime
) -> None:
    """Keep what was found of a series."""
    values = {
        "revision": found.revision,
        "expected": found.expected,
        "missing": found.missing,
        "holes": [list(hole) for hole in found.holes],
        "computed_at": now,
    }
    statement = insert(SeriesHolesRow).values(instrument_id=instrument_id, interval=interval.value, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[SeriesHolesRow.instrument_id, SeriesHolesRow.interval], set_=values
        )
    )
