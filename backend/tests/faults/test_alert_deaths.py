"""Two workers watch alerts while bars arrive, and each is killed in turn: every expected firing, once.

The long form: FLOWREX_ALERTS=2000 FLOWREX_ALERT_SYMBOLS=50 FLOWREX_ALERT_BARS=60 FLOWREX_ALERT_KILLS=10.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import psycopg
import pytest

from app.alerts import repository
from app.alerts.domain import AlertState, AlertTerms, Repeat, RuleCondition, Trigger, first_unchecked_after
from app.core.database import Database
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market import repository as market_repository
from app.market import service as market
from app.market.domain import AssetClass, ImportForm, Scope
from tests.faults.stack import Stack, wait_until

ALERTS = int(os.environ.get("FLOWREX_ALERTS", "60"))
SYMBOLS = int(os.environ.get("FLOWREX_ALERT_SYMBOLS", "4"))
BARS = int(os.environ.get("FLOWREX_ALERT_BARS", "12"))
KILLS = int(os.environ.get("FLOWREX_ALERT_KILLS", "2"))
OWNER = UUID("018f0000-0000-7000-8000-000000000001")
BAR_SECONDS = 0.3


@pytest.mark.timeout(900)
def test_workers_that_are_killed_in_turn_fire_everything_once(running_stack: Stack) -> None:
    environment = json.loads((running_stack.home / "state.json").read_text("utf-8"))["environment"]
    dsn = environment["DATABASE_URL"]
    # Its supervisor gives up on a worker that dies so often: here two of our own do the work.
    idle = running_stack.get("worker")
    idle.suspend()
    workers = [_start_worker(environment) for _ in range(2)]
    try:
        expected = asyncio.run(_run(dsn, workers, environment, running_stack))

        def fired() -> int:
            return len(_read_firings(dsn))

        wait_until(lambda: fired() >= len(expected), 120, running_stack.dump)
        time.sleep(1.0)  # and nothing comes after it
        found = _read_firings(dsn)
        assert len(found) == len(set(found)), "an alert fired a bar twice"
        assert set(found) == expected
    finally:
        for worker in workers:
            worker.kill()
            worker.wait(20)
        idle.resume()  # so that its stack ends without waiting for it


def _start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "app.worker"],
        env={**os.environ, **environment, "WORKER_CONCURRENCY": "1"},
        stdout=subprocess.DEVNULL,
    )


async def _run(
    dsn: str, workers: list[subprocess.Popen[bytes]], environment: dict[str, str], stack: Stack
) -> set[tuple[str, int]]:
    """Make alerts that were armed before all bars, store the bars one by one, kill on the way; what is to
    fire.
    """
    database = Database("main", dsn.replace("://", "+asyncpg://"))
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=BARS + 5)
    random = np.random.default_rng(11)
    closes = 100 + np.cumsum(random.normal(0, 1, (SYMBOLS, BARS)), axis=1)
    expected: set[tuple[str, int]] = set()
    instruments: list[UUID] = []
    async with database.session() as session:
        for symbol in range(SYMBOLS):
            form = ImportForm(
                f"COIN{symbol}", Interval.MIN_1, asset_class=AssetClass.CRYPTO, scope=Scope.INSTALLATION
            )
            instruments.append((await market_repository.ensure_instrument(session, None, form)).id)
        for number in range(ALERTS):
            symbol, level = number % SYMBOLS, 98 + number % 7 * 0.7
            made = await repository.insert_alert(
                session,
                OWNER,
                instruments[symbol],
                f"COIN{symbol}",
                Interval.MIN_1,
                _make_terms(level, start),
                AlertState.ACTIVE,
                start,
                first_unchecked_after(start, Interval.MIN_1),
            )
            for bar in np.flatnonzero(closes[symbol] > level).tolist():
                expected.add((str(made.id), int(start.timestamp()) + 60 * bar))
    kill_at = {round((turn + 1) * BARS / (KILLS + 1)): turn % 2 for turn in range(KILLS)}
    for bar in range(BARS):
        for symbol, instrument_id in enumerate(instruments):
            column = closes[symbol, bar : bar + 1].copy()
            times = np.array([int(start.timestamp()) + 60 * bar], dtype=np.int64)
            one = Bars(times, column, column, column, column, np.ones(1), Interval.MIN_1)
            async with database.session() as session:
                await market.store_bars(session, instrument_id, one)
        if bar in kill_at:
            # Killed in the middle of the work on these bars, and replaced by a fresh one.
            await asyncio.to_thread(_wait_until_firing, dsn, stack)
            which = kill_at[bar]
            workers[which].kill()
            workers[which].wait(20)
            workers[which] = _start_worker(environment)
        await asyncio.sleep(BAR_SECONDS)
    await database.dispose()
    return expected


def _wait_until_firing(dsn: str, stack: Stack) -> None:
    """Return once firings have come: the workers are up."""
    wait_until(lambda: len(_read_firings(dsn)) > 0, 60, stack.dump)


def _make_terms(level: float, at: datetime) -> AlertTerms:
    return AlertTerms(
        name=f"Above {level:g}",
        condition=RuleCondition(f"close > {level}"),
        trigger=Trigger.CLOSED_BAR,
        repeat=Repeat.EVERY,
        cool_down_seconds=0,
        webhook=None,
        expires_at=None,
        level_factor=1.0,
        level_set_at=at,
    )


def _read_firings(dsn: str) -> list[tuple[str, int]]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT alert_id, bar_time FROM alert_firings").fetchall()
    return [(str(row[0]), int(row[1])) for row in rows]
