"""Models and migrations agree, in both directions, in both databases."""

from __future__ import annotations

import psycopg
import pytest

from alembic import command
from app.config import Settings
from app.core.migrations import DATABASE_NAMES, alembic_config

_LEFT_OVER = """
SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'
UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT typname FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%alembic_version%'
"""


def _dsn(settings: Settings, name: str) -> str:
    return settings.database_dsn if name == "main" else settings.creds_database_dsn


@pytest.mark.parametrize("name", DATABASE_NAMES)
def test_migrations_build_what_the_models_say(settings: Settings, name: str) -> None:
    command.check(alembic_config(name, _dsn(settings, name)))


@pytest.mark.parametrize("name", DATABASE_NAMES)
def test_downgrade_leaves_nothing_and_upgrade_comes_back(settings: Settings, name: str) -> None:
    config = alembic_config(name, _dsn(settings, name))
    command.downgrade(config, "base")
    with psycopg.connect(_dsn(settings, name)) as connection:
        assert connection.execute(_LEFT_OVER).fetchall() == []
    command.upgrade(config, "head")
    command.check(config)
