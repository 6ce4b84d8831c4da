"""What can be done with instruments and their bars. Other rooms come in through here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import ceil_seconds
from app.core.notifications import notify
from app.core.pagination import PageQuery, cut_page, decode_cursor, encode_cursor, read_cursor_id
from app.engine.bars import Bars, Times
from app.engine.intervals import Interval
from app.market import hole_repository, past_bars, repository, session_store
from app.market.adjustment import check_splits, split_factors
from app.market.bar_reading import BarsWanted, read_bar_times, read_bars
from app.market.bar_store import MergeCounts, merge_into_series, raw_connection
from app.market.coverage import Sessions
from app.market.domain import (
    BARS_TOPIC,
    Adjustment,
    DuplicateSplit,
    EnsuredInstrument,
    Instrument,
    InstrumentFilter,
    InstrumentNotFound,
    InstrumentReadOnly,
    NewInstrument,
    SeriesHoles,
    Split,
    Viewer,
    choose_source_interval,
    may_write,
    normalize_symbol,
)
from app.market.past_bars import PastBars
from app.market.past_bars import to_moment as to_moment
from app.market.schemas import InstrumentRead, InstrumentUpdate
from app.market.series_figures import DayClose, list_day_closes

__all__ = [
    "DayClose",
    "InstrumentRead",
    "LoadedBars",
    "MergeCounts",
    "NewInstrument",
    "SeriesHoles",
    "Sessions",
    "choose_source_interval",
    "delete_instrument",
    "ensure_instrument",
    "find_closes_after",
    "find_closes_before",
    "find_instrument",
    "find_revision",
    "find_sessions",
    "find_visible_ids",
    "get_instrument",
    "get_instrument_by_id",
    "list_bar_times",
    "list_coverage",
    "list_day_closes",
    "list_instruments",
    "list_instruments_by_id",
    "list_instruments_by_symbol",
    "load_bars",
    "load_newest_bars",
    "measure_split_factors",
    "merge_splits",
    "read_bars_until",
    "read_sessions",
    "read_states",
    "replace_splits",
    "store_bars",
    "update_instrument",
]

_MAX_SESSION_SECONDS = 30 * 366 * 86_400


@dataclass(frozen=True, slots=True, eq=False)
class LoadedBars:
    """Bars to compute with.

    `bars`: adjusted as asked for, oldest first. `source`: the stored interval that they were made from.
    `splits`: recorded between the first bar and the last, whether they were applied (`adjusted`) or not.
    `rejected_rows`: of the files that the bars came from.
    """

    instrument: Instrument
    bars: Bars
    source: Interval
    adjusted: bool
    splits: tuple[Split, ...]
    rejected_rows: int


async def list_instruments(
    session: AsyncSession, viewer: Viewer, wanted: InstrumentFilter, page: PageQuery
) -> tuple[list[Instrument], str | None]:
    """Instruments in the order of their symbols, and the cursor of the next page."""
    after = None
    if page.cursor is not None:
        symbol, instrument_id = decode_cursor(page.cursor, 2)
        after = symbol, read_cursor_id(instrument_id)
    rows = await repository.list_instruments(session, viewer, wanted, page.limit + 1, after)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(items[-1].symbol, str(items[-1].id)) if more else None


async def find_instrument(session: AsyncSession, viewer: Viewer, symbol: str) -> Instrument | None:
    """What a symbol means to who asks: his own instrument, else the installation's. Raises InvalidSymbol."""
    return await repository.find_instrument_by_symbol(session, viewer, normalize_symbol(symbol))


async def get_instrument(session: AsyncSession, viewer: Viewer, symbol: str) -> Instrument:
    """The same. Raises InvalidSymbol, InstrumentNotFound."""
    instrument = await find_instrument(session, viewer, symbol)
    if instrument is None:
        raise InstrumentNotFound(f"There is no instrument {normalize_symbol(symbol)}.")
    return instrument


async def get_instrument_by_id(session: AsyncSession, viewer: Viewer, instrument_id: UUID) -> Instrument:
    """An instrument that who asks may see. Raises InstrumentNotFound."""
    instrument = await repository.find_instrument(session, viewer, instrument_id)
    if instrument is None:
        raise InstrumentNotFound
    return instrument


async def list_instruments_by_id(
    session: AsyncSession, viewer: Viewer | None, instrument_ids: Sequence[UUID]
) -> list[Instrument]:
    """Those of the instruments that who asks may see, in no order: three statements, however many. None as
    viewer stands for the worker, which sees all.
    """
    return await repository.list_instruments_by_id(session, viewer, instrument_ids)


async def list_instruments_by_symbol(
    session: AsyncSession, viewer: Viewer, symbols: Sequence[str]
) -> list[Instrument]:
    """What each symbol means to who asks, as far as there is such a thing: three statements. Raises
    InvalidSymbol.
    """
    return await repository.list_instruments_by_symbol(
        session, viewer, [normalize_symbol(symbol) for symbol in symbols]
    )


def measure_split_factors(instrument: Instrument, interval: Interval, times: Sequence[int]) -> list[float]:
    """By how much a price at each time must be divided to be one of today's shares.

    `times` are times of bars of `interval`, unix s, in any order.
    """
    factors = (
        split_factors(np.array([time], dtype=np.int64), interval, instrument.timezone, instrument.splits)
        for time in times
    )
    return [1.0 if one is None else float(one[0]) for one in factors]


async def find_visible_ids(
    session: AsyncSession, viewer: Viewer, instrument_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those of the instruments that who asks may see."""
    return await repository.find_visible_ids(session, viewer, instrument_ids)


async def update_instrument(
    session: AsyncSession, viewer: Viewer, instrument_id: UUID, body: InstrumentUpdate
) -> Instrument:
    """Change what is known of an instrument. Raises InstrumentNotFound, InstrumentReadOnly."""
    instrument = await _get_writable(session, viewer, instrument_id)
    changes = body.changes()
    # A calendar that nobody chose follows its asset class; a chosen one stays.
    follows = "calendar" not in changes and instrument.calendar == instrument.asset_class.default_calendar
    if body.asset_class is not None and follows:
        changes["calendar"] = body.asset_class.default_calendar
    if changes:
        await repository.update_instrument(session, instrument_id, changes)
    return await get_instrument_by_id(session, viewer, instrument_id)


async def delete_instrument(session: AsyncSession, viewer: Viewer, instrument_id: UUID) -> None:
    """Remove an instrument with all its bars. Raises InstrumentNotFound, InstrumentReadOnly."""
    await _get_writable(session, viewer, instrument_id)
    await repository.delete_instrument(session, instrument_id)


async def replace_splits(
    session: AsyncSession, viewer: Viewer, instrument_id: UUID, splits: Sequence[Split]
) -> Sequence[Split]:
    """Make these the splits of an instrument.

    Raises InstrumentNotFound, InstrumentReadOnly, DuplicateSplit, SplitsOutOfRange.
    """
    instrument = await _get_writable(session, viewer, instrument_id)
    ratios = {split.date: split.ratio for split in splits}
    if len(ratios) < len(splits):
        raise DuplicateSplit("Each date can have one split.")
    check_splits(splits)
    ordered = tuple(sorted(splits, key=lambda split: split.date))
    if ordered != instrument.splits:
        await repository.replace_splits(session, instrument_id, ratios)
    return ordered


async def _get_writable(session: AsyncSession, viewer: Viewer, instrument_id: UUID) -> Instrument:
    instrument = await get_instrument_by_id(session, viewer, instrument_id)
    if not may_write(viewer, instrument.owner_id):
        raise InstrumentReadOnly
    return instrument


async def load_bars(
    session: AsyncSession,
    instrument: Instrument,
    interval: Interval,
    *,
    now: datetime,
    end: datetime | None = None,
    adjust: Adjustment = Adjustment.SPLITS,
    limit: int | None = None,
) -> LoadedBars:
    """All bars with time < end, or the newest `limit` of them. Raises IntervalNotAvailable."""
    source = choose_source_interval(interval, instrument.intervals)
    adjusted = adjust is Adjustment.SPLITS
    connection = await raw_connection(session)
    wanted = BarsWanted(
        instrument.id,
        source,
        interval,
        instrument.timezone,
        instrument.calendar,
        int(now.timestamp()),
        end=None if end is None else ceil_seconds(end),
        limit=limit,
        splits=instrument.splits if adjusted else (),
    )
    found = await read_bars(connection, wanted)
    return LoadedBars(
        instrument=instrument,
        bars=found.bars,
        source=source,
        adjusted=adjusted,
        splits=_splits_within(found.bars, instrument.splits),
        rejected_rows=await repository.count_rejected_rows(session, instrument.id, source),
    )


async def read_bars_until(
    session: AsyncSession,
    instrument: Instrument,
    interval: Interval,
    until: int,
    *,
    start: int | None = None,
    limit: int | None = None,
    adjusted: bool = True,
) -> PastBars:
    """Bars as they were known at an instant (unix s): see `past_bars`. Raises IntervalNotAvailable."""
    connection = await raw_connection(session)
    return await past_bars.read_bars_until(
        connection, instrument, interval, until, start=start, limit=limit, adjusted=adjusted
    )


async def find_closes_after(
    session: AsyncSession, instrument: Instrument, interval: Interval, after: int, count: int
) -> list[int]:
    """When the next `count` stored bars are over (unix s). Raises IntervalNotAvailable."""
    connection = await raw_connection(session)
    return await past_bars.find_closes_after(connection, instrument, interval, after, count)


async def find_closes_before(
    session: AsyncSession, instrument: Instrument, interval: Interval, before: int, count: int
) -> list[int]:
    """When the last `count` stored bars were over (unix s), oldest first. Raises IntervalNotAvailable."""
    connection = await raw_connection(session)
    return await past_bars.find_closes_before(connection, instrument, interval, before, count)


async def read_states(session: AsyncSession, instrument_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What changes whenever bars or splits of an instrument do, for the background work that watches them."""
    return await repository.read_states(session, instrument_ids)


async def load_newest_bars(
    session: AsyncSession,
    instrument: Instrument,
    interval: Interval,
    *,
    now: datetime,
    limit: int,
    start: datetime | None = None,
    end: datetime | None = None,
    adjust: Adjustment = Adjustment.SPLITS,
) -> Bars:
    """The newest `limit` bars with start ≤ time < end, oldest first. Raises IntervalNotAvailable."""
    source = choose_source_interval(interval, instrument.intervals)
    wanted = BarsWanted(
        instrument.id,
        source,
        interval,
        instrument.timezone,
        instrument.calendar,
        int(now.timestamp()),
        start=None if start is None else ceil_seconds(start),
        end=None if end is None else ceil_seconds(end),
        limit=limit,
        splits=instrument.splits if adjust is Adjustment.SPLITS else (),
    )
    return (await read_bars(await raw_connection(session), wanted)).bars


def _splits_within(bars: Bars, splits: Sequence[Split]) -> tuple[Split, ...]:
    if len(bars) == 0:
        return ()
    first, last = (
        datetime.fromtimestamp(time, UTC).date() for time in (int(bars.time[0]), int(bars.time[-1]))
    )
    return tuple(split for split in splits if first < split.date <= last)


async def store_bars(session: AsyncSession, instrument_id: UUID, bars: Bars) -> MergeCounts:
    """Put ascending, unique bars into what is stored of an instrument, in the session's transaction: the one
    way in which bars change. A bar that stands there with other values is replaced: the newest answer wins.

    Writers of one instrument go one after the other. Who waits for `BARS_TOPIC` is told at the commit, if
    anything changed. Raises InstrumentNotFound.
    """
    timezone = await repository.lock_instrument(session, instrument_id)
    if timezone is None:
        raise InstrumentNotFound
    if len(bars) == 0:
        return MergeCounts()
    connection = await raw_connection(session)
    counts = await merge_into_series(connection, instrument_id, replace(bars, timezone=timezone))
    if counts.is_changed:
        await notify(session, BARS_TOPIC, f"{instrument_id}:{bars.interval.value}")
    return counts


async def merge_splits(session: AsyncSession, instrument_id: UUID, splits: Sequence[Split]) -> bool:
    """Add what a provider says of splits; those of other dates stay. True when that changed something.

    Raises InstrumentNotFound, SplitsOutOfRange.
    """
    if await repository.lock_instrument(session, instrument_id) is None:
        raise InstrumentNotFound
    known = {one.date: one.ratio for one in await repository.list_splits(session, instrument_id)}
    merged = known | {split.date: split.ratio for split in splits}
    if merged == known:
        return False
    check_splits([Split(on, ratio) for on, ratio in merged.items()])
    await repository.replace_splits(session, instrument_id, merged)
    return True


async def read_sessions(
    session: AsyncSession, calendars: Collection[str], first: int, last: int
) -> Mapping[str, Sessions]:
    """Sessions of calendars with labels in first..last (unix s). One that is not known, or not yet stored by
    the worker, is left out.
    """
    return await session_store.read_sessions(session, calendars, first, last)


async def find_sessions(
    session: AsyncSession, instrument: Instrument, first: int, last: int
) -> Sessions | None:
    """The newest sessions of an instrument's market with labels in first..last (unix s), of 30 years at most;
    None where they are not known.
    """
    if instrument.calendar is None:
        return None
    first = max(first, last - _MAX_SESSION_SECONDS)
    return (await read_sessions(session, [instrument.calendar], first, last)).get(instrument.calendar)


async def find_revision(session: AsyncSession, instrument_id: UUID, interval: Interval) -> int:
    """The revision of a stored series, 0 where nothing is stored."""
    return await repository.find_revision(session, instrument_id, interval)


async def list_bar_times(
    session: AsyncSession, instrument_id: UUID, interval: Interval, start: int, end: int
) -> tuple[Times, int]:
    """The times of the stored bars with start ≤ time < end, ascending, and the revision of their series (0:
    there is none). Only of exactly this interval.
    """
    revision = await repository.find_revision(session, instrument_id, interval)
    if revision == 0:
        return np.empty(0, dtype=np.int64), 0
    connection = await raw_connection(session)
    return await read_bar_times(connection, instrument_id, interval, start, end), revision


async def list_coverage(
    session: AsyncSession, instrument_ids: Collection[UUID]
) -> Mapping[tuple[UUID, Interval], SeriesHoles]:
    """What lacks of stored series against their calendars, as the worker found last. One statement."""
    return await hole_repository.list_holes(session, instrument_ids)


async def ensure_instrument(
    session: AsyncSession, owner_id: UUID | None, wanted: NewInstrument
) -> EnsuredInstrument:
    """The owner's instrument of a symbol, made when it is not there; one that is there stays as it is."""
    return await repository.add_instrument(session, owner_id, wanted)
