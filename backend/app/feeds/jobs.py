"""What the worker does for this room as long as it runs: fetch from every provider, and keep what is known of
providers, calendars and holes up to date. One process of all does it: see core.leadership.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from app.core.clock import Clock
from app.core.database import Databases
from app.core.live_publishing import LivePublisher
from app.core.notifications import Notifications
from app.core.problems import is_database_away
from app.feeds import credits, repository, symbol_repository
from app.feeds.asking import Patience
from app.feeds.domain import WORK_TOPIC
from app.feeds.fetching import ProviderFeed
from app.market import jobs as market_jobs
from app.market.ports import MarketDataProvider
from app.market.provider_facts import ProviderError, ProviderUnavailable

log = structlog.get_logger(__name__)

_UPKEEP_SECONDS = 3.0
_LISTING_SECONDS = 30.0
_SYMBOLS_EVERY = timedelta(days=1)
_SYMBOLS_AGAIN = timedelta(minutes=2)
_ALL_SYMBOLS = 50_000


async def run_feeds(
    databases: Databases,
    clock: Clock,
    providers: Mapping[str, MarketDataProvider],
    publisher: LivePublisher,
    patience: Patience | None = None,
) -> None:
    """Do all of it until cancelled. Raises when the database is away."""
    await _describe_providers(databases, clock, providers)
    notifications = Notifications(databases.main.dsn)
    notifications.start()

    async def store_calendars() -> None:
        await market_jobs.store_calendars(databases, clock)

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_keep_up(databases, clock, providers), name="feeds-upkeep")
            for name, provider in providers.items():
                feed = ProviderFeed(
                    databases.main, clock, provider, publisher, store_calendars, patience or Patience()
                )
                tasks.create_task(_run_feed(feed, notifications), name=f"feed-{name}")
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from group
    finally:
        await notifications.stop()


async def _run_feed(feed: ProviderFeed, notifications: Notifications) -> None:
    with notifications.expect(WORK_TOPIC, feed.name) as woken:
        await feed.run(woken)


async def _describe_providers(
    databases: Databases, clock: Clock, providers: Mapping[str, MarketDataProvider]
) -> None:
    async with databases.main.session() as session:
        await repository.replace_descriptions(
            session, [one.description for one in providers.values()], clock.now()
        )


async def _keep_up(databases: Databases, clock: Clock, providers: Mapping[str, MarketDataProvider]) -> None:
    symbols_due: dict[str, datetime] = dict.fromkeys(providers, clock.now())
    is_first = True
    while True:
        try:
            await market_jobs.store_calendars(databases, clock, anew=is_first)
            is_first = False
            await market_jobs.judge_series(databases, clock)
            for name, provider in providers.items():
                if symbols_due[name] <= clock.now():
                    is_done = await _store_symbols(databases, clock, provider)
                    symbols_due[name] = clock.now() + (_SYMBOLS_EVERY if is_done else _SYMBOLS_AGAIN)
            async with databases.main.session() as session:
                await credits.forget_old_spends(session, clock.now())
        except Exception as error:
            if is_database_away(error):
                raise
            log.exception("feeds_upkeep_failed")
        await asyncio.sleep(_UPKEEP_SECONDS)


async def _store_symbols(databases: Databases, clock: Clock, provider: MarketDataProvider) -> bool:
    """Remember all that a provider has, where asking for it costs nothing; False when it has to be tried
    again.
    """
    if provider.count_search_credits() > 0:
        return True
    name = provider.description.name
    try:
        async with asyncio.timeout(_LISTING_SECONDS):
            found = await provider.search("", _ALL_SYMBOLS)
    except (ProviderError, TimeoutError) as error:
        log.warning("symbols_not_listed", provider=name, reason=str(error) or type(error).__name__)
        async with databases.main.session() as session:
            is_silent = isinstance(error, ProviderUnavailable | TimeoutError)  # a refusal is an answer
            await repository.note_answer(session, name, clock.now(), is_silent=is_silent)
        return False
    async with databases.main.session() as session:
        await symbol_repository.write_symbols(session, name, found, clock.now())
        await repository.note_answer(session, name, clock.now(), is_silent=False)
    return True


async def close_providers(providers: Mapping[str, MarketDataProvider]) -> None:
    """Close what providers have open; one that fails does not keep the others."""
    for provider in providers.values():
        with contextlib.suppress(Exception):
            await provider.aclose()
