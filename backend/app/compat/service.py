"""What the façade answers, read from what is stored and visible to who asks.

Bars are closed ones: where the vendor's last bar forms, ours is the one before. Nothing is fetched anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.compat.domain import (
    MAX_ROWS,
    Asked,
    InvalidParameter,
    NothingStored,
    Place,
    SeriesQuery,
    SymbolNotStored,
    choose_zone,
)
from app.compat.schemas import (
    Document,
    QuoteFacts,
    write_exchanges,
    write_price,
    write_quote,
    write_rows,
    write_search_row,
    write_series,
    write_time,
)
from app.core.errors import FlowrexError
from app.core.pagination import PageQuery
from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, Interval
from app.feeds import service as feeds
from app.market import service as market
from app.market.domain import (
    Adjustment,
    Instrument,
    InstrumentFilter,
    IntervalNotAvailable,
    InvalidSymbol,
    Series,
    Viewer,
    normalize_symbol,
)

_YEAR = timedelta(days=365)
_LISTED_AT_ONCE, _MAX_LISTED = 100, 1_000


async def find_asked(
    session: AsyncSession, viewer: Viewer, symbols: Sequence[str], place: Place
) -> dict[str, Asked]:
    """What each symbol means to who asks; those that mean nothing are left out. Four statements in all.

    A ticker at a place is looked for as `TICKER.MIC`, which is what a search here made of it, before it is as
    plain ticker.
    """
    spellings: dict[str, list[str]] = {}
    for symbol in symbols:
        candidates = [f"{symbol}.{place.mic_code}", symbol] if place.mic_code else [symbol]
        spellings[symbol] = [one for one in candidates if _is_symbol(one)]
    wanted = [one for candidates in spellings.values() for one in candidates]
    known = await _with_links(session, await market.list_instruments_by_symbol(session, viewer, wanted))
    by_symbol = {one.instrument.symbol: one for one in known}
    found: dict[str, Asked] = {}
    for symbol, candidates in spellings.items():
        for candidate in candidates:
            one = by_symbol.get(candidate)
            if one is not None and one.fits(place):
                found[symbol] = Asked(symbol, one.instrument, one.link)
                break
    return found


def _is_symbol(text: str) -> bool:
    try:
        normalize_symbol(text)
    except InvalidSymbol:
        return False
    return True


async def _with_links(session: AsyncSession, instruments: Sequence[Instrument]) -> list[Asked]:
    links = await feeds.find_links(session, [one.id for one in instruments]) if instruments else {}
    return [Asked(one.symbol, one, links[one.id].symbol if one.id in links else None) for one in instruments]


def get_asked(found: dict[str, Asked], symbol: str) -> Asked:
    """One of them. Raises SymbolNotStored."""
    if symbol not in found:
        raise SymbolNotStored(symbol)
    return found[symbol]


def write_failure(error: FlowrexError) -> Document:
    """An error in the vendor's shape."""
    code = 400 if error.status == 422 else error.status
    return {"code": code, "message": error.detail, "status": "error"}


async def read_series(
    session: AsyncSession, asked: Asked, query: SeriesQuery, now: datetime
) -> tuple[Document, list[Document]]:
    """`/time_series` of one symbol, and its rows. Raises NothingStored, InvalidParameter."""
    zone = choose_zone(asked, query.interval, query.timezone)
    bars = await _load(
        session,
        asked.instrument,
        query.interval,
        now,
        query.limit,
        start=None if query.start is None else query.start.replace(tzinfo=zone),
        # Its bound counts in: a second later it is one that counts out.
        end=None if query.end is None else query.end.replace(tzinfo=zone) + timedelta(seconds=1),
        adjust=query.adjust,
    )
    if len(bars) == 0:
        raise NothingStored
    rows = write_rows(bars, zone, query.places)
    if not query.is_ascending:
        rows.reverse()
    return write_series(asked, rows, query.interval), rows


async def read_many_series(
    session: AsyncSession, found: dict[str, Asked], symbols: Sequence[str], query: SeriesQuery, now: datetime
) -> Document:
    """`/time_series` of several symbols: an object for each, which may be an error."""
    if len(found) * query.limit > MAX_ROWS:
        raise InvalidParameter(
            f"That may be {len(found) * query.limit} bars; {MAX_ROWS} can be asked for at once."
        )
    answers: Document = {}
    for symbol in symbols:
        try:
            answers[symbol], _ = await read_series(session, get_asked(found, symbol), query, now)
        except FlowrexError as error:
            answers[symbol] = write_failure(error)
    return answers


async def read_price(session: AsyncSession, asked: Asked, places: int, now: datetime) -> Document:
    """`/price`: the close of the newest bar of all. Raises NothingStored."""
    series = choose_newest(asked.instrument.series)
    if series is None:
        raise NothingStored
    bars = await _load(session, asked.instrument, series.interval, now, 1)
    if len(bars) == 0:
        raise NothingStored
    return {"price": write_price(float(bars.close[-1]), places)}


def choose_newest(series: Sequence[Series]) -> Series | None:
    """The series whose last bar ends last; of several the finest."""
    return max(
        series,
        key=lambda one: (one.last_at.timestamp() + one.interval.seconds, -one.interval.seconds),
        default=None,
    )


async def read_quote(
    session: AsyncSession,
    asked: Asked,
    interval: Interval,
    timezone: str,
    volume_bars: int,
    places: int,
    now: datetime,
) -> Document:
    """`/quote`: the newest closed bar of an interval. Raises NothingStored, InvalidParameter."""
    instrument = asked.instrument
    bars = await _load(session, instrument, interval, now, max(2, volume_bars))
    if len(bars) == 0:
        raise NothingStored
    try:
        year = await _load(session, instrument, Interval.DAY_1, now, 400, start=now - _YEAR)
    except InvalidParameter:  # weeks or months alone are stored
        year = bars.head(0)
    opened_at, quoted_at, is_open = await _tell_hours(session, instrument, bars, now)
    facts = QuoteFacts(bars, year, opened_at, quoted_at, is_open, volume_bars)
    return write_quote(asked, facts, choose_zone(asked, interval, timezone), places)


async def _tell_hours(
    session: AsyncSession, instrument: Instrument, bars: Bars, now: datetime
) -> tuple[int, int, bool]:
    """When the last bar opened and when its last price was, and whether the market is open now."""
    last, at = int(bars.time[-1]), int(now.timestamp())
    opened_at, quoted_at, is_open = last, last + bars.interval.seconds, False
    sessions = await market.find_sessions(
        session, instrument, last - 7 * DAY_SECONDS, max(at + 2 * DAY_SECONDS, last + 35 * DAY_SECONDS)
    )
    if sessions is not None and len(sessions):
        trading = (sessions.opens <= at) & (at < sessions.closes)
        resting = (sessions.break_starts <= at) & (at < sessions.break_ends)
        is_open = bool((trading & ~resting).any())
        if not bars.interval.is_intraday:
            within = (sessions.labels >= last) & (sessions.labels < last + bars.interval.seconds)
            if within.any():
                opened_at, quoted_at = int(sessions.opens[within][0]), int(sessions.closes[within][-1])
    return opened_at, min(quoted_at, at), is_open


async def read_earliest(
    session: AsyncSession, asked: Asked, interval: Interval, timezone: str, now: datetime
) -> Document:
    """`/earliest_timestamp`: the first bar that is stored. Raises NothingStored, InvalidParameter."""
    instrument = asked.instrument
    try:
        source = market.choose_source_interval(interval, instrument.intervals)
    except IntervalNotAvailable as error:
        raise InvalidParameter(error.detail) from None
    series = instrument.find_series(source)
    if series is None:
        raise NothingStored
    first_at = series.first_at
    # Of a longer bar the first one begins with it or before it.
    reach = timedelta(seconds=2 * interval.seconds + 2 * DAY_SECONDS)
    bars = await _load(
        session, instrument, interval, now, 5_000, start=first_at - reach, end=first_at + 3 * reach
    )
    if len(bars) == 0:
        raise NothingStored
    first = int(bars.time[0])
    shown = write_time(first, interval, choose_zone(asked, interval, timezone))
    if not interval.is_intraday:
        sessions = await market.find_sessions(session, instrument, first, first + bars.interval.seconds)
        if sessions is not None and len(sessions):
            first = int(sessions.opens[0])
    return {"datetime": shown, "unix_time": first}


async def search_symbols(session: AsyncSession, viewer: Viewer, text: str, limit: int) -> Document:
    """`/symbol_search` over what is stored and visible: the symbol itself first."""
    exact = await market.list_instruments_by_symbol(session, viewer, [text]) if _is_symbol(text) else []
    rows, _ = await market.list_instruments(session, viewer, InstrumentFilter(text), PageQuery(limit, None))
    known = {one.id for one in exact}
    instruments = [*exact, *(one for one in rows if one.id not in known)][:limit]
    found = await _with_links(session, instruments)
    return {"data": [write_search_row(one) for one in found], "status": "ok"}


async def list_exchanges(session: AsyncSession, viewer: Viewer, code: str | None) -> Document:
    """`/exchanges`: where what is stored is traded, as far as providers told."""
    instruments: list[Instrument] = []
    cursor: str | None = None
    while len(instruments) < _MAX_LISTED:
        page = PageQuery(_LISTED_AT_ONCE, cursor)
        rows, cursor = await market.list_instruments(session, viewer, InstrumentFilter(), page)
        instruments += rows
        if cursor is None:
            break
    exchanges = write_exchanges(await _with_links(session, instruments))
    return {"data": [one for one in exchanges if code in (None, one["code"])], "status": "ok"}


async def _load(
    session: AsyncSession,
    instrument: Instrument,
    interval: Interval,
    now: datetime,
    limit: int,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    adjust: Adjustment = Adjustment.SPLITS,
) -> Bars:
    try:
        return await market.load_newest_bars(
            session, instrument, interval, now=now, limit=limit, start=start, end=end, adjust=adjust
        )
    except IntervalNotAvailable as error:
        raise InvalidParameter(error.detail) from None
