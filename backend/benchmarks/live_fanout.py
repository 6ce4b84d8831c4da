"""The live fan-out of one backend process: how late messages arrive, what it costs, what stalled clients do.

First 1,000 clients, each on 2 of 20 symbols at 10 messages a second per symbol, 50 of which stop reading;
then 500 clients on one symbol, in turns with a bare server that broadcasts frames made beforehand, so that
both stand under the same load of the machine. Clients run in a process of their own.

    python -m benchmarks.live_fanout [--seconds 15] [--turns 4] [--only crowd|cost]        from `backend/`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import psycopg

from app.config import Settings
from app.core.live_publishing import LivePublisher
from app.core.migrations import upgrade_databases
from app.core.redis import make_redis
from app.core.security import create_access_token
from app.embedded.servers import start_servers
from benchmarks.backend_process import free_port, start_backend, wait_until_ready

SYMBOLS, PER_SECOND = 20, 10
CROWD, STALLED = 1_000, 50
COST_CLIENTS = 500
USERS = 40
# Added to the microseconds of publishing, so that they always have sixteen digits.
_STAMP_BASE = 10**15
SECRET = "a benchmark's secret of more than 32 bytes"


class Process:
    """Another Python program, spoken to in lines."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.live.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._popen.pid

    def say(self, line: str) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.write(line + "\n")
        self._popen.stdin.flush()

    def read(self) -> Any:
        assert self._popen.stdout is not None
        line = self._popen.stdout.readline()
        if not line:
            raise SystemExit("a process of the benchmark died")
        return json.loads(line)

    def ask(self, line: str) -> Any:
        self.say(line)
        return self.read()

    def end(self) -> None:
        self._popen.terminate()
        self._popen.wait(10)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, to the nanosecond where the kernel tells."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        times = psutil.Process(pid).cpu_times()
        return times.user + times.system


async def publish(publisher: LivePublisher, channels: Sequence[str], seconds: float, first: int) -> int:
    """PER_SECOND messages a second on each channel, spread over the time; the number of the last."""
    loop = asyncio.get_running_loop()
    began, number, steps = loop.time(), first, round(seconds * PER_SECOND)
    for step in range(steps):
        number = first + step
        for place, channel in enumerate(channels):
            due = began + (step + place / len(channels)) / PER_SECOND
            await asyncio.sleep(max(0.0, due - loop.time()))
            await publisher.publish(channel, describe(number))
    return number


def describe(number: int) -> dict[str, Any]:
    """A quote's size of data, with what the listeners read at its end."""
    stamp = time.monotonic_ns() // 1000
    return {
        "instrument_id": "0192f0c8-0000-7000-8000-000000000001",
        "price": 101.25,
        "at": "2026-12-01T00:00:00.000Z",
        "change": -0.5,
        "change_percent": -0.0049,
        "volume": 1_234_567,
        "previous_close": 101.75,
        "state": "simulated",
        "source": "simulated",
        "n": number,
        "t": stamp + _STAMP_BASE,
    }


def measure_crowd(place: Place, seconds: float) -> None:
    """1,000 clients on 2 of 20 symbols, 50 stalled."""
    backend = psutil.Process(place.backend_pid)
    before = backend.memory_info().rss
    listeners = Process("listeners")
    listeners.ask(json.dumps(place.order(CROWD, place.channels, each=2, stalled=STALLED)))
    opened = backend.memory_info().rss
    try:
        last, peak = asyncio.run(_run_crowd(place, listeners, seconds, backend))
        under_way = listeners.ask("report")
        listeners.say("wake")
        time.sleep(3)
        after = listeners.ask("report")
    finally:
        listeners.end()
    growth = (max(peak, opened) - before) / 2**20
    print(
        f"{CROWD} clients, {STALLED} stalled: {under_way['deliveries'] / seconds:,.0f} deliveries/s, "
        f"publish to receipt median {under_way['median_ms']:.1f} ms, p99 {under_way['p99_ms']:.1f} ms "
        f"(limit 250), worst {under_way['worst_ms']:.1f} ms"
    )
    print(
        f"memory of the backend grew by {growth:.0f} MB (limit 150), {(opened - before) / 2**20:.0f} of "
        "them for the connections"
    )
    complete = after["channels_seen"] == 2 and after["oldest_newest"] == last
    print(
        f"newest value {last} of both symbols reached all {CROWD}, the stalled after they read on: "
        f"{'yes' if complete else 'NO, ' + json.dumps(after)} (the stalled read "
        f"{after['stalled_deliveries'] - under_way['stalled_deliveries']:,} of the "
        f"{round(seconds * PER_SECOND) * 2 * STALLED:,} values meanwhile)"
    )


async def _run_crowd(
    place: Place, listeners: Process, seconds: float, backend: psutil.Process
) -> tuple[int, int]:
    redis, peak = make_redis(place.redis_url), 0
    publisher = LivePublisher(redis)
    await publish(publisher, place.channels, 1, 0)
    listeners.say("stall")
    listeners.say("measure")
    running = asyncio.create_task(publish(publisher, place.channels, seconds, PER_SECOND))
    while not running.done():
        peak = max(peak, backend.memory_info().rss)
        await asyncio.wait([running], timeout=0.5)
    await asyncio.sleep(1)
    await redis.aclose()
    return running.result(), peak


def measure_cost(place: Place, seconds: float, turns: int) -> None:
    """500 clients on one symbol, in turns with the bare broadcast."""
    channel = place.channels[0]
    data = json.dumps({**describe(0), "n": "@N", "t": "@T"}, separators=(",", ":"))
    text = f'{{"seq":{10**15},"channel":"{channel}","data":{data}}}'
    bare = Process("broadcast", text.replace('"@N"', "@N").replace('"@T"', "@T"), str(PER_SECOND))
    ours, theirs = Process("listeners"), Process("listeners")
    figures: dict[str, list[float]] = {"ours": [], "bare": []}
    p99: dict[str, list[float]] = {"ours": [], "bare": []}
    try:
        theirs_order = {**place.order(COST_CLIENTS, [], each=0), "port": bare.read()}
        ours.ask(json.dumps(place.order(COST_CLIENTS, [channel], each=1)))
        theirs.ask(json.dumps(theirs_order))
        for turn in range(turns):
            for name in ("ours", "bare") if turn % 2 == 0 else ("bare", "ours"):
                pid, listeners = (place.backend_pid, ours) if name == "ours" else (bare.pid, theirs)
                listeners.say("measure")
                time.sleep(0.5)
                before = cpu_seconds(pid)
                if name == "ours":
                    asyncio.run(_publish_alone(place, [channel], seconds))
                else:
                    bare.say("start")
                    time.sleep(seconds)
                    bare.say("stop")
                    time.sleep(0.2)
                spent, seen = cpu_seconds(pid) - before, listeners.ask("report")
                figures[name].append(spent / seen["deliveries"] * 1e6)
                p99[name].append(seen["p99_ms"])
    finally:
        for process in (ours, theirs, bare):
            process.end()
    cost = {name: sorted(values)[len(values) // 2] for name, values in figures.items()}
    print(
        f"{COST_CLIENTS} clients on one symbol: publish to receipt p99 {sorted(p99['ours'])[turns // 2]:.1f} "
        f"ms (limit 25; {', '.join(f'{value:.1f}' for value in p99['ours'])}), bare broadcast "
        f"{sorted(p99['bare'])[turns // 2]:.1f} ms"
    )
    print(
        f"processor time per delivery {cost['ours']:.1f} µs, bare broadcast {cost['bare']:.1f} µs: "
        f"{cost['ours'] / cost['bare']:.2f}× (limit 2; "
        + ", ".join(f"{a / b:.2f}" for a, b in zip(figures["ours"], figures["bare"], strict=True))
        + ")"
    )


async def _publish_alone(place: Place, channels: Sequence[str], seconds: float) -> None:
    redis = make_redis(place.redis_url)
    await publish(LivePublisher(redis), channels, seconds, 0)
    await asyncio.sleep(0.2)
    await redis.aclose()


class Place:
    """The installation that is measured."""

    def __init__(self, backend_pid: int, port: int, redis_url: str, instruments: Sequence[str]) -> None:
        self.backend_pid, self.port, self.redis_url = backend_pid, port, redis_url
        self.channels = [f"quotes:{one}" for one in instruments]
        self._tokens = [
            create_access_token(
                SECRET,
                user_id=UUID(int=number + 1),
                role="member",
                family_id=uuid4(),
                now=datetime.now(UTC),
                lifetime=timedelta(hours=1),
            )
            for number in range(USERS)
        ]

    def order(self, clients: int, channels: Sequence[str], *, each: int, stalled: int = 0) -> dict[str, Any]:
        """What a process of listeners opens."""
        return {
            "port": self.port,
            "path": "/api/v1/stream",
            "tokens": self._tokens,
            "clients": clients,
            "channels": list(channels),
            "each": each,
            "stalled": stalled,
        }


@contextmanager
def running_backend() -> Iterator[Place]:
    """Real servers, one real backend process, twenty instruments."""
    with tempfile.TemporaryDirectory() as home, start_servers(Path(home), durable=False) as servers:
        urls = {
            "DATABASE_URL": servers.main_dsn,
            "CREDS_DATABASE_URL": servers.credentials_dsn,
            "REDIS_URL": servers.redis_url,
        }
        upgrade_databases(Settings(_env_file=None, **{name.lower(): url for name, url in urls.items()}))
        with psycopg.connect(servers.main_dsn, autocommit=True) as connection:
            made = connection.execute(
                "INSERT INTO instruments (symbol, name, asset_class, timezone) "
                "SELECT 'S' || n, 'S' || n, 'stock', 'UTC' FROM generate_series(1, %s) n RETURNING id",
                [SYMBOLS],
            ).fetchall()
        port = free_port()
        environment = {**os.environ, **urls, "LOG_LEVEL": "WARNING", "JWT_SECRET_KEY": SECRET}
        backend = start_backend(environment, port)
        try:
            wait_until_ready(port)
            yield Place(backend.pid, port, servers.redis_url, [str(row[0]) for row in made])
        finally:
            began = time.perf_counter()
            backend.terminate()
            backend.wait(30)
            print(f"the backend ended {time.perf_counter() - began:.1f} s after SIGTERM")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--only", choices=("crowd", "cost"))
    wanted = parser.parse_args()
    with running_backend() as place:
        if wanted.only != "cost":
            measure_crowd(place, wanted.seconds)
        if wanted.only != "crowd":
            measure_cost(place, wanted.seconds / 3, wanted.turns)


if __name__ == "__main__":
    main()
