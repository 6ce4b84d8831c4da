"""An application with other settings or another clock than the usual one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from redis import Redis

from app.config import Settings
from app.core.clock import Clock
from app.main import create_app

Serve = Callable[..., Awaitable[httpx.AsyncClient]]
PRODUCTION = {
    "app_env": "production",
    "app_secret_key": SecretStr("a" * 43),
    "jwt_secret_key": SecretStr("b" * 43),
}


@pytest.fixture
async def serve(settings: Settings) -> AsyncIterator[Serve]:
    """Starts the real application with changed settings; gives a client of it. Nothing was counted before."""
    with Redis.from_url(settings.redis_url) as redis:
        redis.flushdb()
    async with AsyncExitStack() as stack:

        async def start(
            clock: Clock | None = None, address: str = "127.0.0.1", **changes: Any
        ) -> httpx.AsyncClient:
            app = create_app(settings.model_copy(update=changes), clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1234))
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://testserver")
            )

        yield start
