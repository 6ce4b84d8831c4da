"""Bringing a database's schema to the version that this code was written for."""

from __future__ import annotations

import os
from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, pool

from alembic import command, context
from app.config import Settings

DATABASE_NAMES = ("main", "credentials")
# procrastinate brings its own schema; the drift check looks past it.
_FOREIGN_PREFIX = "procrastinate_"
# One migration at a time per database, whoever starts first: any constant number will do.
_ADVISORY_LOCK = 7_215_064_398


def alembic_config(name: str, dsn: str) -> Config:
    """Alembic's configuration for one of DATABASE_NAMES at `dsn` (postgresql://…).

    FLOWREX_ALEMBIC_INI names the file when the package does not lie in its source tree.
    """
    default = Path(__file__).resolve().parents[2] / "alembic.ini"
    config = Config(os.environ.get("FLOWREX_ALEMBIC_INI", default), ini_section=name)
    config.attributes["dsn"] = dsn
    return config


def upgrade_databases(settings: Settings) -> None:
    """Bring both databases to their newest version. Safe to run twice, or from two places at once."""
    for name, dsn in zip(DATABASE_NAMES, (settings.database_dsn, settings.creds_database_dsn), strict=True):
        command.upgrade(alembic_config(name, dsn), "head")


def belongs_to_us(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
    """False for procrastinate's tables and what hangs on them."""
    return not (kind in {"table", "index"} and (name or "").startswith(_FOREIGN_PREFIX))


def run_migrations(metadata: MetaData) -> None:
    """What both `env.py` files do: connect, take the lock, migrate in one transaction."""
    given = context.config.attributes.get("connection")
    if isinstance(given, Connection):
        _migrate(given, metadata)
        return
    dsn = str(context.config.attributes.get("dsn") or _dsn_from_settings())
    engine = create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=pool.NullPool)
    with engine.connect() as connection:
        _migrate(connection, metadata)


def _migrate(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=belongs_to_us,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        context.run_migrations()
    connection.commit()


def _dsn_from_settings() -> str:
    from app.config import get_settings  # only for alembic's own command line

    settings = get_settings()
    is_main = context.config.config_ini_section == "main"
    return settings.database_dsn if is_main else settings.creds_database_dsn
