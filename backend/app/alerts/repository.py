"""Queries on alerts, their firings and checks. Each but the worker's is scoped to an owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.conditions import write_condition
from app.alerts.domain import (
    Alert,
    AlertCondition,
    AlertState,
    AlertTerms,
    Channel,
    Delivery,
    DeliveryStatus,
    Direction,
    DrawingCondition,
    FiredBar,
    PriceCondition,
    Repeat,
    RuleCondition,
    StoredFiring,
    Trigger,
    Webhook,
)
from app.alerts.tables import AlertRow, CheckRow, DeliveryRow, FiringRow
from app.core.owner_locks import hold_owner
from app.engine.intervals import Interval

_ALERT = tuple(AlertRow.__table__.columns)


def _owned_by(owner_id: UUID) -> ColumnElement[bool]:
    return AlertRow.owner_id == owner_id


async def count_alerts(session: AsyncSession, owner_id: UUID) -> int:
    """How many alerts somebody has; until the transaction ends nobody else counts them."""
    await hold_owner(session, "alerts", owner_id)
    query = select(func.count()).select_from(AlertRow).where(_owned_by(owner_id))
    return (await session.execute(query)).scalar_one()


async def insert_alert(
    session: AsyncSession,
    owner_id: UUID,
    instrument_id: UUID,
    symbol: str,
    interval: Interval,
    terms: AlertTerms,
    state: AlertState,
    armed_at: datetime,
    checked_until: int,
) -> Alert:
    """Write an alert."""
    fresh = (
        insert(AlertRow)
        .values(
            owner_id=owner_id,
            instrument_id=instrument_id,
            symbol=symbol,
            interval=interval.value,
            state=state.value,
            armed_at=armed_at,
            checked_until=checked_until,
            **write_terms(terms),
        )
        .returning(*_ALERT)
    )
    return read_alert((await session.execute(fresh)).one())


async def find_alert(
    session: AsyncSession, owner_id: UUID, alert_id: UUID, *, lock: bool = False
) -> Alert | None:
    """One's alert; with `lock`, held until the transaction ends."""
    query = select(*_ALERT).where(AlertRow.id == alert_id, _owned_by(owner_id))
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else read_alert(row)


async def list_alerts(
    session: AsyncSession, owner_id: UUID, limit: int, before: UUID | None, instrument_id: UUID | None
) -> list[Alert]:
    """Newest first, those made before the alert `before`."""
    query = select(*_ALERT).where(_owned_by(owner_id)).order_by(AlertRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AlertRow.id < before)
    if instrument_id is not None:
        query = query.where(AlertRow.instrument_id == instrument_id)
    return [read_alert(row) for row in await session.execute(query)]


async def update_alert(session: AsyncSession, alert_id: UUID, values: Mapping[str, Any]) -> Alert:
    """Change columns of an alert that is there and locked."""
    change = update(AlertRow).where(AlertRow.id == alert_id).values(updated_at=func.now(), **values)
    return read_alert((await session.execute(change.returning(*_ALERT))).one())


async def delete_alert(session: AsyncSession, owner_id: UUID, alert_id: UUID) -> UUID | None:
    """Remove an alert; its instrument, or None when there is none. Its firings stay in the log."""
    gone = delete(AlertRow).where(AlertRow.id == alert_id, _owned_by(owner_id))
    return (await session.execute(gone.returning(AlertRow.instrument_id))).scalar_one_or_none()


async def redirect_deliveries(session: AsyncSession, alert_id: UUID, webhook: Webhook | None) -> None:
    """What is still to be sent of an alert's firings goes to another address, or, without one, nowhere."""
    pending = update(DeliveryRow).where(
        DeliveryRow.secret_of == alert_id, DeliveryRow.status == DeliveryStatus.PENDING.value
    )
    if webhook is None:
        await session.execute(
            pending.values(
                status=DeliveryStatus.CANCELLED.value, next_attempt_at=None, finished_at=func.now()
            )
        )
    else:
        await session.execute(pending.values(url=webhook.url, secret_version=webhook.version))


async def list_firings(
    session: AsyncSession,
    owner_id: UUID,
    limit: int,
    before: UUID | None,
    *,
    alert_id: UUID | None = None,
    unread: bool | None = None,
) -> list[StoredFiring]:
    """The log, newest first, with deliveries: two statements, however many."""
    query = select(FiringRow).where(FiringRow.owner_id == owner_id)
    if before is not None:
        query = query.where(FiringRow.id < before)
    if alert_id is not None:
        query = query.where(FiringRow.alert_id == alert_id)
    if unread is not None:
        query = query.where(FiringRow.read_at.is_(None) if unread else FiringRow.read_at.is_not(None))
    rows = (await session.scalars(query.order_by(FiringRow.id.desc()).limit(limit))).all()
    return await complete_firings(session, rows)


async def complete_firings(session: AsyncSession, rows: Sequence[FiringRow]) -> list[StoredFiring]:
    """Firings with their deliveries."""
    wanted = select(DeliveryRow).where(DeliveryRow.firing_id.in_([row.id for row in rows]))
    deliveries: dict[UUID, list[Delivery]] = {}
    for delivery in await session.scalars(wanted.order_by(DeliveryRow.id)):
        deliveries.setdefault(delivery.firing_id, []).append(_read_delivery(delivery))
    return [read_firing(row, deliveries.get(row.id, ())) for row in rows]


async def count_unread(session: AsyncSession, owner_id: UUID) -> int:
    """How many firings nobody has seen yet."""
    query = select(func.count()).select_from(FiringRow)
    query = query.where(FiringRow.owner_id == owner_id, FiringRow.read_at.is_(None))
    return (await session.execute(query)).scalar_one()


async def mark_read(session: AsyncSession, owner_id: UUID, ids: Sequence[UUID] | None, at: datetime) -> None:
    """These firings were seen; None: all."""
    seen = update(FiringRow).where(FiringRow.owner_id == owner_id, FiringRow.read_at.is_(None))
    if ids is not None:
        seen = seen.where(FiringRow.id.in_(ids))
    await session.execute(seen.values(read_at=at))


async def insert_check(
    session: AsyncSession, owner_id: UUID, instrument_id: UUID, interval: Interval, condition: AlertCondition
) -> UUID:
    """Ask a worker to try a condition; the question's id."""
    fresh = insert(CheckRow).values(
        owner_id=owner_id,
        instrument_id=instrument_id,
        interval=interval.value,
        condition=write_condition(condition),
    )
    check_id: UUID = (await session.execute(fresh.returning(CheckRow.id))).scalar_one()
    return check_id


async def count_checks(session: AsyncSession, owner_id: UUID) -> int:
    """How many questions of somebody's wait for an answer; counted by one request at a time."""
    await hold_owner(session, "alert-checks", owner_id)
    query = select(func.count()).select_from(CheckRow)
    query = query.where(CheckRow.owner_id == owner_id, CheckRow.answer.is_(None))
    return (await session.execute(query)).scalar_one()


async def find_answer(session: AsyncSession, check_id: UUID) -> Mapping[str, Any] | None:
    """A worker's answer, if there is one."""
    query = select(CheckRow.answer).where(CheckRow.id == check_id)
    return (await session.execute(query)).scalar_one_or_none()


async def delete_check(session: AsyncSession, check_id: UUID) -> None:
    """Forget a question."""
    await session.execute(delete(CheckRow).where(CheckRow.id == check_id))


def write_terms(terms: AlertTerms) -> dict[str, Any]:
    """The columns that an alert's terms stand in."""
    return {
        "name": terms.name,
        "condition": write_condition(terms.condition),
        "trigger": terms.trigger.value,
        "repeat": terms.repeat.value,
        "cool_down_seconds": terms.cool_down_seconds,
        "webhook_url": None if terms.webhook is None else terms.webhook.url,
        "webhook_version": 0 if terms.webhook is None else terms.webhook.version,
        "expires_at": terms.expires_at,
        "level_factor": terms.level_factor,
        "level_set_at": terms.level_set_at,
    }


def read_condition(stored: Mapping[str, Any]) -> AlertCondition:
    """A condition as it is stored."""
    if stored["kind"] == "rule":
        return RuleCondition(stored["source"])
    direction = Direction(stored["direction"])
    if stored["kind"] == "price":
        return PriceCondition(float(stored["level"]), direction)
    return DrawingCondition(UUID(stored["drawing_id"]), direction)


def read_alert(row: Row[Any]) -> Alert:
    """An alert out of all columns of its row."""
    url = row.webhook_url
    return Alert(
        id=row.id,
        owner_id=row.owner_id,
        instrument_id=row.instrument_id,
        symbol=row.symbol,
        interval=Interval(row.interval),
        terms=AlertTerms(
            name=row.name,
            condition=read_condition(row.condition),
            trigger=Trigger(row.trigger),
            repeat=Repeat(row.repeat),
            cool_down_seconds=row.cool_down_seconds,
            webhook=None if url is None else Webhook(url, row.webhook_version),
            expires_at=row.expires_at,
            level_factor=row.level_factor,
            level_set_at=row.level_set_at,
        ),
        state=AlertState(row.state),
        armed_at=row.armed_at,
        checked_until=row.checked_until,
        last_fired_at=row.last_fired_at,
        last_fired_bar=row.last_fired_bar,
        problem=row.problem,
        secret_version=row.webhook_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def read_firing(row: FiringRow, deliveries: Sequence[Delivery]) -> StoredFiring:
    """A firing out of its row."""
    return StoredFiring(
        id=row.id,
        alert_id=row.alert_id,
        owner_id=row.owner_id,
        instrument_id=row.instrument_id,
        symbol=row.symbol,
        interval=Interval(row.interval),
        alert_name=row.alert_name,
        words=row.words,
        trigger=Trigger(row.trigger),
        bar=FiredBar(row.bar_time, row.open, row.high, row.low, row.close, row.volume),
        price=row.price,
        at=row.at,
        fired_at=row.fired_at,
        read_at=row.read_at,
        deliveries=deliveries,
    )


def _read_delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        channel=Channel(row.channel),
        url=row.url,
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        response_code=row.response_code,
        response_text=row.response_text,
        error=row.error,
        next_attempt_at=row.next_attempt_at,
        finished_at=row.finished_at,
    )
