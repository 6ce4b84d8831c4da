"""Who may use whose key, what a stranger sees, and what the catalogue and the sessions say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.config import Settings
from app.core.clock import FixedClock
from app.core.database import Databases
from app.market.jobs import judge_series, store_calendars
from tests.integration.conftest import Person
from tests.integration.feeds.conftest import RunFeeds, WaitFor

pytestmark = pytest.mark.anyio

_ADDED = {"provider": "twelvedata", "code": "AAPL", "mic_code": "XNAS", "history": {"1day": "2025-01-01"}}


class TestUnsharedKey:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"twelvedata_shared": False})

    async def test_only_admins_use_a_key_that_nobody_may_share(self, member: Person, admin: Person) -> None:
        search = {"query": "aapl", "provider": "twelvedata"}
        for denied in (
            await member.client.get("/api/v1/symbols", params=search),
            await member.client.post("/api/v1/instruments/from-provider", json=_ADDED),
        ):
            assert (denied.status_code, denied.json()["code"]) == (403, "provider_not_shared")
            assert "TWELVEDATA_SHARED=true" in denied.json()["detail"]
        assert (await admin.client.get("/api/v1/symbols", params=search)).status_code == 200
        everyones = {**_ADDED, "scope": "installation"}
        denied = await admin.client.post("/api/v1/instruments/from-provider", json=everyones)
        assert (denied.status_code, denied.json()["code"]) == (403, "provider_not_shared")
        added = await admin.client.post("/api/v1/instruments/from-provider", json=_ADDED)
        assert (added.status_code, added.json()["instrument"]["scope"]) == (201, "private")


async def test_a_private_instrument_shows_its_data_to_its_owner_alone(
    member: Person,
    other_member: Person,
    databases: Databases,
    run_worker_feeds: RunFeeds,
    wait_for_backfill: WaitFor,
) -> None:
    added = (await member.client.post("/api/v1/instruments/from-provider", json=_ADDED)).json()
    instrument = added["instrument"]["id"]
    async with run_worker_feeds():
        await wait_for_backfill(member.client, added["backfills"][0]["id"])
    await judge_series(databases, FixedClock(datetime(2027, 1, 1, tzinfo=UTC)))
    path = f"/api/v1/instruments/{instrument}"
    for denied in (
        await other_member.client.get(f"{path}/coverage"),
        await other_member.client.post(f"{path}/refresh"),
        await other_member.client.post(f"{path}/backfills", json={"interval": "1day", "start": "2024-01-01"}),
        await other_member.client.get(
            f"{path}/sessions", params={"start": "2025-07-01", "end": "2025-07-05"}
        ),
    ):
        assert (denied.status_code, denied.json()["code"]) == (404, "instrument_not_found")
    assert (await other_member.client.get("/api/v1/catalogue")).json()["items"] == []
    shown = (await member.client.get("/api/v1/catalogue")).json()["items"][0]
    assert shown["provider"]["name"] == "twelvedata"
    series = shown["series"][0]
    assert (series["interval"], series["missing"], series["holes"], series["is_measured"]) == (
        "1day",
        0,
        [],
        True,
    )
    assert series["freshness"] in {"fresh", "closed"}
    assert (await member.client.post(f"{path}/refresh")).status_code == 202


async def test_sessions_tell_an_early_close_and_that_they_are_not_known_yet(
    member: Person, databases: Databases
) -> None:
    added = (await member.client.post("/api/v1/instruments/from-provider", json=_ADDED)).json()
    path = f"/api/v1/instruments/{added['instrument']['id']}/sessions"
    asked = {"start": "2025-07-02", "end": "2025-07-08"}
    unknown = (await member.client.get(path, params=asked)).json()
    assert (unknown["known"], unknown["sessions"]) == (False, [])
    await store_calendars(databases, FixedClock(datetime(2026, 11, 20, tzinfo=UTC)))
    known = (await member.client.get(path, params=asked)).json()
    assert (known["known"], known["timezone"]) == (True, "America/New_York")
    assert [(one["date"], one["close"][11:16]) for one in known["sessions"]] == [
        ("2025-07-02", "20:00"),
        ("2025-07-03", "17:00"),
        ("2025-07-07", "20:00"),
    ]


async def test_the_catalogue_takes_the_same_statements_for_one_instrument_and_for_many(
    member: Person, app: FastAPI
) -> None:
    counts: list[int] = []
    engine = app.state.databases.main.engine.sync_engine
    for code in ("AAPL", "MSFT", "GOOG", "AMZN"):
        added = {"provider": "twelvedata", "code": code, "mic_code": "XNAS"}
        assert (await member.client.post("/api/v1/instruments/from-provider", json=added)).status_code == 201
        statements: list[str] = []

        def count(*arguments: Any, into: list[str] = statements) -> None:
            into.append(arguments[2])

        event.listen(engine, "before_cursor_execute", count)
        page = (await member.client.get("/api/v1/catalogue")).json()
        event.remove(engine, "before_cursor_execute", count)
        counts.append(len(statements))
    assert len(page["items"]) == 4
    assert len(set(counts)) == 1, counts
