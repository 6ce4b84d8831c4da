"""A sweep through the real queue by 1 and by 2 workers: sets and shards a second, rows and bytes written.

    python -m benchmarks.sweep_queue [--sets 100000] [--bars 10000] [--rounds 3]        from `backend/`

Each worker is a process of its own that takes one job at a time, on servers started for this. The two counts
of workers take turns on the same sweep; of each the median is printed. Time runs from the request to the
sweep's end, the choosing of the best included; workers are up and warm before that. `busy` is the workers'
share of processor time: where it is far from 100 %, something else had the cores, or the queue kept workers
waiting. On a machine that others use, the processor time that the same sweep takes altogether is the fairer
figure: what 2 workers take beyond 1 is what sharing costs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import psutil
from sqlalchemy import text

from app.core.database import Databases
from app.market.domain import Viewer
from app.research import service
from app.research.schemas import SweepCreate
from benchmarks.market_data import running_installation
from tests.integration.backtests.long_runs import SYMBOL, store_long_instrument

OWNER = UUID("018f0000-0000-7000-8000-000000000001")
RULE = """\
fast = param(10, 2, 1000)
slow = param(30, 2, 2000)
trend = sma(close, fast)
enter_long = crossover(trend, sma(close, slow)) and rsi(close, 14) < 70
exit_long = crossunder(trend, sma(close, slow))
stop_loss = 3 * atr(14)
"""
WORKERS = (1, 2)


@dataclass(frozen=True)
class Measured:
    """One sweep: seconds from the request to its end, shards, bytes of its rows and of the log written, the
    largest worker's memory, and the share of the time that the workers computed."""

    seconds: float
    shards: int
    row_bytes: int
    wal_bytes: int
    worker_megabytes: float
    busy: float


@contextmanager
def running_workers(count: int, environment: dict[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """As many workers, one job at a time each, one thread of arithmetic each."""
    more = {"WORKER_CONCURRENCY": "1", "LOG_LEVEL": "WARNING", "NUMBA_NUM_THREADS": "1"}
    workers = [
        subprocess.Popen(
            [sys.executable, "-P", "-m", "app.worker"], env={**os.environ, **environment, **more}
        )
        for _ in range(count)
    ]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)


async def measure(
    databases: Databases, body: SweepCreate, workers: list[subprocess.Popen[bytes]]
) -> Measured:
    """Ask for the sweep once all workers are there, and wait for its end."""

    async def ask(statement: str) -> int:
        async with databases.main.session() as session:
            return int((await session.execute(text(statement))).scalar_one() or 0)

    for _ in range(1_200):
        if await ask("SELECT count(*) FROM procrastinate_workers") == len(workers):
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    processes = [psutil.Process(worker.pid) for worker in workers]
    cpu_before = sum(sum(process.cpu_times()[:2]) for process in processes)
    wal_before = await ask("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
    began = time.perf_counter()
    async with databases.main.session() as session:
        sweep_id = await service.request_sweep(session, Viewer(OWNER), OWNER, body)
    while True:
        async with databases.main.session() as session:
            sweep = await service.get_sweep(session, OWNER, sweep_id)
        if sweep.status.is_final:
            break
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    assert sweep.status.value == "succeeded", sweep.failure
    measured = Measured(
        seconds,
        sweep.shards,
        await ask("SELECT sum(length(parameters) + length(figures) + length(blocks)) FROM sweep_shards"),
        await ask("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')") - wal_before,
        max(process.memory_info().rss for process in processes) / 2**20,
        (sum(sum(process.cpu_times()[:2]) for process in processes) - cpu_before) / seconds / len(workers),
    )
    async with databases.main.session() as session:
        await service.delete_sweep(session, OWNER, sweep_id)
    return measured


async def run(databases: Databases, environment: dict[str, str], sets: int, bars: int, rounds: int) -> None:
    """Measure and print."""
    await store_long_instrument(databases, bars)
    side = round(sets**0.5)
    body = SweepCreate.model_validate(
        {
            "source": RULE,
            "symbol": SYMBOL,
            "interval": "1min",
            "commission_bps": 1,
            "ranges": {
                "fast": {"min": 2, "max": 1 + side, "step": 1},
                "slow": {"min": 2, "max": 1 + side, "step": 1},
            },
        }
    )
    found: dict[int, list[Measured]] = {count: [] for count in WORKERS}
    for round_ in range(rounds + 1):
        for count in WORKERS:
            with running_workers(count, environment) as workers:
                measured = await measure(databases, body, workers)
            if round_ > 0:  # the first fills caches, and tells the planning how fast this machine is
                found[count].append(measured)
    total = side * side
    print(f"{total:,} sets on {bars:,} bars, {rounds} rounds, {os.cpu_count()} cores")
    print(
        "workers   seconds     sets/s   shards/s   shards   MB of rows   MB of log   worker MB   busy   CPU s"
    )
    for count, measured_ones in found.items():
        one = sorted(measured_ones, key=lambda each: each.seconds)[len(measured_ones) // 2]
        rates = f"{one.seconds:10.2f}{total / one.seconds:11,.0f}{one.shards / one.seconds:11.2f}"
        sizes = f"{one.row_bytes / 1e6:13.1f}{one.wal_bytes / 1e6:12.1f}{one.worker_megabytes:12.0f}"
        print(f"{count:7}{rates}{one.shards:9}{sizes}{one.busy:7.0%}{count * one.busy * one.seconds:8.2f}")
    spent = {
        count: statistics.median(count * one.busy * one.seconds for one in each)
        for count, each in found.items()
    }
    print(f"by processor time, with a core for each: {2 * spent[1] / spent[2]:.2f} times as fast")
    medians = {count: statistics.median(one.seconds for one in each) for count, each in found.items()}
    print(f"2 workers do it {medians[1] / medians[2]:.2f} times as fast as 1 (wanted: 1.8)")


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--sets", type=int, default=100_000)
    reader.add_argument("--bars", type=int, default=10_000)
    reader.add_argument("--rounds", type=int, default=3)
    asked = reader.parse_args()
    with running_installation() as settings:
        databases = Databases.from_settings(settings)
        environment = {
            "DATABASE_URL": settings.database_dsn,
            "CREDS_DATABASE_URL": settings.creds_database_dsn,
            "REDIS_URL": settings.redis_url,
        }

        async def go() -> None:
            try:
                await run(databases, environment, asked.sets, asked.bars, asked.rounds)
            finally:
                await databases.dispose()

        asyncio.run(go())


if __name__ == "__main__":
    main()
