"""Watchlists and the star over HTTP: kept, ordered, edited from two windows, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.core.database import Databases
from tests.integration.conftest import Person
from tests.integration.workspace.conftest import InstrumentMaker

pytestmark = pytest.mark.anyio

PATH = "/api/v1/watchlists"
STARS = "/api/v1/stars"


async def _begin(person: Person, name: str = "Tech") -> dict[str, Any]:
    answer = await person.client.post(PATH, json={"name": name})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    return made


async def _read(person: Person, watchlist_id: str) -> dict[str, Any]:
    answer = await person.client.get(f"{PATH}/{watchlist_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _symbols(watchlist: dict[str, Any]) -> list[str]:
    return [item["instrument"]["symbol"] for item in watchlist["items"]]


async def test_a_list_keeps_instruments_in_the_order_and_groups_of_its_user(
    member: Person, make_instrument: InstrumentMaker
) -> None:
    made = await _begin(member, "  Tech  ")
    assert (made["name"], made["is_default"], made["revision"], made["items"]) == ("Tech", False, 0, [])
    ids = {symbol: await make_instrument(symbol) for symbol in ("AAPL", "IBM", "MSFT")}
    items = f"{PATH}/{made['id']}/items"
    for symbol in ("AAPL", "IBM", "MSFT"):
        answer = await member.client.post(items, json={"instrument_id": ids[symbol]})
        assert answer.status_code == 200
    listed = await _read(member, made["id"])
    assert _symbols(listed) == ["AAPL", "IBM", "MSFT"]
    assert (listed["revision"], listed["item_count"]) == (3, 3)
    order = [
        {"instrument_id": ids["MSFT"], "group": "Software"},
        {"instrument_id": ids["AAPL"], "group": " Phones "},
        {"instrument_id": ids["IBM"]},
    ]
    answer = await member.client.put(items, json={"revision": 3, "items": order})
    assert answer.status_code == 200, answer.text
    assert _symbols(answer.json()) == ["MSFT", "AAPL", "IBM"]
    assert [item["group"] for item in answer.json()["items"]] == ["Software", "Phones", None]
    assert answer.json() == await _read(member, made["id"])
    assert (await member.client.delete(f"{items}/{ids['AAPL']}")).status_code == 204
    assert _symbols(await _read(member, made["id"])) == ["MSFT", "IBM"]


async def test_adding_and_removing_again_change_nothing(
    member: Person, make_instrument: InstrumentMaker
) -> None:
    made, instrument_id = await _begin(member), await make_instrument("AAPL")
    items = f"{PATH}/{made['id']}/items"
    await member.client.post(items, json={"instrument_id": instrument_id, "group": "A"})
    again = await member.client.post(items, json={"instrument_id": instrument_id, "group": "B"})
    assert (again.json()["revision"], again.json()["items"][0]["group"]) == (1, "A")
    for _ in range(2):
        assert (await member.client.delete(f"{items}/{instrument_id}")).status_code == 204
    assert (await _read(member, made["id"]))["revision"] == 2


async def test_an_order_made_from_an_old_list_is_refused_and_loses_nothing(
    member: Person, make_instrument: InstrumentMaker
) -> None:
    made = await _begin(member)
    first, second = await make_instrument("AAPL"), await make_instrument("IBM")
    items = f"{PATH}/{made['id']}/items"
    await member.client.post(items, json={"instrument_id": first})
    seen = (await _read(member, made["id"]))["revision"]
    await member.client.post(items, json={"instrument_id": second})
    stale = {"revision": seen, "items": [{"instrument_id": first, "group": "A"}]}
    answer = await member.client.put(items, json=stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "watchlist_changed")
    assert _symbols(await _read(member, made["id"])) == ["AAPL", "IBM"]


async def test_edits_at_once_all_hold(member: Person, make_instrument: InstrumentMaker) -> None:
    made = await _begin(member)
    ids = [await make_instrument(f"S{number}") for number in range(8)]
    items = f"{PATH}/{made['id']}/items"
    answers = await asyncio.gather(
        *(member.client.post(items, json={"instrument_id": one}) for one in ids),
        *(member.client.put(f"{STARS}/{one}") for one in ids),
    )
    assert {answer.status_code for answer in answers} == {200, 204}
    assert sorted(_symbols(await _read(member, made["id"]))) == [f"S{number}" for number in range(8)]
    assert set((await member.client.get(STARS)).json()["instrument_ids"]) == set(ids)
    lists = (await member.client.get(PATH)).json()["items"]
    assert [one["is_default"] for one in lists] == [True, False]


async def test_the_star_begins_its_list_and_marks_once(
    member: Person, make_instrument: InstrumentMaker
) -> None:
    instrument_id = await make_instrument("AAPL")
    assert (await member.client.get(STARS)).json() == {"watchlist_id": None, "instrument_ids": []}
    assert (await member.client.delete(f"{STARS}/{instrument_id}")).status_code == 204
    for _ in range(2):
        assert (await member.client.put(f"{STARS}/{instrument_id}")).status_code == 204
    stars = (await member.client.get(STARS)).json()
    assert stars["instrument_ids"] == [instrument_id]
    default = await _read(member, stars["watchlist_id"])
    assert (default["name"], default["is_default"], _symbols(default)) == ("Watchlist", True, ["AAPL"])
    for _ in range(2):
        assert (await member.client.delete(f"{STARS}/{instrument_id}")).status_code == 204
    assert (await member.client.get(STARS)).json()["instrument_ids"] == []
    assert (await member.client.delete(f"{PATH}/{default['id']}")).status_code == 204
    await member.client.put(f"{STARS}/{instrument_id}")
    assert (await member.client.get(STARS)).json()["watchlist_id"] not in (None, default["id"])


async def test_lists_are_renamed_moved_and_listed_in_pages(member: Person) -> None:
    made = [await _begin(member, name) for name in ("A", "B", "C", "D")]
    moved = await member.client.patch(f"{PATH}/{made[3]['id']}", json={"position": 1, "name": "New"})
    assert (moved.status_code, moved.json()["name"], moved.json()["position"]) == (200, "New", 1)
    far = await member.client.patch(f"{PATH}/{made[0]['id']}", json={"position": 49})
    assert far.json()["position"] == 3
    names, cursor = [], None
    while True:
        parameters = {"limit": 3} | ({} if cursor is None else {"cursor": cursor})
        page = (await member.client.get(PATH, params=parameters)).json()
        names += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == ["New", "B", "C", "A"]


async def test_a_deleted_instrument_leaves_the_lists(
    member: Person, make_instrument: InstrumentMaker
) -> None:
    made, own = await _begin(member), await make_instrument("MINE", member)
    await member.client.post(f"{PATH}/{made['id']}/items", json={"instrument_id": own})
    await member.client.put(f"{STARS}/{own}")
    assert (await member.client.delete(f"/api/v1/instruments/{own}")).status_code == 204
    assert (await _read(member, made["id"]))["items"] == []
    assert (await member.client.get(STARS)).json()["instrument_ids"] == []


async def test_what_belongs_to_somebody_else_is_not_there(
    member: Person, other_member: Person, admin: Person, make_instrument: InstrumentMaker
) -> None:
    made, shared = await _begin(member), await make_instrument("AAPL")
    private = await make_instrument("MINE", member)
    path = f"{PATH}/{made['id']}"
    for somebody in (other_member, admin):
        client = somebody.client
        for answer in (
            await client.get(path),
            await client.patch(path, json={"name": "x"}),
            await client.delete(path),
            await client.put(f"{path}/items", json={"revision": 0, "items": []}),
            await client.post(f"{path}/items", json={"instrument_id": shared}),
            await client.delete(f"{path}/items/{shared}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "watchlist_not_found")
        theirs = await _begin(somebody)
        order = {"revision": 0, "items": [{"instrument_id": private}]}
        for answer in (
            await client.put(f"{STARS}/{private}"),
            await client.post(f"{PATH}/{theirs['id']}/items", json={"instrument_id": private}),
            await client.put(f"{PATH}/{theirs['id']}/items", json=order),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "instrument_not_found")
        assert [one["id"] for one in (await client.get(PATH)).json()["items"]] == [theirs["id"]]
    assert (await _read(member, made["id"]))["revision"] == 0


async def test_nobody_comes_in_unasked(client: httpx.AsyncClient) -> None:
    one = uuid4()
    for answer in (
        await client.get(PATH),
        await client.post(PATH, json={"name": "x"}),
        await client.get(f"{PATH}/{one}"),
        await client.patch(f"{PATH}/{one}", json={"name": "x"}),
        await client.delete(f"{PATH}/{one}"),
        await client.put(f"{PATH}/{one}/items", json={"revision": 0, "items": []}),
        await client.post(f"{PATH}/{one}/items", json={"instrument_id": str(one)}),
        await client.delete(f"{PATH}/{one}/items/{one}"),
        await client.get(STARS),
        await client.put(f"{STARS}/{one}"),
        await client.delete(f"{STARS}/{one}"),
    ):
        assert answer.status_code == 401


async def test_bad_input_is_422(member: Person, make_instrument: InstrumentMaker) -> None:
    made, one = await _begin(member), await make_instrument("AAPL")
    path = f"{PATH}/{made['id']}"
    twice = [{"instrument_id": one}, {"instrument_id": one}]
    many = [{"instrument_id": str(uuid4())} for _ in range(501)]
    cases: list[tuple[str, str, Any]] = [
        ("POST", PATH, {}),
        ("POST", PATH, {"name": "  "}),
        ("POST", PATH, {"name": "x" * 81}),
        ("POST", PATH, {"name": "a\x00b"}),
        ("POST", PATH, {"name": "x", "owner_id": one}),
        ("PATCH", path, {}),
        ("PATCH", path, {"name": None}),
        ("PATCH", path, {"position": -1}),
        ("PATCH", path, {"position": 50}),
        ("PATCH", path, {"position": 2**63}),
        ("PATCH", path, {"position": True}),
        ("POST", f"{path}/items", {"instrument_id": "x"}),
        ("POST", f"{path}/items", {"instrument_id": one, "group": " "}),
        ("POST", f"{path}/items", {"instrument_id": one, "group": "x" * 61}),
        ("PUT", f"{path}/items", {"items": []}),
        ("PUT", f"{path}/items", {"revision": -1, "items": []}),
        ("PUT", f"{path}/items", {"revision": 2**63, "items": []}),
        ("PUT", f"{path}/items", {"revision": 0, "items": twice}),
        ("PUT", f"{path}/items", {"revision": 0, "items": many}),
        ("GET", f"{PATH}?cursor=x", None),
        ("GET", f"{PATH}/x", None),
    ]
    for method, where, body in cases:
        answer = await member.client.request(method, where, json=body)
        assert answer.status_code == 422, (method, where, body, answer.text)
    surrogate = await member.client.post(
        PATH, content=rb'{"name":"\ud800"}', headers={"Content-Type": "application/json"}
    )
    assert surrogate.status_code == 422
    assert (await _read(member, made["id"]))["revision"] == 0


async def test_lists_and_items_are_limited(
    member: Person, make_instrument: InstrumentMaker, databases: Databases
) -> None:
    made, one = await _begin(member), await make_instrument("LAST")
    fill = text(
        "WITH made AS (INSERT INTO instruments (symbol, name, asset_class, timezone)"
        " SELECT 'S' || n, 'S' || n, 'stock', 'UTC' FROM generate_series(1, 500) n RETURNING id)"
        " INSERT INTO watchlist_items (watchlist_id, instrument_id, position)"
        " SELECT :watchlist_id, id, 0 FROM made"
    )
    more = text(
        "INSERT INTO watchlists (owner_id, name, position)"
        " SELECT :owner_id, 'x', n FROM generate_series(1, 48) n"
    )
    async with databases.main.session() as session:
        await session.execute(fill, {"watchlist_id": made["id"]})
        await session.execute(more, {"owner_id": member.id})
    assert (await _read(member, made["id"]))["item_count"] == 500
    full = await member.client.post(f"{PATH}/{made['id']}/items", json={"instrument_id": one})
    assert (full.status_code, full.json()["code"]) == (409, "watchlist_full")
    last = await asyncio.gather(*(member.client.post(PATH, json={"name": "x"}) for _ in range(3)))
    assert sorted(answer.status_code for answer in last) == [201, 409, 409]
    assert {answer.json().get("code") for answer in last} == {None, "too_many_watchlists"}
    starred = await member.client.put(f"{STARS}/{one}")
    assert (starred.status_code, starred.json()["code"]) == (409, "too_many_watchlists")


async def test_many_cost_as_many_statements_as_one(
    member: Person, make_instrument: InstrumentMaker, statements: list[str]
) -> None:
    made, counts = await _begin(member), []
    for wanted in (1, 5):
        for number in range(wanted):
            one = await make_instrument(f"S{wanted}{number}")
            await member.client.post(f"{PATH}/{made['id']}/items", json={"instrument_id": one})
            await _begin(member)
        statements.clear()
        await _read(member, made["id"])
        await member.client.get(PATH)
        counts.append(len(statements))
    assert counts[0] == counts[1]
