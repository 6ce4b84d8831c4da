"""The queue's other side: procrastinate, its connections, and which task runs which room's job.

Rooms put jobs in through `app.core.jobs`; beside it only this package knows the library.
"""

from __future__ import annotations

from uuid import UUID

import procrastinate
from procrastinate import RetryStrategy
from procrastinate.jobs import DeleteJobCondition
from psycopg import AsyncConnection

from app.backtests import jobs as backtests
from app.backtests.domain import TASK as RUN_BACKTEST
from app.config import Settings
from app.core.clock import Clock
from app.core.database import Databases
from app.core.live_publishing import LivePublisher
from app.market import jobs as market
from app.market.domain import TASK as RUN_IMPORT
from app.research import jobs as research
from app.research import walk_forward_jobs as walk_forwards
from app.research.domain import SHARD_TASK as RUN_SHARD
from app.research.domain import WALK_FORWARD_TASK as RUN_WALK_FORWARD

HEARTBEAT_SECONDS = 2.0
# A worker that has not said anything for this long counts as gone: its jobs go to others.
STALLED_SECONDS = 10.0
# NOTIFY wakes the worker at once; this is for the notification that gets lost.
POLL_SECONDS = 1.0
# Less than any supervisor waits before it kills.
GRACE_SECONDS = 8.0

# Jobs raise only when the database is away, and then their run waits for them: they are tried again. A job
# that the worker's end cut off is no exception of this kind; its run was handed back with a job of its own.
_RETRY = RetryStrategy(max_attempts=100, wait=2, retry_exceptions=(Exception,))

_CONNECTION = {
    "application_name": "flowrex-worker-queue",
    "connect_timeout": 5,
    # A server that vanished without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


def make_queue(
    settings: Settings, databases: Databases, clock: Clock, publisher: LivePublisher | None = None
) -> procrastinate.App:
    """The queue with every task of the product. Nothing connects before it is opened."""
    connector = procrastinate.PsycopgConnector(
        conninfo=settings.database_dsn,
        kwargs=_CONNECTION,
        configure=_configure,
        min_size=1,
        max_size=4,
        timeout=5,
    )
    queue = procrastinate.App(connector=connector)

    @queue.task(name=RUN_BACKTEST, retry=_RETRY)
    async def run_backtest(run_id: str) -> None:
        await backtests.run_backtest_job(databases, clock, UUID(run_id), publisher)

    @queue.task(name=RUN_IMPORT, retry=_RETRY)
    async def run_import(import_id: str) -> None:
        await market.run_import_job(databases, clock, UUID(import_id))

    @queue.task(name=RUN_SHARD, retry=_RETRY)
    async def run_shard(shard_id: str) -> None:
        await research.run_shard_job(databases, clock, UUID(shard_id))

    @queue.task(name=RUN_WALK_FORWARD, retry=_RETRY)
    async def run_walk_forward(walk_forward_id: str) -> None:
        await walk_forwards.run_walk_forward_job(databases, clock, UUID(walk_forward_id))

    return queue


async def work(queue: procrastinate.App, concurrency: int) -> None:
    """Take jobs until cancelled or the database is gone; jobs under way get a few seconds to end."""
    await queue.run_worker_async(
        concurrency=concurrency,
        fetch_job_polling_interval=POLL_SECONDS,
        shutdown_graceful_timeout=GRACE_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        delete_jobs=DeleteJobCondition.SUCCESSFUL,
        listen_notify=True,
        install_signal_handlers=False,
    )


async def _configure(connection: AsyncConnection[object]) -> None:
    """Each statement commits by itself: two round trips less for every step of a job."""
    await connection.set_autocommit(True)
