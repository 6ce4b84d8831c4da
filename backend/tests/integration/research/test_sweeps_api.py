"""Sweeps over the API, with a real worker behind it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from app.research import planning, results, shard_repository
from tests.integration.conftest import Person
from tests.integration.research.conftest import SWEEPS, ask, read, read_csv, run, start, wait

pytestmark = pytest.mark.usefixtures("demo_bars")


@pytest.mark.usefixtures("worker")
async def test_every_cell_is_a_run_of_its_own(member: Person) -> None:
    sweep = await run(member)
    assert (sweep["sets"], sweep["sets_done"], sweep["progress"]) == (20, 20, 1.0)
    assert sweep["eta_seconds"] is None
    answer = await member.client.get(f"{SWEEPS}/{sweep['id']}/results")
    found = answer.json()
    assert found["complete"] is True
    assert found["sets"] == list(range(20))
    assert found["parameters"]["fast"] == [fast for fast in (5, 10, 15, 20) for _ in range(5)]
    assert found["parameters"]["slow"] == [30, 40, 50, 60, 80] * 4
    place = 7
    wanted = {name: found["parameters"][name][place] for name in ("fast", "slow")}
    opened = await member.client.post(f"{SWEEPS}/{sweep['id']}/open", json={"parameters": wanted})
    assert opened.status_code == 202, opened.text
    report = await _wait_for_run(member, opened.json()["id"])
    assert report["sweep_id"] == sweep["id"]
    assert report["parameters"] == wanted
    assert report["metrics"] == {name: column[place] for name, column in found["metrics"].items()}
    # the sweep's terms are the run's
    for name in ("initial_cash", "commission_bps", "slippage_bps", "interval", "symbol", "adjust", "source"):
        assert report[name] == sweep[name]


@pytest.mark.usefixtures("worker")
async def test_what_the_sweep_did_not_run_is_a_run_and_a_trial_of_its_own(member: Person) -> None:
    sweep = await run(member, fixed={"slow": 50}, ranges={"fast": {"values": [5, 10]}})

    async def open_set(**parameters: float) -> dict[str, Any]:
        opened = await member.client.post(f"{SWEEPS}/{sweep['id']}/open", json={"parameters": parameters})
        assert opened.status_code == 202, opened.text
        return await _wait_for_run(member, opened.json()["id"])

    for parameters in ({"fast": 5}, {"fast": 10, "slow": 50}):
        assert (await open_set(**parameters))["sweep_id"] == sweep["id"]
    for parameters in ({"fast": 7}, {"fast": 5, "slow": 60}, {}):
        assert (await open_set(**parameters))["sweep_id"] is None
    last = await open_set(fast=12)
    search = next(check for check in last["verdict"]["checks"] if check["name"] == "search")
    assert "After 6 trials" in search["statement"]  # two sets, three runs, and this one


REPLAYED: dict[str, Any] = {
    "source": "n = param(4, 2, 20)\nenter_long = close > sma(close, n)\n"
    "stop_loss = 0.5 * atr(5)\ntake_profit = 0.5 * atr(5)",
    "symbol": "AAPL",
    "interval": "1week",
    "detail_interval": "1day",
    "adjust": "none",
    "start": "2003-01-01",
    "end": "2008-01-01",
    "ranges": {"n": {"values": [3, 5, 8]}},
}
"""A split of 2005-02-28 lies within, and days say what came first in their week."""


@pytest.mark.usefixtures("worker")
async def test_a_cell_goes_through_splits_and_is_replayed_as_its_run_is(member: Person) -> None:
    sweep = await run(member, **REPLAYED)
    assert (sweep["detail_interval"], sweep["adjust"]) == ("1day", "none")
    found = (await member.client.get(f"{SWEEPS}/{sweep['id']}/results")).json()
    for place, n in enumerate(found["parameters"]["n"]):
        opened = await member.client.post(f"{SWEEPS}/{sweep['id']}/open", json={"parameters": {"n": n}})
        report = await _wait_for_run(member, opened.json()["id"])
        assert report["manifest"]["data"]["detail"]["interval"] == "1day"
        assert ["2005-02-28", 2.0] in report["manifest"]["data"]["splits"]
        assert report["metrics"] == {name: column[place] for name, column in found["metrics"].items()}
    for changed in ({"detail_interval": None}, {"adjust": "splits"}):
        other = await run(member, **{**REPLAYED, **changed})
        assert other["best"]["metrics"]["sharpe"] != sweep["best"]["metrics"]["sharpe"]


@pytest.mark.usefixtures("worker")
async def test_the_best_is_the_largest_that_keeps_the_constraints(member: Person) -> None:
    free = await run(member)
    found = (await member.client.get(f"{SWEEPS}/{free['id']}/results")).json()
    sharpes, trades = found["metrics"]["sharpe"], found["metrics"]["trades"]
    best = max(range(20), key=lambda place: sharpes[place])
    assert free["best"]["metrics"]["sharpe"] == sharpes[best]
    assert free["best"]["parameters"] == {name: column[best] for name, column in found["parameters"].items()}
    least = sorted(trades)[15]
    bound = await run(member, constraints={"min_trades": least})
    kept = [sharpe for sharpe, count in zip(sharpes, trades, strict=True) if count >= least]
    assert bound["best"]["metrics"]["sharpe"] == max(kept)
    none = await run(member, constraints={"min_trades": 100_000})
    assert none["best"] is None
    assert none["plateau"] is None


@pytest.mark.usefixtures("worker")
async def test_a_plateau_and_the_odds_of_overfitting_come_with_the_end(member: Person) -> None:
    sweep = await run(member)
    plateau = sweep["plateau"]
    assert plateau["neighbours"] >= 3
    low, high = plateau["ranges"]["fast"]
    assert low <= plateau["parameters"]["fast"] <= high
    assert 0 <= sweep["overfitting"]["pbo"] <= 1
    assert sweep["overfitting"]["sets_used"] == 20
    assert sum(sweep["overfitting"]["logits"]["counts"]) > 1_000


@pytest.mark.usefixtures("worker")
async def test_csv_is_read_a_few_shards_at_a_time(member: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAXIMUM_SETS_PER_SHARD", 3)
    sweep = await run(member)
    assert sweep["shards"] == 7
    whole = await read_csv(member, sweep["id"])
    assert [int(line.split(",")[0]) for line in whole.splitlines()[1:]] == list(range(sweep["sets"]))
    read_some, counts = shard_repository.read_columns_from, []

    async def count(*arguments: Any, **named: Any) -> list[dict[str, Any]]:
        rows = await read_some(*arguments, **named)
        counts.append(len(rows))
        return rows

    monkeypatch.setattr(results, "_SETS_PER_READ", 1)
    monkeypatch.setattr(shard_repository, "read_columns_from", count)
    assert await read_csv(member, sweep["id"]) == whole
    assert counts == [1] * 7


@pytest.mark.usefixtures("worker")
async def test_random_sets_are_distinct_and_come_again_with_the_seed(member: Person) -> None:
    terms: dict[str, Any] = {
        "method": "random",
        "sets": 40,
        "seed": 7,
        "ranges": {"fast": {"min": 2, "max": 20, "step": 1}, "slow": {"min": 21, "max": 90, "step": 1}},
    }
    one, again = await run(member, **terms), await run(member, **terms)
    other = await run(member, **{**terms, "seed": 8})
    lines = await read_csv(member, one["id"])
    assert len(set(lines.splitlines()[1:])) == 40
    assert await read_csv(member, again["id"]) == lines
    assert await read_csv(member, other["id"]) != lines


@pytest.mark.usefixtures("worker")
async def test_the_optimiser_comes_to_the_same_with_the_seed_and_finds_good_sets(member: Person) -> None:
    terms: dict[str, Any] = {
        "method": "tpe",
        "sets": 96,
        "objective": "total_return",
        "ranges": {"fast": {"min": 2, "max": 20, "step": 1}, "slow": {"min": 21, "max": 90, "step": 1}},
    }
    one, again = await run(member, **terms), await run(member, **terms)
    lines = await read_csv(member, one["id"])
    assert await read_csv(member, again["id"]) == lines
    assert len({line.split(",", 1)[1] for line in lines.splitlines()[1:]}) == 96
    found = (await member.client.get(f"{SWEEPS}/{one['id']}/results")).json()["metrics"]["total_return"]
    assert sum(found[64:]) / 32 > sum(found[:32]) / 32


@pytest.mark.usefixtures("worker")
async def test_a_heatmap_shows_the_best_or_the_median_of_each_cell(member: Person) -> None:
    sweep = await run(member)
    found = (await member.client.get(f"{SWEEPS}/{sweep['id']}/results")).json()
    answer = await member.client.get(f"{SWEEPS}/{sweep['id']}/heatmap?x=slow&y=fast&metric=sortino")
    heatmap = answer.json()
    assert (heatmap["x"], heatmap["y"]) == ([30, 40, 50, 60, 80], [5, 10, 15, 20])
    assert [value for row in heatmap["values"] for value in row] == found["metrics"]["sortino"]
    assert heatmap["counts"] == [[1] * 5] * 4
    one = await member.client.get(f"{SWEEPS}/{sweep['id']}/heatmap?x=fast&y=fast&metric=sortino")
    assert [one.json()["values"][place][place] for place in range(4)] == [
        max(found["metrics"]["sortino"][5 * place : 5 * place + 5]) for place in range(4)
    ]
    middle = await member.client.get(
        f"{SWEEPS}/{sweep['id']}/heatmap?x=fast&y=fast&metric=sortino&reduce=median"
    )
    assert [middle.json()["values"][place][place] for place in range(4)] == [
        sorted(found["metrics"]["sortino"][5 * place : 5 * place + 5])[2] for place in range(4)
    ]
    for query in ("x=nothing", "x=fast&y=close", "metric=luck"):
        refused = await member.client.get(f"{SWEEPS}/{sweep['id']}/heatmap?{query}")
        assert refused.status_code == 422


@pytest.mark.usefixtures("worker")
async def test_fixed_parameters_hold_for_every_set(member: Person) -> None:
    sweep = await run(member, ranges={"fast": {"values": [5, 10]}}, fixed={"slow": 50})
    whole = await run(member, ranges={"fast": {"values": [5, 10]}, "slow": {"values": [50]}})
    one = (await member.client.get(f"{SWEEPS}/{sweep['id']}/results")).json()
    other = (await member.client.get(f"{SWEEPS}/{whole['id']}/results")).json()
    assert one["metrics"] == other["metrics"]
    assert sweep["best"]["parameters"] == whole["best"]["parameters"]


@pytest.mark.usefixtures("worker")
async def test_a_rule_that_fails_on_its_bars_says_so(member: Person) -> None:
    sweep_id = await start(member, start="2030-01-01")
    sweep = await wait(member, sweep_id)
    assert sweep["status"] == "failed"
    assert sweep["error"]["code"] == "no_bars"


async def test_a_preview_counts_and_stores_nothing(member: Person) -> None:
    answer = await member.client.post(f"{SWEEPS}/preview", json=ask())
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert (plan["sets"], plan["bars"]) == (20, 2148)
    assert plan["estimated_seconds"] > 0
    assert plan["axes"][0] == {"name": "fast", "values": [5, 10, 15, 20], "min": 5, "max": 20, "count": 4}
    assert (await member.client.get(SWEEPS)).json()["items"] == []


HUGE = """\
a = param(1, 0, 1000000000)
b = param(1, 0, 1000000000)
enter_long = close > a * b
"""


@pytest.mark.parametrize("path", [SWEEPS, f"{SWEEPS}/preview"])
@pytest.mark.parametrize(
    ("ranges", "code", "said"),
    [
        ({"a": {"min": 1, "max": 1_000_000_000, "step": 1}}, "sweep_too_large", "1,000,000,000"),
        (
            {"a": {"min": 1, "max": 1000, "step": 1}, "b": {"min": 0, "max": 1000, "step": 1}},
            "sweep_too_large",
            "1,001,000",
        ),
        ({"a": {"min": 0, "max": 1, "step": 1e-300}}, "sweep_too_large", "10^300"),
        ({"a": {"min": 0, "max": 1e9, "step": 5e-324}}, "sweep_too_large", "more than 10^308"),
        ({"a": {"min": 5, "max": 1, "step": 1}}, "validation_failed", "min must not be greater"),
        ({"a": {"min": 1, "max": 5, "step": 0}}, "validation_failed", "greater than 0"),
        ({"a": {"min": 1, "max": 5, "step": -1}}, "validation_failed", "greater than 0"),
        ({"a": {"min": 1, "max": 1e12, "step": 1e12}}, "sweep_invalid", "must lie within"),
        ({"c": {"values": [1]}}, "sweep_invalid", "no parameter"),
        ({"a": {"values": []}}, "validation_failed", "at least 1"),
        ({}, "validation_failed", "at least 1"),
    ],
)
async def test_what_is_too_large_or_makes_no_sense_is_refused_at_once(
    member: Person, path: str, ranges: dict[str, Any], code: str, said: str
) -> None:
    began = time.perf_counter()
    answer = await member.client.post(path, json=ask(source=HUGE, ranges=ranges))
    seconds = time.perf_counter() - began
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code
    assert said in answer.text
    assert seconds < 1.0  # a tenth is measured by the benchmark: this machine may be busy


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "true", '"5"x'])
async def test_numbers_that_are_none_are_refused(member: Person, number: str) -> None:
    body = (
        '{"source": "enter_long = close > 1", "symbol": "GOOG", "interval": "1day", "ranges": {"a": {"min": '
    )
    answer = await member.client.post(
        SWEEPS,
        content=f'{body}{number}, "max": 3, "step": 1}}}}}}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code in (400, 422)


async def test_random_sets_beyond_the_cap_are_refused(member: Person) -> None:
    for method, sets in (("random", 1_000_001), ("tpe", 5_001), ("random", 10**15)):
        answer = await member.client.post(SWEEPS, json=ask(method=method, sets=sets))
        assert answer.status_code == 422
        assert answer.json()["code"] == "sweep_too_large"
        assert f"{sets:,}" in answer.json()["detail"] or "10^15" in answer.json()["detail"]


async def test_baskets_and_finer_bars_that_are_not_stored_are_refused(member: Person) -> None:
    basket = ask(symbols=["GOOG", "IBM"])
    del basket["symbol"]
    for body, field in ((basket, "symbols"), (ask(detail_interval="1h"), "detail_interval")):
        answer = await member.client.post(SWEEPS, json=body)
        assert answer.status_code == 422
        assert field in answer.text


async def test_others_sweeps_are_not_there(member: Person, other_member: Person) -> None:
    sweep_id = await start(member)
    for method, path in (
        ("GET", ""),
        ("GET", "/results"),
        ("GET", "/heatmap"),
        ("POST", "/pause"),
        ("POST", "/resume"),
        ("POST", "/cancel"),
        ("DELETE", ""),
    ):
        answer = await other_member.client.request(method, f"{SWEEPS}/{sweep_id}{path}")
        assert answer.status_code == 404, (method, path, answer.text)
    opened = await other_member.client.post(f"{SWEEPS}/{sweep_id}/open", json={"parameters": {}})
    assert opened.status_code == 404
    assert (await other_member.client.get(SWEEPS)).json()["items"] == []
    assert [item["id"] for item in (await member.client.get(SWEEPS)).json()["items"]] == [sweep_id]


async def test_nobody_fills_the_queue(member: Person) -> None:
    answers = await asyncio.gather(*(member.client.post(SWEEPS, json=ask()) for _ in range(14)))
    assert sorted(answer.status_code for answer in answers) == [202] * 10 + [429] * 4
    ids = [answer.json()["id"] for answer in answers if answer.is_success]
    refused = await member.client.post(SWEEPS, json=ask())
    assert (refused.status_code, refused.json()["code"]) == (429, "too_much_unfinished")
    assert (await member.client.post(f"{SWEEPS}/{ids[0]}/cancel")).json()["status"] == "cancelled"
    assert (await read(member, await start(member)))["status"] == "queued"


async def _wait_for_run(person: Person, run_id: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            report: dict[str, Any] = (await person.client.get(f"/api/v1/backtests/{run_id}")).json()
            if report["status"] in {"succeeded", "failed", "cancelled"}:
                return report
            await asyncio.sleep(0.05)
