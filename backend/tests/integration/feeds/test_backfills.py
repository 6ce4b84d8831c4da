"""From a symbol that was searched for to bars on a chart, through the real database and the stand-in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Databases
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.feeds import symbol_repository
from app.market import service as market
from app.market.bar_store import MergeCounts
from app.market.domain import AssetClass
from app.market.provider_facts import ProviderSymbol
from tests.integration.conftest import Person
from tests.integration.feeds.conftest import RunFeeds, WaitFor
from tests.standins.twelvedata.market import Market, find_listing
from tests.standins.twelvedata.server import StandIn

pytestmark = pytest.mark.anyio

_DAY = 86_400


def expected_times(symbol: str, interval: Interval, start: str) -> np.ndarray[Any, Any]:
    """The closed bars that the stand-in has."""
    listing = find_listing(symbol)
    assert listing is not None
    begin, now = (
        int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()),
        datetime.now(UTC).timestamp(),
    )
    bars = Market().bars(listing, interval, begin, int(now), now, adjusted=False)
    return bars.time


async def add(person: Person, **body: Any) -> dict[str, Any]:
    answer = await person.client.post("/api/v1/instruments/from-provider", json=body)
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


async def test_a_symbol_that_is_searched_for_and_added_fills_its_chart(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    found = (await member.client.get("/api/v1/symbols", params={"query": "msft"})).json()
    best = found["items"][0]
    assert (best["provider"], best["code"], best["mic_code"]) == ("twelvedata", "MSFT", "XNAS")
    assert best["instrument_id"] is None
    assert found["problems"] == []
    body = {
        "provider": "twelvedata",
        "code": "MSFT",
        "mic_code": "XNAS",
        "history": {"1day": "2020-01-01", "1min": "2026-11-16"},
    }
    added = await add(member, **body)
    assert added["provider"]["attribution"] == "Market data provided by Twelve Data."
    assert {one["interval"] for one in added["backfills"]} == {"1day", "1min"}
    async with run_worker_feeds():
        for one in added["backfills"]:
            over = await wait_for_backfill(member.client, one["id"])
            assert (over["status"], over["progress"], over["error"]) == ("succeeded", 1.0, None)
    for interval, start in (("1day", "2020-01-01"), ("1min", "2026-11-16")):
        query: dict[str, str | int] = {
            "symbol": "MSFT",
            "interval": interval,
            "limit": 50_000,
            "adjust": "none",
        }
        bars = (await member.client.get("/api/v1/bars", params=query)).json()
        wanted = expected_times("MSFT", Interval(interval), start)
        got = np.array(bars["time"])
        assert np.array_equal(got, wanted[: len(got)])
        assert len(wanted) - len(got) <= 1  # the last may be forming
    assert standin.quota.count_repeated() == 0
    again = await add(member, provider="twelvedata", code="MSFT", mic_code="XNAS")
    assert again["instrument"]["id"] == added["instrument"]["id"]
    assert again["backfills"] == []
    found = (await member.client.get("/api/v1/symbols", params={"query": "msft"})).json()
    assert found["items"][0]["instrument_id"] == added["instrument"]["id"]


async def test_what_is_stored_is_never_asked_again(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    added = await add(
        member, provider="twelvedata", code="IBM", mic_code="XNYS", history={"1day": "2024-01-01"}
    )
    instrument = added["instrument"]["id"]
    async with run_worker_feeds():
        await wait_for_backfill(member.client, added["backfills"][0]["id"])
        asked = _count_series_requests(standin)
        assert asked == 1
        path = f"/api/v1/instruments/{instrument}/backfills"
        same = await member.client.post(path, json={"interval": "1day", "start": "2024-06-01"})
        over = await wait_for_backfill(member.client, same.json()["id"])
        assert (over["status"], over["pages"]) == ("succeeded", 0)
        older = await member.client.post(path, json={"interval": "1day", "start": "2023-01-01"})
        over = await wait_for_backfill(member.client, older.json()["id"])
        assert (over["status"], over["pages"], over["inserted"]) == ("succeeded", 1, 250)
        assert standin.quota.count_repeated() == 0
        anew = {"interval": "1day", "start": "2024-01-01", "end": "2024-02-01", "again": True}
        over = await wait_for_backfill(
            member.client, (await member.client.post(path, json=anew)).json()["id"]
        )
        assert (over["pages"], over["unchanged"], over["inserted"]) == (1, 21, 0)
    assert _count_series_requests(standin) == 3


async def test_a_failure_that_waiting_does_not_heal_ends_a_backfill_and_says_why(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    standin.faults.set("plan_lacks", symbol="KO", path="time_series")
    added = await add(member, provider="twelvedata", code="KO", mic_code="XNYS", intervals=["1day"])
    async with run_worker_feeds():
        over = await wait_for_backfill(member.client, added["backfills"][0]["id"])
    assert over["status"] == "failed"
    assert over["error"]["code"] == "provider_plan_lacks"
    assert over["error"]["detail"]


async def test_rubbish_is_waited_out_and_seen_to_be_waited_for(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    for kind in ("html", "truncated", "nan", "error_body", "server_error"):
        standin.faults.set(kind, path="time_series", times=1)
    added = await add(
        member, provider="twelvedata", code="GE", mic_code="XNYS", history={"1day": "2022-01-01"}
    )
    async with run_worker_feeds():
        over = await wait_for_backfill(member.client, added["backfills"][0]["id"])
    assert (over["status"], over["pages"], over["credits"]) == ("succeeded", 1, 6)
    assert over["inserted"] in {len(expected_times("GE", Interval.DAY_1, "2022-01-01")) - d for d in (0, 1)}


async def test_an_answer_that_cannot_be_kept_holds_nobody_up_and_is_given_up(
    member: Person,
    run_worker_feeds: RunFeeds,
    wait_for_backfill: WaitFor,
    standin: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = await add(member, provider="twelvedata", code="GE", mic_code="XNYS", intervals=["1day"])
    good = await add(member, provider="twelvedata", code="KO", mic_code="XNYS", intervals=["1day"])
    store_bars = market.store_bars

    async def store_or_fail(session: AsyncSession, instrument_id: UUID, bars: Bars) -> MergeCounts:
        if str(instrument_id) == bad["instrument"]["id"]:
            raise ValueError("no such bars")
        return await store_bars(session, instrument_id, bars)

    monkeypatch.setattr(market, "store_bars", store_or_fail)
    async with run_worker_feeds():
        kept = await wait_for_backfill(member.client, good["backfills"][0]["id"])
        over = await wait_for_backfill(member.client, bad["backfills"][0]["id"])
    assert kept["status"] == "succeeded"
    assert (over["status"], over["error"]["code"]) == ("failed", "answer_unusable")
    assert "log" in over["error"]["detail"]
    assert _count_series_requests(standin) <= 5 + kept["pages"]


async def test_what_is_added_while_the_provider_pauses_says_what_it_waits_for(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    added = await add(member, provider="twelvedata", code="KO", mic_code="XNYS", intervals=["1day"])
    path = f"/api/v1/instruments/{added['instrument']['id']}/backfills"
    async with run_worker_feeds():
        await wait_for_backfill(member.client, added["backfills"][0]["id"])
        standin.faults.set("day", path="time_series", times=1)
        for interval in ("1h", "30min"):
            asked = await member.client.post(path, json={"interval": interval, "start": "2026-06-01"})
            for _ in range(200):
                seen = (await member.client.get(f"/api/v1/backfills/{asked.json()['id']}")).json()
                if seen["wait_reason"]:
                    break
                await asyncio.sleep(0.05)
            assert (seen["status"], bool(seen["wait_reason"])) == ("waiting", True)


async def test_an_answer_whose_newest_bars_lack_is_asked_for_once_more(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    added = await add(
        member, provider="twelvedata", code="PEP", mic_code="XNAS", history={"1day": "2022-01-01"}
    )
    instrument = added["instrument"]["id"]
    standin.faults.set("stale", path="time_series", times=1)
    body = {"interval": "1day", "start": "2010-01-04", "end": "2015-01-01"}
    older = await member.client.post(f"/api/v1/instruments/{instrument}/backfills", json=body)
    await member.client.post(f"/api/v1/backfills/{added['backfills'][0]['id']}/cancel")
    async with run_worker_feeds():
        over = await wait_for_backfill(member.client, older.json()["id"])
    assert (over["status"], over["pages"]) == ("succeeded", 2)
    query: dict[str, str | int] = {"symbol": "PEP", "interval": "1day", "limit": 5_000, "adjust": "none"}
    bars = (await member.client.get("/api/v1/bars", params=query)).json()
    assert len(bars["time"]) == 1258


async def test_a_cancelled_backfill_stays_cancelled(
    member: Person, other_member: Person, run_worker_feeds: RunFeeds, standin: StandIn
) -> None:
    standin.faults.set("stall", path="time_series", seconds=0.5)
    added = await add(member, provider="twelvedata", code="DIS", mic_code="XNYS", intervals=["1day"])
    path = f"/api/v1/backfills/{added['backfills'][0]['id']}"
    async with run_worker_feeds():
        await asyncio.sleep(0.2)
        for denied in (
            await other_member.client.get(path),
            await other_member.client.post(f"{path}/cancel"),
        ):
            assert (denied.status_code, denied.json()["code"]) == (404, "backfill_not_found")
        assert (await member.client.post(f"{path}/cancel")).json()["status"] == "cancelled"
        assert (await member.client.post(f"{path}/cancel")).status_code == 409
        await asyncio.sleep(0.8)
    assert (await member.client.get(path)).json()["status"] == "cancelled"


async def test_a_new_leader_goes_on_where_the_last_one_stopped(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    added = await add(
        member, provider="twelvedata", code="BTC/USD", intervals=["1min"], history={"1min": "2026-11-10"}
    )
    backfill = added["backfills"][0]["id"]
    for _ in range(3):
        async with run_worker_feeds():
            await asyncio.sleep(0.4)
    async with run_worker_feeds():
        over = await wait_for_backfill(member.client, backfill)
    assert over["status"] == "succeeded"
    query: dict[str, str | int] = {"symbol": "BTC/USD", "interval": "1min", "limit": 50_000}
    bars = (await member.client.get("/api/v1/bars", params=query)).json()
    times = np.array(bars["time"])
    assert times[0] == int(datetime(2026, 11, 10, tzinfo=UTC).timestamp())
    assert np.all(np.diff(times) == 60)


def _count_series_requests(standin: StandIn) -> int:
    return sum(one.path == "time_series" for one in standin.quota.requests)


async def test_a_pair_is_found_however_it_is_written(member: Person, databases: Databases) -> None:
    pair = ProviderSymbol("QQQ/ZZZ", "QQQ/ZZZ", "Quetzal / Zebra", AssetClass.CRYPTO)
    async with databases.main.session() as session:
        await symbol_repository.write_symbols(session, "simulated", [pair], datetime.now(UTC))
    for query in ("qqqzzz", "QQQ-ZZZ", "qqq/zzz", "quetzal"):
        found = (await member.client.get("/api/v1/symbols", params={"query": query})).json()
        assert [one["symbol"] for one in found["items"]] == ["QQQ/ZZZ"]
