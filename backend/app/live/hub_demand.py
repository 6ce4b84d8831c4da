"""What somebody looks at right now, for the feed: a sorted set at Redis that forgets by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.clock import Clock
from app.core.waiting import end_task

log = structlog.get_logger(__name__)

WANTED_KEY = "live:wanted"
RENEW_SECONDS = 5.0
WANTED_SECONDS = 15


class Demand:
    """Keeps the topics that this process's clients want among those that are wanted."""

    def __init__(self, redis: Redis, clock: Clock, list_topics: Callable[[], Sequence[str]]) -> None:
        self._redis, self._clock, self._list_topics = redis, clock, list_topics
        self._told = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in a task of its own."""
        self._task = asyncio.create_task(self._keep(), name="live-demand")

    async def stop(self) -> None:
        """End. Never fails."""
        if self._task is not None:
            await end_task(self._task)

    def tell(self) -> None:
        """Write at once what is wanted: somebody has begun to look."""
        self._told.set()

    async def _keep(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_SECONDS):
                    await self._told.wait()
            self._told.clear()
            try:
                await self._write(self._list_topics())
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("live_demand_not_written", reason=type(error).__name__)
            except Exception as error:  # a fault of ours: the feed must not stop for it
                log.error("live_demand_failed", exc_info=error)

    async def _write(self, topics: Sequence[str]) -> None:
        if not topics:
            return
        now = int(self._clock.now().timestamp())
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zadd(WANTED_KEY, dict.fromkeys(topics, now + WANTED_SECONDS))
            pipe.zremrangebyscore(WANTED_KEY, "-inf", now - WANTED_SECONDS)
            await pipe.execute()
