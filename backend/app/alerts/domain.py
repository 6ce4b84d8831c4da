"""Alerts, their conditions, firings and deliveries as plain facts, with the rules and errors of the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from app.core.errors import Conflict, NotFound, Unprocessable
from app.engine.intervals import DAY_SECONDS, Interval

MAXIMUM_ALERTS = 2_000
MAX_NAME_CHARS = 120
MAX_COOL_DOWN_SECONDS = 30 * DAY_SECONDS
MAX_URL_CHARS = 2_000
# What a webhook answered is kept up to here.
MAX_RESPONSE_CHARS = 200
# Topics of core.notifications: a check was asked for; a check was answered; alerts of an instrument changed;
# something is to be sent.
CHECK_ASKED, CHECK_ANSWERED, ALERTS_CHANGED = "alert-check", "alert-checked", "alerts"
DELIVERIES_WAITING = "alert-deliveries"
# How many of the last stored bars a check looks at.
CHECKED_BARS = 2_000

_LONGEST_MONTH_DAYS = 31


class AlertState(StrEnum):
    """Where an alert stands. `done`: it was to fire once and has."""

    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"


class Trigger(StrEnum):
    """When a condition is looked at: as bars close, or with every price as well."""

    CLOSED_BAR = "closed_bar"
    TICK = "tick"


class Repeat(StrEnum):
    """How often an alert fires."""

    ONCE = "once"
    EVERY = "every"


class Direction(StrEnum):
    """Which way a level is crossed; for the band of a rectangle, out of it or into it."""

    CROSSES = "crosses"
    CROSSES_ABOVE = "crosses_above"
    CROSSES_BELOW = "crosses_below"
    ENTERS = "enters"
    LEAVES = "leaves"


class Channel(StrEnum):
    """A way by which people are told of a firing beside the browser. E-mail and SMS join here."""

    WEBHOOK = "webhook"


class DeliveryStatus(StrEnum):
    """What became of a delivery so far."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AlertNotFound(NotFound):
    """No such alert, or somebody else's."""

    code, title = "alert_not_found", "There is no such alert"


class TooManyAlerts(Conflict):
    """One person has as many alerts as an installation takes from one."""

    code, title = "too_many_alerts", "That is as many alerts as one can have"


class ConditionUnsuitable(Unprocessable):
    """The condition is fine by itself, and cannot be watched on these bars."""

    code, title = "condition_unsuitable", "The condition does not fit the bars"
    field = "condition"


class WebhookRefused(Unprocessable):
    """The address is none that the server may send to."""

    code, title = "webhook_refused", "The webhook's address is refused"
    field = "webhook.url"


class NoWebhook(Conflict):
    """The alert has no webhook to test."""

    code, title = "no_webhook", "The alert has no webhook"


@dataclass(frozen=True, slots=True)
class RuleCondition:
    """A truth in the rule language: the last line is the condition, names may be given before it."""

    source: str


@dataclass(frozen=True, slots=True)
class PriceCondition:
    """The price crosses a level. `level` in the prices that a chart shows, adjusted for the splits then
    known.
    """

    level: float
    direction: Direction


@dataclass(frozen=True, slots=True)
class DrawingCondition:
    """The price crosses a line that somebody drew, or enters or leaves the price band of a rectangle."""

    drawing_id: UUID
    direction: Direction


AlertCondition: TypeAlias = RuleCondition | PriceCondition | DrawingCondition


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a firing is sent. `version` counts the secrets that its signatures were made with."""

    url: str
    version: int


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """What an alert says. `level_factor`: by how much the splits known when the condition was given divided
    a price of `level_set_at`, so that levels stay right over a split that comes later.
    """

    name: str
    condition: AlertCondition
    trigger: Trigger
    repeat: Repeat
    cool_down_seconds: int
    webhook: Webhook | None
    expires_at: datetime | None
    level_factor: float
    level_set_at: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that somebody has watched.

    `armed_at`: bars closed by then never fire it. `checked_until`: time of the last bar that was looked at.
    `last_fired_at`: close of the bar that fired it last, or the price's instant. `problem`: why it cannot be
    watched at the moment. `secret_version`: how many secrets its webhooks have had.
    """

    id: UUID
    owner_id: UUID
    instrument_id: UUID
    symbol: str
    interval: Interval
    terms: AlertTerms
    state: AlertState
    armed_at: datetime
    checked_until: int
    last_fired_at: datetime | None
    last_fired_bar: int | None
    problem: str | None
    secret_version: int
    created_at: datetime
    updated_at: datetime

    def has_expired(self, at: datetime) -> bool:
        """Whether nothing fires it from `at` on."""
        return self.terms.expires_at is not None and self.terms.expires_at <= at


@dataclass(frozen=True, slots=True)
class FiredBar:
    """The bar that fired an alert, as it was then; `volume` None where there is none."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing. `at`: the bar's close, or the instant of the price that did it."""

    alert: Alert
    bar: FiredBar
    price: float
    at: datetime
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Delivery:
    """A firing on its way to a webhook, and what came of it."""

    id: UUID
    channel: Channel
    url: str
    status: DeliveryStatus
    attempts: int
    response_code: int | None
    response_text: str | None
    error: str | None
    next_attempt_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredFiring:
    """A firing in the log. `alert_id` is None once the alert is deleted; the log stays."""

    id: UUID
    alert_id: UUID | None
    owner_id: UUID
    instrument_id: UUID
    symbol: str
    interval: Interval
    alert_name: str
    words: str
    trigger: Trigger
    bar: FiredBar
    price: float
    at: datetime
    fired_at: datetime
    read_at: datetime | None
    deliveries: Sequence[Delivery] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a condition would have done on the last stored bars. `times`: of the bars, the newest 50, oldest
    first.
    """

    bars: int
    first_bar_at: int | None
    last_bar_at: int | None
    count: int
    times: Sequence[int]


def first_unchecked_after(armed_at: datetime, interval: Interval) -> int:
    """A bar's time before which every bar is surely closed at `armed_at`: what closes later comes after it.

    Longer bars carry a date that can begin up to a day after or before the session.
    """
    seconds = _LONGEST_MONTH_DAYS * DAY_SECONDS if interval is Interval.MONTH_1 else interval.seconds
    margin = seconds if interval.is_intraday else seconds + 2 * DAY_SECONDS
    return int(armed_at.timestamp()) - margin
