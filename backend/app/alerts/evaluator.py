"""Looks at new closed bars and fires what they fire: exactly once per alert and bar.

One transaction holds the alerts of an instrument and interval, writes their firings and what is to be sent of
them, and how far they were looked at. A worker that dies in it has done nothing; the next one does it. Two
workers never hold the same alert, and a firing's key (alert, bar) stands behind that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import evaluation, watch_repository
from app.alerts.domain import DELIVERIES_WAITING, Alert, FiredBar, Firing, StoredFiring, Trigger
from app.alerts.drawing_levels import read_levels
from app.alerts.evaluation import MOST_BARS, Outcome
from app.alerts.firing_rules import ClosedBar, decide
from app.alerts.service import adjust_level
from app.alerts.watch_repository import AlertChange, Group
from app.core.clock import Clock
from app.core.database import Database
from app.core.notifications import notify
from app.core.problems import is_database_away
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market import service as market
from app.market.bar_hours import BarHours
from app.market.domain import Instrument, IntervalNotAvailable
from app.market.market_hours import find_bar_hours

log = structlog.get_logger(__name__)

# Alerts that another worker holds are looked at again: it may have died over them.
HELD_AGAIN_SECONDS = 1.0
# A bar made of finer ones is whole when the last of them is there, or when it is late for so much longer.
LATE_SECONDS = 60
# New bars that a first reading has room for beside what the conditions look back on.
_USUAL_NEW_BARS = 30
_MORE_EACH_TIME = 8
_AFTER_A_FAULT_SECONDS = 30.0
# Far enough that no bar is held back on reading: which one is over is decided here, by the calendar.
_FAR_AHEAD = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class GroupLook:
    """What a look at a group came to. `look_again_at`: unix s, when the next bar will be over, if known."""

    firings: Sequence[StoredFiring]
    look_again_at: float | None
    evaluated: int = 0


@dataclass(frozen=True, slots=True)
class _NewBars:
    bars: Bars
    first: int
    closed: Sequence[ClosedBar]
    look_again_at: float | None


async def look_at_group(database: Database, clock: Clock, group: Group) -> GroupLook:
    """Evaluate what has closed since the alerts of a group were looked at, and write what comes of it."""
    async with database.session() as session:
        alerts, others_hold_some = await watch_repository.lock_group(session, group)
        now = clock.now()
        again = now.timestamp() + HELD_AGAIN_SECONDS if others_hold_some else None
        if not alerts:
            return GroupLook((), again)
        found = await market.list_instruments_by_id(session, None, [group.instrument_id])
        if not found:
            return GroupLook((), again)
        changes, look_again_at, evaluated = await _look(session, found[0], group.interval, alerts, now)
        firings = await _write(session, changes, now)
        await tell_senders(session, firings)
        times = [one for one in (again, look_again_at) if one is not None]
        return GroupLook(firings, min(times, default=None), evaluated)


async def _write(
    session: AsyncSession, changes: Sequence[list[AlertChange]], now: datetime
) -> list[StoredFiring]:
    flat = [change for of_alert in changes for change in of_alert]
    fired = [change.fired for change in flat if change.fired is not None]
    firings = await watch_repository.insert_firings(session, fired, now) if fired else []
    # Of an alert that fired on several bars at once the last state is the one that stays.
    last = [of_alert[-1] for of_alert in changes if of_alert]
    await watch_repository.update_alerts(session, [change for change in last if change.is_one])
    return firings


async def tell_senders(session: AsyncSession, firings: Sequence[StoredFiring]) -> None:
    """Wake who sends webhooks, when the session's transaction commits."""
    if any(firing.deliveries for firing in firings):
        await notify(session, DELIVERIES_WAITING, "new")


async def _look(
    session: AsyncSession,
    instrument: Instrument,
    interval: Interval,
    alerts: Sequence[Alert],
    now: datetime,
) -> tuple[list[list[AlertChange]], float | None, int]:
    adjusted = [adjust_level(alert, instrument) for alert in alerts]
    try:
        drawn = await read_levels(session, instrument, interval, adjusted)
        new = await _read_new_bars(session, instrument, interval, adjusted, drawn.bars_needed(now), now)
    except IntervalNotAvailable as error:
        return [[_explain(alert, error.detail)] for alert in alerts], None, 0
    if not new.closed:
        return [], new.look_again_at, 0
    levels = drawn.measure(new.bars)
    outcomes = await asyncio.to_thread(
        evaluation.evaluate, [alert.terms.condition for alert in adjusted], new.bars, levels, new.first
    )
    changes = [
        _change(alert, shown, outcome, new)
        for alert, shown, outcome in zip(alerts, adjusted, outcomes, strict=True)
    ]
    return changes, new.look_again_at, len(alerts)


def _explain(alert: Alert, problem: str) -> AlertChange:
    return AlertChange(alert, alert.checked_until, False, problem, None)


def _change(alert: Alert, shown: Alert, outcome: Outcome, new: _NewBars) -> list[AlertChange]:
    until = new.closed[-1].time
    if isinstance(outcome, str):
        return [AlertChange(alert, until, False, outcome, None)]
    holds = [bool(outcome[bar.number - new.first]) for bar in new.closed]
    decision = decide(alert, new.closed, holds)
    if not decision.fired:
        return [AlertChange(alert, until, False, None, None)]
    return [
        AlertChange(
            alert,
            until,
            decision.is_done,
            None,
            Firing(
                shown,
                read_fired_bar(new.bars, bar.number),
                float(new.bars.close[bar.number]),
                datetime.fromtimestamp(bar.closed_at, UTC),
                Trigger.CLOSED_BAR,
            ),
        )
        for bar in decision.fired
    ]


def read_fired_bar(bars: Bars, number: int) -> FiredBar:
    """A bar as the log keeps it."""
    volume = float(bars.volume[number])
    return FiredBar(
        int(bars.time[number]),
        float(bars.open[number]),
        float(bars.high[number]),
        float(bars.low[number]),
        float(bars.close[number]),
        None if np.isnan(volume) else volume,
    )


async def _read_new_bars(
    session: AsyncSession,
    instrument: Instrument,
    interval: Interval,
    alerts: Sequence[Alert],
    drawn_bars: int,
    now: datetime,
) -> _NewBars:
    """The tail of bars that holds all that were not looked at, with what the conditions look back on."""
    since = min(alert.checked_until for alert in alerts)
    # Rules that were not seen before are compiled here: beside the loop, not in it.
    needed = await asyncio.to_thread(
        lambda: max(evaluation.count_bars_needed(alert.terms.condition, interval) for alert in alerts)
    )
    needed = min(max(needed, drawn_bars), MOST_BARS)
    limit = needed + _USUAL_NEW_BARS
    while True:
        loaded = await market.load_bars(session, instrument, interval, now=now + _FAR_AHEAD, limit=limit)
        bars = loaded.bars
        first = int(np.searchsorted(bars.time, since, side="right"))
        if len(bars) < limit or first >= needed or limit >= MOST_BARS:
            break
        limit = min(limit * _MORE_EACH_TIME, MOST_BARS)
    hours = find_bar_hours(instrument.calendar, instrument.timezone)
    closed, look_again_at = _find_closed(bars, first, hours, instrument, loaded.source, now.timestamp())
    return _NewBars(bars, first, closed, look_again_at)


def _find_closed(
    bars: Bars, first: int, hours: BarHours, instrument: Instrument, source: Interval, now: float
) -> tuple[list[ClosedBar], float | None]:
    closed: list[ClosedBar] = []
    for number in range(first, len(bars)):
        bar_time = int(bars.time[number])
        closed_at = hours.closes_at(bar_time, bars.interval)
        if closed_at > now:
            return closed, float(closed_at)
        if number == len(bars) - 1 and source is not bars.interval:
            late_until = closed_at + LATE_SECONDS + source.seconds
            if now < late_until and not _is_whole(closed_at, hours, instrument, source):
                return closed, float(late_until)
        closed.append(ClosedBar(number, bar_time, closed_at))
    return closed, None


def _is_whole(closed_at: int, hours: BarHours, instrument: Instrument, source: Interval) -> bool:
    """Whether the last of the finer bars that a bar is made of is there."""
    series = instrument.find_series(source)
    if series is None:
        return False
    return hours.closes_at(int(series.last_at.timestamp()), source) >= closed_at


class Evaluator:
    """Finds the groups that have something to look at, and looks. What it remembers only saves work."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[Group, str] = {}
        self._look_at: dict[Group, float] = {}

    def seconds_until_next(self, most: float) -> float:
        """How long nothing is known to become due, `most` at the longest."""
        now = self._clock.now().timestamp()
        return max(0.0, min([most, *(at - now for at in self._look_at.values())]))

    async def look(self, instrument_ids: Sequence[UUID] | None) -> list[StoredFiring]:
        """Look at every group that has new bars: of these instruments, or of all. What fired."""
        async with self._database.session() as session:
            groups = await watch_repository.list_active_groups(session, instrument_ids)
            states = await market.read_states(session, list({group.instrument_id for group in groups}))
        if instrument_ids is None:
            self._forget_all_but(groups)
        fired: list[StoredFiring] = []
        now = self._clock.now().timestamp()
        for group in groups:
            state = states.get(group.instrument_id, "")
            if self._seen.get(group) != state or self._look_at.get(group, now + 1) <= now:
                fired.extend(await self._look_at_one(group, state))
        return fired

    async def _look_at_one(self, group: Group, state: str) -> Sequence[StoredFiring]:
        began = time.monotonic()
        try:
            looked = await look_at_group(self._database, self._clock, group)
        except Exception as error:
            if is_database_away(error):
                raise
            # One instrument's fault must not keep the alerts of all others waiting.
            log.error("group_not_looked_at", instrument_id=str(group.instrument_id), exc_info=error)
            looked = GroupLook((), self._clock.now().timestamp() + _AFTER_A_FAULT_SECONDS)
        self._seen[group] = state
        if looked.look_again_at is None:
            self._look_at.pop(group, None)
        else:
            self._look_at[group] = looked.look_again_at
        if looked.firings:
            log.info(
                "alerts_fired",
                count=len(looked.firings),
                evaluated=looked.evaluated,
                instrument_id=str(group.instrument_id),
                interval=group.interval.value,
                seconds=round(time.monotonic() - began, 3),
            )
        return looked.firings

    def _forget_all_but(self, groups: Sequence[Group]) -> None:
        kept = set(groups)
        self._seen = {group: state for group, state in self._seen.items() if group in kept}
        self._look_at = {group: at for group, at in self._look_at.items() if group in kept}
