"""One connected client: written to at once while it keeps up, else the newest value of each channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from app.live.domain import Channel
from app.live.hub_wire import Wire

# A client behind which this much waits does not keep up; with half of it gone it may try again.
SLOW_BYTES = 32 * 1024
RESUMED_BYTES = SLOW_BYTES // 2
HEARTBEAT_KEY = ""


class Client:
    """Where frames for one connection go."""

    __slots__ = (
        "_buffered_bytes",
        "_is_closing",
        "_on_slow",
        "_pending",
        "_room",
        "_write",
        "channels",
        "is_slow",
        "lost",
        "user_id",
        "wire",
    )

    def __init__(self, wire: Wire, on_slow: Callable[[Client], None]) -> None:
        self.wire = wire
        # Looked up once: `deliver` runs for every message and client.
        self._write, self._buffered_bytes = wire.write, wire.buffered_bytes
        self._is_closing = wire.is_closing
        self.user_id: UUID | None = None
        self.channels: dict[str, Channel] = {}
        self.is_slow = False
        # Channels of which a message was left out that leaves a hole.
        self.lost: set[str] = set()
        self._pending: dict[str, bytes] = {}
        self._on_slow = on_slow
        self._room = asyncio.Event()
        self._room.set()

    def send(self, frame: bytes) -> None:
        """Write something that is for this client alone. Who calls it waits for room first."""
        if self.wire.is_closing():
            return
        self.wire.write(frame)
        if not self.is_slow and self.wire.buffered_bytes() > SLOW_BYTES:
            self._fall_behind()

    def deliver(self, key: str, frame: bytes, is_history: bool) -> None:
        """Write what is the same for many, or keep it as the newest of its channel."""
        if not self.is_slow:
            if not self._is_closing():
                self._write(frame)
                if self._buffered_bytes() > SLOW_BYTES:
                    self._fall_behind()
            return
        if is_history and key in self._pending:
            self.lost.add(key)
        self._pending[key] = frame

    def catch_up(self, frame_gap: Callable[[str], bytes]) -> bool:
        """Write what was kept, as far as there is room; whether the client keeps up again, or is gone."""
        wire = self.wire
        if wire.is_closing():
            self._pending.clear()
            self._room.set()
            return True
        if wire.buffered_bytes() > RESUMED_BYTES:
            return False
        while self._pending:
            if wire.buffered_bytes() > SLOW_BYTES:
                return False
            key = next(iter(self._pending))
            wire.write(self._pending.pop(key))
            if key in self.lost:
                self.lost.discard(key)
                wire.write(frame_gap(key))
        self.is_slow = False
        self._room.set()
        return True

    def forget(self, key: str) -> None:
        """Drop what is kept of a channel that nobody here listens to any more."""
        self._pending.pop(key, None)
        self.lost.discard(key)

    async def wait_for_room(self) -> None:
        """Return when the client keeps up, or is gone."""
        await self._room.wait()

    def _fall_behind(self) -> None:
        self.is_slow = True
        self._room.clear()
        self._on_slow(self)
