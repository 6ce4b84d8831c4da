"""Alembic's entry for the credentials database."""

import app.auth.tables
import app.core.secrets  # noqa: F401 - tables register themselves with their metadata
from app.core.database import CredentialsBase
from app.core.migrations import run_migrations

run_migrations(CredentialsBase.metadata)
