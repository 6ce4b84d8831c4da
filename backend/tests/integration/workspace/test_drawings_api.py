"""Drawings over HTTP: kept, moved, right over a split, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from app.core.database import Databases
from app.engine.intervals import Interval
from app.market import service as market
from app.market.domain import Viewer
from app.workspace import service
from tests.integration.conftest import Person
from tests.integration.workspace.conftest import InstrumentMaker

pytestmark = pytest.mark.anyio

PATH = "/api/v1/drawings"
# Days of August 2020; Apple split 4-for-1 at the opening of Monday the 31st.
FRIDAY, MONDAY = 1_598_572_800, 1_598_832_000
LINE = [{"time": FRIDAY, "price": 500.0}, {"time": MONDAY, "price": 520.0}]
SPLIT = [{"date": "2020-08-31", "ratio": 4.0}]


def _line(instrument_id: str, **more: Any) -> dict[str, Any]:
    return {"instrument_id": instrument_id, "kind": "trend_line", "interval": "1day", "points": LINE} | more


async def _draw(person: Person, instrument_id: str, **more: Any) -> dict[str, Any]:
    answer = await person.client.post(PATH, json=_line(instrument_id, **more))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    return made


async def _prices(person: Person, drawing_id: str, **parameters: str) -> list[float]:
    answer = await person.client.get(f"{PATH}/{drawing_id}", params=parameters)
    return [point["price"] for point in answer.json()["points"]]


async def _split(person: Person, instrument_id: str) -> None:
    answer = await person.client.put(f"/api/v1/instruments/{instrument_id}/splits", json=SPLIT)
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def own(member: Person, make_instrument: InstrumentMaker) -> str:
    """The id of an instrument of the member's own."""
    return await make_instrument("AAPL", member)


async def test_a_drawing_comes_back_as_it_was(member: Person, own: str) -> None:
    style = {"color": "up", "width": 3, "dash": "dashed", "extends_right": True}
    made = await _draw(member, own, style=style, text="support", locked=True)
    assert (made["points"], made["style"], made["text"], made["locked"]) == (LINE, style, "support", True)
    assert (await member.client.get(f"{PATH}/{made['id']}")).json() == made
    point = [{"time": FRIDAY, "price": 0.1}]
    level = await _draw(member, own, kind="horizontal", points=point)
    assert level["style"] == {"color": "accent", "width": 2, "dash": "solid", "extends_right": False}
    listed = (await member.client.get(PATH, params={"instrument_id": own})).json()
    assert listed == {"items": [made, level], "next_cursor": None, "splits_revision": 0}


async def test_a_drawing_is_moved_and_changed_in_parts(member: Person, own: str) -> None:
    made = await _draw(member, own, text="one")
    path = f"{PATH}/{made['id']}"
    points = [{"time": 1_598_880_600, "price": 1.5}, {"time": 1_598_884_200, "price": 2.5}]
    moved = await member.client.patch(path, json={"points": points, "interval": "1h"})
    assert (moved.status_code, moved.json()["points"], moved.json()["interval"]) == (200, points, "1h")
    assert moved.json()["text"] == "one"
    changed = (await member.client.patch(path, json={"text": None, "locked": True})).json()
    assert (changed["text"], changed["locked"], changed["points"]) == (None, True, points)
    styled = (await member.client.patch(path, json={"style": {"color": "down"}})).json()
    assert (styled["style"]["color"], styled["locked"]) == ("down", True)


async def test_changes_of_two_parts_at_once_both_hold(member: Person, own: str) -> None:
    path = f"{PATH}/{(await _draw(member, own))['id']}"
    await asyncio.gather(
        member.client.patch(path, json={"text": "both"}),
        member.client.patch(path, json={"locked": True}),
        member.client.patch(path, json={"style": {"width": 5}}),
    )
    read = (await member.client.get(path)).json()
    assert (read["text"], read["locked"], read["style"]["width"]) == ("both", True, 5)


async def test_a_split_overnight_moves_a_line_with_its_candles(member: Person, own: str) -> None:
    before = await _draw(member, own)
    level = await _draw(member, own, kind="horizontal", points=LINE[:1])
    await _split(member, own)
    assert await _prices(member, before["id"]) == [125.0, 520.0]
    assert await _prices(member, before["id"], adjust="none") == [500.0, 520.0]
    assert await _prices(member, level["id"]) == [125.0]
    after = await _draw(
        member, own, points=[{"time": FRIDAY, "price": 120.0}, {"time": MONDAY, "price": 130.0}]
    )
    assert await _prices(member, after["id"]) == [120.0, 130.0]
    assert await _prices(member, after["id"], adjust="none") == [480.0, 130.0]
    raw = await _draw(member, own, adjust="none")
    assert [point["price"] for point in raw["points"]] == [500.0, 520.0]
    assert await _prices(member, raw["id"]) == [125.0, 520.0]


async def test_an_hour_before_the_opening_of_the_split_counts_as_before(member: Person, own: str) -> None:
    # 19:00 UTC on Friday, and 13:30 UTC (09:30 in New York) on Monday.
    points = [{"time": 1_598_641_200, "price": 500.0}, {"time": 1_598_880_600, "price": 130.0}]
    made = await _draw(member, own, interval="1h", points=points)
    await _split(member, own)
    assert await _prices(member, made["id"]) == [125.0, 130.0]


async def test_a_chart_of_before_the_split_cannot_draw(member: Person, own: str) -> None:
    made = await _draw(member, own, splits_revision=0)
    await _split(member, own)
    for answer in (
        await member.client.post(PATH, json=_line(own, splits_revision=0)),
        await member.client.patch(
            f"{PATH}/{made['id']}", json={"points": LINE, "interval": "1day", "splits_revision": 0}
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "splits_changed")
    revision = (await member.client.get(PATH, params={"instrument_id": own})).json()["splits_revision"]
    await _draw(member, own, splits_revision=revision)


async def test_other_rooms_find_a_drawing_and_its_line(
    member: Person, other_member: Person, own: str, databases: Databases
) -> None:
    made = await _draw(member, own)
    await _split(member, own)
    async with databases.main.session() as session:
        drawing = await service.find_drawing(session, UUID(member.id), UUID(made["id"]))
        assert await service.find_drawing(session, UUID(other_member.id), UUID(made["id"])) is None
        instrument = await market.get_instrument_by_id(session, Viewer(UUID(member.id)), UUID(own))
    assert drawing is not None
    assert [point.price for point in drawing.points] == [500.0, 520.0]
    adjusted = service.adjust_drawing(drawing, instrument)
    assert [point.price for point in adjusted.points] == [125.0, 520.0]
    assert adjusted.interval is Interval.DAY_1


async def test_all_of_an_instrument_goes_at_once_and_with_it(
    member: Person, other_member: Person, own: str, make_instrument: InstrumentMaker
) -> None:
    shared = await make_instrument("IBM")
    kept = [await _draw(member, own), await _draw(other_member, shared)]
    gone = [await _draw(member, shared), await _draw(member, shared)]
    answer = await member.client.delete(PATH, params={"instrument_id": shared})
    assert answer.status_code == 204
    assert {(await member.client.get(f"{PATH}/{one['id']}")).status_code for one in gone} == {404}
    assert (await other_member.client.get(f"{PATH}/{kept[1]['id']}")).status_code == 200
    await member.client.delete(f"/api/v1/instruments/{own}")
    assert (await member.client.get(f"{PATH}/{kept[0]['id']}")).status_code == 404


async def test_what_belongs_to_somebody_else_is_not_there(
    member: Person, other_member: Person, admin: Person, own: str, make_instrument: InstrumentMaker
) -> None:
    shared = await make_instrument("IBM")
    path = f"{PATH}/{(await _draw(member, shared))['id']}"
    for somebody in (other_member, admin):
        client = somebody.client
        for answer in (
            await client.get(path),
            await client.patch(path, json={"text": "x"}),
            await client.delete(path),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "drawing_not_found")
        for answer in (
            await client.post(PATH, json=_line(own)),
            await client.get(PATH, params={"instrument_id": own}),
            await client.delete(PATH, params={"instrument_id": own}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "instrument_not_found")
        assert (await client.get(PATH, params={"instrument_id": shared})).json()["items"] == []
    assert (await member.client.delete(path)).status_code == 204
    assert (await member.client.delete(path)).status_code == 404


async def test_nobody_comes_in_unasked(client: httpx.AsyncClient) -> None:
    one = uuid4()
    for answer in (
        await client.get(PATH, params={"instrument_id": str(one)}),
        await client.post(PATH, json=_line(str(one))),
        await client.get(f"{PATH}/{one}"),
        await client.patch(f"{PATH}/{one}", json={"text": "x"}),
        await client.delete(f"{PATH}/{one}"),
        await client.delete(PATH, params={"instrument_id": str(one)}),
    ):
        assert answer.status_code == 401


def _points(time: Any = FRIDAY, price: Any = 1.0) -> dict[str, Any]:
    return {"points": [{"time": time, "price": price}, {"time": MONDAY, "price": 2.0}]}


BAD_PARTS: list[dict[str, Any]] = [
    {"kind": "circle"},
    {"interval": "7min"},
    {"interval": None},
    {"points": []},
    {"points": LINE[:1]},
    {"points": [*LINE, LINE[0]]},
    {"kind": "horizontal"},
    _points(price=1e16),
    _points(price=-1e16),
    _points(price="x"),
    _points(price=None),
    _points(price=True),
    _points(time=2**63),
    _points(time=253_402_300_800),
    _points(time=1.5),
    {"style": {"color": "#ff0000"}},
    {"style": {"width": 0}},
    {"style": {"width": 9}},
    {"style": {"dash": "wavy"}},
    {"text": "x" * 201},
    {"text": "a\x00b"},
    {"adjust": "all"},
    {"splits_revision": 2**63},
    {"owner_id": str(uuid4())},
]


async def test_bad_input_is_422(member: Person, own: str) -> None:
    for more in BAD_PARTS:
        answer = await member.client.post(PATH, json=_line(own, **more))
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), more


async def test_numbers_that_are_none_are_422(member: Person, own: str) -> None:
    for number in (b"NaN", b"Infinity", b"1e999"):
        content = (
            b'{"instrument_id":"%b","kind":"horizontal","interval":"1day","points":[{"time":1,"price":%b}]}'
            % (own.encode(), number)
        )
        answer = await member.client.post(PATH, content=content, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, number


async def test_bad_changes_are_422(member: Person, own: str) -> None:
    path = f"{PATH}/{(await _draw(member, own))['id']}"
    for body in (
        {},
        {"adjust": "none"},
        {"points": LINE},
        {"interval": "1day"},
        {"points": LINE[:1], "interval": "1day"},
        {"points": None, "interval": None},
        {"style": None},
        {"locked": None},
        {"kind": "rectangle"},
    ):
        answer = await member.client.patch(path, json=body)
        assert answer.status_code == 422, body


async def test_an_instrument_carries_so_many(member: Person, own: str, databases: Databases) -> None:
    fill = text(
        'INSERT INTO drawings (owner_id, instrument_id, kind, "interval", points, color, width, dash,'
        " extends_right, is_locked) SELECT :owner_id, :instrument_id, 'horizontal', '1day', '[[1, 2]]', 'up',"
        " 1, 'solid', false, false FROM generate_series(1, 499)"
    )
    async with databases.main.session() as session:
        await session.execute(fill, {"owner_id": member.id, "instrument_id": own})
    answers = await asyncio.gather(*(member.client.post(PATH, json=_line(own)) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "too_many_drawings"}


async def test_many_come_in_pages_and_cost_as_many_statements_as_one(
    member: Person, own: str, statements: list[str]
) -> None:
    counts: list[int] = []
    made: list[str] = []
    for wanted in (1, 6):
        while len(made) < wanted:
            made.append((await _draw(member, own))["id"])
        statements.clear()
        await member.client.get(PATH, params={"instrument_id": own})
        counts.append(len(statements))
    assert counts[0] == counts[1]
    first = (await member.client.get(PATH, params={"instrument_id": own, "limit": 4})).json()
    more = {"instrument_id": own, "limit": 4, "cursor": first["next_cursor"]}
    rest = (await member.client.get(PATH, params=more)).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None
