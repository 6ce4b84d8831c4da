"""What nobody saw is fetched, however late: of a leader that died, of yesterday, of a provider that lags."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest

from app.engine.intervals import Interval
from app.live.bar_building import BarValues
from app.market.provider_facts import BarsPage, ProviderSymbol, ProviderUnavailable, Quota
from tests.unit.live.stage import ScriptedProvider, Stage, at, bars_of, walk

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Lagging(ScriptedProvider):
    """Its bars come `lags_by` seconds late, and not at all before `bars_from`."""

    lags_by = 0.0
    bars_from = 0.0

    async def fetch_bars(self, symbol: ProviderSymbol, interval: Interval, start: int, end: int) -> BarsPage:
        now = self._time.now()
        if now < self.bars_from:
            raise ProviderUnavailable("no bars")
        page = await super().fetch_bars(symbol, interval, start, end)
        return BarsPage(page.bars.head(int((page.bars.time + 60 + self.lags_by <= now).sum())), start)


@pytest.fixture
async def set_stage() -> AsyncIterator[Callable[[str], Stage]]:
    stages: list[Stage] = []

    def make(start: str) -> Stage:
        stage = Stage(start)
        stage.provider = stage.providers["scripted"] = Lagging(stage.time)
        stages.append(stage)
        return stage

    yield make
    for stage in stages:
        await stage.stop()


def assert_right(stage: Stage, instrument_id: UUID, settled: float) -> dict[int, BarValues]:
    """No stored minute is wrong, and none lacks that was over for `settled` seconds. The true ones."""
    now = stage.time.now()
    stored, true = stage.minutes(instrument_id), bars_of(stage.provider.trades["BTC"], 0, int(now))
    assert stored == {time: true[time] for time in stored}
    assert [time for time in true if time + 60 + settled <= now and time not in stored] == []
    return true


def follow(stage: Stage, since: str, seconds: int) -> tuple[Lagging, UUID]:
    """A coin that is traded for so long, and its provider."""
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at(since), seconds)
    assert isinstance(stage.provider, Lagging)
    return stage.provider, btc


async def test_what_the_leader_before_did_not_come_to_fetching_is_fetched(
    set_stage: Callable[[str], Stage],
) -> None:
    stage = set_stage("2026-03-10 16:00:00")
    provider, btc = follow(stage, "2026-03-10 16:00", 900)
    stage.start()
    await stage.run(90)
    provider.bars_from = at("2026-03-10 16:04:10")
    provider.down = [(stage.time.now() + 10, stage.time.now() + 15)]
    await stage.run(155)
    assert at("2026-03-10 16:03") in stage.minutes(btc)
    assert at("2026-03-10 16:01") not in stage.minutes(btc)
    await stage.kill()
    await stage.run(10)
    stage.start()
    await stage.run(120)
    assert_right(stage, btc, 20)


async def test_a_hole_of_yesterday_is_fetched_after_midnight_and_its_day_is_whole(
    set_stage: Callable[[str], Stage],
) -> None:
    stage = set_stage("2026-03-10 23:55:20")
    provider, btc = follow(stage, "2026-03-10 23:40", 6_000)
    stage.history.bars[btc, Interval.DAY_1] = {at("2026-03-09"): BarValues(100.0, 101.0, 99.0, 100.0, 1.0)}
    stage.history.bars[btc, Interval.MIN_5] = {at("2026-03-09"): BarValues(100.0, 101.0, 99.0, 100.0, 1.0)}
    provider.bars_from = at("2026-03-11 00:30")
    stage.start()
    await stage.run(100)
    provider.down = [(stage.time.now(), stage.time.now() + 5)]
    await stage.time.run_until(at("2026-03-11 00:35"))
    true = assert_right(stage, btc, 20)
    yesterday = [true[one] for one in true if one < at("2026-03-11")]
    whole = stage.history.bars[btc, Interval.DAY_1][at("2026-03-10")]
    assert (whole.open, whole.close) == (yesterday[0].open, yesterday[-1].close)
    assert whole.volume == sum(one.volume for one in yesterday)
    five = stage.history.bars[btc, Interval.MIN_5]
    for start in range(at("2026-03-10 23:55"), at("2026-03-11 00:10"), 300):
        assert five[start].volume == sum(true[start + 60 * n].volume for n in range(5))


async def test_minutes_that_a_provider_does_not_have_yet_are_asked_for_again(
    set_stage: Callable[[str], Stage],
) -> None:
    stage = set_stage("2026-03-10 16:00:20")
    provider, btc = follow(stage, "2026-03-10 16:00", 900)
    provider.lags_by = 45.0
    stage.start()
    await stage.run(170)
    assert_right(stage, btc, 120)


async def test_minutes_in_which_nothing_was_traded_are_not_asked_for_for_ever(
    set_stage: Callable[[str], Stage],
) -> None:
    stage = set_stage("2026-03-10 16:00:20")
    stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = [
        *walk(at("2026-03-10 15:50"), 600),
        *((at("2026-03-10 16:05") + n, 100.0, 1.0) for n in range(0, 600, 5)),
    ]
    stage.start()
    await stage.run(540)
    asked = [start for interval, start, _end in stage.provider.asked if interval is Interval.MIN_1]
    assert 1 <= asked.count(at("2026-03-10 16:00")) <= 3
    assert stage.engine is not None
    (line,) = stage.engine.lines.values()
    assert line.builder.unknown.is_known(at("2026-03-10 16:00"), at("2026-03-10 16:08"))


async def test_many_small_holes_are_fetched_at_once_where_asking_costs(
    set_stage: Callable[[str], Stage],
) -> None:
    """A socket that is dropped every five seconds leaves holes in each minute, and each answer costs."""
    stage = set_stage("2026-03-10 16:00:20")
    stage.provider = stage.providers["scripted"] = Lagging(stage.time, quota=Quota(8, 800))
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 1_500)
    start = at("2026-03-10 16:00")
    stage.provider.down = [(start + n, start + n + 2) for n in range(25, 900, 7)]
    stage.provider.bars_from = start + 600
    stage.start()
    await stage.run(1_000)
    assert_right(stage, btc, 120)
