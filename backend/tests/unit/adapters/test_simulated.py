"""Made-up markets: the same prices for the same seed, one truth for history and stream, sessions kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters import simulated
from app.adapters.simulated import SimulatedProvider
from app.adapters.simulated_markets import MARKETS
from app.core.clock import FixedClock
from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, MINUTE_SECONDS, Interval
from app.market.calendars import find_bar_close, find_calendar
from app.market.columns import concatenate_bars
from app.market.domain import normalize_symbol
from app.market.ports import MarketDataProvider
from app.market.provider_facts import ProviderSymbol, ProviderSymbolUnknown, ProviderUnavailable, Tick
from app.market.resampling import next_label, resample

# A Monday, in the middle of New York's session.
NOW = datetime(2026, 11, 30, 16, 10, 30, tzinfo=UTC)
RECENT = int(NOW.timestamp()) - 30 * DAY_SECONDS
SYMBOLS = {code: symbol for code, (symbol, _) in MARKETS.items()}
CODES = sorted(SYMBOLS)


def make_provider(now: datetime = NOW, seed: int = 1, speed: float = 1.0) -> SimulatedProvider:
    """A provider at an instant that stands still unless its stream waits."""
    clock = FixedClock(now)
    return SimulatedProvider(seed, clock, find_calendar, speed, make_sleep(clock))


def make_sleep(clock: FixedClock) -> Callable[[float], Awaitable[None]]:
    """Waiting moves the clock."""

    async def sleep(seconds: float) -> None:
        # Not less than the clock can tell.
        clock.advance(timedelta(seconds=max(seconds, 1e-6)))

    return sleep


def fetch(
    provider: SimulatedProvider, code: str, interval: Interval, start: datetime | int, end: datetime | int
) -> Bars:
    """Bars of a page that must be whole."""
    first, last = (at if isinstance(at, int) else int(at.timestamp()) for at in (start, end))
    page = asyncio.run(provider.fetch_bars(SYMBOLS[code], interval, first, last))
    assert page.covered_from == first
    return page.bars


def assert_equal(left: Bars, right: Bars) -> None:
    """The same bars, to the bit."""
    assert left.interval is right.interval
    np.testing.assert_array_equal(left.time, right.time)
    for mine, theirs in zip(left.columns(), right.columns(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def collect(provider: SimulatedProvider, codes: list[str], until: datetime) -> list[Tick]:
    """What the stream tells before an instant."""

    async def read() -> list[Tick]:
        ticks: list[Tick] = []
        async with aclosing(provider.stream([SYMBOLS[code] for code in codes])) as stream:  # type: ignore[type-var]
            async for tick in stream:
                if tick.at >= until.timestamp():
                    break
                ticks.append(tick)
        return ticks

    return asyncio.run(read())


def build_minutes(ticks: list[Tick], code: str) -> dict[int, tuple[float, ...]]:
    """Bars as a feed builds them."""
    bars: dict[int, tuple[float, ...]] = {}
    for tick in ticks:
        if tick.code != code:
            continue
        minute = int(tick.at // MINUTE_SECONDS) * MINUTE_SECONDS
        volume = np.nan if tick.volume is None else tick.volume
        opening, high, low, _, total = bars.get(minute, (tick.price, tick.price, tick.price, tick.price, 0.0))
        bars[minute] = (opening, max(high, tick.price), min(low, tick.price), tick.price, total + volume)
    return bars


def test_is_a_provider_that_says_it_is_made_up() -> None:
    provider: MarketDataProvider = make_provider()
    assert provider.description.is_simulated
    assert provider.description.has_stream
    for symbol in SYMBOLS.values():
        assert normalize_symbol(symbol.symbol) == symbol.symbol
        assert symbol.symbol.startswith("SIM-")
        assert "made-up" in symbol.name
        assert symbol.exchange == "Simulated"


async def test_search_needs_no_sessions() -> None:
    provider = SimulatedProvider(1, FixedClock(NOW))
    assert [one.code for one in await provider.search("sim-f", 10)] == ["SIM-FX"]
    assert [one.code for one in await provider.search("Currency", 10)] == ["SIM-FX"]
    assert len(await provider.search("sim", 2)) == 2
    assert await provider.search("apple", 10) == []
    with pytest.raises(ProviderUnavailable):
        await provider.fetch_bars(SYMBOLS["SIM-FX"], Interval.DAY_1, 0, 2**33)


async def test_unknown_symbols_are_refused() -> None:
    provider = make_provider()
    unknown = replace(SYMBOLS["SIM-FX"], code="AAPL")
    with pytest.raises(ProviderSymbolUnknown):
        await provider.fetch_bars(unknown, Interval.DAY_1, 0, 2**33)
    quotes = await provider.fetch_quotes([unknown, SYMBOLS["SIM-COIN"]])
    assert isinstance(quotes["AAPL"], ProviderSymbolUnknown)
    assert not isinstance(quotes["SIM-COIN"], Exception)


@settings(max_examples=10, deadline=None)
@given(
    code=st.sampled_from(CODES),
    seed=st.integers(0, 2**31),
    day=st.integers(1, 300),
    length=st.integers(1, 4),
    later=st.integers(0, 400),
)
def test_the_same_seed_gives_the_same_prices_whenever_and_however_asked(
    code: str, seed: int, day: int, length: int, later: int
) -> None:
    start = NOW - timedelta(days=day + length, hours=3)
    end = start + timedelta(days=length)
    whole = fetch(make_provider(seed=seed), code, Interval.MIN_5, start, end)
    again = make_provider(NOW + timedelta(days=later / 20), seed)
    # Another piece first, and in two halves.
    middle = start + (end - start) / 2
    middle -= timedelta(seconds=middle.timestamp() % 300)
    fetch(again, code, Interval.DAY_1, start - timedelta(days=10), end)
    second = fetch(again, code, Interval.MIN_5, middle, end)
    first = fetch(again, code, Interval.MIN_5, start, middle)
    np.testing.assert_array_equal(whole.time, np.concatenate((first.time, second.time)))
    np.testing.assert_array_equal(whole.close, np.concatenate((first.close, second.close)))
    other = fetch(make_provider(seed=seed + 1), code, Interval.MIN_5, start, end)
    assert len(whole) == 0 or not np.array_equal(whole.close, other.close)


@pytest.mark.parametrize("code", CODES)
def test_coarser_bars_are_made_of_finer_ones(code: str) -> None:
    provider = make_provider()
    # Whole weeks and a whole month, over the end of summer time and the short day after Thanksgiving.
    symbol = SYMBOLS[code]
    start, end = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    # The currency day of a Monday begins on Sunday.
    early = start - timedelta(days=1)
    parts = [
        fetch(
            provider, code, Interval.MIN_1, early + timedelta(days=3 * n), early + timedelta(days=3 * n + 3)
        )
        for n in range(22)
    ]
    minutes = concatenate_bars(parts)
    for interval in Interval:
        if interval is Interval.MIN_1:
            continue
        wanted = resample(minutes, interval, symbol.calendar)
        inside = (wanted.time >= start.timestamp()) & (
            [next_label(int(label), interval) <= end.timestamp() for label in wanted.time]
        )
        first, last = np.flatnonzero(inside)[[0, -1]]
        wanted = wanted.slice(int(first), int(last) + 1)
        page = asyncio.run(
            provider.fetch_bars(symbol, interval, int(wanted.time[0]), int(wanted.time[-1]) + 1)
        )
        # Where one page does not hold all, its newest bars are meant.
        assert_equal(page.bars, wanted.slice(len(wanted) - len(page.bars), len(wanted)))
        assert len(page.bars) == min(len(wanted), 5_000)
        assert page.covered_from == page.bars.time[0]


@pytest.mark.parametrize("speed", [1.0, 0.02, 7.5])
def test_bars_of_the_stream_equal_those_of_history(speed: float) -> None:
    start = NOW.replace(second=0) - timedelta(microseconds=1)
    end = NOW.replace(second=0) + timedelta(minutes=4)
    ticks = collect(make_provider(start, speed=speed), CODES, end)
    assert [tick.at for tick in ticks] == sorted(tick.at for tick in ticks)
    for code in CODES:
        stored = fetch(
            make_provider(end + timedelta(hours=1)), code, Interval.MIN_1, NOW.replace(second=0), end
        )
        streamed = build_minutes(ticks, code)
        assert list(streamed) == stored.time.tolist()
        np.testing.assert_array_equal(np.array(list(streamed.values())).T, np.array(stored.columns()))
    per_minute = sum(tick.code == "SIM-INDEX" for tick in ticks) / 4
    assert per_minute == pytest.approx(max(4, 60 * speed), rel=0.25)


@pytest.mark.parametrize("code", CODES)
def test_no_bar_of_the_future_is_told_and_none_held_back(code: str) -> None:
    calendar = SYMBOLS[code].calendar
    for moment in (NOW, datetime(2026, 11, 29, 3, tzinfo=UTC), datetime(2026, 11, 27, 18, 30, tzinfo=UTC)):
        provider, later = make_provider(moment), make_provider(moment + timedelta(days=90))
        now = moment.timestamp()
        for interval in Interval:
            start = int(now) - max(6 * DAY_SECONDS, 3 * interval.seconds)
            page = asyncio.run(provider.fetch_bars(SYMBOLS[code], interval, start, 2**33))
            last = int(page.bars.time[-1])
            closes = find_bar_close(calendar, interval, last)
            assert closes is not None
            assert closes <= now
            after = asyncio.run(
                later.fetch_bars(
                    SYMBOLS[code], interval, last + 1, last + max(4 * DAY_SECONDS, 2 * interval.seconds)
                )
            )
            # Of the first minutes after it as much as a page holds: its oldest bar is what counts.
            if after.covered_from == last + 1:
                closes = find_bar_close(calendar, interval, int(after.bars.time[0]))
                assert closes is not None
                assert closes > now


def test_sessions_are_kept() -> None:
    provider = make_provider()
    # Thanksgiving is closed, the day after it ends at 13:00 in New York, the weekend is quiet.
    start, end = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    stock = fetch(provider, "SIM-STOCK", Interval.MIN_1, start, end).time
    assert stock[0] == datetime(2026, 11, 25, 14, 30, tzinfo=UTC).timestamp()
    assert stock[-1] == datetime(2026, 11, 27, 17, 59, tzinfo=UTC).timestamp()
    thursday = datetime(2026, 11, 26, tzinfo=UTC).timestamp()
    assert not ((stock >= thursday) & (stock < thursday + DAY_SECONDS)).any()
    days = fetch(provider, "SIM-STOCK", Interval.DAY_1, start, end).time
    assert [datetime.fromtimestamp(int(label), UTC).day for label in days] == [25, 27]
    # Summer time: the session of July opens an hour earlier in UTC.
    july = fetch(
        provider,
        "SIM-STOCK",
        Interval.MIN_1,
        datetime(2026, 7, 1, tzinfo=UTC),
        datetime(2026, 7, 2, tzinfo=UTC),
    )
    assert july.time[0] == datetime(2026, 7, 1, 13, 30, tzinfo=UTC).timestamp()
    currency = fetch(provider, "SIM-FX", Interval.MIN_1, datetime(2026, 11, 27, 12, tzinfo=UTC), NOW).time
    silence = int(np.argmax(np.diff(currency)))
    assert currency[silence] == datetime(2026, 11, 27, 21, 59, tzinfo=UTC).timestamp()
    assert currency[silence + 1] == datetime(2026, 11, 29, 22, 0, tzinfo=UTC).timestamp()
    coin = fetch(provider, "SIM-COIN", Interval.HOUR_1, start, end).time
    assert (np.diff(coin) == 3_600).all()
    assert len(coin) == 5 * 24


def test_markets_move_like_real_ones() -> None:
    provider = make_provider()
    for code in CODES:
        bars = fetch(provider, code, Interval.DAY_1, NOW - timedelta(days=1_000), 2**33)
        assert (bars.low > 0).all()
        assert (bars.high >= np.maximum(bars.open, bars.close)).all()
        assert (bars.low <= np.minimum(bars.open, bars.close)).all()
        moves = np.abs(np.diff(np.log(bars.close)))
        # Volatility comes in clusters: quiet weeks follow quiet weeks.
        assert np.corrcoef(moves[:-1], moves[1:])[0, 1] > 0.01
        gaps = np.abs(np.log(bars.open[1:] / bars.close[:-1])).mean() / moves.mean()
        assert gaps > 0.2 if SYMBOLS[code].calendar == "XNYS" else gaps < 0.15
    thin = fetch(provider, "SIM-THIN", Interval.MIN_1, NOW - timedelta(days=10), NOW)
    index = fetch(provider, "SIM-INDEX", Interval.MIN_1, NOW - timedelta(days=10), NOW)
    assert 0.5 < len(thin) / len(index) < 0.8
    assert np.isnan(index.volume).all()
    assert (thin.volume >= 1).all()


async def test_find_earliest_tells_the_first_bar() -> None:
    provider = make_provider()
    for symbol in SYMBOLS.values():
        for interval in (Interval.DAY_1, Interval.MIN_1):
            earliest = await provider.find_earliest(symbol, interval)
            assert earliest is not None
            page = await provider.fetch_bars(symbol, interval, 0, earliest + 1)
            assert page.bars.time.tolist() == [earliest]
            assert page.covered_from == 0


async def test_quotes_tell_the_last_trade() -> None:
    provider = make_provider()
    for symbol in SYMBOLS.values():
        quote = (await provider.fetch_quotes([symbol]))[symbol.code]
        assert not isinstance(quote, Exception)
        assert NOW - timedelta(minutes=10) < quote.at <= NOW
        assert quote.is_market_open
        days = (await provider.fetch_bars(symbol, Interval.DAY_1, RECENT, 2**33)).bars
        assert quote.previous_close == days.close[-1]
    closed = make_provider(datetime(2026, 11, 28, 12, tzinfo=UTC))
    quote = (await closed.fetch_quotes([SYMBOLS["SIM-STOCK"]]))["SIM-STOCK"]
    assert not isinstance(quote, Exception)
    assert not quote.is_market_open
    days = (await closed.fetch_bars(SYMBOLS["SIM-STOCK"], Interval.DAY_1, RECENT, 2**33)).bars
    assert (quote.price, quote.previous_close) == (days.close[-1], days.close[-2])
    assert quote.volume == days.volume[-1]


def test_a_stream_that_was_held_up_ends() -> None:
    clock = FixedClock(NOW)

    async def oversleep(seconds: float) -> None:
        clock.advance(timedelta(seconds=90))

    provider = SimulatedProvider(1, clock, find_calendar, sleep=oversleep)

    async def read() -> None:
        async for _ in provider.stream([SYMBOLS["SIM-COIN"]]):
            pass

    with pytest.raises(ProviderUnavailable):
        asyncio.run(read())


def test_a_closed_market_is_silent_until_it_opens() -> None:
    opens = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)
    ticks = collect(make_provider(opens - timedelta(minutes=3)), ["SIM-STOCK"], opens + timedelta(minutes=1))
    assert ticks
    assert ticks[0].at >= opens.timestamp()


def test_a_symbol_of_this_kind_is_told_by_its_code_alone() -> None:
    bare = ProviderSymbol("SIM-COIN", "SIM-COIN", "whatever", SYMBOLS["SIM-COIN"].asset_class)
    page = asyncio.run(make_provider().fetch_bars(bare, Interval.DAY_1, RECENT, 2**33))
    assert len(page.bars)


def test_a_page_that_is_cut_begins_with_a_whole_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    # In summer the currency day ends at 21:00 UTC, within a bar of four hours.
    provider = make_provider()
    start = datetime(2026, 7, 6, tzinfo=UTC)
    whole = fetch(provider, "SIM-FX", Interval.HOUR_4, start, start + timedelta(days=4))
    monkeypatch.setattr(simulated, "_MAX_BARS", 5)
    for count in range(6, len(whole)):
        first, end = int(whole.time[0]), int(whole.time[count])
        page = asyncio.run(provider.fetch_bars(SYMBOLS["SIM-FX"], Interval.HOUR_4, first, end))
        assert_equal(page.bars, whole.slice(count - 5, count))
        assert page.covered_from == page.bars.time[0]
