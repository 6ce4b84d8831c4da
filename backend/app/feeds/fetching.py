"""Fetching from one provider: what comes next, one request after the other, within its quota.

An answer's bars, what was asked, the back-fill's progress and the end of the request commit in one
transaction: a process that is killed loses at most the answer that was under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.core.database import Database
from app.core.live_publishing import LivePublisher
from app.core.problems import is_database_away, is_database_busy
from app.core.waiting import wait_until_set
from app.engine.intervals import DAY_SECONDS, Interval
from app.feeds import backfill_repository, credits, repository
from app.feeds.asking import FOR_GOOD, Means, Patience, answer_in_time, load_sessions
from app.feeds.backfill_repository import FetchedPage
from app.feeds.domain import (
    Backfill,
    BackfillStatus,
    Failure,
    ProviderLink,
)
from app.feeds.freshness import (
    find_closed_until,
)
from app.feeds.judging import PageTask, collect_doubts, judge_page
from app.feeds.planning import (
    Judgement,
    Stretch,
    plan_stretches,
)
from app.feeds.refreshing import put_off_refresh, refresh
from app.feeds.splitting import fetch_splits, put_off_splits
from app.feeds.telling import tell_backfills, tell_bars_changed
from app.market import service as market
from app.market.domain import InstrumentNotFound, Viewer
from app.market.ports import MarketDataProvider
from app.market.provider_facts import (
    BarsPage,
    ProviderBusy,
    ProviderError,
    ProviderUnavailable,
)

log = structlog.get_logger(__name__)

IDLE_SECONDS = 2.0
_OVERDUE = timedelta(minutes=15)
_STORE_TRIES = 8
_STORE_PAUSE_SECONDS = 0.5
_FAULTS_ALLOWED = 5
_FAULT_ADVICE = "the worker's log says why. Please report it."


@dataclass(slots=True)
class _Plan:
    """What is left to ask for of a back-fill, oldest first; good while the series' revision is this one."""

    revision: int
    frontier: int
    stretches: list[Stretch] = field(default_factory=list)


class ProviderFeed:
    """Everything that is fetched from one provider. Only one process runs it at a time (core.leadership)."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        provider: MarketDataProvider,
        publisher: LivePublisher,
        store_calendars: Callable[[], Awaitable[None]],
        patience: Patience,
    ) -> None:
        self._database, self._clock, self._provider = database, clock, provider
        self._patience = patience
        self.means = Means(database, clock, provider, publisher, store_calendars, patience)
        self._plans: dict[UUID, _Plan] = {}
        self._paused_until: datetime | None = None
        self._pause_reason = ""
        self._failures = 0

    @property
    def name(self) -> str:
        """The provider's."""
        return self._provider.description.name

    async def run(self, woken: asyncio.Event) -> None:
        """Fetch for ever; `woken` is set when there is something new. Raises when the database is away."""
        failures = 0
        while True:
            woken.clear()
            try:
                pause = await self._step()
                failures = 0
            except Exception as error:
                if is_database_away(error):
                    raise
                failures += 1
                pause = self._patience.pause(failures)
                log.exception("feed_failed", provider=self.name)
            if pause <= 0:
                continue
            await wait_until_set(woken, pause)

    async def _step(self) -> float:
        """Do the next thing; how many seconds to wait before the one after it."""
        now = self._clock.now()
        if self._paused_until is not None and now < self._paused_until:
            await self._tell_pause(self._paused_until)  # whoever came since
            return min(IDLE_SECONDS, (self._paused_until - now).total_seconds())
        self._paused_until = None
        name = self.name
        async with self._database.session() as session:
            due = await backfill_repository.find_due_series(session, name, now)
            backfill = await backfill_repository.find_next(session, name, now)
            splits = await backfill_repository.find_due_splits(session, name, now)
        if due is not None and (due.is_wanted or backfill is None or now - due.due_at > _OVERDUE):
            await self._do(refresh(self, due), partial(put_off_refresh, self, due))
        elif splits is not None and (backfill is None or backfill.interval.is_intraday):
            await self._do(fetch_splits(self, splits), partial(put_off_splits, self, splits))
        elif backfill is not None:
            await self._do(self._fetch_page(backfill), partial(self._put_off, backfill))
        else:
            return await self._find_pause(now)
        return 0.0

    async def _do(
        self, work: Coroutine[Any, Any, None], put_off: Callable[[ProviderError], Awaitable[None]]
    ) -> None:
        """Do one thing. A fault in it, an adapter's or ours, must not hold up what else is to be fetched."""
        try:
            await work
        except ProviderBusy as error:
            await self._pause(error)
        except Exception as error:
            if is_database_away(error) or is_database_busy(error):
                raise
            log.exception("fetching_failed", provider=self.name)
            title = self._provider.description.title
            await put_off(ProviderUnavailable(f"What {title} answered could not be kept: {_FAULT_ADVICE}"))

    async def _find_pause(self, now: datetime) -> float:
        async with self._database.session() as session:
            moments = [
                await backfill_repository.find_next_wait(session, self.name),
                await backfill_repository.find_next_due(session, self.name),
            ]
        coming = [(one - now).total_seconds() for one in moments if one is not None]
        return max(0.05, min([IDLE_SECONDS, *coming]))

    async def _pause(self, error: ProviderBusy) -> None:
        """Nothing more from this provider until it, or the meter, has room."""
        now = self._clock.now()
        self._paused_until = max(error.retry_at, now + timedelta(seconds=0.2))
        self._pause_reason = error.detail
        await self._tell_pause(self._paused_until)

    async def _tell_pause(self, until: datetime) -> None:
        async with self._database.session() as session:
            told = await backfill_repository.let_all_wait(session, self.name, until, self._pause_reason)
        await self._publish(told)

    # --- asking ---

    async def ask(
        self, link: ProviderLink, interval: Interval, start: int, end: int
    ) -> tuple[BarsPage, UUID | None]:
        """Reserve, ask, and see that the answer fits. Raises ProviderError; then the request is over."""
        description = self._provider.description
        spend = await credits.reserve_credits(
            self._database, description, self._provider.count_bars_credits()
        )
        try:
            page = await answer_in_time(
                self._provider, self._provider.fetch_bars(link.symbol, interval, start, end)
            )
            if not start <= page.covered_from <= end or (page.covered_from == end and start < end):
                raise ProviderUnavailable(f"{description.title} answered something else than was asked.")
            times = page.bars.time
            if len(times) and (times[0] < start or times[-1] >= end):
                raise ProviderUnavailable(f"{description.title} answered with bars of another time.")
        except Exception as error:
            await self.end_failed(spend, error if isinstance(error, ProviderError) else None)
            raise
        self._failures = 0
        return page, spend

    async def end_failed(self, spend: UUID | None, error: ProviderError | None) -> None:
        description = self._provider.description
        if spend is not None:
            async with self._database.session() as session:
                await credits.end_request(session, spend)
        if isinstance(error, ProviderBusy):
            await credits.note_refusal(self._database, description, error)
        elif error is not None and not isinstance(error, FOR_GOOD):
            self._failures += 1
            if self._failures > 1:
                # Not this symbol alone: leave the provider in peace for a while.
                pause = self._patience.pause(self._failures - 1)
                self._paused_until = self._clock.now() + timedelta(seconds=min(pause, 30.0))
                self._pause_reason = error.detail

    async def note_left(self) -> None:
        left = getattr(self._provider, "last_credits_left", None)
        if isinstance(left, int):
            await credits.note_credits_left(self._database, self._provider.description, left)

    # --- back-fills ---

    async def _fetch_page(self, backfill: Backfill) -> None:
        task = await self._prepare(backfill)
        if task is None:
            await self._publish([backfill.id])
            return
        try:
            page, spend = await self.ask(task.link, backfill.interval, task.start, task.end)
        except ProviderBusy:
            raise
        except FOR_GOOD as error:
            await self._fail(backfill, Failure(error.code, error.detail))
            return
        except ProviderError as error:
            await self._let_wait(backfill, error)
            return
        changed = await self._store(task, page, spend)
        await self._publish([backfill.id])
        if changed:
            await tell_bars_changed(self.means, task.link, backfill.interval, changed)
        await self.note_left()

    async def _prepare(self, backfill: Backfill) -> PageTask | None:
        """What to ask for next; None when there is nothing (more), which is then written down."""
        async with self._database.session() as session:
            link = (await repository.find_links(session, [backfill.instrument_id])).get(
                backfill.instrument_id
            )
            if link is None or link.provider != self.name:
                failure = Failure("instrument_not_linked", "The instrument no longer comes from here.")
                await self._finish(session, backfill, BackfillStatus.FAILED, failure)
                return None
            try:
                instrument = await market.get_instrument_by_id(
                    session, Viewer(link.owner_id, True), link.instrument_id
                )
            except InstrumentNotFound:
                return None  # it goes at this moment, and its back-fills with it
        sessions = await load_sessions(self.means, instrument.calendar, backfill.start, backfill.end)
        async with self._database.session() as session:
            stretches = await self._plan(session, backfill, sessions)
            if stretches:
                newest = stretches[-1]
                return PageTask(backfill, link, instrument, sessions, newest.start, newest.end)
            if not backfill.doubts:
                await self._finish(session, backfill, BackfillStatus.SUCCEEDED)
                return None
            doubt = min(backfill.doubts, key=lambda one: one[3])
            now = self._clock.now()
            if doubt[3] > now.timestamp():
                until = datetime.fromtimestamp(doubt[3], UTC)
                reason = "Bars lacked in an answer: they are asked for once more before that is believed."
                await backfill_repository.let_wait(
                    session, backfill.id, until, reason, attempts=backfill.attempts
                )
                return None
            return PageTask(backfill, link, instrument, sessions, doubt[0], doubt[1], doubt)

    async def _plan(
        self, session: AsyncSession, backfill: Backfill, sessions: market.Sessions | None
    ) -> list[Stretch]:
        """What is left, oldest first: remembered while nobody else writes to the series."""
        wanted = backfill.start, backfill.frontier
        plan = self._plans.get(backfill.id)
        revision = await market.find_revision(session, backfill.instrument_id, backfill.interval)
        if plan is not None and plan.frontier == backfill.frontier and plan.revision == revision:
            return plan.stretches
        stored, revision = await market.list_bar_times(
            session, backfill.instrument_id, backfill.interval, wanted[0] - DAY_SECONDS, wanted[1]
        )
        asked = await backfill_repository.list_asked(session, backfill.instrument_id, backfill.interval)
        if backfill.again:
            stored, asked = stored[:0], []
        closed_until = find_closed_until(backfill.interval, sessions, int(self._clock.now().timestamp()))
        wanted = wanted[0], min(wanted[1], closed_until)
        page_size = self._provider.description.max_bars_per_request
        found = await asyncio.to_thread(
            plan_stretches, wanted, backfill.interval, stored, asked, sessions, page_size
        )
        self._plans[backfill.id] = _Plan(revision, backfill.frontier, found[::-1])
        return self._plans[backfill.id].stretches

    async def _store(self, task: PageTask, page: BarsPage, spend: UUID | None) -> int:
        """Keep an answer; the series' revision if its bars changed, else 0.

        It is paid for: a moment in which others hold the rows is waited out.
        """
        for tries_left in reversed(range(_STORE_TRIES)):
            try:
                return await self._store_once(task, page, spend)
            except DBAPIError as error:
                if not is_database_busy(error) or tries_left == 0:
                    raise
                await asyncio.sleep(_STORE_PAUSE_SECONDS)
        raise AssertionError("the loop returns or raises")

    async def _store_once(self, task: PageTask, page: BarsPage, spend: UUID | None) -> int:
        backfill, now = task.backfill, self._clock.now()
        key = backfill.instrument_id, backfill.interval
        judgement = judge_page(task, page, now, self.means)
        plan: _Plan | None = None
        async with self._database.session() as session:
            await credits.end_request(session, spend)
            try:
                counts = await market.store_bars(session, backfill.instrument_id, page.bars)
            except InstrumentNotFound:
                self._plans.pop(backfill.id, None)
                return 0
            await backfill_repository.add_asked(session, *key, judgement.answered)
            revision = await market.find_revision(session, *key)
            current = await backfill_repository.lock_open(session, backfill.id)
            if current is not None and current.frontier == backfill.frontier:
                frontier, plan = self._advance(task, page, judgement, revision)
                doubts = collect_doubts(task, current, judgement, now, self._patience)
                fetched = FetchedPage(
                    frontier,
                    doubts,
                    counts.inserted,
                    counts.updated,
                    counts.unchanged,
                    self._provider.count_bars_credits(),
                )
                await backfill_repository.add_page(session, current, fetched, now)
                if not doubts and (plan is None or not plan.stretches):
                    await self._finish(session, backfill, BackfillStatus.SUCCEEDED)
        # Only now: what was rolled back must not have moved the plan.
        if plan is None:
            self._plans.pop(backfill.id, None)
        else:
            self._plans[backfill.id] = plan
        return revision if counts.is_changed else 0

    def _advance(
        self, task: PageTask, page: BarsPage, judgement: Judgement, revision: int
    ) -> tuple[int, _Plan | None]:
        """The frontier after an answer, and what is left to ask for; None: to be planned anew, or nothing."""
        plan = self._plans.get(task.backfill.id)
        if task.doubt is not None or plan is None or not plan.stretches:
            return task.backfill.frontier, None
        stretches = list(plan.stretches)
        newest = stretches.pop()
        frontier = max(judgement.covered_from, newest.start)
        if frontier > newest.start:
            expected = max(1, newest.expected - len(page.bars))
            stretches.append(Stretch(newest.start, frontier, expected))
        return frontier, _Plan(revision, frontier, stretches)

    async def _finish(
        self,
        session: AsyncSession,
        backfill: Backfill,
        status: BackfillStatus,
        failure: Failure | None = None,
    ) -> None:
        await backfill_repository.finish(session, backfill.id, status, self._clock.now(), failure)
        self._plans.pop(backfill.id, None)
        log.info(
            "backfill_ended",
            backfill_id=str(backfill.id),
            symbol=backfill.symbol,
            interval=backfill.interval.value,
            status=status.value,
            code=None if failure is None else failure.code,
        )

    async def _fail(self, backfill: Backfill, failure: Failure) -> None:
        async with self._database.session() as session:
            await self._finish(session, backfill, BackfillStatus.FAILED, failure)
        await self._publish([backfill.id])

    async def _put_off(self, backfill: Backfill, error: ProviderError) -> None:
        """After a fault that is not the provider's: try again, but not for ever, as it costs credits."""
        if backfill.attempts + 1 < _FAULTS_ALLOWED:
            await self._let_wait(backfill, error)
        else:
            await self._fail(backfill, Failure("answer_unusable", error.detail))

    async def _let_wait(self, backfill: Backfill, error: ProviderError) -> None:
        attempts = backfill.attempts + 1
        until = self._clock.now() + timedelta(seconds=self._patience.pause(attempts))
        async with self._database.session() as session:
            await backfill_repository.let_wait(
                session,
                backfill.id,
                until,
                error.detail,
                attempts=attempts,
                credits=self._provider.count_bars_credits(),
            )
        await self._publish([backfill.id])

    async def _publish(self, backfill_ids: Sequence[UUID]) -> None:
        await tell_backfills(self.means, backfill_ids)
