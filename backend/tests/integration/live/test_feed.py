"""The feed engine over real servers: two workers, one leads; the next one goes on where it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from app.config import Settings
from app.core.database import Databases
from app.core.redis import make_redis
from app.engine.intervals import Interval
from app.feeds import repository as feeds
from app.feeds.domain import ProviderLink
from app.live.feed_history import StoredHistory
from app.live.jobs import run_live_feed
from app.market.domain import AssetClass
from app.market.provider_facts import ProviderSymbol
from tests.unit.live.stage import ScriptedProvider, StageTime, as_bars, at, bars_of, walk

pytestmark = pytest.mark.anyio
START = at("2026-03-10 16:00:20")
# A minute takes two seconds.
SPEED = 30.0


class QuickTime(StageTime):
    """Time that runs by itself, only faster; it is its own clock."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.clock = self  # type: ignore[assignment]

    def now(self) -> Any:
        return datetime.fromtimestamp(START + (time.monotonic() - self._began) * SPEED, UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


class QuickProvider(ScriptedProvider):
    """Asks the clock for seconds."""

    class _Seconds:
        def __init__(self, quick: QuickTime) -> None:
            self._quick = quick

        def now(self) -> float:
            return float(self._quick.now().timestamp())

        async def sleep(self, seconds: float) -> None:
            await self._quick.sleep(seconds)

    def __init__(self, quick: QuickTime) -> None:
        super().__init__(self._Seconds(quick))  # type: ignore[arg-type]


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    client = make_redis(settings.redis_url)
    yield client
    await client.aclose()


async def add_instrument(databases: Databases) -> UUID:
    async with databases.main.session() as session:
        statement = text(
            "INSERT INTO instruments (symbol, name, asset_class, timezone, calendar)"
            " VALUES ('BTC', 'BTC', 'crypto', 'UTC', '24/7') RETURNING id"
        )
        instrument_id: UUID = (await session.execute(statement)).scalar_one()
        symbol = ProviderSymbol("BTC", "BTC", "BTC", AssetClass.CRYPTO)
        await feeds.add_link(session, ProviderLink(instrument_id, "scripted", symbol, None, None))
    return instrument_id


async def read_minutes(databases: Databases, instrument_id: UUID) -> dict[int, Any]:
    history = StoredHistory(databases.main)
    fed = await history.find_fed([instrument_id])
    bars = await history.read_minutes(fed[instrument_id].instrument, START - 3_600, START + 3_600)
    return {one: bars.close[place] for place, one in enumerate(bars.time.tolist())}


async def wait_for(databases: Databases, instrument_id: UUID, count: int) -> dict[int, Any]:
    async with asyncio.timeout(30):
        while True:
            stored = await read_minutes(databases, instrument_id)
            if len(stored) >= count:
                return stored
            await asyncio.sleep(0.1)


async def test_the_second_worker_goes_on_without_a_missing_minute(databases: Databases, redis: Redis) -> None:
    instrument_id = await add_instrument(databases)
    quick = QuickTime()
    providers = [QuickProvider(quick), QuickProvider(quick)]
    trades = walk(at("2026-03-10 15:58"), 3_600)
    for provider in providers:
        provider.trades["BTC"] = trades
    for topic in (f"quotes:{instrument_id}", f"bars:{instrument_id}:1min"):
        await redis.zadd("live:wanted", {topic: START + 86_400})
    workers = [
        asyncio.create_task(run_live_feed(databases, quick, redis, {"scripted": provider}))
        for provider in providers
    ]
    try:
        first = await wait_for(databases, instrument_id, 4)
        leader = next(place for place, provider in enumerate(providers) if provider.streams)
        assert not providers[1 - leader].streams
        workers[leader].cancel()
        await asyncio.gather(workers[leader], return_exceptions=True)
        stored = await wait_for(databases, instrument_id, len(first) + 4)
        assert providers[1 - leader].streams
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    times = sorted(stored)
    assert times == list(range(times[0], times[-1] + 60, 60))
    true = as_bars(bars_of(trades, times[0], times[-1] + 60), Interval.MIN_1)
    assert [stored[one] for one in times] == true.close.tolist()
    # The instrument is the installation's: everybody's charts are told that there is more of it.
    changes = [orjson.loads(one)["data"] for one in await redis.lrange("live-kept:instruments:all", 0, -1)]
    assert (changes[-1]["instrument_id"], changes[-1]["interval"]) == (str(instrument_id), "1min")
    kept = orjson.loads(await redis.get(f"quote:{instrument_id}") or b"{}")
    assert (kept["source"], kept["market_open"]) == ("scripted", True)
    messages = await redis.lrange(f"live-kept:bars:{instrument_id}:1min", 0, -1)
    assert any(orjson.loads(one)["data"]["closed"] for one in messages)
