"""Which bars fire an alert: armed or not, once or again, cooled down or not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.alerts.domain import Alert, Repeat


@dataclass(frozen=True, slots=True)
class ClosedBar:
    """A bar that is over. `number`: its place among the bars; `closed_at`: unix s."""

    number: int
    time: int
    closed_at: int


@dataclass(frozen=True, slots=True)
class Decision:
    """`fired`: the bars that fire the alert, oldest first. `is_done`: it was to fire once and has."""

    fired: tuple[ClosedBar, ...]
    is_done: bool


def is_due(alert: Alert, bar_time: int, at: datetime) -> bool:
    """Whether a condition that holds on the bar at `bar_time`, known at the instant `at`, may fire the alert:
    it was armed before, has not expired, has not fired on this bar, and has cooled down.
    """
    if at <= alert.armed_at or alert.has_expired(at):
        return False
    if alert.last_fired_bar is not None and bar_time <= alert.last_fired_bar:
        return False
    if alert.last_fired_at is None:
        return True
    if alert.terms.repeat is Repeat.ONCE:
        # It fired before it was made active again: what follows counts anew.
        return True
    return at >= alert.last_fired_at + timedelta(seconds=alert.terms.cool_down_seconds)


def decide(alert: Alert, bars: Sequence[ClosedBar], holds: Sequence[bool]) -> Decision:
    """What bars that were not looked at yet do. `holds`: whether the condition is true on each of them.

    The cool-down runs from close to close, so that a worker that was away decides as one that was not.
    """
    fired: list[ClosedBar] = []
    last_fired_at = alert.last_fired_at
    cool_down = timedelta(seconds=alert.terms.cool_down_seconds)
    for bar, is_true in zip(bars, holds, strict=True):
        if not is_true or bar.time <= alert.checked_until:
            continue
        at = datetime.fromtimestamp(bar.closed_at, UTC)
        if not is_due(alert, bar.time, at):
            continue
        if fired and last_fired_at is not None and at < last_fired_at + cool_down:
            continue
        fired.append(bar)
        last_fired_at = at
        if alert.terms.repeat is Repeat.ONCE:
            return Decision(tuple(fired), True)
    return Decision(tuple(fired), False)
