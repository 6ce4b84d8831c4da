"""Our Redis client against a real server: who is told to end while he asks it, ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from app.core.redis import make_redis
from app.embedded.servers import RunningServers


@pytest.fixture
async def redis(servers: RunningServers) -> AsyncIterator[Redis]:
    client = make_redis(servers.redis_url)
    await client.ping()
    yield client
    await client.aclose()


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancellation_that_meets_the_sending_is_not_lost(redis: Redis, turns: int) -> None:
    async def ask_for_ever() -> None:
        while True:
            await redis.ping()

    task = asyncio.create_task(ask_for_ever())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait((task,), timeout=1)
    assert task.cancelled()
    assert await redis.ping() is True, "no answer of the question that was given up is taken for this one's"
