"""The parts of the feed: what is wanted, how much may be spent, which prices are believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.core.clock import FixedClock
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.live.bar_building import BarValues
from app.live.feed_quota import QuotaShare
from app.live.feed_storing import BarStorer
from app.live.feed_ticks import TickFilter, Trade
from app.live.feed_wanted import Demand, read_topics
from app.live.unknown_stretches import UnknownStretches
from app.market.provider_facts import Quota

ONE, OTHER = UUID(int=1), UUID(int=2)
CLOCK = FixedClock(datetime(2026, 3, 10, tzinfo=UTC))


class StubRedis:
    """Answers one range, or is away."""

    def __init__(self, topics: list[bytes]) -> None:
        self.topics: list[bytes] | None = topics

    async def zrangebyscore(self, *_arguments: object) -> Any:
        if self.topics is None:
            raise ConnectionError
        return self.topics


def test_topics_name_instruments_and_intervals() -> None:
    topics = [
        f"quotes:{ONE}",
        f"bars:{ONE}:5min",
        f"bars:{OTHER}:1day",
        "bars:x:1min",
        f"bars:{ONE}:2min",
        "quotes",
    ]
    assert read_topics(topics, [(OTHER, Interval.MIN_1)]) == {
        ONE: {Interval.MIN_5},
        OTHER: {Interval.DAY_1, Interval.MIN_1},
    }


@pytest.mark.anyio
async def test_without_redis_or_alerts_what_was_wanted_stays_wanted() -> None:
    redis = StubRedis([f"quotes:{ONE}".encode()])
    asked = 0

    async def find_alerts_wanted() -> set[tuple[UUID, Interval]]:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise ConnectionError
        return {(OTHER, Interval.HOUR_1)}

    demand = Demand(redis, CLOCK, find_alerts_wanted)  # type: ignore[arg-type]
    first = await demand.read()
    redis.topics = None
    assert await demand.read() == first == {ONE: frozenset(), OTHER: {Interval.HOUR_1}}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_a_share_leaves_half_of_the_quota_and_some_of_its_own_for_bars() -> None:
    share = QuotaShare(Quota(8, 800))
    assert share.left(0.0, for_prices=True) == 3
    assert share.left(0.0, for_prices=False) == 4
    share.note(0.0, 3)
    assert share.left(59.0, for_prices=True) == 0
    assert share.left(59.0, for_prices=False) == 1
    assert share.left(60.0, for_prices=True) == 3
    # 300 of a day's share for prices: one symbol over a stock exchange's day, every 78 s.
    assert QuotaShare(Quota(8, 800)).choose_period(0.0, 1, 23_400.0) == pytest.approx(78.0)
    assert QuotaShare(Quota(None, None)).left(0.0, for_prices=True) is None


def test_a_wild_price_waits_for_another_one() -> None:
    prices = TickFilter()
    prices.expect(100.0)
    assert prices.judge(1.0, 1_000.0, 1.0, 1.0) == []
    assert prices.judge(2.0, 101.0, 1.0, 2.0) == [Trade(2.0, 101.0, 1.0)]
    assert prices.wild == 1
    assert prices.judge(3.0, 25.0, None, 3.0) == []
    assert prices.judge(3.0, 25.0, None, 3.0) == []  # the same once more confirms nothing
    assert prices.judge(4.0, 25.2, None, 4.0) == [Trade(3.0, 25.0), Trade(4.0, 25.2)]
    assert prices.judge(5.0, 25.1, float("nan"), 5.0) == [Trade(5.0, 25.1)]


def test_stretches_join_and_are_cut() -> None:
    unknown = UnknownStretches()
    unknown.discard(10, 20)
    assert unknown.is_known(10, 20)
    assert not unknown.is_known(9, 11)
    unknown.discard(30)
    unknown.add(12, 14)
    unknown.add(14, 16)
    assert list(unknown) == [(float("-inf"), 10), (12, 16), (20, 30)]
    assert unknown.first_within(11, 100) == (12, 16)


@pytest.mark.anyio
async def test_bars_wait_while_others_hold_the_rows_and_nothing_of_them_is_lost() -> None:
    class BusyOnce:
        def __init__(self) -> None:
            self.faults: list[Exception] = [asyncpg.LockNotAvailableError("held")]
            self.stored: list[int] = []

        async def store(self, _instrument_id: UUID, parts: list[Bars]) -> None:
            if self.faults:
                raise self.faults.pop()
            self.stored += [time for bars in parts for time in bars.time.tolist()]

    history = BusyOnce()
    storer = BarStorer(history, lambda _line, _stored: None)  # type: ignore[arg-type]
    storer._waiting[ONE] = {Interval.MIN_1: {60: BarValues(1.0, 1.0, 1.0, 1.0, 1.0)}}
    assert await storer.flush({})
    assert history.stored == []
    assert await storer.flush({})
    assert history.stored == [60]
