"""Asking for the newest bars of a series once more can be over, and keeping what was revised since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.intervals import DAY_SECONDS, Interval
from app.feeds import backfill_repository, credits, repository
from app.feeds.asking import FOR_GOOD, Asking, load_sessions
from app.feeds.backfill_repository import DueSeries
from app.feeds.domain import PRIORITY_HISTORY, ProviderLink
from app.feeds.freshness import find_last_closed, find_next_refresh
from app.feeds.planning import Range, find_label_end, find_settled_until, judge_answer
from app.feeds.telling import tell_bars_changed
from app.market import service as market
from app.market.domain import Instrument, Viewer
from app.market.provider_facts import ProviderBusy, ProviderError

_OVERLAP_BARS = 3


async def refresh(feed: Asking, due: DueSeries) -> None:
    """Ask for the newest bars of a series, the last few once more: a revised bar wins."""
    now = feed.means.clock.now()
    key = due.instrument_id, due.interval
    async with feed.means.database.session() as session:
        link = (await repository.find_links(session, [due.instrument_id])).get(due.instrument_id)
        if link is None:
            return
        instrument = await market.get_instrument_by_id(
            session, Viewer(link.owner_id, True), due.instrument_id
        )
        asked = await backfill_repository.list_asked(session, *key)
        is_filling = key in await backfill_repository.group_open(session, [due.instrument_id])
    moment = int(now.timestamp())
    sessions = await load_sessions(feed.means, instrument.calendar, moment, moment)
    newest = _find_newest(instrument, due.interval, asked)
    if (
        newest is None
        or is_filling
        or not (due.is_wanted or _is_something_new(due.interval, sessions, newest, moment))
    ):
        await _set_due(feed, due, sessions, now, is_filling=is_filling)
        return
    start = newest - _OVERLAP_BARS * due.interval.seconds
    try:
        page, spend = await feed.ask(link, due.interval, start, moment + 1)
    except ProviderBusy:
        raise
    except ProviderError as error:
        await put_off_refresh(feed, due, error)
        return
    settled = find_settled_until(moment, due.interval)
    judgement = judge_answer(
        (page.covered_from, moment + 1),
        due.interval,
        page.bars.time,
        sessions,
        settled,
        feed.means.provider.description.max_bars_per_request,
    )
    async with feed.means.database.session() as session:
        await credits.end_request(session, spend)
        counts = await market.store_bars(session, due.instrument_id, page.bars)
        await backfill_repository.add_asked(session, *key, judgement.answered)
        revision = await market.find_revision(session, *key)
        if judgement.covered_from > start:
            await _fill_behind(session, link, due.interval, start, judgement.covered_from)
    await _set_due(feed, due, sessions, now, refreshed=True)
    if counts.is_changed:
        await tell_bars_changed(feed.means, link, due.interval, revision)
    await feed.note_left()


def _find_newest(instrument: Instrument, interval: Interval, asked: list[Range]) -> int | None:
    """From where on nothing is known for good: behind what was answered, else the last stored bar."""
    if asked:
        return asked[-1][1]
    series = instrument.find_series(interval)
    return None if series is None else int(series.last_at.timestamp())


async def _fill_behind(
    session: AsyncSession, link: ProviderLink, interval: Interval, start: int, end: int
) -> None:
    await backfill_repository.add_backfill(
        session,
        instrument_id=link.instrument_id,
        owner_id=link.added_by,
        provider=link.provider,
        interval=interval.value,
        start_time=start,
        end_time=end,
        frontier=end,
        priority=PRIORITY_HISTORY,
    )


async def _set_due(
    feed: Asking,
    due: DueSeries,
    sessions: market.Sessions | None,
    now: datetime,
    *,
    refreshed: bool = False,
    is_filling: bool = False,
) -> None:
    quota = feed.means.provider.description.quota
    is_metered = quota.credits_per_minute is not None or quota.credits_per_day is not None
    following = find_next_refresh(due.interval, sessions, int(now.timestamp()), is_metered=is_metered)
    due_at = datetime.fromtimestamp(following, UTC)
    if is_filling:
        due_at = min(due_at, now + timedelta(seconds=60))
    async with feed.means.database.session() as session:
        await backfill_repository.set_due(
            session,
            due.instrument_id,
            due.interval,
            due_at,
            refreshed_at=now if refreshed else None,
        )


async def put_off_refresh(feed: Asking, due: DueSeries, error: ProviderError) -> None:
    """Ask for a series' newest bars later; the more often that fails, the later."""
    attempts, now = due.attempts + 1, feed.means.clock.now()
    pause = DAY_SECONDS if isinstance(error, FOR_GOOD) else feed.means.patience.pause(attempts)
    async with feed.means.database.session() as session:
        await backfill_repository.set_due(
            session,
            due.instrument_id,
            due.interval,
            now + timedelta(seconds=pause),
            attempts=attempts,
            problem=error.detail,
        )


def _is_something_new(
    interval: Interval, sessions: market.Sessions | None, known_until: int, now: int
) -> bool:
    """Whether a bar behind what is known can be over by now."""
    if sessions is None or len(sessions) == 0:
        return find_label_end(known_until, interval) <= now
    closed = find_last_closed(interval, sessions, now)
    return closed is None or closed >= known_until
