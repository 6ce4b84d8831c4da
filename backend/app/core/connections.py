"""Single connections of asyncpg's own, beside the pools."""

from __future__ import annotations

import asyncio
import contextlib

import asyncpg


async def open_connection(dsn: str, *, server_settings: dict[str, str] | None = None) -> asyncpg.Connection:
    """Connect within five seconds. Raises what asyncpg raises when the database is away.

    Cancelled in the middle it first lets the handshake end: asyncpg would leave an error behind that nobody
    retrieves, and that is printed when the process ends.
    """
    connecting = asyncio.ensure_future(asyncpg.connect(dsn, timeout=5, server_settings=server_settings))
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            (await connecting).terminate()
        raise
