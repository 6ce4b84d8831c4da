"""API keys: made once, read with, never write with, gone at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.database import Databases
from tests.integration.auth.conftest import Serve
from tests.integration.conftest import PASSWORD, Person

KEYS = "/api/v1/users/me/api-keys"


async def make_key(person: Person, **more: Any) -> Any:
    answer = await person.client.post(KEYS, json={"name": "notebook", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_reads_what_its_owner_reads(member: Person, client: httpx.AsyncClient) -> None:
    key = await make_key(member)
    assert key["key"].startswith(key["hint"])
    client.headers["X-API-Key"] = key["key"]
    assert (await client.get("/api/v1/users/me")).json()["id"] == member.id
    listed = (await member.client.get(KEYS)).json()["items"]
    assert [(one["id"], one["name"], "key" in one) for one in listed] == [(key["id"], "notebook", False)]
    assert listed[0]["last_used_at"] is not None
    answer = await client.get(
        "/compat/twelvedata/time_series",
        params={"symbol": "NONE", "interval": "1day", "apikey": key["key"]},
        headers={"X-API-Key": ""},
    )
    assert answer.json()["code"] != 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", KEYS),
        ("PATCH", "/api/v1/users/me"),
        ("POST", "/api/v1/strategies/check"),
        ("POST", "/api/v1/stream/tickets"),
    ],
)
async def test_a_key_changes_nothing(
    member: Person, client: httpx.AsyncClient, method: str, path: str
) -> None:
    client.headers["X-API-Key"] = (await make_key(member))["key"]
    answer = await client.request(method, path, json={"name": "x", "display_name": "x", "source": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "api_key_read_only")


async def test_a_deleted_key_is_gone_at_once_and_a_foreign_one_is_not_there(
    member: Person, other_member: Person, client: httpx.AsyncClient
) -> None:
    key = await make_key(member)
    client.headers["X-API-Key"] = key["key"]
    foreign = await other_member.client.delete(f"{KEYS}/{key['id']}")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "api_key_not_found")
    assert (await other_member.client.get(KEYS)).json()["items"] == []
    assert (await client.get("/api/v1/users/me")).status_code == 200
    assert (await member.client.delete(f"{KEYS}/{key['id']}")).status_code == 204
    assert (await client.get("/api/v1/users/me")).status_code == 401


async def test_a_key_expires(serve: Serve) -> None:
    clock = FixedClock(datetime.now(UTC))
    client = await serve(clock)
    ada = {"email": "ada@example.com", "password": PASSWORD, "display_name": "Ada"}
    await client.post("/api/v1/auth/register", json=ada)
    signing = {"email": ada["email"], "password": PASSWORD}
    token = (await client.post("/api/v1/auth/login", json=signing)).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    made = await client.post(KEYS, json={"name": "short", "expires_in_days": 1}, headers=bearer)
    key = {"X-API-Key": made.json()["key"]}
    clock.advance(timedelta(hours=23, minutes=59))
    assert (await client.get("/api/v1/users/me", headers=key)).status_code == 200
    clock.advance(timedelta(minutes=1))
    assert (await client.get("/api/v1/users/me", headers=key)).status_code == 401


@pytest.mark.parametrize("key", ["", "flx_", "flx_" + "a" * 43, "flx_" + "a" * 5_000, "é", "nonsense"])
async def test_what_is_no_key_signs_nobody_in(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.get("/api/v1/users/me", headers=[(b"X-API-Key", key.encode())])
    assert answer.status_code == 401


async def test_only_the_hash_is_kept_and_fifty_at_most(member: Person, databases: Databases) -> None:
    texts = [(await make_key(member, name=f"key {n}"))["key"] for n in range(50)]
    answer = await member.client.post(KEYS, json={"name": "one more"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_api_keys")
    async with databases.credentials.session() as session:
        stored = (
            (await session.execute(text("SELECT row_to_json(api_keys)::text FROM api_keys"))).scalars().all()
        )
    assert len(stored) == 50
    assert not any(key in row for key in texts for row in stored)
