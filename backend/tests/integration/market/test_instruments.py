"""Instruments over HTTP: who sees and changes what, lists, splits."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core.clock import FixedClock
from app.core.database import Databases
from app.market import repository
from app.market.demo.loading import load_demo
from tests.integration.conftest import Person
from tests.integration.market.conftest import CLOCK, Importer, days_csv, send_file

SPLITS = [{"date": "2019-01-03", "ratio": 4.0}]


async def get_closes(person: Person, symbol: str = "TEST") -> list[float]:
    answer = await person.client.get("/api/v1/bars", params={"symbol": symbol, "interval": "1day"})
    assert answer.status_code == 200, answer.text
    closes: list[float] = answer.json()["close"]
    return closes


@pytest.fixture
async def private(member: Person, do_import: Importer) -> str:
    """The id of an instrument TEST of the member's own."""
    instrument_id: str = (await do_import(member, days_csv(3)))["instrument_id"]
    return instrument_id


@pytest.fixture
async def installations(admin: Person, do_import: Importer) -> str:
    """The id of an instrument TEST of the installation's."""
    done = await do_import(admin, days_csv(3, close=500.0), scope="installation")
    instrument_id: str = done["instrument_id"]
    return instrument_id


async def test_a_symbol_means_ones_own_first(
    member: Person, other_member: Person, admin: Person, private: str, installations: str
) -> None:
    assert await get_closes(member) == [100.0, 101.0, 102.0]
    assert await get_closes(other_member) == await get_closes(admin) == [500.0, 501.0, 502.0]
    own = (await member.client.get("/api/v1/instruments")).json()["items"]
    assert {item["id"]: item["scope"] for item in own} == {private: "private", installations: "installation"}
    others = (await other_member.client.get("/api/v1/instruments")).json()["items"]
    assert [item["id"] for item in others] == [installations]


async def test_a_members_import_never_touches_the_installations(
    member: Person, other_member: Person, installations: str, do_import: Importer
) -> None:
    done = await do_import(member, days_csv(4))
    assert done["instrument_id"] != installations
    assert len(await get_closes(other_member)) == 3


async def test_members_may_not_write_what_is_everyones(member: Person, installations: str) -> None:
    path = f"/api/v1/instruments/{installations}"
    for answer in (
        await member.client.patch(path, json={"name": "Mine"}),
        await member.client.delete(path),
        await member.client.put(f"{path}/splits", json=SPLITS),
        await send_file(member.client, days_csv(3), scope="installation"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "instrument_read_only")
    assert (await member.client.get(f"{path}/splits")).json() == []


async def test_what_belongs_to_others_is_not_there(other_member: Person, admin: Person, private: str) -> None:
    path = f"/api/v1/instruments/{private}"
    for somebody in (other_member, admin):
        for answer in (
            await somebody.client.get(path),
            await somebody.client.patch(path, json={"name": "Mine"}),
            await somebody.client.delete(path),
            await somebody.client.get(f"{path}/splits"),
            await somebody.client.put(f"{path}/splits", json=SPLITS),
            await somebody.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "instrument_not_found")


async def test_an_instrument_is_changed(member: Person, private: str) -> None:
    path = f"/api/v1/instruments/{private}"
    change = {
        "name": "Test & Co",
        "exchange": "XETR",
        "asset_class": "etf",
        "currency": "EUR",
        "timezone": "Europe/Berlin",
        "calendar": "XETR",
    }
    changed = (await member.client.patch(path, json=change)).json()
    assert {name: changed[name] for name in change} == change
    emptied = (await member.client.patch(path, json={"calendar": None, "exchange": None})).json()
    assert (emptied["calendar"], emptied["exchange"], emptied["currency"]) == (None, None, "EUR")


SENSELESS_CHANGES: list[object] = [
    {"name": ""},
    {"name": None},
    {"timezone": "Mars/Base"},
    {"calendar": "nonsense"},
    {"asset_class": "house"},
    {"symbol": "OTHER"},
    {"name": "a\x00b"},
    {"currency": "x" * 11},
    [],
]


async def test_changes_that_do_not_make_sense(member: Person, private: str) -> None:
    for body in SENSELESS_CHANGES:
        answer = await member.client.patch(f"/api/v1/instruments/{private}", json=body)
        assert answer.status_code == 422, body


async def test_an_instrument_is_deleted_with_its_bars(
    member: Person, private: str, do_import: Importer
) -> None:
    assert (await member.client.delete(f"/api/v1/instruments/{private}")).status_code == 204
    answer = await member.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day"})
    assert answer.status_code == 404
    assert (await do_import(member, days_csv(3)))["inserted"] == 3
    assert (await member.client.get("/api/v1/imports")).json()["items"][1]["instrument_id"] is None


async def test_splits_are_replaced_and_applied_on_reading(member: Person, private: str) -> None:
    path = f"/api/v1/instruments/{private}/splits"
    later = {"date": "2019-06-01", "ratio": 0.5}
    assert (await member.client.put(path, json=[later, *SPLITS])).json() == [*SPLITS, later]
    assert (await member.client.get(path)).json() == [*SPLITS, later]
    assert await get_closes(member) == [50.0, 50.5, 204.0]
    assert (await member.client.put(path, json=[])).json() == []
    assert await get_closes(member) == [100.0, 101.0, 102.0]


SENSELESS_SPLITS = [
    '[{"date": "2019-01-03", "ratio": 0}]',
    '[{"date": "2019-01-03", "ratio": -2}]',
    '[{"date": "2019-01-03", "ratio": 1e999}]',
    '[{"date": "2019-01-03", "ratio": NaN}]',
    '[{"date": "2019-01-03", "ratio": true}]',
    '[{"date": "2019-01-03", "ratio": "two"}]',
    '[{"date": "2019-02-30", "ratio": 2}]',
    '[{"date": "2019-01-03", "ratio": 2, "note": "x"}]',
    '[{"date": "2019-01-03", "ratio": 2}, {"date": "2019-01-03", "ratio": 3}]',
    "{}",
    "[" + ", ".join(f'{{"date": "{year}-01-01", "ratio": 2}}' for year in range(1000, 2001)) + "]",
]


async def test_splits_that_do_not_make_sense(member: Person, private: str) -> None:
    path, headers = f"/api/v1/instruments/{private}/splits", {"Content-Type": "application/json"}
    for body in SENSELESS_SPLITS:
        answer = await member.client.put(path, content=body, headers=headers)
        assert answer.status_code in {400, 422}, body
    assert await get_closes(member) == [100.0, 101.0, 102.0]


@pytest.mark.parametrize(
    ("ratios", "location"),
    [
        ([1e4 + 1], "body.0.ratio"),
        ([2.0, 0.9e-4], "body.1.ratio"),
        ([1e4] * 3, "body.0.ratio"),
        ([3.0, *[1e-4] * 3], "body.1.ratio"),
        ([1e4] * 60, "body.57.ratio"),
    ],
)
async def test_splits_out_of_range_are_refused(
    member: Person, private: str, ratios: list[float], location: str
) -> None:
    path = f"/api/v1/instruments/{private}/splits"
    splits = [{"date": f"{1950 + n}-01-01", "ratio": ratio} for n, ratio in enumerate(ratios)]
    answer = await member.client.put(path, json=splits)
    assert answer.status_code == 422, answer.text
    assert [error["location"] for error in answer.json()["errors"]] == [location]
    fair = [{"date": "1950-01-01", "ratio": 1e4}, {"date": "1951-01-01", "ratio": 1e4}]
    assert (await member.client.put(path, json=fair)).status_code == 200


async def test_bad_splits_of_an_older_version_break_no_list(
    member: Person, private: str, databases: Databases
) -> None:
    async with databases.main.session() as session:
        await repository.replace_splits(
            session, UUID(private), {date(2020 + n, 1, 1): 1e6 for n in range(60)}
        )
    answer = await member.client.get("/api/v1/instruments")
    assert answer.status_code == 200
    (item,) = [item for item in answer.json()["items"] if item["id"] == private]
    assert item["last_close"] > 0
    assert len((await member.client.get(f"/api/v1/instruments/{private}/splits")).json()) == 60
    assert item["change"] == pytest.approx(1 / 101)


async def test_the_list_is_searched_and_cut_in_pages(member: Person, databases: Databases) -> None:
    await load_demo(databases, CLOCK)

    async def list_symbols(**params: str | int) -> list[str]:
        answer = await member.client.get("/api/v1/instruments", params=params)
        assert answer.status_code == 200, answer.text
        return [item["symbol"] for item in answer.json()["items"]]

    assert await list_symbols() == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
    assert await list_symbols(query="oo") == ["FB", "GOOG"]  # Facebook and Google by name
    assert await list_symbols(query="msf") == ["MSFT"]
    assert await list_symbols(query="%") == await list_symbols(query="_") == []
    assert await list_symbols(asset_class="crypto") == []
    assert await list_symbols(asset_class="stock", scope="installation", limit=2) == ["AAPL", "FB"]
    assert await list_symbols(scope="private") == []
    found, cursor = [], None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await member.client.get("/api/v1/instruments", params=params)).json()
        found += [item["symbol"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


SENSELESS_QUESTIONS = [
    {"limit": "0"},
    {"limit": "101"},
    {"limit": "NaN"},
    {"cursor": "nonsense"},
    {"cursor": "WyJBIl0"},
    {"cursor": "WyJBIiwgIkIiXQ"},
    {"asset_class": "house"},
    {"scope": "everyone"},
    {"query": "a\x00b"},
    {"query": "x" * 101},
]


async def test_questions_that_do_not_make_sense(member: Person) -> None:
    for params in SENSELESS_QUESTIONS:
        answer = await member.client.get("/api/v1/instruments", params=params)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


async def test_surrogates_and_unknown_ids(member: Person) -> None:
    odd = await member.client.get("/api/v1/instruments?query=%ED%A0%80")
    assert odd.status_code in {200, 422}
    assert (await member.client.get(f"/api/v1/instruments/{uuid4()}")).status_code == 404
    assert (await member.client.get("/api/v1/instruments/nonsense")).status_code == 422


async def test_a_list_takes_the_same_statements_for_one_and_for_many(
    app: FastAPI, member: Person, do_import: Importer
) -> None:
    statements: list[str] = []
    engine = app.state.databases.main.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    async def count() -> int:
        statements.clear()
        answer = await member.client.get("/api/v1/instruments")
        assert answer.status_code == 200
        return len(statements)

    await do_import(member, days_csv(2), symbol="S0")
    for_one = await count()
    for number in range(1, 6):
        await do_import(member, days_csv(2), symbol=f"S{number}")
    assert await count() == for_one == 3


async def test_two_imports_of_one_new_symbol_at_once(member: Person, do_import: Importer) -> None:
    first, second = await asyncio.gather(
        do_import(member, days_csv(2_000, "2001-01-01")), do_import(member, days_csv(2_000, "2003-01-01"))
    )
    assert first["instrument_id"] == second["instrument_id"]
    assert first["status"] == second["status"] == "succeeded"
    stored = (
        await member.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day", "limit": 5000})
    ).json()
    assert len(stored["time"]) == 2_730 == first["inserted"] + second["inserted"]
    assert stored["time"] == sorted(set(stored["time"]))


async def test_demo_is_loaded_once_with_splits(databases: Databases, member: Person) -> None:
    clock: FixedClock = CLOCK
    assert await load_demo(databases, clock) == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
    assert await load_demo(databases, clock) == []

    apple = (await member.client.get("/api/v1/instruments")).json()["items"][0]
    assert (apple["symbol"], apple["scope"], apple["intervals"]) == ("AAPL", "installation", ["1day"])
    assert (apple["asset_class"], apple["currency"], apple["calendar"]) == ("stock", "USD", "XNYS")
    assert (apple["timezone"], apple["exchange"], apple["name"]) == (
        "America/New_York",
        "NASDAQ",
        "Apple Inc.",
    )
    assert (apple["first_bar_at"], apple["last_bar_at"]) == ("2000-03-01T00:00:00Z", "2013-03-01T00:00:00Z")
    assert len(apple["sparkline"]) == 30
    assert apple["last_close"] == apple["sparkline"][-1] == 430.47
    splits = (await member.client.get(f"/api/v1/instruments/{apple['id']}/splits")).json()
    assert splits == [{"date": "2000-06-21", "ratio": 2.0}, {"date": "2005-02-28", "ratio": 2.0}]
    params = {"symbol": "AAPL", "interval": "1day", "limit": "5000"}
    raw = (await member.client.get("/api/v1/bars", params={**params, "adjust": "none"})).json()
    assert (len(raw["time"]), raw["close"][0], raw["close"][-1]) == (3_270, 130.31, 430.47)
    adjusted = (await member.client.get("/api/v1/bars", params=params)).json()
    assert (adjusted["close"][0], adjusted["close"][-1]) == (130.31 / 4, 430.47)
    assert adjusted["volume"][0] == 9_616_100 * 4


async def test_a_calendar_that_nobody_chose_follows_the_asset_class(
    member: Person, do_import: Importer
) -> None:
    done = await do_import(member, days_csv(3))
    path = f"/api/v1/instruments/{done['instrument_id']}"
    for changes, calendar in (
        ({"asset_class": "stock"}, "XNYS"),
        ({"asset_class": "forex"}, "FX"),
        ({"asset_class": "crypto", "calendar": "XLON"}, "XLON"),
        ({"asset_class": "stock"}, "XLON"),
        ({"calendar": None, "asset_class": "etf"}, None),
        ({"asset_class": "stock"}, None),
    ):
        answer = await member.client.patch(path, json=changes)
        assert answer.json()["calendar"] == calendar, changes
