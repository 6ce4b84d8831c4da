"""The live connection when something is wrong: clients that do not read, a Redis that goes, a process that
stops."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect

from app.config import Settings
from app.core.live_publishing import LivePublisher
from app.embedded.servers import RunningServers
from app.live.hub_client import SLOW_BYTES
from tests.integration.conftest import Person
from tests.integration.live.conftest import Listener, Stream

pytestmark = pytest.mark.anyio
MakeInstrument = Callable[..., Any]


@pytest.mark.parametrize("wire", ["transport", "asgi"])
async def test_who_does_not_read_gets_the_newest_value_and_holds_up_nobody(
    app: FastAPI,
    stream: Stream,
    member: Person,
    make_instrument: MakeInstrument,
    publisher: LivePublisher,
    monkeypatch: pytest.MonkeyPatch,
    wire: str,
) -> None:
    if wire == "asgi":  # as behind a server that is not known
        monkeypatch.setattr("app.live.hub_wire._KNOWN_SERVERS", "another.server.")
    channels = [f"quotes:{await make_instrument(name)}" for name in ("A", "B")]
    good, stalled = await stream.open(member), await stream.open(member)
    connection = stalled.socket.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    await good.subscribe(*channels)
    await stalled.subscribe(*channels)
    stalled.socket.transport.pause_reading()
    rounds, fill = 150, "x" * 60_000
    for number in range(rounds):
        for channel in channels:
            await publisher.publish(channel, {"n": number, "fill": fill})
            assert (await good.hear())["data"]["n"] == number
    slow = max(app.state.live_hub._slow, key=lambda client: client.wire.buffered_bytes())
    assert 0 < slow.wire.buffered_bytes() < SLOW_BYTES + 130_000
    stalled.socket.transport.resume_reading()
    newest: dict[str, int] = {}
    read = 0
    while len(newest) < 2 or set(newest.values()) != {rounds - 1}:
        message = await stalled.hear()
        newest[message["channel"]] = message["data"]["n"]
        read += 1
    assert read < rounds  # the rest was left out
    await asyncio.sleep(0.1)
    assert not app.state.live_hub._slow
    await publisher.publish(channels[0], {"n": -1})
    assert (await stalled.hear())["data"]["n"] == -1


async def test_a_redis_that_goes_and_comes_back_is_told_as_a_gap(
    servers: RunningServers,
    stream: Stream,
    member: Person,
    make_instrument: MakeInstrument,
    publisher: LivePublisher,
) -> None:
    one, two = [f"quotes:{await make_instrument(name)}" for name in ("A", "B")]
    listener = await stream.open(member)
    await listener.subscribe(one)
    await asyncio.to_thread(servers.valkey.stop)
    try:
        assert await publisher.publish(one, {"n": 1}) is None
        assert not await publisher.publish_many([(one, {"n": 1})])
        await listener.hear_nothing()
        # Everything but data goes on meanwhile: tickets, newcomers, further channels.
        ticket = (await member.client.post("/api/v1/stream/tickets")).json()["ticket"]
        newcomer = await stream.open(query=f"?ticket={ticket}")
        assert await newcomer.hear() == {"type": "authenticated"}
        assert (await newcomer.subscribe(two))["channels"] == [two]
        again = await stream.open(query=f"?ticket={ticket}")
        assert await again.wait_closed() == 4401
    finally:
        servers.valkey.begin_start()
        while not await asyncio.to_thread(servers.valkey.is_ready):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await listener.hear() == {"type": "gap", "channel": one}
    assert await newcomer.hear() == {"type": "gap", "channel": two}
    number = await publisher.publish(one, {"n": 2})
    assert (await listener.hear())["seq"] == number
    await newcomer.hear_nothing()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


async def test_a_process_that_stops_says_so_to_everybody_and_ends_soon(
    settings: Settings,
    member: Person,
    app: FastAPI,
    make_instrument: MakeInstrument,
    publisher: LivePublisher,
) -> None:
    """200 open connections, one of which reads nothing while much waits for it."""
    port, clients = _free_port(), 200
    environment = {
        **os.environ,
        "APP_ENV": "test",
        "DATABASE_URL": settings.database_dsn,
        "CREDS_DATABASE_URL": settings.creds_database_dsn,
        "REDIS_URL": settings.redis_url,
        "LIVE_CONNECTIONS_PER_USER": str(clients),
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(port)]
    command += ["--ws-per-message-deflate", "false", "--timeout-graceful-shutdown", "15"]
    quiet = subprocess.DEVNULL
    backend = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)  # noqa: ASYNC220
    try:
        await _wait_until_ready(port)
        headers = {"Authorization": member.client.headers["Authorization"]}
        opened = []
        for _ in range(clients // 20):
            opened += await asyncio.gather(
                *(
                    connect(
                        f"ws://127.0.0.1:{port}/api/v1/stream", additional_headers=headers, compression=None
                    )
                    for _ in range(20)
                )
            )
        listeners = [Listener(one) for one in opened]
        channel = f"quotes:{await make_instrument()}"
        stalled = listeners[-1]
        assert await stalled.hear() == {"type": "authenticated"}
        await stalled.subscribe(channel)
        stalled.socket.transport.pause_reading()
        await publisher.publish_many([(channel, {"fill": "x" * 60_000})] * 200)
        began = time.monotonic()
        backend.send_signal(signal.SIGTERM)
        codes = [await one.wait_closed() for one in listeners[:-1]]
        assert codes == [1012] * (clients - 1)
        await asyncio.to_thread(backend.wait, 20)
        assert time.monotonic() - began < 10
        stalled.socket.transport.abort()
    finally:
        backend.kill()
        backend.wait()


async def _wait_until_ready(port: int) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/api/v1/health/ready")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
