"""Sending what the feed has to say at a bounded rate: of each topic the newest, closed bars each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.live.quote_facts import KEPT_SECONDS, KEY_PREFIX

log = structlog.get_logger(__name__)

# Ten messages a second and topic at most.
PERIOD_SECONDS = 0.1
_AWAY_SECONDS = 1.0
_MAX_WAITING = 5_000


class Publisher(Protocol):
    """As core.live_publishing has it."""

    async def publish(self, topic: str, data: Mapping[str, Any]) -> int | None: ...


class Outbox:
    """Messages on their way to Redis. Nothing here waits for it, and what it misses is not sent again: the
    newest value is, and everything stands in the database.
    """

    def __init__(
        self,
        publisher: Publisher,
        redis: Redis,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._publisher, self._redis, self._sleep = publisher, redis, sleep
        self._newest: dict[str, Mapping[str, Any]] = {}
        self._each: deque[tuple[str, Mapping[str, Any]]] = deque(maxlen=_MAX_WAITING)
        self._kept: dict[UUID, bytes] = {}

    def put_newest(self, topic: str, data: Mapping[str, Any]) -> None:
        """Send this at the next turn, unless something newer of the topic comes until then."""
        self._newest[topic] = data

    def put_each(self, topic: str, data: Mapping[str, Any]) -> None:
        """Send this in any case, in order; what waited of the topic until now is older."""
        self._newest.pop(topic, None)
        self._each.append((topic, data))

    def keep_quote(self, instrument_id: UUID, kept: Mapping[str, Any]) -> None:
        """Leave a quote for REST at the next turn."""
        self._kept[instrument_id] = orjson.dumps(dict(kept))

    async def run(self) -> None:
        """Send for ever."""
        while True:
            is_there = await self.flush()
            await self._sleep(PERIOD_SECONDS if is_there else _AWAY_SECONDS)

    async def flush(self) -> bool:
        """Send what waits. False when Redis is away."""
        is_there = await self._write_kept()
        while is_there and self._each:
            is_there = await self._publisher.publish(*self._each.popleft()) is not None
        newest, self._newest = self._newest, {}
        for topic, data in newest.items():
            if not is_there:
                break
            is_there = await self._publisher.publish(topic, data) is not None
        if not is_there:
            self._each.clear()
        return is_there

    async def _write_kept(self) -> bool:
        if not self._kept:
            return True
        kept, self._kept = self._kept, {}
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for instrument_id, text in kept.items():
                    pipe.set(f"{KEY_PREFIX}{instrument_id}", text, ex=KEPT_SECONDS)
                await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("quotes_not_kept", reason=type(error).__name__)
            return False
        return True
