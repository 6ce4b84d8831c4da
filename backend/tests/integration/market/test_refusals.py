"""What is refused says which field it is about; what a form leaves empty is not refused at all."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.conftest import Person
from tests.integration.market.conftest import Importer, days_csv, send_file

RULE = "enter_long = close > 1"


def where(answer: httpx.Response, code: str) -> list[str]:
    """The locations of a 422's errors."""
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code), answer.text
    assert all(error["message"] for error in problem["errors"])
    return [error["location"] for error in problem["errors"]]


@pytest.mark.parametrize(
    ("wanted", "code", "location"),
    [
        ({"symbol": "TEST", "interval": "1min"}, "interval_not_available", "interval"),
        ({"symbol": "a b", "interval": "1day"}, "invalid_symbol", "symbol"),
        (
            {"symbol": "TEST", "interval": "1day", "start": "2020-01-02", "end": "2020-01-01"},
            "invalid_range",
            "start",
        ),
    ],
)
async def test_bars_and_runs_name_the_field(
    member: Person, do_import: Importer, wanted: dict[str, str], code: str, location: str
) -> None:
    await do_import(member, days_csv(3))
    answer = await member.client.get("/api/v1/bars", params=wanted)
    assert where(answer, code) == [f"query.{location}"]
    answer = await member.client.post("/api/v1/backtests", json={"source": RULE, **wanted})
    assert where(answer, code) == [f"body.{location}"]


async def test_lists_name_the_cursor(member: Person) -> None:
    for path in ("instruments", "imports", "strategies", "backtests"):
        answer = await member.client.get(f"/api/v1/{path}", params={"cursor": "rubbish"})
        assert where(answer, "invalid_cursor") == ["query.cursor"]


async def test_splits_name_the_body(member: Person, do_import: Importer) -> None:
    done = await do_import(member, days_csv(3))
    twice = [{"date": "2019-01-02", "ratio": 2}] * 2
    answer = await member.client.put(f"/api/v1/instruments/{done['instrument_id']}/splits", json=twice)
    assert where(answer, "duplicate_split") == ["body"]


@pytest.mark.parametrize(
    ("fields", "code", "location"),
    [
        ({"date_format": "yyyy"}, "invalid_import", "body.date_format"),
        ({"symbol": "a b"}, "invalid_symbol", "body.symbol"),
        ({"calendar": "ZZZZ"}, "validation_failed", "body.calendar"),
        ({"timezone": "Mars/Olympus"}, "validation_failed", "body.timezone"),
    ],
)
async def test_the_import_form_names_the_field(
    member: Person, fields: dict[str, str], code: str, location: str
) -> None:
    assert where(await send_file(member.client, days_csv(1), **fields), code) == [location]


async def test_the_import_form_names_the_missing_file(member: Person) -> None:
    answer = await member.client.post("/api/v1/imports", files={"symbol": (None, "TEST")})
    assert where(answer, "invalid_import") == ["body.file"]
    answer = await member.client.post("/api/v1/imports", content=b"a,b", headers={"Content-Type": "text/csv"})
    assert where(answer, "invalid_import") == ["body.file"]


async def test_none_is_a_calendar_of_the_import_form(member: Person, do_import: Importer) -> None:
    done = await do_import(member, days_csv(3), asset_class="stock", calendar="none")
    read: dict[str, Any] = (await member.client.get(f"/api/v1/instruments/{done['instrument_id']}")).json()
    assert read["calendar"] is None


async def test_what_a_form_leaves_empty_is_absent(member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(3))
    listed = await member.client.get("/api/v1/instruments?query=&asset_class=&scope=&limit=&cursor=")
    assert [item["symbol"] for item in listed.json()["items"]] == ["TEST"]
    bars = await member.client.get(
        "/api/v1/bars?symbol=TEST&interval=1day&start=&end=&limit=&adjust=&format="
    )
    assert len(bars.json()["time"]) == 3
    assert where(await member.client.get("/api/v1/bars?symbol=&interval=1day"), "validation_failed") == [
        "query.symbol"
    ]
