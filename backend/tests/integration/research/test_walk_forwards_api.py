"""Walk-forwards over the API, with a real worker behind it."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from sqlalchemy import text

from app.core.database import Databases
from app.research.domain import WALK_FORWARD_TASK
from tests.integration.conftest import Person
from tests.integration.research.conftest import WALK_FORWARDS, ask, read, run, start, wait

pytestmark = pytest.mark.usefixtures("demo_bars")
WINDOWS = {"train_bars": 750, "test_bars": 250}


@pytest.mark.usefixtures("worker")
async def test_each_test_trades_what_its_training_chose(member: Person) -> None:
    walked = await run(member, WALK_FORWARDS, **WINDOWS)
    windows = walked["windows"]
    assert len(windows) == 6
    assert all(one["train_end"] < one["test_start"] <= one["test_end"] for one in windows)
    assert all(one["test_end"] < other["test_start"] for one, other in itertools.pairwise(windows))
    assert all(set(one["parameters"]) == {"fast", "slow"} for one in windows)
    curves = walked["curves"]
    assert len({len(curves[name]) for name in ("time", "stitched", "in_sample", "benchmark")}) == 1
    assert curves["time"][-1] == windows[-1]["test_end"]
    assert curves["stitched"][-1] == pytest.approx(walked["metrics"]["final_equity"])
    assert walked["progress"] == 1.0
    again = await run(member, WALK_FORWARDS, **WINDOWS)
    assert again["windows"] == windows
    anchored = await run(member, WALK_FORWARDS, **WINDOWS, anchored=True)
    assert len({one["train_start"] for one in anchored["windows"]}) == 1


@pytest.mark.usefixtures("worker")
async def test_windows_of_bars_that_are_made_from_finer_ones(member: Person) -> None:
    """GOOG has 2,148 days: 445 weeks, of which two windows of 300 and 100 leave little."""
    terms = {"interval": "1week", "train_bars": 300, "test_bars": 100}
    plain = await run(member, WALK_FORWARDS, **terms)
    assert len(plain["windows"]) == 2
    stop = "enter_long = close > sma(close, fast)\nstop_loss = 0.5 * atr(5)\ntake_profit = 0.5 * atr(5)"
    rule = f"fast = param(10, 2, 60)\n{stop}"
    terms |= {"source": rule, "ranges": {"fast": {"values": [5, 10]}}}
    coarse = await run(member, WALK_FORWARDS, **terms)
    replayed = await run(member, WALK_FORWARDS, **terms, detail_interval="1day")
    assert replayed["metrics"]["sharpe"] != coarse["metrics"]["sharpe"]


@pytest.mark.usefixtures("worker")
async def test_every_set_of_a_walk_is_a_trial_once(member: Person, databases: Databases) -> None:
    async def count_trials() -> int:
        async with databases.main.session() as session:
            return int(
                (await session.execute(text("SELECT coalesce(sum(count), 0) FROM trials"))).scalar_one()
            )

    for _ in range(2):
        await run(member, WALK_FORWARDS, **WINDOWS)
        assert await count_trials() == 20
    await run(member, WALK_FORWARDS, **WINDOWS, anchored=True)
    assert await count_trials() == 40


@pytest.mark.usefixtures("worker")
async def test_windows_that_do_not_fit_the_range_say_so(member: Person) -> None:
    answer = await member.client.post(WALK_FORWARDS, json=ask(train_bars=5_000, test_bars=250))
    assert (answer.status_code, answer.json()["code"]) == (422, "walk_forward_invalid")
    late = await wait(
        member, await start(member, WALK_FORWARDS, **WINDOWS, start="2030-01-01"), WALK_FORWARDS
    )
    assert (late["status"], late["error"]["code"]) == ("failed", "no_bars")


async def test_too_many_windows_or_runs_are_refused(member: Person) -> None:
    answer = await member.client.post(WALK_FORWARDS, json=ask(train_bars=100, test_bars=2))
    assert (answer.status_code, answer.json()["code"]) == (422, "walk_forward_invalid")
    wide = {"fast": {"min": 2, "max": 60, "step": 0.01}, "slow": {"min": 100, "max": 200, "step": 1}}
    answer = await member.client.post(WALK_FORWARDS, json=ask(ranges=wide, **WINDOWS))
    assert (answer.status_code, answer.json()["code"]) == (422, "sweep_too_large")
    answer = await member.client.post(WALK_FORWARDS, json=ask(method="tpe", **WINDOWS))
    assert answer.status_code == 422


async def test_a_queued_one_is_cancelled_and_deleted(member: Person, other_member: Person) -> None:
    run_id = await start(member, WALK_FORWARDS, **WINDOWS)
    for method, path in (("GET", ""), ("POST", "/cancel"), ("DELETE", "")):
        answer = await other_member.client.request(method, f"{WALK_FORWARDS}/{run_id}{path}")
        assert answer.status_code == 404
    assert (await read(member, run_id, WALK_FORWARDS))["windows"] == []
    assert (await member.client.post(f"{WALK_FORWARDS}/{run_id}/cancel")).json()["status"] == "cancelled"
    assert (await member.client.post(f"{WALK_FORWARDS}/{run_id}/cancel")).status_code == 409
    assert len((await member.client.get(WALK_FORWARDS)).json()["items"]) == 1
    assert (await member.client.delete(f"{WALK_FORWARDS}/{run_id}")).status_code == 204
    assert (await member.client.get(f"{WALK_FORWARDS}/{run_id}")).status_code == 404


async def test_nobody_fills_the_queue(member: Person) -> None:
    asked = (member.client.post(WALK_FORWARDS, json=ask(**WINDOWS)) for _ in range(14))
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [202] * 10 + [429] * 4
    refused = await member.client.post(WALK_FORWARDS, json=ask(**WINDOWS))
    assert (refused.status_code, refused.json()["code"]) == (429, "too_much_unfinished")


async def test_walk_forwards_take_turns_and_leave_workers_for_runs(
    member: Person, databases: Databases
) -> None:
    for _ in range(2):
        await start(member, WALK_FORWARDS, **WINDOWS)
    async with databases.main.session() as session:
        query = text("SELECT lock FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'")
        locks = (await session.scalars(query, {"task": WALK_FORWARD_TASK})).all()
    assert len(locks) >= 2
    assert set(locks) == {WALK_FORWARD_TASK}
