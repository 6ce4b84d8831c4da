"""`GET /bars` of the last 5,000 of 1,000,000 bars against a bare FastAPI route, over real HTTP, in one run.

The bare route (`benchmarks.bare_bars`) fetches the same bars with asyncpg from a table of a row per bar and
encodes them with orjson; both check the same access token. Three kinds of requests to the product are shown:
the same question again and again, which its cache of encoded answers serves after one small query; a new
question each time, which the cache never serves; and the same question from a client that takes compressed
answers. Each kind takes turns with the bare route.

    python -m benchmarks.read_bars [--bars 1000000] [--seconds 4]        from `backend/`
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from app.auth.service import create_user
from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.logging import configure_logging
from app.engine.intervals import Interval
from app.market.domain import ImportForm, Scope, Viewer
from app.market.jobs import import_file
from benchmarks.import_copy import copy_rows
from benchmarks.market_data import FIRST_TIME, make_minute_bars, running_installation, write_csv

LIMIT = 5_000
CONNECTIONS = {1: 3.0, 16: 5.0}  # how many at once, and the ratio that is wanted
ROUNDS = 3
_EMAIL, _PASSWORD = "bench@example.com", "correct horse battery"


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(settings: Settings, *target: str) -> Iterator[int]:
    """A uvicorn process as the product runs it; its port."""
    port = free_port()
    environment = {
        **os.environ,
        "APP_ENV": "test",
        "LOG_LEVEL": "WARNING",
        "DATABASE_URL": settings.database_dsn,
        "CREDS_DATABASE_URL": settings.creds_database_dsn,
        "REDIS_URL": settings.redis_url,
    }
    command = [sys.executable, "-m", "uvicorn", *target, "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--ws-per-message-deflate",
        "false",
        "--no-server-header",
        "--log-level",
        "warning",
        "--no-access-log",
    ]
    process = subprocess.Popen(command, env=environment)
    try:
        for _attempt in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{port}/nothing", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, headers: str) -> bytes:
    """One request on a connection that stays open; the body of its answer."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(head.decode())
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return await reader.readexactly(length)


async def measure_rate(
    port: int, paths: Callable[[], str], headers: str, connections: int, seconds: float
) -> float:
    """Requests a second over so many connections, each sending the next when it has the answer."""
    done = 0
    stop = time.perf_counter() + seconds

    async def keep_asking() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        while time.perf_counter() < stop:
            await ask(reader, writer, paths(), headers)
            done += 1
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(keep_asking() for _ in range(connections)))
    return done / (time.perf_counter() - started)


async def compare(ports: tuple[int, int], token: str, bars: int, seconds: float) -> None:
    """Print requests a second of both and their ratio, for each kind of request and number of connections."""
    product, bare = ports
    plain = f"Authorization: Bearer {token}\r\n"
    same = f"/api/v1/bars?symbol=BENCH&interval=1min&limit={LIMIT}"
    numbers = itertools.count()
    end = FIRST_TIME + 60 * bars

    def new_question() -> str:
        return f"{same}&end={_rfc3339(end + next(numbers))}"

    kinds: dict[str, tuple[Callable[[], str], str]] = {
        "same question": (lambda: same, plain),
        "new question each time": (new_question, plain),
        "same, compressed": (lambda: same, plain + "Accept-Encoding: br, gzip\r\n"),
    }
    await check_answers(product, bare, same, plain)
    for connections, wanted in CONNECTIONS.items():
        for name, (paths, headers) in kinds.items():
            ours, theirs = [], []
            for _round in range(ROUNDS):
                theirs.append(
                    await measure_rate(bare, lambda: f"/bars?limit={LIMIT}", plain, connections, seconds)
                )
                ours.append(await measure_rate(product, paths, headers, connections, seconds))
            ratio = statistics.median(ours) / statistics.median(theirs)
            print(
                f"{connections:2} connections, {name:22}: {statistics.median(ours):7.0f} requests/s, bare "
                f"{statistics.median(theirs):5.0f}: × {ratio:.1f}, wanted ≥ {wanted:g}"
            )


async def check_answers(product: int, bare: int, path: str, headers: str) -> None:
    """Both must say the same, or nothing is compared."""
    bodies = []
    for port, target in ((product, path), (bare, f"/bars?limit={LIMIT}")):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        bodies.append(json.loads(await ask(reader, writer, target, headers)))
        writer.close()
    assert bodies[0] == bodies[1], "the two answers differ"
    assert len(bodies[0]["time"]) == LIMIT


def _rfc3339(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


async def prepare(settings: Settings, bars: int) -> None:
    """The same bars in both forms, and somebody who may read them."""
    file = write_csv(*make_minute_bars(bars))
    await copy_rows(settings, file)
    databases = Databases.from_settings(settings)
    form = ImportForm(symbol="BENCH", interval=Interval.MIN_1, scope=Scope.INSTALLATION)
    done = await import_file(databases, SystemClock(), Viewer(None), form, io.BytesIO(file), "bars.csv")
    assert done.counts.inserted == bars, done
    await create_user(databases, _EMAIL, _PASSWORD, display_name="Bench", role="member")
    await databases.dispose()


def sign_in(port: int) -> str:
    """An access token."""
    body = {"email": _EMAIL, "password": _PASSWORD}
    answer = httpx.post(f"http://127.0.0.1:{port}/api/v1/auth/login", json=body, timeout=20)
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="per measurement")
    options = parser.parse_args()
    configure_logging("WARNING")
    with running_installation() as settings:
        asyncio.run(prepare(settings, options.bars))
        with (
            serving(settings, "app.main:create_app", "--factory") as product,
            serving(settings, "benchmarks.bare_bars:app") as bare,
        ):
            asyncio.run(compare((product, bare), sign_in(product), options.bars, options.seconds))


if __name__ == "__main__":
    main()
