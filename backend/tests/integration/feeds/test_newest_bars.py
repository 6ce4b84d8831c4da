"""Keeping linked instruments up to date: their newest bars, and their splits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from app.core.database import Databases
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.feeds import backfill_repository
from app.market import service as market
from tests.integration.conftest import Person
from tests.integration.feeds.conftest import RunFeeds, WaitFor
from tests.integration.feeds.test_backfills import add
from tests.standins.twelvedata.server import StandIn

pytestmark = pytest.mark.anyio


@dataclass
class SetClock:
    """Stands where it was put."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


async def wait_for(find: Callable[[], Awaitable[Any]], is_there: Callable[[Any], bool]) -> Any:
    """What is found once it is so."""
    for _ in range(200):
        found = await find()
        if is_there(found):
            return found
        await asyncio.sleep(0.05)
    raise TimeoutError(found)


def count_asked(standin: StandIn, path: str) -> int:
    return sum(one.path == path for one in standin.quota.requests)


async def test_a_session_that_is_over_is_asked_for_once_and_the_newest_answer_wins(
    member: Person,
    databases: Databases,
    run_worker_feeds: RunFeeds,
    wait_for_backfill: WaitFor,
    standin: StandIn,
) -> None:
    clock = SetClock(datetime(2026, 11, 18, 22, tzinfo=UTC))
    standin.clock = lambda: clock.now().timestamp()
    added = await add(
        member,
        provider="twelvedata",
        code="IBM",
        mic_code="XNYS",
        intervals=["1day"],
        history={"1day": "2026-10-01"},
    )
    instrument_id = UUID(added["instrument"]["id"])

    async def read_days() -> dict[str, Any]:
        query = {"symbol": "IBM", "interval": "1day", "adjust": "none"}
        days: dict[str, Any] = (await member.client.get("/api/v1/bars", params=query)).json()
        return days

    async def read_series() -> dict[str, Any]:
        path = f"/api/v1/instruments/{instrument_id}/coverage"
        series: list[dict[str, Any]] = (await member.client.get(path)).json()["series"]
        return next(one for one in series if one["interval"] == "1day")

    async with run_worker_feeds(clock):
        await wait_for_backfill(member.client, added["backfills"][0]["id"])
    before = await read_days()
    assert datetime.fromtimestamp(before["time"][-1], UTC).date().isoformat() == "2026-11-18"
    asked = count_asked(standin, "time_series")

    # due, though nothing can be new: nobody is asked, and the next session's end is waited for
    async with databases.main.session() as session:
        await backfill_repository.set_due(session, instrument_id, Interval.DAY_1, clock.now())
        # a day that was told otherwise at first
        price = np.array([before["close"][-1] * 1.01])
        wrong = Bars(np.array(before["time"][-1:]), price, price, price, price, np.array([1.0]))
        await market.store_bars(session, instrument_id, wrong)
    async with run_worker_feeds(clock):
        series = await wait_for(read_series, lambda one: one["next_refresh_at"] > "2026-11-19")
        assert series["next_refresh_at"] == "2026-11-19T21:15:00Z"
        assert series["refreshed_at"] is None
        assert count_asked(standin, "time_series") == asked

        clock.moment = datetime(2026, 11, 19, 21, 15, 5, tzinfo=UTC)
        after = await wait_for(read_days, lambda days: len(days["time"]) > len(before["time"]))
    assert after["time"][:-1] == before["time"]
    assert datetime.fromtimestamp(after["time"][-1], UTC).date().isoformat() == "2026-11-19"
    assert after["close"][:-1] == before["close"]
    assert count_asked(standin, "time_series") == asked + 1


async def test_splits_are_fetched_and_join_those_entered_by_hand(
    member: Person, run_worker_feeds: RunFeeds
) -> None:
    added = await add(
        member,
        provider="twelvedata",
        code="AAPL",
        mic_code="XNAS",
        intervals=["1day"],
        history={"1day": "2026-11-16"},
    )
    path = f"/api/v1/instruments/{added['instrument']['id']}"
    own = [{"date": "1999-01-04", "ratio": 3}]
    assert (await member.client.put(f"{path}/splits", json=own)).status_code == 200

    async def read_splits() -> dict[str, float]:
        found = (await member.client.get(f"{path}/splits")).json()
        return {one["date"]: one["ratio"] for one in found}

    async with run_worker_feeds():
        splits = await wait_for(read_splits, lambda found: len(found) > 1)
    assert splits["1999-01-04"] == 3
    assert splits["2020-08-31"] == 4
    assert (await member.client.get(f"{path}/coverage")).json()["splits_problem"] is None


async def test_splits_that_the_plan_never_allows_are_not_tried_and_said(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor, standin: StandIn
) -> None:
    added = await add(
        member,
        provider="twelvedata",
        code="AAPL",
        mic_code="XNAS",
        intervals=["1day"],
        history={"1day": "2026-11-16"},
    )
    path = f"/api/v1/instruments/{added['instrument']['id']}/coverage"

    async def read_problem() -> str | None:
        problem: str | None = (await member.client.get(path)).json()["splits_problem"]
        return problem

    async with run_worker_feeds(per_minute=8):
        problem = await wait_for(read_problem, lambda found: found is not None)
        over = await wait_for_backfill(member.client, added["backfills"][0]["id"])
    assert problem == (
        "Twelve Data's splits cost 20 credits at once; your plan gives 8 a minute."
        " Enter splits by hand under Splits."
    )
    assert over["status"] == "succeeded"
    assert count_asked(standin, "splits") == 0
    items = (await member.client.get("/api/v1/catalogue")).json()["items"]
    assert [one["splits_problem"] for one in items if one["symbol"] == "AAPL"] == [problem]


async def test_what_cannot_split_costs_no_credits_and_is_no_problem_on_a_small_plan(
    member: Person,
    databases: Databases,
    run_worker_feeds: RunFeeds,
    wait_for_backfill: WaitFor,
    standin: StandIn,
) -> None:
    added = await add(
        member, provider="twelvedata", code="EUR/USD", intervals=["1day"], history={"1day": "2026-11-16"}
    )

    async def find_splits_asked_for() -> Any:
        async with databases.main.session() as session:
            statement = text("SELECT splits_fetched_at, splits_problem FROM provider_links")
            return (await session.execute(statement)).one()

    async with run_worker_feeds(per_minute=8):
        await wait_for_backfill(member.client, added["backfills"][0]["id"])
        fetched_at, problem = await wait_for(find_splits_asked_for, any)
    assert (problem, fetched_at is not None) == (None, True)
    assert count_asked(standin, "splits") == 0


async def test_a_full_minute_that_splits_wait_for_is_no_refusal_of_the_provider(
    member: Person, run_worker_feeds: RunFeeds, databases: Databases, standin: StandIn
) -> None:
    """Remembered as one it would be drawn out by every new try: nothing would ever be fetched any more."""
    for code in ("AAPL", "MSFT"):
        await add(member, provider="twelvedata", code=code, mic_code="XNAS", intervals=["1day"], history={})

    async def find_splits() -> int:
        return count_asked(standin, "splits")

    async with run_worker_feeds(per_minute=30):
        assert await wait_for(find_splits, bool) == 1
        await asyncio.sleep(0.7)  # the next ones are tried, and wait for the minute
        async with databases.main.session() as session:
            blocked = await session.execute(text("SELECT blocked_until FROM credit_meters"))
            assert blocked.scalars().all() == [None]


async def test_a_simulated_instrument_is_filled_like_any_other(
    member: Person, run_worker_feeds: RunFeeds, wait_for_backfill: WaitFor
) -> None:
    async with run_worker_feeds():
        params = {"query": "SIM"}

        async def search() -> list[dict[str, Any]]:
            items = (await member.client.get("/api/v1/symbols", params=params)).json()["items"]
            return [one for one in items if one["provider"] == "simulated"]

        found = (await wait_for(search, bool))[0]
        added = await add(
            member,
            provider="simulated",
            code=found["code"],
            mic_code=found["mic_code"],
            intervals=["1day"],
            history={"1day": "2026-10-01"},
        )
        over = await wait_for_backfill(member.client, added["backfills"][0]["id"])
    assert added["provider"]["is_simulated"]
    assert (over["status"], over["credits"], over["error"]) == ("succeeded", 0, None)
    assert over["inserted"] > 25
