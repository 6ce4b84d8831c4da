"""What a worker does with a run when things go wrong: attempts, leases, recovery, cancel, stop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.backtests import jobs, repository
from app.backtests.domain import TOPIC, RunFailure, RunResult
from app.backtests.run_watch import RunWatch
from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.leased_rows import hand_back, renew_lease
from app.core.leased_work import work_under_lease
from app.core.leases import MAXIMUM_ATTEMPTS, AttemptSuperseded, Claim
from app.core.live_publishing import KEPT_PREFIX, LivePublisher
from app.core.notifications import Notifications
from app.engine.bars import Bars, Column
from app.market import service as market
from app.market.bar_store import merge_into_series, raw_connection
from app.market.domain import Viewer
from app.worker.process import run_worker
from tests.integration.backtests.conftest import PATH, ask
from tests.integration.conftest import Person

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("demo_bars")]

FAILURE = RunFailure("test", "for the test")


async def _queue(person: Person, **fields: Any) -> UUID:
    return UUID((await person.client.post(PATH, json=ask(**fields))).json()["id"])


async def _read(person: Person, run_id: UUID) -> dict[str, Any]:
    body: dict[str, Any] = (await person.client.get(f"{PATH}/{run_id}")).json()
    return body


async def _execute(databases: Databases, statement: str, **values: Any) -> None:
    async with databases.main.session() as session:
        await session.execute(text(statement), values)


async def _fetch(databases: Databases, statement: str, **values: Any) -> Sequence[Any]:
    async with databases.main.session() as session:
        return (await session.execute(text(statement), values)).all()


async def _replace_bars(databases: Databases, close: Column) -> None:
    async with databases.main.session() as session:
        found = await market.get_instrument(session, Viewer(None), "GOOG")
        connection = await raw_connection(session)
        await connection.execute("DELETE FROM bar_pages WHERE instrument_id = $1", found.id)
        days = 86_400 * np.arange(20_000, 20_000 + len(close), dtype=np.int64)
        bars = Bars(days, close, close, close, close, np.ones(len(close)))
        await merge_into_series(connection, found.id, bars)


async def _expire_lease(databases: Databases, run_id: UUID) -> None:
    await _execute(
        databases, "UPDATE backtest_runs SET lease_until = now() - interval '1 s' WHERE id = :id", id=run_id
    )


async def _count_jobs(databases: Databases, run_id: UUID) -> int:
    rows = await _fetch(
        databases,
        "SELECT id FROM procrastinate_jobs WHERE args->>'run_id' = :id AND status = 'todo'",
        id=str(run_id),
    )
    return len(rows)


async def test_the_run_and_its_job_commit_together(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)
    assert await _count_jobs(databases, run_id) == 1


async def test_a_job_that_is_delivered_twice_computes_once(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    first = await _read(member, run_id)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    assert first["status"] == "succeeded"
    assert await _read(member, run_id) == first


async def test_who_watches_a_run_is_told_how_it_stands(
    app: FastAPI, databases: Databases, member: Person
) -> None:
    done, failing = await _queue(member), await _queue(member, source="enter_long = close > 0")
    publisher = LivePublisher(app.state.redis)
    await jobs.run_backtest_job(databases, SystemClock(), done, publisher)
    await _replace_bars(databases, np.array([1e-200] * 3 + [1e300] * 3))
    await jobs.run_backtest_job(databases, SystemClock(), failing, publisher)
    redis, topics = app.state.redis, [f"{KEPT_PREFIX}backtest:{run_id}" for run_id in (done, failing)]
    told = [await redis.lindex(topic, -1) for topic in topics]
    assert json.loads(told[0])["data"] == {"status": "succeeded", "progress": 1.0}
    assert json.loads(told[1])["data"]["status"] == "failed"


async def test_parts_of_a_second_count_at_the_start(databases: Databases, member: Person) -> None:
    run_id = await _queue(member, start="2010-01-05T00:00:00.001Z", end="2010-02-01")
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    equity = (await member.client.get(f"{PATH}/{run_id}/equity")).json()
    assert equity["time"][0] == int(datetime(2010, 1, 6, tzinfo=UTC).timestamp())


async def test_bars_that_nothing_can_be_computed_from_fail_with_a_reason(
    databases: Databases, member: Person
) -> None:
    run_id = await _queue(member, source="enter_long = close > 0")
    # As bars stored by an earlier version, which took any price, or multiplied by a set of bad splits.
    close = np.array([1e-200] * 3 + [1e300] * 3)
    await _replace_bars(databases, close)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    done = await _read(member, run_id)
    assert (done["status"], done["error"]["code"]) == ("failed", "data_not_usable")
    assert "Check the bars" in done["error"]["detail"]


async def test_a_run_that_takes_too_long_fails_with_advice(
    databases: Databases, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RunWatch", partial(RunWatch, limit_seconds=0.0))
    run_id = await _queue(member)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    error = (await _read(member, run_id))["error"]
    assert error["code"] == "run_too_long"
    assert "shorter range" in error["detail"]


async def test_of_two_workers_at_once_one_has_the_run(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)

    async def claim() -> Any:
        async with databases.main.session() as session:
            return await repository.claim_run(session, run_id)

    claims = await asyncio.gather(*(claim() for _ in range(4)))
    assert len([one for one in claims if one is not None]) == 1


async def test_a_result_of_an_attempt_that_was_overtaken_is_refused(
    databases: Databases, member: Person
) -> None:
    run_id = await _queue(member)
    async with databases.main.session() as session:
        stale = await repository.claim_run(session, run_id)
    await _expire_lease(databases, run_id)
    async with databases.main.session() as session:
        current = await repository.claim_run(session, run_id)
    assert stale is not None
    assert current is not None
    assert (stale.attempt, current.attempt) == (1, 2)
    late: RunResult | RunFailure | None
    for late in (FAILURE, None, RunResult({}, {"level": "green"}, {"trades": 1}, {}, b"", b"")):
        async with databases.main.session() as session:
            assert not await repository.finish_run(session, stale, late)
            assert await renew_lease(session, repository.RUNS, stale, 0.5) is None
            assert not await hand_back(session, repository.RUNS, stale)
    assert (await _read(member, run_id))["status"] == "running"
    async with databases.main.session() as session:
        assert await repository.finish_run(session, current, FAILURE)
    done = await _read(member, run_id)
    assert (done["status"], done["error"]["code"]) == ("failed", "test")


async def test_a_finished_run_is_never_finished_again(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    async with databases.main.session() as session:
        assert not await repository.finish_run(session, Claim(run_id, 1), FAILURE)
        assert await repository.claim_run(session, run_id) is None


async def test_a_run_under_a_living_lease_is_left_alone(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)
    async with databases.main.session() as session:
        await repository.claim_run(session, run_id)
    async with databases.main.session() as session:
        await jobs.recover_lost_runs(session)
        assert await repository.claim_run(session, run_id) is None
    assert (await _read(member, run_id))["status"] == "running"


async def test_a_lost_run_goes_back_and_fails_when_it_is_lost_too_often(
    databases: Databases, member: Person
) -> None:
    run_id = await _queue(member)
    for attempt in range(1, MAXIMUM_ATTEMPTS + 1):
        async with databases.main.session() as session:
            claimed = await repository.claim_run(session, run_id)
        assert claimed is not None
        assert claimed.attempt == attempt
        await _expire_lease(databases, run_id)
        async with databases.main.session() as session:
            await jobs.recover_lost_runs(session)
        if attempt < MAXIMUM_ATTEMPTS:
            assert (await _read(member, run_id))["status"] == "queued"
            assert await _count_jobs(databases, run_id) == 1 + attempt
    ended = await _read(member, run_id)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "worker_lost")
    assert ended["finished_at"] is not None


async def test_a_lost_run_whose_job_is_gone_is_computed_all_the_same(
    settings: Settings, databases: Databases, member: Person
) -> None:
    run_id = await _queue(member)
    await _execute(databases, "DELETE FROM procrastinate_jobs")
    await _lose(databases, run_id, attempt=1)
    assert await _count_jobs(databases, run_id) == 1
    worker = asyncio.create_task(run_worker(settings))
    await _wait_for_status(member, run_id, "succeeded")
    worker.cancel()
    await asyncio.wait((worker,))


async def test_a_lost_run_that_was_to_be_cancelled_is_cancelled(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)
    async with databases.main.session() as session:
        await repository.claim_run(session, run_id)
    assert (await member.client.post(f"{PATH}/{run_id}/cancel")).json()["cancel_requested"] is True
    await _expire_lease(databases, run_id)
    async with databases.main.session() as session:
        await jobs.recover_lost_runs(session)
    assert (await _read(member, run_id))["status"] == "cancelled"


async def test_a_running_run_is_deleted_only_after_its_cancel(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)
    async with databases.main.session() as session:
        await repository.claim_run(session, run_id)
    answer = await member.client.delete(f"{PATH}/{run_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "backtest_running")


async def test_a_running_run_stops_when_it_is_cancelled(
    databases: Databases, member: Person, long_run: dict[str, Any]
) -> None:
    run_id = await _queue(member, **long_run)
    working = asyncio.create_task(jobs.run_backtest_job(databases, SystemClock(), run_id))
    await _wait_for_status(member, run_id, "running")
    answer = await member.client.post(f"{PATH}/{run_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "running")
    await working
    cancelled = await _read(member, run_id)
    assert (cancelled["status"], cancelled["metrics"]) == ("cancelled", None)


async def test_a_run_that_came_back_to_be_cancelled_is_not_begun(
    databases: Databases, member: Person
) -> None:
    run_id = await _queue(member)
    await _execute(databases, "UPDATE backtest_runs SET cancel_requested = true WHERE id = :id", id=run_id)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    assert (await _read(member, run_id))["status"] == "cancelled"


async def test_a_worker_that_stops_hands_its_run_back(
    databases: Databases, member: Person, long_run: dict[str, Any]
) -> None:
    run_id = await _queue(member, **long_run)
    working = asyncio.create_task(jobs.run_backtest_job(databases, SystemClock(), run_id))
    await _wait_for_status(member, run_id, "running")
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert (await _read(member, run_id))["status"] == "queued"
    assert await _count_jobs(databases, run_id) == 2


async def test_a_job_that_lost_its_database_for_a_moment_is_tried_again(
    settings: Settings, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = jobs.run_backtest_job
    tries = 0

    async def lose_the_first_time(*arguments: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionResetError("the server closed the connection")
        await begun(*arguments)

    monkeypatch.setattr(jobs, "run_backtest_job", lose_the_first_time)
    run_id = await _queue(member)
    worker = asyncio.create_task(run_worker(settings))
    await _wait_for_status(member, run_id, "succeeded")
    worker.cancel()
    await asyncio.wait((worker,))
    assert tries == 2


async def test_whoever_waits_is_told_of_every_end(app: FastAPI, databases: Databases, member: Person) -> None:
    """Without being told a client would still get its answer, but up to a second late."""
    notifications: Notifications = app.state.notifications
    for end in ("computed", "cancelled", "deleted", "lost"):
        run_id = await _queue(member)
        with notifications.expect(TOPIC, run_id) as told:
            if end == "computed":
                await jobs.run_backtest_job(databases, SystemClock(), run_id)
            elif end == "cancelled":
                await member.client.post(f"{PATH}/{run_id}/cancel")
            elif end == "deleted":
                await member.client.delete(f"{PATH}/{run_id}")
            else:
                await _lose(databases, run_id, attempt=MAXIMUM_ATTEMPTS)
            async with asyncio.timeout(20):
                await told.wait()


async def _lose(databases: Databases, run_id: UUID, attempt: int) -> None:
    await _execute(
        databases,
        "UPDATE backtest_runs SET status = 'running', attempt = :attempt,"
        " lease_until = now() - interval '1 s' WHERE id = :id",
        id=run_id,
        attempt=attempt,
    )
    async with databases.main.session() as session:
        await jobs.recover_lost_runs(session)


async def test_a_long_run_renews_its_lease_and_tells_its_progress(
    databases: Databases, member: Person, long_run: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.02)
    run_id = await _queue(member, **long_run)
    working = asyncio.create_task(jobs.run_backtest_job(databases, SystemClock(), run_id))
    seen: set[float] = set()
    while not working.done():
        seen.add((await _read(member, run_id))["progress"])
        await asyncio.sleep(0.01)
    await working
    done = await _read(member, run_id)
    assert (done["status"], done["progress"]) == ("succeeded", 1)
    assert any(0 < progress < 1 for progress in seen)


async def test_an_attempt_that_lost_its_lease_writes_nothing(
    databases: Databases, member: Person, long_run: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.02)
    run_id = await _queue(member, **long_run)
    working = asyncio.create_task(jobs.run_backtest_job(databases, SystemClock(), run_id))
    await _wait_for_status(member, run_id, "running")
    await _execute(databases, "UPDATE backtest_runs SET attempt = attempt + 1 WHERE id = :id", id=run_id)
    await working
    assert (await _read(member, run_id))["status"] == "running"


async def test_an_attempt_that_lost_its_lease_is_told_so_while_it_works(
    databases: Databases, member: Person
) -> None:
    run_id = await _queue(member)
    async with databases.main.session() as session:
        claimed = await repository.claim_run(session, run_id)
    assert claimed is not None
    await _execute(databases, "UPDATE backtest_runs SET attempt = attempt + 1 WHERE id = :id", id=run_id)
    told = False
    async with (
        asyncio.timeout(20),
        work_under_lease(databases.main, repository.RUNS, claimed, 0.02) as attempt,
    ):
        while True:
            try:
                attempt.report(0.5)
            except AttemptSuperseded:
                told = True
                raise
            await asyncio.sleep(0.01)
    assert told


async def test_an_unexpected_fault_fails_the_run_without_telling_the_inside(
    databases: Databases, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("secret path /etc/shadow")

    monkeypatch.setattr(jobs, "run_backtest", explode)
    run_id = await _queue(member)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    failed = await _read(member, run_id)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "internal_error")
    assert "secret" not in failed["error"]["detail"]


async def test_an_instrument_that_went_away_fails_the_run_with_a_reason(
    databases: Databases, member: Person
) -> None:
    run_id = await _queue(member)
    await _execute(databases, "DELETE FROM instruments WHERE symbol = 'GOOG'")
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    failed = await _read(member, run_id)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "instrument_not_found")


async def test_bars_that_went_away_fail_the_run_with_a_reason(databases: Databases, member: Person) -> None:
    run_id = await _queue(member)
    await _execute(databases, "DELETE FROM bar_pages")
    await _execute(databases, "DELETE FROM series")
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    failed = await _read(member, run_id)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "interval_not_available")


async def _wait_for_status(person: Person, run_id: UUID, status: str) -> None:
    deadline = time.monotonic() + 20
    while (await _read(person, run_id))["status"] != status:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
