"""Rules over HTTP: checked, saved, changed, listed, and nobody else's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event

from app.strategies.examples import EXAMPLES, SMA_CROSSOVER
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio

PATH = "/api/v1/strategies"
RULE = (
    "n = param(10, 5, 50)\nenter_long = crossover(close, sma(close, n))\nexit_long = close < sma(close, n)\n"
)


async def _save(person: Person, name: str = "One", source: str = RULE) -> dict[str, Any]:
    answer = await person.client.post(PATH, json={"name": name, "source": source})
    assert answer.status_code == 201, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


async def test_check_tells_what_a_rule_needs(member: Person) -> None:
    answer = await member.client.post(f"{PATH}/check", json={"source": RULE})
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "errors": [],
        "parameters": [{"name": "n", "default": 10, "min": 5, "max": 50, "step": 1}],
        "outputs": ["enter_long", "exit_long"],
        "lookback": 10,
    }


async def test_check_answers_200_for_a_rule_with_errors_and_names_the_place(member: Person) -> None:
    answer = await member.client.post(f"{PATH}/check", json={"source": "\nenter_long = close.__class__"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["ok"] is False
    assert body["lookback"] is None
    assert body["errors"][0]["line"] == 2
    assert set(body["errors"][0]) == {"line", "column", "code", "message"}


async def test_everything_wants_a_signed_in_user(client: httpx.AsyncClient) -> None:
    for path in ("", "/check"):
        answer = await client.post(PATH + path, json={"name": "x", "source": RULE})
        assert answer.status_code == 401


async def test_a_saved_rule_comes_back_as_it_was(member: Person) -> None:
    saved = await _save(member)
    assert saved["version"] == 1
    assert saved["source"] == RULE
    assert saved["visibility"] == "private"
    assert saved["parameters"] == [{"name": "n", "default": 10, "min": 5, "max": 50, "step": 1}]
    read = await member.client.get(f"{PATH}/{saved['id']}")
    assert read.json() == saved


async def test_saving_a_rule_with_errors_is_refused_with_their_places(member: Person) -> None:
    answer = await member.client.post(PATH, json={"name": "x", "source": "enter_long = clse > 1"})
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == "rule_invalid"
    assert body["errors"][0]["line"] == 1
    assert body["errors"][0]["column"] == 14
    assert set(body["errors"][0]) == {"line", "column", "code", "message"}
    assert (await member.client.get(PATH)).json()["items"] == []


async def test_hostile_rules_are_refused_quickly(member: Person) -> None:
    for what, source in {
        "many nodes": "enter_long = close > " + "+".join(["1"] * 10_000),
        "deep": "enter_long = " + "(" * 4_000 + "close > 1" + ")" * 4_000,
        "long": "enter_long = close > 1  # " + "x" * 90_000,
        "unary": "enter_long = close > " + "-" * 9_000 + "1",
        "class": "enter_long = ().__class__.__bases__[0].__subclasses__()",
        "import": "import os",
        "infinite": "enter_long = close > 1e999",
        "empty": "",
    }.items():
        started = time.perf_counter()
        answer = await member.client.post(PATH, json={"name": "x", "source": source})
        assert time.perf_counter() - started < 1, what
        assert (answer.status_code, answer.json()["code"]) == (422, "rule_invalid"), what
        assert answer.json()["errors"], what


async def test_bad_bodies_are_422(member: Person) -> None:
    for body in (
        {"name": "x", "source": "a\x00b"},
        {"name": " ", "source": RULE},
        {"name": "x" * 200, "source": RULE},
        {"name": "x", "source": RULE, "owner_id": str(uuid4())},
        {"name": "x"},
        {"name": "x", "source": 5},
    ):
        answer = await member.client.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), body


async def test_lone_surrogates_are_422(member: Person) -> None:
    answer = await member.client.post(
        PATH, content=rb'{"name":"\ud800","source":"x"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422


async def test_another_text_makes_a_version_and_the_same_text_none(member: Person) -> None:
    saved = await _save(member)
    path = f"{PATH}/{saved['id']}"
    same = await member.client.put(path, json={"source": RULE})
    assert same.json()["version"] == 1
    changed = await member.client.put(path, json={"name": "Two", "source": RULE + "size = 0.5\n"})
    assert changed.status_code == 200
    assert changed.json()["version"] == 2
    assert changed.json()["name"] == "Two"
    assert changed.json()["outputs"] == ["enter_long", "exit_long", "size"]
    renamed = await member.client.put(path, json={"name": "Three"})
    assert (renamed.json()["version"], renamed.json()["name"]) == (2, "Three")
    versions = (await member.client.get(f"{path}/versions")).json()
    assert [(item["version"], item["source"]) for item in versions["items"]] == [
        (2, RULE + "size = 0.5\n"),
        (1, RULE),
    ]
    assert versions["next_cursor"] is None


async def test_changing_to_a_rule_with_errors_changes_nothing(member: Person) -> None:
    saved = await _save(member)
    answer = await member.client.put(f"{PATH}/{saved['id']}", json={"name": "Two", "source": "x = "})
    assert answer.json()["code"] == "rule_invalid"
    assert (await member.client.get(f"{PATH}/{saved['id']}")).json() == saved


async def test_a_change_must_change_something(member: Person) -> None:
    saved = await _save(member)
    assert (await member.client.put(f"{PATH}/{saved['id']}", json={})).status_code == 422


async def test_versions_come_in_pages(member: Person) -> None:
    saved = await _save(member)
    for number in range(3):
        await member.client.put(f"{PATH}/{saved['id']}", json={"source": f"{RULE}# {number}\n"})
    first = (await member.client.get(f"{PATH}/{saved['id']}/versions?limit=3")).json()
    rest = (
        await member.client.get(f"{PATH}/{saved['id']}/versions?limit=3&cursor={first['next_cursor']}")
    ).json()
    assert [item["version"] for item in first["items"] + rest["items"]] == [4, 3, 2, 1]
    assert rest["next_cursor"] is None


async def test_the_list_is_newest_first_in_pages(member: Person) -> None:
    ids = [(await _save(member, name=f"Rule {number}"))["id"] for number in range(5)]
    first = (await member.client.get(f"{PATH}?limit=2")).json()
    second = (await member.client.get(f"{PATH}?limit=2&cursor={first['next_cursor']}")).json()
    third = (await member.client.get(f"{PATH}?limit=2&cursor={second['next_cursor']}")).json()
    listed = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert listed == ids[::-1]
    assert third["next_cursor"] is None


async def test_foreign_cursors_are_422(member: Person) -> None:
    saved = await _save(member)
    for cursor in ("x", "bm90IGpzb24", "WyJub3QgYSB1dWlkIl0", "WyJhIiwiYiJd"):
        for path in (PATH, f"{PATH}/{saved['id']}/versions"):
            answer = await member.client.get(f"{path}?cursor={cursor}")
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor"), cursor


async def test_a_list_of_many_costs_as_many_statements_as_a_list_of_one(member: Person, app: Any) -> None:
    statements: list[str] = []
    engine = app.state.databases.main.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    counts = []
    for wanted in (1, 7):
        while len((await member.client.get(f"{PATH}?limit=100")).json()["items"]) < wanted:
            await _save(member)
        statements.clear()
        await member.client.get(f"{PATH}?limit=100")
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_somebody_elses_strategy_is_not_there(member: Person, other_member: Person) -> None:
    saved = await _save(member)
    path = f"{PATH}/{saved['id']}"
    client = other_member.client
    answers = [
        await client.get(path),
        await client.get(f"{path}/versions"),
        await client.put(path, json={"name": "mine"}),
        await client.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert {answer.json()["code"] for answer in answers} == {"strategy_not_found"}
    assert (await client.get(PATH)).json()["items"] == []
    assert (await member.client.get(path)).json() == saved


async def test_a_deleted_strategy_is_gone(member: Person) -> None:
    saved = await _save(member)
    assert (await member.client.delete(f"{PATH}/{saved['id']}")).status_code == 204
    assert (await member.client.get(f"{PATH}/{saved['id']}")).status_code == 404
    assert (await member.client.delete(f"{PATH}/{saved['id']}")).status_code == 404


async def test_names_may_repeat(member: Person) -> None:
    assert (await _save(member))["id"] != (await _save(member))["id"]


async def test_the_language_is_described_for_editors(member: Person) -> None:
    body = (await member.client.get(f"{PATH}/language")).json()
    functions = {row["name"]: row for row in body["functions"]}
    assert functions["rsi"]["signature"].startswith("rsi(")
    assert {row["name"] for row in body["inputs"]} >= {"open", "high", "low", "close", "volume"}
    assert {row["name"] for row in body["outputs"]} >= {"enter_long", "stop_loss", "risk"}
    assert "param" in {row["name"] for row in body["keywords"]}
    assert functions["rsi"]["arguments"][1]["default"] == 14
    assert body["caps"]["source_bytes"] == 10_000


async def test_the_examples_are_offered_and_can_be_saved(member: Person) -> None:
    offered = (await member.client.get(f"{PATH}/examples")).json()
    assert [item["name"] for item in offered] == [example.name for example in EXAMPLES]
    for item in offered:
        assert item["summary"]
        await _save(member, item["name"], item["source"])


async def test_versions_made_at_once_come_one_after_the_other(
    member: Person, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    saved = await _save(member, source=SMA_CROSSOVER.source)
    answers = await asyncio.gather(
        *(
            member.client.put(f"{PATH}/{saved['id']}", json={"source": f"{RULE}# {number}\n"})
            for number in range(5)
        )
    )
    assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4, 5, 6]


async def test_the_library_gives_rules_with_sources_and_reports(member: Person) -> None:
    answer = await member.client.get(f"{PATH}/library")
    assert answer.status_code == 200
    rules = answer.json()
    assert len(rules) >= 15
    for rule in rules:
        assert rule["idea"]
        assert rule["reference"]
        assert {report["symbol"] for report in rule["reports"]} == {"AAPL", "FB", "GOOG", "IBM", "MSFT"}
        checked = await member.client.post(f"{PATH}/check", json={"source": rule["source"]})
        assert checked.json()["ok"]


async def test_two_versions_are_compared_line_by_line(member: Person, other_member: Person) -> None:
    saved = await _save(member)
    changed = RULE.replace("param(10, 5, 50)", "param(12, 5, 50)")
    await member.client.put(f"{PATH}/{saved['id']}", json={"source": changed})
    where = f"{PATH}/{saved['id']}/diff"
    answer = await member.client.get(where, params={"from": 1, "to": 2})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["from"], body["to"]) == (1, 2)
    assert body["lines"][:2] == [
        {"kind": "removed", "text": "n = param(10, 5, 50)", "old_line": 1, "new_line": None},
        {"kind": "added", "text": "n = param(12, 5, 50)", "old_line": None, "new_line": 1},
    ]
    assert [line["kind"] for line in body["lines"][2:]] == ["same", "same"]
    for question in ({"from": 1, "to": 3}, {"from": 9, "to": 1}):
        missing = await member.client.get(where, params=question)
        assert (missing.status_code, missing.json()["code"]) == (404, "strategy_version_not_found")
    assert (await member.client.get(where, params={"from": 0, "to": 1})).status_code == 422
    assert (await other_member.client.get(where, params={"from": 1, "to": 2})).status_code == 404


async def test_the_list_is_searched_by_name(member: Person) -> None:
    for name in ("Golden cross", "RSI 100%", "Turtle"):
        await _save(member, name)
    for query, names in {"CROSS": ["Golden cross"], " % ": ["RSI 100%"], "_": [], "": 3}.items():
        items = (await member.client.get(PATH, params={"query": query})).json()["items"]
        assert ([item["name"] for item in items] if query else len(items)) == names, query
    for bad in ("a\x00b", "x" * 101):
        assert (await member.client.get(PATH, params={"query": bad})).status_code == 422
