"""One installation for the whole matrix: its worker brings history from Twelve Data's stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import SecretStr

from app.auth.service import create_user
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.live_publishing import LivePublisher
from app.core.redis import make_redis
from app.embedded.servers import RunningServers
from app.engine.bars import Times
from app.engine.intervals import Interval
from app.feeds.asking import Patience
from app.feeds.jobs import close_providers, run_feeds
from app.main import create_app
from app.market.jobs import store_calendars
from app.worker.providers import make_providers
from tests.integration.conftest import PASSWORD, open_fresh_databases
from tests.standins.twelvedata.server import KEY, StandIn

_QUICK = Patience(first_seconds=0.05, longest_seconds=0.5, doubt_seconds=(0.1, 0.2))
_HISTORY = {"1day": "2025-06-02", "1h": "2025-06-02"}


@dataclass
class Filled:
    """A share that is split on 2026-06-16, and a currency pair, with their days and hours since June 2025."""

    client: httpx.AsyncClient
    standin: StandIn
    ids: dict[str, str]

    async def chart(self, symbol: str, interval: Interval, start: str, end: str, **more: str) -> Any:
        """What GET /bars answers."""
        query = {"symbol": symbol, "interval": interval.value, "start": start, "end": end, **more}
        answer = await self.client.get("/api/v1/bars", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def times(self, symbol: str, interval: Interval, start: str, end: str) -> Times:
        return np.array((await self.chart(symbol, interval, start, end))["time"], dtype=np.int64)

    async def sessions(self, symbol: str, start: str, end: str) -> list[tuple[str, str, str]]:
        """Date, open and close, as the chart shades them."""
        answer = await self.client.get(
            f"/api/v1/instruments/{self.ids[symbol]}/sessions", params={"start": start, "end": end}
        )
        assert answer.json()["known"]
        return [(one["date"], one["open"][5:16], one["close"][5:16]) for one in answer.json()["sessions"]]

    async def backfill(self, symbol: str, interval: Interval, start: str, end: str) -> tuple[int, int]:
        """Ask for a stretch; the pages that it took, and the bars that came."""
        answer = await self.client.post(
            f"/api/v1/instruments/{self.ids[symbol]}/backfills",
            json={"interval": interval.value, "start": start, "end": end},
        )
        assert answer.status_code in {200, 201, 202}, answer.text
        over = await _wait(self.client, answer.json()["id"])
        assert over["status"] == "succeeded", over
        return over["pages"], over["inserted"]


async def _wait(client: httpx.AsyncClient, backfill_id: str) -> dict[str, Any]:
    for _ in range(1_200):
        body: dict[str, Any] = (await client.get(f"/api/v1/backfills/{backfill_id}")).json()
        if body["status"] in {"succeeded", "failed", "cancelled"}:
            return body
        await asyncio.sleep(0.05)
    raise TimeoutError(body)


@pytest.fixture(scope="module")
async def filled(servers: RunningServers, anyio_backend: str) -> AsyncIterator[Filled]:
    with StandIn(per_minute=None, per_day=None) as standin, open_fresh_databases(servers) as fresh:
        settings = fresh.model_copy(
            update={
                "twelvedata_api_key": SecretStr(KEY),
                "twelvedata_base_url": standin.base_url,
                "twelvedata_stream_url": standin.stream_url,
                "twelvedata_credits_per_minute": 10_000,
                "twelvedata_credits_per_day": 100_000,
                "crypto_exchanges": (),
            }
        )
        databases = Databases.from_settings(settings, application_name="tests")
        clock, redis = SystemClock(), make_redis(settings.redis_url)
        providers = make_providers(settings, clock)
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            worker = asyncio.create_task(run_feeds(databases, clock, providers, LivePublisher(redis), _QUICK))
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")
            try:
                await store_calendars(databases, clock)
                await create_user(databases, "edge@example.com", PASSWORD, display_name="Edge", role="member")
                credentials = {"email": "edge@example.com", "password": PASSWORD}
                token = (await client.post("/api/v1/auth/login", json=credentials)).json()["access_token"]
                client.headers["Authorization"] = f"Bearer {token}"
                ids = {}
                for code in ("SPLT", "EUR/USD"):
                    body = {
                        "provider": "twelvedata",
                        "code": code,
                        "intervals": list(_HISTORY),
                        "history": _HISTORY,
                        **({"mic_code": "XNAS"} if code == "SPLT" else {}),
                    }
                    answer = await client.post("/api/v1/instruments/from-provider", json=body)
                    assert answer.status_code == 201, answer.text
                    ids[code] = answer.json()["instrument"]["id"]
                    for one in answer.json()["backfills"]:
                        assert (await _wait(client, one["id"]))["status"] == "succeeded"
                yield Filled(client, standin, ids)
            finally:
                worker.cancel()
                await asyncio.gather(worker, return_exceptions=True)
                await client.aclose()
        await close_providers(providers)
        await redis.aclose()
        await databases.dispose()
