"""The demo member: one click outside production, nothing in it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from app.auth.domain import DemoNotAvailable
from app.auth.service import ensure_demo_user
from app.config import Settings
from app.core.database import Databases
from tests.integration.auth.conftest import PRODUCTION, Serve
from tests.integration.conftest import PASSWORD


async def sign_in(client: httpx.AsyncClient, email: str, password: str | None) -> int:
    answer = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
    return answer.status_code


async def test_one_click_signs_the_demo_member_in(
    client: httpx.AsyncClient, databases: Databases, settings: Settings
) -> None:
    assert (await client.get("/api/v1/auth/options")).json() == {"registration": "open", "demo": False}
    early = await client.post("/api/v1/auth/demo")
    assert (early.status_code, early.json()["code"]) == (404, "demo_not_available")
    await ensure_demo_user(databases, settings)
    assert (await client.get("/api/v1/auth/options")).json() == {"registration": "open", "demo": True}
    answer = await client.post("/api/v1/auth/demo?cookie=true")
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] is None
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    me = (await client.get("/api/v1/users/me", headers=headers)).json()
    assert (me["role"], me["display_name"]) == ("member", "Demo")
    assert (await client.post("/api/v1/auth/refresh")).status_code == 200


async def test_the_password_is_random_shown_once_and_kept(
    client: httpx.AsyncClient, databases: Databases, settings: Settings
) -> None:
    first = await ensure_demo_user(databases, settings)
    assert first.password
    assert len(first.password) >= 12
    assert await sign_in(client, first.email, first.password) == 200
    second = await ensure_demo_user(databases, settings)
    assert (second.email, second.password) == (first.email, None)
    assert await sign_in(client, first.email, first.password) == 200


async def test_a_password_of_ones_own_is_set(
    client: httpx.AsyncClient, databases: Databases, settings: Settings
) -> None:
    await ensure_demo_user(databases, settings)
    named = settings.model_copy(update={"demo_password": SecretStr(PASSWORD)})
    for _ in range(2):
        assert (await ensure_demo_user(databases, named)).password == PASSWORD
        assert await sign_in(client, "demo@flowrex.example", PASSWORD) == 200


async def test_nobody_can_take_the_demos_address(client: httpx.AsyncClient) -> None:
    body = {"email": "Demo@flowrex.example", "password": PASSWORD, "display_name": "Mallory"}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


@pytest.mark.parametrize("changes", [PRODUCTION, PRODUCTION | {"demo": True}, {"demo": False}])
async def test_where_the_demo_is_off_its_account_opens_nothing(
    serve: Serve, databases: Databases, settings: Settings, changes: dict[str, Any]
) -> None:
    """Even with data that was made on a laptop, where a demo is signed in."""
    laptop = await serve()
    demo = await ensure_demo_user(databases, settings)
    held = (await laptop.post("/api/v1/auth/demo")).json()["refresh_token"]
    client = await serve(**changes)
    assert (await client.get("/api/v1/auth/options")).json()["demo"] is False
    assert (await client.post("/api/v1/auth/demo")).status_code == 404
    assert await sign_in(client, demo.email, demo.password) == 401
    assert (await client.post("/api/v1/auth/refresh", json={"refresh_token": held})).status_code == 401
    with pytest.raises(DemoNotAvailable):
        await ensure_demo_user(databases, settings.model_copy(update=changes))
