"""The worker's life: wait for the databases, wake the engine up, recover, take jobs until told to stop."""

from __future__ import annotations

import asyncio
import logging

import structlog
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import DBAPIError

from app import __version__
from app.config import Settings
from app.core.clock import Clock, SystemClock
from app.core.database import Databases
from app.core.live_publishing import LivePublisher
from app.core.problems import is_database_away
from app.core.redis import make_redis
from app.worker.health import find_heartbeat_path, keep_beating
from app.worker.queue import make_queue, work
from app.worker.recovery import keep_recovering, recover
from app.worker.services import start_services
from app.worker.warm_up import warm_up

log = structlog.get_logger(__name__)

_AWAY = (ConnectorException, OperationalError, PoolTimeout, DBAPIError, OSError)


def hush_broken_handshakes() -> None:
    """Let asyncio tell nothing more, as the process is about to end: asyncpg leaves errors behind for
    connections whose opening is cut short, and they are no faults.
    """
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


async def run_worker(settings: Settings, clock: Clock | None = None) -> None:
    """Work until cancelled, or until the database is gone; jobs under way get a few seconds to end.

    A worker whose database went away just returns: whoever supervises it starts it anew, and it waits for the
    database there. Raises TimeoutError when the database never came.
    """
    databases = Databases.from_settings(settings, application_name="flowrex-worker")
    try:
        await databases.main.wait_until_ready(settings.database_wait_seconds)
        beating = asyncio.create_task(keep_beating(find_heartbeat_path()), name="heartbeat")
        try:
            await asyncio.to_thread(warm_up)
            await _work(settings, databases, clock or SystemClock())
        finally:
            await _end(beating)
    finally:
        await databases.dispose()


async def _work(settings: Settings, databases: Databases, clock: Clock) -> None:
    redis = make_redis(settings.redis_url)
    queue = make_queue(settings, databases, clock, LivePublisher(redis))
    try:
        async with queue.open_async():
            await recover(queue, databases)
            working = asyncio.create_task(work(queue, settings.worker_concurrency), name="work")
            recovering = asyncio.create_task(keep_recovering(queue, databases), name="recovery")
            tasks = (working, recovering, *start_services(settings, databases, clock, redis))
            log.info("ready", version=__version__, concurrency=settings.worker_concurrency)
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _end(*tasks)
                log.info("stopped")
    except _AWAY as error:
        if isinstance(error, DBAPIError) and not is_database_away(error):
            raise
        hush_broken_handshakes()
        log.warning("database_went_away", reason=type(error).__name__)
    finally:
        await redis.aclose()


async def _end(*tasks: asyncio.Task[None]) -> None:
    """End the tasks and wait for all of them. Raises what one of them died of."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
