"""What `flowrex up` runs: the options, every process's environment, the recipes of the three children."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from app.embedded import processes
from app.embedded.children import Recipe, answers, has_written
from app.embedded.errors import EmbeddedError
from app.embedded.home import Home
from app.embedded.servers import RunningServers

BACKEND_STOP_SECONDS = 20.0
WORKER_STOP_SECONDS = 20.0
WEB_STOP_SECONDS = 10.0
_MOST_WORKERS_BY_DEFAULT = 4
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SOURCES = Path(__file__).resolve().parents[2]
_PYTHON = (sys.executable, "-P", "-m")


@dataclass(frozen=True)
class Options:
    """The options of `flowrex up`."""

    home: Path
    backend_port: int = 8000
    frontend_port: int = 3000
    with_web: bool = True
    with_demo: bool = True
    reload: bool = False
    workers: int = 1


@dataclass(frozen=True)
class Place:
    """Where the stack is reached."""

    bind: str
    is_production: bool

    @property
    def host(self) -> str:
        """The address at which this machine reaches its own services."""
        return "127.0.0.1" if self.bind in {"localhost", "0.0.0.0", "::"} else self.bind  # noqa: S104 - compared, not bound


def place_backend(options: Options, place: Place) -> Place:
    """Where the backend itself listens: behind the web client, which passes /api on, this machine alone, so
    that neither /metrics nor a forged X-Forwarded-For comes in beside it.
    """
    return Place("127.0.0.1", place.is_production) if options.with_web else place


def default_workers() -> int:
    """One worker for two cores, four at most: sweeps keep them busy, and the rest of the stack lives."""
    return max(1, min((os.cpu_count() or 1) // 2, _MOST_WORKERS_BY_DEFAULT))


def default_home() -> Path:
    """FLOWREX_HOME, else `.flowrex` in the project's folder."""
    given = os.environ.get("FLOWREX_HOME")
    return Path(given) if given else _SOURCES.parent / ".flowrex"


def read_given() -> dict[str, str]:
    """What the person set: a `.env` in the working directory, and the environment, which wins."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value}
    return {**from_file, **{name: value for name, value in os.environ.items() if value}}


def read_place(given: Mapping[str, str]) -> Place:
    """FLOWREX_BIND and APP_ENV, checked against one another before anything starts.

    Raises:
        EmbeddedError: the ports would be open to others without the checks of production.
    """
    bind = given.get("FLOWREX_BIND", "127.0.0.1")
    is_production = given.get("APP_ENV") == "production"
    if bind not in _LOOPBACK and not is_production:
        raise EmbeddedError(
            f"FLOWREX_BIND={bind} opens Flowrex to other machines: that wants APP_ENV=production as well."
        )
    return Place(bind, is_production)


def check_ports(options: Options, place: Place) -> None:
    """Name a busy port, and the variable that changes it, before anything is started.

    Raises:
        EmbeddedError: a port is busy, or both are the same.
    """
    wanted = [("backend", "BACKEND_PORT", options.backend_port, place_backend(options, place))]
    if options.with_web:
        wanted.append(("web client", "FRONTEND_PORT", options.frontend_port, place))
        if options.backend_port == options.frontend_port:
            raise EmbeddedError(
                f"BACKEND_PORT and FRONTEND_PORT are both {options.backend_port}: change one."
            )
    for what, variable, port, at in wanted:
        if not 1 <= port <= 65_535:
            raise EmbeddedError(f"{variable}={port} is no port: 1 to 65535.")
        if processes.is_port_free(port, at.bind) and not processes.accepts_connections(port, at.host):
            continue
        owner = processes.find_port_owner(port)
        by = f" (by {owner})" if owner else ""
        raise EmbeddedError(
            f"Port {port}, wanted for the {what}, is in use{by}. "
            f"Set {variable} to a free one, for instance {variable}={port + 1} make run."
        )


def make_environment(servers: RunningServers, options: Options, given: Mapping[str, str]) -> dict[str, str]:
    """The settings of backend, worker and every `flowrex` command of this home."""
    home = servers.home
    origins = f"http://localhost:{options.frontend_port},http://127.0.0.1:{options.frontend_port}"
    kept = {
        "APP_SECRET_KEY": os.environ.get("APP_SECRET_KEY") or home.secret("app-secret-key"),
        "JWT_SECRET_KEY": os.environ.get("JWT_SECRET_KEY") or home.secret("jwt-secret-key"),
        "CORS_ORIGINS": given.get("CORS_ORIGINS") or origins,
    }
    if given.get("APP_ENV") != "production":
        kept["DEMO_PASSWORD"] = given.get("DEMO_PASSWORD") or home.secret(
            "demo-password", _make_demo_password
        )
    return {
        **kept,
        "DATABASE_URL": servers.main_dsn,
        "CREDS_DATABASE_URL": servers.credentials_dsn,
        "REDIS_URL": servers.redis_url,
    }


def command_line(name: str) -> tuple[str, ...]:
    """How a command of the `flowrex` program is run as a step."""
    return (*_PYTHON, "app.cli", name)


def make_recipes(
    options: Options, place: Place, home: Home, environment: Mapping[str, str]
) -> tuple[Recipe, ...]:
    """Backend, workers and, unless left out, frontend, in the order they are started."""
    full = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
    backend = _backend_recipe(options, place_backend(options, place), home, full)
    workers = [_worker_recipe(options, home, full, number) for number in range(1, options.workers + 1)]
    web = [_web_recipe(options, place, home)] if options.with_web else []
    return backend, *workers, *web


def _backend_recipe(options: Options, place: Place, home: Home, environment: Mapping[str, str]) -> Recipe:
    command = [*_PYTHON, "uvicorn", "app.main:create_app", "--factory"]
    command += ["--host", place.bind, "--port", str(options.backend_port)]
    command += ["--ws-per-message-deflate", "false", "--ws-max-size", "65536"]
    command += ["--timeout-graceful-shutdown", "15", "--no-server-header", "--no-access-log"]
    if options.reload:
        command += ["--reload", "--reload-dir", str(_SOURCES / "app")]
    return Recipe(
        name="backend",
        command=tuple(command),
        environment=environment,
        folder=Path.cwd(),
        log_path=home.logs / "backend.log",
        is_answering=lambda _life: answers(place.host, options.backend_port, "/api/v1/health/ready"),
        stop_seconds=BACKEND_STOP_SECONDS,
        death_signal=signal.SIGTERM if options.reload else signal.SIGKILL,
    )


def _worker_recipe(options: Options, home: Home, environment: Mapping[str, str], number: int) -> Recipe:
    name = "worker" if number == 1 else f"worker-{number}"
    log_path = home.logs / f"{name}.log"
    command: tuple[str, ...] = (*_PYTHON, "app.worker")
    if options.reload:
        run = shlex.join((*_PYTHON, "app.worker"))
        command = (*_PYTHON, "watchfiles", "--filter", "python", run, str(_SOURCES / "app"))
    return Recipe(
        name=name,
        command=command,
        environment=environment,
        folder=Path.cwd(),
        log_path=log_path,
        is_answering=lambda life: has_written(log_path, '"ready"', life),
        stop_seconds=WORKER_STOP_SECONDS,
        death_signal=signal.SIGTERM if options.reload else signal.SIGKILL,
    )


def _web_recipe(options: Options, place: Place, home: Home) -> Recipe:
    node = shutil.which("node")
    if node is None:
        raise EmbeddedError("Node is not installed (20.19 or newer): install it, or start with --no-web.")
    frontend = Path(os.environ.get("FLOWREX_FRONTEND", _SOURCES.parent / "frontend"))
    folder = frontend if options.reload else frontend / ".next" / "standalone"
    command: tuple[str, ...] = (node, "front.mjs")
    if options.reload:
        next_command = str(frontend / "node_modules" / "next" / "dist" / "bin" / "next")
        command = (node, next_command, "dev", "--hostname", place.bind, "--port", str(options.frontend_port))
    if not (folder / ("package.json" if options.reload else "front.mjs")).is_file():
        raise EmbeddedError(f"{folder} holds no built web client: run `make run`, or start with --no-web.")
    addresses = {
        "PORT": str(options.frontend_port),
        "HOSTNAME": place.bind,
        "BACKEND_URL": f"http://{place_backend(options, place).host}:{options.backend_port}",
        "NODE_ENV": "development" if options.reload else "production",
        "NEXT_TELEMETRY_DISABLED": "1",
    }
    return Recipe(
        name="frontend",
        command=command,
        environment={**os.environ, **addresses},
        folder=folder,
        log_path=home.logs / "frontend.log",
        is_answering=lambda _life: answers(place.host, options.frontend_port, "/"),
        stop_seconds=WEB_STOP_SECONDS,
        needs_servers=False,
        death_signal=signal.SIGTERM if options.reload else signal.SIGKILL,
    )


def _make_demo_password() -> str:
    """Three groups that a person can copy from the screen without mistaking a letter."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
