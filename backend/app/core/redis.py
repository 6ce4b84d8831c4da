"""The Redis client: short time-outs, because nothing that matters may wait for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.core.waiting import keep_cancellation

SOCKET_TIMEOUT_SECONDS = 0.5


def make_redis(url: str) -> Redis:
    """A lazy client: it connects at its first command."""
    pool = make_redis_pool(url, timeout_seconds=SOCKET_TIMEOUT_SECONDS, health_check_interval=30)
    return Redis.from_pool(pool)


def make_redis_pool(url: str, *, timeout_seconds: float, **options: Any) -> ConnectionPool:
    """Connections that try once, wait so long and lose no cancellation; `options` are the library's."""
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        **options,
    )
    kind = pool.connection_class  # by the address: plain, TLS or a socket's path
    pool.connection_class = type(f"Heedful{kind.__name__}", (_HeedfulSending, kind), {})
    return pool


class _HeedfulSending(AbstractConnection):
    """The library sends under asyncio.wait_for, which drops a cancellation that comes as the sending ends.

    That is until Python 3.12. Whoever asked would go on as if nobody had told him to end: a loop for ever.
    """

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        try:
            with keep_cancellation():
                await super().send_packed_command(command, check_health)
        except asyncio.CancelledError:
            await self.disconnect(nowait=True)  # the answer that comes would be taken for the next question's
            raise


async def ping_redis(client: Redis) -> float:
    """Milliseconds of a round trip. Raises redis.RedisError or OSError when it is away."""
    started = time.perf_counter()
    await client.ping()
    return (time.perf_counter() - started) * 1000
