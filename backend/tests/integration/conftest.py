"""Real servers for the integration tests: two PostgreSQL and a Valkey, and fresh databases for each test."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlalchemy import make_url

from alembic import command
from app.auth.service import create_user
from app.config import Settings
from app.core import security
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.migrations import alembic_config
from app.embedded.servers import RunningServers, start_servers
from app.main import create_app
from app.market.demo.loading import load_demo

_TEMPLATE = "flowrex_template"
_ROOM_BYTES = 4 * 2**30
_numbers = itertools.count(1)
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, and the client that carries the proof."""

    id: str
    email: str
    client: httpx.AsyncClient


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def quick_passwords() -> Iterator[None]:
    """argon2id at its least cost: at its real one, signing in took a third of these tests' time."""
    passwords = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1), BcryptHasher()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "_passwords", passwords)
        patch.setattr(security, "_NOBODYS_HASH", passwords.hash("nobody knows"))
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[RunningServers]:
    with (
        TemporaryDirectory(prefix="flowrex-tests-", dir=_find_memory()) as home,
        start_servers(Path(home), durable=False) as running,
    ):
        for name, dsn in (("main", running.main_dsn), ("credentials", running.credentials_dsn)):
            _execute(dsn, f'CREATE DATABASE "{_TEMPLATE}"')
            command.upgrade(alembic_config(name, _other_database(dsn, _TEMPLATE)), "head")
        yield running


@pytest.fixture
def settings(servers: RunningServers, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings that point at two fresh databases, migrated, dropped after the test.

    They are empty, but for the demo's instruments where the test asks for `demo_bars`.
    """
    with_demo = "demo_bars" in request.fixturenames
    template = request.getfixturevalue("demo_template") if with_demo else _TEMPLATE
    with open_fresh_databases(servers, template) as made:
        yield made


@pytest.fixture
def demo_bars() -> None:
    """The demo's instruments with their real bars: see `settings`."""


@pytest.fixture(scope="session")
def demo_template(servers: RunningServers) -> str:
    """The name of databases that hold the demo: copied in a tenth of the time that it takes to load."""
    name = f"{_TEMPLATE}_demo"
    _create(servers, name, _TEMPLATE)

    async def load() -> None:
        databases = Databases.from_settings(_settings_of(servers, name), application_name="tests")
        await load_demo(databases, SystemClock())
        await databases.dispose()

    with ThreadPoolExecutor(1) as beside_the_loop:
        beside_the_loop.submit(asyncio.run, load()).result()
    return name


@contextmanager
def open_fresh_databases(servers: RunningServers, template: str = _TEMPLATE) -> Iterator[Settings]:
    """Two databases for as long as a block lasts."""
    name = f"test_{next(_numbers)}"
    _create(servers, name, template)
    yield _settings_of(servers, name)
    for dsn in (servers.main_dsn, servers.credentials_dsn):
        _drop(dsn, name)


def _create(servers: RunningServers, name: str, template: str) -> None:
    for dsn in (servers.main_dsn, servers.credentials_dsn):
        # a copy of its files: twice as fast as the default, through the log, for a server that syncs nothing
        _execute(dsn, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def _settings_of(servers: RunningServers, name: str) -> Settings:
    return make_settings(
        database_url=_other_database(servers.main_dsn, name),
        creds_database_url=_other_database(servers.credentials_dsn, name),
        redis_url=servers.redis_url,
    )


def make_settings(**values: object) -> Settings:
    """Settings that read no `.env` of whoever runs the tests."""
    return Settings(_env_file=None, **{"app_env": "test", **values})  # type: ignore[arg-type]  # values of many types


@pytest.fixture
async def databases(settings: Settings) -> AsyncIterator[Databases]:
    both = Databases.from_settings(settings, application_name="tests")
    yield both
    await both.dispose()


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The real application, started."""
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def make_client(app: FastAPI) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Makes clients that keep their own cookies and headers."""
    clients: list[httpx.AsyncClient] = []

    def make() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://testserver"))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def client(make_client: Callable[[], httpx.AsyncClient]) -> httpx.AsyncClient:
    """Somebody who is not signed in."""
    return make_client()


@pytest.fixture
def sign_in(
    databases: Databases, make_client: Callable[[], httpx.AsyncClient]
) -> Callable[[str, str], Awaitable[Person]]:
    """Makes a user of a role and signs him in over HTTP."""

    async def make(name: str, role: str = "member") -> Person:
        email = f"{name}@example.com"
        user = await create_user(databases, email, PASSWORD, display_name=name.title(), role=role)
        client = make_client()
        answer = await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return Person(str(user.id), email, client)

    return make


@pytest.fixture
async def member(sign_in: Callable[[str, str], Awaitable[Person]]) -> Person:
    return await sign_in("mina", "member")


@pytest.fixture
async def other_member(sign_in: Callable[[str, str], Awaitable[Person]]) -> Person:
    return await sign_in("otto", "member")


@pytest.fixture
async def admin(sign_in: Callable[[str, str], Awaitable[Person]]) -> Person:
    return await sign_in("ada", "admin")


def _find_memory() -> Path | None:
    """A file system in memory with room to spare, if any: there a database is made in a third of the time."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own is made in it
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM_BYTES:
        return memory
    return None


def _other_database(dsn: str, name: str) -> str:
    return make_url(dsn).set(database=name).render_as_string(hide_password=False)


def _drop(dsn: str, name: str) -> None:
    """Drop a database, once autovacuum has let go of it: our role may not end that one."""
    for pause_seconds in (0.2, 0.5, 1.0, 2.0, None):
        try:
            _execute(dsn, f'DROP DATABASE "{name}" WITH (FORCE)')
            return
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            if pause_seconds is None:
                raise
            time.sleep(pause_seconds)


def _execute(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement)
