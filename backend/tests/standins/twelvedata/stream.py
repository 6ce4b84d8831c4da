"""The stand-in's socket: subscriptions, prices as numbers, heartbeats, and the ways in which it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from app.market.calendars import find_calendar
from tests.standins.twelvedata.market import Listing, find_listing, price_at

_DAY = 86_400


@dataclass(slots=True)
class StreamTerms:
    """How the socket behaves. May be changed at any time.

    `tick_seconds`: a price of each symbol so often while its market is open (0: only what is pushed).
    `allowed`: what may be subscribed (None: everything listed). `drop_after_seconds`: the connection is cut.
    `always_open`: prices come whatever the hour. `garbage`: a message that is no JSON, every so many prices.
    """

    tick_seconds: float = 1.0
    allowed: frozenset[str] | None = None
    drop_after_seconds: float | None = None
    always_open: bool = True
    garbage_every: int = 0


@dataclass(eq=False, slots=True)
class _Connection:
    socket: WebSocket
    subscribed: dict[str, Listing] = field(default_factory=dict)
    volumes: dict[str, int] = field(default_factory=dict)
    sent: int = 0


@dataclass(slots=True)
class Streams:
    """All sockets that are open. `connections` and `heartbeats` count what came."""

    clock: Callable[[], float]
    terms: StreamTerms = field(default_factory=StreamTerms)
    connections: int = 0
    heartbeats: int = 0
    _open: set[_Connection] = field(default_factory=set)

    async def serve(self, socket: WebSocket) -> None:
        """One socket, until it ends."""
        await socket.accept()
        connection = _Connection(socket)
        self.connections += 1
        self._open.add(connection)
        tasks = [asyncio.create_task(self._tick(connection)), asyncio.create_task(self._drop(connection))]
        try:
            while True:
                await self._obey(connection, await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._open.discard(connection)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def push(self, symbol: str, price: float, at: float, traded: int = 0) -> None:
        """A price to everybody who subscribed to it."""
        for connection in tuple(self._open):
            if symbol in connection.subscribed:
                await self._send_price(connection, symbol, price, at, traded)

    async def drop_all(self) -> None:
        """Cut every connection."""
        for connection in tuple(self._open):
            await _close(connection)

    async def _obey(self, connection: _Connection, text: str) -> None:
        try:
            message = json.loads(text)
            action = message["action"]
        except (ValueError, KeyError, TypeError):
            await connection.socket.send_json({"event": "error", "status": "error", "messages": ["invalid"]})
            return
        if action == "heartbeat":
            self.heartbeats += 1
            await connection.socket.send_json({"event": "heartbeat", "status": "ok"})
        elif action == "reset":
            connection.subscribed.clear()
            await connection.socket.send_json({"event": "reset-status", "status": "ok"})
        elif action in {"subscribe", "unsubscribe"}:
            await self._subscribe(connection, action, _read_symbols(message))

    async def _subscribe(self, connection: _Connection, action: str, symbols: list[str]) -> None:
        fits: list[dict[str, Any]] = []
        fails: list[dict[str, str]] = []
        for symbol in symbols:
            listing = find_listing(symbol)
            allowed = self.terms.allowed is None or symbol in self.terms.allowed
            if listing is None or listing.plan is not None or not allowed:
                fails.append({"symbol": symbol})
                continue
            if action == "subscribe":
                connection.subscribed[symbol] = listing
            else:
                connection.subscribed.pop(symbol, None)
            fits.append(_describe(listing))
        status = "ok" if not fails else "warning" if fits else "error"
        await connection.socket.send_json(
            {"event": f"{action}-status", "status": status, "success": fits or None, "fails": fails or None}
        )

    async def _tick(self, connection: _Connection) -> None:
        while True:
            await asyncio.sleep(self.terms.tick_seconds or 0.05)
            if not self.terms.tick_seconds:
                continue
            now = self.clock()
            for symbol, listing in tuple(connection.subscribed.items()):
                if self.terms.always_open or _is_open(listing, now):
                    await self._send_price(connection, symbol, price_at(listing, now), now, 100)

    async def _send_price(
        self, connection: _Connection, symbol: str, price: float, at: float, traded: int
    ) -> None:
        listing = connection.subscribed[symbol]
        event: dict[str, Any] = {"event": "price", **_describe(listing), "timestamp": int(at), "price": price}
        if listing.has_volume:
            volume = connection.volumes.get(symbol, 1_000_000) + traded
            connection.volumes[symbol] = event["day_volume"] = volume
        connection.sent += 1
        if self.terms.garbage_every and connection.sent % self.terms.garbage_every == 0:
            await connection.socket.send_text('{"event": "price", "symbol": ')
        await connection.socket.send_json(event)

    async def _drop(self, connection: _Connection) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            await asyncio.sleep(0.05)
            after = self.terms.drop_after_seconds
            if after is not None and loop.time() - began >= after:
                await _close(connection)
                return


async def _close(connection: _Connection) -> None:
    try:
        await connection.socket.close(1012)
    except RuntimeError:
        return


def _read_symbols(message: dict[str, Any]) -> list[str]:
    """`symbols` is a text with commas, or a list of objects."""
    symbols = message.get("params", {}).get("symbols", "")
    if isinstance(symbols, str):
        return [one.strip().upper() for one in symbols.split(",") if one.strip()]
    return [str(one["symbol"]).upper() for one in symbols]


def _describe(listing: Listing) -> dict[str, Any]:
    return {
        "symbol": listing.symbol,
        "exchange": listing.exchange,
        "mic_code": listing.mic_code,
        "country": listing.country,
        "type": listing.type,
    }


def _is_open(listing: Listing, now: float) -> bool:
    calendar = find_calendar(listing.calendar)
    assert calendar is not None
    days = calendar.sessions(int(now) - 2 * _DAY, int(now) + 2 * _DAY)
    return bool(((days.opens <= now) & (now < days.closes)).any())
