"""Only a few large results are worked on at a time."""

from __future__ import annotations

import asyncio

from app.backtests.turns import AT_ONCE, take_turn


class SessionStub:
    """Tells whether the connection was given back."""

    def __init__(self) -> None:
        self.commits = 0

    async def commit(self) -> None:
        self.commits += 1


async def _count_inside(callers: int) -> tuple[int, list[SessionStub]]:
    inside, most = 0, 0
    sessions = [SessionStub() for _ in range(callers)]

    async def work(session: SessionStub) -> None:
        nonlocal inside, most
        async with take_turn(session):  # type: ignore[arg-type]
            assert session.commits == 1
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    waiting = [asyncio.create_task(work(session)) for session in sessions]
    await asyncio.sleep(0)
    assert all(session.commits == 1 for session in sessions)
    await asyncio.gather(*waiting)
    return most, sessions


def test_turns_are_limited_and_who_waits_holds_no_transaction() -> None:
    for _ in range(2):  # in a loop of its own each time
        most, _sessions = asyncio.run(_count_inside(9))
        assert most == AT_ONCE
