"""Bars as they were known at an instant of the past: what a replay shows. Nothing behind it comes out.

A bar is known once its whole span is over: at the next label, whatever its market's hours. Sessions end
before that, so a daily bar never comes too early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import asyncpg
import numpy as np

from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.bar_reading import BarsWanted, find_end, read_bars
from app.market.columns import make_bars
from app.market.domain import Instrument, Split, choose_source_interval
from app.market.local_time import local_midnight, month_labels
from app.market.resampling import resample

# A stretch with this much to spare holds as many bars as asked for in most markets; else it is doubled.
_SPARE_SECONDS = 5 * DAY_SECONDS
_LAST_MOMENT = 2**40


@dataclass(frozen=True, slots=True, eq=False)
class PastBars:
    """`bars`: those that were over, oldest first. `forming`: the one under way as far as finer stored bars
    tell it, none or one. `known_splits`: how many splits both are adjusted for.
    """

    bars: Bars
    forming: Bars
    known_splits: int


async def read_bars_until(
    connection: asyncpg.Connection,
    instrument: Instrument,
    interval: Interval,
    until: int,
    *,
    start: int | None = None,
    limit: int | None = None,
    adjusted: bool = True,
) -> PastBars:
    """The newest `limit` bars from `start` (unix s) on that were over at `until`.

    Splits count from their date on: a later one is not known yet. Raises IntervalNotAvailable.
    """
    splits = find_known_splits(instrument, until) if adjusted else ()
    wanted = _want(instrument, interval, until, splits)
    first_unknown = until if wanted.is_resampled else _find_first_unknown(interval, until)
    found = await read_bars(connection, replace(wanted, start=start, end=first_unknown, limit=limit))
    forming = await _read_forming(connection, instrument, interval, until, splits)
    is_new = len(forming) and (len(found.bars) == 0 or forming.time[0] > found.bars.time[-1])
    return PastBars(found.bars, forming if is_new else forming.head(0), len(splits))


async def find_closes_after(
    connection: asyncpg.Connection, instrument: Instrument, interval: Interval, after: int, count: int
) -> list[int]:
    """When the next `count` bars after an instant are over (unix s), as far as they are stored."""
    wanted = _want(instrument, interval, _LAST_MOMENT)
    series = instrument.find_series(wanted.source)
    last = after if series is None else int(series.last_at.timestamp())
    start = after - interval.seconds - 3 * DAY_SECONDS
    span = 2 * count * interval.seconds + _SPARE_SECONDS
    while True:
        end = after + span
        found = await read_bars(connection, replace(wanted, start=start, end=end))
        closes = [close for close in _list_ends(found.bars, wanted) if close > after]
        if len(closes) >= count or end > last:
            return closes[:count]
        span *= 2


async def find_closes_before(
    connection: asyncpg.Connection, instrument: Instrument, interval: Interval, before: int, count: int
) -> list[int]:
    """When the last `count` bars before an instant were over (unix s), oldest first."""
    wanted = _want(instrument, interval, before)
    end = before if wanted.is_resampled else _find_first_unknown(interval, before)
    found = await read_bars(connection, replace(wanted, end=end, limit=count + 1))
    return [close for close in _list_ends(found.bars, wanted) if close < before][-count:]


def find_known_splits(instrument: Instrument, until: int) -> Sequence[Split]:
    """The splits whose date had begun at their exchange."""
    return [split for split in instrument.splits if local_midnight(split.date, instrument.timezone) <= until]


def _want(instrument: Instrument, interval: Interval, now: int, splits: Sequence[Split] = ()) -> BarsWanted:
    source = choose_source_interval(interval, instrument.intervals)
    return BarsWanted(
        instrument.id, source, interval, instrument.timezone, instrument.calendar, now, splits=splits
    )


def _find_first_unknown(interval: Interval, until: int) -> int:
    """The first label at which a stored bar was not over yet."""
    if interval is Interval.MONTH_1:
        return int(month_labels(np.array([until], dtype=np.int64))[0])
    return until - interval.seconds + 1


def _list_ends(bars: Bars, wanted: BarsWanted) -> list[int]:
    return [find_end(label, wanted) for label in bars.time.tolist()]


async def _read_forming(
    connection: asyncpg.Connection,
    instrument: Instrument,
    interval: Interval,
    until: int,
    splits: Sequence[Split],
) -> Bars:
    """The bar under way at `until`, from the finest stored bars that were over by then."""
    finer = [one for one in instrument.intervals if one is not interval and one.divides(interval)]
    if not finer:
        return _make_nothing(interval, instrument.timezone)
    source = min(finer, key=lambda one: one.seconds)
    wanted = BarsWanted(
        instrument.id,
        source,
        source,
        instrument.timezone,
        instrument.calendar,
        until,
        start=until - interval.seconds - 2 * DAY_SECONDS,
        end=_find_first_unknown(source, until),
        splits=splits,
    )
    parts = (await read_bars(connection, wanted)).bars
    made = resample(parts, interval, instrument.calendar)
    newest = made.slice(max(len(made) - 1, 0), len(made))
    if len(newest) and find_end(int(newest.time[0]), replace(wanted, interval=interval)) > until:
        return newest
    return newest.head(0)


def _make_nothing(interval: Interval, timezone: str) -> Bars:
    return make_bars(np.empty(0, dtype=np.int64), [np.empty(0)] * 5, interval, timezone)


def to_moment(seconds: int) -> datetime:
    """Unix seconds as an instant."""
    return datetime.fromtimestamp(seconds, UTC)
