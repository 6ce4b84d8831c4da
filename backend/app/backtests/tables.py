"""Runs, one row each: what was asked, how far it is, what came out; what was ever tried; links to reports."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk
from app.core.leased_rows import LeasedWork
from app.engine.intervals import Interval

_MONEY = Numeric(28, 8)


class RunRow(LeasedWork, MainBase):
    """A backtest.

    `trades` and `equity` are packed columns, stored EXTERNAL (the migration says so): compressing floats
    costs time and saves nothing.
    """

    __tablename__ = "backtest_runs"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status_known"
        ),
        CheckConstraint("visibility IN ('private')", name="visibility_known"),
        CheckConstraint("adjust IN ('splits', 'none')", name="adjust_known"),
        CheckConstraint(
            '"interval" IN ({})'.format(", ".join(f"'{interval}'" for interval in Interval)),
            name="interval_known",
        ),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_is_a_fraction"),
        CheckConstraint(
            "initial_cash > 0 AND initial_cash <> 'NaN'"
            " AND commission_fixed >= 0 AND commission_fixed <> 'NaN'",
            name="money_is_money",
        ),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed_with_a_reason"),
        CheckConstraint(
            "(status = 'succeeded') = (metrics IS NOT NULL AND equity IS NOT NULL)",
            name="succeeded_with_a_result",
        ),
        CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="running_under_a_lease"),
        Index(None, "owner_id", "id"),
        Index(None, "strategy_id"),
        Index(None, "instrument_id"),
        Index(
            "ix_backtest_runs_unfinished",
            "lease_until",
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
    )

    owner_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(Text, server_default="private")
    strategy_id: Mapped[UUID | None] = mapped_column(ForeignKey("strategies.id", ondelete="SET NULL"))
    strategy_version: Mapped[int | None]
    strategy_name: Mapped[str | None] = mapped_column(Text)

    source: Mapped[str] = mapped_column(Text)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    instrument_id: Mapped[UUID | None] = mapped_column(ForeignKey("instruments.id", ondelete="SET NULL"))
    symbol: Mapped[str] = mapped_column(String(40))
    interval: Mapped[str] = mapped_column(String(8))
    start_at: Mapped[datetime | None]
    end_at: Mapped[datetime | None]
    initial_cash: Mapped[Decimal] = mapped_column(_MONEY)
    commission_bps: Mapped[float] = mapped_column(Double)
    commission_fixed: Mapped[Decimal] = mapped_column(_MONEY)
    slippage_bps: Mapped[float] = mapped_column(Double)
    whole_units: Mapped[bool]
    close_at_end: Mapped[bool]
    adjust: Mapped[str] = mapped_column(String(8))
    # The terms that came later: those of FillTerms and `detail_interval`; what is not named has its default.
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    symbols: Mapped[list[str] | None] = mapped_column(ARRAY(String(32)))
    basket: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # Of the research room: no foreign key crosses.
    sweep_id: Mapped[UUID | None]
    sweep_overfitting: Mapped[float | None] = mapped_column(Double)

    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = created_at()

    manifest: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    verdict: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    metrics: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    benchmark: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    trades: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    equity: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)


class TrialRow(MainBase):
    """Something that somebody tried of a family of rules on some data: one run, or a whole sweep.

    `count`: how many sets of values were tried. `sharpe_count`, `sharpe_mean`, `sharpe_m2`: of the Sharpe
    ratios per bar that are defined their number, their mean and the sum of squared distances from it. Kept
    when runs are deleted: what was tried was tried.
    """

    __tablename__ = "trials"
    __table_args__ = (
        UniqueConstraint(
            "owner_id", "family_hash", "market", "interval", "fingerprint", name="uq_trials_once"
        ),
        CheckConstraint("count >= 1 AND sharpe_count BETWEEN 0 AND count", name="counts"),
        CheckConstraint("sharpe_m2 >= 0", name="squares"),
    )

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID]
    family_hash: Mapped[str] = mapped_column(String(64))
    market: Mapped[str] = mapped_column(Text)
    interval: Mapped[str] = mapped_column(String(8))
    fingerprint: Mapped[str] = mapped_column(String(64))
    count: Mapped[int]
    sharpe_count: Mapped[int]
    sharpe_mean: Mapped[float] = mapped_column(Double)
    sharpe_m2: Mapped[float] = mapped_column(Double)
    created_at: Mapped[datetime] = created_at()


class ReportShareRow(MainBase):
    """A link to a report. The token itself is not kept, only its SHA-256."""

    __tablename__ = "report_shares"
    __table_args__ = (Index(None, "run_id", "id"),)

    id: Mapped[UUID] = uuid_pk()
    run_id: Mapped[UUID] = mapped_column(ForeignKey(RunRow.id, ondelete="CASCADE"))
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = created_at()
    expires_at: Mapped[datetime]
