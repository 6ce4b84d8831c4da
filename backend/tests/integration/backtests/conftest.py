"""Bars to run on, a worker that runs, and a request that everybody knows the answer of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from app.config import Settings
from app.core.database import Databases
from app.worker.process import run_worker
from tests.integration.backtests.long_runs import ask_for_long_run, store_long_instrument
from tests.integration.conftest import Person

PATH = "/api/v1/backtests"
RULE = """\
enter_long = crossover(sma(close, 10), sma(close, 30))
exit_long = crossunder(sma(close, 10), sma(close, 30))
"""


def ask(**fields: Any) -> dict[str, Any]:
    """A request for the run whose figures are known; fields that are None are left out."""
    body = {
        "source": RULE,
        "symbol": "GOOG",
        "interval": "1day",
        "initial_cash": "1000000",
        "commission_bps": 10,
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


async def run(person: Person, **fields: Any) -> dict[str, Any]:
    """The finished run."""
    answer = await person.client.post(f"{PATH}?wait=30", json=ask(**fields), timeout=60)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


@pytest.fixture
async def long_run(databases: Databases) -> dict[str, Any]:
    """What to ask for to get a run that takes seconds."""
    await store_long_instrument(databases)
    return ask_for_long_run()


@pytest.fixture
async def worker(settings: Settings, databases: Databases) -> AsyncIterator[None]:
    """A worker on the test's database, in this process."""
    working = asyncio.create_task(run_worker(settings))
    async with asyncio.timeout(150):  # a clone's first worker compiles everything
        while not await _count_workers(databases):
            assert not working.done(), working
            await asyncio.sleep(0.02)
    yield
    working.cancel()
    await asyncio.wait((working,))


async def _count_workers(databases: Databases) -> int:
    async with databases.main.session() as session:
        count: int = (await session.execute(text("SELECT count(*) FROM procrastinate_workers"))).scalar_one()
        return count
