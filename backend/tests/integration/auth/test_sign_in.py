"""Signing in, staying signed in and signing out, over HTTP and the real databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie
from typing import Any

import bcrypt
import httpx
import pytest
from sqlalchemy import text

from app.auth import repository
from app.auth.service import create_user, on_start
from app.config import Settings
from app.core import security
from app.core.clock import FixedClock
from app.core.database import Databases
from app.core.security import hash_opaque_token
from tests.integration.auth.conftest import PRODUCTION, Serve
from tests.integration.conftest import PASSWORD

COOKIE = "flowrex_refresh"
RIGHT = {"email": "ada@example.com", "password": PASSWORD}
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _ada(databases: Databases) -> None:
    await create_user(databases, "ada@example.com", PASSWORD, "Ada")


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def cookie_of(answer: httpx.Response) -> Morsel[str]:
    jar: SimpleCookie = SimpleCookie(answer.headers["set-cookie"])
    return jar[COOKIE]


async def sign_in(client: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    answer = await client.post(f"/api/v1/auth/login{query}", json=RIGHT)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


async def refresh(client: httpx.AsyncClient, token: str | None) -> httpx.Response:
    return await client.post("/api/v1/auth/refresh", json={"refresh_token": token})


async def test_a_sign_in_gives_the_contracts_shape(client: httpx.AsyncClient) -> None:
    tokens = await sign_in(client)
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 1800)
    assert len(tokens["refresh_token"]) >= 43
    assert not client.cookies


@pytest.mark.parametrize(
    "body",
    [
        {"email": "ada@example.com", "password": "wrong horse battery"},
        {"email": "ada@example.com", "password": ""},
        {"email": "bob@example.com", "password": PASSWORD},
        {"email": "no address", "password": PASSWORD},
        {"email": "a\x00@example.com", "password": PASSWORD},
        {"email": "", "password": ""},
    ],
)
async def test_a_refusal_tells_nothing_of_the_account(
    client: httpx.AsyncClient, body: dict[str, str]
) -> None:
    answer = await client.post("/api/v1/auth/login", json=body)
    assert problem(answer) == (401, "invalid_credentials")
    assert answer.json()["detail"] == "The address or the password is wrong"


async def test_an_unknown_address_costs_a_hash_like_a_known_one(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    original = security._verify

    def watched(password: str, known: str) -> tuple[bool, str | None]:
        hashed.append(known.rpartition("$")[0].rpartition("$")[0])
        return original(password, known)

    monkeypatch.setattr(security, "_verify", watched)
    for email in ("ada@example.com", "bob@example.com", "no address"):
        await client.post("/api/v1/auth/login", json={"email": email, "password": "wrong horse"})
    assert len(hashed) == 3
    assert len(set(hashed)) == 1


async def test_an_imported_bcrypt_hash_is_replaced_at_the_sign_in(
    client: httpx.AsyncClient, databases: Databases
) -> None:
    imported = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    async with databases.credentials.session() as session:
        await session.execute(text("UPDATE credentials SET password_hash = :hash"), {"hash": imported})
    await sign_in(client)
    async with databases.credentials.session() as session:
        stored = (await session.execute(text("SELECT password_hash FROM credentials"))).scalar_one()
    assert stored.startswith("$argon2id$")
    await sign_in(client)


async def test_refreshing_rotates(client: httpx.AsyncClient) -> None:
    first = await sign_in(client)
    second = (await refresh(client, first["refresh_token"])).json()
    third = (await refresh(client, second["refresh_token"])).json()
    assert set(first) == set(second) == set(third)
    assert len({tokens["refresh_token"] for tokens in (first, second, third)}) == 3
    me = await client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {third['access_token']}"})
    assert me.json()["email"] == "ada@example.com"


async def test_reuse_ends_the_family_and_the_end_survives_the_refusal(
    client: httpx.AsyncClient, databases: Databases
) -> None:
    elsewhere = await sign_in(client)
    first = await sign_in(client)
    second = (await refresh(client, first["refresh_token"])).json()
    assert problem(await refresh(client, first["refresh_token"])) == (401, "refresh_token_reused")
    assert problem(await refresh(client, second["refresh_token"])) == (401, "invalid_refresh_token")
    assert problem(await refresh(client, first["refresh_token"])) == (401, "invalid_refresh_token")
    assert (await refresh(client, elsewhere["refresh_token"])).status_code == 200
    async with databases.credentials.session() as session:
        reasons = (await session.execute(text("SELECT revoked_reason FROM refresh_families"))).scalars().all()
    assert sorted(reasons, key=str) == [None, "reuse"]


async def test_of_many_at_once_one_at_most_goes_on(client: httpx.AsyncClient) -> None:
    token = (await sign_in(client))["refresh_token"]
    answers = await asyncio.gather(*(refresh(client, token) for _ in range(8)))
    assert sum(answer.status_code == 200 for answer in answers) <= 1
    assert {answer.status_code for answer in answers} <= {200, 401}
    winners = [answer.json()["refresh_token"] for answer in answers if answer.status_code == 200]
    for winner in winners:  # a token that was seen twice ended the family, the winner's successor too
        assert (await refresh(client, winner)).status_code == 401


async def test_using_a_token_up_holds_by_itself(client: httpx.AsyncClient, databases: Databases) -> None:
    """The one statement alone, as it runs when another request was faster than the look before it."""

    async def consume(token: str, now: datetime) -> bool:
        async with databases.credentials.session() as session:
            family_id = await repository.consume_refresh_token(session, hash_opaque_token(token), now)
        return family_id is not None

    now = datetime.now(UTC)
    token, ended = [(await sign_in(client))["refresh_token"] for _ in range(2)]
    await client.post("/api/v1/auth/logout", json={"refresh_token": ended})
    assert not await consume(ended, now)
    assert not await consume("unknown", now)
    assert not await consume(token, now + timedelta(days=7, seconds=1))
    assert sorted(await asyncio.gather(*(consume(token, now) for _ in range(5)))) == [False] * 4 + [True]


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "ä", "x" * 512])
async def test_unknown_tokens(client: httpx.AsyncClient, token: str) -> None:
    assert problem(await refresh(client, token)) == (401, "invalid_refresh_token")


async def test_no_token_at_all(client: httpx.AsyncClient) -> None:
    assert problem(await client.post("/api/v1/auth/refresh")) == (401, "invalid_refresh_token")
    assert problem(await refresh(client, None)) == (401, "invalid_refresh_token")
    assert problem(await refresh(client, "x" * 513)) == (422, "validation_failed")


async def test_tokens_end(serve: Serve) -> None:
    clock = FixedClock(NOW)
    client = await serve(clock)
    tokens = await sign_in(client)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    clock.advance(timedelta(minutes=29, seconds=59))
    assert (await client.get("/api/v1/users/me", headers=headers)).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert problem(await client.get("/api/v1/users/me", headers=headers)) == (401, "invalid_token")
    clock.advance(timedelta(days=7) - timedelta(minutes=30, seconds=1))
    renewed = (await refresh(client, tokens["refresh_token"])).json()["refresh_token"]
    clock.advance(timedelta(days=7))
    assert problem(await refresh(client, renewed)) == (401, "invalid_refresh_token")


async def test_a_start_forgets_dead_sign_ins_alone(
    serve: Serve, databases: Databases, settings: Settings
) -> None:
    clock = FixedClock(NOW)
    client = await serve(clock)
    dead, rotated = await sign_in(client), await sign_in(client)
    clock.advance(timedelta(days=6))
    living = (await refresh(client, rotated["refresh_token"])).json()["refresh_token"]
    clock.advance(timedelta(days=2))
    await on_start(databases, settings.model_copy(update={"app_env": "development"}), clock)
    assert (await refresh(client, living)).status_code == 200
    assert problem(await refresh(client, dead["refresh_token"])) == (401, "invalid_refresh_token")
    async with databases.credentials.session() as session:
        families = (await session.execute(text("SELECT count(*) FROM refresh_families"))).scalar_one()
    assert families == 1


async def test_tokens_are_stored_by_their_hashes(client: httpx.AsyncClient, databases: Databases) -> None:
    tokens = await sign_in(client)
    async with databases.credentials.session() as session:
        query = text(
            "SELECT row_to_json(t)::text || row_to_json(f)::text FROM refresh_tokens t, refresh_families f"
        )
        (stored,) = (await session.execute(query)).one()
    assert tokens["refresh_token"] not in stored
    assert tokens["access_token"] not in stored


@pytest.mark.parametrize("production", [False, True])
async def test_a_browser_gets_the_token_as_a_cookie(serve: Serve, production: bool) -> None:
    client = await serve(**PRODUCTION if production else {})
    answer = await client.post("/api/v1/auth/login?cookie=true", json=RIGHT)
    assert answer.json()["refresh_token"] is None
    cookie = cookie_of(answer)
    assert cookie["httponly"]
    assert (cookie["samesite"].lower(), cookie["path"]) == ("strict", "/api/v1/auth")
    assert int(cookie["max-age"]) == 7 * 24 * 3600
    assert bool(cookie["secure"]) is production
    assert not cookie["domain"]


async def test_a_cookie_is_rotated_as_a_cookie(client: httpx.AsyncClient) -> None:
    await sign_in(client, "?cookie=true")
    before = client.cookies[COOKIE]
    for content in (None, b"{}", b'{"refresh_token": null}'):
        headers = {"Content-Type": "application/json"} if content else {}
        answer = await client.post("/api/v1/auth/refresh", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["refresh_token"] is None
        assert answer.json()["access_token"]
        assert client.cookies[COOKIE] != before
        before = client.cookies[COOKIE]


async def test_a_bad_cookie_is_cleared(client: httpx.AsyncClient) -> None:
    client.cookies.set(COOKIE, "rubbish", domain="testserver.local", path="/api/v1/auth")
    answer = await client.post("/api/v1/auth/refresh")
    assert problem(answer) == (401, "invalid_refresh_token")
    cookie = cookie_of(answer)
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", "0", "/api/v1/auth")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_bad_token_in_the_body_leaves_the_cookie_alone(client: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await refresh(client, "rubbish")).headers


async def test_foreign_pages_cannot_use_the_cookie(client: httpx.AsyncClient) -> None:
    await sign_in(client, "?cookie=true")
    evil = {"Origin": "https://evil.example"}
    for path in ("refresh", "logout", "login?cookie=true", "demo?cookie=true"):
        body = RIGHT if path.startswith("login") else None
        refused = await client.post(f"/api/v1/auth/{path}", headers=evil, json=body)
        assert problem(refused) == (403, "foreign_origin"), path
        assert "set-cookie" not in refused.headers
    own = await client.post("/api/v1/auth/refresh", headers={"Origin": "http://localhost:3000"})
    assert own.status_code == 200


@pytest.mark.parametrize("way", ["cookie", "body", "bearer"])
async def test_signing_out_ends_the_family_either_way_and_twice(client: httpx.AsyncClient, way: str) -> None:
    tokens = await sign_in(client, "?cookie=true" if way == "cookie" else "")
    held = client.cookies.get(COOKIE) or tokens["refresh_token"]
    for _ in range(2):
        if way == "cookie":
            answer = await client.post("/api/v1/auth/logout", headers={"Cookie": f"{COOKIE}={held}"})
            assert cookie_of(answer).value == ""
        elif way == "body":
            answer = await client.post("/api/v1/auth/logout", json={"refresh_token": held})
        else:
            headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            answer = await client.post("/api/v1/auth/logout", headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    client.cookies.clear()
    assert problem(await refresh(client, held)) == (401, "invalid_refresh_token")


async def test_signing_out_without_anything_is_no_error(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/v1/auth/logout")).status_code == 204
    assert (await client.post("/api/v1/auth/logout", json={"refresh_token": "unknown"})).status_code == 204
    rubbish = {"Authorization": "Bearer rubbish"}
    assert (await client.post("/api/v1/auth/logout", headers=rubbish)).status_code == 204


async def test_signing_out_here_leaves_other_devices_signed_in(client: httpx.AsyncClient) -> None:
    here, there = await sign_in(client), await sign_in(client)
    await client.post("/api/v1/auth/logout", json={"refresh_token": here["refresh_token"]})
    assert (await refresh(client, there["refresh_token"])).status_code == 200


async def test_a_failing_main_database_does_not_use_the_token_up(
    client: httpx.AsyncClient, databases: Databases
) -> None:
    token = (await sign_in(client))["refresh_token"]
    async with databases.main.session() as session:
        await session.execute(text("ALTER TABLE users RENAME TO hidden"))
    assert (await refresh(client, token)).status_code == 500
    async with databases.main.session() as session:
        await session.execute(text("ALTER TABLE hidden RENAME TO users"))
    assert (await refresh(client, token)).status_code == 200


async def test_sign_in_is_limited_by_account_and_address(serve: Serve) -> None:
    client = await serve(rate_limit_multiplier=1)
    wrong = RIGHT | {"password": "wrong horse battery"}
    for attempt in range(10):
        email = " ADA@example.com" if attempt % 2 else "ada@example.com"
        assert (await client.post("/api/v1/auth/login", json=wrong | {"email": email})).status_code == 401
    limited = await client.post("/api/v1/auth/login", json=RIGHT)
    assert problem(limited) == (429, "rate_limited")
    assert 1 <= int(limited.headers["retry-after"]) <= 61
    other = await client.post("/api/v1/auth/login", json=wrong | {"email": "bob@example.com"})
    assert other.status_code == 401


async def test_spellings_of_an_address_share_its_tries(serve: Serve) -> None:
    client = await serve(rate_limit_multiplier=1)
    spellings = (
        "ada@bücher.example",
        "ADA@xn--bcher-kva.example",
        " Ada@BÜCHER.example ",
        "ada@bu\u0308cher.example",
    )
    for attempt in range(11):
        sent = {"email": spellings[attempt % 4], "password": "wrong horse battery"}
        answer = await client.post("/api/v1/auth/login", json=sent)
        assert answer.status_code == (401 if attempt < 10 else 429), attempt


async def test_guessing_elsewhere_does_not_keep_the_owner_out(serve: Serve) -> None:
    guesser = await serve(rate_limit_multiplier=1, address="203.0.113.9")
    owner = await serve(rate_limit_multiplier=1, address="198.51.100.7")
    for _ in range(11):
        last = await guesser.post("/api/v1/auth/login", json=RIGHT | {"password": "wrong"})
    assert last.status_code == 429
    assert (await owner.post("/api/v1/auth/login", json=RIGHT)).status_code == 200


async def test_one_address_is_limited_over_all_accounts(serve: Serve) -> None:
    client = await serve(rate_limit_multiplier=1)
    answers = [
        await client.post("/api/v1/auth/login", json={"email": f"u{n}@example.com", "password": "x"})
        for n in range(31)
    ]
    assert [answer.status_code for answer in answers] == [401] * 30 + [429]


async def test_registration_and_refresh_are_limited(serve: Serve) -> None:
    client = await serve(
        rate_limit_multiplier=1, rate_limit_registration="2/hour", rate_limit_refresh="2/minute"
    )
    for n in range(3):
        body = {"email": f"u{n}@example.com", "password": PASSWORD, "display_name": "U"}
        registered = await client.post("/api/v1/auth/register", json=body)
        refreshed = await refresh(client, "unknown")
    assert problem(registered) == (429, "rate_limited")
    assert problem(refreshed) == (429, "rate_limited")
