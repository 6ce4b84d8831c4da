"""The house: folders, settings, security functions, start-up, imports, doors closed by default."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr, ValidationError
from starlette.routing import WebSocketRoute

from app import __version__
from app.config import Settings, get_settings
from app.core import security
from app.core.clock import FixedClock
from app.core.secrets import Secrets
from app.main import create_app

BACKEND = Path(__file__).resolve().parents[2]
REPOSITORY = BACKEND.parent
ROOMS = ("auth", "market", "strategies", "backtests", "research", "workspace")
# What anybody may ask for. Everything else wants a signed-in user.
PUBLIC = {
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/metrics"),
    ("GET", "/docs"),
    ("GET", "/docs/oauth2-redirect"),
    ("GET", "/openapi.json"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/health/ready"),
    ("GET", "/api/v1/health/live"),
    ("GET", "/api/v1/auth/options"),
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/demo"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/logout"),
    ("POST", "/api/v1/auth/first-admin"),
    ("GET", "/api/v1/shared/{token}"),
}
# The process that answers people starts fast and stays small without these.
HEAVY = {
    "numba",
    "llvmlite",
    "optuna",
    "polars",
    "talib",
    "pandas",
    "exchange_calendars",
    "ccxt",
    "aiohttp",
    "procrastinate",
    "alembic",
}


def _settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **{"app_env": "test", **values})


# --- folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "backend/app/main.py",
        "backend/app/config.py",
        "backend/app/cli.py",
        "backend/app/api/v1/router.py",
        "backend/app/worker/__init__.py",
        "backend/app/core/__init__.py",
        "backend/app/engine/language/__init__.py",
        "backend/app/embedded/__init__.py",
        *(
            f"backend/app/{room}/{file}.py"
            for room in ROOMS
            for file in ("router", "service", "tables", "domain")
        ),
        "backend/alembic.ini",
        "backend/alembic/main/versions",
        "backend/alembic/credentials/versions",
        "backend/tests/unit",
        "backend/tests/integration",
        "backend/tests/e2e",
        "backend/tests/faults",
        "backend/benchmarks",
        "backend/pyproject.toml",
        "backend/requirements.txt",
        "backend/Dockerfile",
        "frontend/app",
        "frontend/features",
        "frontend/components/ui",
        "frontend/components/common",
        "frontend/lib/api/generated",
        "frontend/Dockerfile",
        "nginx",
        "docker-compose.yml",
        "docker-compose.dev.yml",
        ".env.example",
        ".gitignore",
        "README.md",
        "Makefile",
        "docs/decisions",
        ".ci/run",
    ],
)
def test_everything_has_its_place(path: str) -> None:
    assert (REPOSITORY / path).exists()


def _modules() -> Iterator[Path]:
    yield from sorted((BACKEND / "app").rglob("*.py"))


def test_names_say_what_is_inside() -> None:
    vague = re.compile(r"util|helper|manager|misc|common", re.IGNORECASE)
    names = [path.relative_to(BACKEND) for path in _modules() if vague.search(path.stem)]
    assert names == []


def test_every_module_and_room_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(BACKEND)
        for path in _modules()
        if path.read_text("utf-8").strip() and not path.read_text("utf-8").lstrip().startswith('"""')
    ]
    assert silent == []


@pytest.mark.parametrize("room", ROOMS)
def test_http_stays_on_the_top_floors_of_a_room(room: str) -> None:
    http = re.compile(r"^(?:from|import) (?:fastapi|starlette)\b", re.MULTILINE)
    found = {
        path.relative_to(BACKEND / "app" / room).as_posix()
        for path in (BACKEND / "app" / room).rglob("*.py")
        if http.search(path.read_text("utf-8"))
    }
    assert {name.split("_")[-1] for name in found} <= {"router.py", "dependencies.py"}


# --- settings -------------------------------------------------------------------------------------

PUBLISHED = {
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "POSTGRES_DB",
    "DATABASE_URL",
    "CREDS_DATABASE_URL",
    "REDIS_URL",
    "APP_SECRET_KEY",
    "JWT_SECRET_KEY",
    "JWT_ALGORITHM",
    "ACCESS_TOKEN_EXPIRE_MINUTES",
    "REFRESH_TOKEN_EXPIRE_DAYS",
    "APP_ENV",
    "DEBUG",
    "LOG_LEVEL",
    "CORS_ORIGINS",
    "REGISTRATION",
    "FLOWREX_BIND",
    "TWELVEDATA_API_KEY",
    "NEXT_PUBLIC_API_BASE",
}
# Read by Compose alone, which makes the two database URLs of them.
_COMPOSE_ALONE = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}


def _example() -> dict[str, str]:
    lines = (REPOSITORY / ".env.example").read_text("utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def test_the_example_holds_every_published_variable() -> None:
    assert _example().keys() >= PUBLISHED
    for provider in ("GOOGLE", "SENDGRID", "TWILIO", "STRIPE"):
        assert any(name.startswith(provider) for name in _example())


def test_each_variable_is_explained() -> None:
    text = (REPOSITORY / ".env.example").read_text("utf-8")
    assert text.count("\n#") >= 15


def test_every_variable_of_the_example_is_a_setting() -> None:
    known = {name.upper() for name in Settings.model_fields} | _COMPOSE_ALONE
    assert _example().keys() - known == set()


def test_the_example_works_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings = Settings(_env_file=REPOSITORY / ".env.example")
    assert settings.model_dump() == Settings(_env_file=None).model_dump() | {
        "registration": settings.registration
    }


def test_the_example_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENV", "production")
    with pytest.raises(ValidationError, match=r"APP_SECRET_KEY|JWT_SECRET_KEY|DATABASE_URL"):
        Settings(_env_file=REPOSITORY / ".env.example")


def test_settings_are_read_once_and_only_when_asked_for() -> None:
    get_settings.cache_clear()
    assert get_settings() is get_settings()
    get_settings.cache_clear()


# --- security -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hash_password", "verify_password"])
def test_passwords_are_hashed_off_the_event_loop(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(security, name))


@pytest.mark.parametrize(
    "name", ["create_access_token", "read_access_token", "new_opaque_token", "hash_opaque_token"]
)
def test_security_functions_stand(name: str) -> None:
    function = getattr(security, name)
    assert callable(function)
    assert function.__doc__


def test_the_parts_behind_security_are_the_chosen_ones() -> None:
    lock = (BACKEND / "requirements.txt").read_text("utf-8").lower()
    names = set(re.findall(r"^([a-z0-9_.-]+)==", lock, re.MULTILINE))
    assert {"joserfc", "pwdlib", "limits", "argon2-cffi"} <= names
    assert names.isdisjoint({"python-jose", "passlib", "slowapi", "ecdsa"})


# --- start-up -------------------------------------------------------------------------------------


def test_importing_and_creating_the_app_connects_to_nothing_and_stays_light() -> None:
    program = """
import json, socket, sys
def refuse(*_args, **_more):
    raise AssertionError("something connects before the start")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
import app.main
app.main.create_app()
print(json.dumps(sorted(sys.modules)))
"""
    environment = {"PATH": "/usr/bin:/bin", "APP_ENV": "development"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd="/",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    assert HEAVY & {name.partition(".")[0] for name in modules} == set()
    assert {name for name in modules if name.startswith(("app.worker", "app.embedded"))} == set()


@pytest.mark.parametrize("variable", ["APP_SECRET_KEY", "JWT_SECRET_KEY"])
def test_production_does_not_start_without_real_secrets(variable: str) -> None:
    """As a process sees it; tests/unit/core/test_settings.py goes through the cases."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "APP_ENV": "production",
        "APP_SECRET_KEY": "a" * 43,
        "JWT_SECRET_KEY": "b" * 43,
        "DATABASE_URL": "postgresql://flowrex:3f9c1d@db/flowrex",
        "CREDS_DATABASE_URL": "postgresql://flowrex:8a7b2e@creds/flowrex_creds",
    } | {variable: "short-and-secret"}
    done = subprocess.run(
        [sys.executable, "-c", "import app.main; app.main.create_app()"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd="/",
        timeout=60,
    )
    assert done.returncode != 0
    assert variable in done.stderr
    assert "short-and-secret" not in done.stderr


def _production() -> Settings:
    return _settings(
        app_env="production",
        app_secret_key=SecretStr("a" * 43),
        jwt_secret_key=SecretStr("b" * 43),
        database_url="postgresql://flowrex:3f9c1d@db/flowrex",
        creds_database_url="postgresql://flowrex:8a7b2e@creds/flowrex_creds",
    )


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
async def test_the_docs_are_off_in_production(path: str) -> None:
    transport = httpx.ASGITransport(create_app(_production()))
    async with httpx.AsyncClient(transport=transport, base_url="http://flowrex.home") as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.get("/")).json()["message"] == "Flowrex API"


def test_the_version_comes_from_one_place() -> None:
    assert create_app(_settings()).version == __version__
    literal = re.compile(re.escape(f'"{__version__}"'))
    found = [path.relative_to(BACKEND) for path in _modules() if literal.search(path.read_text("utf-8"))]
    assert found == [Path("app/__init__.py")]


# --- doors ----------------------------------------------------------------------------------------


def _make_app() -> FastAPI:
    app = create_app(_settings())
    # What the lifespan would set, as far as telling who asks needs it. No database: asking is refused before.
    app.state.settings = _settings()
    app.state.clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    app.state.secrets = Secrets(app_secret_key="a" * 32, jwt_secret_key="b" * 32)
    return app


def _routes() -> list[tuple[str, str]]:
    contexts = [route for route in iter_route_contexts(_make_app().routes) if route.methods]
    pairs = {(method, str(route.path)) for route in contexts for method in route.methods or ()}
    return sorted(pair for pair in pairs if pair[0] != "HEAD")


CLOSED = [pair for pair in _routes() if pair not in PUBLIC]


@pytest.fixture
async def nobody() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(_make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://flowrex.home") as client:
        yield client


def test_the_list_of_open_doors_is_exact() -> None:
    assert set(_routes()) >= PUBLIC
    assert ("GET", "/api/v1/users/me") in CLOSED


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_every_other_door_is_closed(nobody: httpx.AsyncClient, method: str, path: str) -> None:
    address = re.sub(r"\{[^}]*\}", "018f0000-0000-7000-8000-000000000000", path)
    for headers in ({}, {"Authorization": "Bearer rubbish"}, {"X-API-Key": "rubbish"}):
        answer = await nobody.request(method, address, headers=headers)
        assert answer.status_code == 401, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_websockets_are_listed_here_when_they_come() -> None:
    """They do not pass the routers' dependency for HTTP: each needs a test of its own refusal."""
    sockets = [
        route.path
        for route in iter_route_contexts(_make_app().routes)
        if isinstance(route.original_route, WebSocketRoute)
    ]
    # It asks in the conversation itself who speaks: tests/integration/live.
    assert sockets == ["/api/v1/stream"]
