"""Alembic's entry for the main database."""

import app.alerts.tables
import app.auth.tables
import app.backtests.tables
import app.feeds.tables
import app.market.tables
import app.replay.tables
import app.research.tables
import app.strategies.tables
import app.workspace.tables  # noqa: F401 - tables register themselves with their metadata
from app.core.database import MainBase
from app.core.migrations import run_migrations

run_migrations(MainBase.metadata)
