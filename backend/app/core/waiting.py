"""Waiting that loses no cancellation: a task that is told to end must not go on for ever."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any


def heed_cancellation() -> None:
    """Raise CancelledError in a task that was told to end, though something below it dropped that word.

    For loops over drivers that tidy up in their own way. Not for a task that is the parent of a TaskGroup:
    until Python 3.13 that leaves the count of cancellations raised after a child's failure.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


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
