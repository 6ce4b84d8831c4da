"""How long 2,000 alerts on one closed bar take, from the bar in the database to their firings in it.

    python -m benchmarks.alert_evaluation

Beside it, in the same run, what the crossings alone cost: a bare NumPy crossover on a short tail for each.
Half of the alerts are rules (crossings of averages of many lengths), half price levels; the bar fires some of
them. A worker compiles rules once, at its first look after its start: that look is told by itself.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from alembic import command
from app.alerts import repository
from app.alerts.domain import (
    AlertCondition,
    AlertState,
    AlertTerms,
    Direction,
    PriceCondition,
    Repeat,
    RuleCondition,
    Trigger,
    first_unchecked_after,
)
from app.alerts.evaluator import look_at_group
from app.alerts.watch_repository import Group
from app.core.clock import FixedClock
from app.core.database import Database
from app.core.migrations import alembic_config
from app.embedded.servers import start_servers
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market import repository as market_repository
from app.market import service as market
from app.market.domain import AssetClass, ImportForm, Scope

ALERTS = 2_000
HISTORY = 6_000
START = datetime(2026, 3, 2, tzinfo=UTC)
ROUNDS = 5
LIMIT_SECONDS = 1.0


def make_condition(number: int) -> AlertCondition:
    """Every second one a level, the others rules, hardly two alike."""
    if number % 2 == 0:
        return PriceCondition(95 + number / 200, Direction.CROSSES)
    fast = 2 + number % 97
    if number % 10 == 1:
        return RuleCondition(f"crossover(ema(close, {fast}), ema(close, {fast + 50}))")
    return RuleCondition(f"crossover(close, sma(close, {fast})) and rsi(close, 14) < {40 + number % 53}")


async def measure(dsn: str) -> None:
    database = Database("main", dsn.replace("postgresql://", "postgresql+asyncpg://"))
    clock = FixedClock(START)
    random = np.random.default_rng(5)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.0005, HISTORY + ROUNDS)))
    first = int(START.timestamp()) - 60 * HISTORY
    times = first + 60 * np.arange(len(close), dtype=np.int64)
    bars = Bars(times, close, close, close, close, np.ones(len(close)), Interval.MIN_1)
    form = ImportForm("COIN", Interval.MIN_1, asset_class=AssetClass.CRYPTO, scope=Scope.INSTALLATION)
    async with database.session() as session:
        coin = (await market_repository.ensure_instrument(session, None, form)).id
        await market.store_bars(session, coin, bars.head(HISTORY))
        for number in range(ALERTS):
            await _insert(session, coin, number)
    seconds, fired = [], []
    for turn in range(ROUNDS):
        async with database.session() as session:
            await market.store_bars(session, coin, bars.slice(HISTORY + turn, HISTORY + turn + 1))
        clock.advance(timedelta(minutes=1))
        began = time.perf_counter()
        looked = await look_at_group(database, clock, Group(coin, Interval.MIN_1))
        seconds.append(time.perf_counter() - began)
        fired.append(len(looked.firings))
        assert looked.evaluated == ALERTS
    await database.dispose()

    tail = np.ascontiguousarray(close[-300:])
    began = time.perf_counter()
    for number in range(ALERTS):
        level = np.full(len(tail), 95 + number / 200)
        (tail[1:] > level[1:]) & (tail[:-1] <= level[:-1])
    bare = time.perf_counter() - began

    warm = sorted(seconds[1:])[len(seconds[1:]) // 2]
    print(f"{ALERTS} alerts on one closed bar, read, evaluated and written; fired {fired}")
    print(f"  first look (rules compiled)   {seconds[0]:.3f} s")
    print(f"  median of the looks after it  {warm:.3f} s   worst {max(seconds[1:]):.3f} s")
    print(f"  bare NumPy crossover for each {bare:.4f} s   ratio {warm / bare:.1f}")
    verdict = "kept" if max(seconds[1:]) <= LIMIT_SECONDS else "BROKEN"
    print(f"  limit {LIMIT_SECONDS:g} s after the first look: {verdict}")


async def _insert(session: AsyncSession, coin: UUID, number: int) -> None:
    terms = AlertTerms(
        name=f"Alert {number}",
        condition=make_condition(number),
        trigger=Trigger.CLOSED_BAR,
        repeat=Repeat.EVERY,
        cool_down_seconds=0,
        webhook=None,
        expires_at=None,
        level_factor=1.0,
        level_set_at=START,
    )
    await repository.insert_alert(
        session,
        uuid4(),
        coin,
        "COIN",
        Interval.MIN_1,
        terms,
        AlertState.ACTIVE,
        START,
        first_unchecked_after(START, Interval.MIN_1),
    )


def main() -> None:
    """Run it on servers of its own."""
    with tempfile.TemporaryDirectory() as folder, start_servers(Path(folder), durable=False) as servers:
        command.upgrade(alembic_config("main", servers.main_dsn), "head")
        asyncio.run(measure(servers.main_dsn))


if __name__ == "__main__":
    main()
