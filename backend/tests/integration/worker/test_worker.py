"""The worker process: what it recovers, how it stops, what it does when its database goes away."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.jobs import defer_job
from app.embedded.servers import RunningServers
from app.worker.queue import STALLED_SECONDS, make_queue
from app.worker.recovery import recover

pytestmark = pytest.mark.anyio


class Worker:
    """`python -m app.worker` on the test's databases, its log in memory."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log: list[dict[str, Any]] = []

    async def wait_for(self, wanted: str) -> None:
        """Return when it has logged that."""
        async with asyncio.timeout(60):
            while not any(line["event"] == wanted for line in self.log):
                await self._read_line()

    async def wait_for_end(self) -> int:
        """Its exit code."""
        async with asyncio.timeout(60):
            while await self._read_line():
                pass
            return await self.process.wait()

    async def _read_line(self) -> bool:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if line:
            self.log.append(json.loads(line))
        return bool(line)


@pytest.fixture
async def worker(settings: Settings, tmp_path: Path) -> AsyncIterator[Worker]:
    environment = {
        **os.environ,
        "APP_ENV": "test",
        "DATABASE_URL": settings.database_dsn,
        "CREDS_DATABASE_URL": settings.creds_database_dsn,
        "REDIS_URL": settings.redis_url,
        "TMPDIR": str(tmp_path),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.worker", env=environment, stdout=subprocess.PIPE, cwd=tmp_path
    )
    worker = Worker(process)
    yield worker
    if process.returncode is None:
        process.kill()
        await process.wait()


async def _execute(databases: Databases, statement: str, **values: Any) -> None:
    async with databases.main.session() as session:
        await session.execute(text(statement), values)


async def _fetch(databases: Databases, statement: str, **values: Any) -> Sequence[Any]:
    async with databases.main.session() as session:
        return (await session.execute(text(statement), values)).all()


def _is_there(path: Path) -> bool:
    return path.exists()


async def test_a_job_of_a_worker_that_is_gone_goes_back_and_one_of_a_living_worker_stays(
    settings: Settings, databases: Databases
) -> None:
    jobs = {}
    for age in (STALLED_SECONDS + 5, 0):
        async with databases.main.session() as session:
            job_id = await defer_job(session, "backtests.run", {"run_id": "none"})
        await _execute(
            databases,
            "WITH gone AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => :age)) RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = gone.id FROM gone"
            " WHERE procrastinate_jobs.id = :job",
            age=age,
            job=job_id,
        )
        jobs[job_id] = "doing" if age == 0 else "todo"
    queue = make_queue(settings, databases, SystemClock())
    async with queue.open_async():
        await recover(queue, databases)
        await recover(queue, databases)
    rows = await _fetch(databases, "SELECT id, status FROM procrastinate_jobs")
    assert {row.id: row.status for row in rows} == jobs


async def test_it_says_ready_stops_on_sigterm_and_takes_its_heartbeat_along(
    worker: Worker, tmp_path: Path
) -> None:
    await worker.wait_for("ready")
    heartbeat = tmp_path / f"flowrex-worker-{os.getuid()}.heartbeat"
    assert _is_there(heartbeat)
    worker.process.send_signal(signal.SIGTERM)
    assert await worker.wait_for_end() == 0
    assert not _is_there(heartbeat)
    assert worker.log[-1]["event"] == "stopped"
    assert {line["level"] for line in worker.log} == {"info"}


async def test_finished_jobs_leave_the_queue(worker: Worker, databases: Databases) -> None:
    await worker.wait_for("ready")
    async with databases.main.session() as session:
        await defer_job(session, "backtests.run", {"run_id": "00000000-0000-7000-8000-000000000000"})
    await worker.wait_for("run_not_to_be_had")
    for _ in range(500):
        if not await _fetch(databases, "SELECT id FROM procrastinate_jobs"):
            return
        await asyncio.sleep(0.02)
    pytest.fail("the job is still there")


async def test_it_ends_with_0_when_its_database_goes_away(
    worker: Worker, settings: Settings, servers: RunningServers
) -> None:
    await worker.wait_for("ready")
    name = make_url(settings.database_dsn).database
    with psycopg.connect(servers.main_dsn, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            assert await worker.wait_for_end() == 0
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert worker.log[-1]["event"] == "database_went_away"
