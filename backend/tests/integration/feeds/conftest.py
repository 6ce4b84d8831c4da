"""A worker's feeds over Twelve Data's stand-in, inside the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import httpx
import pytest
from pydantic import SecretStr

from app.config import Settings
from app.core.clock import Clock, SystemClock
from app.core.database import Databases
from app.core.live_publishing import LivePublisher
from app.core.redis import make_redis
from app.core.waiting import end_task
from app.feeds.asking import Patience
from app.feeds.jobs import close_providers, run_feeds
from app.worker.providers import make_providers
from tests.standins.twelvedata.server import KEY, StandIn

_SYSTEM_CLOCK = SystemClock()
QUICK = Patience(first_seconds=0.05, longest_seconds=0.5, doubt_seconds=(0.1, 0.2))


class RunFeeds(Protocol):
    """Runs what the worker runs, as long as the context lasts: by a clock, on a plan."""

    def __call__(
        self, clock: Clock = ..., *, per_minute: int | None = None
    ) -> AbstractAsyncContextManager[None]: ...


WaitFor = Callable[[httpx.AsyncClient, str], Awaitable[dict[str, Any]]]


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(per_minute=None, per_day=None) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, standin: StandIn) -> Settings:
    return settings.model_copy(
        update={
            "twelvedata_api_key": SecretStr(KEY),
            "twelvedata_base_url": standin.base_url,
            "twelvedata_stream_url": standin.stream_url,
            "twelvedata_credits_per_minute": 10_000,
            "twelvedata_credits_per_day": 100_000,
            "crypto_exchanges": (),
        }
    )


@pytest.fixture
def run_worker_feeds(settings: Settings, databases: Databases) -> RunFeeds:
    @asynccontextmanager
    async def running(clock: Clock = _SYSTEM_CLOCK, *, per_minute: int | None = None) -> AsyncIterator[None]:
        redis = make_redis(settings.redis_url)
        plan = {} if per_minute is None else {"twelvedata_credits_per_minute": per_minute}
        providers = make_providers(settings.model_copy(update=plan), clock)
        task = asyncio.create_task(run_feeds(databases, clock, providers, LivePublisher(redis), QUICK))
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            await end_task(task)
            await close_providers(providers)
            await redis.aclose()

    return running


@pytest.fixture
def wait_for_backfill() -> WaitFor:
    """Waits until a back-fill is over, and answers it."""

    async def wait(client: httpx.AsyncClient, backfill_id: str) -> dict[str, Any]:
        for _ in range(600):
            body: dict[str, Any] = (await client.get(f"/api/v1/backfills/{backfill_id}")).json()
            if body["status"] in {"succeeded", "failed", "cancelled"}:
                return body
            await asyncio.sleep(0.05)
        raise TimeoutError(body)

    return wait
