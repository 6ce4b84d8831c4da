"""A stand-in of Kraken's public REST and of its public WebSocket v2, as documented, with faults at will.

Prices are a pure function of time: one trade every `trade_seconds`, and candles that are made of exactly
those trades. `python -m tests.standins.kraken --port P` starts one by itself; faults are then set by
`POST /standin/faults` with the fields of `Faults` as JSON, and `GET /standin/requests` tells what was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.kraken_market import PAIRS, KrakenMarket, Pair, choose_pairs, describe_pair, rfc3339

_INTERVALS = (1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600)
_SNAPSHOT_TRADES = 50
_ASSETS = {
    "XXBT": "XBT",
    "XETH": "ETH",
    "SOL": "SOL",
    "LUNA": "LUNA",
    "ZUSD": "USD",
    "ZEUR": "EUR",
    "USDT": "USDT",
}


@dataclass(slots=True)
class Faults:
    """What goes wrong. `next_answers`: of the next REST answers, one each, then all is well again:
    `503`, `html`, `truncated`, `cut` (the connection), `rate_limit`, `lockout`, `nan`, `negative`,
    `repeated`, `stall`. `always`: of every answer. `stall_seconds`: how long `stall` takes. `drop_seconds`:
    how long a socket lives. `silent`: sockets tell nothing, no heartbeats and no pongs either.
    """

    next_answers: list[str] = field(default_factory=list)
    always: str | None = None
    stall_seconds: float = 30.0
    drop_seconds: float | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, or a message on a socket."""

    at: float
    what: str
    fields: dict[str, Any]


class KrakenStandIn:
    """The server. `now`: its time (unix s), which the test may move."""

    def __init__(self, trade_seconds: float = 10.0, now: Callable[[], float] = time.time) -> None:
        self.faults = Faults()
        self.requests: deque[Asked] = deque(maxlen=100_000)
        self.port = 0
        self.sockets = 0
        self.market = KrakenMarket(trade_seconds)
        self._now = now
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """What stands in place of scheme and host."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; on a free port unless one is given."""
        app = web.Application()
        app.router.add_get("/0/public/{method}", self._answer_rest)
        app.router.add_get("/v2", self._serve_socket)
        app.router.add_post("/standin/faults", self._set_faults)
        app.router.add_get("/standin/requests", self._tell_requests)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    def count(self, what: str) -> int:
        """How often something was asked."""
        return sum(each.what == what for each in self.requests)

    async def _answer_rest(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.requests.append(Asked(self._now(), method, dict(request.query)))
        fault = self.faults.next_answers.pop(0) if self.faults.next_answers else self.faults.always
        errors: list[str] = []
        result: Any = {}
        try:
            result = self._make_result(method, request.query)
        except LookupError as error:
            errors = [str(error.args[0])]
        if fault == "stall":
            await asyncio.sleep(self.faults.stall_seconds)
        elif fault == "503":
            return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")
        elif fault == "html":
            return web.Response(text="<!DOCTYPE html><html>Just a moment…</html>", content_type="text/html")
        elif fault == "rate_limit":
            errors, result = ["EAPI:Rate limit exceeded"], {}
        elif fault == "lockout":
            errors, result = ["EGeneral:Temporary lockout"], {}
        elif fault in ("nan", "negative", "repeated"):
            _spoil(result, fault)
        text = json.dumps({"error": errors} | ({} if errors else {"result": result}))
        if fault == "truncated":
            text = text[: len(text) // 2]
        if fault == "cut" and request.transport is not None:
            response = web.StreamResponse(headers={"Content-Length": str(len(text))})
            response.content_type = "application/json"
            await response.prepare(request)
            await response.write(text[: len(text) // 2].encode())
            request.transport.close()
            return response
        return web.Response(text=text, content_type="application/json")

    def _make_result(self, method: str, query: Any) -> Any:
        now = self._now()
        if method == "Time":
            return {
                "unixtime": int(now),
                "rfc1123": datetime.fromtimestamp(now, UTC).strftime("%a, %d %b %y %H:%M:%S +0000"),
            }
        if method == "SystemStatus":
            return {"status": "online", "timestamp": rfc3339(now)}
        if method == "Assets":
            return {
                name: {
                    "aclass": "currency",
                    "altname": other,
                    "decimals": 10,
                    "display_decimals": 5,
                    "status": "enabled",
                }
                for name, other in _ASSETS.items()
            }
        if method == "AssetPairs":
            return {pair.id: describe_pair(pair) for pair in choose_pairs(query)}
        if method == "Ticker":
            return {pair.id: self.market.make_ticker(pair, now) for pair in choose_pairs(query)}
        if method == "OHLC":
            (pair,) = choose_pairs(query, needed=True)
            minutes = int(query.get("interval", "1"))
            if minutes not in _INTERVALS:
                raise LookupError("EGeneral:Invalid arguments")
            candles = self.market.make_candles(pair, minutes, int(query.get("since", "0")), now)
            last = candles[-2][0] if len(candles) > 1 else 0
            return {pair.id: candles, "last": last}
        if method == "Trades":
            (pair,) = choose_pairs(query, needed=True)
            since = float(query.get("since", now - 600))
            since = since / 1e9 if since > 1e12 else since
            trades = self.market.make_trades(pair, max(since, now - 86_400), now)[
                -int(query.get("count", "1000")) :
            ]
            rows = [
                [f"{price:.{pair.decimals}f}", f"{volume:.8f}", at, "b", "m", "", number]
                for number, at, price, volume in trades
            ]
            return {pair.id: rows, "last": str(int(now * 1e9))}
        raise LookupError("EGeneral:Unknown method")

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets += 1
        self.requests.append(Asked(self._now(), "socket", {}))
        opened = time.monotonic()
        status = {
            "version": "2.0.10",
            "system": "online",
            "api_version": "v2",
            "connection_id": 6_447_481_662 + self.sockets,
        }
        await socket.send_json({"channel": "status", "type": "update", "data": [status]})
        subscribed: dict[tuple[str, str, int], float] = {}
        telling = asyncio.create_task(self._tell(socket, subscribed, opened))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not self.faults.silent:
                    await self._answer_message(socket, json.loads(message.data), subscribed)
        finally:
            telling.cancel()
            self.sockets -= 1
        return socket

    async def _answer_message(
        self,
        socket: web.WebSocketResponse,
        message: dict[str, Any],
        subscribed: dict[tuple[str, str, int], float],
    ) -> None:
        received = rfc3339(self._now())
        method, terms = message.get("method"), message.get("params") or {}
        self.requests.append(Asked(self._now(), f"socket.{method}", terms))
        common = {"time_in": received, "time_out": rfc3339(self._now())}
        if "req_id" in message:
            common["req_id"] = message["req_id"]
        if method == "ping":
            await socket.send_json({"method": "pong", **common})
            return
        channel = str(terms.get("channel"))
        if method not in ("subscribe", "unsubscribe") or channel not in ("trade", "ohlc"):
            await socket.send_json(
                {"error": "Malformed request", "method": method, "success": False, **common}
            )
            return
        minutes = int(terms.get("interval", 1)) if channel == "ohlc" else 0
        for symbol in terms.get("symbol", []):
            pair = next((each for each in PAIRS if each.symbol == symbol), None)
            if pair is None:
                detail = f"Currency pair not supported {symbol}"
                await socket.send_json(
                    {"error": detail, "method": method, "success": False, "symbol": symbol, **common}
                )
                continue
            result: dict[str, Any] = {"channel": channel, "symbol": symbol}
            if method == "subscribe":
                result["snapshot"] = bool(terms.get("snapshot", True))
            if minutes:
                result["interval"] = minutes
            await socket.send_json({"method": method, "result": result, "success": True, **common})
            if method == "unsubscribe":
                subscribed.pop((channel, symbol, minutes), None)
                continue
            now = self._now()
            if terms.get("snapshot", True):
                await self._send(socket, channel, "snapshot", pair, minutes, 0.0, now)
            subscribed[channel, symbol, minutes] = now

    async def _tell(
        self, socket: web.WebSocketResponse, subscribed: dict[tuple[str, str, int], float], opened: float
    ) -> None:
        """Updates as trades happen, heartbeats between them, and the end of a socket that shall not live."""
        heartbeat = time.monotonic()
        with suppress(ConnectionError, RuntimeError):
            while not socket.closed:
                await asyncio.sleep(min(0.02, self.market.trade_seconds / 4))
                drop = self.faults.drop_seconds
                if drop is not None and time.monotonic() - opened > drop:
                    await socket.close(code=1001, message=b"going away")
                    return
                if self.faults.silent:
                    continue
                now = self._now()
                for (channel, symbol, minutes), told in list(subscribed.items()):
                    pair = next(each for each in PAIRS if each.symbol == symbol)
                    if await self._send(socket, channel, "update", pair, minutes, told, now):
                        subscribed[channel, symbol, minutes] = now
                if subscribed and time.monotonic() - heartbeat > 1.0:
                    heartbeat = time.monotonic()
                    await socket.send_json({"channel": "heartbeat"})

    async def _send(
        self,
        socket: web.WebSocketResponse,
        channel: str,
        kind: str,
        pair: Pair,
        minutes: int,
        told: float,
        now: float,
    ) -> bool:
        if kind == "snapshot":
            told = now - _SNAPSHOT_TRADES * self.market.trade_seconds
        trades = self.market.make_trades(pair, told, now)
        if not trades:
            return False
        if channel == "trade":
            data = [
                {
                    "symbol": pair.symbol,
                    "side": "buy",
                    "price": round(price, pair.decimals),
                    "qty": round(volume, 8),
                    "ord_type": "market",
                    "trade_id": number,
                    "timestamp": rfc3339(at),
                }
                for number, at, price, volume in trades
            ]
            await socket.send_json({"channel": channel, "type": kind, "data": data})
        else:
            candle = self.market.make_candles(pair, minutes, int(now) - minutes * 60, now)[-1]
            names = ("open", "high", "low", "close", "vwap", "volume")
            facts: dict[str, Any] = {
                name: float(value) for name, value in zip(names, candle[1:7], strict=True)
            }
            facts |= {"symbol": pair.symbol, "trades": candle[7], "interval": minutes}
            facts |= {"interval_begin": rfc3339(candle[0]), "timestamp": rfc3339(candle[0] + minutes * 60)}
            await socket.send_json(
                {"channel": channel, "type": kind, "timestamp": rfc3339(now), "data": [facts]}
            )
        return True

    async def _set_faults(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        known = {each.name for each in fields(Faults)}
        self.faults = Faults(**{name: value for name, value in wanted.items() if name in known})
        return web.json_response({})

    async def _tell_requests(self, request: web.Request) -> web.Response:
        return web.json_response(
            [{"at": one.at, "what": one.what, "fields": one.fields} for one in self.requests]
        )


@asynccontextmanager
async def run_kraken(
    trade_seconds: float = 10.0, now: Callable[[], float] = time.time
) -> AsyncIterator[KrakenStandIn]:
    """A stand-in on a free port."""
    kraken = KrakenStandIn(trade_seconds, now)
    await kraken.start()
    try:
        yield kraken
    finally:
        await kraken.stop()


def _spoil(result: Any, fault: str) -> None:
    """Candles that cannot be, or that come twice, once with other values."""
    for rows in result.values() if isinstance(result, dict) else ():
        if not isinstance(rows, list) or len(rows) < 3:
            continue
        if fault == "repeated":
            wrong = [rows[-3][0], *["1.0"] * 5, *rows[-3][6:]]
            rows[-3:-3] = [wrong]
            rows.insert(1, rows[0])
        else:
            rows[-3][1] = "NaN" if fault == "nan" else "-5.0"


async def _serve(port: int, trade_seconds: float) -> None:
    kraken = KrakenStandIn(trade_seconds)
    await kraken.start(port)
    sys.stdout.write(f"Kraken's stand-in listens on {kraken.url}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await kraken.stop()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--trade-seconds", type=float, default=1.0)
    terms = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(terms.port, terms.trade_seconds))


if __name__ == "__main__":
    main()
