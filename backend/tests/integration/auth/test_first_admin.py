"""The first admin, by the one-time code that a start without any admin writes to its log."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.auth import repository
from app.auth.domain import Role
from app.auth.service import create_first_admin_code, create_user, on_start
from app.config import Settings
from app.core.clock import FixedClock, SystemClock
from app.core.database import Databases
from app.core.errors import Conflict
from app.core.logging import configure_logging
from tests.integration.auth.conftest import PRODUCTION, Serve
from tests.integration.conftest import PASSWORD

CLOCK = SystemClock()


def body(token: str | None, email: str = "root@example.com") -> dict[str, Any]:
    return {"token": token, "email": email, "password": PASSWORD, "display_name": "Root"}


async def claim(
    client: httpx.AsyncClient, token: str | None, email: str = "root@example.com"
) -> httpx.Response:
    return await client.post("/api/v1/auth/first-admin", json=body(token, email))


@pytest.mark.parametrize("changes", [{"app_env": "development"}, PRODUCTION])
async def test_the_start_log_opens_the_door_once(
    serve: Serve, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    client = await serve(**changes)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line["event"] == "no_admin_yet"]
    made = await claim(client, line["one_time_code"])
    assert (made.status_code, made.json()["role"]) == (201, "admin"), made.text
    again = await claim(client, line["one_time_code"], "second@example.com")
    assert (again.status_code, again.json()["code"]) == (403, "invalid_first_admin_token")
    signed_in = await client.post(
        "/api/v1/auth/login", json={"email": "root@example.com", "password": PASSWORD}
    )
    headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    assert (await client.get("/api/v1/users/me", headers=headers)).json()["role"] == "admin"


async def test_a_start_with_an_admin_says_nothing(
    databases: Databases, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("INFO")
    development = settings.model_copy(update={"app_env": "development"})
    await on_start(databases, development, CLOCK)
    assert "one_time_code" in capsys.readouterr().out
    await create_user(databases, "root@example.com", PASSWORD, "Root", role="admin")
    await on_start(databases, development, CLOCK)
    assert "one_time_code" not in capsys.readouterr().out
    assert await create_first_admin_code(databases, CLOCK) is None


async def test_a_start_before_the_migrations_says_so_and_goes_on(
    databases: Databases, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("INFO")
    async with databases.credentials.session() as session:
        await session.execute(text("DROP TABLE first_admin_codes"))
    await on_start(databases, settings.model_copy(update={"app_env": "development"}), CLOCK)
    assert "identity_tables_are_missing" in capsys.readouterr().out


async def test_the_code_is_kept_by_its_hash(databases: Databases) -> None:
    code = await create_first_admin_code(databases, CLOCK)
    assert code is not None
    async with databases.credentials.session() as session:
        stored = (await session.execute(text("SELECT code_hash FROM first_admin_codes"))).scalar_one()
    assert code not in stored


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "x" * 512])
async def test_guesses_are_refused(client: httpx.AsyncClient, databases: Databases, token: str) -> None:
    await create_first_admin_code(databases, CLOCK)
    refused = await claim(client, token)
    assert (refused.status_code, refused.json()["code"]) == (403, "invalid_first_admin_token")
    assert (await claim(client, None)).status_code == 422


async def test_a_code_ends_after_a_day(serve: Serve, databases: Databases) -> None:
    clock = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))
    client = await serve(clock)
    code = await create_first_admin_code(databases, clock)
    clock.advance(timedelta(hours=24))
    assert (await claim(client, code)).status_code == 403
    await create_first_admin_code(databases, clock)
    async with databases.credentials.session() as session:
        kept = (await session.execute(text("SELECT count(*) FROM first_admin_codes"))).scalar_one()
    assert kept == 1


async def test_of_many_at_once_one_becomes_the_first_admin(
    client: httpx.AsyncClient, databases: Databases
) -> None:
    codes = [await create_first_admin_code(databases, CLOCK) for _ in range(3)]
    answers = await asyncio.gather(
        *(claim(client, code, f"root{n}@example.com") for n, code in enumerate(codes * 2))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403, 403, 403]
    async with databases.credentials.session() as session:
        admins = text("SELECT count(*) FROM credentials WHERE role = 'admin'")
        assert (await session.execute(admins)).scalar_one() == 1


async def test_whoever_is_second_looks_again(client: httpx.AsyncClient, databases: Databases) -> None:
    """Another process is about to commit an admin: the claim waits for it, then sees it."""
    code = await create_first_admin_code(databases, CLOCK)
    waiters = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    async with databases.credentials.session() as session:
        await repository.lock_admins(session)
        claiming = asyncio.create_task(claim(client, code))
        while not (await session.execute(waiters)).scalar_one():
            assert not claiming.done(), "it did not wait"
            await asyncio.sleep(0.02)
        await repository.insert_credential(
            session, email="first@example.com", password_hash="x", display_name="First", role=Role.ADMIN
        )
    answer = await claiming
    assert (answer.status_code, answer.json()["code"]) == (403, "invalid_first_admin_token")


async def test_a_failed_try_does_not_use_the_code_up(client: httpx.AsyncClient, databases: Databases) -> None:
    await create_user(databases, "taken@example.com", PASSWORD, "Taken")
    code = await create_first_admin_code(databases, CLOCK)
    assert (await claim(client, code, "taken@example.com")).json()["code"] == "email_taken"
    assert (
        await client.post("/api/v1/auth/first-admin", json=body(code) | {"password": "x"})
    ).status_code == 422
    assert (await claim(client, code)).status_code == 201


async def test_the_command_line_makes_admins_and_ends_the_codes(
    client: httpx.AsyncClient, databases: Databases
) -> None:
    code = await create_first_admin_code(databases, CLOCK)
    made = await create_user(databases, "Root@example.com", PASSWORD, " Root ", role="admin")
    assert (made.email, made.display_name, made.role) == ("root@example.com", "Root", "admin")
    assert (await claim(client, code, "other@example.com")).status_code == 403
    async with databases.credentials.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM first_admin_codes"))).scalar_one() == 0
    with pytest.raises(Conflict):
        await create_user(databases, "root@example.com", PASSWORD, "Root", role="admin")
    for bad in (
        {"email": "root"},
        {"password": "short"},
        {"display_name": ""},
        {"role": "owner"},
    ):
        fields = {"email": "x@example.com", "password": PASSWORD, "display_name": "X", "role": "admin"} | bad
        with pytest.raises(ValueError):
            await create_user(databases, **fields)
