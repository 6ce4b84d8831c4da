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
        """The earliest unknown stretch in whole minutes that are over, and in which the market traded."""
        latest = now - REST_SETTLE_SECONDS - line.lag
        end = int(latest // MINUTE_SECONDS) * MINUTE_SECONDS
        start = line.day_start(now)
        unknown = line.builder.unknown.first_within(start, end)
        while unknown is not None:
            first = int(unknown[0] // MINUTE_SECONDS) * MINUTE_SECONDS
            last = min(end, -int(-unknown[1] // MINUTE_SECONDS) * MINUTE_SECONDS)
            if self._trades_within(line, first, last):
                return first, last
            line.builder.unknown.discard(first, last)
            unknown = line.builder.unknown.first_within(max(last, first + 1), end)
        return None

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
        line.builder.put_bars(page.bars, max(start, page.covered_from), end)
        line.is_changed = True
        log.info("hole_filled", provider=self._name, symbol=line.fed.symbol.code, bars=len(page.bars))

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
