"""The real application behind a real uvicorn on a real socket, and clients that speak WebSocket to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from websockets.asyncio.client import ClientConnection, connect

from app.core.database import Databases
from app.core.live_publishing import LivePublisher
from tests.integration.conftest import Person

PATIENCE_SECONDS = 5.0


class QuietServer(uvicorn.Server):
    """uvicorn beside the tests: signals are the tests' own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Listener:
    """A client of the live connection."""

    socket: ClientConnection

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message that is no heartbeat."""
        while True:
            async with asyncio.timeout(PATIENCE_SECONDS):
                message: dict[str, Any] = json.loads(await self.socket.recv())
            if message.get("type") != "heartbeat":
                return message

    async def hear_nothing(self) -> None:
        """Assert that nothing was sent before the answer to a ping."""
        await self.say(action="ping")
        assert await self.hear() == {"type": "pong"}

    async def subscribe(self, *channels: str, **more: Any) -> dict[str, Any]:
        await self.say(action="subscribe", channels=list(channels), **more)
        return await self.hear()

    async def wait_closed(self) -> int | None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.socket.wait_closed()
        return self.socket.close_code


class Stream:
    """Opens connections to the application's one WebSocket."""

    def __init__(self, address: str, stack: contextlib.AsyncExitStack) -> None:
        self._address, self._stack = address, stack

    async def open(
        self, person: Person | None = None, *, query: str = "", headers: dict[str, str] | None = None
    ) -> Listener:
        """A connection; with `person` one that is signed in by the upgrade's header."""
        headers = dict(headers or {})
        if person is not None:
            headers["Authorization"] = person.client.headers["Authorization"]
        opened = await self._stack.enter_async_context(
            connect(self._address + query, additional_headers=headers, compression=None)
        )
        listener = Listener(opened)
        if person is not None:
            assert await listener.hear() == {"type": "authenticated"}
        return listener


@pytest.fixture
async def stream(app: FastAPI) -> AsyncIterator[Stream]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, lifespan="off", ws_per_message_deflate=False, ws_max_size=65_536, log_level="warning"
        )
        server = QuietServer(config)
        serving = asyncio.create_task(server.serve(sockets=[door]))
        async with contextlib.AsyncExitStack() as stack:
            yield Stream(f"ws://127.0.0.1:{door.getsockname()[1]}/api/v1/stream", stack)
        server.should_exit = True
        await serving


@pytest.fixture
def publisher(app: FastAPI) -> LivePublisher:
    return LivePublisher(app.state.redis)


@pytest.fixture
def make_instrument(databases: Databases) -> Callable[..., Any]:
    """Makes an instrument: the installation's, or `owner`'s own; its id."""

    async def make(symbol: str = "TEST", owner: Person | None = None) -> str:
        async with databases.main.session() as session:
            made = await session.execute(
                text(
                    "INSERT INTO instruments (owner_id, symbol, name, asset_class, currency, timezone) "
                    "VALUES (:owner, :symbol, :symbol, 'stock', 'USD', 'UTC') RETURNING id"
                ),
                {"owner": UUID(owner.id) if owner else None, "symbol": symbol},
            )
            return str(made.scalar_one())

    return make
