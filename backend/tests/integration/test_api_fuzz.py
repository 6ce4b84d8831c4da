"""Whatever arrives at any operation of the API, well-formed or not, is never answered with a 5xx."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

from alembic import command
from app.auth.service import create_user
from app.core.database import Databases
from app.core.migrations import alembic_config
from app.embedded.processes import choose_port
from app.embedded.servers import RunningServers
from app.main import create_app
from tests.integration.conftest import PASSWORD, make_settings

# What ends the session of the fuzzer itself is tried elsewhere.
_LEFT_OUT = r".*/auth/logout"


@contextmanager
def _running_backend(environment: dict[str, str], port: int) -> Iterator[str]:
    arguments = [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(port)]
    process = subprocess.Popen(arguments, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/api/v1/health/ready").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def api(servers: RunningServers) -> Iterator[tuple[str, str]]:
    """A running backend's URL and an admin's access token."""
    for name, dsn in (("main", servers.main_dsn), ("credentials", servers.credentials_dsn)):
        command.upgrade(alembic_config(name, dsn), "head")
    environment = {
        "APP_ENV": "development",
        "DATABASE_URL": servers.main_dsn,
        "CREDS_DATABASE_URL": servers.credentials_dsn,
        "REDIS_URL": servers.redis_url,
        "RATE_LIMIT_MULTIPLIER": "10000",
    }

    async def make_admin() -> None:
        values = {name.lower(): value for name, value in environment.items()}
        both = Databases.from_settings(make_settings(**values))
        await create_user(both, "fuzz@example.com", PASSWORD, display_name="Fuzz", role="admin")
        await both.dispose()

    asyncio.run(make_admin())
    with _running_backend(environment, choose_port([])) as url:
        signed_in = httpx.post(
            f"{url}/api/v1/auth/login", json={"email": "fuzz@example.com", "password": PASSWORD}
        )
        yield url, signed_in.raise_for_status().json()["access_token"]


schema = schemathesis.openapi.from_dict(create_app(make_settings(log_level="WARNING")).openapi()).exclude(
    path_regex=_LEFT_OUT
)


@schema.parametrize()
@settings(
    max_examples=10,  # of each of some 130 operations
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_operation_answers_with_a_server_error(case: schemathesis.Case[Any], api: tuple[str, str]) -> None:
    if case.path.endswith("/backtests") and isinstance(case.query, dict):
        case.query.pop("wait", None)  # nobody works the queue here, and waiting for it proves nothing
    case.call_and_validate(
        base_url=api[0],
        checks=[not_a_server_error],
        headers={"Authorization": f"Bearer {api[1]}"},
        timeout=30,
    )
