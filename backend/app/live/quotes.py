"""The last known price of each instrument, for whoever asks over REST: as the feed left it, else from what is
stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.intervals import DAY_SECONDS
from app.live.quote_facts import KEY_PREFIX, DayEnd, Quote, quote_of_stored, read_kept_quote
from app.market import service as market
from app.market.domain import Instrument, Viewer, normalize_symbol
from app.market.service import Sessions, list_day_closes

log = structlog.get_logger(__name__)

WANTED_KEY = "live:wanted"
# Who polls gets fed as well: until this long after he asked.
WANTED_SECONDS = 60
# The longest closure of an exchange is shorter.
_LOOK_BACK_SECONDS = 20 * DAY_SECONDS


async def list_quotes(
    session: AsyncSession,
    redis: Redis,
    viewer: Viewer,
    *,
    ids: Sequence[UUID] = (),
    symbols: Sequence[str] = (),
    now: datetime,
) -> list[Quote]:
    """Quotes in the order that was asked for, without what who asks may not see, and without what has no
    price. Four statements at most, however many there are. Raises InvalidSymbol.
    """
    if symbols:
        by_symbol = {
            one.symbol: one for one in await market.list_instruments_by_symbol(session, viewer, symbols)
        }
        order = [by_symbol.get(normalize_symbol(symbol)) for symbol in symbols]
    else:
        by_id = {one.id: one for one in await market.list_instruments_by_id(session, viewer, ids)}
        order = [by_id.get(instrument_id) for instrument_id in ids]
    instruments = list({one.id: one for one in order if one is not None}.values())
    seconds = now.timestamp()
    calendars = {one.calendar for one in instruments if one.calendar is not None}
    sessions: Mapping[str, Sessions] = {}
    if calendars:
        sessions = await market.read_sessions(
            session, calendars, int(seconds) - _LOOK_BACK_SECONDS, int(seconds) + 2 * DAY_SECONDS
        )
    kept = await _read_kept(redis, [one.id for one in instruments], seconds)
    quotes: list[Quote] = []
    for one in instruments:
        stored = _quote_stored(one, sessions.get(one.calendar or ""), seconds)
        left = kept.get(one.id)
        newest = left if left is not None and (stored is None or left.at >= stored.at) else stored
        if newest is not None:
            quotes.append(newest)
    return quotes


async def _read_kept(redis: Redis, ids: Sequence[UUID], now: float) -> dict[UUID, Quote]:
    """What the feed left, in one round trip; it is told that somebody looks. Nothing where Redis is away."""
    if not ids:
        return {}
    try:
        async with redis.pipeline(transaction=False) as pipe:
            pipe.mget([f"{KEY_PREFIX}{one}" for one in ids])
            # Never earlier than somebody else wants it.
            pipe.zadd(
                WANTED_KEY,
                dict.fromkeys((f"quotes:{one}" for one in ids), int(now) + WANTED_SECONDS),
                gt=True,
            )
            found, _ = await pipe.execute()
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("kept_quotes_unknown", reason=type(error).__name__)
        return {}
    kept = {}
    for instrument_id, text in zip(ids, found, strict=True):
        if text is None:
            continue
        try:
            kept[instrument_id] = read_kept_quote(orjson.loads(text), now)
        except (KeyError, TypeError, ValueError):
            log.warning("kept_quote_unreadable", instrument_id=str(instrument_id))
    return kept


def _quote_stored(instrument: Instrument, sessions: Sessions | None, now: float) -> Quote | None:
    """What the stored bars say."""
    last_session, is_open = _look_at_sessions(sessions, now)
    closes = list_day_closes(instrument, int(now) if last_session is None else last_session)
    days = [
        DayEnd(one.day, one.price, datetime.fromtimestamp(_end_of(one.day, one.ends_at, sessions), UTC))
        for one in closes
    ]
    return quote_of_stored(instrument.id, days, last_session=last_session, market_open=is_open)


def _end_of(day: int, ends_at: int, sessions: Sessions | None) -> int:
    """A day's bar ends with its session, where that is known."""
    if sessions is None:
        return ends_at
    place = int(np.searchsorted(sessions.labels, day))
    if place < len(sessions) and int(sessions.labels[place]) == day:
        return min(ends_at, int(sessions.closes[place]))
    return ends_at


def _look_at_sessions(sessions: Sessions | None, now: float) -> tuple[int | None, bool | None]:
    """The label of the newest session that has begun, and whether the market trades."""
    if sessions is None or len(sessions) == 0:
        return None, None
    begun = int(np.searchsorted(sessions.opens, now, side="right"))
    if not begun:
        return None, None
    opened = begun - 1
    is_pause = sessions.break_starts[opened] <= now < sessions.break_ends[opened]
    is_open = bool(now < sessions.closes[opened]) and not is_pause
    return int(sessions.labels[opened]), is_open
