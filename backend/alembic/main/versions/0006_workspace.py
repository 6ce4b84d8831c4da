"""Watchlists, drawings and chart layouts

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

revision: str = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    """The room's tables."""


def downgrade() -> None:
    """Remove them."""
