"""What surrounds each request: ids, headers, counts, log lines."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from prometheus_client import REGISTRY

from app.config import Settings
from app.core.logging import configure_logging
from app.main import create_app


@pytest.fixture
def app() -> FastAPI:
    """The real application, whose lifespan never starts: nothing here needs a database."""
    return create_app(Settings(_env_file=None, app_env="test"))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://flowrex.home") as client:
        yield client


async def test_the_contract_of_the_smallest_answers(client: httpx.AsyncClient) -> None:
    assert (await client.get("/")).json() == {"message": "Flowrex API", "docs": "/docs"}
    health = (await client.get("/health")).json()
    assert health["status"] == "healthy"
    assert health["version"]
    assert (await client.get("/api/v1/health/live")).json() == {"status": "alive"}


async def test_answers_are_neither_sniffed_nor_kept(client: httpx.AsyncClient) -> None:
    for path in ("/", "/nowhere"):
        answer = await client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


async def test_requests_are_counted_by_route_not_by_path(client: httpx.AsyncClient) -> None:
    def count(route: str, status: str) -> float:
        labels = {"method": "GET", "route": route, "status": status}
        return REGISTRY.get_sample_value("flowrex_http_requests_total", labels) or 0.0

    live, unmatched = count("/api/v1/health/live", "200"), count("unmatched", "404")
    await client.get("/api/v1/health/live")
    await client.get("/nowhere/one")
    await client.get("/nowhere/two")
    assert count("/api/v1/health/live", "200") == live + 1
    assert count("unmatched", "404") == unmatched + 2
    metrics = await client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "flowrex_http_request_seconds_bucket" in metrics.text


async def test_each_request_is_one_log_line_without_its_query(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    before = logging.getLogger().handlers[:]
    try:
        configure_logging("INFO")
        await client.get("/nowhere?token=s3cr3t", headers={"X-Request-ID": "request-1"})
        await client.get("/health")
    finally:
        logging.getLogger().handlers[:] = before
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["path"], line["status"], line["request_id"]) for line in requests] == [
        ("/nowhere", 404, "request-1")
    ]
    assert "s3cr3t" not in json.dumps(lines)


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("a=&b=1", {"b": "1"}),
        ("a=&b=", {}),
        ("a&b=1&", {"b": "1"}),
        ("a=%3D&b=x=", {"a": "=", "b": "x="}),
        ("", {}),
    ],
)
async def test_empty_values_of_a_query_are_absent(
    app: FastAPI, client: httpx.AsyncClient, query: str, seen: dict[str, str]
) -> None:
    @app.get("/echo")
    async def echo(request: Request) -> dict[str, str]:
        return dict(request.query_params)

    assert (await client.get(f"/echo?{query}")).json() == seen


@pytest.mark.parametrize(
    ("origin", "allowed"), [("http://localhost:3000", True), ("https://evil.example", False)]
)
async def test_other_origins_are_let_in_by_name_only(
    client: httpx.AsyncClient, origin: str, allowed: bool
) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = await client.options("/api/v1/auth/login", headers=asked)
    assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
