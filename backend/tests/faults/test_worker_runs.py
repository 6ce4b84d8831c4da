"""A worker is killed, stopped or cut off from its database in the middle of a run: the run ends once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from app.core.database import Database, Databases
from tests.faults.stack import Stack, wait_until
from tests.integration.backtests.long_runs import ask_for_long_run, store_long_instrument

PATH = "/api/v1/backtests"
FINAL = {"succeeded", "failed", "cancelled"}
# A lease, the next look at leases, a start and the run itself, on a machine that does other things too.
RECOVERED_SECONDS = 90


@pytest.fixture(scope="module")
def client(running_stack: Stack) -> Iterator[httpx.Client]:
    """Somebody who is signed in, on a stack with bars enough for long runs."""

    async def store() -> None:
        main = Database(
            "main", _read_environment(running_stack)["DATABASE_URL"].replace("://", "+asyncpg://")
        )
        await store_long_instrument(Databases(main, main))
        await main.dispose()

    asyncio.run(store())
    with httpx.Client(base_url=f"http://127.0.0.1:{running_stack.port}", timeout=30) as client:
        person = {"email": "ada@example.com", "password": "correct horse battery", "display_name": "Ada"}
        client.post("/api/v1/auth/register", json=person).raise_for_status()
        del person["display_name"]
        signed_in = client.post("/api/v1/auth/login", json=person).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        yield client


def test_a_run_whose_worker_is_killed_is_done_by_the_next(running_stack: Stack, client: httpx.Client) -> None:
    run_id = _start_long_run(running_stack, client)
    victim = running_stack.get("worker")
    victim.kill()
    done = _wait_until_final(running_stack, client, run_id)
    assert done["status"] == "succeeded"
    assert done["metrics"]["trades"] > 0
    assert _read_attempt(running_stack, run_id) == 2


@pytest.mark.thorough
def test_a_worker_that_is_told_to_stop_hands_its_run_on(running_stack: Stack, client: httpx.Client) -> None:
    run_id = _start_long_run(running_stack, client)
    running_stack.get("worker").terminate()
    done = _wait_until_final(running_stack, client, run_id)
    assert done["status"] == "succeeded"


@pytest.mark.thorough
def test_a_worker_that_stood_still_and_wakes_up_changes_nothing(
    running_stack: Stack, client: httpx.Client
) -> None:
    run_id = _start_long_run(running_stack, client)
    sleeper = running_stack.get("worker")
    sleeper.suspend()
    second = subprocess.Popen(
        [sys.executable, "-P", "-m", "app.worker"],
        env={**os.environ, **_read_environment(running_stack)},
        stdout=subprocess.DEVNULL,
    )
    try:
        done = _wait_until_final(running_stack, client, run_id)
        assert done["status"] == "succeeded"
        assert _read_attempt(running_stack, run_id) == 2
        with suppress(psutil.NoSuchProcess):
            sleeper.resume()
        # It says that it came too late, or ends because its place in the queue is gone.
        log = running_stack.home / "logs" / "worker.log"

        def has_woken() -> bool:
            return not sleeper.is_running() or any(
                fact in log.read_text("utf-8") for fact in ("attempt_superseded", "late_result_refused")
            )

        wait_until(has_woken, 60, running_stack.dump)
        assert _read(client, run_id) == done
    finally:
        second.terminate()
        second.wait(30)


def test_a_run_whose_database_is_killed_ends_once(running_stack: Stack, client: httpx.Client) -> None:
    run_id = _start_long_run(running_stack, client)
    running_stack.get("postgres-main").kill()
    done = _wait_until_final(running_stack, client, run_id)
    assert done["status"] == "succeeded" or done["error"]["code"]
    assert "internal_error" not in str(done["error"])


@pytest.mark.thorough
def test_a_cancelled_run_stays_cancelled_when_its_worker_is_killed(
    running_stack: Stack, client: httpx.Client
) -> None:
    run_id = _start_long_run(running_stack, client)
    running_stack.get("worker").kill()
    client.post(f"{PATH}/{run_id}/cancel").raise_for_status()
    assert _wait_until_final(running_stack, client, run_id)["status"] == "cancelled"


def _read_environment(stack: Stack) -> dict[str, str]:
    state = json.loads((stack.home / "state.json").read_text("utf-8"))
    environment: dict[str, str] = state["environment"]
    return environment


def _start_long_run(stack: Stack, client: httpx.Client) -> str:
    """A run that a worker is busy with."""
    wait_until(lambda: stack.is_healthy() and stack.find("worker") is not None, 60, stack.dump)
    run_id = str(client.post(PATH, json=ask_for_long_run()).raise_for_status().json()["id"])

    def is_under_way() -> bool:
        status = _read(client, run_id)["status"]
        assert status not in FINAL, "the run is over before anything could happen to it"
        return bool(status == "running")

    wait_until(is_under_way, 60, stack.dump)
    return run_id


def _read(client: httpx.Client, run_id: str) -> dict[str, Any]:
    """The run, or {} while the backend has no database."""
    try:
        answer = client.get(f"{PATH}/{run_id}")
    except httpx.TransportError:
        return {}
    body: dict[str, Any] = answer.json()
    return body if answer.is_success else {}


def _wait_until_final(stack: Stack, client: httpx.Client, run_id: str) -> dict[str, Any]:
    wait_until(lambda: _read(client, run_id).get("status") in FINAL, RECOVERED_SECONDS, stack.dump)
    return _read(client, run_id)


def _read_attempt(stack: Stack, run_id: str) -> int:
    with psycopg.connect(_read_environment(stack)["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT attempt FROM backtest_runs WHERE id = %s", (run_id,)).fetchone()
    assert row is not None
    return int(row[0])
