"""Workers that share a sweep are killed every few seconds: it ends, each set once, the same to the byte."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from app.core.database import Database, Databases
from tests.faults.stack import Stack, wait_until
from tests.integration.backtests.long_runs import SYMBOL, store_long_instrument

PATH = "/api/v1/sweeps"
FINAL = {"succeeded", "failed", "cancelled"}
KILL_SECONDS = 5.0
FEWEST_KILLS = 3
# What the sweep would take undisturbed.
CALM_SECONDS = 12.0
# What comes of a kill is a lease, the next look at leases and a start, again and again.
ENDS_SECONDS = 280
BARS = 400_000
RULE = """\
fast = param(10, 2, 400)
slow = param(30, 2, 400)
enter_long = crossover(wma(close, fast), wma(close, slow)) and rsi(close, 14) < 70
exit_long = crossunder(wma(close, fast), wma(close, slow))
stop_loss = 3 * atr(14)
"""


@pytest.fixture(scope="module")
def client(running_stack: Stack) -> Iterator[httpx.Client]:
    """Somebody who is signed in, on a stack with bars enough for a sweep that takes a while."""

    async def store() -> None:
        url = _read_environment(running_stack)["DATABASE_URL"].replace("://", "+asyncpg://")
        main = Database("main", url)
        await store_long_instrument(Databases(main, main), BARS)
        await main.dispose()

    asyncio.run(store())
    with httpx.Client(base_url=f"http://127.0.0.1:{running_stack.port}", timeout=60) as client:
        person = {"email": "ada@example.com", "password": "correct horse battery", "display_name": "Ada"}
        client.post("/api/v1/auth/register", json=person).raise_for_status()
        del person["display_name"]
        signed_in = client.post("/api/v1/auth/login", json=person).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        yield client


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_workers_that_are_killed_again_and_again_change_nothing(
    running_stack: Stack, client: httpx.Client
) -> None:
    began = time.monotonic()
    _wait_until_final(running_stack, client, _ask(client, 4))
    per_column = (time.monotonic() - began) / 4
    columns = max(4, min(60, round(CALM_SECONDS / per_column)))
    calm_id = _ask(client, columns)
    calm = _wait_until_final(running_stack, client, calm_id)
    assert calm["status"] == "succeeded", calm["error"]

    # Its supervisor gives up on a worker that dies so often: here some of our own do the work.
    running_stack.get("worker").suspend()
    sweep_id = _ask(client, columns)
    kills = _kill_until_final(running_stack, client, sweep_id)
    done = _read(client, sweep_id)
    assert done["status"] == "succeeded", done["error"]
    assert kills >= FEWEST_KILLS, "it was over before anything could happen to it"

    assert done["sets_done"] == done["sets"] == columns * 60
    assert _read_lines(client, sweep_id) == _read_lines(client, calm_id)
    for name in ("best", "plateau", "overfitting"):
        assert done[name] == calm[name]
    attempts, sequences = _read_shards(running_stack, sweep_id)
    assert max(attempts) >= 2, "no worker was killed over a shard"
    assert sequences == list(range(1, len(sequences) + 1))


def _kill_until_final(stack: Stack, client: httpx.Client, sweep_id: str) -> int:
    """Kill the oldest worker every few seconds until the sweep is over; how many were killed.

    There are so many that each lives a while longer than it takes to start, on a busy machine as well.
    """
    began = time.monotonic()
    workers = deque([_start_worker(stack)])
    wait_until(lambda: _read(client, sweep_id)["status"] != "queued", 120, stack.dump)
    lifetime = 2 * (time.monotonic() - began) + 2 * KILL_SECONDS
    workers.extend(_start_worker(stack) for _ in range(min(6, round(lifetime / KILL_SECONDS)) - 1))
    kills, next_kill, deadline = 0, time.monotonic() + KILL_SECONDS, time.monotonic() + ENDS_SECONDS
    try:
        while (status := _read(client, sweep_id)["status"]) not in FINAL:
            assert time.monotonic() < deadline, f"the sweep is still {status}\n{stack.dump()}"
            if time.monotonic() >= next_kill:
                next_kill += KILL_SECONDS
                victim = workers.popleft()
                victim.kill()
                victim.wait(20)
                workers.append(_start_worker(stack))
                kills += 1
            time.sleep(0.1)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)
    return kills


def _start_worker(stack: Stack) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "app.worker"],
        env={**os.environ, **_read_environment(stack), "WORKER_CONCURRENCY": "1"},
        stdout=subprocess.DEVNULL,
    )


def _read_environment(stack: Stack) -> dict[str, str]:
    state = json.loads((stack.home / "state.json").read_text("utf-8"))
    environment: dict[str, str] = state["environment"]
    return environment


def _ask(client: httpx.Client, columns: int) -> str:
    """Ask for a sweep of 60 sets for each of so many values of the rule's first parameter."""
    body = {
        "source": RULE,
        "symbol": SYMBOL,
        "interval": "1min",
        "ranges": {
            "fast": {"min": 5, "max": 4 + columns, "step": 1},
            "slow": {"min": 70, "max": 129, "step": 1},
        },
    }
    return str(client.post(PATH, json=body).raise_for_status().json()["id"])


def _read(client: httpx.Client, sweep_id: str) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"{PATH}/{sweep_id}").raise_for_status().json()
    return body


def _read_lines(client: httpx.Client, sweep_id: str) -> bytes:
    return client.get(f"{PATH}/{sweep_id}/results?format=csv").raise_for_status().content


def _wait_until_final(stack: Stack, client: httpx.Client, sweep_id: str) -> dict[str, Any]:
    wait_until(lambda: _read(client, sweep_id)["status"] in FINAL, ENDS_SECONDS, stack.dump)
    return _read(client, sweep_id)


def _read_shards(stack: Stack, sweep_id: str) -> tuple[list[int], list[int]]:
    """Of the shards with sets: attempts, and sorted sequences."""
    with psycopg.connect(_read_environment(stack)["DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT attempt, sequence FROM sweep_shards WHERE sweep_id = %s AND set_count > 0",
            (sweep_id,),
        ).fetchall()
    return [int(row[0]) for row in rows], sorted(int(row[1]) for row in rows)
