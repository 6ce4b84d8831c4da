"""Who is asking, and which pages may use the browser's cookie: the real dependencies in a small app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.auth.dependencies import (
    REFRESH_COOKIE,
    CurrentUser,
    OptionalUser,
    RefreshCookie,
    WantsCookie,
)
from app.config import Settings
from app.core.clock import FixedClock
from app.core.problems import install_problem_handlers
from app.core.secrets import Secrets
from app.core.security import create_access_token

KEY = "k" * 32
NOW = datetime(2026, 5, 1, tzinfo=UTC)
USER, FAMILY = uuid4(), uuid4()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def client(clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problem_handlers(app)
    app.state.clock = clock
    app.state.secrets = Secrets(app_secret_key="a" * 32, jwt_secret_key=KEY)
    app.state.settings = Settings(_env_file=None, app_env="test", cors_origins=("http://localhost:3000",))

    @app.get("/me")
    async def read_me(user: CurrentUser) -> dict[str, str]:
        return {"id": str(user.id), "role": user.role, "family": str(user.family_id)}

    @app.get("/maybe")
    async def read_maybe(user: OptionalUser) -> dict[str, bool]:
        return {"signed_in": user is not None}

    @app.post("/login")
    async def login(cookie: WantsCookie) -> dict[str, bool]:
        return {"cookie": cookie}

    @app.post("/refresh")
    async def refresh(cookie: RefreshCookie) -> dict[str, str | None]:
        return {"cookie": cookie}

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://flowrex.home") as client:
        yield client


def bearer(role: str = "member", *, key: str = KEY, user_id: UUID = USER) -> dict[str, str]:
    token = create_access_token(
        key, user_id=user_id, role=role, family_id=FAMILY, now=NOW, lifetime=timedelta(minutes=30)
    )
    return {"Authorization": f"Bearer {token}"}


async def test_the_token_says_who_is_asking(client: httpx.AsyncClient) -> None:
    answer = await client.get("/me", headers=bearer("member"))
    assert answer.json() == {"id": str(USER), "role": "member", "family": str(FAMILY)}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "unauthorized"),
        ({"Authorization": "Basic YTpi"}, "unauthorized"),
        ({"Authorization": "Bearer"}, "unauthorized"),
        ({"Authorization": "Bearer rubbish"}, "invalid_token"),
        (bearer(key="x" * 32), "invalid_token"),
    ],
)
async def test_nobody_gets_in_without_a_token_that_holds(
    client: httpx.AsyncClient, headers: dict[str, str], code: str
) -> None:
    answer = await client.get("/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert (await client.get("/maybe", headers=headers)).json() == {"signed_in": False}


async def test_a_token_ends_with_its_lifetime(client: httpx.AsyncClient, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=30) - timedelta(seconds=1))
    assert (await client.get("/me", headers=bearer())).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert (await client.get("/me", headers=bearer())).status_code == 401


OWN = [
    {},
    {"Origin": "http://flowrex.home"},
    {"Origin": "https://flowrex.home"},
    {"Origin": "http://FLOWREX.home:80"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "http://behind-a-proxy.home", "Sec-Fetch-Site": "same-origin"},
]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "flowrex.home"},
    {"Origin": "http://flowrex.home:8888"},
    {"Origin": "http://flowrex.home.evil.example"},
    {"Origin": "http://evilflowrex.home"},
    {"Origin": "http://localhost:3001", "Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "file://flowrex.home"},
]


@pytest.mark.parametrize("headers", OWN)
async def test_own_pages_may_use_the_cookie(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    client.cookies.set(REFRESH_COOKIE, "token")
    assert (await client.post("/refresh", headers=headers)).json() == {"cookie": "token"}
    assert (await client.post("/login?cookie=true", headers=headers)).json() == {"cookie": True}


@pytest.mark.parametrize("headers", FOREIGN)
async def test_foreign_pages_may_not(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/refresh", headers=headers)).json() == {"cookie": None}
    assert (await client.post("/login", headers=headers)).json() == {"cookie": False}
    client.cookies.set(REFRESH_COOKIE, "token")
    for path in ("/refresh", "/login?cookie=true"):
        refused = await client.post(path, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign_origin"), path
