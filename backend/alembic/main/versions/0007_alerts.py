"""Alerts, their firings and deliveries

Revision: 0007
Revises: 0006
"""

from __future__ import annotations

revision: str = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    """The room's tables."""


def downgrade() -> None:
    """Remove them."""
