"""Imports from the upload to the bars: what goes in, what is named, what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.config import Settings
from app.core.database import Databases
from app.market.jobs import run_import_job
from tests.integration.conftest import Person
from tests.integration.market.conftest import CLOCK, Importer, days_csv, minutes_csv, send_file


async def count_rows(databases: Databases, table: str) -> int:
    async with databases.main.session() as session:
        counted: int = (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608 - a table's name from this file
    return counted


async def test_a_file_becomes_bars(member: Person, do_import: Importer, databases: Databases) -> None:
    done = await do_import(
        member, days_csv(3), symbol="abc", asset_class="stock", name="A B C", timezone="America/New_York"
    )
    assert done["status"] == "succeeded"
    assert done["progress"] == 1.0
    assert [done[name] for name in ("rows_read", "inserted", "updated", "unchanged", "rejected")] == [
        3,
        3,
        0,
        0,
        0,
    ]
    assert done["problems"] == []
    assert done["error"] is None
    assert done["understood"]["columns"]["close"] == "Close"

    bars = (await member.client.get("/api/v1/bars", params={"symbol": "ABC", "interval": "1day"})).json()
    assert bars == {
        "symbol": "ABC",
        "interval": "1day",
        "time": [1546300800, 1546387200, 1546473600],
        "open": [100.0, 101.0, 102.0],
        "high": [101.0, 102.0, 103.0],
        "low": [99.0, 100.0, 101.0],
        "close": [100.0, 101.0, 102.0],
        "volume": [1000.0, 1010.0, 1020.0],
    }
    instrument = (await member.client.get(f"/api/v1/instruments/{done['instrument_id']}")).json()
    assert instrument == {
        "id": done["instrument_id"],
        "symbol": "ABC",
        "name": "A B C",
        "exchange": None,
        "asset_class": "stock",
        "currency": None,
        "timezone": "America/New_York",
        "calendar": "XNYS",
        "scope": "private",
        "intervals": ["1day"],
        "first_bar_at": "2019-01-01T00:00:00Z",
        "last_bar_at": "2019-01-03T00:00:00Z",
        "last_close": 102.0,
        "change": pytest.approx(102 / 101 - 1),
        "sparkline": [100.0, 101.0, 102.0],
    }
    assert await count_rows(databases, "import_chunks") == 0


async def test_the_same_file_again_changes_nothing(
    member: Person, do_import: Importer, databases: Databases
) -> None:
    file = minutes_csv(2_500)
    await do_import(member, file, interval="1min")

    async def read_state() -> list[object]:
        async with databases.main.session() as session:
            pages = await session.execute(
                text("SELECT xmin::text, ctid::text, checksum FROM bar_pages ORDER BY first_time")
            )
            series = await session.execute(text("SELECT xmin::text, revision, bar_count FROM series"))
            return [*pages.all(), *series.all()]

    before = await read_state()
    again = await do_import(member, file, interval="1min")
    assert [again[name] for name in ("rows_read", "inserted", "updated", "unchanged")] == [2_500, 0, 0, 2_500]
    assert await read_state() == before


async def test_ten_bad_rows_among_a_thousand(member: Person, do_import: Importer) -> None:
    lines = days_csv(1_000, "2010-01-01").splitlines()
    for number in range(10):
        lines[50 + 90 * number] = f"2010-01-0{number},1,2,3,4,5" if number % 2 else "rubbish"
    done = await do_import(member, "\n".join(lines))
    assert (done["rows_read"], done["inserted"], done["rejected"]) == (1_000, 990, 10)
    assert [problem["line"] for problem in done["problems"]] == [51 + 90 * number for number in range(10)]
    assert done["problems"][0]["reason"] == "date or time not understood: rubbish"
    assert done["problems"][1]["reason"] == "high 2 is below low 3"


async def test_new_and_changed_bars_join_the_old(member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(5))
    done = await do_import(
        member, days_csv(4, "2019-01-04", close=103.0).replace("2019-01-05,104.0", "2019-01-05,104.5")
    )
    assert [done[name] for name in ("inserted", "updated", "unchanged")] == [2, 1, 1]
    bars = (await member.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day"})).json()
    assert bars["open"] == [100.0, 101.0, 102.0, 103.0, 104.5, 105.0, 106.0]


async def test_rejected_reading_leaves_nothing_behind(
    member: Person, do_import: Importer, databases: Databases
) -> None:
    files = {
        "empty_file": "",
        "no_rows": "Date,Open,High,Low,Close\n",
        "not_a_table": "this is a letter\n",
        "no_usable_rows": "Date,Open,High,Low,Close\nx,1,2,3,4\n",
        "ambiguous_dates": "Date,Open,High,Low,Close\n1/2/2019,1,2,1,1\n",
    }
    for code, file in files.items():
        done = await do_import(member, file)
        assert done["status"] == "failed"
        assert done["error"]["code"] == code
        assert done["error"]["detail"]
    assert done["instrument_id"] is None
    for table in ("instruments", "series", "bar_pages", "import_chunks"):
        assert await count_rows(databases, table) == 0, table


async def test_a_date_format_settles_ambiguous_dates(member: Person, do_import: Importer) -> None:
    file = "Date,Open,High,Low,Close\n1/2/2019,1,2,1,1\n"
    assert (await do_import(member, file, date_format="d/m/yyyy"))["inserted"] == 1
    bars = (await member.client.get("/api/v1/bars", params={"symbol": "TEST", "interval": "1day"})).json()
    assert bars["time"] == [1548979200]  # 2019-02-01


SENSELESS_FORMS = [
    {"symbol": "not a symbol"},
    {"symbol": ""},
    {"interval": "7min"},
    {"timezone": "Mars/Base"},
    {"asset_class": "house"},
    {"calendar": "XXXX"},
    {"date_format": "whatever"},
    {"scope": "everyone"},
    {"name": "x" * 201},
    {"name": "a\x00b"},
    {"unknown": "field"},
]


async def test_a_form_that_does_not_make_sense(member: Person) -> None:
    for fields in SENSELESS_FORMS:
        answer = await send_file(member.client, days_csv(2), **fields)
        assert answer.status_code == 422, fields
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await member.client.get("/api/v1/imports")).json()["items"] == []


async def test_empty_fields_say_nothing(member: Person, do_import: Importer) -> None:
    done = await do_import(
        member, days_csv(2), timezone="", asset_class="", name="", calendar="", date_format="", scope=""
    )
    assert done["status"] == "succeeded"
    item = (await member.client.get(f"/api/v1/instruments/{done['instrument_id']}")).json()
    assert (item["timezone"], item["asset_class"], item["calendar"], item["name"]) == (
        "UTC",
        "other",
        None,
        "TEST",
    )


async def test_a_calendar_can_be_none_at_all(member: Person, do_import: Importer) -> None:
    done = await do_import(member, days_csv(2), asset_class="stock", calendar="none")
    item = (await member.client.get(f"/api/v1/instruments/{done['instrument_id']}")).json()
    assert item["calendar"] is None


async def test_a_later_import_changes_only_what_it_says(member: Person, do_import: Importer) -> None:
    first = await do_import(member, days_csv(2), asset_class="stock", name="Old", timezone="Europe/Berlin")
    again = await do_import(member, days_csv(3), name="New")
    assert again["instrument_id"] == first["instrument_id"]
    item = (await member.client.get(f"/api/v1/instruments/{first['instrument_id']}")).json()
    assert (item["name"], item["asset_class"], item["calendar"]) == ("New", "stock", "XNYS")
    assert item["timezone"] == "Europe/Berlin"


FIELDS = {"symbol": "TEST", "interval": "1day"}
NO_UPLOADS: list[dict[str, Any]] = [
    {"content": b"no form"},
    {"json": FIELDS},
    {"data": FIELDS},
    {"data": {**FIELDS, "file": "no file"}},
    {"content": b"broken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    {"content": b"broken", "headers": {"Content-Type": "multipart/form-data"}},
    {"files": [("file", ("a", b"a")), ("file", ("b", b"b"))], "data": FIELDS},
    {"files": [("file", ("a", b"a"))], "data": {f"field_{number}": "x" for number in range(50)}},
    {"files": [("file", ("a", b"a"))], "data": {**FIELDS, "name": "x" * 50_000}},
]


async def test_requests_that_are_no_upload(member: Person) -> None:
    for number, request in enumerate(NO_UPLOADS):
        answer = await member.client.post("/api/v1/imports", **request)
        assert answer.status_code in {400, 422}, number
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_file_that_is_too_large_is_refused_by_its_announced_length(
    member: Person, settings: Settings
) -> None:
    length = str(settings.max_upload_bytes + 1024 * 1024)
    headers = {"Content-Length": length, "Content-Type": "multipart/form-data; boundary=x"}
    answer = await member.client.post("/api/v1/imports", content=b"", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_nobody_uploads_without_signing_in(client: httpx.AsyncClient) -> None:
    assert (await send_file(client, days_csv(2))).status_code == 401


async def test_imports_are_listed_newest_first_in_pages(member: Person, do_import: Importer) -> None:
    ids = [(await do_import(member, days_csv(2), symbol=f"S{n}"))["id"] for n in range(3)]
    first = (await member.client.get("/api/v1/imports", params={"limit": 2})).json()
    assert [item["id"] for item in first["items"]] == [ids[2], ids[1]]
    rest = (
        await member.client.get("/api/v1/imports", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    assert [item["id"] for item in rest["items"]] == [ids[0]]
    assert rest["next_cursor"] is None


async def test_others_imports_are_not_there(
    member: Person, other_member: Person, do_import: Importer
) -> None:
    done = await do_import(member, days_csv(2))
    for method, path in (("GET", ""), ("POST", "/cancel")):
        answer = await other_member.client.request(method, f"/api/v1/imports/{done['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "import_not_found")
    assert (await other_member.client.get("/api/v1/imports")).json()["items"] == []


async def test_a_queued_import_can_be_cancelled(
    member: Person, do_import: Importer, databases: Databases
) -> None:
    queued = await do_import(member, days_csv(2), work=False)
    assert queued["status"] == "queued"
    cancelled = await member.client.post(f"/api/v1/imports/{queued['id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    await run_import_job(databases, CLOCK, queued["id"])
    assert (await member.client.get(f"/api/v1/imports/{queued['id']}")).json()["status"] == "cancelled"
    assert await count_rows(databases, "instruments") == await count_rows(databases, "import_chunks") == 0
    again = await member.client.post(f"/api/v1/imports/{queued['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "import_finished")


async def test_the_upload_and_its_job_commit_together(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    queued = await do_import(member, days_csv(2), work=False)
    async with databases.main.session() as session:
        jobs = await session.execute(text("SELECT task_name, args FROM procrastinate_jobs"))
    assert [tuple(job) for job in jobs] == [("imports.run", {"import_id": queued["id"]})]


async def test_pages_and_files_are_stored_uncompressed(databases: Databases) -> None:
    query = """
        SELECT attrelid::regclass::text, attstorage::text FROM pg_attribute
        WHERE (attrelid, attname) IN (('bar_pages'::regclass, 'columns'), ('import_chunks'::regclass, 'data'))
    """
    async with databases.main.session() as session:
        assert {tuple(row) for row in await session.execute(text(query))} == {
            ("bar_pages", "e"),
            ("import_chunks", "e"),
        }
