"""`GET /bars`: ranges, limits, resampling, adjustment, formats, and answers that are never stale."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import brotli
import httpx
import numpy as np
import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.config import Settings
from app.core.clock import FixedClock
from app.core.database import Databases
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.main import create_app
from app.market import bar_answers, bar_reading, bar_store
from app.market.pages import decode_pages
from tests.integration.conftest import Person
from tests.integration.market.conftest import Importer, days_csv, minutes_csv

START = int(datetime(2019, 1, 2, tzinfo=UTC).timestamp())


async def get_bars(person: Person, **params: Any) -> dict[str, Any]:
    answer = await person.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day", **params})
    assert answer.status_code == 200, answer.text
    bars: dict[str, Any] = answer.json()
    return bars


@pytest.fixture
async def minutes(member: Person, do_import: Importer) -> None:
    """TEST with 5,000 minutes from 2019-01-02T00:00Z on: three days and eleven hours."""
    await do_import(member, minutes_csv(5_000), interval="1min")


@pytest.mark.usefixtures("minutes")
async def test_the_newest_bars_ascending(member: Person) -> None:
    bars = await get_bars(member, interval="1min")
    assert list(bars) == ["symbol", "interval", "time", "open", "high", "low", "close", "volume"]
    assert bars["time"] == [START + 60 * n for n in range(4_500, 5_000)]
    assert bars["close"][-1] == 100 + 4_999 / 4
    assert (await get_bars(member, interval="1min", limit=1))["time"] == [START + 60 * 4_999]
    assert len((await get_bars(member, interval="1min", limit=50_000))["time"]) == 5_000


RANGES: list[tuple[dict[str, Any], list[int]]] = [
    ({"start": "2019-01-02T01:00:00Z", "end": "2019-01-02T01:03:00Z"}, [60, 61, 62]),
    ({"start": "2019-01-02T02:00:00+01:00", "end": "2019-01-02T01:03:00Z"}, [60, 61, 62]),
    ({"start": "2019-01-02T01:00:30Z", "end": "2019-01-02T01:02:00.5Z"}, [61, 62]),
    ({"end": "2019-01-02T00:02:00Z"}, [0, 1]),
    ({"end": "2019-01-03", "limit": 2}, [1438, 1439]),
    ({"start": "2019-01-05T11:18:00Z"}, [4_998, 4_999]),
    ({"start": "2019-01-02T16:38:00Z", "end": "2019-01-02T16:42:00Z"}, [998, 999, 1000, 1001]),
    ({"end": "2019-01-02T16:40:00Z", "limit": 2}, [998, 999]),
    ({"end": "2019-01-02T16:41:00Z", "limit": 2}, [999, 1000]),
    ({"end": "2018-01-01"}, []),
    ({"start": "2020-01-01"}, []),
]


@pytest.mark.usefixtures("minutes")
async def test_ranges(member: Person) -> None:
    for params, expected in RANGES:
        bars = await get_bars(member, interval="1min", **params)
        assert bars["time"] == [START + 60 * n for n in expected], params
        assert bars["volume"] == [n + 1 for n in expected], params


MINUTES_OF_BARS = {"5min": 5, "45min": 45, "1h": 60, "4h": 240, "1day": 1440}


@pytest.mark.usefixtures("minutes")
async def test_coarser_bars_are_made_from_what_is_stored(member: Person) -> None:
    for (interval, minutes_of_bar), limit in itertools.product(MINUTES_OF_BARS.items(), (1, 2, 3, 500)):
        bars = await get_bars(member, interval=interval, limit=limit)
        firsts = list(range(0, 5_000, minutes_of_bar))[-limit:]
        assert bars["time"] == [START + 60 * first for first in firsts]
        for row, first in enumerate(firsts):
            behind = min(first + minutes_of_bar, 5_000)
            assert bars["open"][row] == 100 + first / 4
            assert bars["close"][row] == 100 + (behind - 1) / 4
            assert bars["high"][row] == 101 + (behind - 1) / 4
            assert bars["low"][row] == 99 + first / 4
            assert bars["volume"][row] == sum(range(first + 1, behind + 1))


async def test_coarser_bars_want_few_pages(
    member: Person, do_import: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def decode_and_count(pages: Any, *more: Any) -> Bars:
        read.append(len(pages))
        return decode_pages(pages, *more)

    await do_import(member, minutes_csv(20_000), interval="1min")
    monkeypatch.setattr(bar_reading, "decode_pages", decode_and_count)
    for interval, limit, batches in (("5min", 100, [2]), ("1h", 20, [3]), ("1day", 3, [8])):
        read.clear()
        assert len((await get_bars(member, interval=interval, limit=limit))["time"]) == limit
        assert read == batches, interval


async def test_batches_grow_while_bars_are_missing(
    member: Person, do_import: Importer, databases: Databases
) -> None:
    done = await do_import(member, minutes_csv(20_000), interval="1min")
    async with databases.main.session() as session:
        await session.execute(text("SELECT 1"))
        batches = bar_store.read_pages_backwards(
            await bar_store.raw_connection(session),
            UUID(done["instrument_id"]),
            Interval.MIN_1,
            start=None,
            end=None,
            bars_wanted=1,
        )
        assert [len(pages) async for pages in batches] == [2, 4, 8, 6]


async def test_an_import_between_two_batches_tears_no_answer(
    member: Person, do_import: Importer, databases: Databases
) -> None:
    """Outside a transaction with one snapshot, too: the bars between move the pages' boundaries."""
    lines = minutes_csv(6_500).splitlines(keepends=True)
    one_in_two = [line for number, line in enumerate(lines[1:]) if number % 2]
    done = await do_import(member, "".join(lines[:1] + one_in_two), interval="1min")
    instrument_id = UUID(done["instrument_id"])
    disturbed: list[int] = []

    async def read(connection: asyncpg.Connection, count: int) -> list[int]:
        disturbed.clear()
        batches = bar_store.read_pages_backwards(
            connection, instrument_id, Interval.MIN_1, start=None, end=None, bars_wanted=count
        )
        times: list[int] = []
        async for pages in batches:
            times = decode_pages(pages, Interval.MIN_1, "UTC").time.tolist() + times
            if not disturbed:
                disturbed.append(1)
                await do_import(member, "".join(lines), interval="1min")
        return times

    async with databases.main.session() as session:
        await session.execute(text("SELECT 1"))
        connection = await bar_store.raw_connection(session)
        with pytest.raises(bar_store.SeriesChanged):
            await read(connection, 1)
        times = await bar_store.read_undisturbed(lambda: read(connection, 1))
    assert len(times) == 6_500
    assert np.all(np.diff(times) == 60)


@pytest.mark.parametrize(
    ("form", "limit", "in_loop"),
    [("rows", 2_000, True), ("rows", 2_001, False), ("csv", 5_000, False), ("columns", 5_000, True)],
)
@pytest.mark.usefixtures("minutes")
async def test_long_answers_are_written_beside_the_event_loop(
    member: Person, monkeypatch: pytest.MonkeyPatch, form: str, limit: int, in_loop: bool
) -> None:
    threads: list[bool] = []
    write = bar_answers._write

    def write_and_tell(*given: Any) -> bytes:
        threads.append(threading.current_thread() is threading.main_thread())
        return write(*given)

    monkeypatch.setattr(bar_answers, "_write", write_and_tell)
    params: dict[str, Any] = {"symbol": "TEST", "interval": "1min", "format": form, "limit": limit}
    assert (await member.client.get("/api/v1/bars", params=params)).status_code == 200
    assert threads == [in_loop]


@pytest.mark.usefixtures("minutes")
async def test_a_range_of_coarser_bars_has_whole_bars_at_its_edges(member: Person) -> None:
    whole = await get_bars(member, interval="1h")
    part = await get_bars(member, interval="1h", start="2019-01-02T05:30:00Z", end="2019-01-03T07:30:00Z")
    assert part["time"] == [START + 3600 * hour for hour in range(6, 32)]
    for column in ("open", "high", "low", "close", "volume"):
        assert part[column] == whole[column][6:32]


@pytest.mark.usefixtures("minutes")
async def test_many_pages_are_read_in_batches(member: Person, do_import: Importer) -> None:
    await do_import(member, minutes_csv(600_000), interval="1min", symbol="LONG")
    bars = await get_bars(member, symbol="LONG", interval="1day", limit=400)
    assert len(bars["time"]) == 400
    assert bars["time"][-1] == START + 86_400 * 416
    assert bars["volume"][0] == sum(range(17 * 1440 + 1, 18 * 1440 + 1))
    assert len((await get_bars(member, symbol="LONG", interval="1week", limit=400))["time"]) == 60


async def test_weeks_and_months_of_days(member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(60))
    assert (await get_bars(member, interval="1week", limit=2))["time"] == [
        int(datetime(2019, 2, day, tzinfo=UTC).timestamp()) for day in (18, 25)
    ]
    months = await get_bars(member, interval="1month")
    assert [datetime.fromtimestamp(time, UTC).date().isoformat() for time in months["time"]] == [
        "2019-01-01",
        "2019-02-01",
        "2019-03-01",
    ]
    assert months["close"] == [130.0, 158.0, 159.0]


async def test_the_day_belongs_to_the_instruments_time_zone(member: Person, do_import: Importer) -> None:
    file = "time,open,high,low,close\n2019-01-02T23:30:00,1,2,1,1\n2019-01-03T00:30:00,2,3,2,2\n"
    done = await do_import(member, file, interval="1h", timezone="America/New_York")
    assert (await get_bars(member, interval="1day"))["time"] == [START, START + 86_400]
    await member.client.patch(f"/api/v1/instruments/{done['instrument_id']}", json={"timezone": "UTC"})
    assert (await get_bars(member, interval="1day"))["time"] == [START + 86_400]


async def test_an_interval_that_nothing_divides(member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(3))
    answer = await member.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1h"})
    assert (answer.status_code, answer.json()["code"]) == (422, "interval_not_available")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_symbol(member: Person) -> None:
    answer = await member.client.get("/api/v1/bars", params={"symbol": "NOPE", "interval": "1day"})
    assert (answer.status_code, answer.json()["code"]) == (404, "instrument_not_found")


SENSELESS_QUESTIONS = [
    {"symbol": "a b"},
    {"symbol": ""},
    {"symbol": "x" * 65},
    {"symbol": "A\x00"},
    {"interval": "7min"},
    {"interval": "NaN"},
    {"limit": "0"},
    {"limit": "50001"},
    {"limit": "1e999"},
    {"limit": "9223372036854775808"},
    {"start": "NaN"},
    {"start": "yesterday"},
    {"start": "2019-02-30"},
    {"start": "1e999"},
    {"start": "0000-01-01"},
    {"end": "99999-01-01"},
    {"start": "2019-01-02", "end": "2019-01-02"},
    {"start": "2019-01-03", "end": "2019-01-02"},
    {"adjust": "dividends"},
    {"format": "xml"},
]


async def test_questions_that_do_not_make_sense(member: Person) -> None:
    for params in SENSELESS_QUESTIONS:
        answer = await member.client.get(
            "/api/v1/bars", params={"symbol": "TEST", "interval": "1day", **params}
        )
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["symbol=%ED%A0%80&interval=1day", "interval=1day", "symbol=TEST"])
async def test_questions_that_cannot_be_read(member: Person, query: str) -> None:
    assert (await member.client.get(f"/api/v1/bars?{query}")).status_code == 422


@pytest.mark.parametrize("bound", ["0001-01-01", "9999-12-31T23:59:59.999Z"])
async def test_the_ends_of_time(member: Person, do_import: Importer, bound: str) -> None:
    await do_import(member, days_csv(3))
    for name in ("start", "end"):
        for interval in ("1day", "1week", "1month"):
            answer = await member.client.get(
                "/api/v1/bars", params={"symbol": "TEST", "interval": interval, name: bound}
            )
            assert answer.status_code == 200, answer.text


async def test_nobody_reads_bars_without_signing_in(client: httpx.AsyncClient) -> None:
    assert (
        await client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day"})
    ).status_code == 401


async def test_splits_are_applied_unless_told_otherwise(member: Person, do_import: Importer) -> None:
    done = await do_import(member, days_csv(4))
    splits = [{"date": "2019-01-03", "ratio": 2}]
    await member.client.put(f"/api/v1/instruments/{done['instrument_id']}/splits", json=splits)
    adjusted, raw = await get_bars(member), await get_bars(member, adjust="none")
    assert adjusted["close"] == [50.0, 50.5, 102.0, 103.0]
    assert adjusted["volume"] == [2000.0, 2020.0, 1020.0, 1030.0]
    assert raw["close"] == [100.0, 101.0, 102.0, 103.0]
    week = await get_bars(member, interval="1week")
    assert (week["open"], week["high"], week["low"], week["close"]) == ([50.0], [104.0], [49.5], [103.0])


async def test_missing_volumes_are_null(member: Person, do_import: Importer) -> None:
    await do_import(member, "Date,Open,High,Low,Close\n2019-01-02,1,2,1,1\n")
    assert (await get_bars(member))["volume"] == [None]
    assert (await get_bars(member, format="rows"))["items"][0]["volume"] is None


async def test_rows(member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(2))
    assert await get_bars(member, format="rows") == {
        "symbol": "TEST",
        "interval": "1day",
        "items": [
            {"time": 1546300800, "open": 100.0, "high": 101.0, "low": 99.0, "close": 100.0, "volume": 1000.0},
            {
                "time": 1546387200,
                "open": 101.0,
                "high": 102.0,
                "low": 100.0,
                "close": 101.0,
                "volume": 1010.0,
            },
        ],
    }


@pytest.mark.parametrize(("interval", "file"), [("1day", days_csv(50)), ("1min", minutes_csv(50))])
async def test_csv_is_what_an_import_reads_back(
    member: Person, other_member: Person, do_import: Importer, interval: str, file: str
) -> None:
    await do_import(member, file, interval=interval)
    params = {"symbol": "TEST", "interval": interval, "format": "csv"}
    answer = await member.client.get("/api/v1/bars", params=params)
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="TEST-' in answer.headers["content-disposition"]
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert (header, len(rows)) == (["time", "open", "high", "low", "close", "volume"], 50)
    assert (await do_import(other_member, answer.text, interval=interval))["inserted"] == 50
    assert await get_bars(other_member, interval=interval) == await get_bars(member, interval=interval)


ENCODINGS = [
    ("br, gzip", "br"),
    ("gzip, deflate", "gzip"),
    ("br;q=0, gzip;q=0.5", "gzip"),
    ("identity", None),
    ("", None),
]


@pytest.mark.usefixtures("minutes")
async def test_answers_are_compressed_as_the_client_likes(member: Person) -> None:
    params = {"symbol": "TEST", "interval": "1min"}
    for accepted, encoding in ENCODINGS:
        async with member.client.stream(
            "GET", "/api/v1/bars", params=params, headers={"Accept-Encoding": accepted}
        ) as answer:
            body = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == encoding
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
        assert len(orjson.loads(unpack(body))["time"]) == 500
        assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.usefixtures("minutes")
async def test_the_same_question_is_answered_with_not_modified(member: Person) -> None:
    params = {"symbol": "TEST", "interval": "1min"}
    tag = (await member.client.get("/api/v1/bars", params=params)).headers["etag"]
    again = await member.client.get("/api/v1/bars", params=params, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = await member.client.get(
        "/api/v1/bars", params={**params, "limit": 7}, headers={"If-None-Match": tag}
    )
    assert other.status_code == 200


async def test_an_answer_is_never_stale(member: Person, do_import: Importer) -> None:
    done = await do_import(member, days_csv(3))
    path = f"/api/v1/instruments/{done['instrument_id']}"
    assert (await get_bars(member))["close"] == (await get_bars(member))["close"] == [100.0, 101.0, 102.0]
    await do_import(member, days_csv(1, "2019-01-04", close=7.0))
    assert (await get_bars(member))["close"] == [100.0, 101.0, 102.0, 7.0]
    await member.client.put(f"{path}/splits", json=[{"date": "2019-01-04", "ratio": 2}])
    assert (await get_bars(member))["close"] == [50.0, 50.5, 51.0, 7.0]
    await member.client.delete(path)
    await do_import(member, days_csv(1, close=1.5))
    assert (await get_bars(member))["close"] == [1.5]


async def test_ones_own_bars_come_before_the_installations_at_once(
    member: Person, admin: Person, do_import: Importer
) -> None:
    await do_import(admin, days_csv(2, close=500.0), scope="installation")
    assert (await get_bars(member))["close"] == [500.0, 501.0]
    await do_import(member, days_csv(2))
    assert (await get_bars(member))["close"] == [100.0, 101.0]
    assert (await get_bars(admin))["close"] == [500.0, 501.0]


async def test_a_resampled_bar_that_is_not_over_is_no_bar(
    settings: Settings, databases: Databases, member: Person, do_import: Importer
) -> None:
    """At noon on a Wednesday the week is not over; it appears, from the same process, when it is."""
    await do_import(member, days_csv(9))  # Tuesday 2019-01-01 to Wednesday 2019-01-09
    clock = FixedClock(datetime(2019, 1, 10, 12, tzinfo=UTC))
    app: FastAPI = create_app(settings, clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            body = {"email": member.email, "password": "correct horse battery"}
            token = (await client.post("/api/v1/auth/login", json=body)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            visitor = Person(member.id, member.email, client)
            assert len((await get_bars(visitor, interval="1week"))["time"]) == 1
            assert len((await get_bars(visitor, interval="1week"))["time"]) == 1
            clock.advance(timedelta(minutes=25))
            assert len((await get_bars(visitor, interval="1week"))["time"]) == 1
            clock.instant = datetime(2019, 1, 14, tzinfo=UTC)
            token = (await client.post("/api/v1/auth/login", json=body)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            assert len((await get_bars(visitor, interval="1week"))["time"]) == 2
