"""The last step to a client: frames made once, and the ways they are written to a connection.

A frame that is the same for all goes straight to the transport of the connection. The way through ASGI's
`send` costs several times as much for each client (docs/decisions/0008); it stands in where the server is not
one whose transport is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Where the outermost `send` of a connection is kept, for the transport behind it.
SEND_KEY = "flowrex.outermost_send"
_TEXT = 0x81  # FIN and the opcode of text
_KNOWN_SERVERS = "uvicorn.protocols.websockets."
_TRANSPORT_PARTS = ("write", "get_write_buffer_size", "is_closing", "abort", "get_extra_info")
# What the kernel takes and has not sent: old values that a client would have to read before the newest.
_UNSENT_BYTES = 16 * 1024
_CLOSE_SECONDS = 1.0


def frame_text(message: bytes) -> bytes:
    """A whole, unmasked WebSocket text frame (RFC 6455, 5.2)."""
    size = len(message)
    if size < 126:
        return bytes((_TEXT, size)) + message
    if size < 65_536:
        return bytes((_TEXT, 126)) + size.to_bytes(2, "big") + message
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + message


def text_of_frame(frame: bytes) -> str:
    """The message inside a frame that `frame_text` made."""
    header = {126: 4, 127: 10}.get(frame[1], 2)
    return frame[header:].decode()


class Wire(Protocol):
    """A way to one client. Writing never waits; how much waits to be sent can be asked."""

    def write(self, frame: bytes, /) -> None:
        """Send a frame, or queue it."""
        ...

    def buffered_bytes(self) -> int:
        """Bytes that wait to be sent."""
        ...

    def is_closing(self) -> bool:
        """Whether nothing more is sent."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Say good-bye after what was written."""
        ...

    def abort(self) -> None:
        """Cut the connection; what waits is lost."""
        ...

    def finish(self) -> None:
        """The conversation is over: let go, of one that takes no last words too."""
        ...


class TransportWire:
    """Writes frames to the server's own transport."""

    def __init__(self, transport: Any, send: Send) -> None:
        self.write: Callable[[bytes], None] = transport.write
        self.buffered_bytes: Callable[[], int] = transport.get_write_buffer_size
        self.is_closing: Callable[[], bool] = transport.is_closing
        self._transport, self._send = transport, send
        _keep_kernel_queue_short(transport.get_extra_info("socket"))

    async def close(self, code: int, reason: str) -> None:
        """Close as the protocol wants it. A client that reads nothing is cut off."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except Exception:  # the server's own error for a client that is gone, or the time is over
            self.abort()

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    def finish(self) -> None:
        """Give what waits a moment: the server itself would wait for ever for one who does not read."""
        asyncio.get_running_loop().call_later(_CLOSE_SECONDS, self._cut)

    def _cut(self) -> None:
        if self.buffered_bytes():
            self.abort()


class AsgiWire:
    """Hands messages to ASGI's `send`, one after the other, in a task of its own."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._is_closing = False
        self._filled, self._empty = asyncio.Event(), asyncio.Event()
        self._empty.set()
        self._task = asyncio.create_task(self._drain(), name="live-send")

    def write(self, frame: bytes) -> None:
        """Queue a frame."""
        self._frames.append(frame)
        self._size += len(frame)
        self._empty.clear()
        self._filled.set()

    def buffered_bytes(self) -> int:
        """Bytes that wait."""
        return self._size

    def is_closing(self) -> bool:
        """Whether nothing more is sent."""
        return self._is_closing

    async def close(self, code: int, reason: str) -> None:
        """Send what waits, then close."""
        with contextlib.suppress(Exception):  # whatever the server raises of a client that is gone
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._empty.wait()
                self.abort()
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        self.abort()

    def abort(self) -> None:
        """Send nothing more."""
        self._is_closing = True
        self._task.cancel()

    def finish(self) -> None:
        """Send nothing more."""
        self.abort()

    async def _drain(self) -> None:
        try:
            while True:
                await self._filled.wait()
                while self._frames:
                    frame = self._frames[0]
                    await self._send({"type": "websocket.send", "text": text_of_frame(frame)})
                    self._frames.popleft()
                    self._size -= len(frame)
                self._filled.clear()
                self._empty.set()
        except Exception:  # each server has its own error for a client that is gone
            self._is_closing = True
            self._empty.set()


class OutermostSend:
    """Pure ASGI middleware, the outermost: keeps the server's own `send` for those who look behind it."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] == "websocket":
            scope[SEND_KEY] = send
        await self._app(scope, receive, send)


def open_wire(scope: Mapping[str, Any], send: Send) -> Wire:
    """The cheapest way to the client of an accepted connection."""
    protocol = getattr(scope.get(SEND_KEY), "__self__", None)
    transport = getattr(protocol, "transport", None)
    is_known = type(protocol).__module__.startswith(_KNOWN_SERVERS)
    if is_known and all(callable(getattr(transport, part, None)) for part in _TRANSPORT_PARTS):
        return TransportWire(transport, send)
    return AsgiWire(send)


def _keep_kernel_queue_short(connection: Any) -> None:
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if option is None or connection is None:
        return
    with contextlib.suppress(OSError):  # a Unix socket behind a proxy has no such option
        connection.setsockopt(socket.IPPROTO_TCP, option, _UNSENT_BYTES)
