"""The market of the stand-in: what is listed, and its bars, the same on every run.

A price is a function of the symbol and the minute; every interval is made of minutes, so they agree with one
another. Nothing is random: a symbol's seed is a checksum of its name.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np

from app.engine.bar_labels import month_labels, week_labels
from app.engine.bars import Bars, Column, Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.calendars import find_calendar
from app.market.columns import make_bars
from app.market.coverage import Sessions

STOCK, ETF, CURRENCY, COIN = "Common Stock", "ETF", "Physical Currency", "Digital Currency"
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Listing:
    """Something that the stand-in trades. `calendar`: as market.calendars names it. `decimals` of a price."""

    symbol: str
    name: str
    type: str
    exchange: str = ""
    mic_code: str = ""
    country: str = ""
    currency: str = ""
    timezone: str = ""
    calendar: str = "XNYS"
    base: float = 100.0
    decimals: int = 2
    plan: str | None = None  # a plan's name: keys of less get the vendor's «available starting with»

    @property
    def has_volume(self) -> bool:
        """Currencies and coins come without it."""
        return self.type in {STOCK, ETF}


def _stock(symbol: str, name: str, mic: str = "XNAS", base: float = 100.0, kind: str = STOCK) -> Listing:
    exchange = {"XNAS": "NASDAQ", "XNYS": "NYSE", "ARCX": "NYSE"}[mic]
    return Listing(
        symbol, name, kind, exchange, mic, "United States", "USD", "America/New_York", "XNYS", base
    )


def _pair(symbol: str, name: str, base: float, decimals: int = 5) -> Listing:
    return Listing(symbol, name, CURRENCY, currency=symbol[4:], calendar="FX", base=base, decimals=decimals)


def _coin(symbol: str, name: str, base: float) -> Listing:
    return Listing(symbol, name, COIN, "Binance", currency="US Dollar", calendar="24/7", base=base)


LISTINGS: tuple[Listing, ...] = (
    _stock("AAPL", "Apple Inc.", base=190.0),
    _stock("MSFT", "Microsoft Corporation", base=410.0),
    _stock("GOOG", "Alphabet Inc.", base=165.0),
    _stock("AMZN", "Amazon.com, Inc.", base=180.0),
    _stock("META", "Meta Platforms, Inc.", base=500.0),
    _stock("NVDA", "NVIDIA Corporation", base=120.0),
    _stock("TSLA", "Tesla, Inc.", base=240.0),
    _stock("INTC", "Intel Corporation", base=34.0),
    _stock("AMD", "Advanced Micro Devices, Inc.", base=160.0),
    _stock("CSCO", "Cisco Systems, Inc.", base=48.0),
    _stock("NFLX", "Netflix, Inc.", base=640.0),
    _stock("PEP", "PepsiCo, Inc.", base=172.0),
    _stock("IBM", "International Business Machines Corporation", "XNYS", 185.0),
    _stock("KO", "The Coca-Cola Company", "XNYS", 63.0),
    _stock("GE", "General Electric Company", "XNYS", 165.0),
    _stock("JPM", "JPMorgan Chase & Co.", "XNYS", 205.0),
    _stock("XOM", "Exxon Mobil Corporation", "XNYS", 115.0),
    _stock("DIS", "The Walt Disney Company", "XNYS", 98.0),
    _stock("BRK.B", "Berkshire Hathaway Inc.", "XNYS", 410.0),
    _stock("SPLT", "Split Overnight Inc.", base=80.0),
    _stock("SPY", "SPDR S&P 500 ETF Trust", "ARCX", 540.0, ETF),
    _stock("QQQ", "Invesco QQQ Trust", "XNAS", 470.0, ETF),
    # The same ticker in another place, as in life; and one that the plan lacks.
    Listing("AAPL", "Apple Inc.", STOCK, "VSE", "XWBO", "Austria", "EUR", "Europe/Vienna", "XWBO", 175.0),
    Listing(
        "VOD", "Vodafone Group", STOCK, "LSE", "XLON", "United Kingdom", "GBp", "Europe/London", "XLON", 72.0
    ),
    Listing("7203", "Toyota Motor", STOCK, "JPX", "XTKS", "Japan", "JPY", "Asia/Tokyo", "XTKS", 2_900.0, 1),
    Listing(
        "TRP", "Toroso", STOCK, "TSX", "XTSE", "Canada", "CAD", "America/Toronto", "XTSE", 54.0, plan="Grow"
    ),
    _pair("EUR/USD", "Euro / US Dollar", 1.085),
    _pair("GBP/USD", "British Pound / US Dollar", 1.27),
    _pair("USD/JPY", "US Dollar / Japanese Yen", 148.0, 3),
    _coin("BTC/USD", "Bitcoin / US Dollar", 64_000.0),
    _coin("ETH/USD", "Ethereum / US Dollar", 3_100.0),
)

# New shares for one old, from the opening of the date on.
SPLITS: Mapping[str, Sequence[tuple[date, int, int]]] = {
    "AAPL": ((date(2014, 6, 9), 7, 1), (date(2020, 8, 31), 4, 1)),
    "NVDA": ((date(2024, 6, 10), 10, 1),),
    "TSLA": ((date(2020, 8, 31), 5, 1), (date(2022, 8, 25), 3, 1)),
    "SPLT": ((date(2026, 6, 16), 2, 1),),
}


def find_listing(symbol: str, mic_code: str | None = None, exchange: str | None = None) -> Listing | None:
    """The first that fits, as the vendor does with an ambiguous ticker."""
    for listing in LISTINGS:
        if listing.symbol != symbol.upper():
            continue
        if mic_code and listing.mic_code != mic_code.upper():
            continue
        if exchange and listing.exchange.lower() != exchange.lower():
            continue
        return listing
    return None


@dataclass(frozen=True)
class Market:
    """Bars of every listing. `first_day` begins the history of days, `first_minute_day` of what is within."""

    first_day: date = date(2006, 1, 3)
    first_minute_day: date = date(2020, 2, 10)
    splits: Mapping[str, Sequence[tuple[date, int, int]]] | None = None

    def splits_of(self, symbol: str) -> Sequence[tuple[date, int, int]]:
        """(date, new shares, for old ones), oldest first."""
        return (SPLITS if self.splits is None else self.splits).get(symbol, ())

    def earliest(self, listing: Listing, interval: Interval) -> int:
        """The time of the first bar."""
        first = _label(self.first_minute_day if interval.is_intraday else self.first_day)
        sessions = _sessions(listing.calendar, first, first + 14 * DAY_SECONDS)
        return int(sessions.opens[0] if interval.is_intraday else sessions.labels[0])

    def bars(
        self, listing: Listing, interval: Interval, start: int, end: int, now: float, adjusted: bool
    ) -> Bars:
        """Bars with start ≤ time ≤ end, oldest first; the last one may be forming."""
        earliest = self.earliest(listing, interval)
        start, end = max(start, earliest), min(end, int(now))
        if end < start:
            return _no_bars(interval, listing)
        margin = interval.seconds + 4 * DAY_SECONDS
        # A week and a month are made of all their days, whichever of them was asked for.
        first = max((start - margin) // DAY_SECONDS * DAY_SECONDS, earliest - DAY_SECONDS)
        last = (end + (margin if not interval.is_intraday else DAY_SECONDS)) // DAY_SECONDS * DAY_SECONDS
        times, sessions_of, sessions = _minutes(listing.calendar, first, last)
        reach = int(np.searchsorted(times, int(now)))
        times, sessions_of = times[:reach], sessions_of[:reach]
        if len(times) == 0:
            return _no_bars(interval, listing)
        labels = _labels(listing, interval, times, sessions_of, sessions)
        columns: Sequence[Column] = minute_columns(listing, times)
        columns = self._split(listing, sessions.labels[sessions_of], columns, adjusted)
        bars = _gather(labels, columns, interval, listing)
        begin, stop = np.searchsorted(bars.time, (start, end + 1))
        return bars.slice(int(begin), int(stop))

    def _split(
        self, listing: Listing, days: Times, columns: Sequence[Column], adjusted: bool
    ) -> Sequence[Column]:
        """Whole shares were traded, adjusted or not: what is adjusted is what was traded, multiplied."""
        factor = np.ones(len(days))
        for on, new, old in self.splits_of(listing.symbol):
            factor[days < _label(on)] *= new / old
        traded = np.floor(columns[4] / factor)
        if adjusted:
            return [*columns[:4], traded * factor]
        return [*(np.round(column * factor, listing.decimals) for column in columns[:4]), traded]


def minute_columns(listing: Listing, times: Times) -> list[Column]:
    """Open, high, low, close, volume of the minutes that begin at `times`."""
    seed = zlib.crc32(f"{listing.symbol}{listing.mic_code}".encode())
    opening = _price(listing, seed, times)
    closing = np.empty_like(opening)
    closing[:-1] = opening[1:]
    jumps = np.flatnonzero(np.diff(times, append=times[-1]) != MINUTE)
    closing[jumps] = _price(listing, seed, times[jumps] + MINUTE)
    tick = 10.0**-listing.decimals
    reach = opening * 2e-4 * _noise(times, seed + 1) + tick
    below = opening * 2e-4 * _noise(times, seed + 2) + tick
    high = np.round(np.maximum(opening, closing) + reach, listing.decimals)
    low = np.round(np.minimum(opening, closing) - below, listing.decimals)
    volume = (
        np.floor(1_000 + 9_000 * _noise(times, seed + 3))
        if listing.has_volume
        else np.full(len(times), np.nan)
    )
    return [opening, high, low, closing, volume]


def price_at(listing: Listing, at: float) -> float:
    """The last price at an instant: on the way from its minute's open to its close."""
    minute = int(at) // MINUTE * MINUTE
    opening, _high, _low, closing, _volume = minute_columns(listing, np.array([minute], dtype=np.int64))
    share = (at - minute) / MINUTE
    return round(float(opening[0] + (closing[0] - opening[0]) * share), listing.decimals)


def _price(listing: Listing, seed: int, times: Times) -> Column:
    # Whole seconds of several cycles: from years down to hours, each symbol with phases of its own.
    generator = np.random.default_rng(seed)
    phases = generator.uniform(0, 2 * np.pi, 6)
    periods = np.array([811.0, 173.0, 37.0, 5.3, 0.61, 0.07]) * DAY_SECONDS
    sizes = np.array([0.22, 0.09, 0.05, 0.02, 0.006, 0.002])
    if listing.type == CURRENCY:
        sizes = sizes * 0.3
    log_price = np.zeros(len(times))
    for phase, period, size in zip(phases, periods, sizes, strict=True):
        log_price += size * np.sin(2 * np.pi * (times / period) + phase)
    log_price += 4e-4 * (_noise(times, seed) - 0.5)
    rounded: Column = np.round(listing.base * np.exp(log_price), listing.decimals)
    return rounded


def _noise(times: Times, seed: int) -> Column:
    """Between 0 and 1, a function of minute and seed (an integer hash: splitmix64's finisher)."""
    with np.errstate(over="ignore"):
        state = (times // MINUTE).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    share: Column = (state >> np.uint64(11)).astype(np.float64) / float(2**53)
    return share


def _label(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _sessions(calendar: str, first: int, last: int) -> Sessions:
    found = find_calendar(calendar)
    assert found is not None
    return found.sessions(first, last)


@lru_cache(maxsize=32)
def _minutes(calendar: str, first: int, last: int) -> tuple[Times, Times, Sessions]:
    """Every minute of trading, the index of its session, and the sessions."""
    sessions = _sessions(calendar, first, last)
    counts = (sessions.closes - sessions.opens) // MINUTE
    of = np.repeat(np.arange(len(sessions)), counts)
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    times = sessions.opens[of] + within * MINUTE
    open_ = (times < sessions.break_starts[of]) | (times >= sessions.break_ends[of])
    return times[open_], of[open_], sessions


def _labels(listing: Listing, interval: Interval, times: Times, of: Times, sessions: Sessions) -> Times:
    """The datetime of the bar that each minute belongs to."""
    if interval is Interval.DAY_1:
        return sessions.labels[of]
    if interval is Interval.WEEK_1:
        return week_labels(sessions.labels[of])
    if interval is Interval.MONTH_1:
        return month_labels(sessions.labels[of])
    if listing.has_volume:  # an exchange's bars are counted from its opening
        opens = sessions.opens[of]
        return opens + (times - opens) // interval.seconds * interval.seconds
    return times - times % interval.seconds


def _gather(labels: Times, columns: Sequence[Column], interval: Interval, listing: Listing) -> Bars:
    starts = np.flatnonzero(np.diff(labels, prepend=labels[0] - 1))
    ends = np.append(starts[1:], len(labels)) - 1
    opening, high, low, closing, volume = columns
    gathered = [
        opening[starts],
        np.maximum.reduceat(high, starts),
        np.minimum.reduceat(low, starts),
        closing[ends],
        np.add.reduceat(volume, starts),
    ]
    return make_bars(labels[starts], gathered, interval, listing.timezone or "UTC")


def _no_bars(interval: Interval, listing: Listing) -> Bars:
    nothing = np.empty(0)
    return make_bars(np.empty(0, dtype=np.int64), [nothing] * 5, interval, listing.timezone or "UTC")
