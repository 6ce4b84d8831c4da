"""Last prices over REST: what the feed left, what is stored, and who may see which."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import orjson
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy import event, text

from app.core.clock import FixedClock
from app.core.database import Databases
from app.engine.intervals import Interval
from app.market.columns import make_bars
from app.market.jobs import store_calendars
from app.market.service import store_bars
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio
# A Tuesday, while New York trades.
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
MakeInstrument = Callable[..., Awaitable[str]]


def at(text_: str) -> int:
    return int(datetime.fromisoformat(text_).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def clock(app: FastAPI) -> FixedClock:
    clock = FixedClock(NOW)
    app.state.clock = clock
    return clock


@pytest.fixture
def make_instrument(databases: Databases) -> MakeInstrument:
    async def make(
        symbol: str,
        days: dict[str, float],
        owner: Person | None = None,
        calendar: str | None = "XNYS",
        split: tuple[str, float] | None = None,
    ) -> str:
        statement = text(
            "INSERT INTO instruments (owner_id, symbol, name, asset_class, timezone, calendar)"
            " VALUES (:owner_id, :symbol, :symbol, 'stock', 'America/New_York', :calendar) RETURNING id"
        )
        owner_id = None if owner is None else UUID(owner.id)
        values = {"owner_id": owner_id, "symbol": symbol, "calendar": calendar}
        async with databases.main.session() as session:
            instrument_id: UUID = (await session.execute(statement, values)).scalar_one()
            times = np.array([at(day) for day in days], dtype=np.int64)
            closes = np.array(list(days.values()))
            bars = make_bars(times, [closes, closes, closes, closes, closes], Interval.DAY_1, "UTC")
            await store_bars(session, instrument_id, bars)
            if split is not None:
                await session.execute(
                    text("INSERT INTO splits (instrument_id, effective_on, ratio) VALUES (:id, :on, :ratio)"),
                    {"id": instrument_id, "on": datetime.fromisoformat(split[0]).date(), "ratio": split[1]},
                )
        return str(instrument_id)

    return make


async def ask(person: Person, **query: str) -> list[dict[str, Any]]:
    answer = await person.client.get("/api/v1/quotes", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_stored_bars_answer_where_nothing_is_fed(
    app: FastAPI, clock: FixedClock, databases: Databases, member: Person, make_instrument: MakeInstrument
) -> None:
    one = await make_instrument("AAPL", {"2026-03-06": 390.0, "2026-03-09": 400.0}, split=("2026-03-10", 4.0))
    none = await make_instrument("CSV", {"2013-03-01": 10.0}, calendar=None)
    (quote,) = await ask(member, ids=one)
    # No calendar is stored yet, so nobody knows whether the market trades.
    assert (quote["state"], quote["market_open"]) == ("stale", None)
    await store_calendars(databases, clock)
    first, second = await ask(member, symbols="AAPL, CSV")
    assert first == {
        "instrument_id": one,
        "price": 100.0,
        "at": "2026-03-09T20:00:00Z",
        "change": 2.5,
        "change_percent": pytest.approx(100.0 / 97.5 - 1),
        "volume": 400.0 * 4,
        "previous_close": 97.5,
        "state": "stale",
        "source": "stored",
        "market_open": True,
    } | {"volume": None}
    assert (second["instrument_id"], second["change"], second["market_open"]) == (none, None, None)
    # In the evening before, it was the last price of the latest session, and the split had not come.
    clock.instant = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    (evening,) = await ask(member, ids=one)
    assert (evening["state"], evening["price"], evening["previous_close"]) == ("closed", 400.0, 390.0)


async def test_what_the_feed_left_comes_first_and_grows_stale(
    app: FastAPI, clock: FixedClock, member: Person, make_instrument: MakeInstrument
) -> None:
    one = await make_instrument("AAPL", {"2026-03-09": 400.0})
    left = {
        "instrument_id": one,
        "price": 401.0,
        "at": "2026-03-10T14:59:59.500Z",
        "change": 1.0,
        "change_percent": 0.0025,
        "volume": 12.0,
        "previous_close": 400.0,
        "state": "live",
        "source": "twelvedata",
        "market_open": True,
        "kept_at": NOW.timestamp() - 5,
        "changes_at": NOW.timestamp() + 3_600,
    }
    redis: Redis = app.state.redis
    await redis.set(f"quote:{one}", orjson.dumps(left))
    (quote,) = await ask(member, ids=one)
    assert (quote["price"], quote["state"], quote["source"]) == (401.0, "live", "twelvedata")
    wanted = await redis.zscore("live:wanted", f"quotes:{one}")
    assert wanted == pytest.approx(NOW.timestamp() + 60)
    await redis.set(f"quote:{one}", orjson.dumps(left | {"kept_at": NOW.timestamp() - 120}))
    (quote,) = await ask(member, ids=one)
    assert (quote["price"], quote["state"]) == (401.0, "stale")
    await redis.set(f"quote:{one}", b"no json")
    (quote,) = await ask(member, ids=one)
    assert quote["price"] == 400.0


async def test_others_instruments_are_absent_and_statements_do_not_grow(
    app: FastAPI,
    clock: FixedClock,
    member: Person,
    other_member: Person,
    make_instrument: MakeInstrument,
) -> None:
    ids = [await make_instrument(f"S{n}", {"2026-03-09": 10.0 + n}) for n in range(6)]
    private = await make_instrument("MINE", {"2026-03-09": 1.0}, owner=other_member)
    sent: list[str] = []
    engine = app.state.databases.main.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))
    assert len(await ask(member, ids=ids[0])) == 1
    for_one = len(sent)
    sent.clear()
    found = await ask(member, ids=",".join([private, *reversed(ids)]))
    assert [quote["instrument_id"] for quote in found] == list(reversed(ids))
    assert len(sent) == for_one
    assert len(await ask(other_member, symbols="MINE,NOTHING")) == 1


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"ids": "x"},
        {"ids": "a", "symbols": "b"},
        {"symbols": "a b\x00"},
        {"symbols": ",".join(["A"] * 201)},
    ],
)
async def test_what_is_no_list_of_instruments_is_refused(member: Person, query: dict[str, str]) -> None:
    assert (await member.client.get("/api/v1/quotes", params=query)).status_code == 422
