"""Told to end, a task ends, whatever happens in the same moment."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from app.core.waiting import end_task, keep_cancellation, wait_until_set

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancellation_that_meets_the_event_is_not_lost(turns: int) -> None:
    event, begun = asyncio.Event(), 0

    async def wait_again_and_again() -> None:
        nonlocal begun
        while True:
            begun += 1
            await wait_until_set(event, 60)
            event.clear()

    task = asyncio.create_task(wait_again_and_again())
    await asyncio.sleep(0.01)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait((task,), timeout=1)
    assert task.cancelled()
    assert begun in {1, 2}


async def test_whether_the_event_came_in_time_is_told() -> None:
    event = asyncio.Event()
    assert await wait_until_set(event, 0.01) is False
    asyncio.get_running_loop().call_soon(event.set)
    assert await wait_until_set(event, 60) is True


async def test_who_ends_a_task_can_be_ended_himself() -> None:
    may_end = asyncio.Event()

    async def end_slowly() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await may_end.wait()

    slow = asyncio.create_task(end_slowly())
    await asyncio.sleep(0)
    ending = asyncio.create_task(end_task(slow))
    await asyncio.sleep(0.01)
    ending.cancel()
    await asyncio.wait((ending,), timeout=1)
    assert ending.cancelled()
    may_end.set()
    assert await end_task(slow) is None


async def test_what_a_task_died_of_is_handed_over() -> None:
    async def fail() -> None:
        raise ValueError("its own")

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    assert str(await end_task(task)) == "its own"


@pytest.mark.parametrize("fault", [None, OSError("gone")])
async def test_a_cancellation_that_something_below_dropped_is_kept(fault: Exception | None) -> None:
    async def drop() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if fault is not None:
                raise fault from None

    async def work_on() -> None:
        while True:
            with contextlib.suppress(OSError), keep_cancellation():
                await drop()

    task = asyncio.create_task(work_on())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait((task,), timeout=1)
    assert task.cancelled()


async def test_a_cancellation_of_before_is_not_raised_again() -> None:
    ended = False

    async def tidy_up_when_told_to_end() -> None:
        nonlocal ended
        try:
            await asyncio.sleep(60)
        finally:
            with keep_cancellation():
                await asyncio.sleep(0)
            ended = True

    task = asyncio.create_task(tidy_up_when_told_to_end())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait((task,), timeout=1)
    assert ended
