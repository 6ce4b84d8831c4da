"""The adapter of Twelve Data against the stand-in: its facts, its faults, its credits, its socket."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from app.adapters.twelvedata import TwelveDataProvider
from app.adapters.twelvedata_stream import stream_ticks
from app.config import Settings
from app.core.clock import FixedClock
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.calendars import find_bar_close
from app.market.domain import AssetClass, Split
from app.market.provider_facts import (
    ProviderBusy,
    ProviderError,
    ProviderKeyRefused,
    ProviderPlanLacks,
    ProviderQuotaExhausted,
    ProviderQuote,
    ProviderSymbol,
    ProviderSymbolUnknown,
    ProviderUnavailable,
    Quota,
    Tick,
)
from tests.standins.twelvedata import KEY, FaultKind, StandIn, StreamTerms
from tests.standins.twelvedata.market import find_listing

# A Thursday, 11:00 in New York; the day after is an early close.
NOW = datetime(2026, 7, 2, 15, 0, 30, tzinfo=UTC)
AAPL = ProviderSymbol(
    "AAPL",
    "AAPL",
    "Apple",
    AssetClass.STOCK,
    "NASDAQ",
    "XNAS",
    "USD",
    "America/New_York",
    "XNYS",
)
SPLT = ProviderSymbol(
    "SPLT", "SPLT", "Split", AssetClass.STOCK, None, "XNAS", "USD", "America/New_York", "XNYS"
)
EURO = ProviderSymbol("EUR/USD", "EUR/USD", "Euro", AssetClass.FOREX, calendar="FX")
COIN = ProviderSymbol("BTC/USD", "BTC/USD", "Bitcoin", AssetClass.CRYPTO, "Binance", calendar="24/7")


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def stand_in(running: StandIn, clock: FixedClock) -> StandIn:
    running.clock = lambda: clock.now().timestamp()
    running.faults.clear()
    running.quota.forget()
    running.quota.per_minute, running.quota.per_day = None, None
    running.always_200 = False
    running.streams.terms = StreamTerms(tick_seconds=0)
    return running


@pytest.fixture
async def provider(stand_in: StandIn, clock: FixedClock) -> AsyncIterator[TwelveDataProvider]:
    made = _make(stand_in, clock)
    yield made
    await made.aclose()


def _make(stand_in: StandIn, clock: FixedClock, key: str = KEY, **more: Any) -> TwelveDataProvider:
    return TwelveDataProvider(
        key=key,
        base_url=stand_in.base_url,
        stream_url=stand_in.stream_url,
        clock=clock,
        quota=Quota(8, 800),
        bar_close=find_bar_close,
        **more,
    )


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _true_bars(stand_in: StandIn, symbol: str, interval: Interval, start: int, end: int) -> Bars:
    listing = find_listing(symbol)
    assert listing is not None
    return stand_in.answers.market.bars(listing, interval, start, end - 1, NOW.timestamp(), adjusted=False)


def _assert_same(found: Bars, true: Bars) -> None:
    assert found.time.tolist() == true.time.tolist()
    for one, other in zip(found.columns(), true.columns(), strict=True):
        np.testing.assert_array_equal(one, other)


# --- facts ----------------------------------------------------------------------------------------


async def test_search_finds_the_place_of_an_ambiguous_ticker(provider: TwelveDataProvider) -> None:
    found = await provider.search("aapl", 10)
    assert [(one.symbol, one.mic_code, one.calendar) for one in found] == [
        ("AAPL", "XNAS", "XNYS"),
        ("AAPL.XWBO", "XWBO", "XWBO"),
    ]
    home, abroad = [(await provider.fetch_quotes([one]))["AAPL"] for one in found]
    assert isinstance(home, ProviderQuote)
    assert isinstance(abroad, ProviderQuote)
    assert home.price != abroad.price


@pytest.mark.parametrize("symbol", [AAPL, EURO, COIN], ids=lambda one: one.code)
@pytest.mark.parametrize("interval", [Interval.MIN_1, Interval.HOUR_1])
async def test_bars_within_the_day_come_as_they_are(
    stand_in: StandIn, provider: TwelveDataProvider, symbol: ProviderSymbol, interval: Interval
) -> None:
    start, end = _at("2026-06-30 00:00"), _at("2026-07-02 00:00")
    page = await provider.fetch_bars(symbol, interval, start, end)
    _assert_same(page.bars, _true_bars(stand_in, symbol.code, interval, start, end))
    assert page.covered_from == start
    assert len(page.bars) > 10


async def test_pages_meet_without_a_gap_and_without_a_bar_twice(
    stand_in: StandIn, provider: TwelveDataProvider
) -> None:
    start, end = _at("2026-06-20 00:00"), _at("2026-07-01 00:00")
    parts: list[Bars] = []
    until = end
    while until > start:
        page = await provider.fetch_bars(COIN, Interval.MIN_1, start, until)
        parts.append(page.bars)
        until = page.covered_from
    times = np.concatenate([part.time for part in reversed(parts)])
    assert times.tolist() == list(range(start, end, 60))
    assert len(parts) == 4
    assert stand_in.quota.spent == 4
    assert stand_in.quota.count_repeated() == 0


async def test_a_page_that_is_exactly_full_is_told_from_one_that_is_cut(
    stand_in: StandIn, provider: TwelveDataProvider
) -> None:
    end = _at("2026-07-01 00:00")
    page = await provider.fetch_bars(COIN, Interval.MIN_1, end - 5_000 * 60, end)
    assert (len(page.bars), page.covered_from) == (5_000, end - 5_000 * 60)
    page = await provider.fetch_bars(COIN, Interval.MIN_1, end - 5_001 * 60, end)
    assert (len(page.bars), page.covered_from) == (5_000, end - 5_000 * 60)


async def test_days_carry_dates_and_are_not_adjusted(stand_in: StandIn, provider: TwelveDataProvider) -> None:
    start, end = _at("2026-06-10"), _at("2026-06-20")
    page = await provider.fetch_bars(SPLT, Interval.DAY_1, start, end)
    _assert_same(page.bars, _true_bars(stand_in, "SPLT", Interval.DAY_1, start, end))
    days = [datetime.fromtimestamp(int(time), UTC).date() for time in page.bars.time]
    assert days[-1] == date(2026, 6, 18)  # 19 June is a holiday
    split = days.index(date(2026, 6, 16))
    assert page.bars.open[split] / page.bars.close[split - 1] == pytest.approx(0.5, abs=0.03)
    assert await provider.fetch_splits(SPLT) == (Split(date(2026, 6, 16), 2.0),)


async def test_all_splits_are_asked_for_and_cost_twenty(
    stand_in: StandIn, provider: TwelveDataProvider
) -> None:
    splits = await provider.fetch_splits(AAPL)
    assert [split.ratio for split in splits] == [7.0, 4.0]
    assert stand_in.quota.spent == provider.count_splits_credits(AAPL) == 20
    assert await provider.fetch_splits(EURO) == ()
    assert provider.count_splits_credits(EURO) == 0
    assert stand_in.quota.spent == 20


async def test_saturday_bars_of_currencies_are_not_bars(provider: TwelveDataProvider) -> None:
    page = await provider.fetch_bars(EURO, Interval.DAY_1, _at("2026-06-01"), _at("2026-07-01"))
    weekdays = {datetime.fromtimestamp(int(time), UTC).weekday() for time in page.bars.time}
    assert weekdays == {0, 1, 2, 3, 4}
    assert len(page.bars) == 22


@pytest.mark.parametrize(
    ("interval", "last"),
    [
        (Interval.MIN_1, "2026-07-02 14:59"),
        (Interval.MIN_5, "2026-07-02 14:55"),
        (Interval.HOUR_1, "2026-07-02 13:30"),
        (Interval.DAY_1, "2026-07-01"),
        (Interval.WEEK_1, "2026-06-22"),
        (Interval.MONTH_1, "2026-06-01"),
    ],
)
async def test_forming_bars_are_left_out(provider: TwelveDataProvider, interval: Interval, last: str) -> None:
    page = await provider.fetch_bars(AAPL, interval, _at("2026-05-01"), _at("2026-08-01"))
    assert int(page.bars.time[-1]) == _at(last)


async def test_an_early_close_ends_the_last_bar(clock: FixedClock, provider: TwelveDataProvider) -> None:
    clock.instant = datetime(2026, 11, 27, 18, 0, 5, tzinfo=UTC)  # 13:00 in New York after Thanksgiving
    page = await provider.fetch_bars(AAPL, Interval.HOUR_1, _at("2026-11-27"), _at("2026-11-28"))
    # The bar of 12:30 lasts half an hour on that day: the calendar says so, its length does not.
    assert [datetime.fromtimestamp(int(time), UTC).strftime("%H:%M") for time in page.bars.time] == [
        "14:30",
        "15:30",
        "16:30",
        "17:30",
    ]
    days = await provider.fetch_bars(AAPL, Interval.DAY_1, _at("2026-11-25"), _at("2026-11-28"))
    assert [datetime.fromtimestamp(int(time), UTC).day for time in days.bars.time] == [25, 27]


async def test_the_clocks_change_without_a_bar_lost(clock: FixedClock, provider: TwelveDataProvider) -> None:
    clock.instant = datetime(2026, 3, 14, tzinfo=UTC)
    page = await provider.fetch_bars(AAPL, Interval.HOUR_1, _at("2026-03-06"), _at("2026-03-10"))
    opens = [datetime.fromtimestamp(int(time), UTC) for time in page.bars.time]
    assert [one.strftime("%d %H:%M") for one in opens if one.minute == 30][::7] == ["06 14:30", "09 13:30"]
    assert len(opens) == 14


async def test_a_stretch_without_bars_is_an_empty_page(provider: TwelveDataProvider) -> None:
    start, end = _at("2026-06-27 00:00"), _at("2026-06-28 00:00")
    page = await provider.fetch_bars(AAPL, Interval.MIN_1, start, end)
    assert (len(page.bars), page.covered_from) == (0, start)


async def test_the_first_bar_is_told(provider: TwelveDataProvider) -> None:
    assert await provider.find_earliest(AAPL, Interval.DAY_1) == _at("2006-01-03")
    assert await provider.find_earliest(AAPL, Interval.MIN_1) == _at("2020-02-10 14:30")


async def test_quotes_come_by_code_with_the_reasons_of_those_that_have_none(
    stand_in: StandIn, provider: TwelveDataProvider
) -> None:
    unknown = ProviderSymbol("NOPE", "NOPE", "?", AssetClass.STOCK, mic_code="XNAS")
    plan = ProviderSymbol("TRP", "TRP", "?", AssetClass.STOCK, mic_code="XTSE")
    found = await provider.fetch_quotes([AAPL, SPLT, unknown, EURO, COIN, plan])
    assert [type(found[code]) for code in ("AAPL", "SPLT", "NOPE", "EUR/USD", "BTC/USD", "TRP")] == [
        ProviderQuote,
        ProviderQuote,
        ProviderSymbolUnknown,
        ProviderQuote,
        ProviderQuote,
        ProviderPlanLacks,
    ]
    quote = found["AAPL"]
    assert isinstance(quote, ProviderQuote)
    assert quote.at == NOW.replace(microsecond=0)
    assert quote.is_market_open is True
    assert stand_in.quota.spent == provider.count_quotes_credits([AAPL] * 6) == 6


async def test_what_is_left_of_the_minute_can_be_followed(
    stand_in: StandIn, provider: TwelveDataProvider
) -> None:
    stand_in.quota.per_minute = 8
    await provider.search("aapl", 5)
    assert provider.last_credits_left == 7


async def test_the_key_and_the_terms_come_from_the_settings(stand_in: StandIn, clock: FixedClock) -> None:
    settings = Settings(
        _env_file=None,
        app_env="test",
        twelvedata_api_key=KEY,
        twelvedata_base_url=stand_in.base_url,
        twelvedata_shared=False,
    )
    provider = TwelveDataProvider.from_settings(settings, clock)
    assert (provider.description.quota, provider.description.may_share) == (Quota(8, 800), False)
    assert "Twelve Data" in provider.description.attribution
    assert await provider.search("aapl", 1)
    await provider.aclose()
    with pytest.raises(ValueError, match="TWELVEDATA_API_KEY"):
        TwelveDataProvider.from_settings(Settings(_env_file=None, app_env="test"), clock)


# --- faults ---------------------------------------------------------------------------------------

ASKED = (AAPL, Interval.MIN_1, _at("2026-07-01 00:00"), _at("2026-07-02 00:00"))


@pytest.mark.parametrize("always_200", [False, True])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (FaultKind.MINUTE, ProviderBusy),
        (FaultKind.DAY, ProviderQuotaExhausted),
        (FaultKind.ERROR_BODY, ProviderUnavailable),
        (FaultKind.SERVER_ERROR, ProviderUnavailable),
        (FaultKind.HTML, ProviderUnavailable),
        (FaultKind.NOT_A_NUMBER, ProviderUnavailable),
        (FaultKind.TRUNCATED, ProviderUnavailable),
        (FaultKind.CUT, ProviderUnavailable),
        (FaultKind.KEY_REFUSED, ProviderKeyRefused),
        (FaultKind.PLAN_LACKS, ProviderPlanLacks),
    ],
)
async def test_each_fault_is_told_and_gone_the_next_time(
    stand_in: StandIn,
    provider: TwelveDataProvider,
    fault: FaultKind,
    kind: type[ProviderError],
    always_200: bool,
) -> None:
    stand_in.always_200 = always_200
    stand_in.faults.set(fault, times=1)
    with pytest.raises(ProviderError) as told:
        await provider.fetch_bars(*ASKED)
    assert type(told.value) is kind
    assert KEY not in told.value.detail
    page = await provider.fetch_bars(*ASKED)
    _assert_same(page.bars, _true_bars(stand_in, "AAPL", *ASKED[1:]))


@pytest.mark.parametrize("fault", [FaultKind.REPEATED, FaultKind.CONTRADICTORY])
async def test_of_repeated_and_contradictory_bars_the_last_holds(
    stand_in: StandIn, provider: TwelveDataProvider, fault: FaultKind
) -> None:
    stand_in.faults.set(fault)
    page = await provider.fetch_bars(*ASKED)
    _assert_same(page.bars, _true_bars(stand_in, "AAPL", *ASKED[1:]))


async def test_a_stale_answer_has_no_wrong_bar(stand_in: StandIn, provider: TwelveDataProvider) -> None:
    stand_in.faults.set(FaultKind.STALE)
    page = await provider.fetch_bars(*ASKED)
    true = _true_bars(stand_in, "AAPL", *ASKED[1:])
    _assert_same(page.bars, true.head(len(true) - 5))


async def test_no_data_is_an_empty_page(stand_in: StandIn, provider: TwelveDataProvider) -> None:
    stand_in.faults.set(FaultKind.NO_DATA)
    assert len((await provider.fetch_bars(*ASKED)).bars) == 0
    assert await provider.find_earliest(AAPL, Interval.DAY_1) is None


async def test_a_stalled_answer_is_not_waited_for(stand_in: StandIn, clock: FixedClock) -> None:
    provider = _make(stand_in, clock, total_seconds=0.3)
    stand_in.faults.set(FaultKind.STALL, seconds=2.0)
    began = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        await provider.fetch_bars(*ASKED)
    assert time.monotonic() - began < 1.5
    await provider.aclose()


async def test_nobody_there_is_unavailable(stand_in: StandIn, clock: FixedClock) -> None:
    provider = TwelveDataProvider(
        key=KEY, base_url="http://127.0.0.1:9", stream_url="ws://127.0.0.1:9", clock=clock, quota=Quota()
    )
    with pytest.raises(ProviderUnavailable):
        await provider.search("aapl", 1)
    with pytest.raises(ProviderUnavailable):
        await anext(provider.stream([AAPL]))
    await provider.aclose()


async def test_credits_run_out_in_the_minute_and_come_back(
    stand_in: StandIn, clock: FixedClock, provider: TwelveDataProvider
) -> None:
    stand_in.quota.per_minute, stand_in.quota.per_day = 2, 3
    await provider.search("a", 1)
    await provider.search("a", 1)
    with pytest.raises(ProviderBusy) as minute:
        await provider.search("a", 1)
    clock.instant = minute.value.retry_at
    await provider.search("a", 1)
    with pytest.raises(ProviderQuotaExhausted) as day:
        await provider.search("a", 1)
    assert stand_in.quota.violations == 2
    clock.instant = day.value.retry_at
    await provider.search("a", 1)


async def test_the_key_stands_in_no_log(
    stand_in: StandIn, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = _make(stand_in, clock)
    stand_in.streams.terms = StreamTerms(tick_seconds=0.01)
    with caplog.at_level(logging.DEBUG):
        await provider.search("aapl", 1)
        ticks = _open(provider, AAPL)
        await anext(ticks)
        await ticks.aclose()
    assert caplog.text
    assert KEY not in caplog.text
    await provider.aclose()


# --- the socket -----------------------------------------------------------------------------------


def _open(provider: TwelveDataProvider, *symbols: ProviderSymbol) -> AsyncGenerator[Tick, None]:
    ticks = provider.stream(symbols)
    assert isinstance(ticks, AsyncGenerator)
    return ticks


async def _wait_for(condition: Any) -> None:
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


async def _exhaust(provider: TwelveDataProvider, seen: list[Tick]) -> None:
    async for tick in provider.stream([AAPL]):
        seen.append(tick)  # noqa: PERF401 - what was seen stays when it raises


async def test_prices_come_with_the_volume_since_the_one_before(
    stand_in: StandIn, provider: TwelveDataProvider
) -> None:
    ticks = _open(provider, AAPL, EURO)
    first = asyncio.ensure_future(anext(ticks))
    at = NOW.timestamp()
    await _wait_for(lambda: any(one.subscribed for one in tuple(stand_in.streams._open)))
    stand_in.push_price("AAPL", 190.25, at - 2, 100)
    stand_in.push_price("AAPL", 190.5, at - 1, 30)
    stand_in.push_price("EUR/USD", 1.09, at)
    assert await first == Tick("AAPL", 190.25, int(at - 2), None)
    assert await anext(ticks) == Tick("AAPL", 190.5, int(at - 1), 30.0)
    assert await anext(ticks) == Tick("EUR/USD", 1.09, int(at), None)
    await ticks.aclose()


async def test_prices_that_are_none_are_passed_over(stand_in: StandIn, provider: TwelveDataProvider) -> None:
    ticks = _open(provider, AAPL)
    first = asyncio.ensure_future(anext(ticks))
    await _wait_for(lambda: any(one.subscribed for one in tuple(stand_in.streams._open)))
    at = NOW.timestamp()
    stand_in.push_price("AAPL", -1.0, at)
    stand_in.push_price("AAPL", 0.0, at)
    stand_in.push_price("AAPL", 190.0, at + 9_999)
    stand_in.push_price("AAPL", 191.0, at)
    assert (await first).price == 191.0
    await ticks.aclose()


async def test_a_lost_connection_ends_the_stream(stand_in: StandIn, provider: TwelveDataProvider) -> None:
    stand_in.streams.terms = StreamTerms(tick_seconds=0.01, drop_after_seconds=0.1)
    before = stand_in.streams.connections
    seen: list[Tick] = []
    with pytest.raises(ProviderUnavailable):
        await _exhaust(provider, seen)
    assert seen
    async with aclosing(_open(provider, AAPL)) as again:  # and the next one begins anew
        await anext(again)
    assert stand_in.streams.connections == before + 2


async def test_rubbish_on_the_socket_ends_the_stream(stand_in: StandIn, provider: TwelveDataProvider) -> None:
    stand_in.streams.terms = StreamTerms(tick_seconds=0.01, garbage_every=3)
    with pytest.raises(ProviderUnavailable):
        await _exhaust(provider, [])


async def test_silence_ends_the_stream_and_heartbeats_are_sent(stand_in: StandIn, clock: FixedClock) -> None:
    before = stand_in.streams.heartbeats
    ticks = stream_ticks(
        stand_in.stream_url, KEY, [AAPL], clock, set(), heartbeat_seconds=0.1, silence_seconds=0.25
    )
    reading = asyncio.ensure_future(anext(ticks))
    await _wait_for(lambda: stand_in.streams.heartbeats >= before + 4)  # answered: that is no silence
    assert not reading.done()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    quiet = stream_ticks(
        stand_in.stream_url, KEY, [AAPL], clock, set(), heartbeat_seconds=9.0, silence_seconds=0.2
    )
    with pytest.raises(ProviderUnavailable):
        await anext(quiet)


async def test_a_plan_without_a_stream_is_told(stand_in: StandIn, provider: TwelveDataProvider) -> None:
    stand_in.streams.terms = StreamTerms(tick_seconds=0.01, allowed=frozenset())
    with pytest.raises(ProviderPlanLacks):
        await anext(provider.stream([AAPL, EURO]))
    stand_in.streams.terms = StreamTerms(tick_seconds=0.01, allowed=frozenset({"AAPL"}))
    async with aclosing(_open(provider, AAPL, EURO)) as ticks:
        assert (await anext(ticks)).code == "AAPL"
    assert provider.unstreamed == {"EUR/USD"}


async def test_a_refused_key_is_told(stand_in: StandIn, clock: FixedClock) -> None:
    provider = _make(stand_in, clock, key="wrong")
    with pytest.raises(ProviderKeyRefused):
        await provider.search("aapl", 1)
    with pytest.raises(ProviderKeyRefused):
        await anext(provider.stream([AAPL]))
    await provider.aclose()
