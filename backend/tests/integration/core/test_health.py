"""Health over real servers, and with one of them away."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app import __version__
from app.config import Settings
from app.core.database import Databases
from app.core.redis import make_redis
from app.main import create_app

NOWHERE = "postgresql+asyncpg://flowrex:s3cr3t@127.0.0.1:1/flowrex"


async def test_everything_is_healthy(client: httpx.AsyncClient) -> None:
    health = (await client.get("/api/v1/health")).json()
    checks = health.pop("checks")
    assert health == {"status": "healthy", "service": "flowrex-backend", "version": __version__}
    assert set(checks) == {"database", "credentials_database", "redis"}
    for check in checks.values():
        assert set(check) == {"status", "latency_ms"}
        assert check["status"] == "healthy"
        assert check["latency_ms"] >= 0
    assert (await client.get("/api/v1/health/ready")).json() == {"status": "ready"}
    assert (await client.get("/api/v1/health/live")).json() == {"status": "alive"}


@pytest.fixture
async def broken(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """The started application, from which one part was taken away."""
    app: FastAPI = create_app(settings)
    async with app.router.lifespan_context(app):
        if request.param == "redis":
            await app.state.redis.aclose()
            app.state.redis = make_redis("redis://:s3cr3t@127.0.0.1:1/0")
        else:
            gone = settings.model_copy(update={request.param: NOWHERE})
            await app.state.databases.dispose()
            app.state.databases = Databases.from_settings(gone)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            yield client


@pytest.mark.parametrize("broken", ["redis"], indirect=True)
async def test_without_redis_it_is_degraded_and_ready(broken: httpx.AsyncClient) -> None:
    answer = await broken.get("/api/v1/health")
    assert answer.json()["status"] == "degraded"
    assert answer.json()["checks"]["redis"] == {"status": "unhealthy", "latency_ms": None}
    assert "127.0.0.1" not in answer.text
    assert (await broken.get("/api/v1/health/ready")).status_code == 200


@pytest.mark.parametrize(
    ("broken", "part"),
    [("database_url", "database"), ("creds_database_url", "credentials_database")],
    indirect=["broken"],
)
async def test_without_a_database_it_is_unhealthy_and_not_ready(
    broken: httpx.AsyncClient, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await broken.get("/api/v1/health")
    health = answer.json()
    assert health["status"] == "unhealthy"
    sick = {name for name, check in health["checks"].items() if check["status"] == "unhealthy"}
    assert sick == {part}
    ready = await broken.get("/api/v1/health/ready")
    assert (ready.status_code, ready.json()["code"]) == (503, "service_unavailable")
    assert (await broken.get("/api/v1/health/live")).json() == {"status": "alive"}
    for text in (answer.text, ready.text, capsys.readouterr().out):
        assert "s3cr3t" not in text


@pytest.mark.parametrize("broken", ["creds_database_url"], indirect=True)
async def test_a_request_that_needs_what_is_away_is_503(broken: httpx.AsyncClient) -> None:
    body = {"email": "ada@example.com", "password": "correct horse battery"}
    answer = await broken.post("/api/v1/auth/login", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer.headers["retry-after"]) >= 1
