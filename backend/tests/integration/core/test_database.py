"""One request, one transaction, committed before the answer; databases that are late; secrets made once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.types import Message

from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import CredentialsSession, Database, Databases, MainSession
from app.core.errors import Conflict, TooManyRequests
from app.core.notifications import Notifications, notify
from app.core.problems import install_problem_handlers
from app.core.rate_limit import RateLimits
from app.core.secrets import load_secrets

INSERT = text("INSERT INTO notes (text) VALUES (:text)")
COUNT = text("SELECT count(*) FROM notes")


@pytest.fixture
async def notes(databases: Databases) -> FastAPI:
    """A small application over the real databases, with a table to write to."""
    for database in (databases.main, databases.credentials):
        async with database.session() as session:
            await session.execute(text("CREATE TABLE notes (text text NOT NULL UNIQUE)"))
    app = FastAPI()
    app.state.databases = databases
    install_problem_handlers(app)

    @app.post("/main")
    async def write_main(session: MainSession) -> dict[str, str]:
        await session.execute(INSERT, {"text": "main"})
        return {"written": "main"}

    @app.post("/credentials")
    async def write_credentials(session: CredentialsSession) -> dict[str, str]:
        await session.execute(INSERT, {"text": "credentials"})
        return {"written": "credentials"}

    @app.post("/refused")
    async def write_and_refuse(session: MainSession) -> None:
        await session.execute(INSERT, {"text": "refused"})
        raise Conflict("No.")

    @app.post("/broken")
    async def write_and_break(session: MainSession) -> None:
        await session.execute(INSERT, {"text": "broken"})
        raise RuntimeError("broken")

    return app


async def count(database: Database) -> int:
    async with database.session() as session:
        return int((await session.execute(COUNT)).scalar_one())


@pytest.mark.parametrize("path", ["main", "credentials"])
async def test_the_commit_comes_before_the_answer(notes: FastAPI, databases: Databases, path: str) -> None:
    """Looked at from another connection in the instant in which the answer begins."""
    database = databases.main if path == "main" else databases.credentials
    seen: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.append(await count(database))

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": f"/{path}",
        "raw_path": f"/{path}".encode(),
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 1),
    }
    await notes(scope, receive, send)
    assert seen == [1]


@pytest.mark.parametrize("path", ["/refused", "/broken"])
async def test_an_error_undoes_what_the_request_wrote(
    notes: FastAPI, databases: Databases, path: str
) -> None:
    transport = httpx.ASGITransport(notes, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert (await client.post(path)).status_code in {409, 500}
    assert await count(databases.main) == 0


async def test_an_error_of_the_database_tells_no_values(databases: Databases) -> None:
    async with databases.main.session() as session:
        with pytest.raises(DBAPIError) as refused:
            await session.execute(text("SELECT 1 / CAST(:zero AS int), :hash"), {"zero": 0, "hash": "s3cr3t"})
    assert "division by zero" in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


async def test_a_late_database_is_waited_for_and_said(
    databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = Database("main", "postgresql+asyncpg://flowrex:s3cr3t@127.0.0.1:1/flowrex")
    with pytest.raises(TimeoutError, match="the main database did not answer"):
        await nowhere.wait_until_ready(0.5)
    await databases.wait_until_ready(5)


async def test_statements_end_by_the_servers_own_clock(databases: Databases) -> None:
    async with databases.main.session() as session:
        settings = [
            (await session.execute(text(f"SHOW {name}"))).scalar_one()
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "timezone",
            )
        ]
    assert settings == ["30s", "10s", "1min", "UTC"]


async def test_secrets_are_made_once_whoever_comes_first(settings: Settings, databases: Databases) -> None:
    made = await asyncio.gather(*(load_secrets(settings, databases.credentials) for _ in range(6)))
    assert len({(one.app_secret_key, one.jwt_secret_key) for one in made}) == 1
    assert made[0].app_secret_key != made[0].jwt_secret_key
    assert len(made[0].jwt_secret_key) >= 43
    assert made[0].jwt_secret_key not in repr(made[0])
    given = settings.model_copy(update={"jwt_secret_key": SecretStr("g" * 43)})
    mixed = await load_secrets(given, databases.credentials)
    assert (mixed.app_secret_key, mixed.jwt_secret_key) == (made[0].app_secret_key, "g" * 43)


async def test_waiters_are_woken_by_the_commit_alone(settings: Settings, databases: Databases) -> None:
    notifications = Notifications(settings.database_dsn)
    notifications.start()
    try:
        async with asyncio.timeout(20):
            while True:  # until it listens
                with notifications.expect("test", "listening") as listening:
                    async with databases.main.session() as session:
                        await notify(session, "test", "listening")
                    try:
                        async with asyncio.timeout(0.2):
                            await listening.wait()
                        break
                    except TimeoutError:
                        continue
            with notifications.expect("run", 1) as mine, notifications.expect("run", 2) as other:
                async with databases.main.session() as session:
                    await notify(session, "run", 2)
                    await session.rollback()
                async with databases.main.session() as session:
                    await notify(session, "run", 1)
                await mine.wait()
                assert not other.is_set()
    finally:
        await notifications.stop()


async def test_the_listener_begins_again_whatever_it_fell_over(
    settings: Settings, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen, tries = Notifications._listen_until_lost, 0

    async def break_once(self: Notifications) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise KeyError("nobody thought of this")
        await listen(self)

    monkeypatch.setattr(Notifications, "_listen_until_lost", break_once)
    notifications = Notifications(settings.database_dsn)
    notifications.start()
    try:
        async with asyncio.timeout(20):
            with notifications.expect("run", 1) as told:
                while not told.is_set():
                    async with databases.main.session() as session:
                        await notify(session, "run", 1)
                    await asyncio.sleep(0.1)
    finally:
        await notifications.stop()


async def test_a_dead_listener_does_not_keep_the_process_from_closing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(_self: Notifications) -> None:
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(Notifications, "_listen", die)
    notifications = Notifications(settings.database_dsn)
    notifications.start()
    await asyncio.sleep(0)
    await notifications.stop()


async def test_hot_reads_cannot_hang_for_ever(app: FastAPI) -> None:
    for name, value in (
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "1min"),
    ):
        assert await app.state.hot_reads.fetchval(f"SHOW {name}") == value


async def test_limits_are_shared_by_processes(settings: Settings) -> None:
    key = json.dumps(str(SystemClock().now()))
    one, other = RateLimits(settings.redis_url), RateLimits(settings.redis_url)
    await one.hit("2/hour", key)
    await other.hit("2/hour", key)
    for limits in (one, other):
        with pytest.raises(TooManyRequests):
            await limits.hit("2/hour", key)
        await limits.aclose()
