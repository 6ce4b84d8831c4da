"""Whole results are worked on a few at a time: each may be hundreds of megabytes meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession

AT_ONCE = 2

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@asynccontextmanager
async def take_turn(session: AsyncSession) -> AsyncIterator[None]:
    """Wait until fewer than AT_ONCE others of this process are inside.

    Who waits holds no connection: the session's transaction is committed first; what follows is a new one.
    """
    await session.commit()
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        yield
