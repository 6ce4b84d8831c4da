"""The engine over a scripted provider: no wrong and no missing bar, whatever goes wrong."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from datetime import date
from uuid import UUID

import pytest

from app.engine.intervals import Interval
from app.live.bar_building import BarValues
from app.live.feed_ports import FormingBar
from app.market.domain import Split
from app.market.provider_facts import Quota, Tick
from tests.unit.live.stage import OWNER, Stage, at, bars_of, walk

pytestmark = pytest.mark.anyio
START = "2026-03-10 16:00:10"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def set_stage() -> AsyncIterator[Callable[[str], Stage]]:
    stages: list[Stage] = []

    def make(start: str = START) -> Stage:
        stages.append(Stage(start))
        return stages[-1]

    yield make
    for stage in stages:
        await stage.stop()


SetStage = Callable[..., Stage]


def truth(stage: Stage, code: str, until: float) -> dict[int, BarValues]:
    """The true minutes of the day that were over for long enough."""
    return bars_of(stage.provider.trades[code], at("2026-03-10"), int(until // 60) * 60)


async def test_a_stream_becomes_stored_minutes_quotes_and_forming_bars(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1, Interval.MIN_5)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 15:50"), 1_200, step=0.5)
    stage.start()
    await stage.run(200)
    # The minutes before the start, and the one it fell into, came from the provider's history.
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 2)
    quotes = stage.published.of(f"quotes:{btc}")
    last = quotes[-1]
    assert (last["state"], last["source"], last["market_open"]) == ("live", "scripted", True)
    assert last["price"] in {price for _at, price, _volume in stage.provider.trades["BTC"]}
    times = [moment for moment, topic, _data in stage.published.messages if topic == f"quotes:{btc}"]
    assert all(sum(start <= one < start + 1 for one in times) <= 11 for start in times)
    minutes = stage.published.of(f"bars:{btc}:1min")
    closed = [one for one in minutes if one["closed"]]
    assert [one["time"] for one in closed] == [at("2026-03-10 16:00") + 60 * n for n in range(3)]
    assert any(not one["closed"] for one in minutes)
    five = stage.published.of(f"bars:{btc}:5min")
    # What a filled hole brings of long ago is no news.
    assert {one["time"] for one in five} == {at("2026-03-10 15:55"), at("2026-03-10 16:00")}
    told = stage.published.of(f"instruments:{OWNER}")
    assert told[-1]["instrument_id"] == str(btc)
    assert told[-1]["interval"] == "1min"


async def test_what_a_lost_stream_missed_is_fetched(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900, step=0.5)
    began = stage.time.now()
    stage.provider.down = [(began + 100, began + 250), (began + 300, began + 301)]
    stage.start()
    await stage.run(200)
    quote = stage.published.of(f"quotes:{btc}")[-1]
    assert quote["state"] == "stale"
    await stage.run(350)
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 20)
    assert stage.published.of(f"quotes:{btc}")[-1]["state"] == "live"


async def test_two_people_with_the_same_symbol_each_get_its_prices(set_stage: SetStage) -> None:
    stage = set_stage()
    ids = [stage.add("BTC", Interval.MIN_1) for _ in range(2)]
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900, step=0.5)
    stage.start()
    await stage.run(200)
    assert stage.provider.streams == 1
    for one in ids:
        assert stage.minutes(one) == truth(stage, "BTC", stage.time.now() - 2)
        assert stage.published.of(f"quotes:{one}")[-1]["state"] == "live"


async def test_two_people_with_the_same_symbol_cost_one_question(set_stage: SetStage) -> None:
    stage = set_stage()
    stage.make_provider(quota=Quota(8, 800), has_stream=True).lacks_stream = True
    ids = [stage.add("BTC") for _ in range(2)]
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900)
    stage.start()
    await stage.run(5)
    assert stage.provider.spent[0][1] == 1
    assert all(stage.published.of(f"quotes:{one}") for one in ids)


async def test_a_stream_that_falls_silent_is_opened_anew(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900, step=0.5)
    began = stage.time.now()
    stage.provider.silent = [(began + 100, began + 220)]
    stage.start()
    await stage.run(400)
    assert stage.provider.streams > 1
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 20)


async def test_without_a_stream_prices_are_polled_within_half_of_the_quota(set_stage: SetStage) -> None:
    stage = set_stage()
    stage.make_provider(quota=Quota(8, 800), has_stream=True).lacks_stream = True
    ids = [stage.add(code, Interval.MIN_1) for code in ("A", "B", "C")]
    for code in ("A", "B", "C"):
        stage.provider.trades[code] = walk(at("2026-03-10 16:00"), 3_000)
    stage.start()
    await stage.run(1_500)
    spent = stage.provider.spent
    assert spent
    assert max(sum(one for at_, one in spent if start <= at_ < start + 60) for start, _ in spent) <= 4
    for one, code in zip(ids, "ABC", strict=True):
        stored = stage.minutes(one)
        true = truth(stage, code, stage.time.now())
        # Prices that were asked for now and then make no stored bar: those are the provider's own.
        assert stored == {time: true[time] for time in stored}
        assert len(stored) > 5
        assert stage.published.of(f"quotes:{one}")[-1]["state"] == "live"


async def test_rubbish_and_wild_ticks_become_no_bar(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900)
    for n, price in enumerate((math.nan, -5.0, 0.0, math.inf, 100_000.0, 0.01)):
        wrong_at = at(START) + 70.3 + n
        stage.provider.rubbish[wrong_at] = Tick("BTC", price, wrong_at, 1.0)
    stage.provider.rubbish[at(START) + 80.3] = Tick("BTC", 100.0, at(START) + 9_999, 1.0)
    stage.start()
    await stage.run(200)
    assert not stage.provider.rubbish
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 2)


async def test_a_jump_that_is_confirmed_is_believed(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    before, behind = walk(at("2026-03-10 16:00"), 60), walk(at("2026-03-10 16:01"), 300, price=40.0)
    stage.provider.trades["BTC"] = before + behind
    stage.start()
    await stage.run(200)
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 2)


async def test_late_ticks_are_dropped_and_do_not_move_the_price_back(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900)
    late = at("2026-03-10 16:00:30")
    stage.provider.rubbish[at(START) + 100] = Tick("BTC", 99.9, late, 50.0)
    stage.start()
    await stage.run(200)
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 2)


@pytest.mark.parametrize("seconds", [4, 12, 28, 400])
@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_pause_over_the_end_of_a_minute_makes_no_wrong_bar(
    set_stage: SetStage, seconds: int, is_lost: bool
) -> None:
    """As of SIGSTOP or a machine that sleeps: what came meanwhile is read at once, or the stream is gone."""
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 1_500, step=0.5)
    stage.start()
    await stage.run(108)  # 16:01:58
    woken = stage.time.now() + seconds
    if is_lost:
        stage.provider.down = [(woken - 1, woken + 1)]
    await stage.time.jump_to(woken)
    await stage.run(100)
    stored, true = stage.minutes(btc), truth(stage, "BTC", stage.time.now())
    assert stored == {time: true[time] for time in stored}
    assert stored.keys() >= truth(stage, "BTC", stage.time.now() - 20).keys()


async def test_what_a_stream_tells_too_late_for_its_minute_is_fetched(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900, step=0.5)
    stage.provider.held = [(at("2026-03-10 16:01:45"), at("2026-03-10 16:02:12"))]
    stage.start()
    await stage.run(200)
    assert stage.provider.streams == 1
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 20)


async def test_who_does_not_lead_any_more_stores_nothing_on_the_way_out(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900)
    stage.start()
    await stage.run(60)
    stage.history.away = ConnectionError("gone")
    await stage.run(60)
    stage.history.away = None
    before = stage.minutes(btc)
    stage.leads = False
    await stage.stop()
    assert stage.minutes(btc) == before


async def test_change_is_against_the_close_before_as_split_today(set_stage: SetStage) -> None:
    stage = set_stage("2026-03-10 13:29:50")
    aapl = stage.add(
        "AAPL",
        Interval.MIN_1,
        calendar="XNYS",
        timezone="America/New_York",
        splits=(Split(date(2026, 3, 10), 4.0), Split(date(2026, 4, 1), 2.0)),
    )
    stage.history.bars[aapl, Interval.DAY_1] = {
        at("2026-03-06"): BarValues(400.0, 400.0, 400.0, 390.0, 1.0),
        at("2026-03-09"): BarValues(400.0, 400.0, 400.0, 400.0, 1.0),
    }
    stage.provider.trades["AAPL"] = walk(at("2026-03-10 13:30"), 300, price=101.0)
    stage.start()
    await stage.run(45)
    quote = stage.published.of(f"quotes:{aapl}")[-1]
    assert quote["previous_close"] == 100.0
    assert quote["change_percent"] == pytest.approx(quote["price"] / 100.0 - 1)
    assert abs(quote["change_percent"]) < 0.03


async def test_a_split_while_the_line_runs_overnight(set_stage: SetStage) -> None:
    stage = set_stage("2026-03-09 19:58:30")
    aapl = stage.add("AAPL", Interval.MIN_1, calendar="XNYS", timezone="America/New_York")
    before = walk(at("2026-03-09 19:58"), 120, price=400.0)
    stage.provider.trades["AAPL"] = before + walk(at("2026-03-10 13:30"), 300, price=101.0)
    stage.history.bars[aapl, Interval.DAY_1] = {at("2026-03-06"): BarValues(390.0, 390.0, 390.0, 390.0, 1.0)}
    stage.start()
    await stage.run(200)
    evening = stage.published.of(f"quotes:{aapl}")[-1]
    assert (evening["state"], evening["market_open"]) == ("live", False)
    assert evening["previous_close"] == 390.0
    fed = stage.history.fed[aapl]
    splits = (Split(date(2026, 3, 10), 4.0),)
    object.__setattr__(fed.instrument, "splits", splits)
    await stage.time.jump_to(at("2026-03-10 13:29:55"))
    await stage.run(120)
    morning = stage.published.of(f"quotes:{aapl}")[-1]
    assert morning["previous_close"] == before[-1][1] / 4
    assert abs(morning["change_percent"]) < 0.05
    stored = stage.history.bars[aapl, Interval.DAY_1]
    assert stored[at("2026-03-09")].close == before[-1][1]


async def test_a_closed_market_is_not_stale_and_its_saturday_has_no_bars(set_stage: SetStage) -> None:
    stage = set_stage("2026-11-27 21:55:00")
    eur = stage.add("EUR/USD", Interval.MIN_1, Interval.DAY_1, calendar="FX")
    friday = walk(at("2026-11-27 21:50"), 600, price=1.1)
    saturday = [(at("2026-11-28 10:00") + n, 1.1, 1.0) for n in range(5)]
    sunday = walk(at("2026-11-29 22:00"), 300, price=1.1)
    stage.provider.trades["EUR/USD"] = friday + saturday + sunday
    stage.start()
    await stage.run(600)
    day = [one for one in stage.published.of(f"bars:{eur}:1day") if one["closed"]]
    assert [one["time"] for one in day] == [at("2026-11-27")]
    await stage.time.jump_to(at("2026-11-28 09:59:55"))
    await stage.run(30)
    quote = stage.published.of(f"quotes:{eur}")[-1]
    assert (quote["state"], quote["market_open"]) == ("live", False)
    await stage.time.jump_to(at("2026-11-29 21:59:50"))
    await stage.run(150)
    assert not [
        time for time in stage.minutes(eur) if at("2026-11-27 22:00") <= time < at("2026-11-29 22:00")
    ]
    forming = stage.published.of(f"bars:{eur}:1day")[-1]
    assert (forming["time"], forming["closed"]) == (at("2026-11-30"), False)
    assert stage.published.of(f"quotes:{eur}")[-1]["market_open"] is True


async def test_a_day_that_ends_early_is_closed_with_its_session(set_stage: SetStage) -> None:
    stage = set_stage("2025-07-03 16:58:30")
    spy = stage.add("SPY", Interval.DAY_1, calendar="XNYS", timezone="America/New_York")
    stage.provider.trades["SPY"] = walk(at("2025-07-03 16:55"), 1_200)
    stage.start()
    await stage.run(80)
    assert not [one for one in stage.published.of(f"bars:{spy}:1day") if one["closed"]]
    await stage.run(60)
    closed = [one for one in stage.published.of(f"bars:{spy}:1day") if one["closed"]]
    assert closed[0]["time"] == at("2025-07-03")
    assert max(stage.minutes(spy)) == at("2025-07-03 16:59")
    assert stage.published.of(f"quotes:{spy}")[-1]["market_open"] is False


async def test_one_provider_that_breaks_leaves_the_others_alone(set_stage: SetStage) -> None:
    stage = set_stage()
    broken = stage.make_provider("broken")
    broken.broken = RuntimeError("a fault of the adapter")
    bad = stage.add("BAD", Interval.MIN_1, provider="broken")
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900)
    stage.start()
    await stage.run(75)
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 2)
    assert not stage.minutes(bad)


async def test_bars_are_stored_though_nobody_can_be_told(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900)
    stage.published.is_away = True
    stage.start()
    await stage.run(200)
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 2)
    assert not stage.published.messages
    stage.published.is_away = False
    await stage.run(5)
    assert stage.published.of(f"quotes:{btc}")


async def test_bars_wait_for_a_database_that_is_away(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 900)
    stage.start()
    await stage.run(60)
    stage.history.away = ConnectionError("gone")
    await stage.run(180)
    stage.history.away = None
    await stage.run(30)
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 20)


async def test_the_next_leader_fetches_what_the_killed_one_missed(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 1_500)
    stage.start()
    await stage.run(130)
    await stage.kill()
    await stage.run(100)
    stage.start()
    await stage.run(120)
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 15)


async def test_a_delayed_provider_says_so_and_its_bars_are_whole(set_stage: SetStage) -> None:
    stage = set_stage()
    provider = stage.make_provider(is_delayed=True)
    provider.delay = 600.0
    btc = stage.add("BTC", Interval.MIN_1)
    provider.trades["BTC"] = walk(at("2026-03-10 15:40"), 3_000)
    stage.start()
    await stage.run(300)
    assert stage.published.of(f"quotes:{btc}")[-1]["state"] == "delayed"
    assert stage.minutes(btc) == truth(stage, "BTC", stage.time.now() - 600 - 2)


async def test_listeners_hear_the_newest_price_with_the_minute_it_is_in(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC")
    stage.provider.trades["BTC"] = walk(at("2026-03-10 16:00"), 300, step=0.5)
    heard: list[tuple[UUID, FormingBar, Tick]] = []

    async def listen(instrument_id: UUID, bar: FormingBar, tick: Tick) -> None:
        heard.append((instrument_id, bar, tick))
        raise ValueError("a listener's own fault")

    stage.listeners.append(listen)
    stage.start()
    await stage.run(60)
    assert len(heard) > 50
    assert all(one == btc and bar.low <= tick.price <= bar.high for one, bar, tick in heard)


async def test_lines_that_nobody_wants_end_after_a_while_and_others_join(set_stage: SetStage) -> None:
    stage = set_stage()
    btc = stage.add("BTC", Interval.MIN_1)
    eth = stage.add("ETH", Interval.MIN_1)
    for code in ("BTC", "ETH"):
        stage.provider.trades[code] = walk(at("2026-03-10 16:00"), 1_800)
    del stage.wanted[eth]
    stage.start()
    await stage.run(60)
    stage.wanted[eth] = frozenset({Interval.MIN_1})
    await stage.run(200)
    for one, code in ((btc, "BTC"), (eth, "ETH")):
        assert stage.minutes(one) == truth(stage, code, stage.time.now() - 15)
    del stage.wanted[btc]
    await stage.run(90)
    assert stage.engine is not None
    assert set(stage.engine.lines) == {eth}
