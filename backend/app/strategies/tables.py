"""Saved rules: one row for the strategy, one for each text it ever had."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk


class StrategyRow(MainBase):
    """A strategy: its name, its owner, and which of its versions is the latest."""

    __tablename__ = "strategies"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        Index(None, "owner_id", "id"),
    )

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(Text, server_default="private")
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    created_at: Mapped[datetime] = created_at()
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StrategyVersionRow(MainBase):
    """A text that a strategy had, never changed once written."""

    __tablename__ = "strategy_versions"

    strategy_id: Mapped[UUID] = mapped_column(
        ForeignKey("strategies.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    parameters: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    outputs: Mapped[list[str]] = mapped_column(JSONB)
    lookback: Mapped[int]
    created_at: Mapped[datetime] = created_at()
