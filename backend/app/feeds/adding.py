"""Adding an instrument from a provider: the instrument, its link, and its history on its way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import ceil_seconds
from app.core.notifications import notify
from app.engine.intervals import Interval
from app.feeds import backfill_repository, repository, symbol_repository
from app.feeds.domain import (
    PRIORITY_HISTORY,
    PRIORITY_LOOKED_AT,
    WORK_TOPIC,
    Backfill,
    IntervalNotOffered,
    ProviderAway,
    ProviderLink,
    ProviderNotShared,
    SymbolNotKnown,
    SymbolTaken,
)
from app.feeds.provider_desk import ProviderDesk
from app.feeds.schemas import InstrumentFromProvider
from app.market import service as market
from app.market.domain import (
    Instrument,
    InstrumentReadOnly,
    InvalidRange,
    Scope,
    Viewer,
    normalize_symbol,
)
from app.market.provider_facts import ProviderDescription, ProviderError, ProviderSymbol

_DAYS_OF_HISTORY = 20 * 365
_WITHIN_DAY_HISTORY = 30
_SEARCH_ROWS = 30


@dataclass(frozen=True, slots=True)
class Added:
    """What became of it."""

    instrument: Instrument
    description: ProviderDescription
    backfills: list[Backfill]


async def find_wanted_symbol(
    desk: ProviderDesk, description: ProviderDescription, code: str, mic_code: str | None
) -> ProviderSymbol:
    """A provider's symbol: as it was found before, else asked for. In transactions of its own.

    Raises SymbolNotKnown, ProviderAway.
    """
    async with desk.database.session() as session:
        known = await symbol_repository.find_symbol(session, description.name, code, mic_code)
    if known is not None:
        return known
    try:
        found = await desk.search(description, code, _SEARCH_ROWS)
    except ProviderError as error:
        raise ProviderAway(error.detail, retry_after_seconds=30) from error
    fitting = [
        one
        for one in found
        if one.code.upper() == code.upper()
        and (mic_code is None or (one.mic_code or "").upper() == mic_code.upper())
    ]
    if not fitting:
        raise SymbolNotKnown(f"{description.title} has no {code}. Search for it first.")
    return fitting[0]


async def add_instrument(
    session: AsyncSession,
    viewer: Viewer,
    body: InstrumentFromProvider,
    description: ProviderDescription,
    symbol: ProviderSymbol,
    now: datetime,
) -> Added:
    """Make an instrument that a provider feeds; the same again changes nothing and answers what is there.

    Raises SymbolTaken, IntervalNotOffered, ProviderNotShared, InstrumentReadOnly, InvalidSymbol.
    """
    owner_id = viewer.user_id
    if body.scope is Scope.INSTALLATION:
        if not viewer.is_admin:
            raise InstrumentReadOnly("Only admins add instruments for the whole installation.")
        if not description.may_share:
            raise ProviderNotShared(
                f"What {description.title}'s key brings stays with its owner unless the operator states the"
                f" right to share it with {description.name.upper()}_SHARED=true."
            )
        owner_id = None
    intervals = _choose_intervals(body, description)
    name = normalize_symbol(body.symbol or symbol.symbol)
    made = await market.ensure_instrument(
        session,
        owner_id,
        market.NewInstrument(
            name,
            symbol.name,
            symbol.exchange,
            symbol.asset_class,
            symbol.currency,
            symbol.timezone,
            symbol.calendar,
        ),
    )
    link = (await repository.find_links(session, [made.id])).get(made.id)
    if link is None:
        if not made.is_new:
            raise SymbolTaken(
                f"You have an instrument {name} that comes from elsewhere."
                " Add this one under another `symbol`."
            )
        link = ProviderLink(made.id, description.name, symbol, owner_id, viewer.user_id)
        await repository.add_link(session, link)
    elif (link.provider, link.symbol.code, link.symbol.mic_code) != (
        description.name,
        symbol.code,
        symbol.mic_code,
    ):
        raise SymbolTaken(
            f"Your instrument {name} comes from {link.symbol.code} of {link.provider}."
            " Add this one under another `symbol`."
        )
    await repository.add_fed_series(session, made.id, intervals, now + timedelta(seconds=60))
    under_way = {one.interval for one in await backfill_repository.list_open_of(session, [made.id])}
    for interval in intervals:
        said = body.history.get(interval)
        if interval in under_way or (not made.is_new and said is None):
            continue
        start, end = _history(interval, said, now)
        await add_backfill(session, viewer.user_id, link, interval, start, end, priority=PRIORITY_LOOKED_AT)
    await notify(session, WORK_TOPIC, description.name)
    instrument = await market.get_instrument_by_id(session, viewer, made.id)
    return Added(instrument, description, await backfill_repository.list_open_of(session, [made.id]))


async def add_backfill(
    session: AsyncSession,
    owner_id: UUID | None,
    link: ProviderLink,
    interval: Interval,
    start: int,
    end: int,
    *,
    again: bool = False,
    priority: int = PRIORITY_HISTORY,
) -> UUID:
    """Put a stretch on its way; its id."""
    return await backfill_repository.add_backfill(
        session,
        instrument_id=link.instrument_id,
        owner_id=owner_id,
        provider=link.provider,
        interval=interval.value,
        start_time=start,
        end_time=end,
        frontier=end,
        again=again,
        priority=priority,
    )


def _choose_intervals(body: InstrumentFromProvider, description: ProviderDescription) -> list[Interval]:
    offered = set(description.intervals)
    wanted = [*(body.intervals or ()), *body.history]
    if not wanted:
        wanted = [one for one in (Interval.DAY_1, Interval.MIN_1) if one in offered]
    lacking = [one.value for one in wanted if one not in offered]
    if lacking:
        raise IntervalNotOffered(f"{description.title} has no bars of {', '.join(lacking)}.")
    return list(dict.fromkeys(wanted))


def _history(interval: Interval, said: datetime | None, now: datetime) -> tuple[int, int]:
    end = int(now.timestamp()) + 1
    if said is None:
        days = _WITHIN_DAY_HISTORY if interval.is_intraday else _DAYS_OF_HISTORY
        midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
        return int((midnight - timedelta(days=days)).timestamp()), end
    start = ceil_seconds(said)
    if start >= end:
        raise InvalidRange("A history begins in the past.", field="history")
    return start, end
