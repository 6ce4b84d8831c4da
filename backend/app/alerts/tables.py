"""Alerts, the log of their firings, the deliveries of those, and checks that a worker answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk


class AlertRow(MainBase):
    """A condition that somebody has watched on an instrument's bars."""

    __tablename__ = "alerts"

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(Text, server_default="private")
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"))
    symbol: Mapped[str] = mapped_column(String(32))
    interval: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Text)
    condition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    trigger: Mapped[str] = mapped_column(String(12))
    repeat: Mapped[str] = mapped_column(String(8))
    cool_down_seconds: Mapped[int]
    webhook_url: Mapped[str | None] = mapped_column(Text)
    webhook_version: Mapped[int] = mapped_column(server_default=text("0"))
    expires_at: Mapped[datetime | None]
    level_factor: Mapped[float] = mapped_column(Double)
    level_set_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    armed_at: Mapped[datetime]
    checked_until: Mapped[int] = mapped_column(BigInteger)
    last_fired_at: Mapped[datetime | None]
    last_fired_bar: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = created_at()
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        CheckConstraint("state IN ('active', 'paused', 'done')", name="state_known"),
        CheckConstraint("\"trigger\" IN ('closed_bar', 'tick')", name="trigger_known"),
        CheckConstraint("repeat IN ('once', 'every')", name="repeat_known"),
        CheckConstraint("cool_down_seconds >= 0", name="cool_down_not_negative"),
        CheckConstraint("level_factor > 0 AND level_factor < 'Infinity'::float8", name="level_factor_finite"),
        Index(None, "owner_id", "id"),
        Index("ix_alerts_active", "instrument_id", "interval", postgresql_where=text("state = 'active'")),
    )


class FiringRow(MainBase):
    """A firing in the log, with the bar as it was then. It outlives its alert. One per alert and bar."""

    __tablename__ = "alert_firings"

    id: Mapped[UUID] = uuid_pk()
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey(AlertRow.id, ondelete="SET NULL"))
    owner_id: Mapped[UUID]
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"))
    symbol: Mapped[str] = mapped_column(String(32))
    interval: Mapped[str] = mapped_column(String(8))
    alert_name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    trigger: Mapped[str] = mapped_column(String(12))
    bar_time: Mapped[int] = mapped_column(BigInteger)
    open: Mapped[float] = mapped_column(Double)
    high: Mapped[float] = mapped_column(Double)
    low: Mapped[float] = mapped_column(Double)
    close: Mapped[float] = mapped_column(Double)
    volume: Mapped[float | None] = mapped_column(Double)
    price: Mapped[float] = mapped_column(Double)
    at: Mapped[datetime]
    fired_at: Mapped[datetime] = created_at()
    read_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("alert_id", "bar_time"),
        Index(None, "owner_id", "id"),
        Index("ix_alert_firings_unread", "owner_id", "id", postgresql_where=text("read_at IS NULL")),
        Index(None, "instrument_id"),
    )


class DeliveryRow(MainBase):
    """A firing on its way to a webhook. Whoever holds the lease sends it; its id goes along, so that the
    receiver can tell a second sending from a second firing.
    """

    __tablename__ = "alert_deliveries"

    id: Mapped[UUID] = uuid_pk()
    firing_id: Mapped[UUID] = mapped_column(ForeignKey(FiringRow.id, ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(12))
    url: Mapped[str] = mapped_column(Text)
    secret_of: Mapped[UUID]
    secret_version: Mapped[int]
    status: Mapped[str] = mapped_column(String(12), server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_attempt_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    response_code: Mapped[int | None]
    response_text: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = created_at()
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("channel IN ('webhook')", name="channel_known"),
        CheckConstraint("status IN ('pending', 'delivered', 'failed', 'cancelled')", name="status_known"),
        CheckConstraint(
            "(status = 'pending') = (next_attempt_at IS NOT NULL)", name="pending_with_a_next_attempt"
        ),
        Index("ix_alert_deliveries_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_alert_deliveries_secret_of", "secret_of", postgresql_where=text("status = 'pending'")),
    )


class CheckRow(MainBase):
    """A condition to be tried on the stored bars. Asked by a request, answered by a worker, then deleted."""

    __tablename__ = "alert_checks"

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"), index=True)
    interval: Mapped[str] = mapped_column(String(8))
    condition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = created_at()

    __table_args__ = (
        Index("ix_alert_checks_waiting", "created_at", postgresql_where=text("answer IS NULL")),
    )
