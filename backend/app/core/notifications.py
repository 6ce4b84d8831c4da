"""Being told, over PostgreSQL's LISTEN and NOTIFY, that something finished in another process.

One connection per process listens for all. Losing it costs speed, not truth: who waits looks again at the row
when its time is over.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.connections import open_connection
from app.core.waiting import end_task, wait_until_set

log = structlog.get_logger(__name__)

_CHANNEL = "flowrex"
_RECONNECT_SECONDS = 1.0
_NOTIFY = text("SELECT pg_notify(:channel, :payload)")


async def notify(session: AsyncSession, topic: str, key: object) -> None:
    """Wake whoever waits for `topic` and `key`, when the session's transaction commits."""
    await session.execute(_NOTIFY, {"channel": _CHANNEL, "payload": f"{topic}:{key}"})


class Watch:
    """Keys of a topic that were notified since `take` was called last."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._event = asyncio.Event()

    def add(self, key: str) -> None:
        """Note a key and wake whoever waits."""
        self._keys.add(key)
        self._event.set()

    async def take(self, timeout_seconds: float) -> set[str]:
        """The keys notified since the last call; waits for one for at most so long, then none."""
        await wait_until_set(self._event, timeout_seconds)
        keys, self._keys = self._keys, set()
        self._event.clear()
        return keys


class Notifications:
    """Listens on the main database and wakes waiters of this process."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._watches: dict[str, set[Watch]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, in a task of its own."""
        self._task = asyncio.create_task(self._listen(), name="notifications")

    async def stop(self) -> None:
        """Stop listening. Never fails: what else a process has to close is closed after it."""
        if self._task is None:
            return
        if (error := await end_task(self._task)) is not None:  # of whatever it died, and be it long ago
            log.error("notifications_died", exc_info=error)

    @contextlib.contextmanager
    def expect(self, topic: str, key: object) -> Iterator[asyncio.Event]:
        """An event that is set when `topic` and `key` are notified from now on: enter *before* committing."""
        payload, event = f"{topic}:{key}", asyncio.Event()
        self._waiters[payload].add(event)
        try:
            yield event
        finally:
            self._waiters[payload].discard(event)
            if not self._waiters[payload]:
                del self._waiters[payload]

    @contextlib.contextmanager
    def watch(self, topic: str) -> Iterator[Watch]:
        """Gathers the keys of a topic, whichever they are, for as long as the block runs."""
        watch = Watch()
        self._watches[topic].add(watch)
        try:
            yield watch
        finally:
            self._watches[topic].discard(watch)
            if not self._watches[topic]:
                del self._watches[topic]

    def _wake(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for event in self._waiters.get(str(payload), ()):
            event.set()
        topic, _, key = str(payload).partition(":")
        for watch in self._watches.get(topic, ()):
            watch.add(key)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await asyncio.sleep(_RECONNECT_SECONDS)
            except Exception as error:  # a fault of ours, or one the driver does not name: begin again
                log.error("notifications_failed", exc_info=error)
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_until_lost(self) -> None:
        connection = await open_connection(self._dsn)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(_CHANNEL, self._wake)
            await lost.wait()
            log.warning("notifications_lost", detail="waiters fall back to looking again")
        finally:
            connection.terminate()
