"""What a worker does beside the queue: services that run as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import structlog
from redis.asyncio import Redis

from app.alerts import jobs as alerts
from app.alerts.ticks import TickWatch
from app.config import Settings
from app.core.clock import Clock
from app.core.database import Databases
from app.core.leadership import lead
from app.core.live_publishing import LivePublisher
from app.core.problems import is_database_away
from app.feeds import jobs as feeds
from app.live import jobs as live
from app.market.ports import MarketDataProvider
from app.worker.providers import make_providers

log = structlog.get_logger(__name__)

_PAUSE_SECONDS = 5.0


def start_services(
    settings: Settings, databases: Databases, clock: Clock, redis: Redis
) -> Sequence[asyncio.Task[None]]:
    """Start every service. One that ends or raises ends the worker: raise only when the database is away."""
    providers = make_providers(settings, clock)

    ticks = TickWatch(databases.main, clock)

    async def feed_live() -> None:
        await live.run_live_feed(
            databases,
            clock,
            redis,
            providers,
            find_alerts_wanted=partial(alerts.find_wanted, databases.main),
            tick_listeners=(ticks.on_tick,),
        )

    async def watch_alerts() -> None:
        await alerts.run_alerts(settings, databases, clock, LivePublisher(redis), ticks)

    async def bring_history() -> None:
        publisher = LivePublisher(redis)
        await lead(
            settings.database_dsn,
            "feeds",
            lambda _lead: feeds.run_feeds(databases, clock, providers, publisher),
        )

    services = {"live-feed": feed_live, "alerts": watch_alerts, "feeds": bring_history}
    return [
        *(asyncio.create_task(_keep_running(name, run), name=name) for name, run in services.items()),
        asyncio.create_task(_close_at_the_end(providers), name="providers"),
    ]


async def _keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a service for ever: one that fails is begun anew, and the others go on."""
    while True:
        try:
            await run()
        except Exception as error:
            if is_database_away(error):
                raise
            log.error("service_failed", service=name, exc_info=error)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _close_at_the_end(providers: Mapping[str, MarketDataProvider]) -> None:
    """Close the providers when the worker ends."""
    try:
        await asyncio.Event().wait()
    finally:
        await feeds.close_providers(providers)
