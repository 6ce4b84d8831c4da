"""Bars as somebody wants them: found in pages, adjusted for splits, resampled when the interval is not
stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import numpy as np

from app.engine.bars import Bars, Times
from app.engine.intervals import Interval
from app.market import bar_store
from app.market.adjustment import adjust_for_splits
from app.market.columns import concatenate_bars, make_bars
from app.market.domain import CURRENCY_WEEK, Split
from app.market.local_time import local_midnight
from app.market.pages import decode_pages
from app.market.resampling import join_resampled, next_label, resample, source_range


@dataclass(frozen=True, slots=True)
class BarsWanted:
    """Which bars: those with start ≤ time < end (unix s), the newest `limit` of them. `splits` are applied;
    none leaves bars as they were traded.
    """

    instrument_id: UUID
    source: Interval
    interval: Interval
    timezone: str
    calendar: str | None
    now: int
    start: int | None = None
    end: int | None = None
    limit: int | None = None
    splits: Sequence[Split] = ()

    @property
    def is_resampled(self) -> bool:
        """True when the bars are made from finer ones."""
        return self.source is not self.interval


@dataclass(frozen=True, slots=True)
class BarsFound:
    """The bars, oldest first; and from when on (unix s) the same question has another answer even though
    nothing was imported, because a resampled bar will be over then.
    """

    bars: Bars
    expires: int | None = None


async def read_bars(connection: asyncpg.Connection, wanted: BarsWanted) -> BarsFound:
    """Read pages from the newest back until there are enough bars: all as of one moment. Raises
    SeriesChanged.
    """
    return await bar_store.read_undisturbed(lambda: _read_bars_once(connection, wanted))


async def _read_bars_once(connection: asyncpg.Connection, wanted: BarsWanted) -> BarsFound:
    start, end = wanted.start, wanted.end
    if wanted.is_resampled:
        start, end = source_range(wanted.interval, start, end)
    batches = bar_store.read_pages_backwards(
        connection,
        wanted.instrument_id,
        wanted.source,
        start=start,
        end=end,
        bars_wanted=_guess_source_bars(wanted),
    )
    parts: list[Bars] = []
    async for pages in batches:
        part = adjust_for_splits(decode_pages(pages, wanted.source, wanted.timezone), wanted.splits)
        parts.append(resample(part, wanted.interval, wanted.calendar) if wanted.is_resampled else part)
        if _has_enough(parts, wanted):
            break
    return _cut(_join(parts[::-1], wanted), wanted)


async def read_bar_times(
    connection: asyncpg.Connection, instrument_id: UUID, interval: Interval, start: int, end: int
) -> Times:
    """When the stored bars of exactly this interval are, for start ≤ time < end, ascending. Raises
    SeriesChanged.
    """

    async def read() -> Times:
        batches = bar_store.read_pages_backwards(
            connection, instrument_id, interval, start=start, end=end, bars_wanted=None
        )
        parts = [decode_pages(pages, interval, "UTC").time async for pages in batches]
        times = np.concatenate(parts[::-1]) if parts else np.empty(0, dtype=np.int64)
        first, stop = np.searchsorted(times, (start, end))
        return times[first:stop]

    return await bar_store.read_undisturbed(read)


def _guess_source_bars(wanted: BarsWanted) -> int | None:
    """How many stored bars will do, if it can be told. Half more than an unbroken series would take, for
    bars that are cut at the ends; markets that close need less.
    """
    if wanted.limit is None:
        return None
    if not wanted.is_resampled:
        return wanted.limit
    return -(-wanted.limit * wanted.interval.seconds * 3 // (wanted.source.seconds * 2))


def _has_enough(parts: Sequence[Bars], wanted: BarsWanted) -> bool:
    """Whether what was read, newest part first, holds everything. The oldest bar of a resampled part may be
    half.
    """
    oldest = parts[-1]
    spare = 1 if wanted.is_resampled else 0
    if wanted.limit is not None:
        # Bars behind `end` in the newest page do not count, nor do bars cut in two by a part's boundary.
        counted = sum(_count_before(part, wanted.end) for part in parts) - spare * len(parts)
        if counted >= wanted.limit:
            return True
    return wanted.start is not None and len(oldest) > spare and bool(oldest.time[spare] < wanted.start)


def _count_before(bars: Bars, time: int | None) -> int:
    return len(bars) if time is None else int(np.searchsorted(bars.time, time))


def _join(parts: Sequence[Bars], wanted: BarsWanted) -> Bars:
    """Parts, oldest first, as one."""
    if not parts:
        nothing = np.empty(0)
        return make_bars(np.empty(0, dtype=np.int64), [nothing] * 5, wanted.interval, wanted.timezone)
    if not wanted.is_resampled:
        return concatenate_bars(parts)
    joined = parts[0]
    for part in parts[1:]:
        joined = join_resampled(joined, part)
    return joined


def _cut(bars: Bars, wanted: BarsWanted) -> BarsFound:
    """Exactly what was asked for. A resampled bar that is not over yet is no bar."""
    stop, expires = _count_before(bars, wanted.end), None
    while wanted.is_resampled and stop and (ends := find_end(int(bars.time[stop - 1]), wanted)) > wanted.now:
        stop, expires = stop - 1, ends
    first = 0 if wanted.start is None else _count_before(bars, wanted.start)
    if wanted.limit is not None:
        first = max(first, stop - wanted.limit)
    return BarsFound(bars.slice(min(first, stop), stop), expires)


def find_end(label: int, wanted: BarsWanted) -> int:
    """When a bar is over whatever its market's hours (unix s). A day made from within ends with its date in
    its place.
    """
    following = next_label(label, wanted.interval)
    if not wanted.source.is_intraday or wanted.interval.is_intraday or wanted.calendar == CURRENCY_WEEK:
        return following
    day = datetime.fromtimestamp(following, UTC).date()
    return local_midnight(day, wanted.timezone)
