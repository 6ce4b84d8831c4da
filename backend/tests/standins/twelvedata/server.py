"""The stand-in as a server: keys, credits, faults, the routes, and a thread to run it in."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.standins.twelvedata.answers import Answers
from tests.standins.twelvedata.faults import Fault, FaultKind, Faults
from tests.standins.twelvedata.market import Market
from tests.standins.twelvedata.query import Document, Query, Refused
from tests.standins.twelvedata.quota import Asked, OutOfCredits, Quota
from tests.standins.twelvedata.spoiling import refuse_for, spoil_answer
from tests.standins.twelvedata.stream import Streams, StreamTerms

KEY = "standin-key"
STREAM_PATH = "/v1/quotes/price"
_COSTS = {"splits": 20, "api_usage": 0, "batch": 0}
_BY_SYMBOL = ("time_series", "price", "quote", "earliest_timestamp", "splits")
_BATCHED = frozenset({"time_series", "price", "quote"})
_LISTS = ("stocks", "etfs", "forex_pairs", "cryptocurrencies")


class StandIn:
    """Twelve Data on this machine.

    `keys`: those it takes (None: any that is not empty). `always_200`: errors come with HTTP 200, as they
    may.
    `clock` tells the time, so that a test can stand on any day.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        keys: Sequence[str] | None = (KEY,),
        per_minute: int | None = 8,
        per_day: int | None = 800,
        sliding: bool = False,
        always_200: bool = False,
        market: Market | None = None,
        stream: StreamTerms | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.keys, self.always_200, self.clock = keys, always_200, clock
        self.quota = Quota(lambda: self.clock(), per_minute, per_day, sliding)
        self.faults = Faults()
        self.streams = Streams(lambda: self.clock(), stream or StreamTerms())
        self.answers = Answers(market or Market())
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.app = Starlette(routes=self._routes())

    # --- running ---

    @property
    def base_url(self) -> str:
        """Where it listens, for TWELVEDATA_BASE_URL."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def stream_url(self) -> str:
        """Its socket, for TWELVEDATA_STREAM_URL."""
        return f"ws://127.0.0.1:{self._port}{STREAM_PATH}"

    def start(self) -> StandIn:
        """Serve in a thread, on a free port unless one was given."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        config = uvicorn.Config(
            self.app,
            log_level="critical",
            ws="websockets-sansio",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)

        def run() -> None:
            asyncio.run(self._serve([listening]))

        self._thread = threading.Thread(target=run, name="twelvedata-standin", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the stand-in did not start")
            time.sleep(0.005)
        return self

    async def _serve(self, sockets: list[socket.socket]) -> None:
        assert self._server is not None
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=sockets)

    def stop(self) -> None:
        """End the thread."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def push_price(self, symbol: str, price: float, at: float | None = None, traded: int = 0) -> None:
        """Send a price over the socket, from any thread."""
        self._run(self.streams.push(symbol, price, self.clock() if at is None else at, traded))

    def drop_streams(self) -> None:
        """Cut every socket, from any thread."""
        self._run(self.streams.drop_all())

    def _run(self, work: Any) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    # --- routes ---

    def _routes(self) -> list[Route | WebSocketRoute]:
        paths = (
            *_BY_SYMBOL,
            *_LISTS,
            "symbol_search",
            "exchanges",
            "market_state",
            "api_usage",
            "technical_indicators",
        )
        return [
            *(Route(f"/{path}", self._answer) for path in paths),
            Route("/batch", self._answer_batch, methods=["POST"]),
            Route("/_standin", self._tell, methods=["GET"]),
            Route("/_standin/faults", self._switch, methods=["POST", "DELETE"]),
            Route("/_standin/prices", self._push, methods=["POST"]),
            Route("/_standin/forget", self._forget, methods=["POST"]),
            WebSocketRoute(STREAM_PATH, self._stream),
        ]

    async def _answer(self, request: Request) -> Response:
        path = request.url.path.strip("/")
        return await self._respond(path, dict(request.query_params), request.headers.get("authorization", ""))

    async def _respond(self, path: str, parameters: Mapping[str, str], authorization: str) -> Response:
        key = parameters.get("apikey") or authorization.removeprefix("apikey ").strip()
        told = {name: value for name, value in parameters.items() if name != "apikey"}
        query = Query(parameters, self.clock())
        asked = Asked(path, tuple(query.symbols()), told, query.now, 0)
        self.quota.requests.append(asked)
        fault = self.faults.draw(path, ",".join(asked.symbols))
        asked.fault = None if fault is None else fault.kind.value
        try:
            document = await self._make(path, query, key, fault, asked)
            status = 200
        except Refused as refused:
            document, status = refused.document(), refused.code
        except OutOfCredits as out:
            document, status = _write_429(out), 429
        asked.status = status
        response = self._write(path, query, document, status)
        if fault is not None:
            response = spoil_answer(fault, response)
        if fault is None or fault.kind is FaultKind.STALL:
            for symbol, times in query.delivered.items():
                self.quota.remember_bars(symbol, query.get("interval"), times)
        response.headers.update(self.quota.headers())
        return response

    async def _make(self, path: str, query: Query, key: str, fault: Fault | None, asked: Asked) -> Any:
        if not key or (self.keys is not None and key not in self.keys):
            raise Refused(
                401, "**apikey** parameter is incorrect or not specified. You can get your free API key."
            )
        if fault is not None and fault.kind is FaultKind.STALL:
            await asyncio.sleep(fault.seconds)
        if fault is not None:
            refuse_for(fault, self.quota)
        cost = _COSTS.get(path, 1) * (max(1, len(asked.symbols)) if path in _BY_SYMBOL else 1)
        self.quota.take(cost)
        asked.credits = cost
        # In a thread: years of minutes take their time, and other requests must not wait for them.
        return await asyncio.to_thread(self._compute, path, query, list(asked.symbols))

    def _compute(self, path: str, query: Query, symbols: list[str]) -> Any:
        if path in _BY_SYMBOL:
            answer = getattr(self.answers, path)
            if path not in _BATCHED or len(symbols) < 2:
                return answer(query, symbols[0] if symbols else "")
            return {symbol: _answer_one(answer, query, symbol) for symbol in symbols}
        if path in _LISTS:
            return self.answers.listed(path, query)
        if path == "api_usage":
            return self._usage(query)
        if path == "technical_indicators":
            return {"data": {}, "status": "ok"}
        return getattr(self.answers, path)(query)

    def _usage(self, query: Query) -> Document:
        return {
            "timestamp": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(query.now)),
            "current_usage": self.quota.used_in_minute(),
            "plan_limit": self.quota.per_minute,
            "daily_usage": self.quota.used_today(),
            "plan_daily_limit": self.quota.per_day,
            "plan_category": "basic",
        }

    def _write(self, path: str, query: Query, document: Any, status: int) -> Response:
        if status == 200 and path == "time_series" and query.get("format").upper() == "CSV":
            response = Response(_write_csv(document, query.get("delimiter", ";")))
            response.headers["content-type"] = "text/csv"
            return response
        response = JSONResponse(document, 200 if self.always_200 else status)
        if path in _BATCHED and len(query.symbols()) > 1:
            response.headers["Is_batch"] = "true"
        return response

    async def _answer_batch(self, request: Request) -> Response:
        wanted = json.loads(await request.body())
        authorization = request.headers.get("authorization", "")
        if "apikey" in request.query_params:
            authorization = f"apikey {request.query_params['apikey']}"
        data: Document = {}
        for name, one in wanted.items():
            parts = urlsplit(one["url"])
            answer = await self._respond(parts.path.strip("/"), dict(parse_qsl(parts.query)), authorization)
            document = json.loads(bytes(answer.body))
            failed = isinstance(document, dict) and document.get("status") == "error"
            data[name] = {"response": document, "status": "error" if failed else "success"}
        return JSONResponse({"code": 200, "status": "success", "data": data}, headers=self.quota.headers())

    async def _stream(self, websocket: WebSocket) -> None:
        key = websocket.query_params.get("apikey", "")
        if not key or (self.keys is not None and key not in self.keys):
            await websocket.close(1008)
            return
        await self.streams.serve(websocket)

    # --- the stand-in's own door ---

    async def _tell(self, _request: Request) -> Response:
        quota = self.quota
        return JSONResponse(
            {
                "requests": len(quota.requests),
                "credits": quota.spent,
                "violations": quota.violations,
                "repeated_bars": quota.count_repeated(),
                "delivered_bars": quota.count_delivered(),
                "faults": {kind.value: count for kind, count in self.faults.met.items()},
                "connections": self.streams.connections,
                "heartbeats": self.streams.heartbeats,
            }
        )

    async def _switch(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear(request.query_params.get("kind"))
            return Response(status_code=204)
        document = await request.json()
        for one in document if isinstance(document, list) else [document]:
            self.faults.set_from(one)
        return Response(status_code=204)

    async def _push(self, request: Request) -> Response:
        body = await request.json()
        await self.streams.push(
            body["symbol"],
            float(body["price"]),
            float(body.get("at", self.clock())),
            int(body.get("traded", 0)),
        )
        return Response(status_code=204)

    async def _forget(self, _request: Request) -> Response:
        self.quota.forget()
        return Response(status_code=204)


def _answer_one(answer: Callable[[Query, str], Document], query: Query, symbol: str) -> Document:
    try:
        return answer(query, symbol)
    except Refused as refused:
        return refused.document()


def _write_429(out: OutOfCredits) -> Document:
    if out.span == "day":
        what, wait = "for the day", "Wait for the next day"
    else:
        what, wait = "for the current minute", "Wait for the next minute"
    message = (
        f"You have run out of API credits {what}. {out.used} API credits were used, with the current limit "
        f"being {out.limit}. {wait} or consider switching to a higher tier plan."
    )
    return {"code": 429, "message": message, "status": "error"}


def _write_csv(document: Document, delimiter: str) -> str:
    rows = document["values"]
    names = list(rows[0])
    lines = [delimiter.join(names), *(delimiter.join(row[name] for name in names) for row in rows)]
    return "\n".join(lines) + "\n"
