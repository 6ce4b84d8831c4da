"""The ledger of trials: what was tried is counted once, for each person, and outlives the runs."""

from __future__ import annotations

import asyncio
import math
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from app.backtests import jobs, repository, service
from app.backtests.domain import SharpeMoments, SweepOrigin, Trial, TrialGround
from app.backtests.trials import gather_trial_facts, record_trial
from app.core.clock import SystemClock
from app.core.database import Databases
from app.engine import backtest
from app.engine.intervals import Interval
from app.engine.language import compile_rule
from app.engine.verdict import TrialFacts, Verdict
from app.market.domain import Viewer
from tests.integration.backtests.conftest import PATH, ask
from tests.integration.conftest import Person

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("demo_bars")]

RULE = """\
fast = param(10, 5, 50)
enter_long = crossover(sma(close, fast), sma(close, 30))
exit_long = crossunder(sma(close, fast), sma(close, 30))
"""


async def _run(databases: Databases, person: Person, **fields: Any) -> dict[str, Any]:
    queued = await person.client.post(PATH, json=ask(**{"source": RULE, **fields}))
    await jobs.run_backtest_job(databases, SystemClock(), UUID(queued.json()["id"]))
    done: dict[str, Any] = (await person.client.get(f"{PATH}/{queued.json()['id']}")).json()
    assert done["status"] == "succeeded", done["error"]
    return done


async def _facts(
    databases: Databases, person: Person, symbol: str = "GOOG", fingerprint: str = "new"
) -> TrialFacts:
    ground = TrialGround(compile_rule(RULE).family_hash, symbol, Interval.DAY_1)
    async with databases.main.session() as session:
        return await gather_trial_facts(session, UUID(person.id), ground, fingerprint)


def _search(done: dict[str, Any]) -> str:
    (check,) = [check for check in done["verdict"]["checks"] if check["name"] == "search"]
    statement: str = check["statement"]
    return statement


async def test_each_distinct_run_is_a_trial_of_its_family(
    databases: Databases, member: Person, other_member: Person
) -> None:
    first = await _run(databases, member)
    assert "first trial" in _search(first)
    assert "first trial" in _search(await _run(databases, member))  # the same again is no other trial
    written_otherwise = RULE.replace("30)", " 30 )") + "# a note\n"
    await _run(databases, member, source=written_otherwise, parameters={"fast": 10})
    runs = [
        first,
        await _run(databases, member, parameters={"fast": 12}),
        await _run(databases, member, commission_bps=20),
        await _run(databases, member, source=RULE.replace("30", "40")),
    ]
    assert "After 4 trials" in _search(await _run(databases, member))
    facts = await _facts(databases, member)
    ratios = [run["metrics"]["sharpe"] / math.sqrt(252) for run in runs]
    assert facts.trials == len(runs) + 1
    assert facts.sharpe_mean == pytest.approx(np.mean(ratios), rel=1e-12)
    assert facts.sharpe_variance == pytest.approx(np.var(ratios, ddof=1), rel=1e-9)
    # Another instrument, another rule, another person: other searches.
    assert (await _facts(databases, member, "AAPL")).trials == 1
    assert (await _facts(databases, other_member)).trials == 1
    assert "first trial" in _search(await _run(databases, member, source="enter_long = close > open"))


async def test_what_was_tried_outlives_its_run(databases: Databases, member: Person) -> None:
    done = await _run(databases, member)
    assert (await member.client.delete(f"{PATH}/{done['id']}")).status_code == 204
    assert (await _facts(databases, member)).trials == 2


async def test_runs_at_once_are_each_counted_once(databases: Databases, member: Person) -> None:
    await asyncio.gather(
        *(_run(databases, member, parameters={"fast": 10 + number % 3}) for number in range(6))
    )
    assert (await _facts(databases, member)).trials == 3 + 1


async def test_a_sweep_is_many_trials_in_one_entry(databases: Databases, member: Person) -> None:
    ground = TrialGround(compile_rule(RULE).family_hash, "GOOG", Interval.DAY_1)
    ratios = np.random.default_rng(5).normal(0.02, 1e-7, 1_000)  # close together: where digits get lost
    undefined = [None, math.nan, math.inf]
    owner = UUID(member.id)
    async with databases.main.session() as session:
        for name, some in (("a", [*ratios[:600].tolist(), *undefined]), ("b", ratios[600:].tolist())):
            for _ in range(2):  # a job that is done twice counts once
                await record_trial(session, owner, Trial(ground, name, SharpeMoments.of(some)))
    facts = await _facts(databases, member)
    assert facts.trials == 1_003 + 1
    assert facts.sharpe_mean == pytest.approx(ratios.mean(), rel=1e-12)
    assert facts.sharpe_variance == pytest.approx(np.var(ratios, ddof=1), rel=1e-9)
    assert (await _facts(databases, member, fingerprint="a")).trials == 400 + 1


async def test_a_run_opened_from_a_sweep_is_no_further_trial_and_knows_its_overfitting(
    databases: Databases, member: Person
) -> None:
    owner, sweep = UUID(member.id), SweepOrigin(uuid4(), 0.7)
    async with databases.main.session() as session:
        body = service.BacktestCreate.model_validate(ask(source=RULE))
        run_id = await service.request_run(session, Viewer(owner), owner, body, sweep)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    done = (await member.client.get(f"{PATH}/{run_id}")).json()
    assert done["sweep_id"] == str(sweep.id)
    (check,) = [check for check in done["verdict"]["checks"] if check["name"] == "search"]
    (part,) = [part for part in check["parts"] if part["name"] == "overfitting"]
    assert part["figure"] == 0.7
    assert (await _facts(databases, member)).trials == 1


async def test_checks_show_while_the_run_is_under_way_and_only_under_its_attempt(
    databases: Databases, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    run_id = UUID((await member.client.post(PATH, json=ask(source=RULE))).json()["id"])
    loop = asyncio.get_running_loop()
    compute = backtest.run_backtest

    async def look() -> None:
        for _ in range(200):
            body = (await member.client.get(f"{PATH}/{run_id}")).json()
            if body["verdict"] is not None:
                seen.append(body)
                return
            await asyncio.sleep(0.02)

    def slow(inputs: Any, report: Any, show: Any) -> Any:
        def show_and_wait(verdict: Verdict) -> None:
            show(verdict)
            if len(verdict.checks) == 3:
                asyncio.run_coroutine_threadsafe(look(), loop).result(20)

        return compute(inputs, report, show_and_wait)

    monkeypatch.setattr(jobs, "run_backtest", slow)
    await jobs.run_backtest_job(databases, SystemClock(), run_id)
    (during,) = seen
    assert during["status"] == "running"
    assert during["verdict"]["complete"] is False
    assert [check["name"] for check in during["verdict"]["checks"]] == ["data", "look_ahead", "sample"]
    listed = (await member.client.get(PATH)).json()["items"][0]
    assert listed["level"] is not None
    done = (await member.client.get(f"{PATH}/{run_id}")).json()
    assert done["verdict"]["complete"] is True
    assert done["verdict"]["checks"][:3] == during["verdict"]["checks"]


async def test_a_verdict_of_an_attempt_that_was_overtaken_shows_nowhere(
    databases: Databases, member: Person
) -> None:
    run_id = UUID((await member.client.post(PATH, json=ask())).json()["id"])
    async with databases.main.session() as session:
        claimed = await repository.claim_run(session, run_id)
    assert claimed is not None
    late = type(claimed)(claimed.id, claimed.attempt - 1, claimed.owner_id, False, claimed.request)
    so_far = {"level": "green", "complete": False, "checks": []}
    async with databases.main.session() as session:
        await repository.store_verdict_so_far(session, late, so_far)
    assert (await member.client.get(f"{PATH}/{run_id}")).json()["verdict"] is None
    async with databases.main.session() as session:
        await repository.store_verdict_so_far(session, claimed, so_far)
    assert (await member.client.get(f"{PATH}/{run_id}")).json()["verdict"] == so_far
    assert (await member.client.get(PATH)).json()["items"][0]["level"] is None
