"""Alerts over HTTP: made, listed, changed, tried, deleted; nobody else's; the log of firings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from app.alerts.checks import answer_next_check
from app.alerts.domain import MAXIMUM_ALERTS
from app.alerts.evaluator import Evaluator
from app.alerts.repository import count_checks
from app.core.clock import FixedClock
from app.core.database import Databases
from tests.integration.alerts.conftest import MINUTE, START, MakeAlert, Market, read_firings
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio

PATH = "/api/v1/alerts"
ABOVE = {"kind": "rule", "source": "close > 100"}


async def test_an_alert_comes_back_as_it_was_made(
    member: Person, feed: Market, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    await feed.store(coin, START, [1])
    answer = await member.client.post(
        PATH,
        json={
            "symbol": "coin",
            "interval": "1h",
            "condition": {"kind": "rule", "source": "n = param(14, 5, 50)\nrsi(close, n) < 30"},
            "on": "tick",
            "repeat": "every",
            "cooldown_seconds": 600,
            "expires_at": "2026-06-01T00:00:00Z",
        },
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    wanted = {
        "name": "n = param(14, 5, 50) rsi(close, n) < 30",
        "words": "n = param(14, 5, 50) rsi(close, n) < 30",
        "symbol": "COIN", "instrument_id": str(coin), "interval": "1h", "on": "tick", "repeat": "every",
        "cooldown_seconds": 600, "webhook": None, "enabled": True, "state": "active", "problem": None,
        "expires_at": "2026-06-01T00:00:00Z", "last_fired_at": None, "visibility": "private",
    }  # fmt: skip
    assert {name: made[name] for name in wanted} == wanted
    assert (await member.client.get(f"{PATH}/{made['id']}")).json() == made
    changed = await member.client.patch(
        f"{PATH}/{made['id']}", json={"name": "Low", "enabled": False, "expires_at": None, "repeat": "once"}
    )
    assert changed.status_code == 200
    for name, value in {"name": "Low", "state": "paused", "expires_at": None, "repeat": "once"}.items():
        assert changed.json()[name] == value
    assert changed.json()["condition"] == made["condition"]


async def test_an_invalid_rule_is_refused_at_its_place_in_the_text(member: Person, feed: Market) -> None:
    coin = await feed.add_instrument()
    for source, line, column, code in (
        ("x = 1\nclose > smaa(close, 5)", 2, 9, "unknown_function"),
        ("close", 1, 1, "output_type"),
        ("enter_long = close > 1", 1, 1, "output_in_condition"),
        ("x = 5", 1, 1, "no_condition"),
        ("", 1, 1, "no_condition"),
        ("(close >\n  opne)", 2, 3, "unknown_name"),
        ("x = 1\n# why\ny = x; close > y", 3, 8, "two_statements"),
    ):
        body = {
            "instrument_id": str(coin),
            "interval": "1min",
            "condition": {"kind": "rule", "source": source},
        }
        answer = await member.client.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "rule_invalid"), source
        first = answer.json()["errors"][0]
        assert (first["line"], first["column"], first["code"]) == (line, column, code), source
    unsuitable = {"kind": "rule", "source": 'on("1h", close) > 1'}
    body = {"instrument_id": str(coin), "interval": "1day", "condition": unsuitable}
    answer = await member.client.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "condition_unsuitable")


async def test_bad_bodies_are_422(member: Person, feed: Market) -> None:
    coin = str(await feed.add_instrument())
    good = {"instrument_id": coin, "interval": "1min", "condition": ABOVE}
    for change in (
        {"instrument_id": None},
        {"symbol": "COIN"},
        {"interval": "2min"},
        {"condition": {"kind": "price", "level": 0}},
        {"condition": {"kind": "price", "level": "NaN"}},
        {"condition": {"kind": "price", "level": 5, "direction": "enters"}},
        {"condition": {"kind": "mood"}},
        {"condition": {"kind": "rule", "source": "close > 1\x00"}},
        {"cooldown_seconds": -1},
        {"cooldown_seconds": 10**9},
        {"name": " "},
        {"owner_id": str(uuid4())},
        {"webhook": {"url": "https://example.com", "secret": "mine"}},
    ):
        answer = await member.client.post(PATH, json={**good, **change})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), change
    for body in ({}, {"name": None}, {"condition": None}, {"state": "done"}):
        answer = await member.client.patch(f"{PATH}/{uuid4()}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), body


async def test_what_is_somebody_elses_is_not_there(
    member: Person,
    other_member: Person,
    feed: Market,
    make_alert: MakeAlert,
    evaluator: Evaluator,
    clock: FixedClock,
) -> None:
    coin = await feed.add_instrument()
    alert = await make_alert(member.client, coin, condition=ABOVE, webhook={"url": "http://127.0.0.1:9/x"})
    await feed.store(coin, START, [101])
    clock.advance(MINUTE)
    await evaluator.look(None)
    [firing] = await read_firings(member.client)
    stranger, path = other_member.client, f"{PATH}/{alert['id']}"
    answers = [
        await stranger.get(path),
        await stranger.patch(path, json={"name": "mine"}),
        await stranger.delete(path),
        await stranger.get(f"{path}/firings"),
        await stranger.post(f"{path}/test"),
        await stranger.post(f"{path}/webhook-secret"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "alert_not_found")] * 6
    assert (await stranger.get(PATH)).json()["items"] == []
    assert (await stranger.get("/api/v1/firings")).json()["items"] == []
    await stranger.post("/api/v1/firings/read", json={"ids": [firing["id"]]})
    await stranger.post("/api/v1/firings/read", json={"all": True})
    assert (await member.client.get("/api/v1/firings/unread")).json() == {"unread": 1}
    own = await feed.add_instrument("SECRET", owner_id=UUID(member.id))
    body = {"instrument_id": str(own), "interval": "1min", "condition": ABOVE}
    for path in (PATH, f"{PATH}/check"):
        answer = await stranger.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "instrument_not_found")


async def test_the_log_is_read_in_pages_and_outlives_its_alert(
    member: Person, feed: Market, make_alert: MakeAlert, evaluator: Evaluator, clock: FixedClock
) -> None:
    coin = await feed.add_instrument()
    alert = await make_alert(member.client, coin, condition=ABOVE, repeat="every", name="Above")
    await feed.store(coin, START, [101] * 5)
    clock.advance(5 * MINUTE)
    await evaluator.look(None)
    page = (await member.client.get(f"{PATH}/{alert['id']}/firings", params={"limit": 2})).json()
    assert len(page["items"]) == 2
    rest = await member.client.get(
        f"{PATH}/{alert['id']}/firings", params={"limit": 100, "cursor": page["next_cursor"]}
    )
    times = [one["bar"]["time"] for one in page["items"] + rest.json()["items"]]
    assert times == sorted(times, reverse=True)
    assert len(times) == 5
    seen = [one["id"] for one in page["items"]]
    assert (await member.client.post("/api/v1/firings/read", json={"ids": seen})).json() == {"unread": 3}
    assert len(await read_firings(member.client, unread="true")) == 3
    assert len(await read_firings(member.client, unread="false")) == 2
    assert (await member.client.delete(f"{PATH}/{alert['id']}")).status_code == 204
    left = await read_firings(member.client)
    assert [(one["alert_id"], one["alert_name"]) for one in left] == [(None, "Above")] * 5
    assert (await member.client.post("/api/v1/firings/read", json={"all": True})).json() == {"unread": 0}


async def test_lists_take_as_many_statements_for_many_as_for_one(
    member: Person,
    feed: Market,
    make_alert: MakeAlert,
    evaluator: Evaluator,
    clock: FixedClock,
    app: Any,
) -> None:
    coins = [await feed.add_instrument(f"COIN{n}") for n in range(3)]
    webhook = {"url": "http://127.0.0.1:9/x"}

    async def count(path: str) -> int:
        statements: list[str] = []

        def note(_c: object, _u: object, statement: str, *_: object) -> None:
            statements.append(statement)

        engine = app.state.databases.main.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert (await member.client.get(path, params={"limit": 100})).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    await make_alert(member.client, coins[0], condition=ABOVE, repeat="every", webhook=webhook)
    await feed.store(coins[0], START, [101])
    clock.advance(MINUTE)
    await evaluator.look(None)
    before = [await count(PATH), await count("/api/v1/firings")]
    for coin in coins:
        for _ in range(3):
            await make_alert(member.client, coin, condition=ABOVE, repeat="every", webhook=webhook)
        await feed.store(coin, START + MINUTE, [101, 101])
    clock.advance(2 * MINUTE)
    await evaluator.look(None)
    assert len(await read_firings(member.client)) > 10
    assert [await count(PATH), await count("/api/v1/firings")] == before


async def test_there_is_an_end_to_how_many_alerts_one_may_have(
    member: Person, feed: Market, databases: Databases, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    await make_alert(member.client, coin, condition=ABOVE)
    async with databases.main.session() as session:
        columns = (
            'owner_id, instrument_id, symbol, "interval", name, condition, trigger, repeat, '
            "cool_down_seconds, level_factor, level_set_at, state, armed_at, checked_until"
        )
        await session.execute(
            text(f"INSERT INTO alerts ({columns}) SELECT {columns} FROM alerts, generate_series(2, :n)"),  # noqa: S608
            {"n": MAXIMUM_ALERTS},
        )
    body = {"instrument_id": str(coin), "interval": "1min", "condition": ABOVE}
    answer = await member.client.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_alerts")


@asynccontextmanager
async def _a_worker(databases: Databases, clock: FixedClock) -> AsyncIterator[None]:
    async def answer() -> None:
        while True:
            await answer_next_check(databases.main, clock)
            await asyncio.sleep(0.01)

    task = asyncio.create_task(answer())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_check_says_what_a_condition_would_have_done(
    member: Person, feed: Market, databases: Databases, clock: FixedClock
) -> None:
    coin = await feed.add_instrument()
    # The last bar is not over yet.
    await feed.store(coin, START - 5 * MINUTE, [99, 101, 99, 99, 101, 99])
    clock.advance(MINUTE / 2)
    body = {"symbol": "COIN", "interval": "1min"}
    async with _a_worker(databases, clock):
        for condition, count in (
            ({"kind": "price", "level": 100}, 3),
            ({"kind": "price", "level": 100, "direction": "crosses_below"}, 1),
            ({"kind": "rule", "source": "close > 100"}, 2),
            ({"kind": "rule", "source": "sma(close, 50) > 1"}, 0),
        ):
            answer = await member.client.post(f"{PATH}/check", json={**body, "condition": condition})
            assert answer.status_code == 200, answer.text
            assert (answer.json()["count"], answer.json()["bars"]) == (count, 5), condition
        condition = {"kind": "rule", "source": "crossover(close, 100)"}
        found = (await member.client.post(f"{PATH}/check", json={**body, "condition": condition})).json()
        assert found["times"] == ["2026-03-01T23:56:00Z", "2026-03-01T23:59:00Z"]
        assert found["last_at"] == found["times"][-1]
        assert (found["first_bar_at"], found["last_bar_at"]) == (
            "2026-03-01T23:55:00Z",
            "2026-03-01T23:59:00Z",
        )
        bad = {"kind": "rule", "source": "close >"}
        answer = await member.client.post(f"{PATH}/check", json={**body, "condition": bad})
        assert (answer.status_code, answer.json()["code"]) == (422, "rule_invalid")
    async with databases.main.session() as session:
        assert await count_checks(session, UUID(member.id)) == 0


async def test_the_checks_that_wait_are_counted_by_one_request_at_a_time(
    databases: Databases, member: Person
) -> None:
    owner_id = UUID(member.id)
    async with databases.main.session() as first, databases.main.session() as second:
        await count_checks(first, owner_id)
        counting = asyncio.ensure_future(count_checks(second, owner_id))
        done, _ = await asyncio.wait({counting}, timeout=0.3)
        assert not done, "two requests saw the same number and would both have taken the last place"
        await first.commit()
        assert await counting == 0
