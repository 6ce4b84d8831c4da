"""One process of many does a piece of work: whoever holds PostgreSQL's advisory lock of its name.

The lock is the connection's, so a process that dies loses it at once and another one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from app.core.connections import open_connection
from app.core.problems import is_database_away
from app.core.waiting import wait_until_set

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


class Lead:
    """The lead that a piece of work was begun under."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @property
    def is_held(self) -> bool:
        """False from the moment on in which another process may lead."""
        return not self._connection.is_closed()


Work = Callable[[Lead], Awaitable[None]]


async def lead(dsn: str, name: str, work: Work) -> None:
    """Run `work` for as long as this process leads under `name`; until then, stand in line.

    Returns only when `work` returns. The work is cancelled when the connection, and with it the lock, is lost
    (what it does on its way out must look at `is_held`); it begins anew when it died of a database that is
    away. Raises what else `work` raises.
    """
    while True:
        connection = await _try_to_lead(dsn, name)
        if connection is not None:
            try:
                if await _lead_until_lost(connection, name, work):
                    return
            except Exception as error:
                if not is_database_away(error):
                    raise
                log.warning("lead_waits_for_the_database", work=name, reason=type(error).__name__)
            finally:
                connection.terminate()
        await asyncio.sleep(_TRY_SECONDS)


async def _try_to_lead(dsn: str, name: str) -> asyncpg.Connection | None:
    """A connection that holds the lock; None when another process has it, or the database is away."""
    connection = None
    leads = False
    try:
        connection = await open_connection(dsn, server_settings=_SERVER_SETTINGS)
        leads = bool(await connection.fetchval(_TRY_LOCK, name, timeout=_LOOK_TIMEOUT_SECONDS))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        log.debug("cannot_lead", work=name, reason=type(error).__name__)
    finally:  # cancelled while it asks, too: an open connection might hold the lock
        if connection is not None and not leads:
            connection.terminate()
    return connection if leads else None


async def _lead_until_lost(connection: asyncpg.Connection, name: str, work: Work) -> bool:
    """True when the work came to its end, False when the lead was lost. Raises what the work raises."""
    log.info("leading", work=name)
    working = asyncio.ensure_future(work(Lead(connection)))
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
    """Return when the connection is gone: at once when the server closes it, else when it does not answer."""
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _connection: lost.set())
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        while not connection.is_closed():
            if await wait_until_set(lost, _LOOK_SECONDS):
                return
            await connection.fetchval("SELECT 1", timeout=_LOOK_TIMEOUT_SECONDS)
