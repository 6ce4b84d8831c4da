"""The course of a sweep: held, resumed, cancelled, forgotten, and what changes under it meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.leases import AttemptSuperseded
from app.research import jobs, shard_repository
from app.research.jobs import recover_lost_shards, run_shard_job
from app.research.shard_work import compute_shard
from tests.integration.conftest import Person
from tests.integration.research.conftest import SWEEPS, read, read_csv, run, start, wait

pytestmark = pytest.mark.usefixtures("demo_bars")

# Sixteen shards of these are made by hand below.
RANGES = {"fast": {"min": 2, "max": 17, "step": 1}, "slow": {"values": [30, 40, 50, 60, 80]}}


async def _cut(databases: Databases, sweep_id: str, size: int = 5) -> list[UUID]:
    """Cut a sweep that nothing was done for into shards of `size` sets; their ids in order."""
    async with databases.main.session() as session:
        values = {"id": UUID(sweep_id), "size": size}
        await session.execute(text("DELETE FROM sweep_shards WHERE sweep_id = :id"), values)
        await session.execute(
            text(
                "INSERT INTO sweep_shards (sweep_id, number, first_set, set_count) "
                "SELECT id, n, n * :size, least(:size, set_count - n * :size) "
                "FROM sweeps, generate_series(0, (set_count - 1) / :size) n WHERE id = :id"
            ),
            values,
        )
        await session.execute(
            text("UPDATE sweeps SET shard_count = (set_count - 1) / :size + 1 WHERE id = :id"), values
        )
        rows = await session.execute(
            text("SELECT id FROM sweep_shards WHERE sweep_id = :id ORDER BY number"), values
        )
        return [row[0] for row in rows]


async def _do(databases: Databases, *shard_ids: UUID) -> None:
    for shard_id in shard_ids:
        await run_shard_job(databases, SystemClock(), shard_id)


async def _finish(databases: Databases, sweep_id: str) -> None:
    """Do the step after the last set."""
    async with databases.main.session() as session:
        query = text("SELECT id FROM sweep_shards WHERE sweep_id = :id AND set_count = 0")
        shard_id = (await session.execute(query, {"id": UUID(sweep_id)})).scalar_one()
    await _do(databases, shard_id)


async def _count(databases: Databases, query: str, **values: Any) -> int:
    async with databases.main.session() as session:
        count: int = (await session.execute(text(query), values)).scalar_one()
        return count


async def test_results_arrive_shard_by_shard(member: Person, databases: Databases) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id)
    empty = (await member.client.get(f"{SWEEPS}/{sweep_id}/results")).json()
    assert (empty["sequence"], empty["complete"], empty["sets"]) == (0, False, [])
    await _do(databases, shards[3], shards[0])
    first = (await member.client.get(f"{SWEEPS}/{sweep_id}/results?metrics=sharpe,trades")).json()
    assert first["sequence"] == 2
    assert first["sets"] == [*range(5), *range(15, 20)]
    assert set(first["metrics"]) == {"sharpe", "trades"}
    await _do(databases, shards[1])
    more = (await member.client.get(f"{SWEEPS}/{sweep_id}/results?after=2")).json()
    assert (more["sequence"], more["sets"]) == (3, [5, 6, 7, 8, 9])
    stands = await read(member, sweep_id)
    assert stands["status"] == "running"
    assert (stands["sets_done"], stands["progress"]) == (15, 15 / 80)
    assert stands["eta_seconds"] > 0
    one_shard = (await member.client.get(f"{SWEEPS}/{sweep_id}/results?limit=1")).json()
    assert (one_shard["sequence"], len(one_shard["sets"])) == (1, 5)
    heatmap = (await member.client.get(f"{SWEEPS}/{sweep_id}/heatmap")).json()
    assert sum(map(sum, heatmap["counts"])) == 15


async def test_the_order_of_the_shards_and_their_size_change_nothing(
    member: Person, databases: Databases
) -> None:
    texts, ends = [], []
    for size, backwards in ((5, False), (7, True), (80, False)):
        sweep_id = await start(member, ranges=RANGES)
        shards = await _cut(databases, sweep_id, size)
        await _do(databases, *(reversed(shards) if backwards else shards))
        await _finish(databases, sweep_id)
        done = await read(member, sweep_id)
        assert done["status"] == "succeeded"
        texts.append(await read_csv(member, sweep_id))
        ends.append({name: done[name] for name in ("best", "plateau", "overfitting")})
    assert texts[0] == texts[1] == texts[2]
    assert ends[0] == ends[1] == ends[2]


async def test_a_job_that_comes_twice_changes_nothing(member: Person, databases: Databases) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 40)
    await _do(databases, shards[0], shards[0], shards[1], shards[1])
    await _finish(databases, sweep_id)
    await _finish(databases, sweep_id)
    done = await read(member, sweep_id)
    assert (done["status"], done["sets_done"], done["shards_done"]) == ("succeeded", 80, 2)


async def test_a_shard_that_comes_late_writes_nothing(
    member: Person, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker stood still, its lease ran out, and another one did it meanwhile."""
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 40)
    compute = compute_shard
    is_first = True

    def stand_still(*arguments: Any) -> Any:
        nonlocal is_first
        found = compute(*arguments)
        if is_first:
            is_first = False
            asyncio.run_coroutine_threadsafe(be_overtaken(), loop).result()
        return found

    async def be_overtaken() -> None:
        async with databases.main.session() as session:
            await session.execute(
                text("UPDATE sweep_shards SET lease_until = now() - interval '1 s' WHERE id = :id"),
                {"id": shards[0]},
            )
        await run_shard_job(databases, SystemClock(), shards[0])

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(jobs, "compute_shard", stand_still)
    await _do(databases, shards[0])
    stands = await read(member, sweep_id)
    assert (stands["sets_done"], stands["shards_done"]) == (40, 1)
    assert await _count(databases, "SELECT attempt FROM sweep_shards WHERE id = :id", id=shards[0]) == 2


async def test_a_paused_sweep_waits_and_goes_on(member: Person, databases: Databases) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 20)
    await _do(databases, shards[0])
    paused = (await member.client.post(f"{SWEEPS}/{sweep_id}/pause")).json()
    assert paused["status"] == "paused"
    assert (await member.client.post(f"{SWEEPS}/{sweep_id}/pause")).json()["status"] == "paused"
    await _do(databases, *shards)
    assert (await read(member, sweep_id))["sets_done"] == 20
    jobs_before = await _count(databases, "SELECT count(*) FROM procrastinate_jobs")
    resumed = (await member.client.post(f"{SWEEPS}/{sweep_id}/resume")).json()
    assert resumed["status"] == "running"
    assert await _count(databases, "SELECT count(*) FROM procrastinate_jobs") == jobs_before + 3
    await _do(databases, *shards)
    await _finish(databases, sweep_id)
    assert (await read(member, sweep_id))["status"] == "succeeded"
    for deed in ("pause", "resume", "cancel"):
        answer = await member.client.post(f"{SWEEPS}/{sweep_id}/{deed}")
        assert (answer.status_code, answer.json()["code"]) == (409, "sweep_finished")


async def test_an_optimiser_s_batches_stay_one_by_one(member: Person, databases: Databases) -> None:
    """Paused and resumed over a batch: the next learns from it, and so must not begin before it ends."""
    sweep_id = await start(member, ranges=RANGES, method="tpe", sets=80)
    shards = await _cut(databases, sweep_id, 20)
    compute, loop = compute_shard, asyncio.get_running_loop()
    waiting = "SELECT count(*) FROM sweep_shards WHERE status = 'queued' AND is_deferred"

    async def hold_and_go_on() -> None:
        for deed in ("pause", "resume"):
            (await member.client.post(f"{SWEEPS}/{sweep_id}/{deed}")).raise_for_status()
        assert await _count(databases, waiting) == 0

    def compute_after(*arguments: Any) -> Any:
        asyncio.run_coroutine_threadsafe(hold_and_go_on(), loop).result()
        return compute(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "compute_shard", compute_after)
        await _do(databases, shards[0])
    assert await _count(databases, waiting) == 1
    await _do(databases, *shards)
    await _finish(databases, sweep_id)
    held = await read_csv(member, sweep_id)
    calm_id = await start(member, ranges=RANGES, method="tpe", sets=80)
    await _do(databases, *await _cut(databases, calm_id, 20))
    assert await read_csv(member, calm_id) == held


async def test_a_sweep_paused_over_its_last_shard_ends_after_it_is_resumed(
    member: Person, databases: Databases
) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 80)
    compute, loop = compute_shard, asyncio.get_running_loop()

    def pause_meanwhile(*arguments: Any) -> Any:
        asyncio.run_coroutine_threadsafe(pause(), loop).result()
        return compute(*arguments)

    async def pause() -> None:
        (await member.client.post(f"{SWEEPS}/{sweep_id}/pause")).raise_for_status()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "compute_shard", pause_meanwhile)
        await _do(databases, *shards)
    await _finish(databases, sweep_id)
    stands = await read(member, sweep_id)
    assert (stands["status"], stands["sets_done"]) == ("paused", 80)
    await member.client.post(f"{SWEEPS}/{sweep_id}/resume")
    await _finish(databases, sweep_id)
    assert (await read(member, sweep_id))["status"] == "succeeded"


async def test_a_cancelled_sweep_keeps_what_it_found(member: Person, databases: Databases) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 20)
    await _do(databases, shards[0])
    refused = await member.client.delete(f"{SWEEPS}/{sweep_id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "sweep_running")
    cancelled = (await member.client.post(f"{SWEEPS}/{sweep_id}/cancel")).json()
    assert cancelled["status"] == "cancelled"
    assert cancelled["finished_at"] is not None
    await _do(databases, *shards)
    found = (await member.client.get(f"{SWEEPS}/{sweep_id}/results")).json()
    assert (len(found["sets"]), found["complete"]) == (20, True)
    assert (await member.client.delete(f"{SWEEPS}/{sweep_id}")).status_code == 204
    assert await _count(databases, "SELECT count(*) FROM sweep_shards") == 0


async def test_a_shard_under_way_stops_when_its_sweep_is_cancelled(
    member: Person, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 80)
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.02)

    def never_end(_claimed: Any, _inputs: Any, _values: Any, look_in: Any) -> Any:
        loop = asyncio.run_coroutine_threadsafe(
            member.client.post(f"{SWEEPS}/{sweep_id}/cancel"), running
        ).result()
        assert loop.status_code == 200
        import time

        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            look_in()
            time.sleep(0.01)
        raise AssertionError("nobody stopped it")

    running = asyncio.get_running_loop()
    monkeypatch.setattr(jobs, "compute_shard", never_end)
    await _do(databases, shards[0])
    assert await _count(databases, "SELECT count(*) FROM sweep_shards WHERE status = 'cancelled'") == 1
    assert (await read(member, sweep_id))["status"] == "cancelled"


async def test_bars_that_change_meanwhile_fail_the_sweep(member: Person, databases: Databases) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 40)
    await _do(databases, shards[0])
    async with databases.main.session() as session:
        await session.execute(
            text(
                "INSERT INTO splits (instrument_id, effective_on, ratio) "
                "SELECT id, '2010-01-04', 2 FROM instruments WHERE symbol = 'GOOG'"
            )
        )
    jobs._inputs._kept.clear()  # another worker, which loads the bars anew
    await _do(databases, shards[1])
    failed = await read(member, sweep_id)
    assert failed["status"] == "failed"
    assert failed["error"]["code"] == "data_changed"


async def test_an_instrument_that_goes_takes_no_sweep_down_silently(
    member: Person, databases: Databases
) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 40)
    await _do(databases, shards[0])
    async with databases.main.session() as session:
        await session.execute(text("DELETE FROM instruments WHERE symbol = 'GOOG'"))
    await _do(databases, shards[1])
    failed = await read(member, sweep_id)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "instrument_not_found")


async def test_a_lost_shard_comes_back_and_a_shard_that_kills_ends_its_sweep(
    member: Person, databases: Databases
) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 40)
    for attempt in range(1, shard_repository.SHARDS.maximum_attempts + 1):
        async with databases.main.session() as session:
            claimed = await shard_repository.claim_shard(session, shards[0])
            assert claimed is not None
            assert claimed.attempt == attempt
            await session.execute(
                text("UPDATE sweep_shards SET lease_until = now() - interval '1 s' WHERE id = :id"),
                {"id": shards[0]},
            )
        async with databases.main.session() as session:
            await recover_lost_shards(session)
    failed = await read(member, sweep_id)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "worker_lost")


async def test_a_sweep_that_the_queue_forgot_goes_on(member: Person, databases: Databases) -> None:
    sweep_id = await start(member, ranges=RANGES)
    await _cut(databases, sweep_id, 40)
    async with databases.main.session() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        await recover_lost_shards(session)
    assert await _count(databases, "SELECT count(*) FROM procrastinate_jobs") == 2


async def test_every_set_is_a_trial_and_the_same_sweep_counts_once(
    member: Person, databases: Databases
) -> None:
    async def sweep(done: int) -> None:
        sweep_id = await start(member, ranges=RANGES)
        shards = await _cut(databases, sweep_id, 20)
        await _do(databases, *shards[:done])

    counted = "SELECT coalesce(sum(count), 0) FROM trials"
    await sweep(2)
    assert await _count(databases, counted) == 40
    await sweep(4)
    assert await _count(databases, counted) == 80
    await sweep(1)
    assert await _count(databases, counted) == 80


@pytest.mark.usefixtures("worker")
async def test_a_real_worker_pauses_and_resumes_under_load(member: Person) -> None:
    wide = {"fast": {"min": 2, "max": 31, "step": 1}, "slow": {"min": 40, "max": 100, "step": 1}}
    calm = await run(member, ranges=wide)
    sweep_id = await start(member, ranges=wide)
    for _ in range(5):
        await asyncio.sleep(timedelta(milliseconds=150).total_seconds())
        paused = await member.client.post(f"{SWEEPS}/{sweep_id}/pause")
        if paused.status_code == 409:
            break
        assert paused.json()["status"] == "paused"
        resumed = await member.client.post(f"{SWEEPS}/{sweep_id}/resume")
        if resumed.status_code == 409:  # the shards that were under way when it was paused were its last
            assert (await read(member, sweep_id))["status"] == "succeeded"
            break
        assert resumed.status_code == 200
    done = await wait(member, sweep_id)
    assert (done["status"], done["sets_done"]) == ("succeeded", 30 * 61)
    assert await read_csv(member, sweep_id) == await read_csv(member, calm["id"])


async def test_a_superseded_end_writes_nothing(member: Person, databases: Databases) -> None:
    sweep_id = await start(member, ranges=RANGES)
    shards = await _cut(databases, sweep_id, 80)
    await _do(databases, *shards)
    async with databases.main.session() as session:
        query = text("SELECT id FROM sweep_shards WHERE sweep_id = :id AND set_count = 0")
        end_id = (await session.execute(query, {"id": UUID(sweep_id)})).scalar_one()
        late = await shard_repository.claim_shard(session, end_id)
        assert late is not None
        await session.execute(
            text("UPDATE sweep_shards SET lease_until = now() - interval '1 s' WHERE id = :id"),
            {"id": end_id},
        )
    await _do(databases, end_id)
    before = await read(member, sweep_id)
    assert before["status"] == "succeeded"
    with pytest.raises(AttemptSuperseded):
        await jobs._finish_sweep(databases.main, late)
    assert await read(member, sweep_id) == before
