"""A stage for the feed engine: time that moves only when told, a scripted provider, and history in memory."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np

from app.core.clock import FixedClock
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.live.bar_building import BarValues
from app.live.feed import FeedEngine, FeedParts
from app.live.feed_ports import FedInstrument, Stored, TickListener
from app.live.feed_publishing import Outbox
from app.live.feed_wanted import Wanted
from app.market.columns import make_bars
from app.market.domain import AssetClass, Instrument, Series, Split
from app.market.market_hours import find_bar_hours
from app.market.provider_facts import (
    BarsPage,
    ProviderDescription,
    ProviderError,
    ProviderPlanLacks,
    ProviderQuote,
    ProviderSymbol,
    ProviderUnavailable,
    Quota,
    Tick,
)

Trade = tuple[float, float, float]
OWNER = UUID(int=7)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


class StageTime:
    """A clock, and sleeps that end when it has come so far."""

    def __init__(self, start: float) -> None:
        self.clock = FixedClock(datetime.fromtimestamp(start, UTC))
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self.clock.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now() + max(seconds, 0.001), next(self._numbers), future))
        await future

    async def run_until(self, until: float) -> None:
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            # Whoever wakes within the same moment wakes together: that is quicker, and the order is the same.
            slot = min(until, self._sleepers[0][0] + 0.05)
            woken = []
            while self._sleepers and self._sleepers[0][0] <= slot:
                wake_at, _number, future = heapq.heappop(self._sleepers)
                self.clock.instant = datetime.fromtimestamp(max(wake_at, self.now()), UTC)
                woken.append(future)
            for future in woken:
                if not future.done():
                    future.set_result(None)
            await _settle()
        self.clock.instant = datetime.fromtimestamp(until, UTC)

    async def jump_to(self, instant: float) -> None:
        """Let all the time until then pass at once: every sleeper wakes a single time."""
        self.clock.instant = datetime.fromtimestamp(instant, UTC)
        await self.run_until(instant)


async def _settle() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


class ScriptedProvider:
    """Trades that are known beforehand; its REST and stream tell them as a provider would."""

    def __init__(self, time: StageTime, name: str = "scripted", **description: Any) -> None:
        terms: dict[str, Any] = {"has_stream": True, **description}
        self.description = ProviderDescription(
            name=name,
            title=name,
            attribution="",
            intervals=(Interval.MIN_1, Interval.DAY_1),
            max_bars_per_request=500,
            **terms,
        )
        self._time = time
        self.trades: dict[str, list[Trade]] = {}
        self.delay = 0.0
        self.down: list[tuple[float, float]] = []  # stream and REST fail
        self.silent: list[tuple[float, float]] = []  # the stream says nothing
        self.held: list[tuple[float, float]] = []  # it says all at once, afterwards
        self.lacks_stream = False
        self.rubbish: dict[float, Tick] = {}
        self.broken: Exception | None = None
        self.spent: list[tuple[float, int]] = []
        self.streams = 0
        self.asked: list[tuple[Interval, int, int]] = []

    def count_bars_credits(self) -> int:
        return 0 if self.description.quota == Quota() else 1

    def count_splits_credits(self, symbol: ProviderSymbol) -> int:
        return 0

    def count_search_credits(self) -> int:
        return 0

    def count_quotes_credits(self, symbols: Sequence[ProviderSymbol]) -> int:
        return 0 if self.description.quota == Quota() else len(symbols)

    async def search(self, query: str, limit: int) -> Sequence[ProviderSymbol]:
        return ()

    async def find_earliest(self, symbol: ProviderSymbol, interval: Interval) -> int | None:
        return None

    async def fetch_splits(self, symbol: ProviderSymbol) -> Sequence[Split]:
        return ()

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken
        if any(start <= self._time.now() < end for start, end in self.down):
            raise ProviderUnavailable("down")

    async def fetch_bars(self, symbol: ProviderSymbol, interval: Interval, start: int, end: int) -> BarsPage:
        self._check()
        self.asked.append((interval, start, end))
        seen = self._time.now() - self.delay
        minutes = bars_of(self.trades[symbol.code], start, min(end, int(seen // 60) * 60))
        if interval is not Interval.MIN_1:
            return BarsPage(as_bars({}, interval), start)
        return BarsPage(as_bars(minutes, interval), start)

    async def fetch_quotes(
        self, symbols: Sequence[ProviderSymbol]
    ) -> Mapping[str, ProviderQuote | ProviderError]:
        self._check()
        answers: dict[str, ProviderQuote | ProviderError] = {}
        for one in symbols:
            told = [trade for trade in self.trades[one.code] if trade[0] <= self._time.now() - self.delay]
            if not told:
                answers[one.code] = ProviderUnavailable("nothing yet")
                continue
            last = told[-1]
            answers[one.code] = ProviderQuote(one.code, last[1], datetime.fromtimestamp(last[0], UTC))
        return answers

    async def stream(self, symbols: Sequence[ProviderSymbol]) -> AsyncIterator[Tick]:
        if self.lacks_stream:
            raise ProviderPlanLacks("no stream")
        self._check()
        self.streams += 1
        codes = {one.code for one in symbols}
        told_until = self._time.now()
        while True:
            now = self._time.now()
            self._check()
            if any(start <= now < end for start, end in self.held):
                await self._time.sleep(0.5)
                continue
            is_silent = any(start <= now < end for start, end in self.silent)
            for wrong_at in [one for one in self.rubbish if told_until < one <= now]:
                yield self.rubbish.pop(wrong_at)
            for code in codes:
                for moment, price, volume in self.trades[code]:
                    if told_until < moment + self.delay <= now and not is_silent:
                        yield Tick(code, price, moment, volume)
            told_until = now
            await self._time.sleep(0.5)

    async def aclose(self) -> None:
        return None

    @asynccontextmanager
    async def spend(self, description: ProviderDescription, credits: int) -> AsyncIterator[None]:
        self.spent.append((self._time.now(), credits))
        yield


def bars_of(trades: Sequence[Trade], start: int, end: int) -> dict[int, BarValues]:
    """The true minutes of trades."""
    minutes: dict[int, list[Trade]] = defaultdict(list)
    for trade in sorted(trades):
        label = int(trade[0] // 60) * 60
        if start <= label < end:
            minutes[label].append(trade)
    return {
        label: BarValues(
            some[0][1],
            max(one[1] for one in some),
            min(one[1] for one in some),
            some[-1][1],
            float(sum(one[2] for one in some)),
        )
        for label, some in minutes.items()
    }


def as_bars(values: Mapping[int, BarValues], interval: Interval) -> Bars:
    times = sorted(values)
    columns = [np.array([values[time][place] for time in times], dtype=np.float64) for place in range(5)]
    return make_bars(np.array(times, dtype=np.int64), columns, interval, "UTC")


class MemoryHistory:
    """What is stored, in dictionaries."""

    def __init__(self) -> None:
        self.fed: dict[UUID, FedInstrument] = {}
        self.bars: dict[tuple[UUID, Interval], dict[int, BarValues]] = {}
        self.away: BaseException | None = None
        self.revision = 0

    def _check(self) -> None:
        if self.away is not None:
            raise self.away

    def _read(self, instrument: Instrument) -> Instrument:
        series = []
        for (instrument_id, interval), bars in self.bars.items():
            if instrument_id == instrument.id and bars:
                times = sorted(bars)[-30:]
                first, last = (datetime.fromtimestamp(time, UTC) for time in (min(bars), max(bars)))
                closes = [bars[time].close for time in times]
                series.append(Series(interval, len(bars), first, last, times, closes, self.revision))
        return replace(instrument, series=tuple(series))

    async def find_fed(self, instrument_ids: Sequence[UUID]) -> Mapping[UUID, FedInstrument]:
        self._check()
        return {
            one: replace(self.fed[one], instrument=self._read(self.fed[one].instrument))
            for one in instrument_ids
            if one in self.fed
        }

    async def read_minutes(self, instrument: Instrument, start: int, end: int) -> Bars:
        self._check()
        stored = self.bars.get((instrument.id, Interval.MIN_1), {})
        return as_bars({time: stored[time] for time in stored if start <= time < end}, Interval.MIN_1)

    async def store(self, instrument_id: UUID, parts: Sequence[Bars]) -> Stored:
        self._check()
        changed = []
        for bars in parts:
            stored = self.bars.setdefault((instrument_id, bars.interval), {})
            before = dict(stored)
            rows = zip(*(column.tolist() for column in bars.columns()), strict=True)
            stored.update(zip(bars.time.tolist(), (BarValues(*row) for row in rows), strict=True))
            if stored != before:
                changed.append(bars.interval)
                self.revision += 1
        return Stored(changed, self._read(self.fed[instrument_id].instrument))


class Published:
    """Stands for Redis: what was published, and the quotes that were left for REST."""

    def __init__(self, time: StageTime) -> None:
        self._time = time
        self.messages: list[tuple[float, str, Mapping[str, Any]]] = []
        self.kept: dict[str, bytes] = {}
        self.is_away = False

    async def publish(self, topic: str, data: Mapping[str, Any]) -> int | None:
        if self.is_away:
            return None
        self.messages.append((self._time.now(), topic, data))
        return len(self.messages)

    def pipeline(self, *, transaction: bool) -> Published:
        return self

    async def __aenter__(self) -> Published:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None

    def set(self, key: str, value: bytes, *, ex: int) -> None:
        self.kept[key] = value

    async def execute(self) -> None:
        if self.is_away:
            raise ConnectionError

    def of(self, topic: str) -> list[Mapping[str, Any]]:
        return [data for _at, one, data in self.messages if one == topic]


class Stage:
    """An engine with everything around it."""

    def __init__(self, start: str) -> None:
        self.time = StageTime(at(start))
        self.history = MemoryHistory()
        self.published = Published(self.time)
        self.provider = ScriptedProvider(self.time)
        self.providers = {"scripted": self.provider}
        self.wanted: dict[UUID, frozenset[Interval]] = {}
        self.listeners: list[TickListener] = []
        self.leads = True
        self.engine: FeedEngine | None = None
        self._running: asyncio.Task[None] | None = None

    def make_provider(self, name: str = "scripted", **description: Any) -> ScriptedProvider:
        provider = ScriptedProvider(self.time, name, **description)
        self.providers[name] = provider
        if name == "scripted":
            self.provider = provider
        return provider

    def add(
        self,
        code: str,
        *intervals: Interval,
        calendar: str | None = "24/7",
        timezone: str = "UTC",
        provider: str = "scripted",
        splits: tuple[Split, ...] = (),
    ) -> UUID:
        instrument_id = UUID(int=1000 + len(self.history.fed))
        instrument = Instrument(
            instrument_id, OWNER, code, code, None, AssetClass.OTHER, None, timezone, calendar, 0, (), splits
        )
        symbol = ProviderSymbol(code, code, code, AssetClass.OTHER)
        self.history.fed[instrument_id] = FedInstrument(instrument, provider, symbol)
        self.providers[provider].trades.setdefault(code, [])
        self.wanted[instrument_id] = frozenset(intervals)
        return instrument_id

    def start(self) -> None:
        async def read_wanted() -> Wanted:
            return self.wanted

        parts = FeedParts(
            providers=self.providers,
            history=self.history,
            find_hours=find_bar_hours,
            spend=self.provider.spend,
            read_wanted=read_wanted,
            outbox=Outbox(self.published, self.published, sleep=self.time.sleep),  # type: ignore[arg-type]
            clock=self.time.clock,
            listeners=self.listeners,
            still_leads=lambda: self.leads,
            sleep=self.time.sleep,
        )
        self.engine = FeedEngine(parts)
        self._running = asyncio.create_task(self.engine.run())

    async def kill(self) -> None:
        """End the engine as kill -9 would: what was not stored is gone."""
        assert self._running is not None
        self.history.away, away = ConnectionError(), self.history.away
        await self.stop()
        self.history.away = away

    async def stop(self) -> None:
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def run(self, seconds: float) -> None:
        await self.time.run_until(self.time.now() + seconds)

    def minutes(self, instrument_id: UUID) -> dict[int, BarValues]:
        return dict(sorted(self.history.bars.get((instrument_id, Interval.MIN_1), {}).items()))


def walk(start: float, seconds: int, *, step: float = 2.0, price: float = 100.0) -> list[Trade]:
    """Trades every `step` seconds that go up and down a little."""
    count = int(seconds / step)
    return [
        (start + step * n + 0.25, round(price * (1 + 0.01 * float(np.sin(n / 7))), 4), 1.0 + n % 3)
        for n in range(count)
    ]
