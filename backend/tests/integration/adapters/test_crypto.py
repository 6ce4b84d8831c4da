"""Crypto exchanges over ccxt against a stand-in of Kraken: its REST, its socket, and every way to fail."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from app.adapters.ccxt_loading import UnknownExchange, load_exchange_class
from app.adapters.crypto import CryptoProvider, make_crypto_providers
from app.config import Settings
from app.core.clock import FixedClock, SystemClock
from app.engine.intervals import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, Interval
from app.market.domain import AssetClass, normalize_symbol
from app.market.ports import MarketDataProvider
from app.market.provider_facts import (
    ProviderBusy,
    ProviderError,
    ProviderQuote,
    ProviderSymbol,
    ProviderSymbolUnknown,
    ProviderUnavailable,
    Tick,
)
from app.market.resampling import resample
from tests.standins.kraken import KrakenStandIn, run_kraken
from tests.standins.kraken_market import PAIRS

NOW = datetime(2026, 11, 30, 16, 10, 30, tzinfo=UTC)
AT = int(NOW.timestamp())
BITCOIN = PAIRS[0]


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still, for the product and for the exchange."""
    return FixedClock(NOW)


@pytest.fixture
async def kraken(clock: FixedClock) -> AsyncIterator[KrakenStandIn]:
    """An exchange whose time stands still."""
    async with run_kraken(now=lambda: clock.now().timestamp()) as standin:
        yield standin


@pytest.fixture
async def provider(kraken: KrakenStandIn, clock: FixedClock) -> AsyncIterator[CryptoProvider]:
    """The adapter, pointed at it."""
    made = CryptoProvider("kraken", clock, kraken.url, timeout_seconds=0.5)
    made._exchange.enableRateLimit = False  # a second between two requests
    yield made
    await made.aclose()


@asynccontextmanager
async def open_live_exchange() -> AsyncIterator[tuple[KrakenStandIn, CryptoProvider]]:
    """An exchange on the wall's clock with twenty trades a second, and the adapter on it."""
    async with run_kraken(trade_seconds=0.05) as kraken:
        provider = CryptoProvider("kraken", SystemClock(), kraken.url)
        provider._exchange.enableRateLimit = False
        try:
            yield kraken, provider
        finally:
            await provider.aclose()


async def find(provider: CryptoProvider, query: str = "BTC/USD") -> ProviderSymbol:
    """The best that a search finds."""
    return (await provider.search(query, 1))[0]


async def test_search_finds_markets_the_way_people_type(provider: CryptoProvider) -> None:
    port: MarketDataProvider = provider
    assert port.description.name == "kraken"
    for query in ("BTC", "btcusd", "btc-usd", "BTC/USD", "xbt", "bitcoin"):
        best = (await provider.search(query, 5))[0]
        assert best.symbol == "BTC/USD", query
    assert best.calendar == "24/7"
    assert (best.timezone, best.currency, best.exchange) == ("UTC", "USD", "Kraken")
    assert [one.symbol for one in await provider.search("eth", 10)] == ["ETH/USD", "ETH/BTC"]
    for symbol in await provider.search("usd", 10):
        assert normalize_symbol(symbol.symbol) == symbol.symbol
    # Not traded freely any more; nothing at all.
    assert await provider.search("luna", 10) == []
    assert await provider.search("nonsense", 10) == []
    assert await provider.search("-", 10) == []
    # The worker lists all of them, so that the API process finds them without ccxt.
    assert {"BTC/USD", "ETH/BTC"} <= {one.symbol for one in await provider.search("", 100)}


async def test_the_markets_are_read_once_in_hours(
    provider: CryptoProvider, kraken: KrakenStandIn, clock: FixedClock
) -> None:
    await provider.search("BTC", 1)
    await provider.search("ETH", 1)
    assert kraken.count("AssetPairs") == 1
    clock.advance(timedelta(hours=7))
    await provider.search("ETH", 1)
    assert kraken.count("AssetPairs") == 2
    clock.advance(timedelta(hours=7))
    kraken.faults.always = "503"
    assert await provider.search("ETH", 1)


async def test_bars_are_closed_whole_and_of_the_exchanges_trades(
    provider: CryptoProvider, kraken: KrakenStandIn
) -> None:
    symbol = await find(provider)
    start, end = AT - AT % MINUTE_SECONDS - 30 * MINUTE_SECONDS, AT + HOUR_SECONDS
    page = await provider.fetch_bars(symbol, Interval.MIN_1, start, end)
    assert page.covered_from == start
    assert page.bars.time.tolist() == list(range(start, AT - 30, MINUTE_SECONDS))
    for place in (0, 7, 29):
        time = int(page.bars.time[place])
        trades = kraken.market.make_trades(BITCOIN, time, time + MINUTE_SECONDS)
        prices = [price for _, _, price, _ in trades]
        assert [column[place] for column in page.bars.columns()] == [
            prices[0],
            max(prices),
            min(prices),
            prices[-1],
            sum(volume for *_, volume in trades),
        ]
    five = await provider.fetch_bars(symbol, Interval.MIN_5, start, end)
    made = resample(page.bars, Interval.MIN_5)
    np.testing.assert_array_equal(five.bars.close, made.close[: len(five.bars)])
    np.testing.assert_array_equal(five.bars.high, made.high[: len(five.bars)])
    daily = await provider.fetch_bars(symbol, Interval.DAY_1, AT - 3 * DAY_SECONDS, AT + DAY_SECONDS)
    # Today's is forming.
    assert [datetime.fromtimestamp(time, UTC).day for time in daily.bars.time.tolist()] == [28, 29]


async def test_a_short_history_is_told_without_asking_in_vain(
    provider: CryptoProvider, kraken: KrakenStandIn
) -> None:
    symbol = await find(provider)
    reach = await provider.find_earliest(symbol, Interval.MIN_1)
    assert reach is not None
    year = AT - 365 * DAY_SECONDS
    page = await provider.fetch_bars(symbol, Interval.MIN_1, year, AT)
    assert (page.covered_from, len(page.bars), page.bars.time[0]) == (year, 719, reach)
    asked = kraken.count("OHLC")
    older = await provider.fetch_bars(symbol, Interval.MIN_1, year, reach)
    assert (older.covered_from, len(older.bars)) == (year, 0)
    assert kraken.count("OHLC") == asked


async def test_intervals_are_those_of_the_exchange_on_the_products_grid(provider: CryptoProvider) -> None:
    assert [one.value for one in provider.description.intervals] == [
        "1min",
        "5min",
        "15min",
        "30min",
        "1h",
        "4h",
        "1day",
    ]
    symbol = await find(provider)
    with pytest.raises(ProviderError):
        await provider.fetch_bars(symbol, Interval.WEEK_1, 0, AT)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("503", ProviderUnavailable),
        ("html", ProviderUnavailable),
        ("truncated", ProviderUnavailable),
        ("cut", ProviderUnavailable),
        ("stall", ProviderUnavailable),
        ("nan", ProviderUnavailable),
        ("negative", ProviderUnavailable),
        ("rate_limit", ProviderBusy),
        ("lockout", ProviderBusy),
    ],
)
async def test_faults_are_told_and_pass(
    provider: CryptoProvider, kraken: KrakenStandIn, fault: str, error: type[ProviderError]
) -> None:
    symbol = await find(provider)
    kraken.faults.next_answers = [fault]
    kraken.faults.stall_seconds = 2.0
    with pytest.raises(ProviderError) as caught:
        await provider.fetch_bars(symbol, Interval.MIN_1, AT - HOUR_SECONDS, AT)
    assert type(caught.value) is error
    if isinstance(caught.value, ProviderBusy):
        assert caught.value.retry_at > NOW
    page = await provider.fetch_bars(symbol, Interval.MIN_1, AT - HOUR_SECONDS, AT)
    assert len(page.bars) == 59


async def test_bars_that_come_twice_count_once_and_the_last_wins(
    provider: CryptoProvider, kraken: KrakenStandIn
) -> None:
    symbol = await find(provider)
    right = (await provider.fetch_bars(symbol, Interval.MIN_1, AT - HOUR_SECONDS, AT)).bars
    kraken.faults.next_answers = ["repeated"]
    again = (await provider.fetch_bars(symbol, Interval.MIN_1, AT - HOUR_SECONDS, AT)).bars
    np.testing.assert_array_equal(again.time, right.time)
    np.testing.assert_array_equal(again.close, right.close)


async def test_unknown_symbols_are_refused(provider: CryptoProvider) -> None:
    symbol = await find(provider)
    unknown = ProviderSymbol("NOPE/USD", "NOPE/USD", "", symbol.asset_class)
    with pytest.raises(ProviderSymbolUnknown):
        await provider.fetch_bars(unknown, Interval.MIN_1, AT - HOUR_SECONDS, AT)
    with pytest.raises(ProviderSymbolUnknown):
        await anext(aiter(provider.stream([symbol, unknown])))
    quotes = await provider.fetch_quotes([symbol, unknown])
    assert isinstance(quotes["NOPE/USD"], ProviderSymbolUnknown)
    assert isinstance(quotes["BTC/USD"], ProviderQuote)


async def test_quotes_come_in_one_request(provider: CryptoProvider, kraken: KrakenStandIn) -> None:
    symbols = [await find(provider), await find(provider, "eth")]
    quotes = await provider.fetch_quotes(symbols)
    assert kraken.count("Ticker") == 1
    quote = quotes["BTC/USD"]
    assert isinstance(quote, ProviderQuote)
    assert quote.price == kraken.market.make_trades(BITCOIN, AT - 60, AT)[-1][2]
    assert quote.at == NOW
    assert quote.volume
    assert isinstance(quotes["ETH/USD"], ProviderQuote)


async def collect(provider: CryptoProvider, symbols: list[ProviderSymbol], seconds: float) -> list[Tick]:
    """What a stream tells within a time."""
    ticks: list[Tick] = []
    async with aclosing(provider.stream(symbols)) as stream:  # type: ignore[type-var]
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for tick in stream:
                    ticks.append(tick)  # noqa: PERF401 (what came before the end counts)
    return ticks


async def test_a_stream_tells_every_trade_of_several_symbols_once() -> None:
    async with open_live_exchange() as (kraken, provider):
        symbols = [await find(provider), await find(provider, "eth"), await find(provider, "sol")]
        began = datetime.now(UTC).timestamp()
        ticks = await collect(provider, symbols, 2.0)
        for symbol, pair in zip(symbols, (PAIRS[0], PAIRS[1], PAIRS[4]), strict=True):
            mine = [tick for tick in ticks if tick.code == symbol.code]
            assert mine[0].at >= began
            assert len(mine) > 20
            # The first may have been told by the snapshot; from there on none is missing and none is double.
            made = kraken.market.make_trades(pair, mine[0].at - 0.01, mine[-1].at + 0.01)
            assert [(tick.price, tick.volume) for tick in mine] == [
                (round(price, pair.decimals), volume) for _, _, price, volume in made
            ]
        # Its end closed the socket.
        await asyncio.sleep(0.05)
        assert kraken.sockets == 0


async def test_a_lost_stream_says_so_and_a_new_one_goes_on() -> None:
    async with open_live_exchange() as (kraken, provider):
        symbols = [await find(provider), await find(provider, "eth")]
        kraken.faults.drop_seconds = 0.4
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                await collect(provider, symbols, 10)
        kraken.faults.drop_seconds = None
        assert await collect(provider, symbols, 1.0)
        await kraken.stop()
        with pytest.raises(ProviderUnavailable):
            await collect(provider, symbols, 10)


async def test_a_stream_that_falls_silent_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_live_exchange() as (kraken, provider):
        symbol = await find(provider)
        make = provider._make_exchange

        def make_impatient() -> Any:
            exchange = make()
            exchange.streaming = exchange.streaming | {"keepAlive": 200}
            return exchange

        monkeypatch.setattr(provider, "_make_exchange", make_impatient)
        kraken.faults.silent = True
        with pytest.raises(ProviderUnavailable):
            await collect(provider, [symbol], 10)


async def test_ccxt_itself_speaks_with_the_stand_in() -> None:
    """Nothing of ours between: ccxt with other addresses."""
    async with run_kraken(trade_seconds=0.1) as kraken:
        exchange = load_exchange_class("kraken")({"timeout": 5_000, "enableRateLimit": False})
        exchange.urls["api"]["public"] = kraken.url
        exchange.urls["api"]["ws"]["publicV2"] = kraken.url.replace("http", "ws") + "/v2"
        try:
            assert (await exchange.fetch_status())["status"] == "ok"
            assert abs(await exchange.fetch_time() / 1000 - datetime.now(UTC).timestamp()) < 5
            assert set(await exchange.fetch_currencies()) >= {"BTC", "ETH", "USD"}
            assert "BTC/USD" in await exchange.load_markets()
            candles = await exchange.fetch_ohlcv("BTC/USD", "1m", limit=1_000)
            assert len(candles) == 720
            assert (await exchange.fetch_ticker("BTC/USD"))["last"] > 0
            trades = await exchange.fetch_trades("BTC/USD")
            assert trades[-1]["amount"] > 0
            watched = await exchange.watch_trades("BTC/USD")
            assert watched[0]["symbol"] == "BTC/USD"
            (candle,) = await exchange.watch_ohlcv("ETH/USD", "1m")
            assert candle[0] % 60_000 == 0
            assert candle[4] == pytest.approx(PAIRS[1].price, rel=0.3)
        finally:
            await exchange.close()


def test_loading_one_exchange_leaves_the_others_alone() -> None:
    program = (
        "import sys; from app.adapters.ccxt_loading import load_exchange_class as load;"
        "assert load('kraken').__name__ == 'kraken';"
        "assert issubclass(load('binanceus'), load('binance'));"
        "assert load('coinbase')({}).timeframes['1d'];"
        "assert 'ccxt.okx' not in sys.modules and 'ccxt.async_support.okx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_exchange_that_does_not_exist_is_refused() -> None:
    for name in ("nonesuch", "../kraken", "base.exchange", "__init__"):
        with pytest.raises(UnknownExchange):
            load_exchange_class(name)


class LongHistory:
    """An exchange with all its candles since 2020, at most `given` at once, minutes without a trade left out.

    Kraken, which the stand-in speaks, has no such history.
    """

    def __init__(self, given: int) -> None:
        self.given = given
        self.asked: list[int] = []

    async def fetch_ohlcv(
        self, code: str, timeframe: str, since: int, limit: int
    ) -> list[list[float | None]]:
        """Candles from `since` on, oldest first."""
        step = {"1m": 60, "1d": DAY_SECONDS}[timeframe] * 1000
        self.asked.append(since // 1000)
        first = max(since, 1_577_836_800_000)
        times = range(first + -first % step, AT * 1000, step)[: min(limit, self.given)]
        return [[time, 2.0, 3.0, 1.0, 2.5, None] for time in times if time // 60_000 % 50]


@pytest.mark.parametrize("given", [10_000, 300, 7])
async def test_a_long_history_is_paged_from_its_newest_end(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch, given: int
) -> None:
    provider = CryptoProvider("coinbase", clock)
    history = LongHistory(given)
    monkeypatch.setattr(provider._exchange, "fetch_ohlcv", history.fetch_ohlcv)
    monkeypatch.setattr(provider._exchange, "markets", {"BTC/USD": {}})
    provider._markets_at = NOW
    symbol = ProviderSymbol("BTC/USD", "BTC/USD", "", AssetClass.CRYPTO)
    most = provider.description.max_bars_per_request
    end = AT - AT % MINUTE_SECONDS
    start = end - (2 * most + 40) * MINUTE_SECONDS
    times: list[int] = []
    while end > start:
        page = await provider.fetch_bars(symbol, Interval.MIN_1, start, end)
        assert start <= page.covered_from < end
        assert len(page.bars) <= most
        assert np.isnan(page.bars.volume).all()
        times[:0] = page.bars.time.tolist()
        end = page.covered_from
    assert times == [
        time for time in range(start, AT - AT % MINUTE_SECONDS, MINUTE_SECONDS) if time // 60 % 50
    ]
    assert await provider.find_earliest(symbol, Interval.DAY_1) == 1_577_836_800
    await provider.aclose()


async def test_providers_are_made_of_the_settings(clock: FixedClock) -> None:
    settings = Settings(crypto_exchanges=("kraken", "nonesuch"), crypto_base_url="http://127.0.0.1:9")
    providers = make_crypto_providers(settings, clock)
    assert list(providers) == ["kraken"]
    with pytest.raises(ProviderUnavailable):
        await providers["kraken"].search("BTC", 1)
    await providers["kraken"].aclose()
    assert Settings.model_validate({"crypto_exchanges": "none"}).crypto_exchanges == ()
