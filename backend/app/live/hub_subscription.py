"""The process's one subscription at Redis: its channels follow what is wanted here, and it heals itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from app.core.live_publishing import CHANNEL_PREFIX
from app.core.waiting import end_task

log = structlog.get_logger(__name__)

PING_SECONDS = 5.0
# With a ping every five seconds a connection that says nothing for this long is none.
SILENCE_SECONDS = 12.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
READY_SECONDS = 1.0


class Subscription:
    """Holds topics at Redis. `on_message(topic, message)` for each, `on_gap(topic)` when some may be lost."""

    def __init__(
        self, redis: Redis, on_message: Callable[[str, bytes], None], on_gap: Callable[[str], None]
    ) -> None:
        self._redis = redis
        self._on_message, self._on_gap = on_message, on_gap
        self._wanted: dict[str, asyncio.Event] = {}
        self._held: set[str] = set()
        # Topics of which messages may have passed unseen: told once they are held again.
        self._missed: set[str] = set()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name="live-subscription")

    async def stop(self) -> None:
        """End. Never fails."""
        if self._task is not None:
            await end_task(self._task)

    def want(self, topic: str) -> None:
        """Hold a topic from now on."""
        if topic not in self._wanted:
            self._wanted[topic] = asyncio.Event()
            if topic in self._held:  # it was about to be let go
                self._wanted[topic].set()
            self._changed.set()

    def let_go(self, topic: str) -> None:
        """Hold a topic no more; at Redis it goes a little later, as people come back."""
        self._wanted.pop(topic, None)
        self._missed.discard(topic)

    async def wait_until_held(self, topic: str) -> bool:
        """Whether Redis has confirmed the topic, after a moment at most. If not, `on_gap` follows later."""
        event = self._wanted.get(topic)
        if event is None or event.is_set():
            return event is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                await event.wait()
        except TimeoutError:
            if topic in self._wanted:
                self._missed.add(topic)
            return False
        return True

    async def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._hold()
            except* (RedisError, OSError, TimeoutError) as errors:
                log.warning("live_subscription_lost", reason=type(errors.exceptions[0]).__name__)
            except* Exception as errors:  # a fault of ours or of the driver's: begin again
                log.error("live_subscription_failed", exc_info=errors)
            pause = FIRST_PAUSE_SECONDS if self._held else min(pause * 2, LONGEST_PAUSE_SECONDS)
            self._missed |= self._held & self._wanted.keys()
            self._held.clear()
            for event in self._wanted.values():
                event.clear()
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - a pause is no secret

    async def _hold(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.connect()
            asked: set[str] = set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ask(pubsub, asked))
                tasks.create_task(self._read(pubsub))

    async def _ask(self, pubsub: PubSub, asked: set[str]) -> None:
        while True:
            self._changed.clear()
            if more := self._wanted.keys() - asked:
                asked |= more
                await pubsub.subscribe(*(CHANNEL_PREFIX + topic for topic in more))
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                await pubsub.ping()
                if less := asked - self._wanted.keys():
                    asked -= less
                    self._held -= less
                    await pubsub.unsubscribe(*(CHANNEL_PREFIX + topic for topic in less))

    async def _read(self, pubsub: PubSub) -> None:
        loop, heard_at = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        while True:
            message = await pubsub.get_message(timeout=PING_SECONDS)
            if message is None:
                if loop.time() - heard_at > SILENCE_SECONDS:
                    raise TimeoutError
                continue
            heard_at = loop.time()
            kind = message["type"]
            if kind == "message":
                self._on_message(_topic_of(message["channel"]), message["data"])
            elif kind == "subscribe":
                self._confirm(_topic_of(message["channel"]))

    def _confirm(self, topic: str) -> None:
        self._held.add(topic)
        event = self._wanted.get(topic)
        if event is not None:
            event.set()
        if topic in self._missed:
            self._missed.discard(topic)
            self._on_gap(topic)


def _topic_of(channel: bytes) -> str:
    return channel[len(CHANNEL_PREFIX) :].decode()
