"""Registration and the own account, over HTTP and both real databases."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.auth.service import create_user
from app.core.database import Databases
from tests.integration.auth.conftest import PRODUCTION, Serve
from tests.integration.conftest import PASSWORD, Person

ADA = {"email": "Ada@Example.com", "password": PASSWORD, "display_name": " Ada  Lovelace "}


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_registering_makes_a_member_who_can_sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/register", json=ADA)
    assert answer.status_code == 201, answer.text
    user = answer.json()
    assert set(user) == {"id", "email", "display_name", "role", "created_at"}
    assert (user["email"], user["display_name"], user["role"]) == (
        "ada@example.com",
        "Ada Lovelace",
        "member",
    )
    signed_in = await client.post(
        "/api/v1/auth/login", json={"email": " ADA@example.com", "password": PASSWORD}
    )
    token = signed_in.json()["access_token"]
    me = await client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json() == user


@pytest.mark.parametrize("again", ["ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com "])
async def test_a_known_address_is_a_conflict(client: httpx.AsyncClient, again: str) -> None:
    await client.post("/api/v1/auth/register", json=ADA)
    refused = await client.post("/api/v1/auth/register", json=ADA | {"email": again})
    assert problem(refused) == (409, "email_taken")


async def test_of_many_at_once_one_gets_the_address(client: httpx.AsyncClient, databases: Databases) -> None:
    answers = await asyncio.gather(*(client.post("/api/v1/auth/register", json=ADA) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    async with databases.main.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM users"))).scalar_one() == 1


@pytest.mark.parametrize(
    ("changes", "location"),
    [
        ({"email": "ada"}, "body.email"),
        ({"email": "a\x00da@example.com"}, "body.email"),
        ({"email": ""}, "body.email"),
        ({"email": "x" * 5000 + "@example.com"}, "body.email"),
        ({"email": None}, "body.email"),
        ({"password": "sevench"}, "body.password"),
        ({"password": "x" * 1025}, "body.password"),
        ({"password": "ÿ" * 513}, "body.password"),
        ({"password": "Password1"}, "body.password"),
        ({"password": 12345678901}, "body.password"),
        ({"display_name": "  "}, "body.display_name"),
        ({"display_name": "x" * 81}, "body.display_name"),
        ({"display_name": "A\nda"}, "body.display_name"),
        ({"role": "admin"}, "body.role"),
    ],
)
async def test_unfit_fields_are_named_and_not_repeated(
    client: httpx.AsyncClient, changes: dict[str, Any], location: str
) -> None:
    answer = await client.post("/api/v1/auth/register", json=ADA | changes)
    assert problem(answer) == (422, "validation_failed")
    assert [error["location"] for error in answer.json()["errors"]] == [location]
    assert PASSWORD not in answer.text
    if isinstance(changes.get("password"), str):
        assert changes["password"] not in answer.text


@pytest.mark.parametrize("password", ["x" * 1024, "        ", "contraseña larga", "🔑" * 8])
async def test_a_password_may_be_anything_long_enough(client: httpx.AsyncClient, password: str) -> None:
    await client.post("/api/v1/auth/register", json=ADA | {"password": password})
    right = {"email": "ada@example.com", "password": password}
    wrong = {"email": "ada@example.com", "password": password[:-1] + "y"}
    assert (await client.post("/api/v1/auth/login", json=right)).status_code == 200
    assert (await client.post("/api/v1/auth/login", json=wrong)).status_code == 401


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"registration": "invite"}, (403, "invite_required")),
        ({"registration": "closed"}, (403, "registration_closed")),
        (PRODUCTION, (403, "invite_required")),
        ({"registration": "open"}, None),
        (PRODUCTION | {"registration": "open"}, None),
    ],
)
async def test_the_installation_says_who_may_register(
    serve: Serve, changes: dict[str, Any], refusal: tuple[int, str] | None
) -> None:
    client = await serve(**changes)
    answer = await client.post("/api/v1/auth/register", json=ADA)
    if refusal is None:
        assert answer.status_code == 201
    else:
        assert problem(answer) == refusal
    mode = (await client.get("/api/v1/auth/options")).json()["registration"]
    assert mode == changes.get("registration", "invite")


async def test_a_name_can_be_changed_and_nothing_else(member: Person) -> None:
    answer = await member.client.patch("/api/v1/users/me", json={"display_name": " Mina  H. "})
    assert answer.json()["display_name"] == "Mina H."
    assert (await member.client.get("/api/v1/users/me")).json() == answer.json()
    for body in (
        {"role": "admin"},
        {"display_name": "Mina", "email": "x@example.com"},
        {},
        {"display_name": ""},
    ):
        assert problem(await member.client.patch("/api/v1/users/me", json=body)) == (422, "validation_failed")
    assert (await member.client.get("/api/v1/users/me")).json() == answer.json()


async def test_a_kill_between_the_two_databases_locks_nobody_out(
    client: httpx.AsyncClient, databases: Databases
) -> None:
    """The credentials stand, the second step never ran: the next sign-in does it."""
    user = await create_user(databases, "ada@example.com", PASSWORD, "Ada", role="admin")
    async with databases.main.session() as session:
        await session.execute(text("DELETE FROM users"))
    answer = await client.post("/api/v1/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    me = (await client.get("/api/v1/users/me")).json()
    assert (me["id"], me["display_name"], me["role"]) == (str(user.id), "Ada", "admin")


async def test_a_kill_between_the_two_databases_lets_nobody_in(
    client: httpx.AsyncClient, databases: Databases
) -> None:
    """A user without credentials cannot exist by the order of the steps, and would open nothing."""
    await create_user(databases, "ada@example.com", PASSWORD, "Ada")
    async with databases.credentials.session() as session:
        await session.execute(text("DELETE FROM credentials"))
    answer = await client.post("/api/v1/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
    assert problem(answer) == (401, "invalid_credentials")


async def test_the_second_step_does_nothing_the_second_time(
    client: httpx.AsyncClient, member: Person, databases: Databases
) -> None:
    await member.client.patch("/api/v1/users/me", json={"display_name": "Renamed"})
    await client.post("/api/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    assert (await member.client.get("/api/v1/users/me")).json()["display_name"] == "Renamed"
    async with databases.main.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM users"))).scalar_one() == 1


async def test_no_password_is_kept(client: httpx.AsyncClient, databases: Databases) -> None:
    await client.post("/api/v1/auth/register", json=ADA)
    async with databases.credentials.session() as session:
        (stored,) = (await session.execute(text("SELECT row_to_json(c)::text FROM credentials c"))).one()
    assert PASSWORD not in stored
    assert "$argon2id$" in stored
    async with databases.main.session() as session:
        (user,) = (await session.execute(text("SELECT row_to_json(u)::text FROM users u"))).one()
    assert "argon2" not in user
