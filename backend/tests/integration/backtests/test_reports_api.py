"""Reports over HTTP: tear sheet, comparison, files, and links for people who are not signed in."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text

from app.config import Settings
from app.core.clock import FixedClock, SystemClock
from app.core.database import Databases
from tests.integration.backtests.conftest import PATH, RULE, ask, run
from tests.integration.conftest import PASSWORD, Person

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("demo_bars")]
needs_worker = pytest.mark.usefixtures("worker")

HOSTILE = '"><script>alert(1)</script>'


async def _share(person: Person, run_id: str, **body: Any) -> dict[str, Any]:
    answer = await person.client.post(f"{PATH}/{run_id}/shares", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@needs_worker
async def test_the_tear_sheet_agrees_with_the_figures(member: Person) -> None:
    done = await run(member)
    answer = await member.client.get(f"{PATH}/{done['id']}/tear-sheet")
    assert answer.status_code == 200
    sheet = answer.json()
    assert set(sheet) == {
        "monthly", "yearly", "rolling", "distribution", "exposure", "turnover", "by_hour", "by_weekday",
        "drawdowns",
    }  # fmt: skip
    grown = held = 1.0
    for row in sheet["yearly"]:
        grown, held = grown * (1 + row["strategy"]), held * (1 + row["benchmark"])
    assert grown - 1 == pytest.approx(done["metrics"]["total_return"])
    assert held - 1 == pytest.approx(done["benchmark"]["total_return"])
    assert sheet["drawdowns"][0]["depth"] == pytest.approx(done["metrics"]["max_drawdown"])
    assert sum(row["trades"] for row in sheet["by_weekday"]) == done["metrics"]["trades"]
    assert sheet["by_hour"] == []
    assert all(len(row["months"]) == 12 for row in sheet["monthly"])
    assert len(sheet["exposure"]["time"]) <= 500 >= len(sheet["rolling"]["time"])


@needs_worker
async def test_runs_side_by_side(member: Person, app: FastAPI) -> None:
    runs = [await run(member), await run(member, symbol="AAPL"), await run(member, commission_bps=50)]
    ids = [one["id"] for one in runs]
    statements = 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    engine = app.state.databases.main.engine.sync_engine
    counts = []
    event.listen(engine, "before_cursor_execute", count)
    for some in (ids[:2], ids):
        statements = 0
        answer = await member.client.get(f"{PATH}/compare?ids={','.join(some)}")
        counts.append(statements)
    event.remove(engine, "before_cursor_execute", count)
    assert counts[0] == counts[1]
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [one["id"] for one in body["runs"]] == ids
    assert body["runs"][1]["symbol"] == "AAPL"
    assert body["runs"][0]["metrics"] == runs[0]["metrics"]
    assert body["runs"][0]["level"] == runs[0]["verdict"]["level"]
    curves = body["curves"]
    assert set(curves["equity"]) == set(ids)
    assert len(curves["time"]) <= 500
    for values in curves["equity"].values():
        assert values[0] == 1.0
        assert len(values) == len(curves["time"])
    whole = 1 + runs[0]["metrics"]["total_return"]
    assert curves["equity"][ids[0]][-1] == pytest.approx(whole)  # GOOG is the youngest: nothing came before


@needs_worker
async def test_what_cannot_be_compared_is_refused(member: Person, other_member: Person) -> None:
    done, theirs = await run(member), await run(other_member)
    early = await run(member, symbol="AAPL", end="2003-01-01")
    queued = (await member.client.post(PATH, json=ask(start="2100-01-01"))).json()
    for ids, status, code in (
        (done["id"], 422, "comparison_invalid"),
        ("", 422, None),
        (f"{done['id']},{done['id']}", 422, "comparison_invalid"),
        (f"{done['id']},x", 422, "comparison_invalid"),
        (",".join(str(uuid4()) for _ in range(6)), 422, "comparison_invalid"),
        (f"{done['id']},{uuid4()}", 404, "backtest_not_found"),
        (f"{done['id']},{theirs['id']}", 404, "backtest_not_found"),
        (f"{done['id']},{early['id']}", 422, "comparison_invalid"),
        (f"{done['id']},{queued['id']}", 409, "result_not_ready"),
    ):
        answer = await member.client.get(f"{PATH}/compare?ids={ids}")
        assert answer.status_code == status, (ids, answer.text)
        assert code is None or answer.json()["code"] == code


@needs_worker
async def test_a_report_as_a_page_that_stands_alone(member: Person) -> None:
    rule = f"# {HOSTILE}\n{RULE}"
    saved = await member.client.post("/api/v1/strategies", json={"name": HOSTILE, "source": rule})
    done = await run(member, source=None, strategy_id=saved.json()["id"])
    answer = await member.client.get(f"{PATH}/{done['id']}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    name = re.fullmatch(r'attachment; filename="([^"]+)"', answer.headers["content-disposition"])
    assert name is not None
    assert re.fullmatch(r"flowrex-GOOG-1day-script-alert-1-script-\d{4}-\d\d-\d\d\.html", name[1])
    page = answer.text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    # Nothing is fetched from anywhere, and nothing leads away.
    assert not re.search(r"(?:src|href|action)\s*=|url\(|@import|https?://", page)
    assert page.index("Can it be believed?") < page.index("<h2>Figures</h2>")
    for check in done["verdict"]["checks"]:
        assert check["statement"].replace("'", "&#39;") in page
    assert page.count("<svg") >= 8
    assert "@media print" in page
    assert "10 bps of commission" in page


@needs_worker
async def test_a_report_as_json_and_csv(member: Person) -> None:
    done = await run(member)
    path = f"{PATH}/{done['id']}"
    whole = (await member.client.get(f"{path}/export?format=json")).json()
    assert whole["run"] == done
    assert whole["equity"] == (await member.client.get(f"{path}/equity")).json()
    assert whole["trades"] == (await member.client.get(f"{path}/trades?format=columns")).json()
    assert whole["tear_sheet"] == (await member.client.get(f"{path}/tear-sheet")).json()
    answer = await member.client.get(f"{path}/export?format=csv")
    assert answer.headers["content-disposition"].endswith('.csv"')
    assert len(list(csv.DictReader(io.StringIO(answer.text)))) == done["metrics"]["trades"]
    assert (await member.client.get(f"{path}/export?format=pdf")).status_code == 422


async def test_reports_of_what_is_not_ones_own_or_not_over(member: Person, other_member: Person) -> None:
    queued = (await member.client.post(PATH, json=ask())).json()["id"]
    for person, status, code in (
        (member, 409, "result_not_ready"),
        (other_member, 404, "backtest_not_found"),
    ):
        for path in ("tear-sheet", "export", "export?format=json"):
            answer = await person.client.get(f"{PATH}/{queued}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        answer = await person.client.post(f"{PATH}/{queued}/shares", json={})
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@needs_worker
async def test_a_link_shows_the_report_to_anybody_and_nothing_of_its_owner(
    member: Person, client: httpx.AsyncClient, databases: Databases
) -> None:
    saved = await member.client.post("/api/v1/strategies", json={"name": "Crossing", "source": RULE})
    done = await run(member, source=None, strategy_id=saved.json()["id"])
    made = await _share(member, done["id"])
    assert made["path"] == f"/shared/{made['token']}"
    answer = await client.get(f"/api/v1{made['path']}")
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert report["run"]["metrics"] == done["metrics"]
    assert report["run"]["verdict"] == done["verdict"]
    assert report["run"]["strategy_name"] == "Crossing"
    assert len(report["trades"]["pnl"]) == done["metrics"]["trades"]
    assert report["tear_sheet"]["yearly"]
    assert report["expires_at"] == made["expires_at"]
    for secret in (member.id, member.email, "Mina", done["id"], saved.json()["id"], made["id"]):
        assert secret not in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    async with databases.main.session() as session:
        (kept,) = (await session.execute(text("SELECT report_shares::text FROM report_shares"))).scalars()
    assert made["token"] not in kept


@needs_worker
async def test_links_end_by_time_by_their_owner_and_with_their_run(
    app: FastAPI, member: Person, other_member: Person, client: httpx.AsyncClient
) -> None:
    clock = FixedClock(SystemClock().now())
    app.state.clock = clock
    done = await run(member)
    path = f"{PATH}/{done['id']}/shares"
    short, long, gone = [await _share(member, done["id"], expires_in_days=days) for days in (1, 365, 30)]
    assert len({one["token"] for one in (short, long, gone)}) == 3
    assert all(len(one["token"]) == 32 for one in (short, long, gone))

    async def reads(made: dict[str, Any]) -> bool:
        answer = await client.get(f"/api/v1/shared/{made['token']}")
        assert answer.status_code == 200 or answer.json()["code"] == "share_not_found"
        return answer.status_code == 200

    listed = (await member.client.get(path)).json()["items"]
    assert [item["id"] for item in listed] == [gone["id"], long["id"], short["id"]]
    assert set(listed[0]) == {"id", "created_at", "expires_at"}

    assert (await other_member.client.get(path)).status_code == 404
    assert (await other_member.client.delete(f"{path}/{gone['id']}")).status_code == 404
    assert await reads(gone)
    assert (await member.client.delete(f"{path}/{gone['id']}")).status_code == 204
    assert not await reads(gone)
    again = await member.client.delete(f"{path}/{gone['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "share_not_found")

    clock.advance(timedelta(days=1))
    assert not await reads(short)
    assert await reads(long)
    signed_in = await client.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    member.client.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"
    assert [item["id"] for item in (await member.client.get(path)).json()["items"]] == [long["id"]]
    assert (await member.client.delete(f"{PATH}/{done['id']}")).status_code == 204
    assert not await reads(long)


async def test_what_is_no_token_is_not_found(client: httpx.AsyncClient) -> None:
    for token in ("x", "A" * 32, "A" * 31 + "%00", "é" * 32, "..%2f..", "A" * 5_000):
        answer = await client.get(f"/api/v1/shared/{token}")
        assert (answer.status_code, answer.json()["code"]) in ((404, "share_not_found"), (404, "not_found"))


@needs_worker
async def test_links_asked_for_wrongly_or_without_end_are_refused(member: Person) -> None:
    done = await run(member)
    path = f"{PATH}/{done['id']}/shares"
    for days in (0, 366, 1.5, "x", None):
        assert (await member.client.post(path, json={"expires_in_days": days})).status_code == 422
    answers = await asyncio.gather(*(member.client.post(path, json={}) for _ in range(24)))
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 4
    assert {answer.json()["code"] for answer in answers if answer.is_error} == {"too_many_shares"}


async def test_guessing_tokens_is_slow_work(
    settings: Settings, app: FastAPI, client: httpx.AsyncClient
) -> None:
    app.state.settings = settings.model_copy(update={"rate_limit_shared": "1/hour"})
    statuses = [(await client.get(f"/api/v1/shared/{'A' * 32}")).status_code for _ in range(102)]
    assert statuses[0] == 404
    assert statuses[-1] == 429  # outside production the limits are a hundred times as wide


@needs_worker
async def test_a_run_of_an_earlier_version_is_still_read(
    member: Person, client: httpx.AsyncClient, databases: Databases
) -> None:
    done = await run(member)
    old_checks = [
        {name: check[name] for name in ("name", "level", "statement", "figure")}
        for check in done["verdict"]["checks"]
    ]
    execution = {
        name: done["manifest"]["execution"][name]
        for name in ("initial_cash", "commission_bps", "slippage_bps", "commission_fixed", "whole_units",
                     "close_at_end")
    }  # fmt: skip
    async with databases.main.session() as session:
        await session.execute(
            text(
                "UPDATE backtest_runs SET terms = '{}', verdict = CAST(:verdict AS jsonb),"
                " manifest = jsonb_set(manifest, '{execution}', CAST(:execution AS jsonb))"
            ),
            {
                "verdict": json.dumps({"level": "amber", "checks": old_checks}),
                "execution": json.dumps(execution),
            },
        )
    read = (await member.client.get(f"{PATH}/{done['id']}")).json()
    assert read["verdict"]["complete"] is True
    assert read["verdict"]["checks"][0]["parts"] == []
    assert read["commission_tiers"] == []
    assert read["volume_limit"] == 0.025
    assert (await member.client.get(f"{PATH}/{done['id']}/export")).status_code == 200
    made = await _share(member, done["id"])
    assert (await client.get(f"/api/v1{made['path']}")).status_code == 200
