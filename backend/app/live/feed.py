"""The feed engine: what somebody wants to see is brought from its provider, built into bars, stored, and sent
to everybody. One worker at a time runs it; all it knows can be found again by the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog

from app.core.clock import Clock
from app.core.problems import is_database_away
from app.engine.intervals import Interval
from app.live.feed_holes import HoleFetcher
from app.live.feed_line import Line, write_bar
from app.live.feed_ports import (
    FedInstrument,
    FindHours,
    FormingBar,
    History,
    Sleep,
    SpendCredits,
    Stored,
    TickListener,
)
from app.live.feed_publishing import Outbox
from app.live.feed_quota import QuotaShare
from app.live.feed_source import Source
from app.live.feed_storing import BarStorer
from app.live.feed_ticks import Trade
from app.live.feed_wanted import Wanted
from app.live.quote_facts import RENEW_SECONDS, Quote, write_kept_quote, write_quote
from app.market.domain import name_changes_topic
from app.market.ports import MarketDataProvider
from app.market.provider_facts import Tick

log = structlog.get_logger(__name__)

_DEMAND_SECONDS = 1.0
_BUILD_SECONDS = 0.1
_STORE_SECONDS = 1.0
_LAST_STORE_SECONDS = 5.0
_COMPLAIN_SECONDS = 60.0
# Between two turns of building: longer, and this process was stopped, or its machine was asleep.
_PAUSE_SECONDS = 2.0
# Links, splits and stored bars are looked up again this often even when the same instruments are wanted.
_LOOK_AGAIN_SECONDS = 30.0
# Whoever comes back within this long finds the line still running.
_LINGER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class FeedParts:
    """What the engine is made of."""

    providers: Mapping[str, MarketDataProvider]
    history: History
    find_hours: FindHours
    spend: SpendCredits
    read_wanted: Callable[[], Awaitable[Wanted]]
    outbox: Outbox
    clock: Clock
    listeners: Sequence[TickListener] = ()
    still_leads: Callable[[], bool] = lambda: True
    sleep: Sleep = asyncio.sleep


class FeedEngine:
    """Runs until cancelled."""

    def __init__(self, parts: FeedParts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._lines: dict[UUID, Line] = {}
        self._wanted_at: dict[UUID, float] = {}
        self._unlinked: set[UUID] = set()
        self._looked_at = self._complained_at = float("-inf")
        self._built_at: float | None = None
        self._said: dict[UUID, tuple[Quote, float]] = {}
        self._for_listeners: dict[UUID, list[tuple[FormingBar, Tick]]] = {}
        self._storer = BarStorer(parts.history, self._tell_stored)
        self._sources: dict[str, Source] = {}
        self._fetchers: dict[str, HoleFetcher] = {}
        for name, provider in parts.providers.items():
            share = QuotaShare(provider.description.quota)
            self._sources[name] = Source(
                provider, parts.spend, share, parts.clock, self._take_trades, sleep=parts.sleep
            )
            self._fetchers[name] = HoleFetcher(
                provider,
                parts.spend,
                share,
                parts.history,
                parts.clock,
                self._tell_stored,
                sleep=parts.sleep,
            )

    @property
    def lines(self) -> Mapping[UUID, Line]:
        """The instruments that are fed."""
        return self._lines

    async def run(self) -> None:
        """Feed until cancelled; what was built until then is stored, unless another one leads by now."""
        turns = (
            (self.refresh, _DEMAND_SECONDS),
            (self.build, _BUILD_SECONDS),
            (self.store, _STORE_SECONDS),
            (self.tell_listeners, _BUILD_SECONDS),
        )
        try:
            async with asyncio.TaskGroup() as group:
                for turn, seconds in turns:
                    group.create_task(self._repeat(turn, seconds), name=f"feed-{turn.__name__}")
                group.create_task(self._parts.outbox.run(), name="feed-outbox")
                for source in self._sources.values():
                    group.create_task(source.run())
                for fetcher in self._fetchers.values():
                    group.create_task(fetcher.run())
        finally:
            if self._parts.still_leads():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_STORE_SECONDS):
                        await self.store()

    async def _repeat(self, turn: Callable[[], Awaitable[object]], seconds: float) -> None:
        while True:
            try:
                await turn()
            except Exception as error:  # what one instrument does wrong must not end the others
                if is_database_away(error):
                    log.warning("feed_waits_for_the_database", reason=type(error).__name__)
                else:
                    log.error("feed_turn_failed", exc_info=error)
                await self._parts.sleep(1.0)
            await self._parts.sleep(seconds)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def refresh(self) -> None:
        """See what is wanted, and follow it. Raises when the database is away; then all stays as it was."""
        now = self._now()
        wanted = await self._parts.read_wanted()
        for instrument_id in wanted:
            self._wanted_at[instrument_id] = now
        self._wanted_at = {one: at for one, at in self._wanted_at.items() if now - at < _LINGER_SECONDS}
        fresh = self._wanted_at.keys() - self._lines.keys() - self._unlinked
        if fresh or now - self._looked_at >= _LOOK_AGAIN_SECONDS:
            await self._look_up(now)
        for instrument_id, line in list(self._lines.items()):
            if instrument_id not in self._wanted_at:
                self._drop(instrument_id)
            else:
                line.want(wanted.get(instrument_id, frozenset()))
        self._hand_out_lines()
        for line in self._lines.values():
            if not line.is_seeded:
                await self._seed(line)

    async def _look_up(self, now: float) -> None:
        fed = await self._parts.history.find_fed(list(self._wanted_at))
        self._looked_at = now
        self._unlinked = self._wanted_at.keys() - fed.keys()
        for instrument_id in self._lines.keys() - fed.keys():
            self._drop(instrument_id)
        for instrument_id, one in fed.items():
            provider = self._parts.providers.get(one.provider)
            if provider is None:
                self._unlinked.add(instrument_id)
                continue
            line = self._lines.get(instrument_id)
            hours = self._find_hours(one, line)
            if line is None or (line.fed.provider, line.fed.symbol) != (one.provider, one.symbol):
                self._lines[instrument_id] = Line(one, provider.description, hours, now)
            else:
                line.update(one, hours, now)

    def _find_hours(self, fed: FedInstrument, line: Line | None) -> Any:
        instrument = fed.instrument
        if line is not None:
            known = line.fed.instrument
            if (known.calendar, known.timezone) == (instrument.calendar, instrument.timezone):
                return line.hours
        return self._parts.find_hours(instrument.calendar, instrument.timezone)

    def _drop(self, instrument_id: UUID) -> None:
        self._lines.pop(instrument_id, None)
        self._said.pop(instrument_id, None)
        self._for_listeners.pop(instrument_id, None)

    def _hand_out_lines(self) -> None:
        for name, source in self._sources.items():
            mine = [line for line in self._lines.values() if line.fed.provider == name]
            source.set_lines(mine)
            self._fetchers[name].set_lines(mine)

    async def _seed(self, line: Line) -> None:
        """Begin with the minutes of the day that are stored; behind the last of them nothing is known."""
        now = self._now()
        start, end = line.day_start(now), int(now)
        bars = await self._parts.history.read_minutes(line.fed.instrument, start, end)
        if len(bars):
            # A minute that is stored is over; nobody knows whether there is more behind it. Where one lacks,
            # whoever led before may not have come to fetching it.
            line.builder.put_bars(bars, start, line.find_lack(bars.time.tolist(), start))
        line.is_seeded = True

    def _take_trades(self, line: Line, trades: Sequence[Trade], tick: Tick) -> None:
        """Believed trades came; whoever listens to ticks hears the newest, and each minute's last."""
        if not self._parts.listeners:
            return
        forming = line.builder.forming(Interval.MIN_1)
        if forming is None:
            return
        event = FormingBar(forming.time, *forming.values), replace(tick, price=trades[-1].price)
        events = self._for_listeners.setdefault(line.id, [])
        if events and events[-1][0].time == forming.time:
            events[-1] = event
        else:
            events.append(event)

    async def tell_listeners(self) -> None:
        """Call the tick listeners."""
        waiting, self._for_listeners = self._for_listeners, {}
        for instrument_id, events in waiting.items():
            for bar, tick in events:
                for listener in self._parts.listeners:
                    try:
                        await listener(instrument_id, bar, tick)
                    except Exception as error:  # a listener's fault is no reason to stop the feed
                        self._complain(instrument_id, error)

    def _complain(self, instrument_id: UUID, error: Exception) -> None:
        """Log a listener's fault, but not ten times a second."""
        if (now := self._now()) - self._complained_at >= _COMPLAIN_SECONDS:
            self._complained_at = now
            log.error("tick_listener_failed", instrument_id=str(instrument_id), exc_info=error)

    async def build(self) -> None:
        """Let the time pass for every line, and say what is new."""
        now = self._now()
        if self._built_at is not None and now - self._built_at > _PAUSE_SECONDS:
            # What came meanwhile waits unread, or was lost: bars must not be closed as if it were counted.
            log.warning("feed_was_paused", seconds=round(now - self._built_at, 1))
            for line in self._lines.values():
                line.miss(self._built_at, now)
        self._built_at = now
        for line in list(self._lines.values()):
            state = line.state(now)
            for bar in line.advance(now):
                self._storer.put(line, bar)
                if bar.interval in line.wanted and line.is_news(bar, now):
                    self._parts.outbox.put_each(f"bars:{line.id}:{bar.interval}", write_bar(bar, state))
            if line.is_changed:
                for interval in line.wanted:
                    forming = line.builder.forming(interval)
                    if forming is not None:
                        self._parts.outbox.put_newest(f"bars:{line.id}:{interval}", write_bar(forming, state))
            self._say_quote(line, now)
            line.is_changed = False

    def _say_quote(self, line: Line, now: float) -> None:
        quote = line.quote(now)
        if quote is None:
            return
        said, kept_at = self._said.get(line.id, (None, float("-inf")))
        if said != quote:
            self._parts.outbox.put_newest(f"quotes:{line.id}", write_quote(quote))
        if now - kept_at >= RENEW_SECONDS or (said != quote and now - kept_at >= 1.0):
            changes_at = line.hours.changes_at(now)
            self._parts.outbox.keep_quote(line.id, write_kept_quote(quote, now, changes_at))
            kept_at = now
        self._said[line.id] = quote, kept_at

    async def store(self) -> None:
        """Store the bars that were closed."""
        await self._storer.flush(self._lines)

    def _tell_stored(self, line: Line, stored: Stored) -> None:
        """Stored bars changed: the charts of whoever may see them fetch them anew."""
        instrument = stored.instrument
        if instrument is None:
            return
        line.update(replace(line.fed, instrument=instrument), line.hours, self._now())
        for interval in stored.changed:
            series = instrument.find_series(interval)
            if series is not None:
                self._parts.outbox.put_newest(
                    name_changes_topic(instrument.owner_id),
                    {
                        "instrument_id": str(instrument.id),
                        "interval": interval.value,
                        "revision": series.revision,
                    },
                )
