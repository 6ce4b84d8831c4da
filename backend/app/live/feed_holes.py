"""What nobody saw is fetched from the provider: after a lost connection, after a start, and behind prices
that were only asked for now and then. The provider's own bars win over those made of ticks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog

from app.core.clock import Clock
from app.core.problems import is_database_away
from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, MINUTE_SECONDS, Interval
from app.live.feed_line import Line
from app.live.feed_ports import History, Sleep, SpendCredits, Stored
from app.live.feed_quota import QuotaShare
from app.market.ports import MarketDataProvider
from app.market.provider_facts import BarsPage, ProviderBusy, ProviderError

log = structlog.get_logger(__name__)

# Providers need a moment until a minute that is over stands in their history.
REST_SETTLE_SECONDS = 10.0
_TURN_SECONDS = 1.0
_PAUSE_SECONDS = 15.0
_FAULT_PAUSE_SECONDS = 60.0
_DAY_RETRY_SECONDS = 300.0
# An answer without its last minutes is believed the third time, half a minute apart at least.
_DOUBTS = 3
_DOUBT_SECONDS = 30.0
_DAY_TRIES = 5


class HoleFetcher:
    """Fills the holes of one provider's lines."""

    def __init__(
        self,
        provider: MarketDataProvider,
        spend: SpendCredits,
        share: QuotaShare,
        history: History,
        clock: Clock,
        on_stored: Callable[[Line, Stored], None],
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._provider, self._spend, self._share = provider, spend, share
        self._history, self._clock, self._on_stored, self._sleep = history, clock, on_stored, sleep
        self._lines: dict[UUID, Line] = {}
        self._tried_at: dict[UUID, float] = {}
        # Which end lacked in the last answer about a line, and how often it did.
        self._doubts: dict[UUID, tuple[int, int, int]] = {}
        self._day_tries: dict[tuple[UUID, int], int] = {}
        self._from = 0.0

    def set_lines(self, lines: Iterable[Line]) -> None:
        """These and no others from now on."""
        self._lines = {line.id: line for line in lines}
        self._tried_at = {one: at for one, at in self._tried_at.items() if one in self._lines}

    async def run(self) -> None:
        """Work until cancelled. Never raises."""
        while True:
            try:
                await self.take_turn()
            except ProviderBusy as error:
                self._from = max(error.retry_at.timestamp(), self._now() + _TURN_SECONDS)
            except ProviderError as error:
                log.warning("hole_not_fetched", provider=self._name, detail=error.detail)
                self._from = self._now() + _PAUSE_SECONDS
            except Exception as error:
                if not is_database_away(error):
                    log.error("hole_fetching_failed", provider=self._name, exc_info=error)
                self._from = self._now() + _FAULT_PAUSE_SECONDS
            await self._sleep(_TURN_SECONDS)

    @property
    def _name(self) -> str:
        return self._provider.description.name

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def take_turn(self) -> None:
        """Fetch what is due now. Raises ProviderError, and what the database raises."""
        now = self._now()
        if now < self._from or Interval.MIN_1 not in self._provider.description.intervals:
            return
        for line in sorted(self._lines.values(), key=lambda one: self._tried_at.get(one.id, 0.0)):
            if not line.is_seeded or not self._may_ask(now):
                continue
            await self._confirm_days(line, now)
            hole = self._find_hole(line, now)
            if hole is not None and now - self._tried_at.get(line.id, 0.0) >= self._period:
                self._tried_at[line.id] = now
                await self._fill(line, *hole)

    @property
    def _period(self) -> float:
        return self._share.choose_bars_period(len(self._lines), self._provider.count_bars_credits())

    def _may_ask(self, now: float) -> bool:
        left = self._share.left(now, for_prices=False)
        return left is None or left >= max(1, self._provider.count_bars_credits())

    def _find_hole(self, line: Line, now: float) -> tuple[int, int] | None:
        """From the earliest unknown minute that is over, and in which the market traded, to the last one that
        fits into the same answer: asking costs the same.
        """
        latest = now - REST_SETTLE_SECONDS - line.lag
        end = int(latest // MINUTE_SECONDS) * MINUTE_SECONDS
        start = line.holes_from(now)
        unknown = line.builder.unknown.first_within(start, end)
        while unknown is not None:
            first, last = _whole_minutes(*unknown, end)
            if self._trades_within(line, first, last):
                reach = min(end, first + self._provider.description.max_bars_per_request * MINUTE_SECONDS)
                return first, max(last, self._find_last(line, first, reach))
            line.builder.unknown.discard(first, last)
            unknown = line.builder.unknown.first_within(max(last, first + 1), end)
        return None

    def _find_last(self, line: Line, first: int, reach: int) -> int:
        """The end of the last minute of first ≤ time < reach of which something is unknown."""
        ends = [min(until, reach) for since, until in line.builder.unknown if since < reach and until > first]
        return max((_whole_minutes(first, one, reach)[1] for one in ends), default=first)

    def _trades_within(self, line: Line, start: int, end: int) -> bool:
        if line.hours.is_open(start):
            return True
        opens_at = line.hours.changes_at(start)
        return opens_at is not None and opens_at < end

    async def _fetch(self, line: Line, interval: Interval, start: int, end: int) -> BarsPage:
        cost = self._provider.count_bars_credits()
        async with self._spend(self._provider.description, cost):
            self._share.note(self._now(), cost)
            return await self._provider.fetch_bars(line.fed.symbol, interval, start, end)

    async def _fill(self, line: Line, start: int, end: int) -> None:
        page = await self._fetch(line, Interval.MIN_1, start, end)
        await self._store(line, page.bars)
        # What lies before `covered_from` stays unknown, and is asked for at the next turn.
        known_until = self._judge_end(line, page.bars, start, end)
        line.builder.put_bars(page.bars, max(start, page.covered_from), known_until)
        line.is_changed = True
        log.info("hole_filled", provider=self._name, symbol=line.fed.symbol.code, bars=len(page.bars))

    def _judge_end(self, line: Line, bars: Bars, start: int, end: int) -> int:
        """Until when an answer is believed. Where its last minutes lack the provider may lag behind: they are
        asked for again before it counts that nothing was traded.
        """
        proven = int(bars.time[-1]) + MINUTE_SECONDS if len(bars) else start
        if proven >= end or not self._trades_within(line, proven, end):
            self._doubts.pop(line.id, None)
            return end
        since, until, times = self._doubts.get(line.id, (proven, end, 0))
        if since != proven:
            until, times = end, 0
        if times + 1 >= _DOUBTS:
            del self._doubts[line.id]
            return until
        self._doubts[line.id] = proven, until, times + 1
        self._tried_at[line.id] = self._now() + max(0.0, _DOUBT_SECONDS - self._period)
        return proven

    async def _store(self, line: Line, bars: Bars) -> None:
        if len(bars):
            self._on_stored(line, await self._history.store(line.id, [bars]))

    async def _confirm_days(self, line: Line, now: float) -> None:
        """A day that was built from minutes is replaced by the provider's own, with its official close."""
        due = [label for label, at in line.days_to_confirm.items() if at <= now]
        if not due or Interval.DAY_1 not in self._provider.description.intervals:
            return
        label = due[0]
        key = line.id, label
        self._day_tries[key] = self._day_tries.get(key, 0) + 1
        if self._day_tries[key] > _DAY_TRIES:
            del line.days_to_confirm[label], self._day_tries[key]
            return
        line.days_to_confirm[label] = now + _DAY_RETRY_SECONDS
        page = await self._fetch(line, Interval.DAY_1, label, label + DAY_SECONDS)
        if len(page.bars):
            await self._store(line, page.bars)
            del line.days_to_confirm[label], self._day_tries[key]


def _whole_minutes(start: float, end: float, latest: int) -> tuple[int, int]:
    """The minutes that a stretch touches, up to `latest`."""
    first = int(start // MINUTE_SECONDS) * MINUTE_SECONDS
    return first, int(min(latest, -(-end // MINUTE_SECONDS) * MINUTE_SECONDS))
