"""The demo workspace, made once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.strategies.examples import EXAMPLES
from app.worker.demo import load_demo

pytestmark = pytest.mark.anyio


async def _sign_in(client: httpx.AsyncClient, databases: Databases, settings: Settings) -> None:
    account = await load_demo(databases, settings, SystemClock())
    assert account.password is not None
    answer = await client.post(
        "/api/v1/auth/login", json={"email": account.email, "password": account.password}
    )
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


async def _list(client: httpx.AsyncClient, what: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(f"/api/v1/{what}")).json()["items"]
    return items


async def test_it_holds_instruments_example_rules_and_a_finished_run(
    client: httpx.AsyncClient, databases: Databases, settings: Settings
) -> None:
    await _sign_in(client, databases, settings)
    assert {item["symbol"] for item in await _list(client, "instruments")} == {
        "AAPL", "FB", "GOOG", "IBM", "MSFT",
    }  # fmt: skip
    strategies = await _list(client, "strategies")
    assert [item["name"] for item in strategies] == [example.name for example in EXAMPLES]
    (run,) = await _list(client, "backtests")
    assert (run["status"], run["symbol"], run["trades"]) == ("succeeded", "GOOG", 33)
    assert run["strategy_id"] == strategies[0]["id"]
    assert round(run["final_equity"], 2) == 5_454_497.97


async def test_loading_it_again_changes_nothing(
    client: httpx.AsyncClient, databases: Databases, settings: Settings
) -> None:
    await _sign_in(client, databases, settings)
    before = [await _list(client, what) for what in ("instruments", "strategies", "backtests")]
    await load_demo(databases, settings, SystemClock())
    assert [await _list(client, what) for what in ("instruments", "strategies", "backtests")] == before


async def test_what_the_user_deleted_stays_deleted_while_he_has_others(
    client: httpx.AsyncClient, databases: Databases, settings: Settings
) -> None:
    await _sign_in(client, databases, settings)
    gone, *kept = await _list(client, "strategies")
    await client.delete(f"/api/v1/strategies/{gone['id']}")
    await load_demo(databases, settings, SystemClock())
    assert await _list(client, "strategies") == kept
