"""Waiting that loses no cancellation: a task that is told to end must not go on for ever."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any


async def wait_until_set(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event for at most so long; whether it is set.

    Not by asyncio.wait_for: until Python 3.12 that drops a cancellation which arrives in the very moment in
    which the event is set.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def end_task(task: asyncio.Task[Any]) -> BaseException | None:
    """Cancel a task and wait until it is over; the error that it died of, if any.

    Not by awaiting it and suppressing CancelledError: that would drop the caller's own cancellation as well.
    """
    task.cancel()
    await asyncio.wait((task,))
    return None if task.cancelled() else task.exception()
