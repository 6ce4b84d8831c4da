"""One process of many does a piece of work: whoever holds PostgreSQL's advisory lock of its name.

The lock is the connection's, so a process that dies loses it at once and another one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

log = structlog.get_logger(__name__)

_TRY_SECONDS = 1.0
_LOOK_SECONDS = 2.0
_LOOK_TIMEOUT_SECONDS = 5.0
_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
# A leader whose machine vanished without a word is noticed by the server within half a minute.
_SERVER_SETTINGS = {
    "application_name": "flowrex-leadership",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


async def lead(dsn: str, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` for as long as this process leads under `name`; until then, stand in line.

    Returns only when `work` returns. The work is cancelled when the connection, and with it the lock, is
    lost; it begins anew when it died of a database that is away. Raises what else `work` raises.
    """
    while True:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            connection = await asyncpg.connect(dsn, timeout=5, server_settings=_SERVER_SETTINGS)
            try:
                if await _lead_until_lost(connection, name, work):
                    return
            finally:
                connection.terminate()
        await asyncio.sleep(_TRY_SECONDS)


async def _lead_until_lost(
    connection: asyncpg.Connection, name: str, work: Callable[[], Awaitable[None]]
) -> bool:
    """True when the work came to its end, False when the lead was lost, or another process has it."""
    if not await connection.fetchval(_TRY_LOCK, name, timeout=_LOOK_TIMEOUT_SECONDS):
        return False
    log.info("leading", work=name)
    working = asyncio.ensure_future(work())
    holding = asyncio.create_task(_hold(connection))
    try:
        await asyncio.wait((working, holding), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return True
        log.warning("lead_was_lost", work=name)
        return False
    finally:
        for task in (working, holding):
            task.cancel()
        await asyncio.gather(working, holding, return_exceptions=True)


async def _hold(connection: asyncpg.Connection) -> None:
    """Return when the connection is gone."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await connection.fetchval("SELECT 1", timeout=_LOOK_TIMEOUT_SECONDS)
