"""Bodies of requests and answers about alerts and their firings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from app.alerts.conditions import describe_condition, write_condition
from app.alerts.domain import (
    MAX_COOL_DOWN_SECONDS,
    MAX_NAME_CHARS,
    MAX_URL_CHARS,
    Alert,
    AlertCondition,
    AlertState,
    CheckResult,
    Delivery,
    Direction,
    DrawingCondition,
    FiredBar,
    PriceCondition,
    Repeat,
    RuleCondition,
    StoredFiring,
    Trigger,
)
from app.core.fields import CleanStr, FiniteFloat, Moment, ReadModel, StrictModel
from app.engine.intervals import Interval

HIGHEST_PRICE = 1e12


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


AlertName = Annotated[CleanStr, BeforeValidator(_strip), Field(min_length=1, max_length=MAX_NAME_CHARS)]
CoolDown = Annotated[int, Field(ge=0, le=MAX_COOL_DOWN_SECONDS)]
Symbol = Annotated[CleanStr, Field(max_length=64)]
Price = Annotated[FiniteFloat, Field(gt=0, le=HIGHEST_PRICE)]


class RuleConditionBody(StrictModel):
    """A truth in the rule language. Lines before the last may give names and parameters; the last line is the
    condition itself.
    """

    kind: Literal["rule"]
    source: Annotated[CleanStr, Field(description="At most 10 kB.")]

    def to_condition(self) -> AlertCondition:
        """The condition."""
        return RuleCondition(self.source)


class PriceConditionBody(StrictModel):
    """The close crosses a level, in prices adjusted for splits as charts show them."""

    kind: Literal["price"]
    level: Price
    direction: Literal["crosses", "crosses_above", "crosses_below"] = "crosses"

    def to_condition(self) -> AlertCondition:
        """The condition."""
        return PriceCondition(self.level, Direction(self.direction))


class DrawingConditionBody(StrictModel):
    """The close crosses a line that one drew (`crosses…`), or enters or leaves the band of a rectangle."""

    kind: Literal["drawing"]
    drawing_id: UUID
    direction: Direction = Direction.CROSSES

    def to_condition(self) -> AlertCondition:
        """The condition."""
        return DrawingCondition(self.drawing_id, self.direction)


ConditionBody = Annotated[
    RuleConditionBody | PriceConditionBody | DrawingConditionBody, Field(discriminator="kind")
]


class WebhookBody(StrictModel):
    """Where firings are sent to by POST: http or https, without a user name in it."""

    url: Annotated[CleanStr, Field(min_length=1, max_length=MAX_URL_CHARS)]


class _OnBars(StrictModel):
    """An instrument by its id or its symbol, and an interval."""

    instrument_id: UUID | None = None
    symbol: Symbol | None = None
    interval: Interval

    @model_validator(mode="after")
    def _name_one_instrument(self) -> Self:
        if (self.instrument_id is None) == (self.symbol is None):
            raise ValueError("give instrument_id or symbol, one of them")
        return self


class ConditionCheckRequest(_OnBars):
    """A condition to try on the last stored bars."""

    condition: ConditionBody


class AlertCreate(_OnBars):
    """A condition to watch. Without a name it is called what it says.

    `cooldown_seconds`: after a firing, for how long none follows; for `every` alone.
    """

    condition: ConditionBody
    name: AlertName | None = None
    on: Trigger = Trigger.CLOSED_BAR
    repeat: Repeat = Repeat.ONCE
    cooldown_seconds: CoolDown = 0
    webhook: WebhookBody | None = None
    enabled: bool = True
    expires_at: Moment | None = None


class AlertUpdate(StrictModel):
    """What to change. Bars closed before a condition was changed, or the alert enabled, do not count."""

    name: AlertName | None = None
    interval: Interval | None = None
    condition: ConditionBody | None = None
    on: Trigger | None = None
    repeat: Repeat | None = None
    cooldown_seconds: CoolDown | None = None
    webhook: WebhookBody | None = None
    enabled: bool | None = None
    expires_at: Moment | None = None

    @model_validator(mode="after")
    def _change_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one field")
        for field in self.model_fields_set - {"webhook", "expires_at"}:
            if getattr(self, field) is None:
                raise ValueError(f"{field} cannot be null")
        return self


class RuleConditionRead(ReadModel):
    """A truth in the rule language."""

    kind: Literal["rule"]
    source: str


class PriceConditionRead(ReadModel):
    """A price level; after a split it is answered, and watched, in the prices of after it."""

    kind: Literal["price"]
    level: float
    direction: Direction


class DrawingConditionRead(ReadModel):
    """A drawing."""

    kind: Literal["drawing"]
    drawing_id: UUID
    direction: Direction


ConditionRead = Annotated[
    RuleConditionRead | PriceConditionRead | DrawingConditionRead, Field(discriminator="kind")
]


class WebhookRead(ReadModel):
    """Where firings are sent. `secret` is answered once, when it is made."""

    url: str
    secret: str | None = None


class WebhookSecretRead(ReadModel):
    """The new secret, answered this once."""

    secret: str


class WebhookTestRead(ReadModel):
    """What came of a test delivery."""

    ok: bool
    response_code: int | None
    response_text: str | None
    error: str | None


class AlertRead(ReadModel):
    """An alert. `words`: its condition for people. `problem`: why it cannot be watched at the moment."""

    id: UUID
    name: str
    visibility: Literal["private"] = "private"
    instrument_id: UUID
    symbol: str
    interval: Interval
    condition: ConditionRead
    words: str
    on: Trigger
    repeat: Repeat
    cooldown_seconds: int
    webhook: WebhookRead | None
    enabled: bool
    state: Literal["active", "paused", "done", "expired"]
    expires_at: datetime | None
    last_fired_at: datetime | None
    last_fired_bar: datetime | None
    problem: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, alert: Alert, now: datetime, secret: str | None = None) -> AlertRead:
        """The answer's form of an alert."""
        terms = alert.terms
        is_active = alert.state is AlertState.ACTIVE
        webhook = terms.webhook
        return cls.model_validate(
            {
                "id": alert.id,
                "name": terms.name,
                "instrument_id": alert.instrument_id,
                "symbol": alert.symbol,
                "interval": alert.interval,
                "condition": write_condition(terms.condition),
                "words": describe_condition(terms.condition),
                "on": terms.trigger,
                "repeat": terms.repeat,
                "cooldown_seconds": terms.cool_down_seconds,
                "webhook": None if webhook is None else WebhookRead(url=webhook.url, secret=secret),
                "enabled": is_active,
                "state": "expired" if is_active and alert.has_expired(now) else alert.state.value,
                "expires_at": terms.expires_at,
                "last_fired_at": alert.last_fired_at,
                "last_fired_bar": _read_time(alert.last_fired_bar),
                "problem": alert.problem,
                "created_at": alert.created_at,
                "updated_at": alert.updated_at,
            }
        )


class ConditionCheckRead(ReadModel):
    """What a condition would have done on the last `bars` stored bars. `times`: of the bars on which it was
    true, at most the newest 50, oldest first.
    """

    bars: int
    first_bar_at: datetime | None
    last_bar_at: datetime | None
    count: int
    last_at: datetime | None
    times: list[datetime]

    @classmethod
    def of(cls, result: CheckResult) -> ConditionCheckRead:
        """The answer's form of a result."""
        times = [datetime.fromtimestamp(time, UTC) for time in result.times]
        return cls(
            bars=result.bars,
            first_bar_at=_read_time(result.first_bar_at),
            last_bar_at=_read_time(result.last_bar_at),
            count=result.count,
            last_at=times[-1] if times else None,
            times=times,
        )


class FiredBarRead(ReadModel):
    """The bar that fired an alert, as it was then."""

    time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None

    @classmethod
    def of(cls, bar: FiredBar) -> FiredBarRead:
        """The answer's form of a bar."""
        return cls(
            time=datetime.fromtimestamp(bar.time, UTC),
            open=bar.open,
            high=bar.high,
            low=bar.low,
            close=bar.close,
            volume=bar.volume,
        )


class DeliveryRead(ReadModel):
    """A firing on its way to a webhook, and what came of it so far."""

    id: UUID
    channel: str
    url: str
    status: str
    attempts: int
    response_code: int | None
    response_text: str | None
    error: str | None
    next_attempt_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryRead:
        """The answer's form of a delivery."""
        return cls.model_validate(delivery)


class FiringRead(ReadModel):
    """A firing. `price`: the close, or the price that did it; `at`: the bar's close, or that price's instant.
    `alert_id` is null once the alert is deleted.
    """

    id: UUID
    alert_id: UUID | None
    alert_name: str
    words: str
    instrument_id: UUID
    symbol: str
    interval: Interval
    on: Trigger
    bar: FiredBarRead
    price: float
    at: datetime
    fired_at: datetime
    read: bool
    deliveries: list[DeliveryRead]

    @classmethod
    def of(cls, firing: StoredFiring) -> FiringRead:
        """The answer's form of a firing."""
        return cls(
            id=firing.id,
            alert_id=firing.alert_id,
            alert_name=firing.alert_name,
            words=firing.words,
            instrument_id=firing.instrument_id,
            symbol=firing.symbol,
            interval=firing.interval,
            on=firing.trigger,
            bar=FiredBarRead.of(firing.bar),
            price=firing.price,
            at=firing.at,
            fired_at=firing.fired_at,
            read=firing.read_at is not None,
            deliveries=[DeliveryRead.of(delivery) for delivery in firing.deliveries],
        )


class FiringsReadRequest(StrictModel):
    """Which firings were seen: these, or all up to now."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = None
    all: bool = False

    @model_validator(mode="after")
    def _name_some(self) -> Self:
        if (self.ids is None) != self.all:
            raise ValueError("give ids, or all: true")
        return self


class UnreadRead(ReadModel):
    """How many of one's firings are unread."""

    unread: int


def _read_time(time: int | None) -> datetime | None:
    return None if time is None else datetime.fromtimestamp(time, UTC)
