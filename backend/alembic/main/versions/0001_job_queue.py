"""The job queue: the schema that procrastinate 3.10 brings.

A newer procrastinate comes with migrations of its own; a new revision here applies them.

Revision: 0001
Revises:
"""

from __future__ import annotations

from procrastinate.schema import SchemaManager

from alembic import op

revision: str = "0001"
down_revision: str | None = None

_DROP = """
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT relname FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', thing.relname);
    END LOOP;
    FOR thing IN SELECT oid::regprocedure AS signature FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', thing.signature);
    END LOOP;
    FOR thing IN SELECT typname FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'c')
            AND typname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', thing.typname);
    END LOOP;
END $$
"""


def upgrade() -> None:
    _execute(SchemaManager.get_schema())


def downgrade() -> None:
    _execute(_DROP)


def _execute(script: str) -> None:
    """Run a script of many statements as it stands: `%` in it is no placeholder."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(script)
