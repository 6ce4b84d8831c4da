"""Many WebSocket clients in one lean process: raw protocols, no library between the socket and the figures.

Speaks to its parent in lines: it is told what to open, and then `measure`, `report`, `stall N`, `wake`.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import socket
import sys
import time
from typing import Any

import uvloop

# What the published data ends with: the microsecond of publishing in sixteen digits, and two braces.
_STAMP = slice(-18, -2)
_NUMBER = b'"n":'
_TINY_RECEIVE_BUFFER = 4_096


class Listener(asyncio.Protocol):
    """One client: upgrades, subscribes, and notes how old each message is and how new the newest."""

    def __init__(self, request: bytes, subscribe: bytes, ages: list[int]) -> None:
        self._request, self._subscribe, self._ages = request, subscribe, ages
        self._rest = b""
        self._is_open = False
        self.is_subscribed = False
        self.newest: dict[bytes, int] = {}
        self.received = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        place, end = 0, len(data)
        if not self._is_open:
            head = data.find(b"\r\n\r\n")
            if head < 0:
                self._rest = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                raise SystemExit(f"refused: {data[:200]!r}")
            self._is_open, place = True, head + 4
            if not self._subscribe:
                self.is_subscribed = True
        now = time.monotonic_ns() // 1000 + 10**15  # as the stamps are
        while end - place >= 2:
            size, start = data[place + 1], place + 2
            if size == 126:
                if end - place < 4:
                    break
                size, start = int.from_bytes(data[place + 2 : place + 4], "big"), place + 4
            if start + size > end:
                break
            self._take(data[place], data[start : start + size], now)
            place = start + size
        self._rest = data[place:]

    def _take(self, opcode: int, message: bytes, now: int) -> None:
        if opcode == 0x89:  # ping: answer, masked with zeros
            self.transport.write(bytes((0x8A, 0x80 | len(message))) + b"\0\0\0\0" + message)
        elif opcode != 0x81:
            raise SystemExit(f"closed: {opcode:x} {message!r}")
        elif message.startswith(b'{"seq"'):
            self.received += 1
            self._ages.append(now - int(message[_STAMP]))
            number = message.rindex(_NUMBER) + len(_NUMBER)
            channel = message[34:70]  # the instrument's id: enough to tell the channels apart
            self.newest[channel] = int(message[number : message.index(b",", number)])
        elif message.startswith(b'{"type":"authenticated"'):
            self.transport.write(_frame_masked(self._subscribe))
        elif message.startswith(b'{"type":"subscribed"'):
            if b'"rejected":[]' not in message:
                raise SystemExit(f"rejected: {message!r}")
            self.is_subscribed = True


def _frame_masked(message: bytes) -> bytes:
    size = len(message)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
    return head + b"\0\0\0\0" + message


def _request(order: dict[str, Any], number: int) -> bytes:
    tokens = order["tokens"]
    return (
        f"GET {order['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {tokens[number % len(tokens)]}\r\n\r\n"
    ).encode()


async def _open(order: dict[str, Any], ages: list[int]) -> list[Listener]:
    loop, clients = asyncio.get_running_loop(), []
    for number in range(order["clients"]):
        channels = order["channels"]
        own = [channels[(number + step) % len(channels)] for step in range(order["each"])]
        subscribe = json.dumps({"action": "subscribe", "channels": own}).encode() if own else b""
        client = Listener(_request(order, number), subscribe, ages)
        connection = socket.socket()
        if number < order["stalled"]:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _TINY_RECEIVE_BUFFER)
        connection.setblocking(False)
        await loop.sock_connect(connection, ("127.0.0.1", order["port"]))
        await loop.create_connection(lambda client=client: client, sock=connection)
        clients.append(client)
        if number % 50 == 49:
            await asyncio.sleep(0.02)
    while not all(client.is_subscribed for client in clients):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return clients


async def _obey() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    ages: list[int] = []
    order = json.loads(await reader.readline())
    clients = await _open(order, ages)
    print(json.dumps({"open": len(clients)}), flush=True)
    while line := (await reader.readline()).decode().strip():
        match line:
            case "measure":
                ages.clear()
                for client in clients:
                    client.received = 0
            case "stall":
                for client in clients[: order["stalled"]]:
                    client.transport.pause_reading()
            case "wake":
                for client in clients[: order["stalled"]]:
                    client.transport.resume_reading()
            case "report":
                ordered = sorted(ages)
                newest = [sorted(client.newest.values()) for client in clients]
                figures = {
                    "deliveries": len(ordered),
                    "stalled_deliveries": sum(client.received for client in clients[: order["stalled"]]),
                    "median_ms": ordered[len(ordered) // 2] / 1000 if ordered else 0.0,
                    "p99_ms": ordered[int(len(ordered) * 0.99)] / 1000 if ordered else 0.0,
                    "worst_ms": ordered[-1] / 1000 if ordered else 0.0,
                    "oldest_newest": min(min(numbers, default=-1) for numbers in newest),
                    "channels_seen": min(len(numbers) for numbers in newest),
                }
                print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8_192)), hard))
    uvloop.run(_obey())
    sys.exit(0)
