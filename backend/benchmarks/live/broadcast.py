"""What a fan-out costs at least: a server that writes one ready frame to everybody who is connected.

Speaks to its parent in lines: `start` and `stop`. It prints its port first.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

import uvloop

from app.live.hub_wire import frame_text

_ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


class Connection(asyncio.Protocol):
    """One client: answered once, written to from then on."""

    def __init__(self, everybody: set[Any]) -> None:
        self._everybody = everybody

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._transport not in self._everybody:
            self._transport.write(_ANSWER)
            self._everybody.add(self._transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._everybody.discard(self._transport)


async def _serve(message: str, per_second: float) -> None:
    loop, everybody = asyncio.get_running_loop(), set[Any]()
    server = await loop.create_server(lambda: Connection(everybody), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    number = 0
    while await reader.readline():  # start
        stopping = asyncio.create_task(reader.readline())
        while not stopping.done():
            number += 1
            stamp = str(time.monotonic_ns() // 1000 + 10**15)
            frame = frame_text(message.replace("@N", str(number)).replace("@T", stamp).encode())
            for transport in everybody:
                transport.write(frame)
            await asyncio.wait([stopping], timeout=1 / per_second)


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1], float(sys.argv[2])))
