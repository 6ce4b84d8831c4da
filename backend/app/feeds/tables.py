"""The room's tables on the main database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk
from app.engine.intervals import Interval
from app.feeds.domain import FINAL_STATUSES, BackfillStatus

_STATUSES = ", ".join(f"'{status}'" for status in BackfillStatus)
_FINAL = ", ".join(sorted(f"'{status}'" for status in FINAL_STATUSES))
_INTERVALS = ", ".join(f"'{interval}'" for interval in Interval)
# The same table of the market room; named, since rooms do not import each other's tables.
_INSTRUMENT = "instruments.id"


class ProviderDescriptionRow(MainBase):
    """A provider as the worker knows it, for processes that do not load it."""

    __tablename__ = "provider_descriptions"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seen_at: Mapped[datetime]
    # How asking it for all that it has went: when it answered last, and since when it does not.
    answered_at: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]


class ProviderLinkRow(MainBase):
    """Which provider feeds an instrument."""

    __tablename__ = "provider_links"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey(_INSTRUMENT, ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(64))
    mic_code: Mapped[str | None] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    owner_id: Mapped[UUID | None]
    added_by: Mapped[UUID | None]
    splits_due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    splits_fetched_at: Mapped[datetime | None]
    splits_problem: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = created_at()

    __table_args__ = (Index(None, "provider", "splits_due_at"),)


class FedSeriesRow(MainBase):
    """An interval of a linked instrument that is kept fresh. `due_at`: when its newest bars are asked for
    next.
    """

    __tablename__ = "fed_series"

    instrument_id: Mapped[UUID] = mapped_column(
        ForeignKey(ProviderLinkRow.instrument_id, ondelete="CASCADE"), primary_key=True
    )
    interval: Mapped[str] = mapped_column(String(8), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    wanted_at: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    problem: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        Index(None, "due_at"),
        CheckConstraint(f'"interval" IN ({_INTERVALS})', name="interval"),
    )


class AskedRangeRow(MainBase):
    """A stretch start ≤ time < end of an instrument's bars that its provider has answered for good, bars or
    none. Ranges of a series neither overlap nor touch.
    """

    __tablename__ = "asked_ranges"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey(_INSTRUMENT, ondelete="CASCADE"), primary_key=True)
    interval: Mapped[str] = mapped_column(String(8), primary_key=True)
    start_time: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    end_time: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("start_time < end_time", name="order"),)


class BackfillRow(MainBase):
    """A stretch of an instrument's bars on its way in, newest first: from `frontier` on it is done."""

    __tablename__ = "backfills"

    id: Mapped[UUID] = uuid_pk()
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey(_INSTRUMENT, ondelete="CASCADE"))
    owner_id: Mapped[UUID | None]
    provider: Mapped[str] = mapped_column(String(32))
    interval: Mapped[str] = mapped_column(String(8))
    start_time: Mapped[int] = mapped_column(BigInteger)
    end_time: Mapped[int] = mapped_column(BigInteger)
    frontier: Mapped[int] = mapped_column(BigInteger)
    again: Mapped[bool] = mapped_column(server_default=text("false"))
    status: Mapped[str] = mapped_column(String(16), server_default=BackfillStatus.QUEUED.value)
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    pages: Mapped[int] = mapped_column(server_default=text("0"))
    inserted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    updated: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    credits: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    # [start, end, times asked, not before (unix s)]: what was answered as empty against the calendar.
    doubts: Mapped[list[list[int]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    waits_until: Mapped[datetime | None]
    wait_reason: Mapped[str | None] = mapped_column(String(500))
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_detail: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = created_at()
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "instrument_id", "interval"),
        Index(None, "owner_id", "id"),
        Index("ix_backfills_open", "provider", postgresql_where=text(f"status NOT IN ({_FINAL})")),
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint(f'"interval" IN ({_INTERVALS})', name="interval"),
        CheckConstraint("start_time <= frontier AND frontier <= end_time", name="range"),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed_with_a_reason"),
    )


class CreditMeterRow(MainBase):
    """What was spent of a provider's quota today; its row is the lock under which credits are reserved."""

    __tablename__ = "credit_meters"

    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date]
    spent_today: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    blocked_until: Mapped[datetime | None]
    blocked_for_today: Mapped[bool] = mapped_column(server_default=text("false"))
    blocked_reason: Mapped[str | None] = mapped_column(String(500))


class CreditSpendRow(MainBase):
    """Credits of one request of the last minutes, written before it goes out."""

    __tablename__ = "credit_spends"

    id: Mapped[UUID] = uuid_pk()
    provider: Mapped[str] = mapped_column(String(32))
    credits: Mapped[int]
    sent_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "provider", "sent_at"),
        CheckConstraint("credits > 0", name="credits"),
    )


class ProviderSymbolRow(MainBase):
    """Something that a provider said it has bars of."""

    __tablename__ = "provider_symbols"

    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    mic_code: Mapped[str] = mapped_column(String(16), primary_key=True, server_default="")
    symbol: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    asset_class: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seen_at: Mapped[datetime]

    __table_args__ = (Index(None, "symbol"),)
