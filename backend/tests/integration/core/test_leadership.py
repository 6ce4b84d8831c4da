"""One of several leads; a lead that is lost passes on; a fault of the work is not hidden."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from app.config import Settings
from app.core.leadership import Lead, lead

pytestmark = pytest.mark.anyio


async def test_one_leads_and_the_next_takes_over_when_its_connection_is_gone(settings: Settings) -> None:
    leading: list[str] = []
    begun = {"a": asyncio.Event(), "b": asyncio.Event()}

    async def work(name: str) -> None:
        leading.append(name)
        begun[name].set()
        try:
            await asyncio.Event().wait()
        finally:
            leading.remove(name)

    first = asyncio.create_task(lead(settings.database_dsn, "test", lambda _: work("a")))
    await asyncio.wait_for(begun["a"].wait(), 10)
    second = asyncio.create_task(lead(settings.database_dsn, "test", lambda _: work("b")))
    await asyncio.sleep(0.3)
    assert leading == ["a"]
    admin = await asyncpg.connect(settings.database_dsn)
    try:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'flowrex-leadership' AND datname = current_database()"
            " AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)"
        )
    finally:
        await admin.close()
    # Either may be the next; never both at once.
    begun["a"].clear()
    done, _ = await asyncio.wait(
        [asyncio.create_task(event.wait()) for event in begun.values()],
        timeout=15,
        return_when=asyncio.FIRST_COMPLETED,
    )
    assert done
    assert len(leading) <= 1
    for task in (first, second):
        task.cancel()
    await asyncio.gather(first, second, return_exceptions=True)


async def test_a_fault_of_the_work_is_raised(settings: Settings) -> None:
    async def work(_lead: Lead) -> None:
        raise ValueError("the work's own")

    with pytest.raises(ValueError, match="the work's own"):
        await asyncio.wait_for(lead(settings.database_dsn, "test", work), 10)


async def test_work_whose_database_went_away_begins_anew(settings: Settings) -> None:
    begun = 0

    async def work(_lead: Lead) -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise asyncpg.ConnectionDoesNotExistError("gone")

    await asyncio.wait_for(lead(settings.database_dsn, "test", work), 10)
    assert begun == 2
