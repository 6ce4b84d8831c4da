"""Provider links, back-fills and what was asked of providers

Revision: 0005
Revises: 0004
"""

from __future__ import annotations

revision: str = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """The room's tables."""


def downgrade() -> None:
    """Remove them."""
