"""Made-up markets that live offline: seeded, plainly labelled, with sessions and gaps like real ones.

History and stream tell the same prices: see `simulated_path`. `simulated_speed` sets how many trades of that
path are told per second (1: about one per market); the clock always runs as it does on the wall, so a bar is
closed when its calendar says, and the bars are the same at every speed.

Searching needs NumPy alone, so the API process may do it. Bars and trades need the markets' sessions, which
whoever wires a worker hands in.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app.adapters.simulated_markets import MARKETS
from app.adapters.simulated_path import Minutes, PricePath, cut_minutes, group_minutes, join_minutes
from app.core.clock import Clock
from app.engine.bar_labels import label_dates
from app.engine.bars import Bars, Times
from app.engine.intervals import DAY_SECONDS, MINUTE_SECONDS, Interval
from app.market.domain import Split
from app.market.ports import SessionCalendar
from app.market.provider_facts import (
    BarsPage,
    ProviderDescription,
    ProviderError,
    ProviderQuote,
    ProviderSymbol,
    ProviderSymbolUnknown,
    ProviderUnavailable,
    Tick,
)
from app.market.resampling import next_label

NAME = "simulated"
_FIRST_DAY = 1_451_606_400  # 2016-01-01
_MAX_BARS = 5_000
_CACHED_SESSIONS = 64
_MARGIN_SECONDS = 40 * DAY_SECONDS  # holds a month and the days at its edges
_LONGEST_SLEEP_SECONDS = 1.0
# A process that slept longer has lost what was traded meanwhile, as with any other stream.
_LATEST_SECONDS = 30.0

FindSessions = Callable[[str | None], SessionCalendar | None]


@dataclass(frozen=True, slots=True)
class _Session:
    label: int
    opens: int
    closes: int


class SimulatedProvider:
    """Implements market.ports.MarketDataProvider. Costs no credits, asks nobody.

    `find_sessions`: the calendar by its name; without it only `search` works. `sleep`: how the stream waits.
    """

    def __init__(
        self,
        seed: int,
        clock: Clock,
        find_sessions: FindSessions | None = None,
        speed: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._find_sessions = find_sessions
        self._slots = round(MINUTE_SECONDS * speed)
        self._sleep = sleep
        self._paths = {code: PricePath(seed, character) for code, (_, character) in MARKETS.items()}
        self._minutes: dict[tuple[str, int], Minutes] = {}
        self._days: dict[tuple[str, int], Minutes] = {}
        self._description = ProviderDescription(
            name=NAME,
            title="Simulated market",
            attribution="Simulated: these prices are made up by Flowrex and belong to no real market.",
            intervals=tuple(Interval),
            max_bars_per_request=_MAX_BARS,
            has_stream=True,
            is_simulated=True,
        )

    @property
    def description(self) -> ProviderDescription:
        """What it is and what it can do."""
        return self._description

    def count_bars_credits(self) -> int:
        """None: nobody is asked."""
        return 0

    def count_splits_credits(self, symbol: ProviderSymbol) -> int:
        """None: nobody is asked."""
        return 0

    def count_quotes_credits(self, symbols: Sequence[ProviderSymbol]) -> int:
        """None: nobody is asked."""
        return 0

    def count_search_credits(self) -> int:
        """None: nobody is asked."""
        return 0

    async def search(self, query: str, limit: int) -> Sequence[ProviderSymbol]:
        """The made-up markets whose symbol or name holds the query; all for an empty one."""
        wanted = query.strip().casefold()
        found = [one for one, _ in MARKETS.values() if wanted in f"{one.symbol} {one.name}".casefold()]
        found.sort(key=lambda one: not one.symbol.casefold().startswith(wanted))
        return found[:limit]

    async def fetch_bars(self, symbol: ProviderSymbol, interval: Interval, start: int, end: int) -> BarsPage:
        """The newest closed bars of a stretch. Days since 2016, minutes since the last year began."""
        self._check(symbol)
        return await asyncio.to_thread(self._make_page, symbol, interval, start, end)

    async def find_earliest(self, symbol: ProviderSymbol, interval: Interval) -> int | None:
        """The time of the first bar that is told."""
        self._check(symbol)
        return await asyncio.to_thread(self._find_earliest, symbol, interval)

    async def fetch_splits(self, symbol: ProviderSymbol) -> Sequence[Split]:
        """None: nothing made up is ever split."""
        self._check(symbol)
        return ()

    async def fetch_quotes(
        self, symbols: Sequence[ProviderSymbol]
    ) -> Mapping[str, ProviderQuote | ProviderError]:
        """The last trade of each market until now."""
        quotes: dict[str, ProviderQuote | ProviderError] = {}
        for symbol in symbols:
            try:
                self._check(symbol)
                quotes[symbol.code] = await asyncio.to_thread(self._make_quote, symbol)
            except ProviderError as error:
                quotes[symbol.code] = error
        return quotes

    async def stream(self, symbols: Sequence[ProviderSymbol]) -> AsyncIterator[Tick]:
        """Trades as their time comes, from now on; silence while a market is closed.

        Raises ProviderUnavailable when the process was held up for so long that trades were missed.
        """
        for symbol in symbols:
            self._check(symbol)
        told_until = self._now()
        while True:
            minute = int(told_until // MINUTE_SECONDS) * MINUTE_SECONDS
            for tick in await asyncio.to_thread(self._make_ticks, symbols, minute):
                if tick.at <= told_until:
                    continue
                await self._wait_until(tick.at)
                yield tick
            told_until = float(minute + MINUTE_SECONDS)
            await self._wait_until(told_until)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def _wait_until(self, at: float) -> None:
        while (left := at - self._now()) > 0:
            await self._sleep(min(left, _LONGEST_SLEEP_SECONDS))
        if left < -_LATEST_SECONDS:
            raise ProviderUnavailable("The simulated stream was held up and has missed trades.")

    def _check(self, symbol: ProviderSymbol) -> None:
        if symbol.code not in MARKETS:
            raise ProviderSymbolUnknown(f"There is no simulated market {symbol.code}.")

    def _find_first(self, interval: Interval) -> int:
        if not interval.is_intraday:
            return _FIRST_DAY
        return int(datetime(self._clock.now().year - 1, 1, 1, tzinfo=UTC).timestamp())

    def _list_sessions(self, symbol: ProviderSymbol, first: int, last: int) -> list[_Session]:
        """Sessions whose date lies in first..last, oldest first."""
        calendar = (
            None if self._find_sessions is None else self._find_sessions(MARKETS[symbol.code][0].calendar)
        )
        if calendar is None:
            raise ProviderUnavailable("The sessions of the simulated markets are known to workers alone.")
        found = calendar.sessions(max(first, _FIRST_DAY), last)
        columns = (found.labels.tolist(), found.opens.tolist(), found.closes.tolist())
        return [_Session(*each) for each in zip(*columns, strict=True)]

    def _load_minutes(self, symbol: ProviderSymbol, session: _Session) -> Minutes:
        key = (symbol.code, session.label)
        minutes = self._minutes.get(key)
        if minutes is None:
            path = self._paths[symbol.code]
            minutes = path.make_minutes(session.label, session.opens, session.closes)
            if len(self._minutes) >= _CACHED_SESSIONS:
                self._minutes.clear()
            self._minutes[key] = minutes
        return minutes

    def _load_day(self, symbol: ProviderSymbol, session: _Session) -> Minutes:
        """The session as one bar, at its label."""
        key = (symbol.code, session.label)
        day = self._days.get(key)
        if day is None:
            minutes = self._load_minutes(symbol, session)
            label = np.full(len(minutes), session.label, dtype=np.int64)
            day = self._days[key] = group_minutes(minutes, label)
        return day

    def _make_page(self, symbol: ProviderSymbol, interval: Interval, start: int, end: int) -> BarsPage:
        now = self._now()
        first = max(start, self._find_first(interval))
        # Beyond the present only as far as it takes to know when a running week or month closes.
        last = min(end, int(now) + DAY_SECONDS) + _MARGIN_SECONDS
        sessions = self._list_sessions(symbol, first - _MARGIN_SECONDS, last)
        parts: list[Minutes] = []
        labels: list[Times] = []
        count = 0
        for session in reversed(sessions):
            # Two more than are given: the oldest may be cut in two by the session before, the newest may be
            # forming.
            if count > _MAX_BARS + 1:
                break
            if session.opens >= now or (interval.is_intraday and session.closes <= first):
                continue
            part = (self._load_minutes if interval.is_intraday else self._load_day)(symbol, session)
            label = _label(part.time, interval)
            fits = (label >= first) & (label < end) & (part.time < now)
            if fits.any():
                shared = bool(labels) and labels[-1][0] == label[fits][-1]
                parts.append(cut_minutes(part, fits))
                labels.append(label[fits])
                count += len(np.unique(labels[-1])) - shared
        columns = group_minutes(
            join_minutes(parts[::-1]), np.concatenate([*labels[::-1], np.empty(0, dtype=np.int64)])
        )
        closes = [_find_close(sessions, interval, label, now) for label in columns.time.tolist()]
        columns = cut_minutes(columns, np.array(closes, dtype=np.float64) <= now)
        covered_from = start
        if len(columns) > _MAX_BARS:
            columns = cut_minutes(columns, np.s_[len(columns) - _MAX_BARS :])
            covered_from = int(columns.time[0])
        bars = Bars(
            columns.time,
            columns.open,
            columns.high,
            columns.low,
            columns.close,
            columns.volume,
            interval,
            symbol.timezone,
        )
        return BarsPage(bars, covered_from)

    def _find_earliest(self, symbol: ProviderSymbol, interval: Interval) -> int | None:
        first = self._find_first(interval)
        for session in self._list_sessions(symbol, first, first + _MARGIN_SECONDS):
            parts = (
                self._load_minutes(symbol, session)
                if interval.is_intraday
                else self._load_day(symbol, session)
            )
            labels = _label(parts.time, interval)
            if labels[-1] >= first:
                return int(labels[labels >= first][0])
        return None

    def _make_quote(self, symbol: ProviderSymbol) -> ProviderQuote:
        now = self._now()
        sessions = [
            session
            for session in self._list_sessions(symbol, int(now) - _MARGIN_SECONDS, int(now) + 2 * DAY_SECONDS)
            if session.opens < now
        ]
        minutes = self._load_minutes(symbol, sessions[-1])
        position = int(np.searchsorted(minutes.time, now, side="left")) - 1
        trades = self._paths[symbol.code].make_trades(minutes, max(position, 0), self._slots)
        told = int(np.searchsorted(trades.at, now, side="right"))
        if told == 0 and position > 0:
            position -= 1
            trades = self._paths[symbol.code].make_trades(minutes, position, self._slots)
            told = len(trades.at)
        if told == 0:
            raise ProviderUnavailable(f"Nothing has been traded of {symbol.code} in this session yet.")
        volume = float(minutes.volume[:position].sum() + trades.volume[:told].sum())
        return ProviderQuote(
            code=symbol.code,
            price=float(trades.price[told - 1]),
            at=datetime.fromtimestamp(float(trades.at[told - 1]), UTC),
            volume=None if np.isnan(volume) else volume,
            previous_close=float(self._load_day(symbol, sessions[-2]).close[0]),
            is_market_open=now < sessions[-1].closes,
        )

    def _make_ticks(self, symbols: Sequence[ProviderSymbol], minute: int) -> list[Tick]:
        """What is traded within a minute, oldest first."""
        ticks: list[Tick] = []
        for symbol in symbols:
            for session in self._list_sessions(symbol, minute - 2 * DAY_SECONDS, minute + 2 * DAY_SECONDS):
                if not session.opens <= minute < session.closes:
                    continue
                minutes = self._load_minutes(symbol, session)
                position = int(np.searchsorted(minutes.time, minute))
                if position == len(minutes) or minutes.time[position] != minute:
                    continue
                trades = self._paths[symbol.code].make_trades(minutes, position, self._slots)
                columns = (trades.price.tolist(), trades.at.tolist(), trades.volume.tolist())
                ticks.extend(
                    Tick(symbol.code, price, at, volume if volume == volume else None)
                    for price, at, volume in zip(*columns, strict=True)
                )
        ticks.sort(key=lambda tick: tick.at)
        return ticks


def _label(times: Times, interval: Interval) -> Times:
    """The bar that each minute (within the day) or session belongs to."""
    return times - times % interval.seconds if interval.is_intraday else label_dates(times, interval)


def _find_close(sessions: Sequence[_Session], interval: Interval, label: int, now: float) -> float:
    """When the bar at `label` is closed; told exactly only of one that reaches into the future."""
    end = next_label(label, interval)
    if end <= now:
        return end
    if interval.is_intraday:
        closes = [one.closes for one in sessions if one.opens < end and one.closes > label]
        return min(end, closes[-1])
    return [one.closes for one in sessions if label <= one.label < end][-1]
