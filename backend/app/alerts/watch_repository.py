"""Queries of the worker: which alerts wait for bars, what fired, what is to be sent, what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.conditions import describe_condition
from app.alerts.domain import Alert, AlertCondition, AlertState, Firing, StoredFiring, Trigger
from app.alerts.repository import complete_firings, read_alert, read_condition
from app.alerts.tables import AlertRow, CheckRow, DeliveryRow, FiringRow
from app.engine.intervals import Interval

_ALERT = tuple(AlertRow.__table__.columns)
# One parameter whatever the number of rows. A firing and its deliveries stand or fall together.
_INSERT_FIRINGS = text(
    """
    WITH fired AS (
        INSERT INTO alert_firings (
            alert_id, owner_id, instrument_id, symbol, "interval", alert_name, words, trigger, bar_time,
            open, high, low, close, volume, price, at
        )
        SELECT alert_id, owner_id, instrument_id, symbol, "interval", alert_name, words, trigger, bar_time,
            open, high, low, close, volume, price, at
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(
            alert_id uuid, owner_id uuid, instrument_id uuid, symbol text, "interval" text, alert_name text,
            words text, trigger text, bar_time bigint, open float8, high float8, low float8, close float8,
            volume float8, price float8, at timestamptz
        )
        ON CONFLICT (alert_id, bar_time) DO NOTHING
        RETURNING id, alert_id
    ), sent AS (
        INSERT INTO alert_deliveries (
            firing_id, channel, url, secret_of, secret_version, next_attempt_at
        )
        SELECT fired.id, 'webhook', alerts.webhook_url, alerts.id, alerts.webhook_version, :now
        FROM fired JOIN alerts ON alerts.id = fired.alert_id
        WHERE alerts.webhook_url IS NOT NULL
    )
    SELECT id FROM fired
    """
)
_UPDATE_ALERTS = text(
    """
    UPDATE alerts SET
        checked_until = greatest(alerts.checked_until, given.checked_until),
        state = given.state,
        problem = given.problem,
        last_fired_at = coalesce(given.last_fired_at, alerts.last_fired_at),
        last_fired_bar = coalesce(given.last_fired_bar, alerts.last_fired_bar)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(
        id uuid, checked_until bigint, state text, problem text, last_fired_at timestamptz,
        last_fired_bar bigint
    )
    WHERE alerts.id = given.id
    """
)


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts of one instrument and interval: they look at the same bars."""

    instrument_id: UUID
    interval: Interval


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What a look at bars did to an alert."""

    alert: Alert
    checked_until: int
    is_done: bool
    problem: str | None
    fired: Firing | None

    @property
    def is_one(self) -> bool:
        """Whether anything is to be written."""
        return (
            self.fired is not None
            or self.checked_until > self.alert.checked_until
            or self.problem != self.alert.problem
        )


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that this worker holds the lease of."""

    id: UUID
    firing_id: UUID
    url: str
    secret_of: UUID
    secret_version: int
    attempts: int


@dataclass(frozen=True, slots=True)
class AskedCheck:
    """A condition that somebody wants tried."""

    id: UUID
    owner_id: UUID
    group: Group
    condition: AlertCondition


async def list_active_groups(
    session: AsyncSession, instrument_ids: Sequence[UUID] | None, trigger: Trigger | None = None
) -> list[Group]:
    """The groups that have active alerts: of these instruments, or all."""
    query = select(AlertRow.instrument_id, AlertRow.interval).distinct()
    query = query.where(AlertRow.state == AlertState.ACTIVE.value)
    if instrument_ids is not None:
        query = query.where(AlertRow.instrument_id.in_(instrument_ids))
    if trigger is not None:
        query = query.where(AlertRow.trigger == trigger.value)
    return [Group(row[0], Interval(row[1])) for row in await session.execute(query)]


async def list_group(session: AsyncSession, group: Group, trigger: Trigger) -> list[Alert]:
    """The active alerts of a group that look at prices in this way, held by nobody."""
    query = select(*_ALERT).where(*_active(group), AlertRow.trigger == trigger.value).order_by(AlertRow.id)
    return [read_alert(row) for row in await session.execute(query)]


async def lock_group(session: AsyncSession, group: Group) -> tuple[list[Alert], bool]:
    """The active alerts of a group that nobody else holds, held until the transaction ends; and whether
    there are others.
    """
    query = select(*_ALERT).where(*_active(group)).order_by(AlertRow.id).with_for_update(skip_locked=True)
    alerts = [read_alert(row) for row in await session.execute(query)]
    count = select(func.count()).select_from(AlertRow).where(*_active(group))
    return alerts, (await session.execute(count)).scalar_one() > len(alerts)


async def lock_alerts(session: AsyncSession, ids: Sequence[UUID]) -> list[Alert]:
    """Those of the alerts that are active still, held until the transaction ends."""
    query = select(*_ALERT).where(AlertRow.id.in_(ids), AlertRow.state == AlertState.ACTIVE.value)
    rows = await session.execute(query.order_by(AlertRow.id).with_for_update())
    return [read_alert(row) for row in rows]


def _active(group: Group) -> tuple[Any, ...]:
    return (
        AlertRow.instrument_id == group.instrument_id,
        AlertRow.interval == group.interval.value,
        AlertRow.state == AlertState.ACTIVE.value,
    )


async def insert_firings(
    session: AsyncSession, firings: Sequence[Firing], now: datetime
) -> list[StoredFiring]:
    """Write firings with what is to be sent of them; those that were not there yet, oldest first."""
    rows = orjson.dumps([_write_firing(firing) for firing in firings], default=str).decode()
    ids = [row[0] for row in await session.execute(_INSERT_FIRINGS, {"rows": rows, "now": now})]
    if not ids:
        return []
    stored = select(FiringRow).where(FiringRow.id.in_(ids)).order_by(FiringRow.id)
    return await complete_firings(session, (await session.scalars(stored)).all())


async def update_alerts(session: AsyncSession, changes: Sequence[AlertChange]) -> None:
    """Write what a look at bars did."""
    rows = [
        {
            "id": change.alert.id,
            "checked_until": change.checked_until,
            "state": (AlertState.DONE if change.is_done else AlertState.ACTIVE).value,
            "problem": change.problem,
            "last_fired_at": change.fired.at if change.fired else None,
            "last_fired_bar": change.fired.bar.time if change.fired else None,
        }
        for change in changes
    ]
    if rows:
        await session.execute(_UPDATE_ALERTS, {"rows": orjson.dumps(rows, default=str).decode()})


def _write_firing(firing: Firing) -> dict[str, Any]:
    alert, bar = firing.alert, firing.bar
    return {
        "alert_id": alert.id,
        "owner_id": alert.owner_id,
        "instrument_id": alert.instrument_id,
        "symbol": alert.symbol,
        "interval": alert.interval.value,
        "alert_name": alert.terms.name,
        "words": describe_condition(alert.terms.condition),
        "trigger": firing.trigger.value,
        "bar_time": bar.time,
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "price": firing.price,
        "at": firing.at,
    }


async def claim_deliveries(
    session: AsyncSession, now: datetime, lease: timedelta, limit: int
) -> list[DueDelivery]:
    """Take deliveries whose time has come; nobody else does until the lease is over."""
    due = select(DeliveryRow.id).where(DeliveryRow.status == "pending", DeliveryRow.next_attempt_at <= now)
    due = due.order_by(DeliveryRow.next_attempt_at).limit(limit).with_for_update(skip_locked=True)
    # Looked up once: planned as a join, PostgreSQL may run it anew for each row, and take more than `limit`.
    picked = due.cte("picked").prefix_with("MATERIALIZED", dialect="postgresql")
    taken = (
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(select(picked.c.id)))
        .values(attempts=DeliveryRow.attempts + 1, next_attempt_at=now + lease)
        .returning(
            DeliveryRow.id,
            DeliveryRow.firing_id,
            DeliveryRow.url,
            DeliveryRow.secret_of,
            DeliveryRow.secret_version,
            DeliveryRow.attempts,
        )
    )
    return [DueDelivery(*row) for row in await session.execute(taken)]


async def find_next_attempt(session: AsyncSession) -> datetime | None:
    """When the next delivery is due."""
    query = select(func.min(DeliveryRow.next_attempt_at)).where(DeliveryRow.status == "pending")
    return (await session.execute(query)).scalar_one()


async def finish_delivery(session: AsyncSession, due: DueDelivery, values: Mapping[str, Any]) -> None:
    """Write what came of an attempt, unless the delivery is in other hands or was cancelled meanwhile."""
    await session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.id == due.id, DeliveryRow.status == "pending", DeliveryRow.attempts == due.attempts
        )
        .values(**values)
    )


async def list_stored_firings(session: AsyncSession, ids: Sequence[UUID]) -> list[StoredFiring]:
    """Firings of the log by their ids."""
    rows = (await session.scalars(select(FiringRow).where(FiringRow.id.in_(ids)))).all()
    return await complete_firings(session, rows)


async def take_check(session: AsyncSession) -> AskedCheck | None:
    """The oldest question that nobody answers yet, held until the transaction ends."""
    query = select(CheckRow).where(CheckRow.answer.is_(None)).order_by(CheckRow.created_at).limit(1)
    row = (await session.scalars(query.with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return None
    group = Group(row.instrument_id, Interval(row.interval))
    return AskedCheck(row.id, row.owner_id, group, read_condition(row.condition))


async def answer_check(session: AsyncSession, check_id: UUID, answer: Mapping[str, Any]) -> None:
    """Write the answer."""
    await session.execute(update(CheckRow).where(CheckRow.id == check_id).values(answer=dict(answer)))


async def delete_old_checks(session: AsyncSession, before: datetime) -> None:
    """Forget questions whose asker is gone."""
    await session.execute(delete(CheckRow).where(CheckRow.created_at < before))
