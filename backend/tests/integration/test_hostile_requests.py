"""Requests that somebody makes to break something are answered as what they are: mistakes of the client."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.conftest import PASSWORD, Person

HALF_A_CHARACTER = '"\\ud800"'
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/strategies", f'{{"name": {HALF_A_CHARACTER}, "source": "enter_long = close > 1"}}'),
        (
            "/api/v1/backtests",
            f'{{"source": "enter_long = close > 1", "symbol": "X", "interval": "1day",'
            f' "parameters": {{{HALF_A_CHARACTER}: 1}}}}',
        ),
        ("/api/v1/backtests", f'{{"source": "a", "symbol": {HALF_A_CHARACTER}, "interval": "1day"}}'),
        ("/api/v1/auth/register", f"{{{HALF_A_CHARACTER}: 1}}"),
    ],
)
async def test_half_a_character_is_a_mistake_in_the_request(member: Person, path: str, body: str) -> None:
    answer = await member.client.post(path, content=body, headers=JSON)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_of_mistakes_is_answered_shortly(member: Person) -> None:
    fields = ",".join(f'"field{number}": 1' for number in range(30_000))
    answer = await member.client.post("/api/v1/strategies", content=f"{{{fields}}}", headers=JSON)
    assert answer.status_code == 422
    assert len(answer.content) < 16_384
    assert answer.json()["errors"]


async def test_strangers_send_short_bodies(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", content=b" " * 20_000, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=x; charset=undefined",
        "multipart/form-data; boundary=x; charset=punycode",
        "application/x-www-form-urlencoded",
        "text/csv",
    ],
)
async def test_uploads_are_multipart(member: Person, content_type: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="symbol"\r\n\r\n\xff\r\n--x--\r\n'
    answer = await member.client.post("/api/v1/imports", content=part, headers={"Content-Type": content_type})
    assert answer.status_code in {415, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_no_redirect_is_built_from_the_clients_host(member: Person) -> None:
    answer = await member.client.get("/api/v1/users/me/", headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_a_password_holds_no_nul(client: httpx.AsyncClient) -> None:
    body = {"email": "new@example.com", "password": PASSWORD + "\x00", "display_name": "New"}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 422
