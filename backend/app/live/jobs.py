"""The feed engine as a service of the worker: one worker leads, the others stand in line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from redis.asyncio import Redis

from app.core.clock import Clock
from app.core.database import Databases
from app.core.leadership import Lead, lead
from app.core.live_publishing import LivePublisher
from app.feeds import service as feeds
from app.live.feed import FeedEngine, FeedParts
from app.live.feed_history import StoredHistory
from app.live.feed_ports import TickListener
from app.live.feed_publishing import Outbox
from app.live.feed_wanted import Demand, FindAlertsWanted
from app.market.market_hours import find_bar_hours
from app.market.ports import MarketDataProvider
from app.market.provider_facts import ProviderDescription

LEADERSHIP = "live-feed"


async def run_live_feed(
    databases: Databases,
    clock: Clock,
    redis: Redis,
    providers: Mapping[str, MarketDataProvider],
    *,
    find_alerts_wanted: FindAlertsWanted | None = None,
    tick_listeners: Sequence[TickListener] = (),
) -> None:
    """Feed for as long as this worker leads; until then, wait. `find_alerts_wanted`: what must be fed though
    nobody looks at it. The providers stay open.
    """

    def spend(description: ProviderDescription, credits: int) -> AbstractAsyncContextManager[None]:
        return feeds.spend_credits(databases.main, description, credits)

    async def work(held: Lead) -> None:
        # A new engine each time it leads: what it does not know, it finds in the database.
        engine = FeedEngine(
            FeedParts(
                providers=providers,
                history=StoredHistory(databases.main),
                find_hours=find_bar_hours,
                spend=spend,
                read_wanted=Demand(redis, clock, find_alerts_wanted).read,
                outbox=Outbox(LivePublisher(redis), redis),
                clock=clock,
                listeners=tick_listeners,
                still_leads=lambda: held.is_held,
            )
        )
        await engine.run()

    await lead(databases.main.dsn, LEADERSHIP, work)
