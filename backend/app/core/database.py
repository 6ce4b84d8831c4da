"""The two databases: their declarative bases, lazily made engines, and one transaction a request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Depends, Request
from sqlalchemy import DateTime, MetaData, func, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.config import Settings

log = structlog.get_logger(__name__)

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_TYPES: dict[Any, Any] = {datetime: DateTime(timezone=True)}

POOL_SIZE = 5
POOL_OVERFLOW = 5
STATEMENT_TIMEOUT_SECONDS = 30
# Timeouts kept by the server itself, so that a stuck client cannot hold locks for ever.
SERVER_SETTINGS = {
    "statement_timeout": f"{STATEMENT_TIMEOUT_SECONDS}s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}


class MainBase(DeclarativeBase):
    """Tables of the main database: everything but credentials."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = _TYPES


class CredentialsBase(DeclarativeBase):
    """Tables of the credentials database: password hashes, token families, and nothing else."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = _TYPES


def uuid_pk() -> Mapped[UUID]:
    """A primary key of PostgreSQL's own UUIDv7: ordered by time of making."""
    return mapped_column(primary_key=True, server_default=func.uuidv7())


def created_at() -> Mapped[datetime]:
    """When the row was made, by the database's clock."""
    return mapped_column(server_default=func.now())


class Database:
    """One PostgreSQL database. The engine is made at its first use; nothing connects before that."""

    def __init__(self, name: str, url: str, *, application_name: str = "flowrex") -> None:
        self.name = name
        self.url = url
        self.dsn = url.replace("+asyncpg", "", 1)
        self._application_name = application_name

    @cached_property
    def engine(self) -> AsyncEngine:
        """The pool of connections."""
        return create_async_engine(
            self.url,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,  # an error in the log must not carry a password's hash
            connect_args={
                "timeout": 5,
                "command_timeout": STATEMENT_TIMEOUT_SECONDS + 5,
                "server_settings": {**SERVER_SETTINGS, "application_name": self._application_name},
            },
        )

    @cached_property
    def _sessions(self) -> async_sessionmaker[AsyncSession]:
        return async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any error.

        Code inside may commit earlier, before it waits for something slow; what follows is a new transaction.
        """
        session = self._sessions()
        try:
            yield session
            await session.commit()
        except BaseException:
            await session.rollback()
            raise
        finally:
            await session.close()

    async def ping(self) -> float:
        """Milliseconds of a round trip. Raises what the driver raises when the database is away."""
        started = time.perf_counter()
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return (time.perf_counter() - started) * 1000

    async def wait_until_ready(self, timeout_seconds: float) -> None:
        """Return once the database answers; say so every few seconds while it is late.

        Raises TimeoutError after `timeout_seconds`.
        """
        deadline = time.monotonic() + timeout_seconds
        pause, said_at = 0.1, 0.0
        while True:
            try:
                await self.ping()
                return
            except (OSError, DBAPIError, TimeoutError) as error:
                if time.monotonic() >= deadline:
                    raise TimeoutError(
                        f"the {self.name} database did not answer within {timeout_seconds:g} s"
                    ) from error
                if time.monotonic() - said_at > 3:
                    said_at = time.monotonic()
                    log.warning("database_is_late", database=self.name, reason=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 1.0)

    async def dispose(self) -> None:
        """Close every connection, if the engine was ever made."""
        if "engine" in self.__dict__:
            await self.engine.dispose()


@dataclass(frozen=True, slots=True)
class Databases:
    """The two databases of an installation. They never commit together."""

    main: Database
    credentials: Database

    @classmethod
    def from_settings(cls, settings: Settings, *, application_name: str = "flowrex") -> Databases:
        """Both databases at the settings' URLs; nothing connects yet."""
        return cls(
            Database("main", settings.database_url, application_name=application_name),
            Database("credentials", settings.creds_database_url, application_name=application_name),
        )

    async def wait_until_ready(self, timeout_seconds: float) -> None:
        """Wait for both at once."""
        await asyncio.gather(
            self.main.wait_until_ready(timeout_seconds), self.credentials.wait_until_ready(timeout_seconds)
        )

    async def dispose(self) -> None:
        """Close every connection of both."""
        await self.main.dispose()
        await self.credentials.dispose()


def _session_of(choose: Callable[[Databases], Database]) -> Callable[[Request], AsyncIterator[AsyncSession]]:
    async def dependency(request: Request) -> AsyncIterator[AsyncSession]:
        async with choose(request.app.state.databases).session() as session:
            yield session

    return dependency


# scope="function": the commit happens before the answer is sent. FastAPI's default commits after it, and a
# client that was told 201 could then find nothing.
MainSession = Annotated[AsyncSession, Depends(_session_of(lambda both: both.main), scope="function")]
CredentialsSession = Annotated[
    AsyncSession, Depends(_session_of(lambda both: both.credentials), scope="function")
]
