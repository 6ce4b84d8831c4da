"""Chart layouts over HTTP: kept as they were, bounded, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.core.database import Databases
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio

PATH = "/api/v1/layouts"
PANE = {"symbol": "AAPL", "interval": "1day", "indicators": [{"name": "sma", "window": 20}], "scale": "log"}
STATE: dict[str, Any] = {
    "version": 1,
    "panes": [PANE],
    "grid": {"rows": 1, "columns": [0.5, 0.5]},
    "mine": None,
}


async def _save(person: Person, name: str = "One", **more: Any) -> dict[str, Any]:
    answer = await person.client.post(PATH, json={"name": name, "state": STATE | more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    return made


async def _names(person: Person) -> list[tuple[str, bool]]:
    items = (await person.client.get(PATH)).json()["items"]
    return [(one["name"], one["is_last_used"]) for one in items]


async def test_a_layout_comes_back_as_it_was(member: Person) -> None:
    made = await _save(member)
    assert (made["state"], made["is_last_used"]) == (STATE, True)
    assert (await member.client.get(f"{PATH}/{made['id']}")).json() == made
    path = f"{PATH}/{made['id']}"
    renamed = (await member.client.put(path, json={"name": " Two "})).json()
    assert (renamed["name"], renamed["state"]) == ("Two", STATE)
    other = STATE | {"panes": [PANE, PANE | {"symbol": "BTC/USD"}]}
    changed = (await member.client.put(path, json={"state": other})).json()
    assert (changed["name"], changed["state"]) == ("Two", other)
    assert (await member.client.delete(path)).status_code == 204
    assert (await member.client.get(path)).status_code == 404


async def test_the_one_used_last_is_marked_and_first(member: Person) -> None:
    first = await _save(member, "A")
    await _save(member, "B")
    assert await _names(member) == [("B", True), ("A", False)]
    used = await member.client.put(f"{PATH}/{first['id']}", json={})
    assert (used.status_code, used.json()["is_last_used"]) == (200, True)
    assert used.json()["updated_at"] == first["updated_at"]
    assert await _names(member) == [("A", True), ("B", False)]


async def test_layouts_come_in_pages(member: Person, statements: list[str]) -> None:
    await _save(member, "0")
    await member.client.get(PATH)
    statements.clear()
    await member.client.get(PATH)
    for_one = len(statements)
    for number in range(1, 4):
        await _save(member, str(number))
    statements.clear()
    first = (await member.client.get(PATH, params={"limit": 3})).json()
    assert len(statements) == for_one
    rest = (await member.client.get(PATH, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [one["name"] for one in first["items"] + rest["items"]] == ["3", "2", "1", "0"]
    assert "state" not in first["items"][0]
    assert rest["next_cursor"] is None


async def test_what_belongs_to_somebody_else_is_not_there(
    member: Person, other_member: Person, admin: Person
) -> None:
    path = f"{PATH}/{(await _save(member))['id']}"
    for somebody in (other_member, admin):
        for answer in (
            await somebody.client.get(path),
            await somebody.client.put(path, json={"name": "x"}),
            await somebody.client.delete(path),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "layout_not_found")
        assert await _names(somebody) == []
    assert await _names(member) == [("One", True)]


async def test_nobody_comes_in_unasked(client: httpx.AsyncClient) -> None:
    one = uuid4()
    for answer in (
        await client.get(PATH),
        await client.post(PATH, json={"name": "x", "state": STATE}),
        await client.get(f"{PATH}/{one}"),
        await client.put(f"{PATH}/{one}", json={"name": "x"}),
        await client.delete(f"{PATH}/{one}"),
    ):
        assert answer.status_code == 401


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


BAD_STATES: list[Any] = [
    None,
    [],
    {},
    {"version": 1},
    {"version": 0, "panes": [PANE]},
    {"version": "1", "panes": [PANE]},
    {"version": 1, "panes": []},
    {"version": 1, "panes": [PANE] * 17},
    {"version": 1, "panes": [{"symbol": "AAPL"}]},
    {"version": 1, "panes": [{"symbol": "a b", "interval": "1day"}]},
    {"version": 1, "panes": [{"symbol": "AAPL", "interval": "7min"}]},
    {"version": 1, "panes": [PANE | {"indicators": [1] * 51}]},
    STATE | {"mine": "x" * 70_000},
    STATE | {"mine": _nested(10)},
    STATE | {"mine": _nested(400)},
    STATE | {"mine": 2**53 + 1},
    STATE | {"mine": -(2**70)},
    STATE | {"mine": "a\x00b"},
    STATE | {"a\x00b": 1},
]


async def test_bad_states_are_422(member: Person) -> None:
    for state in BAD_STATES:
        answer = await member.client.post(PATH, json={"name": "x", "state": state})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), state


async def test_numbers_and_text_that_are_none_are_refused(member: Person) -> None:
    for value in (b"NaN", b"-Infinity", b"1e999", rb'"\ud800"', b"9" * 5_000):
        content = (
            b'{"name":"x","state":{"version":1,"panes":[{"symbol":"A","interval":"1h"}],"mine":%b}}' % value
        )
        answer = await member.client.post(PATH, content=content, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, value[:20]


async def test_bad_bodies_are_422(member: Person) -> None:
    path = f"{PATH}/{(await _save(member))['id']}"
    for body in ({"name": None}, {"state": None}, {"name": " "}, {"name": "x" * 81}, {"other": 1}):
        assert (await member.client.put(path, json=body)).status_code == 422, body
    for cursor in ("x", "WyJhIiwiYiJd"):
        assert (await member.client.get(PATH, params={"cursor": cursor})).status_code == 422


async def test_one_person_has_so_many(member: Person, databases: Databases) -> None:
    fill = text(
        "INSERT INTO layouts (owner_id, name, state) SELECT :owner_id, 'x', '{}' FROM generate_series(1, 49)"
    )
    async with databases.main.session() as session:
        await session.execute(fill, {"owner_id": member.id})
    body = {"name": "x", "state": STATE}
    answers = await asyncio.gather(*(member.client.post(PATH, json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
