"""A rule to sweep, and what most tests do with one: ask for a sweep, wait for its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.config import Settings
from tests.integration.backtests.conftest import worker
from tests.integration.conftest import Person

__all__ = ["worker"]

SWEEPS = "/api/v1/sweeps"
WALK_FORWARDS = "/api/v1/walk-forwards"
RULE = """\
fast = param(10, 2, 60)
slow = param(30, 5, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long = crossunder(sma(close, fast), sma(close, slow))
"""
RANGES = {"fast": {"min": 5, "max": 20, "step": 5}, "slow": {"values": [30, 40, 50, 60, 80]}}
FINAL = {"succeeded", "failed", "cancelled"}


def ask(**fields: Any) -> dict[str, Any]:
    """A request for a small sweep of 20 sets; fields that are None are left out."""
    body = {
        "source": RULE,
        "symbol": "GOOG",
        "interval": "1day",
        "initial_cash": "1000000",
        "commission_bps": 10,
        "ranges": RANGES,
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


async def start(person: Person, path: str = SWEEPS, **fields: Any) -> str:
    """The id of what was asked for."""
    answer = await person.client.post(path, json=ask(**fields))
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "queued"
    assert answer.headers["location"] == f"{path}/{answer.json()['id']}"
    return str(answer.json()["id"])


async def read(person: Person, asked_id: str, path: str = SWEEPS) -> dict[str, Any]:
    """The sweep or walk-forward as it stands."""
    answer = await person.client.get(f"{path}/{asked_id}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def wait(person: Person, asked_id: str, path: str = SWEEPS) -> dict[str, Any]:
    """The sweep or walk-forward once it is over."""
    async with asyncio.timeout(90):
        while True:
            found = await read(person, asked_id, path)
            if found["status"] in FINAL:
                return found
            await asyncio.sleep(0.05)


async def run(person: Person, path: str = SWEEPS, **fields: Any) -> dict[str, Any]:
    """What was asked for, over and succeeded."""
    found = await wait(person, await start(person, path, **fields), path)
    assert found["status"] == "succeeded", found["error"]
    return found


async def read_csv(person: Person, sweep_id: str) -> str:
    """Every set that is done."""
    answer = await person.client.get(f"{SWEEPS}/{sweep_id}/results?format=csv")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """One job at a time, so that what happens between two shards happens."""
    return settings.model_copy(update={"worker_concurrency": 1})
