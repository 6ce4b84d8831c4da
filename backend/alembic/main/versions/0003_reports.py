"""reports: further terms of a run, the ledger of trials, links to reports

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.add_column(
        "backtest_runs",
        sa.Column(
            "terms",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "backtest_runs", sa.Column("symbols", postgresql.ARRAY(sa.String(length=32)), nullable=True)
    )
    op.add_column(
        "backtest_runs",
        sa.Column("basket", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.add_column("backtest_runs", sa.Column("sweep_id", sa.Uuid(), nullable=True))
    op.add_column("backtest_runs", sa.Column("sweep_overfitting", sa.Double(), nullable=True))
    op.alter_column("backtest_runs", "symbol", existing_type=sa.String(length=32), type_=sa.String(length=40))
    op.create_table(
        "trials",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("family_hash", sa.String(length=64), nullable=False),
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("interval", sa.String(length=8), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sharpe_count", sa.Integer(), nullable=False),
        sa.Column("sharpe_mean", sa.Double(), nullable=False),
        sa.Column("sharpe_m2", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("count >= 1 AND sharpe_count BETWEEN 0 AND count", name=op.f("ck_trials_counts")),
        sa.CheckConstraint("sharpe_m2 >= 0", name=op.f("ck_trials_squares")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        sa.UniqueConstraint(
            "owner_id", "family_hash", "market", "interval", "fingerprint", name="uq_trials_once"
        ),
    )
    op.create_table(
        "report_shares",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["backtest_runs.id"],
            name=op.f("fk_report_shares_run_id_backtest_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_shares")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_report_shares_token_sha256")),
    )
    op.create_index(op.f("ix_report_shares_run_id_id"), "report_shares", ["run_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("report_shares")
    op.drop_table("trials")
    op.execute("UPDATE backtest_runs SET symbol = left(symbol, 32)")
    op.alter_column("backtest_runs", "symbol", existing_type=sa.String(length=40), type_=sa.String(length=32))
    for column in ("sweep_overfitting", "sweep_id", "basket", "symbols", "terms"):
        op.drop_column("backtest_runs", column)
