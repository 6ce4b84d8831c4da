"""The live feed with the adapters of real providers on stand-ins of them: from the socket to stored minutes,
and what a dropped socket missed over REST. Time runs fast, for both sides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from app.adapters.crypto import CryptoProvider
from app.adapters.twelvedata import TwelveDataProvider
from app.core.database import Databases
from app.engine.intervals import Interval
from app.feeds import repository as feeds
from app.feeds.domain import ProviderLink
from app.live.feed_history import StoredHistory
from app.live.jobs import run_live_feed
from app.market.calendars import find_bar_close
from app.market.domain import AssetClass
from app.market.ports import MarketDataProvider
from app.market.provider_facts import ProviderSymbol, Quota
from tests.integration.live.test_feed import START, QuickTime, redis
from tests.standins.kraken import run_kraken
from tests.standins.kraken_market import PAIRS
from tests.standins.twelvedata.market import Market, find_listing
from tests.standins.twelvedata.server import KEY, StandIn
from tests.standins.twelvedata.stream import StreamTerms

__all__ = ["redis"]
pytestmark = pytest.mark.anyio
MINUTES = 5
Minutes = dict[int, tuple[float, ...]]


async def add_coin(databases: Databases, provider: str, symbol: ProviderSymbol) -> UUID:
    async with databases.main.session() as session:
        statement = text(
            "INSERT INTO instruments (symbol, name, asset_class, timezone, calendar)"
            " VALUES ('COIN', 'COIN', 'crypto', 'UTC', '24/7') RETURNING id"
        )
        instrument_id: UUID = (await session.execute(statement)).scalar_one()
        await feeds.add_link(session, ProviderLink(instrument_id, provider, symbol, None, None))
    return instrument_id


async def read_minutes(databases: Databases, instrument_id: UUID) -> Minutes:
    history = StoredHistory(databases.main)
    fed = await history.find_fed([instrument_id])
    bars = await history.read_minutes(fed[instrument_id].instrument, START - 86_400, START + 86_400)
    columns = [column.tolist() for column in bars.columns()]
    return dict(zip(bars.time.tolist(), zip(*columns, strict=True), strict=True))


@asynccontextmanager
async def feeding(
    databases: Databases, redis: Redis, quick: QuickTime, provider: MarketDataProvider, instrument_id: UUID
) -> AsyncIterator[None]:
    for topic in (f"quotes:{instrument_id}", f"bars:{instrument_id}:1min"):
        await redis.zadd("live:wanted", {topic: START + 86_400})
    feed = asyncio.create_task(run_live_feed(databases, quick, redis, {provider.description.name: provider}))
    try:
        yield
        assert not feed.done(), feed.exception()
    finally:
        feed.cancel()
        await asyncio.gather(feed, return_exceptions=True)
        await provider.aclose()


async def wait_for(
    databases: Databases, instrument_id: UUID, is_enough: Callable[[Minutes], bool]
) -> Minutes:
    async with asyncio.timeout(40):
        while True:
            stored = await read_minutes(databases, instrument_id)
            if is_enough(stored):
                return stored
            await asyncio.sleep(0.2)


def newest_run(stored: Minutes, begin: int) -> list[int]:
    """The minutes since `begin`, as long as none lacks."""
    times = []
    while begin in stored:
        times.append(begin)
        begin += 60
    return times


async def test_trades_of_kraken_become_its_own_minutes_though_its_socket_drops(
    databases: Databases, redis: Redis
) -> None:
    quick = QuickTime()
    async with run_kraken(trade_seconds=3.0, now=lambda: quick.now().timestamp()) as kraken:
        kraken.faults.drop_seconds = 4.0
        provider: Any = CryptoProvider("kraken", quick, kraken.url)
        provider._exchange.enableRateLimit = False  # a second between two requests
        symbol = (await provider.search("BTC/USD", 1))[0]
        coin = await add_coin(databases, "kraken", symbol)
        begin = int(quick.now().timestamp() // 60) * 60 + 60
        async with feeding(databases, redis, quick, provider, coin):
            stored = await wait_for(databases, coin, lambda all_: len(newest_run(all_, begin)) >= MINUTES)
        assert kraken.count("socket") >= 2
        assert kraken.count("OHLC") >= 1
        times = newest_run(stored, begin)
        candles = kraken.market.make_candles(PAIRS[0], 1, begin - 60, times[-1] + 120)
        true = {
            row[0]: (*(float(one) for one in row[1:5]), float(row[6])) for row in candles if row[0] in times
        }
        assert {time: stored[time] for time in times} == true


async def test_prices_of_twelve_data_become_minutes_and_a_hole_is_filled_over_rest(
    databases: Databases, redis: Redis
) -> None:
    quick = QuickTime()
    terms = StreamTerms(tick_seconds=0.03, drop_after_seconds=4.0)

    def seconds() -> float:
        return float(quick.now().timestamp())

    with StandIn(per_minute=None, per_day=None, stream=terms, clock=seconds) as standin:
        provider = TwelveDataProvider(
            key=KEY,
            base_url=standin.base_url,
            stream_url=standin.stream_url,
            clock=quick,
            quota=Quota(10_000, 100_000),
            has_stream=True,
            bar_close=find_bar_close,
        )
        symbol = ProviderSymbol("BTC/USD", "BTC/USD", "Bitcoin", AssetClass.CRYPTO, calendar="24/7")
        coin = await add_coin(databases, "twelvedata", symbol)
        listing = find_listing("BTC/USD")
        assert listing is not None
        begin = int(seconds() // 60) * 60 + 60
        async with feeding(databases, redis, quick, provider, coin):
            stored = await wait_for(databases, coin, lambda all_: len(newest_run(all_, begin)) >= MINUTES)
    times = newest_run(stored, begin)
    bars = Market().bars(listing, Interval.MIN_1, begin, times[-1], times[-1] + 60, adjusted=False)
    true = dict(zip(bars.time.tolist(), zip(*(c.tolist() for c in bars.columns()), strict=True), strict=True))
    for time in times:
        # Prices are told now and then: never beyond what the minute really saw.
        assert true[time][2] <= stored[time][2] <= stored[time][1] <= true[time][1]
    assert standin.streams.connections >= 2
    # What the drop took a part of is the vendor's own minute, which reaches further than any price told.
    assert any(stored[time][:4] == true[time][:4] for time in times)
