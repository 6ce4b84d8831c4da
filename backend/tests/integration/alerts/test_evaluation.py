"""New closed bars fire alerts: each exactly once, whatever happens to workers, bars, clocks and splits."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.alerts import evaluator as evaluator_module
from app.alerts.evaluator import Evaluator
from app.core.clock import FixedClock
from app.core.database import Databases
from app.engine.intervals import Interval
from app.market import service as market
from app.market.domain import AssetClass, Split, Viewer
from tests.integration.alerts.conftest import MINUTE, START, MakeAlert, Market, read_firings
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio

RULE = {"kind": "rule", "source": "crossover(close, sma(close, 3))"}
ABOVE = {"kind": "rule", "source": "close > 100"}


def bar_times(firings: list[dict[str, Any]]) -> list[str]:
    return [firing["bar"]["time"] for firing in firings]


def at(minutes: int) -> str:
    return (START + minutes * MINUTE).isoformat().replace("+00:00", "Z")


async def test_a_bar_that_crosses_a_level_fires_once_and_says_all_about_it(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    await feed.store(coin, START - 5 * MINUTE, [99, 99, 99, 99, 99])
    alert = await make_alert(member.client, coin, repeat="every")
    await feed.store(coin, START, [101, 102, 99, 103])
    clock.advance(4 * MINUTE)
    assert len(await evaluator.look(None)) == 2
    assert await evaluator.look(None) == []
    firings = await read_firings(member.client)
    assert bar_times(firings) == [at(0), at(3)]
    first = firings[0]
    assert first["alert_id"] == alert["id"]
    assert first["words"] == "Price crosses above 100"
    assert first["bar"] == {
        "time": at(0), "open": 101, "high": 101, "low": 101, "close": 101, "volume": 10,
    }  # fmt: skip
    assert (first["price"], first["at"], first["read"]) == (101, at(1), False)
    read = (await member.client.get(f"/api/v1/alerts/{alert['id']}")).json()
    assert (read["state"], read["last_fired_bar"], read["last_fired_at"]) == ("active", at(3), at(4))


async def test_bars_closed_before_the_alert_was_made_do_not_fire(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    clock.advance(5 * MINUTE)
    await feed.store(coin, START, [99, 101, 99, 101])  # the last closes at minute 4
    await make_alert(member.client, coin, repeat="every", condition=ABOVE)
    assert await evaluator.look(None) == []
    # One that was open when the alert was made, and one that comes late, from before.
    await feed.store(coin, START + 4 * MINUTE, [102, 103])
    clock.advance(MINUTE)
    await evaluator.look(None)
    assert bar_times(await read_firings(member.client)) == [at(5)]


async def test_once_means_once_until_it_is_made_active_again(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    alert = await make_alert(member.client, coin, condition=ABOVE)
    await feed.store(coin, START, [101, 101, 101])
    clock.advance(3 * MINUTE)
    await evaluator.look(None)
    assert bar_times(await read_firings(member.client)) == [at(0)]
    path = f"/api/v1/alerts/{alert['id']}"
    read = (await member.client.get(path)).json()
    assert (read["state"], read["enabled"]) == ("done", False)
    again = await member.client.patch(path, json={"enabled": True})
    assert (again.status_code, again.json()["state"]) == (200, "active")
    await evaluator.look(None)
    await feed.store(coin, START + 3 * MINUTE, [101, 101])
    clock.advance(2 * MINUTE)
    await evaluator.look(None)
    assert bar_times(await read_firings(member.client)) == [at(0), at(3)]


async def test_a_cool_down_runs_from_close_to_close_over_a_restart(
    member: Person,
    feed: Market,
    evaluator: Evaluator,
    clock: FixedClock,
    make_alert: MakeAlert,
    databases: Databases,
) -> None:
    coin = await feed.add_instrument()
    await make_alert(member.client, coin, condition=ABOVE, repeat="every", cooldown_seconds=150)
    await feed.store(coin, START, [101, 101])
    clock.advance(2 * MINUTE)
    await evaluator.look(None)
    await feed.store(coin, START + 2 * MINUTE, [101] * 6)
    clock.advance(6 * MINUTE)
    await Evaluator(databases.main, clock).look(None)
    assert bar_times(await read_firings(member.client)) == [at(0), at(3), at(6)]


async def test_paused_expired_and_deleted_alerts_do_not_fire(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    end = (START + 2 * MINUTE).isoformat()
    expiring = await make_alert(
        member.client, coin, condition=ABOVE, name="ends", repeat="every", expires_at=end
    )
    paused = await make_alert(member.client, coin, condition=ABOVE, name="paused", enabled=False)
    gone = await make_alert(member.client, coin, condition=ABOVE, name="gone")
    assert (await member.client.delete(f"/api/v1/alerts/{gone['id']}")).status_code == 204
    await feed.store(coin, START, [101, 101, 101])
    clock.advance(3 * MINUTE)
    await evaluator.look(None)
    firings = await read_firings(member.client)
    assert [(one["alert_name"], one["bar"]["time"]) for one in firings] == [("ends", at(0))]
    assert (await member.client.get(f"/api/v1/alerts/{expiring['id']}")).json()["state"] == "expired"
    # What closed during the pause does not count afterwards.
    await member.client.patch(f"/api/v1/alerts/{paused['id']}", json={"enabled": True})
    await evaluator.look(None)
    assert len(await read_firings(member.client)) == 1


async def test_two_evaluators_at_once_fire_everything_once(
    member: Person, feed: Market, clock: FixedClock, make_alert: MakeAlert, databases: Databases
) -> None:
    coins = [await feed.add_instrument(f"COIN{number}") for number in range(6)]
    for coin in coins:
        for number in range(5):
            await make_alert(member.client, coin, condition=ABOVE, name=f"{number}", repeat="every")
    evaluators = [Evaluator(databases.main, clock) for _ in range(3)]
    for minute in range(3):
        clock.advance(MINUTE)
        await asyncio.gather(
            *(feed.store(coin, START + minute * MINUTE, [101]) for coin in coins),
            *(one.look(None) for one in evaluators),
        )
        await asyncio.gather(*(one.look(None) for one in evaluators))
    clock.advance(timedelta(seconds=2))
    await asyncio.gather(*(one.look(None) for one in evaluators))
    firings = await read_firings(member.client)
    assert len(firings) == 6 * 5 * 3
    assert len({(one["alert_id"], one["bar"]["time"]) for one in firings}) == len(firings)


async def test_a_worker_that_dies_before_the_commit_has_done_nothing(
    member: Person,
    feed: Market,
    clock: FixedClock,
    make_alert: MakeAlert,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coin = await feed.add_instrument()
    await make_alert(member.client, coin, condition=ABOVE)
    await feed.store(coin, START, [101])
    clock.advance(MINUTE)
    dying, other = Evaluator(databases.main, clock), Evaluator(databases.main, clock)

    async def die(*_: object) -> None:
        # While it holds the alert, another worker looks: it must come back to it by itself.
        assert await other.look(None) == []
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(evaluator_module, "tell_senders", die)
        with pytest.raises(asyncio.CancelledError):
            await dying.look(None)
    assert await read_firings(member.client) == []
    assert other.seconds_until_next(60) <= 1
    clock.advance(timedelta(seconds=1))
    assert len(await other.look(None)) == 1
    assert len(await read_firings(member.client)) == 1


async def test_a_bar_that_is_revised_or_stored_again_does_not_fire_twice(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    await make_alert(member.client, coin, condition=ABOVE, repeat="every")
    await feed.store(coin, START, [101, 99])
    clock.advance(2 * MINUTE)
    await evaluator.look(None)
    await feed.store(coin, START, [105, 106])
    await evaluator.look(None)
    await feed.store(coin, START - 5 * MINUTE, [101, 101, 101])
    await evaluator.look(None)
    assert bar_times(await read_firings(member.client)) == [at(0)]


async def test_a_forming_bar_waits_for_its_close(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    await make_alert(member.client, coin, condition=ABOVE)
    await feed.store(coin, START, [101])
    clock.advance(timedelta(seconds=59))
    assert await evaluator.look(None) == []
    assert 0 < evaluator.seconds_until_next(60) <= 1
    clock.advance(timedelta(seconds=1))
    assert len(await evaluator.look(None)) == 1


async def test_a_tail_is_long_enough_for_its_windows_and_its_memories(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    await feed.store(coin, START - 3_000 * MINUTE, [100.0 + (n % 7) for n in range(3_000)])
    sources = [
        "crossover(close, sma(close, 2000))",
        "crossover(close, ema(close, 200))",
        "close > highest(shift(close, 1), 2500)",
    ]
    for source in sources:
        await make_alert(
            member.client,
            coin,
            condition={"kind": "rule", "source": source},
            repeat="every",
            name=source[:30],
        )
    # A worker that was away for an hour has more to look at than it reads at first.
    await feed.store(coin, START, [90.0] * 59 + [120.0, 121.0])
    clock.advance(61 * MINUTE)
    await evaluator.look(None)
    firings = await read_firings(member.client)
    by_name: dict[str, list[str]] = {}
    for one in firings:
        by_name.setdefault(one["alert_name"], []).append(one["bar"]["time"])
    assert by_name == {
        sources[0][:30]: [at(59)],
        sources[1][:30]: [at(59)],
        sources[2][:30]: [at(59), at(60)],
    }


async def test_an_hour_made_of_minutes_waits_for_its_last_minute(
    member: Person, feed: Market, evaluator: Evaluator, clock: FixedClock, make_alert: MakeAlert
) -> None:
    coin = await feed.add_instrument()
    await make_alert(member.client, coin, condition=ABOVE, interval="1h", repeat="every")
    await feed.store(coin, START, [99.0] * 59)
    clock.instant = START + 60 * MINUTE
    assert await evaluator.look(None) == []  # the last minute is not here yet
    await feed.store(coin, START + 59 * MINUTE, [101])
    assert len(await evaluator.look(None)) == 1
    # Of the next hour the last minute never comes.
    await feed.store(coin, START + 60 * MINUTE, [102.0] * 59)
    clock.instant = START + 120 * MINUTE
    assert await evaluator.look(None) == []
    clock.advance(timedelta(seconds=evaluator.seconds_until_next(1_000)))
    assert len(await evaluator.look(None)) == 1
    firings = await read_firings(member.client)
    assert [(one["bar"]["time"], one["bar"]["close"]) for one in firings] == [(at(0), 101), (at(60), 102)]


@pytest.mark.parametrize(
    ("day", "closed_at"),
    [
        (datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 3, 6, 21, tzinfo=UTC)),
        (datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 9, 20, tzinfo=UTC)),  # summer time began
        (datetime(2026, 11, 27, tzinfo=UTC), datetime(2026, 11, 27, 18, tzinfo=UTC)),  # an early close
    ],
)
async def test_a_day_is_closed_with_its_session(
    member: Person,
    feed: Market,
    evaluator: Evaluator,
    clock: FixedClock,
    databases: Databases,
    make_alert: MakeAlert,
    day: datetime,
    closed_at: datetime,
) -> None:
    share = await feed.add_instrument("SHARE", Interval.DAY_1, AssetClass.STOCK, "America/New_York")
    await make_alert(member.client, share, condition=ABOVE, interval="1day")
    # The session is under way; whoever stores its bar too early must not fire anything.
    await feed.store(share, day, [101], Interval.DAY_1)
    async with databases.main.session() as session:
        await session.execute(
            text("UPDATE alerts SET armed_at = :at, checked_until = :until"),
            {"at": closed_at - timedelta(hours=3), "until": int(day.timestamp()) - 86_400},
        )
    clock.instant = closed_at - timedelta(seconds=1)
    assert await evaluator.look(None) == []
    clock.instant = closed_at
    [firing] = await evaluator.look(None)
    assert firing.at == closed_at


async def test_a_split_overnight_fires_nothing_and_moves_the_level(
    member: Person,
    feed: Market,
    evaluator: Evaluator,
    clock: FixedClock,
    make_alert: MakeAlert,
    databases: Databases,
) -> None:
    share = await feed.add_instrument("SHARE", Interval.DAY_1, AssetClass.STOCK, "America/New_York")
    await feed.store(share, datetime(2026, 3, 2, tzinfo=UTC), [190], Interval.DAY_1)
    clock.instant = datetime(2026, 3, 3, 12, tzinfo=UTC)
    for direction in ("crosses_above", "crosses_below"):
        await make_alert(
            member.client,
            share,
            interval="1day",
            condition={"kind": "price", "level": 200, "direction": direction},
            repeat="every",
            name=direction,
        )
    # Two for one, from the fourth on: 190 before is 95 now.
    async with databases.main.session() as session:
        await market.replace_splits(session, Viewer(None), share, [Split(date(2026, 3, 4), 2.0)])
    await feed.store(share, datetime(2026, 3, 3, tzinfo=UTC), [192], Interval.DAY_1)
    await feed.store(share, datetime(2026, 3, 4, tzinfo=UTC), [97, 101, 99], Interval.DAY_1)
    clock.instant = datetime(2026, 3, 6, 23, tzinfo=UTC)
    await evaluator.look(None)
    firings = await read_firings(member.client)
    assert [(one["alert_name"], one["bar"]["time"][:10], one["words"]) for one in firings] == [
        ("crosses_above", "2026-03-05", "Price crosses above 100"),
        ("crosses_below", "2026-03-06", "Price crosses below 100"),
    ]
    listed = (await member.client.get("/api/v1/alerts")).json()["items"]
    assert {one["condition"]["level"] for one in listed} == {100.0}


async def test_a_condition_that_cannot_be_watched_any_more_says_so_and_the_others_go_on(
    member: Person,
    feed: Market,
    evaluator: Evaluator,
    clock: FixedClock,
    databases: Databases,
    make_alert: MakeAlert,
) -> None:
    coin = await feed.add_instrument()
    rule = {"kind": "rule", "source": 'on("1h", close) > 100'}
    broken = await make_alert(member.client, coin, condition=rule, interval="1min")
    await make_alert(member.client, coin, condition=ABOVE)
    async with databases.main.session() as session:
        await session.execute(
            text('UPDATE alerts SET condition = condition || \'{"source": "nonsense("}\' WHERE id = :id'),
            {"id": UUID(broken["id"])},
        )
    await feed.store(coin, START, [101])
    clock.advance(MINUTE)
    assert len(await evaluator.look(None)) == 1
    read = (await member.client.get(f"/api/v1/alerts/{broken['id']}")).json()
    assert "cannot be read" in read["problem"]
