"""Whether providers answer

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"

_TABLE = "provider_descriptions"


def upgrade() -> None:
    """Keep how asking a provider for its symbols went, for processes that do not ask it."""
    op.add_column(_TABLE, sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(_TABLE, sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column(_TABLE, "silent_since")
    op.drop_column(_TABLE, "answered_at")
