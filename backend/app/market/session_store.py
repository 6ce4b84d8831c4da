"""Sessions of markets for every process: computed for the calendars that need no table, else as the worker
stored them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.market.coverage import Sessions
from app.market.light_calendars import find_light_calendar
from app.market.session_columns import (
    cut_dates,
    decode_sessions,
    encode_sessions,
    join_sessions,
    split_years,
)
from app.market.tables import CalendarSessionsRow, InstrumentRow

_DAY_SECONDS = 86_400


async def read_sessions(
    session: AsyncSession, calendars: Collection[str], first: int, last: int
) -> Mapping[str, Sessions]:
    """Sessions of calendars with labels in first..last (unix s), in one statement at most. A calendar that
    is not known here, or not yet, is left out.
    """
    found: dict[str, Sessions] = {}
    stored: list[str] = []
    for name in calendars:
        light = find_light_calendar(name)
        if light is None:
            stored.append(name)
        else:
            found[name] = light.sessions(first, last)
    if stored:
        years: defaultdict[str, list[Sessions]] = defaultdict(list)
        query = (
            select(CalendarSessionsRow.calendar, CalendarSessionsRow.columns)
            .where(
                CalendarSessionsRow.calendar.in_(stored),
                CalendarSessionsRow.year.between(_year_of(first), _year_of(last)),
            )
            .order_by(CalendarSessionsRow.calendar, CalendarSessionsRow.year)
        )
        for name, columns in await session.execute(query):
            years[name].append(decode_sessions(columns))
        found |= {name: cut_dates(join_sessions(parts), first, last) for name, parts in years.items()}
    return found


async def list_calendars_in_use(session: AsyncSession) -> set[str]:
    """The calendars that instruments name."""
    query = select(InstrumentRow.calendar).where(InstrumentRow.calendar.is_not(None)).distinct()
    return {name for name in await session.scalars(query) if name is not None}


async def list_stored_calendars(session: AsyncSession, year: int) -> set[str]:
    """The calendars of which this year is stored."""
    query = select(CalendarSessionsRow.calendar).where(CalendarSessionsRow.year == year)
    return set(await session.scalars(query))


async def write_sessions(session: AsyncSession, calendar: str, sessions: Sessions) -> None:
    """Store sessions year by year, over what stood there."""
    rows = [
        {"calendar": calendar, "year": year, "columns": encode_sessions(part)}
        for year, part in split_years(sessions).items()
    ]
    if not rows:
        return
    fresh = insert(CalendarSessionsRow)
    await session.execute(
        fresh.on_conflict_do_update(
            index_elements=[CalendarSessionsRow.calendar, CalendarSessionsRow.year],
            set_={"columns": fresh.excluded.columns},
            where=CalendarSessionsRow.columns != fresh.excluded.columns,
        ),
        rows,
    )


def _year_of(label: int) -> int:
    earliest, latest = -62_135_596_800, 253_402_300_799
    return datetime.fromtimestamp(min(max(label, earliest), latest - _DAY_SECONDS), UTC).year
