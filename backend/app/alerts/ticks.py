"""Looks at conditions with every price: the stored bars with the one that is forming behind them.

It is told of ticks by the feed engine of the worker that leads, and must never hold that up: a tick only
wakes a task of its instrument, which looks at the newest price at most four times a second, and less often
where a look takes long. What the prices do not fire, the closed bar does: the evaluator looks at tick alerts
as well, and the key (alert, bar) keeps both from firing one bar.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import numpy as np
import structlog

from app.alerts import evaluation, watch_repository
from app.alerts.domain import ALERTS_CHANGED, Alert, Firing, Repeat, StoredFiring, Trigger
from app.alerts.drawing_levels import DrawnLevels, read_levels
from app.alerts.evaluator import read_fired_bar, tell_senders
from app.alerts.firing_rules import is_due
from app.alerts.service import adjust_level
from app.alerts.watch_repository import AlertChange, Group
from app.core.clock import Clock
from app.core.database import Database
from app.core.errors import FlowrexError
from app.core.notifications import Notifications
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market import service as market
from app.market.domain import BARS_TOPIC
from app.market.market_hours import find_bar_hours
from app.market.provider_facts import Tick

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.25
# A look may take so large a part of a core at most.
_LARGEST_SHARE = 0.25
_REFRESH_SECONDS = 5.0
_FAR_AHEAD = timedelta(days=62)


class FormingMinute(Protocol):
    """The minute that is being built."""

    @property
    def time(self) -> int:
        """Its open instant (unix s)."""
        ...

    @property
    def open(self) -> float:
        """Its first price."""
        ...

    @property
    def high(self) -> float:
        """Its highest price."""
        ...

    @property
    def low(self) -> float:
        """Its lowest price."""
        ...

    @property
    def close(self) -> float:
        """Its latest price."""
        ...

    @property
    def volume(self) -> float:
        """What was traded; NaN where no tick said it."""
        ...


@dataclass(frozen=True, slots=True)
class _Tail:
    """What a look at a group stands on: its tick alerts, and the stored bars."""

    alerts: Sequence[Alert]
    shown: Sequence[Alert]
    bars: Bars
    drawn: DrawnLevels


class TickWatch:
    """The tick listener, and the memory that makes it cheap."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._groups: dict[UUID, tuple[Interval, ...]] = {}
        self._calendars: dict[UUID, tuple[str | None, str]] = {}
        self._tails: dict[Group, _Tail] = {}
        self._latest: dict[UUID, tuple[FormingMinute, Tick]] = {}
        self._looking: dict[UUID, asyncio.Task[None]] = {}
        self._fired: list[StoredFiring] = []
        self._has_fired = asyncio.Event()

    async def on_tick(self, instrument_id: UUID, minute: FormingMinute, tick: Tick) -> None:
        """Note the newest price of an instrument; returns at once."""
        if instrument_id not in self._groups:
            return
        self._latest[instrument_id] = (minute, tick)
        if instrument_id not in self._looking:
            task = asyncio.create_task(self._keep_looking(instrument_id))
            self._looking[instrument_id] = task
            task.add_done_callback(lambda _task: self._looking.pop(instrument_id, None))

    async def take_fired(self) -> list[StoredFiring]:
        """What fired since the last call; waits until something has."""
        await self._has_fired.wait()
        self._has_fired.clear()
        fired, self._fired = self._fired, []
        return fired

    async def keep_fresh(self, notifications: Notifications) -> None:
        """Follow changes of alerts and bars, for ever. Raises when the database is away."""
        await asyncio.gather(self._follow_alerts(notifications), self._follow_bars(notifications))

    async def _follow_alerts(self, notifications: Notifications) -> None:
        with notifications.watch(ALERTS_CHANGED) as alerts:
            while True:
                await self.refresh()
                await alerts.take(_REFRESH_SECONDS)

    async def _follow_bars(self, notifications: Notifications) -> None:
        with notifications.watch(BARS_TOPIC) as bars:
            while True:
                changed = {key.partition(":")[0] for key in await bars.take(_REFRESH_SECONDS)}
                for group in [one for one in self._tails if str(one.instrument_id) in changed]:
                    del self._tails[group]

    async def refresh(self) -> None:
        """Find out anew which instruments have tick alerts, and forget the bars that were read."""
        async with self._database.session() as session:
            groups = await watch_repository.list_active_groups(session, None, Trigger.TICK)
        found: dict[UUID, tuple[Interval, ...]] = {}
        for group in groups:
            found[group.instrument_id] = (*found.get(group.instrument_id, ()), group.interval)
        self._groups = found
        self._tails.clear()

    async def _keep_looking(self, instrument_id: UUID) -> None:
        loop = asyncio.get_running_loop()
        while (latest := self._latest.pop(instrument_id, None)) is not None:
            began = loop.time()
            try:
                await self.look(instrument_id, *latest)
            except Exception as error:
                log.error("ticks_not_looked_at", instrument_id=str(instrument_id), exc_info=error)
            took = loop.time() - began
            await asyncio.sleep(max(LOOK_SECONDS - took, took / _LARGEST_SHARE - took, 0.0))

    async def look(self, instrument_id: UUID, minute: FormingMinute, tick: Tick) -> list[StoredFiring]:
        """Look at every tick alert of an instrument at a price; what fired."""
        fired: list[StoredFiring] = []
        for interval in self._groups.get(instrument_id, ()):
            group = Group(instrument_id, interval)
            tail = self._tails.get(group)
            if tail is None:
                tail = await self._read_tail(group)
                if tail is None:
                    continue
                self._tails[group] = tail
            fired.extend(await self._look_at_group(group, tail, minute, tick))
        if fired:
            self._fired.extend(fired)
            self._has_fired.set()
        return fired

    async def _read_tail(self, group: Group) -> _Tail | None:
        async with self._database.session() as session:
            alerts = await watch_repository.list_group(session, group, Trigger.TICK)
            found = await market.list_instruments_by_id(session, None, [group.instrument_id])
            if not alerts or not found:
                return None
            instrument = found[0]
            shown = [adjust_level(alert, instrument) for alert in alerts]
            drawn = await read_levels(session, instrument, group.interval, shown)
            now = self._clock.now()
            needed = max(
                drawn.bars_needed(now),
                *(evaluation.count_bars_needed(alert.terms.condition, group.interval) for alert in shown),
            )
            try:
                loaded = await market.load_bars(
                    session, instrument, group.interval, now=now + _FAR_AHEAD, limit=needed + 1
                )
            except FlowrexError:
                return None
        self._calendars[group.instrument_id] = (instrument.calendar, instrument.timezone)
        return _Tail(alerts, shown, loaded.bars, drawn)

    async def _look_at_group(
        self, group: Group, tail: _Tail, minute: FormingMinute, tick: Tick
    ) -> list[StoredFiring]:
        hours = find_bar_hours(*self._calendars[group.instrument_id])
        bars = add_minute(tail.bars, hours.label(minute.time, group.interval), minute, tick.price)
        if bars is None:
            return []
        last, at = len(bars) - 1, datetime.fromtimestamp(tick.at, UTC)
        outcomes = await asyncio.to_thread(
            evaluation.evaluate,
            [alert.terms.condition for alert in tail.shown],
            bars,
            tail.drawn.measure(bars),
            last,
        )
        bar_time = int(bars.time[last])
        due = {
            alert.id: shown
            for alert, shown, outcome in zip(tail.alerts, tail.shown, outcomes, strict=True)
            if not isinstance(outcome, str) and outcome[0] and is_due(alert, bar_time, at)
        }
        if not due:
            return []
        self._tails.pop(group, None)  # what fires changes the alerts
        async with self._database.session() as session:
            changes = []
            for alert in await watch_repository.lock_alerts(session, list(due)):
                if is_due(alert, bar_time, at):
                    firing = Firing(due[alert.id], read_fired_bar(bars, last), tick.price, at, Trigger.TICK)
                    is_done = alert.terms.repeat is Repeat.ONCE
                    changes.append(AlertChange(alert, alert.checked_until, is_done, None, firing))
            fired = [change.fired for change in changes if change.fired is not None]
            firings = (
                await watch_repository.insert_firings(session, fired, self._clock.now()) if fired else []
            )
            await watch_repository.update_alerts(session, changes)
            await tell_senders(session, firings)
        return firings


def add_minute(bars: Bars, label: int, minute: FormingMinute, price: float) -> Bars | None:
    """The bars with the forming one behind them, its close at `price`; None when it lies before the last."""
    if len(bars) and label < int(bars.time[-1]):
        return None
    is_begun = len(bars) > 0 and label == int(bars.time[-1])
    before = bars.head(len(bars) - 1) if is_begun else bars
    high, low, open_, volume = max(minute.high, price), min(minute.low, price), minute.open, minute.volume
    if is_begun:
        open_ = float(bars.open[-1])
        high, low = max(high, float(bars.high[-1])), min(low, float(bars.low[-1]))
        volume = float(np.nansum([volume, bars.volume[-1]]))
    return Bars(
        np.append(before.time, np.int64(label)),
        np.append(before.open, open_),
        np.append(before.high, high),
        np.append(before.low, low),
        np.append(before.close, price),
        np.append(before.volume, volume),
        bars.interval,
        bars.timezone,
    )
