"""Twelve Data as a provider of market data, over its REST addresses and its socket.

One object serves a process. It keeps no count of credits: whoever asks has reserved them (`count_…_credits`),
and may compare with `last_credits_left`. It does not try again: every failure is one of the port's errors at
once, the passing ones as ProviderUnavailable. The key travels in a header, and in no log.

Pages are asked for with both bounds and the newest bars first cut off at `MAX_BARS`; the end is sent as one
second before it, which means the same whether the vendor counts its bound in or out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from app.adapters.twelvedata_answers import (
    BarClose,
    find_error,
    is_no_data,
    read_bars,
    read_earliest,
    read_json,
    read_quote,
    read_splits,
)
from app.adapters.twelvedata_stream import stream_ticks
from app.adapters.twelvedata_symbols import make_symbol
from app.config import Settings
from app.core.clock import Clock
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.domain import AssetClass, Split
from app.market.provider_facts import (
    BarsPage,
    ProviderBusy,
    ProviderDescription,
    ProviderError,
    ProviderQuote,
    ProviderSymbol,
    ProviderUnavailable,
    Quota,
    Tick,
)

NAME = "twelvedata"
ATTRIBUTION = "Market data provided by Twelve Data."
MAX_BARS = 5_000
SPLITS_CREDITS = 20
_MAX_SEARCH_ROWS = 120
_MAX_QUOTES_AT_ONCE = 100
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_TOTAL_SECONDS = 12.0
_TIMEOUTS = httpx.Timeout(10.0, connect=5.0)
_LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=30)
_SPLIT = frozenset({AssetClass.STOCK, AssetClass.ETF})
# More decimals show the noise of the vendor's single-precision floats; coins need them.
_DECIMALS, _COIN_DECIMALS = 5, 8


class TwelveDataProvider:
    """market.ports.MarketDataProvider over Twelve Data.

    `bar_close`: the calendar's word on when a bar is closed (the worker has one; market.calendars is too
    heavy for the API process). Without it a bar within the day is over after its full length and a day at
    its date's end.
    `last_credits_left`: what the vendor said of the running minute last; None before, or without a limit.
    `unstreamed`: codes that the stream of this key refused, since the last stream began.
    """

    def __init__(
        self,
        *,
        key: str,
        base_url: str,
        stream_url: str,
        clock: Clock,
        quota: Quota,
        has_stream: bool = False,
        may_share: bool = False,
        bar_close: BarClose | None = None,
        total_seconds: float = _TOTAL_SECONDS,
    ) -> None:
        self._key, self._stream_url, self._clock = key, stream_url, clock
        self._bar_close, self._total_seconds = bar_close, total_seconds
        self.last_credits_left: int | None = None
        self.unstreamed: set[str] = set()
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"apikey {key}", "Accept": "application/json"},
            timeout=_TIMEOUTS,
            limits=_LIMITS,
            follow_redirects=False,  # the key goes nowhere else
        )
        self._description = ProviderDescription(
            name=NAME,
            title="Twelve Data",
            attribution=ATTRIBUTION,
            intervals=tuple(Interval),
            max_bars_per_request=MAX_BARS,
            quota=quota,
            has_stream=has_stream,
            may_share=may_share,
        )

    @classmethod
    def from_settings(
        cls, settings: Settings, clock: Clock, bar_close: BarClose | None = None
    ) -> TwelveDataProvider:
        """The provider of TWELVEDATA_API_KEY. Raises ValueError when there is none."""
        if settings.twelvedata_api_key is None:
            raise ValueError("TWELVEDATA_API_KEY is not set")
        return cls(
            key=settings.twelvedata_api_key.get_secret_value(),
            base_url=settings.twelvedata_base_url,
            stream_url=settings.twelvedata_stream_url,
            clock=clock,
            quota=Quota(settings.twelvedata_credits_per_minute, settings.twelvedata_credits_per_day),
            has_stream=settings.twelvedata_stream,
            may_share=settings.shares_twelvedata,
            bar_close=bar_close,
        )

    @property
    def description(self) -> ProviderDescription:
        """What it is and what it can do."""
        return self._description

    def count_bars_credits(self) -> int:
        """Credits of one `fetch_bars`."""
        return 1

    def count_splits_credits(self, symbol: ProviderSymbol) -> int:
        """Credits of one `fetch_splits`: none for what cannot split."""
        return SPLITS_CREDITS if symbol.asset_class in _SPLIT else 0

    def count_quotes_credits(self, symbols: Sequence[ProviderSymbol]) -> int:
        """Credits of one `fetch_quotes`: one a symbol."""
        return len(symbols)

    def count_search_credits(self) -> int:
        """Credits of one `search`."""
        return 1

    async def search(self, query: str, limit: int) -> Sequence[ProviderSymbol]:
        """Symbols that fit some letters of a symbol or a name, the best first."""
        parameters = {"symbol": query, "outputsize": str(min(limit, _MAX_SEARCH_ROWS))}
        document = await self._get("/symbol_search", parameters)
        rows = document.get("data") if isinstance(document, Mapping) else None
        if not isinstance(rows, list):
            raise ProviderUnavailable("Twelve Data answered a search without a list.")
        found = [make_symbol(row) for row in rows if isinstance(row, Mapping)]
        return [symbol for symbol in found if symbol is not None][:limit]

    async def fetch_bars(self, symbol: ProviderSymbol, interval: Interval, start: int, end: int) -> BarsPage:
        """The newest closed bars with start ≤ time < end (unix s), unadjusted, at most 5,000.

        An answer that ends early (the vendor lags behind) cannot be told from one that is whole: hold it
        against the calendar.
        """
        asked_from = start
        if interval is Interval.WEEK_1 and symbol.asset_class is AssetClass.FOREX:
            asked_from = start - 2 * DAY_SECONDS  # a week can be dated on the weekend before
        form = "%Y-%m-%d %H:%M:%S"
        parameters = {
            **_name_symbol(symbol),
            "interval": interval.value,
            "timezone": "UTC",
            "start_date": datetime.fromtimestamp(asked_from, UTC).strftime(form),
            "end_date": datetime.fromtimestamp(end - 1, UTC).strftime(form),
            "order": "asc",
            "outputsize": str(MAX_BARS),
            "adjust": "none",  # bars are stored as they were traded, splits beside them
            "dp": str(_COIN_DECIMALS if symbol.asset_class is AssetClass.CRYPTO else _DECIMALS),
        }
        document = await self._get("/time_series", parameters, may_be_empty=True)
        if is_no_data(document):
            document = {"values": []}
        return read_bars(
            document,
            symbol,
            interval,
            start,
            end,
            page_size=MAX_BARS,
            now=self._clock.now().timestamp(),
            bar_close=self._bar_close,
        )

    async def find_earliest(self, symbol: ProviderSymbol, interval: Interval) -> int | None:
        """The time of the first bar there is (unix s); None where there is none."""
        parameters = {**_name_symbol(symbol), "interval": interval.value, "timezone": "UTC"}
        document = await self._get("/earliest_timestamp", parameters, may_be_empty=True)
        return None if is_no_data(document) else read_earliest(document, interval)

    async def fetch_splits(self, symbol: ProviderSymbol) -> Sequence[Split]:
        """All known splits, oldest first. What cannot split is not asked for."""
        if symbol.asset_class not in _SPLIT:
            return ()
        document = await self._get("/splits", {**_name_symbol(symbol), "range": "full"}, may_be_empty=True)
        return () if is_no_data(document) else read_splits(document)

    async def fetch_quotes(
        self, symbols: Sequence[ProviderSymbol]
    ) -> Mapping[str, ProviderQuote | ProviderError]:
        """The latest price of each symbol by its code, or why there is none: one request for each place."""
        found: dict[str, ProviderQuote | ProviderError] = {}
        places: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for symbol in symbols:
            named = _name_symbol(symbol)
            named.pop("symbol")
            places.setdefault(tuple(named.items()), []).append(symbol.code)
        for place, codes in places.items():
            for first in range(0, len(codes), _MAX_QUOTES_AT_ONCE):
                batch = codes[first : first + _MAX_QUOTES_AT_ONCE]
                try:
                    found |= await self._fetch_quotes_of(batch, dict(place))
                except ProviderBusy:
                    raise
                except ProviderError as error:
                    if len(places) == 1 and len(codes) == len(batch):
                        if len(batch) == 1:
                            return {batch[0]: error}
                        raise
                    found |= dict.fromkeys(batch, error)
        return found

    async def _fetch_quotes_of(
        self, codes: Sequence[str], place: Mapping[str, str]
    ) -> dict[str, ProviderQuote | ProviderError]:
        document = await self._get("/quote", {"symbol": ",".join(codes), "interval": "1day", **place})
        if len(codes) == 1:
            return {codes[0]: read_quote(document, codes[0])}
        if not isinstance(document, Mapping):
            raise ProviderUnavailable("Twelve Data answered with no quotes.")
        by_code = {str(code).upper(): part for code, part in document.items()}
        now = self._clock.now()
        quotes: dict[str, ProviderQuote | ProviderError] = {}
        for code in codes:
            part = by_code.get(code.upper())
            try:
                quotes[code] = find_error(part, 200, now) or read_quote(part, code)
            except ProviderError as error:
                quotes[code] = error
        return quotes

    def stream(self, symbols: Sequence[ProviderSymbol]) -> AsyncIterator[Tick]:
        """Prices as they happen, until the connection is lost (ProviderUnavailable)."""
        self.unstreamed.clear()
        return stream_ticks(self._stream_url, self._key, symbols, self._clock, self.unstreamed)

    async def aclose(self) -> None:
        """Close what is open."""
        await self._client.aclose()

    async def _get(self, path: str, parameters: Mapping[str, str], *, may_be_empty: bool = False) -> Any:
        """A document without an error in it, except, if it `may_be_empty`, the one that says so."""
        try:
            # httpx's own time-outs are for each read: a server that drips would be waited for without end.
            async with asyncio.timeout(self._total_seconds):
                status, headers, body = await self._read(path, parameters)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise ProviderUnavailable(f"Twelve Data did not answer ({type(error).__name__}).") from error
        left = headers.get("api-credits-left", "")
        self.last_credits_left = int(left) if left.isdigit() else None
        try:
            document = read_json(body)
        except ProviderUnavailable:
            # A proxy's page: its status is all that there is.
            error_by_status = find_error(None, status, self._clock.now())
            if isinstance(error_by_status, ProviderBusy):
                raise error_by_status from None
            raise
        if may_be_empty and is_no_data(document):
            return document
        failure = find_error(document, status, self._clock.now())
        if failure is not None:
            failure.detail = failure.detail.replace(self._key, "…")
            raise failure
        return document

    async def _read(self, path: str, parameters: Mapping[str, str]) -> tuple[int, httpx.Headers, bytes]:
        async with self._client.stream("GET", path, params=dict(parameters)) as response:
            parts: list[bytes] = []
            size = 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > _MAX_ANSWER_BYTES:
                    raise ProviderUnavailable("Twelve Data's answer does not end.")
                parts.append(part)
            return response.status_code, response.headers, b"".join(parts)


def _name_symbol(symbol: ProviderSymbol) -> dict[str, str]:
    """What the vendor is asked by: its place too, as tickers are ambiguous."""
    named = {"symbol": symbol.code}
    if symbol.mic_code:
        named["mic_code"] = symbol.mic_code
    elif symbol.exchange and symbol.asset_class is not AssetClass.FOREX:
        named["exchange"] = symbol.exchange
    return named
