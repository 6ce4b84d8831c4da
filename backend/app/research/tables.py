"""Sweeps, the shards that they are cut into, and walk-forwards."""

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
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk
from app.core.leased_rows import LeasedWork

_MAYBE_JSON = JSONB(none_as_null=True)


class Asked:
    """The columns of what somebody asked for: whose it is, which rule, on what, over which sets.

    `request` is a whole RunRequest: the rule's text, the base parameters, the terms. `instrument_id` becomes
    null with the instrument's end.
    """

    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(Text, server_default="private")
    strategy_id: Mapped[UUID | None] = mapped_column(ForeignKey("strategies.id", ondelete="SET NULL"))
    strategy_version: Mapped[int | None]
    strategy_name: Mapped[str | None] = mapped_column(Text)
    instrument_id: Mapped[UUID | None] = mapped_column(ForeignKey("instruments.id", ondelete="SET NULL"))
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    method: Mapped[str] = mapped_column(String(8))
    axes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    fixed: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seed: Mapped[int] = mapped_column(BigInteger)
    set_count: Mapped[int]
    objective: Mapped[str] = mapped_column(String(40))
    constraints: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at()


class SweepRow(Asked, MainBase):
    """A sweep.

    It runs while its shards do; `active_since` is there exactly while it runs, `active_seconds` is what it
    ran before that. `weight`: how much work a set is on one bar, in the operations of its rule; `bars`: how
    many a set runs over. `data_sha256`: of the bars that the first shard saw. `sharpe_*`: the moments of the
    Sharpe ratios per bar of the sets that are done, for the ledger of trials.
    """

    __tablename__ = "sweeps"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')",
            name="status_known",
        ),
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        CheckConstraint("method IN ('grid', 'random', 'tpe')", name="method_known"),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed_with_a_reason"),
        CheckConstraint("(status = 'running') = (active_since IS NOT NULL)", name="running_since"),
        CheckConstraint("set_count >= 1 AND sets_done BETWEEN 0 AND set_count", name="sets_counted"),
        CheckConstraint("shard_count >= 1 AND shards_done BETWEEN 0 AND shard_count", name="shards_counted"),
        Index(None, "owner_id", "id"),
        Index(None, "strategy_id"),
        Index(None, "instrument_id"),
        Index(
            "ix_sweeps_unfinished",
            "owner_id",
            postgresql_where=text("status IN ('queued', 'running', 'paused')"),
        ),
    )

    id: Mapped[UUID] = uuid_pk()
    status: Mapped[str] = mapped_column(String(16), server_default="queued")
    shard_count: Mapped[int]
    sets_done: Mapped[int] = mapped_column(server_default=text("0"))
    shards_done: Mapped[int] = mapped_column(server_default=text("0"))
    bars: Mapped[int] = mapped_column(BigInteger)
    weight: Mapped[float] = mapped_column(Double)
    data_sha256: Mapped[str | None] = mapped_column(String(64))
    active_since: Mapped[datetime | None]
    active_seconds: Mapped[float] = mapped_column(Double, server_default=text("0"))
    sharpe_count: Mapped[int] = mapped_column(server_default=text("0"))
    sharpe_mean: Mapped[float] = mapped_column(Double, server_default=text("0"))
    sharpe_m2: Mapped[float] = mapped_column(Double, server_default=text("0"))
    best: Mapped[dict[str, Any] | None] = mapped_column(_MAYBE_JSON)
    plateau: Mapped[dict[str, Any] | None] = mapped_column(_MAYBE_JSON)
    overfitting: Mapped[dict[str, Any] | None] = mapped_column(_MAYBE_JSON)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ShardRow(LeasedWork, MainBase):
    """A run of consecutive sets; the last row of a sweep has none: it is the choosing of the best.

    `is_deferred`: a job for it is in the queue. `sequence`: the how-manieth shard of its sweep to succeed.
    The packed columns are float64, little-endian, column by column (see `packing`), stored EXTERNAL (the
    migration says so), so that one figure is read without the others.
    """

    __tablename__ = "sweep_shards"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status_known"
        ),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_is_a_fraction"),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed_with_a_reason"),
        CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="running_under_a_lease"),
        CheckConstraint(
            "(status = 'succeeded' AND set_count > 0) = (figures IS NOT NULL AND sequence IS NOT NULL)",
            name="succeeded_with_a_result",
        ),
        UniqueConstraint("sweep_id", "number"),
        UniqueConstraint("sweep_id", "sequence"),
        Index("ix_sweep_shards_unfinished", "lease_until", postgresql_where=text("status = 'running'")),
    )

    sweep_id: Mapped[UUID] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"))
    number: Mapped[int]
    first_set: Mapped[int]
    set_count: Mapped[int]
    is_deferred: Mapped[bool] = mapped_column(server_default=text("false"))
    sequence: Mapped[int | None]
    seconds: Mapped[float | None] = mapped_column(Double)
    parameters: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    figures: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    blocks: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)


class WalkForwardRow(Asked, LeasedWork, MainBase):
    """A walk-forward: one job. `result`: windows, metrics, efficiency, and curves thinned out for a chart."""

    __tablename__ = "walk_forwards"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status_known"
        ),
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        CheckConstraint("method IN ('grid', 'random')", name="method_known"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_is_a_fraction"),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed_with_a_reason"),
        CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="running_under_a_lease"),
        CheckConstraint("(status = 'succeeded') = (result IS NOT NULL)", name="succeeded_with_a_result"),
        Index(None, "owner_id", "id"),
        Index(None, "strategy_id"),
        Index(None, "instrument_id"),
        Index(
            "ix_walk_forwards_unfinished",
            "lease_until",
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
    )

    train_bars: Mapped[int]
    test_bars: Mapped[int]
    anchored: Mapped[bool]
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    result: Mapped[dict[str, Any] | None] = mapped_column(_MAYBE_JSON)
