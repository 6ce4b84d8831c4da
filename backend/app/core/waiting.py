"""Waiting that loses no cancellation: a task that is told to end must not go on for ever.

Libraries below (drivers that tidy up, asyncio.wait_for until Python 3.12) can drop a cancellation that meets
them in the wrong moment. A loop that waits here ends all the same, one turn later.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any


def _heed_cancellation() -> None:
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def pause(seconds: float) -> None:
    """Sleep between two turns of a loop; raises CancelledError also when that was told and dropped before."""
    _heed_cancellation()
    await asyncio.sleep(seconds)


async def wait_until_set(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event for at most so long; whether it is set. Heeds a dropped cancellation."""
    _heed_cancellation()
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
