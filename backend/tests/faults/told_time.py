"""A time of the tests' own, which a whole stack is told: another hour of the day, or one that runs fast.

The processes ask the operating system for nothing but pauses then; what they take for the present instant is
read from a file. PostgreSQL, whose clock is the credit meter's, is told the same by a function of its own.
"""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import psycopg
from psycopg import sql

_SITE = Path(__file__).with_name("told_time_site")


class ToldTime:
    """The time as told: `speed` told seconds a second, from the moment of `tell` on."""

    def __init__(self, path: Path, speed: float = 1.0) -> None:
        self._path = path
        self._is_database_told = False
        self.since, self.at, self.speed = time.time(), time.time(), speed
        self._write()

    def tell(self, at: float) -> None:
        """It is `at` (unix s) now. Never tell an earlier time than it was."""
        self.since, self.at = time.time(), at
        self._write()

    def _write(self) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(file, struct.pack("<ddd", self.since, self.at, self.speed), 0)
        os.close(file)

    def now(self) -> float:
        """The present instant (unix s), as it is told."""
        return self.at + (time.time() - self.since) * self.speed

    def sleep_until(self, at: float) -> None:
        """Return when it is `at`."""
        time.sleep(max(0.0, (at - self.now()) / self.speed))

    @property
    def settings(self) -> dict[str, str]:
        """What a stack's environment needs to follow."""
        return {"PYTHONPATH": str(_SITE), "FLOWREX_TOLD_TIME": str(self._path)}

    def tell_database(self, dsn: str) -> None:
        """Let PostgreSQL's clock_timestamp() be the told time, for new connections of this user and for those
        that were opened since the first call, which ends all others.
        """
        with psycopg.connect(dsn, autocommit=True) as connection:
            body = sql.SQL(
                "SELECT pg_catalog.to_timestamp("
                "{} + (extract(epoch FROM pg_catalog.clock_timestamp()) - {}) * {})"
            ).format(self.at, self.since, self.speed)
            connection.execute("CREATE SCHEMA IF NOT EXISTS told_time")
            connection.execute(
                sql.SQL(
                    "CREATE OR REPLACE FUNCTION told_time.clock_timestamp() RETURNS timestamptz"
                    " LANGUAGE sql VOLATILE AS {}"
                ).format(sql.Literal(body.as_string(connection)))
            )
            connection.execute("ALTER ROLE CURRENT_USER SET search_path = told_time, pg_catalog, public")
            if not self._is_database_told:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                self._is_database_told = True
