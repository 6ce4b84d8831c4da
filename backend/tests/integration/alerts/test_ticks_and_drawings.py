"""Prices fire tick alerts on the forming bar, once a bar; drawings are watched and follow splits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.alerts.evaluator import Evaluator
from app.alerts.ticks import TickWatch
from app.core.clock import FixedClock
from app.core.database import Databases
from app.engine.intervals import Interval
from app.market import service as market
from app.market.domain import AssetClass, Split, Viewer
from app.market.provider_facts import Tick
from tests.integration.alerts.conftest import MINUTE, START, MakeAlert, Market, read_firings
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Minute:
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 1.0


def at_price(price: float, minute: int, second: int = 5) -> tuple[Minute, Tick]:
    start = int((START + minute * MINUTE).timestamp())
    return Minute(start, price, price, price, price), Tick("COIN", price, start + second)


async def test_a_price_fires_on_the_forming_bar_and_its_close_does_not_fire_again(
    member: Person,
    feed: Market,
    databases: Databases,
    clock: FixedClock,
    make_alert: MakeAlert,
    evaluator: Evaluator,
) -> None:
    coin = await feed.add_instrument()
    await feed.store(coin, START - 5 * MINUTE, [99] * 5)
    await make_alert(member.client, coin, on="tick", repeat="every", name="tick")
    await make_alert(member.client, coin, repeat="every", name="bar")
    ticks = TickWatch(databases.main, clock)
    await ticks.refresh()
    assert await ticks.look(coin, *at_price(99.5, 0)) == []
    [fired] = await ticks.look(coin, *at_price(100.5, 0, 7))
    assert (fired.alert_name, fired.trigger, fired.price, fired.bar.close) == ("tick", "tick", 100.5, 100.5)
    assert fired.at == START + timedelta(seconds=7)
    assert await ticks.look(coin, *at_price(101, 0, 8)) == []
    await feed.store(coin, START, [101])
    clock.advance(MINUTE)
    assert [one.alert_name for one in await evaluator.look(None)] == ["bar"]
    await ticks.refresh()
    assert await ticks.look(coin, *at_price(102, 1)) == []  # it was above already
    # What no price said, the closed bar says.
    await feed.store(coin, START + MINUTE, [99, 103])
    clock.advance(2 * MINUTE)
    assert sorted(one.alert_name for one in await evaluator.look(None)) == ["bar", "tick"]
    assert len(await read_firings(member.client)) == 4


async def test_a_tick_alert_cools_down_and_fires_once_where_it_is_told_to(
    member: Person, feed: Market, databases: Databases, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    above = {"kind": "rule", "source": "close > 100"}
    await feed.store(coin, START - 5 * MINUTE, [99] * 5)
    await make_alert(
        member.client, coin, condition=above, on="tick", repeat="every", cooldown_seconds=90, name="cool"
    )
    await make_alert(member.client, coin, condition=above, on="tick", name="once")
    ticks = TickWatch(databases.main, clock)
    await ticks.refresh()
    fired = []
    for minute in range(4):
        fired += [(one.alert_name, minute) for one in await ticks.look(coin, *at_price(101, minute))]
    assert sorted(fired) == [("cool", 0), ("cool", 2), ("once", 0)]


async def draw(person: Person, instrument_id: Any, kind: str, points: list[tuple[datetime, float]]) -> str:
    body = {
        "instrument_id": str(instrument_id),
        "kind": kind,
        "interval": "1day",
        "points": [{"time": int(time.timestamp()), "price": price} for time, price in points],
        "style": {"extends_right": True},
    }
    answer = await person.client.post("/api/v1/drawings", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_drawings_are_watched_and_follow_a_split(
    member: Person,
    other_member: Person,
    feed: Market,
    evaluator: Evaluator,
    clock: FixedClock,
    databases: Databases,
    make_alert: MakeAlert,
) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    share = await feed.add_instrument("SHARE", Interval.DAY_1, AssetClass.STOCK, "America/New_York")
    await feed.store(share, day, [190, 190], Interval.DAY_1)
    clock.instant = day + timedelta(days=1, hours=23)
    # Rises by two a bar: 200, 202 and, after the split, 102, 103, 104.
    line = await draw(member, share, "trend_line", [(day, 200), (day + timedelta(days=1), 202)])
    band = await draw(member, share, "rectangle", [(day, 196), (day + timedelta(days=1), 216)])
    for drawing, direction in ((line, "crosses_above"), (band, "enters"), (band, "leaves")):
        condition = {"kind": "drawing", "drawing_id": drawing, "direction": direction}
        await make_alert(
            member.client, share, interval="1day", condition=condition, repeat="every", name=direction
        )
    for client, drawing, direction in (
        (other_member.client, line, "crosses"),
        (member.client, line, "enters"),
        (member.client, band, "crosses_above"),
    ):
        body = {
            "instrument_id": str(share),
            "interval": "1day",
            "condition": {"kind": "drawing", "drawing_id": drawing, "direction": direction},
        }
        answer = await client.post("/api/v1/alerts", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "condition_unsuitable")
    async with databases.main.session() as session:
        await market.replace_splits(session, Viewer(None), share, [Split(date(2026, 3, 4), 2.0)])
    await feed.store(share, day + timedelta(days=2), [97, 104, 109], Interval.DAY_1)
    clock.instant = datetime(2026, 3, 6, 23, tzinfo=UTC)
    await evaluator.look(None)
    firings = await read_firings(member.client)
    assert sorted((one["alert_name"], one["bar"]["time"][:10]) for one in firings) == [
        ("crosses_above", "2026-03-05"),
        ("enters", "2026-03-05"),
        ("leaves", "2026-03-06"),
    ]
    await member.client.delete(f"/api/v1/drawings/{line}")
    await feed.store(share, datetime(2026, 3, 9, tzinfo=UTC), [150], Interval.DAY_1)
    clock.instant = datetime(2026, 3, 9, 23, tzinfo=UTC)
    await evaluator.look(None)
    listed = (await member.client.get("/api/v1/alerts")).json()["items"]
    assert {one["name"]: one["problem"] for one in listed if one["problem"]} == {
        "crosses_above": "The drawing is gone."
    }
