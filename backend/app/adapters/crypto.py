"""Keyless crypto exchanges over ccxt: public candles and trades. For the worker alone: ccxt is heavy.

What differs between exchanges and is not hidden here: which intervals they have (weeks and months are left
out, their grids differ; the product makes them from days), how many candles they give at once, and how far
back they go. Kraken gives the newest 720 candles of an interval and no more: pages before those are empty
and whole, without anything being asked.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import structlog

from app.adapters.ccxt_loading import UnknownExchange, find_error_class, load_exchange_class
from app.adapters.crypto_stream import find_number, is_price, watch_trades
from app.adapters.crypto_symbols import find_symbols
from app.config import Settings
from app.core.clock import Clock
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.domain import Split
from app.market.ports import MarketDataProvider
from app.market.provider_facts import (
    BarsPage,
    ProviderBusy,
    ProviderDescription,
    ProviderError,
    ProviderKeyRefused,
    ProviderPlanLacks,
    ProviderQuote,
    ProviderSymbol,
    ProviderSymbolUnknown,
    ProviderUnavailable,
    Tick,
)

log = structlog.get_logger(__name__)

_TIMEFRAMES = {
    Interval.MIN_1: "1m",
    Interval.MIN_5: "5m",
    Interval.MIN_15: "15m",
    Interval.MIN_30: "30m",
    Interval.MIN_45: "45m",
    Interval.HOUR_1: "1h",
    Interval.HOUR_2: "2h",
    Interval.HOUR_4: "4h",
    Interval.DAY_1: "1d",
}
# Exchanges that give only so many of the newest candles, the forming one among them, whatever is asked for.
_SHORT_HISTORIES = {"kraken": 720, "gate": 10_000}
_USUAL_CANDLES = 500
_REQUESTS_OF_A_PAGE = 20
_MARKETS_LIVE = timedelta(hours=6)
_BUSY_FOR = timedelta(seconds=15)
_BEFORE_CRYPTO = 1_230_768_000  # 2009-01-01


class CryptoProvider:
    """Implements market.ports.MarketDataProvider for one exchange. No key, no credits: ccxt's throttle keeps
    to the exchange's pace.

    `base_url` stands in place of scheme and host of all the exchange's addresses, sockets included. Raises
    UnknownExchange. Making one takes up to 0.5 s: ccxt is loaded.
    """

    def __init__(
        self, exchange: str, clock: Clock, base_url: str | None = None, timeout_seconds: float = 15.0
    ) -> None:
        self._class = _refuse_rubbish(load_exchange_class(exchange))
        self._clock = clock
        self._base_url = base_url
        self._timeout_seconds = timeout_seconds
        self._exchange = self._make_exchange()
        self._markets_at: datetime | None = None
        self._short_history = _SHORT_HISTORIES.get(exchange)
        features = self._exchange.features or {}
        candles = ((features.get("spot") or {}).get("fetchOHLCV") or {}).get("limit")
        self._candles = int(candles or _USUAL_CANDLES)
        title = str(self._exchange.name)
        self._description = ProviderDescription(
            name=exchange,
            title=title,
            attribution=f"Public market data of {title}.",
            intervals=tuple(one for one, frame in _TIMEFRAMES.items() if frame in self._exchange.timeframes),
            max_bars_per_request=self._candles,
            has_stream=bool(self._exchange.has.get("watchTrades")),
        )

    @property
    def description(self) -> ProviderDescription:
        """What it is and what it can do."""
        return self._description

    def count_bars_credits(self) -> int:
        """None: public data without a quota."""
        return 0

    def count_splits_credits(self, symbol: ProviderSymbol) -> int:
        """None: nothing is asked."""
        return 0

    def count_quotes_credits(self, symbols: Sequence[ProviderSymbol]) -> int:
        """None: public data without a quota."""
        return 0

    def count_search_credits(self) -> int:
        """None: public data without a quota."""
        return 0

    async def search(self, query: str, limit: int) -> Sequence[ProviderSymbol]:
        """Spot markets by symbol, by either currency or by the name of a well-known coin."""
        markets = await self._load_markets()
        return find_symbols(markets, query, limit, self._description.title)

    async def fetch_bars(self, symbol: ProviderSymbol, interval: Interval, start: int, end: int) -> BarsPage:
        """The newest closed candles of a stretch.

        Raises ProviderUnavailable for an answer with an impossible candle: asked again, it may be right.
        """
        step = interval.seconds
        now = int(self._clock.now().timestamp())
        end = min(end, now - now % step)  # what begins later is forming
        since = max(start, self._find_reach(interval, now))
        covered_from = start
        if end - since > self._candles * step:
            covered_from = since = end - self._candles * step
        since = -(-since // step) * step
        candles: dict[int, Sequence[Any]] = {}
        position, most = since, 1
        for _ in range(_REQUESTS_OF_A_PAGE):
            if position >= end:
                break
            rows = await self._fetch_candles(symbol, interval, position)
            times = [int(row[0]) // 1000 for row in rows]
            candles |= dict(zip(times, rows, strict=True))  # the newest answer wins
            most = max(most, len(rows))
            latest = max(times, default=0)
            if latest < position:
                break
            position = latest + step
        else:
            # It gives fewer at once than ccxt says: from now on pages are as small as its answers.
            self._candles = min(most, self._candles - 1)
            return await self.fetch_bars(symbol, interval, start, end)
        wanted = sorted(time for time in candles if start <= time < end and time >= covered_from)
        return BarsPage(_make_bars(wanted, [candles[time] for time in wanted], interval), covered_from)

    async def find_earliest(self, symbol: ProviderSymbol, interval: Interval) -> int | None:
        """The first candle, where the exchange begins with it when asked for all; None where it does not."""
        if self._short_history is not None:
            return self._find_reach(interval, int(self._clock.now().timestamp()))
        rows = await self._fetch_candles(symbol, interval, _BEFORE_CRYPTO)
        return min((int(row[0]) // 1000 for row in rows), default=None)

    async def fetch_splits(self, symbol: ProviderSymbol) -> Sequence[Split]:
        """None: coins are not split."""
        return ()

    async def fetch_quotes(
        self, symbols: Sequence[ProviderSymbol]
    ) -> Mapping[str, ProviderQuote | ProviderError]:
        """The last prices, all in one request where the exchange can."""
        markets = await self._load_markets()
        known = [symbol.code for symbol in symbols if symbol.code in markets]
        tickers: Mapping[str, Mapping[str, Any]] = {}
        if known:
            async with self._translated():
                if self._exchange.has.get("fetchTickers"):
                    tickers = await self._exchange.fetch_tickers(known)
                else:
                    tickers = {code: await self._exchange.fetch_ticker(code) for code in known}
        quotes: dict[str, ProviderQuote | ProviderError] = {
            symbol.code: ProviderSymbolUnknown(f"{self._description.title} has no {symbol.code}.")
            for symbol in symbols
        }
        now = self._clock.now()
        return quotes | {code: _make_quote(code, tickers.get(code) or {}, now) for code in known}

    async def stream(self, symbols: Sequence[ProviderSymbol]) -> AsyncIterator[Tick]:
        """Trades from now on. A lost connection ends it: ProviderUnavailable."""
        if not self._description.has_stream:
            raise ProviderPlanLacks(f"{self._description.title} has no public stream of trades.")
        markets = await self._load_markets()
        for symbol in symbols:
            if symbol.code not in markets:
                raise ProviderSymbolUnknown(f"{self._description.title} has no {symbol.code}.")
        # A socket of its own, so that its end ends all that was subscribed.
        exchange = self._make_exchange()
        exchange.set_markets_from_exchange(self._exchange)
        # None: a watcher has ended.
        ticks: asyncio.Queue[Tick | None] = asyncio.Queue()
        started = self._clock.now().timestamp()
        codes = [symbol.code for symbol in symbols]
        # One subscription for all where that is possible: each waits for the exchange's pace.
        groups = [codes] if exchange.has.get("watchTradesForSymbols") else [[code] for code in codes]
        watchers = [asyncio.create_task(watch_trades(exchange, group, started, ticks)) for group in groups]
        for watcher in watchers:
            watcher.add_done_callback(lambda _: ticks.put_nowait(None))
        try:
            while True:
                tick = await ticks.get()
                if tick is not None:
                    yield tick
                    continue
                async with self._translated():
                    for watcher in watchers:
                        if watcher.cancelled():
                            raise ProviderUnavailable(f"The stream of {self._description.title} was closed.")
                        if watcher.done():
                            watcher.result()
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            await exchange.close()

    async def aclose(self) -> None:
        """Close its connections. A stream is closed by who consumes it."""
        await self._exchange.close()

    def _make_exchange(self) -> Any:
        exchange = self._class({"enableRateLimit": True, "timeout": int(self._timeout_seconds * 1000)})
        # Its way of waiting for the transport to close; a turn of the loop is enough.
        exchange.timeout_on_exit = 10
        if self._base_url is not None:
            exchange.urls["api"] = _replace_hosts(exchange.urls["api"], self._base_url.rstrip("/"))
        return exchange

    def _find_reach(self, interval: Interval, now: int) -> int:
        """The first closed candle that the exchange still gives, where its history is short."""
        if self._short_history is None:
            return 0
        return now - now % interval.seconds - (self._short_history - 1) * interval.seconds

    async def _load_markets(self) -> Mapping[str, Mapping[str, Any]]:
        now = self._clock.now()
        if self._markets_at is None or now - self._markets_at > _MARKETS_LIVE:
            try:
                async with self._translated():
                    await self._exchange.load_markets(self._markets_at is not None)
            except ProviderError:
                if self._markets_at is None:
                    raise
                # What was known yesterday serves until the exchange answers again.
                log.warning("crypto_markets_stale", exchange=self._description.name)
            self._markets_at = now
        markets: Mapping[str, Mapping[str, Any]] = self._exchange.markets
        return markets

    async def _fetch_candles(
        self, symbol: ProviderSymbol, interval: Interval, since: int
    ) -> Sequence[Sequence[Any]]:
        if interval not in self._description.intervals:
            raise ProviderError(f"{self._description.title} has no candles of {interval}.")
        if symbol.code not in await self._load_markets():
            raise ProviderSymbolUnknown(f"{self._description.title} has no {symbol.code}.")
        async with self._translated():
            rows: Sequence[Sequence[Any]] = await self._exchange.fetch_ohlcv(
                symbol.code, _TIMEFRAMES[interval], since * 1000, self._candles
            )
        now = self._clock.now().timestamp()
        step = interval.seconds
        closed = [row for row in rows if row[0] is not None and row[0] / 1000 + step <= now]
        for row in closed:
            if not _is_possible(row, step):
                raise ProviderUnavailable(f"{self._description.title} gave an impossible candle.")
        return closed

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        """What ccxt raises as what the port promises."""
        title = self._description.title
        try:
            yield
        except (ProviderError, asyncio.CancelledError, GeneratorExit):
            raise
        except (find_error_class("RateLimitExceeded"), find_error_class("DDoSProtection")) as error:
            raise ProviderBusy(f"{title} asks for patience.", self._clock.now() + _BUSY_FOR) from error
        except find_error_class("BadSymbol") as error:
            raise ProviderSymbolUnknown(f"{title} does not know this symbol.") from error
        except find_error_class("AuthenticationError") as error:
            raise ProviderKeyRefused(f"{title} gives this only to people with a key.") from error
        except find_error_class("NotSupported") as error:
            raise ProviderPlanLacks(f"{title} does not offer this.") from error
        except Exception as error:
            # The network, a fault of theirs, or rubbish that ccxt stumbled over: each may pass.
            log.info("crypto_request_failed", exchange=title, error=f"{type(error).__name__}: {error}"[:300])
            raise ProviderUnavailable(f"{title} did not answer as it should.") from error


def _refuse_rubbish(base: type[Any]) -> type[Any]:
    """The exchange, but an answer without JSON is an error: ccxt takes it for an empty list."""

    class Strict(base):  # type: ignore[misc]
        def handle_errors(self, code: int, *facts: Any) -> Any:
            response = facts[5]
            if response is None and code < 400:
                raise find_error_class("BadResponse")(f"{self.id} gave no JSON")
            return super().handle_errors(code, *facts)

    return Strict


def _replace_hosts(urls: Any, base: str) -> Any:
    """The same paths on another host, over sockets where they were sockets."""
    if isinstance(urls, dict):
        return {name: _replace_hosts(each, base) for name, each in urls.items()}
    if not isinstance(urls, str):
        return urls
    parts = urlsplit(urls)
    if parts.scheme.startswith("ws"):
        base = "ws" + base.removeprefix("http")
    return f"{base}{parts.path}"


def _make_quote(code: str, ticker: Mapping[str, Any], now: datetime) -> ProviderQuote | ProviderError:
    price, at = find_number(ticker, "last"), find_number(ticker, "timestamp")
    if price is None:
        return ProviderUnavailable(f"There is no last price of {code}.")
    return ProviderQuote(
        code=code,
        price=price,
        at=now if at is None else datetime.fromtimestamp(at / 1000, UTC),
        volume=find_number(ticker, "baseVolume"),
        previous_close=find_number(ticker, "previousClose"),
        is_market_open=True,
    )


def _is_possible(row: Sequence[Any], step: int) -> bool:
    time, opening, high, low, close, volume = row[:6]
    return (
        time % (step * 1000) == 0
        and all(map(is_price, (opening, high, low, close)))
        and high >= low
        and (volume is None or (math.isfinite(volume) and volume >= 0))
    )


def _make_bars(times: Sequence[int], rows: Sequence[Sequence[Any]], interval: Interval) -> Bars:
    columns = np.array(
        [[math.nan if one is None else one for one in row[1:6]] for row in rows], dtype=np.float64
    )
    opening, high, low, close, volume = columns.reshape(-1, 5).T.copy()
    return Bars(np.array(times, dtype=np.int64), opening, high, low, close, volume, interval, "UTC")


def make_crypto_providers(settings: Settings, clock: Clock) -> dict[str, MarketDataProvider]:
    """One provider for each exchange of the settings, by its name; names that ccxt does not have are logged
    and left out. Whoever calls closes them.
    """
    providers: dict[str, MarketDataProvider] = {}
    for name in settings.crypto_exchanges:
        try:
            providers[name] = CryptoProvider(name, clock, settings.crypto_base_url)
        except UnknownExchange:
            log.warning("unknown_crypto_exchange", exchange=name)
    return providers
