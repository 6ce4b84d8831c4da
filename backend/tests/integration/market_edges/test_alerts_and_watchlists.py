"""The same edges for the alert and the watchlist: which bar is closed when, and what a change is measured
against. More on splits stands with the alerts, and the line that runs over a night with the feed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.alerts.evaluator import Evaluator
from app.core.clock import FixedClock
from app.core.database import Databases
from app.engine.intervals import Interval
from app.market import service as market
from app.market.columns import make_bars
from app.market.domain import Split, Viewer
from app.market.jobs import store_calendars
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio
SECOND = timedelta(seconds=1)


def moment(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=UTC)


async def add(
    databases: Databases, calendar: str, closes: dict[str, float], interval: Interval = Interval.DAY_1
) -> UUID:
    """An instrument of the installation with these bars."""
    kind, zone = ("forex", "UTC") if calendar == "FX" else ("stock", "America/New_York")
    statement = text(
        "INSERT INTO instruments (symbol, name, asset_class, timezone, calendar)"
        " VALUES ('EDGE', 'EDGE', :kind, :zone, :calendar) RETURNING id"
    )
    values = {"kind": kind, "zone": zone, "calendar": calendar}
    async with databases.main.session() as session:
        instrument_id: UUID = (await session.execute(statement, values)).scalar_one()
        times = np.array([int(moment(one).timestamp()) for one in closes], dtype=np.int64)
        close = np.array(list(closes.values()))
        await market.store_bars(session, instrument_id, make_bars(times, [close] * 5, interval, zone))
    return instrument_id


# The day before, the day, when it ends, and whether it is another day of the same row.
DAYS = [
    pytest.param("XNYS", "2026-03-05", "2026-03-06", "2026-03-06 21:00", id="clocks-XNYS-before-spring"),
    pytest.param("XNYS", "2026-03-06", "2026-03-09", "2026-03-09 20:00", id="clocks-XNYS-spring"),
    pytest.param("XNYS", "2026-10-30", "2026-11-02", "2026-11-02 21:00", id="clocks-XNYS-autumn"),
    pytest.param("FX", "2026-03-05", "2026-03-06", "2026-03-06 22:00", id="clocks-FX-before-spring"),
    pytest.param("FX", "2026-03-06", "2026-03-09", "2026-03-09 21:00", id="clocks-FX-spring"),
    pytest.param("FX", "2026-10-30", "2026-11-02", "2026-11-02 22:00", id="clocks-FX-autumn"),
    pytest.param("XNYS", "2025-07-02", "2025-07-03", "2025-07-03 17:00", id="early-close"),
    pytest.param("FX", "2026-11-26", "2026-11-27", "2026-11-27 22:00", id="before-a-saturday"),
]


@pytest.mark.parametrize(("calendar", "before", "day", "ends"), DAYS)
async def test_the_watchlist_measures_against_the_session_before_and_closes_with_the_market(
    app: FastAPI, databases: Databases, member: Person, calendar: str, before: str, day: str, ends: str
) -> None:
    clock = FixedClock(moment(ends) - SECOND)
    app.state.clock = clock
    instrument_id = await add(databases, calendar, {before: 100.0, day: 103.0})
    await store_calendars(databases, clock)

    async def look() -> tuple[bool, str, float, float]:
        answer = await member.client.get("/api/v1/quotes", params={"ids": str(instrument_id)})
        (quote,) = answer.json()["items"]
        assert quote["at"] == moment(ends).isoformat().replace("+00:00", "Z")
        return (
            quote["market_open"],
            quote["state"],
            quote["previous_close"],
            round(quote["change_percent"], 9),
        )

    assert await look() == (True, "stale", 100.0, 0.03)
    clock.advance(SECOND)
    # Of a currency the next day begins at once, but for Fridays.
    if calendar == "FX" and moment(ends).weekday() != 4:
        assert await look() == (True, "stale", 100.0, 0.03)
    else:
        assert await look() == (False, "closed", 100.0, 0.03)


async def test_the_watchlist_shows_fridays_change_all_saturday(
    app: FastAPI, databases: Databases, member: Person
) -> None:
    clock = FixedClock(moment("2026-11-28 12:00"))
    app.state.clock = clock
    await store_calendars(databases, clock)
    instrument_id = await add(databases, "FX", {"2026-11-26": 1.1, "2026-11-27": 1.21})
    (quote,) = (await member.client.get("/api/v1/quotes", params={"ids": str(instrument_id)})).json()["items"]
    assert (quote["market_open"], quote["state"], quote["price"]) == (False, "closed", 1.21)
    assert quote["change_percent"] == pytest.approx(0.1)


@pytest.mark.parametrize(("calendar", "before", "day", "ends"), DAYS)
async def test_an_alert_fires_when_the_market_closes_and_not_a_second_before(
    app: FastAPI, databases: Databases, member: Person, calendar: str, before: str, day: str, ends: str
) -> None:
    clock = FixedClock(moment(ends) - SECOND)
    app.state.clock = clock
    instrument_id = await add(databases, calendar, {before: 99.0, day: 101.0})
    await make_alert(databases, member, instrument_id, "1day", moment(before), moment(ends))
    evaluator = Evaluator(databases.main, clock)
    assert await evaluator.look(None) == []
    clock.advance(SECOND)
    (firing,) = await evaluator.look(None)
    assert firing.at == moment(ends)
    assert await evaluator.look(None) == []


async def test_the_last_hour_of_an_early_close_fires_with_the_close(
    app: FastAPI, databases: Databases, member: Person
) -> None:
    ends = moment("2025-07-03 17:00")
    clock = FixedClock(ends - SECOND)
    app.state.clock = clock
    bars = {"2025-07-03 15:30": 99.0, "2025-07-03 16:30": 101.0}
    instrument_id = await add(databases, "XNYS", bars, Interval.HOUR_1)
    await make_alert(databases, member, instrument_id, "1h", moment("2025-07-03 15:30"), ends)
    evaluator = Evaluator(databases.main, clock)
    assert await evaluator.look(None) == []
    clock.advance(SECOND)
    (firing,) = await evaluator.look(None)
    assert firing.at == ends


async def test_a_split_overnight_is_no_change_in_the_watchlist_and_no_cross_for_an_alert(
    app: FastAPI, databases: Databases, member: Person
) -> None:
    clock = FixedClock(moment("2026-06-16 20:00"))
    app.state.clock = clock
    await store_calendars(databases, clock)
    instrument_id = await add(databases, "XNYS", {"2026-06-15": 200.0, "2026-06-16": 101.0})
    condition = {"kind": "price", "level": 150, "direction": "crosses_below"}
    clock.instant = moment("2026-06-15 21:00")
    await make_alert(databases, member, instrument_id, "1day", moment("2026-06-15"), clock.instant, condition)
    clock.instant = moment("2026-06-16 20:00")
    async with databases.main.session() as session:
        await market.replace_splits(session, Viewer(None), instrument_id, [Split(date(2026, 6, 16), 2.0)])
    assert await Evaluator(databases.main, clock).look(None) == []
    (alert,) = (await member.client.get("/api/v1/alerts")).json()["items"]
    assert alert["condition"]["level"] == 75.0
    (quote,) = (await member.client.get("/api/v1/quotes", params={"ids": str(instrument_id)})).json()["items"]
    assert (quote["price"], quote["previous_close"]) == (101.0, 100.0)
    assert quote["change_percent"] == pytest.approx(0.01)


async def make_alert(
    databases: Databases,
    person: Person,
    instrument_id: UUID,
    interval: str,
    checked_until: datetime,
    ends: datetime,
    condition: dict[str, object] | None = None,
) -> None:
    """An alert that was armed hours before `ends`, with all bars up to `checked_until` looked at."""
    body = {
        "instrument_id": str(instrument_id),
        "interval": interval,
        "condition": condition or {"kind": "rule", "source": "close > 100"},
        "repeat": "every",
    }
    answer = await person.client.post("/api/v1/alerts", json=body)
    assert answer.status_code == 201, answer.text
    async with databases.main.session() as session:
        await session.execute(
            text("UPDATE alerts SET armed_at = :at, checked_until = :until"),
            {"at": ends - timedelta(hours=3), "until": int(checked_until.timestamp())},
        )
