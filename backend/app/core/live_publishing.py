"""Telling every API process, and through it every browser, that something changed: over Redis, at most once.

A message is encoded here and never again: the processes that receive it only put a frame around it. Losing
one, or all of Redis, loses nothing that matters, since whoever shows a value can ask for it over REST.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

T = TypeVar("T")

# Redis' own channel of a topic, and the last messages of it for those who come back.
CHANNEL_PREFIX = "live:"
KEPT_PREFIX = "live-kept:"
LAST_PREFIX = "live-last:"
KEPT_MESSAGES = 256
KEPT_SECONDS = 3_600
# The number stands first and in sixteen digits, so that receivers read it without parsing JSON.
SEQUENCE_START = len('{"seq":')
SEQUENCE_DIGITS = 16

# Numbers are microseconds of Redis' clock, one further where two fall together: ascending within a topic even
# over a Redis that was emptied.
_PUBLISH = """
local now = redis.call('TIME')
local seq = now[1] * 1000000 + now[2]
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if seq <= last then seq = last + 1 end
local text = string.format('%.0f', seq)
redis.call('SET', KEYS[1], text, 'EX', ARGV[3])
local message = '{"seq":' .. text .. ARGV[1]
redis.call('RPUSH', KEYS[2], message)
redis.call('LTRIM', KEYS[2], -tonumber(ARGV[2]), -1)
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('PUBLISH', KEYS[3], message)
return text
"""


class LivePublisher:
    """Publishes to topics such as `quotes:<instrument id>`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._run = redis.register_script(_PUBLISH)

    async def publish(self, topic: str, data: Mapping[str, Any]) -> int | None:
        """Send `data` to whoever listens to `topic`; its number. None when Redis is away: nobody was told."""
        try:
            return int(await self._try_twice(partial(self._publish, topic, data)))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("live_message_lost", topic=topic, reason=type(error).__name__)
            return None

    async def publish_many(self, messages: Sequence[tuple[str, Mapping[str, Any]]]) -> bool:
        """Send messages in their order, all in one go. False when Redis is away: some or all were lost."""
        if not messages:
            return True
        try:
            await self._try_twice(partial(self._publish_many, messages))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("live_messages_lost", count=len(messages), reason=type(error).__name__)
            return False
        return True

    async def _publish(self, topic: str, data: Mapping[str, Any]) -> bytes:
        number: bytes = await self._run(keys=_list_keys(topic), args=_list_arguments(topic, data))
        return number

    async def _publish_many(self, messages: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for topic, data in messages:
                await self._run(keys=_list_keys(topic), args=_list_arguments(topic, data), client=pipe)
            await pipe.execute()

    async def _try_twice(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send; once more on new connections when one was lost: a Redis that restarted has closed the pooled
        ones, and the first message to it must not be what finds that out.
        """
        try:
            return await send()
        except RedisConnectionError:
            await self._redis.connection_pool.disconnect(inuse_connections=False)
            return await send()


def _list_keys(topic: str) -> list[str]:
    return [LAST_PREFIX + topic, KEPT_PREFIX + topic, CHANNEL_PREFIX + topic]


def _list_arguments(topic: str, data: Mapping[str, Any]) -> list[bytes | int]:
    channel, told = orjson.dumps(topic), orjson.dumps(dict(data), default=str)
    return [b',"channel":' + channel + b',"data":' + told + b"}", KEPT_MESSAGES, KEPT_SECONDS]
