"""Bringing back what a worker that died left behind: at start, and again every few seconds."""

from __future__ import annotations

import asyncio

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException

from app.backtests import jobs as backtests
from app.core.database import Databases
from app.market import jobs as market
from app.research import jobs as research
from app.research import walk_forward_jobs as walk_forwards
from app.worker.queue import STALLED_SECONDS

log = structlog.get_logger(__name__)

RECOVERY_SECONDS = 3.0
# Jobs that failed stay for a while, for whoever wants to know why.
KEEP_FAILED_HOURS = 7 * 24
_SWEEP_SECONDS = 3600.0


async def recover(queue: procrastinate.App, databases: Databases) -> None:
    """Give jobs of workers that are gone to others, and put runs whose lease ran out back in the queue.

    Either half is harmless twice, and so is a job that is delivered twice: the run's attempt number decides.
    """
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await queue.job_manager.retry_job(job)
            log.warning("stalled_job_recovered", task=job.task_name, job_id=job.id)
        except ConnectorException as error:  # another worker was quicker
            log.info("stalled_job_was_taken", job_id=job.id, reason=str(error))
    async with databases.main.session() as session:
        await backtests.recover_lost_runs(session)
    async with databases.main.session() as session:
        await market.recover_lost_imports(session)
    async with databases.main.session() as session:
        await research.recover_lost_shards(session)
    async with databases.main.session() as session:
        await walk_forwards.recover_lost_walk_forwards(session)


async def keep_recovering(queue: procrastinate.App, databases: Databases) -> None:
    """Recover for ever. Raises when the database is gone."""
    loop = asyncio.get_running_loop()
    next_sweep = loop.time()
    while True:
        await asyncio.sleep(RECOVERY_SECONDS)
        await recover(queue, databases)
        if loop.time() >= next_sweep:
            next_sweep = loop.time() + _SWEEP_SECONDS
            await queue.job_manager.delete_old_jobs(
                nb_hours=KEEP_FAILED_HOURS,
                include_failed=True,
                include_cancelled=True,
                include_aborted=True,
            )
