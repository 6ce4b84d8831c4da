"""Replays

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

revision: str = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    """The room's tables."""


def downgrade() -> None:
    """Remove them."""
