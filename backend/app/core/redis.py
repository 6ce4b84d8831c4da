"""The Redis client: short time-outs, because nothing that matters may wait for it."""

from __future__ import annotations

import time

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

SOCKET_TIMEOUT_SECONDS = 0.5


def make_redis(url: str) -> Redis:
    """A lazy client: it connects at its first command."""
    return Redis.from_url(
        url,
        socket_timeout=SOCKET_TIMEOUT_SECONDS,
        socket_connect_timeout=SOCKET_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
        decode_responses=False,
    )


async def ping_redis(client: Redis) -> float:
    """Milliseconds of a round trip. Raises redis.RedisError or OSError when it is away."""
    started = time.perf_counter()
    await client.ping()
    return (time.perf_counter() - started) * 1000
