"""The queue's port: a room puts a job in its own transaction, so that a row and its job commit together.

Behind it stands procrastinate's SQL function; the worker process (app.worker) is the only other place that
knows the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

DEFAULT_QUEUE = "default"
# Of two jobs that wait the one of the higher priority is taken first; of equal ones the older.
DEFAULT_PRIORITY = 0
# Parts of long work: they let what somebody is waiting for go first.
LOW_PRIORITY = -10
_DEFER = text(
    """
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
        CAST(:queue AS varchar), CAST(:task AS varchar), CAST(:priority AS integer),
        CAST(:lock AS text), NULL::text, CAST(:args AS jsonb), NULL::timestamptz
    )]::procrastinate_job_to_defer_v1[]))
    """
)
_COUNT_WORKERS = text("SELECT count(*) FROM procrastinate_workers")


async def defer_job(
    session: AsyncSession,
    task: str,
    args: Mapping[str, Any],
    priority: int = DEFAULT_PRIORITY,
    lock: str | None = None,
) -> int:
    """Put a job for `task` in the session's transaction; workers see it at the commit. Returns its number.

    `lock`: of the jobs with the same one, workers do one at a time.
    """
    values = {
        "queue": DEFAULT_QUEUE,
        "task": task,
        "priority": priority,
        "lock": lock,
        "args": orjson.dumps(dict(args), default=str).decode(),
    }
    job_id: int = (await session.execute(_DEFER, values)).scalar_one()
    return job_id


async def count_workers(session: AsyncSession) -> int:
    """How many workers are there to take jobs."""
    count: int = (await session.execute(_COUNT_WORKERS)).scalar_one()
    return count
