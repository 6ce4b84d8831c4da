"""Starting and stopping the three servers together: the door that tests and commands use."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from app.embedded import processes
from app.embedded.binaries import find_server_user, provide_binaries
from app.embedded.errors import PortTaken, ServerNotStarted
from app.embedded.home import Home
from app.embedded.postgres import PostgresServer, check_reachable
from app.embedded.valkey import ValkeyServer

START_SECONDS = 60.0
_PORT_TRIES = 4


class Server(Protocol):
    """What the three servers have in common, for whoever starts, watches and stops them."""

    name: str
    port: int
    log_path: Path
    process: subprocess.Popen[bytes] | None

    def prepare(self) -> None: ...
    def begin_start(self) -> None: ...
    def is_ready(self) -> bool: ...
    def recover(self) -> None: ...
    def hasten(self) -> None: ...
    def stop(self, timeout_seconds: float = ...) -> None: ...


class RunningServers:
    """Two PostgreSQL servers and a Valkey that run until `stop` (or the end of the `with` block)."""

    def __init__(
        self,
        home: Home,
        main: PostgresServer,
        credentials: PostgresServer,
        valkey: ValkeyServer,
        resources: contextlib.ExitStack,
    ) -> None:
        self.home = home
        self.main = main
        self.credentials = credentials
        self.valkey = valkey
        self._resources = resources

    @property
    def all(self) -> tuple[Server, Server, Server]:
        return self.main, self.credentials, self.valkey

    @property
    def main_dsn(self) -> str:
        """`postgresql://user:password@127.0.0.1:port/database` of the main database."""
        return self.main.dsn

    @property
    def credentials_dsn(self) -> str:
        """The same of the credentials database."""
        return self.credentials.dsn

    @property
    def redis_url(self) -> str:
        """`redis://:password@127.0.0.1:port/0`."""
        return self.valkey.url

    def stop(self) -> None:
        """Stop Valkey, then the databases, and let go of the home. Calling it twice does nothing more."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_servers(
    home: Path, *, log: Callable[[str], None] = lambda line: None, durable: bool = True
) -> RunningServers:
    """Start the two databases and Valkey in `home`, making what is missing. Call it on the main thread.

    Args:
        home: the folder that keeps data, passwords, ports and logs; made on first use.
        log: told in a few words what is being done.
        durable: False for tests: a crash of the machine (not of a process) may then lose data.

    Raises:
        EmbeddedError: with a text for the person: home in use, wheels missing, a server that did not start.
    """
    place = Home(home)
    with contextlib.ExitStack() as resources:
        resources.enter_context(place.lock())
        place.prepare()
        servers = _make_servers(place, resources, durable=durable)
        if not place.main_data.exists():
            log("making the databases")
        for server in servers.all:
            resources.callback(server.stop)  # the last one made is stopped first
            server.prepare()
        _choose_ports(servers)
        log("starting the servers")
        _start_all(servers)
        log(", ".join(f"{server.name} on {server.port}" for server in servers.all))
        servers._resources = resources.pop_all()
    return servers


def _make_servers(home: Home, resources: contextlib.ExitStack, *, durable: bool) -> RunningServers:
    user = find_server_user()
    check_reachable(home.main_data, user)
    binaries = provide_binaries(user)

    def make_database(name: str, data: Path, shared_buffers_mb: int, max_connections: int) -> PostgresServer:
        return PostgresServer(
            name,
            data,
            home=home,
            binaries=binaries,
            user=user,
            shared_buffers_mb=shared_buffers_mb,
            max_connections=max_connections,
            durable=durable,
        )

    return RunningServers(
        home,
        main=make_database("postgres-main", home.main_data, 128, 100),
        credentials=make_database("postgres-credentials", home.credentials_data, 32, 60),
        valkey=ValkeyServer(home=home, binaries=binaries, user=user, durable=durable),
        resources=resources,
    )


def _start_all(servers: RunningServers) -> None:
    for server in servers.all:
        server.begin_start()
    tries = dict.fromkeys(servers.all, 1)
    waiting = list(servers.all)
    deadline = time.monotonic() + START_SECONDS
    while waiting:
        for server in list(waiting):
            try:
                if server.is_ready():
                    waiting.remove(server)
            except PortTaken:
                if tries[server] == _PORT_TRIES:
                    raise
                tries[server] += 1
                taken, server.port = server.port, 0
                _choose_ports(servers, avoid=taken)
                server.recover()
                server.begin_start()
        if waiting and not processes.wait_until(deadline):
            slow = waiting[0]
            reason = f"no answer within {START_SECONDS:.0f} s"
            raise ServerNotStarted(slow.name, reason, slow.log_path, processes.read_tail(slow.log_path))


def _choose_ports(servers: RunningServers, avoid: int = 0) -> None:
    """Keep the ports of the last time where they are still free, choose others where not, and note them."""
    kept = servers.home.read_ports()
    for server in servers.all:
        if server.port:
            continue
        wanted = kept.get(server.name, 0)
        if wanted and wanted != avoid and processes.is_port_free(wanted):
            server.port = wanted
        else:
            server.port = processes.choose_port([other.port for other in servers.all] + list(kept.values()))
    ports = {server.name: server.port for server in servers.all}
    if ports != kept:
        servers.home.write_ports(ports)
