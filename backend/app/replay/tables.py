"""The room's table on the main database."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk


class ReplayRow(MainBase):
    """A replay: see `domain.Replay`. It goes with the instrument whose bars it steps by."""

    __tablename__ = "replays"
    __table_args__ = (
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        CheckConstraint("bars_per_second > 0 AND bars_per_second < 1000", name="speed"),
        Index(None, "owner_id", "id"),
    )

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(Text, server_default="private")
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id", ondelete="CASCADE"), index=True)
    interval: Mapped[str] = mapped_column(String(8))
    started_at: Mapped[datetime]
    position_at: Mapped[datetime]
    anchored_at: Mapped[datetime]
    bars_per_second: Mapped[float | None] = mapped_column(Double)
    is_at_end: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = created_at()
