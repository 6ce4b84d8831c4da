"""The room's tables on the main database."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk
from app.engine.intervals import Interval
from app.workspace.domain import DrawingKind

_KINDS = ", ".join(f"'{kind}'" for kind in DrawingKind)
_INTERVALS = ", ".join(f"'{interval}'" for interval in Interval)


class WatchlistRow(MainBase):
    """A named list of instruments. `revision` grows with every change of its items; its row is their lock."""

    __tablename__ = "watchlists"
    __table_args__ = (
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        Index(None, "owner_id", "position", "id"),
        Index("uq_watchlists_one_default", "owner_id", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(String(16), server_default="private")
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[datetime] = created_at()
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class WatchlistItemRow(MainBase):
    """An instrument on a list. Gone with either."""

    __tablename__ = "watchlist_items"
    __table_args__ = (Index(None, "instrument_id"),)

    watchlist_id: Mapped[UUID] = mapped_column(
        ForeignKey(WatchlistRow.id, ondelete="CASCADE"), primary_key=True
    )
    instrument_id: Mapped[UUID] = mapped_column(
        ForeignKey("instruments.id", ondelete="CASCADE"), primary_key=True
    )
    group: Mapped[str | None] = mapped_column("group", String(60))
    position: Mapped[int]


class DrawingRow(MainBase):
    """Something drawn on an instrument's chart. `points`: [[time, raw price], …]."""

    __tablename__ = "drawings"
    __table_args__ = (
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint(f'"interval" IN ({_INTERVALS})', name="interval_known"),
        Index(None, "owner_id", "instrument_id", "id"),
        Index(None, "instrument_id"),
    )

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(String(16), server_default="private")
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    interval: Mapped[str] = mapped_column(String(8))
    points: Mapped[list[list[float]]] = mapped_column(JSONB)
    color: Mapped[str] = mapped_column(String(32))
    width: Mapped[int] = mapped_column(SmallInteger)
    dash: Mapped[str] = mapped_column(String(8))
    extends_right: Mapped[bool]
    is_locked: Mapped[bool]
    text: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = created_at()
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LayoutRow(MainBase):
    """An arrangement of charts. The one with the newest `used_at` was used last."""

    __tablename__ = "layouts"
    __table_args__ = (
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        Index(None, "owner_id", "used_at", "id"),
    )

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(String(16), server_default="private")
    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[dict[str, Any]] = mapped_column(JSONB)
    used_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_at: Mapped[datetime] = created_at()
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
