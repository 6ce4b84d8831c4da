"""The worker's side of an import: fenced by its attempt, whole or not at all, brought back when lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.core.database import Databases
from app.core.leased_rows import hand_back, renew_lease
from app.core.leases import MAXIMUM_ATTEMPTS
from app.core.problems import is_database_away
from app.market import import_repository
from app.market.domain import ImportCounts, ImportResult
from app.market.jobs import recover_lost_imports, run_import_job
from app.worker.process import run_worker
from tests.integration.conftest import Person
from tests.integration.market.conftest import CLOCK, Importer, days_csv

Block = Callable[[], AbstractAsyncContextManager[None]]


async def execute(databases: Databases, statement: str) -> Any:
    async with databases.main.session() as session:
        return await session.execute(text(statement))


async def read_import(person: Person, import_id: str) -> dict[str, Any]:
    stored: dict[str, Any] = (await person.client.get(f"/api/v1/imports/{import_id}")).json()
    return stored


async def get_closes(person: Person) -> list[float]:
    answer = await person.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day"})
    closes: list[float] = answer.json()["close"]
    return closes


async def count_jobs(databases: Databases) -> int:
    count: int = (await execute(databases, "SELECT count(*) FROM procrastinate_jobs")).scalar_one()
    return count


@pytest.fixture
async def known(member: Person, do_import: Importer) -> None:
    """TEST with two bars."""
    await do_import(member, days_csv(2))


@pytest.fixture
def block_writing(databases: Databases) -> Block:
    """While it lasts, no import gets past locking its instrument: the reading is done, the writing is not."""

    @asynccontextmanager
    async def block() -> AsyncIterator[None]:
        async with databases.main.session() as session:
            await session.execute(text("SELECT id FROM instruments FOR UPDATE"))
            yield

    return block


async def wait_until_blocked(databases: Databases) -> None:
    async with asyncio.timeout(20):
        while True:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            if (await execute(databases, waiting)).scalar_one():
                return
            await asyncio.sleep(0.02)


async def wait_until_succeeded(person: Person, import_id: str) -> None:
    async with asyncio.timeout(60):
        while True:
            if (await read_import(person, import_id))["status"] == "succeeded":
                return
            await asyncio.sleep(0.02)


async def lose_worker(databases: Databases, import_id: str, attempt: int = 1) -> None:
    """What a killed worker leaves behind."""
    lost = text(
        "UPDATE imports SET status = 'running', attempt = :attempt, lease_until = now() - interval '1 s' "
        "WHERE id = :id"
    )
    async with databases.main.session() as session:
        await session.execute(lost, {"attempt": attempt, "id": import_id})


@pytest.mark.usefixtures("known")
async def test_an_import_that_is_cancelled_while_it_writes_leaves_nothing(
    member: Person, databases: Databases, do_import: Importer, block_writing: Block
) -> None:
    queued = await do_import(member, days_csv(5), work=False)
    async with block_writing():
        job = asyncio.create_task(run_import_job(databases, CLOCK, UUID(queued["id"])))
        await wait_until_blocked(databases)
        assert (await read_import(member, queued["id"]))["status"] == "running"
        assert (await member.client.post(f"/api/v1/imports/{queued['id']}/cancel")).status_code == 200
    await job
    assert (await read_import(member, queued["id"]))["status"] == "cancelled"
    assert await get_closes(member) == [100.0, 101.0]


@pytest.mark.usefixtures("known")
async def test_a_worker_that_stops_hands_its_import_back(
    member: Person, databases: Databases, do_import: Importer, block_writing: Block
) -> None:
    queued = await do_import(member, days_csv(5), work=False)
    jobs = await count_jobs(databases)
    async with block_writing():
        job = asyncio.create_task(run_import_job(databases, CLOCK, UUID(queued["id"])))
        await wait_until_blocked(databases)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
    assert (await read_import(member, queued["id"]))["status"] == "queued"
    assert await count_jobs(databases) == jobs + 1
    await run_import_job(databases, CLOCK, UUID(queued["id"]))
    done = await read_import(member, queued["id"])
    assert (done["status"], done["inserted"], done["unchanged"]) == ("succeeded", 3, 2)


@pytest.mark.usefixtures("known")
async def test_a_connection_that_dies_in_the_writing_leaves_nothing_half_written(
    member: Person, databases: Databases, do_import: Importer, block_writing: Block
) -> None:
    queued = await do_import(member, days_csv(5), work=False)
    async with block_writing():
        job = asyncio.create_task(run_import_job(databases, CLOCK, UUID(queued["id"])))
        await wait_until_blocked(databases)
        kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        await execute(databases, kill)
        with pytest.raises(DBAPIError) as caught:
            await job
    assert is_database_away(caught.value)
    assert (await read_import(member, queued["id"]))["status"] == "running"
    assert await get_closes(member) == [100.0, 101.0]

    await lose_worker(databases, queued["id"])
    async with databases.main.session() as session:
        await recover_lost_imports(session)
    await run_import_job(databases, CLOCK, UUID(queued["id"]))
    assert (await read_import(member, queued["id"]))["status"] == "succeeded"
    assert await get_closes(member) == [100.0, 101.0, 102.0, 103.0, 104.0]


async def test_a_late_attempt_writes_nothing(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    queued = await do_import(member, days_csv(3), work=False)
    async with databases.main.session() as session:
        late = await import_repository.claim_import(session, UUID(queued["id"]))
    assert late is not None
    await execute(databases, "UPDATE imports SET lease_until = now() - interval '1 s'")
    await run_import_job(databases, CLOCK, UUID(queued["id"]))
    async with databases.main.session() as session:
        result = ImportResult(ImportCounts(9, 9), (), {})
        assert not await import_repository.finish_import(session, late, result)
        assert not await renew_lease(session, import_repository.IMPORTS, late, 0.5)
        assert not await hand_back(session, import_repository.IMPORTS, late)
    done = await read_import(member, queued["id"])
    assert (done["status"], done["inserted"]) == ("succeeded", 3)


async def test_while_a_newer_attempt_works_the_older_writes_nothing(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    queued = await do_import(member, days_csv(3), work=False)
    attempts = []
    for _time in range(2):
        async with databases.main.session() as session:
            attempts.append(await import_repository.claim_import(session, UUID(queued["id"])))
        await execute(databases, "UPDATE imports SET lease_until = now() - interval '1 s'")
    older, newer = attempts
    assert older is not None
    assert newer is not None
    assert (older.attempt, newer.attempt) == (1, 2)
    result = ImportResult(ImportCounts(9, 9), (), {})
    async with databases.main.session() as session:
        assert not await import_repository.finish_import(session, older, result)
        assert not await renew_lease(session, import_repository.IMPORTS, older, 0.5)
        assert not await hand_back(session, import_repository.IMPORTS, older)
        assert await renew_lease(session, import_repository.IMPORTS, newer, 0.5)


async def test_an_import_under_a_living_lease_is_not_taken_twice(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    queued = await do_import(member, days_csv(3), work=False)
    async with databases.main.session() as session:
        assert await import_repository.claim_import(session, UUID(queued["id"])) is not None
    await run_import_job(databases, CLOCK, UUID(queued["id"]))
    assert (await read_import(member, queued["id"]))["status"] == "running"
    async with databases.main.session() as session:
        await recover_lost_imports(session)
    assert (await read_import(member, queued["id"]))["status"] == "running"


async def test_a_job_that_is_delivered_twice_does_its_work_once(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    done = await do_import(member, days_csv(3))
    await run_import_job(databases, CLOCK, UUID(done["id"]))
    assert await read_import(member, done["id"]) == done


async def test_a_lost_import_is_queued_again(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    queued = await do_import(member, days_csv(3), work=False)
    await lose_worker(databases, queued["id"])
    async with databases.main.session() as session:
        await recover_lost_imports(session)
    assert (await read_import(member, queued["id"]))["status"] == "queued"
    assert await count_jobs(databases) == 2


async def test_a_lost_import_whose_job_is_gone_is_done_all_the_same(
    settings: Settings, member: Person, databases: Databases, do_import: Importer
) -> None:
    queued = await do_import(member, days_csv(3), work=False)
    await execute(databases, "DELETE FROM procrastinate_jobs")
    await lose_worker(databases, queued["id"])
    worker = asyncio.create_task(run_worker(settings))
    await wait_until_succeeded(member, queued["id"])
    worker.cancel()
    await asyncio.wait((worker,))


async def test_an_import_that_is_lost_again_and_again_fails_with_a_reason(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    queued = await do_import(member, days_csv(3), work=False)
    await lose_worker(databases, queued["id"], MAXIMUM_ATTEMPTS)
    async with databases.main.session() as session:
        await recover_lost_imports(session)
    lost = await read_import(member, queued["id"])
    assert (lost["status"], lost["error"]["code"]) == ("failed", "worker_lost")
    assert (await execute(databases, "SELECT count(*) FROM import_chunks")).scalar_one() == 0
    await run_import_job(databases, CLOCK, UUID(queued["id"]))
    assert (await read_import(member, queued["id"]))["status"] == "failed"


@pytest.mark.usefixtures("known")
async def test_damaged_pages_are_noticed_on_writing_and_on_reading(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await execute(databases, "UPDATE bar_pages SET columns = set_byte(columns, 20, 7)")
    done = await do_import(member, days_csv(3))
    assert (done["status"], done["error"]["code"]) == ("failed", "page_damaged")
    answer = await member.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day"})
    assert (answer.status_code, answer.json()["code"]) == (500, "page_damaged")


async def test_a_large_file_is_read_in_chunks_and_tells_its_progress(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    rows = days_csv(20_000, "1960-01-01").splitlines()
    text_ = "\n".join([rows[0], *(row + "," + "x" * 100 for row in rows[1:])])
    assert len(text_) > 2 * 1024 * 1024
    queued = await do_import(member, text_, work=False)
    chunks = await execute(databases, "SELECT count(*), sum(octet_length(data)) FROM import_chunks")
    assert tuple(chunks.one()) == (3, len(text_))
    await run_import_job(databases, CLOCK, UUID(queued["id"]))
    done = await read_import(member, queued["id"])
    assert (done["inserted"], done["progress"], done["size_bytes"]) == (20_000, 1.0, len(text_))
