"""Reading and writing pages of bars, straight over asyncpg: the ORM would cost a hundred times the reading
itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import ServiceUnavailable
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.domain import SPARKLINE_POINTS
from app.market.pages import (
    MAX_BARS_PER_PAGE,
    Page,
    PageHead,
    Slot,
    decode_pages,
    encode_pages,
    merge_bars,
    plan_merge,
)
from app.market.series_figures import SeriesFigures, measure_series
from app.market.tables import BarPageRow

LONG_SECONDS = 600.0
_SLOTS_AT_ONCE = 200
_PAGES_AT_ONCE = 256
_TRIES = 5
# Enough of the end of a series for its figures: 30 days of minutes, or 30 bars whatever the last page holds.
_TAIL_PAGES_WITHIN_DAYS = 45
_TAIL_PAGES = 2

_NO_START, _NO_END = -(2**62), 2**62

_ALLOW_LONG_STATEMENTS = text(
    "SELECT set_config('statement_timeout', :limit, true), set_config('lock_timeout', :limit, true)"
)
_LOCK_SYMBOL = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_HEADS = """
    SELECT first_time, last_time, bar_count FROM bar_pages
    WHERE instrument_id = $1 AND "interval" = $2 ORDER BY first_time
"""
_PAGES_BY_FIRST_TIME = """
    SELECT bar_count, checksum, columns FROM bar_pages
    WHERE instrument_id = $1 AND "interval" = $2 AND first_time = ANY($3::bigint[]) ORDER BY first_time
"""
_PAGES_BACKWARDS = """
    SELECT first_time, bar_count, checksum, columns,
        (SELECT revision FROM series WHERE instrument_id = $1 AND "interval" = $2) AS revision
    FROM bar_pages
    WHERE instrument_id = $1 AND "interval" = $2 AND first_time < $3 AND last_time >= $4
    ORDER BY first_time DESC LIMIT $5
"""
_DELETE_PAGES = """
    DELETE FROM bar_pages WHERE instrument_id = $1 AND "interval" = $2 AND first_time = ANY($3::bigint[])
"""
_COUNT_BARS = """
    SELECT count(*) AS pages, coalesce(sum(bar_count), 0)::bigint AS bars, min(first_time) AS first_time
    FROM bar_pages WHERE instrument_id = $1 AND "interval" = $2
"""
_WRITE_SERIES = """
    INSERT INTO series AS stored (
        instrument_id, "interval", bar_count, first_at, last_at, sparkline_times, sparkline, revision
    ) VALUES ($1, $2, $3, to_timestamp($4), to_timestamp($5), $6::bigint[], $7::float8[], 1)
    ON CONFLICT (instrument_id, "interval") DO UPDATE SET
        bar_count = excluded.bar_count, first_at = excluded.first_at, last_at = excluded.last_at,
        sparkline_times = excluded.sparkline_times, sparkline = excluded.sparkline, revision = stored.revision
        + 1
"""


_Read = TypeVar("_Read")


class SeriesChanged(ServiceUnavailable):
    """A series was written to while it was read page by page."""

    code = "bars_changing"

    def __init__(self) -> None:
        super().__init__("These bars are being written at this moment. Try again.")


@dataclass(slots=True)
class MergeCounts:
    """What became of bars that were merged into a series."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def is_changed(self) -> bool:
        """False when every bar stood there already."""
        return self.inserted > 0 or self.updated > 0


async def raw_connection(session: AsyncSession) -> asyncpg.Connection:
    """asyncpg's connection under a session. Only once the session has spoken is its transaction open."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver: asyncpg.Connection = raw.driver_connection
    if not driver.is_in_transaction():
        raise RuntimeError("the session's transaction has not begun: run a statement through it first")
    return driver


async def begin_long_transaction(session: AsyncSession) -> asyncpg.Connection:
    """Open the session's transaction for minutes of work, where others have seconds; its connection."""
    await session.execute(_ALLOW_LONG_STATEMENTS, {"limit": f"{LONG_SECONDS:.0f}s"})
    return await raw_connection(session)


async def lock_symbol(connection: asyncpg.Connection, owner_id: UUID | None, symbol: str) -> None:
    """Until the transaction ends, let no other import write to this symbol of this owner, known or new."""
    await connection.execute(_LOCK_SYMBOL, f"{owner_id}:{symbol}", timeout=LONG_SECONDS)


async def read_pages_backwards(
    connection: asyncpg.Connection,
    instrument_id: UUID,
    interval: Interval,
    *,
    start: int | None,
    end: int | None,
    bars_wanted: int | None,
) -> AsyncIterator[Sequence[tuple[int, int, bytes]]]:
    """Pages that hold bars with start ≤ time < end, newest batch first, ascending within a batch.

    The first batch holds `bars_wanted` bars where full pages do; each further one is twice as large. Raises
    SeriesChanged when an import came between two batches and moved the pages' boundaries, which
    `read_undisturbed` meets by beginning anew.
    """
    before = _NO_END if end is None else end
    revision: int | None = None
    batch = _PAGES_AT_ONCE
    if bars_wanted is not None:
        batch = min(_PAGES_AT_ONCE, -(-bars_wanted // MAX_BARS_PER_PAGE) + 1)
    while True:
        rows = await connection.fetch(
            _PAGES_BACKWARDS,
            instrument_id,
            interval.value,
            before,
            _NO_START if start is None else start,
            batch,
        )
        if rows:
            if revision is not None and rows[0]["revision"] != revision:
                raise SeriesChanged
            revision = rows[0]["revision"]
            yield [(row["bar_count"], row["checksum"], row["columns"]) for row in reversed(rows)]
        if len(rows) < batch:
            return
        before = rows[-1]["first_time"]
        batch = min(_PAGES_AT_ONCE, 2 * batch)


async def read_undisturbed(read: Callable[[], Awaitable[_Read]]) -> _Read:
    """What `read` makes of pages, begun anew when the series changes under it. Raises SeriesChanged when that
    does not end.
    """
    for _ in range(_TRIES - 1):
        try:
            return await read()
        except SeriesChanged:
            continue
    return await read()


async def merge_into_series(connection: asyncpg.Connection, instrument_id: UUID, bars: Bars) -> MergeCounts:
    """Put ascending, unique bars into a series, in the connection's transaction and under the instrument's
    lock.

    Only pages that change are written; nothing at all when every bar stood there already.
    """
    key = (instrument_id, bars.interval.value)
    heads = [PageHead(*row) for row in await connection.fetch(_HEADS, *key)]
    slots = plan_merge(heads, bars.time)
    counts = MergeCounts()
    for start in range(0, len(slots), _SLOTS_AT_ONCE):
        await _merge_slots(connection, key, heads, slots[start : start + _SLOTS_AT_ONCE], bars, counts)
    if counts.is_changed:
        await _write_series(connection, instrument_id, bars)
    return counts


async def _merge_slots(
    connection: asyncpg.Connection,
    key: tuple[UUID, str],
    heads: Sequence[PageHead],
    slots: Sequence[Slot],
    bars: Bars,
    counts: MergeCounts,
) -> None:
    touched = [heads[slot.page].first_time for slot in slots if slot.page is not None]
    stored = iter(await connection.fetch(_PAGES_BY_FIRST_TIME, *key, touched) if touched else [])
    replaced: list[int] = []
    fresh: list[Iterable[Page]] = []
    for slot in slots:
        old = None if slot.page is None else decode_pages([tuple(next(stored))], bars.interval, bars.timezone)
        merged = merge_bars(old, bars.slice(slot.start, slot.stop))
        counts.inserted += merged.inserted
        counts.updated += merged.updated
        counts.unchanged += merged.unchanged
        if merged.is_changed:
            if slot.page is not None:
                replaced.append(heads[slot.page].first_time)
            fresh.append(encode_pages(merged.bars, is_last=slot.is_last))
    if replaced:
        await connection.execute(_DELETE_PAGES, *key, replaced)
    if fresh:
        await connection.copy_records_to_table(
            BarPageRow.__tablename__,
            records=_page_records(key, fresh),
            columns=(
                "instrument_id",
                "interval",
                "first_time",
                "last_time",
                "bar_count",
                "checksum",
                "columns",
            ),
            timeout=LONG_SECONDS,
        )


def _page_records(key: tuple[UUID, str], groups: Iterable[Iterable[Page]]) -> Iterator[tuple[Any, ...]]:
    for group in groups:
        for page in group:
            yield (*key, page.first_time, page.last_time, page.bar_count, page.checksum, page.columns)


async def _write_series(connection: asyncpg.Connection, instrument_id: UUID, bars: Bars) -> None:
    """Bring the series' row up to what its pages hold now, and its revision one further."""
    interval = bars.interval
    stored = await connection.fetchrow(_COUNT_BARS, instrument_id, interval.value)
    pages = _TAIL_PAGES_WITHIN_DAYS if interval.is_intraday else _TAIL_PAGES
    tail = await connection.fetch(_PAGES_BACKWARDS, instrument_id, interval.value, _NO_END, _NO_START, pages)
    rows = [(row["bar_count"], row["checksum"], row["columns"]) for row in reversed(tail)]
    figures: SeriesFigures = measure_series(decode_pages(rows, interval, bars.timezone), SPARKLINE_POINTS)
    await connection.execute(
        _WRITE_SERIES,
        instrument_id,
        interval.value,
        stored["bars"],
        float(stored["first_time"]),
        float(figures.last_time),
        figures.sparkline_times,
        figures.sparkline,
    )
