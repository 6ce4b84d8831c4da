"""Requests that somebody makes to break something are answered as what they are: mistakes of the client."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import httpx
import pytest

from app.backtests import repository
from app.backtests.domain import RunRequest
from app.core.database import Databases
from app.engine.intervals import Interval
from app.market.domain import Adjustment
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


async def test_nobody_fills_the_queue(
    member: Person, other_member: Person, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MAXIMUM_UNFINISHED", 2)
    request = RunRequest(
        source="enter_long = close > 1",
        parameters={},
        instrument_id=None,
        symbol="ABC",
        interval=Interval.DAY_1,
        start=None,
        end=None,
        initial_cash=Decimal(1000),
        commission_bps=0.0,
        commission_fixed=Decimal(0),
        slippage_bps=0.0,
        whole_units=False,
        close_at_end=True,
        adjust=Adjustment.SPLITS,
    )
    run = {"source": request.source, "symbol": "ABC", "interval": "1day"}

    async def add_run() -> UUID:
        async with databases.main.session() as session:
            return await repository.insert_run(session, UUID(member.id), request, None)

    async with databases.main.session() as session:
        await repository.cancel_queued(session, await add_run())
    await add_run()
    below = await member.client.post("/api/v1/backtests", json=run)
    await add_run()
    above = await member.client.post("/api/v1/backtests", json=run)
    somebody_else = await other_member.client.post("/api/v1/backtests", json=run)
    assert [below.status_code, above.status_code, somebody_else.status_code] == [404, 429, 404]
    assert above.json()["code"] == "too_much_unfinished"
    assert int(above.headers["Retry-After"]) > 0
