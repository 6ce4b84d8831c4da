"""Waiting that loses no cancellation: a task that is told to end must not go on for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def keep_cancellation() -> Iterator[None]:
    """Raise CancelledError at the end of a block in which one arrived and was dropped by something below.

    Counted from the block's start: until Python 3.13 the parent of a TaskGroup keeps a raised count.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    except Exception as error:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError from error
        raise
    if task is not None and task.cancelling() > before:
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
