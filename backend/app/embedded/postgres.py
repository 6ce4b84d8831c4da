"""One PostgreSQL 18 server of the embedded stack."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import quote

from app.embedded import processes
from app.embedded.binaries import Binaries, ServerUser
from app.embedded.errors import EmbeddedError, PortTaken, ServerNotStarted
from app.embedded.home import Home

ROLE = "flowrex"
DATABASE = "flowrex"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
_NAME = "postgres"
# The servers need nothing of our environment, and must not be steered by a PGDATA or a locale in it.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class PostgresServer:
    """Made once, then started, watched, stopped and started again.

    The superuser `postgres` and the role that the application signs in with are two: the role owns its
    database and may create others, but reads no file and starts no program.
    """

    def __init__(
        self,
        name: str,
        data: Path,
        *,
        home: Home,
        binaries: Binaries,
        user: ServerUser | None,
        shared_buffers_mb: int,
        max_connections: int,
        durable: bool,
    ) -> None:
        self.name = name
        self.port = 0
        self.log_path = home.logs / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._data = data
        self._home = home
        self._binaries = binaries
        self._user = user
        self._token = f"{home.identify()}-{name}"
        self._settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "cluster_name": self._token,
            "shared_buffers": f"{shared_buffers_mb}MB",
            "max_connections": str(max_connections),
            "timezone": "UTC",
            "log_timezone": "UTC",
            # one server, no replica: the log of changes is smaller and bulk loads skip it
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "512MB",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
            "io_method": "sync",
            "log_checkpoints": "off",
        }
        if not durable:
            self._settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        self._log_start = 0

    @property
    def dsn(self) -> str:
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str) -> str:
        password = quote(self._home.secret(f"{self.name}-password"), safe="")
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """End what an earlier stack left running here, and make the data folder when there is none."""
        self._end_leftovers()
        if (self._data / "PG_VERSION").is_file():
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            return
        beside = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700)
        if self._user:
            os.chown(beside, self._user.user_id, self._user.group_id)
        self._initialize(beside)
        self._create_database(beside)
        beside.rename(self._data)

    def begin_start(self) -> None:
        """Start the server process. `is_ready` tells when it accepts clients."""
        processes.rotate_log(self.log_path)
        self._log_start = processes.measure_log(self.log_path)
        settings = [part for key, value in self._settings.items() for part in ("-c", f"{key}={value}")]
        folder = self._seen_by_server(self._data)
        command: list[Path | str | int] = [self._binaries.postgres, "-D", folder, "-p", self.port, *settings]
        self.process = self._spawn(self._data, command)

    def is_ready(self) -> bool:
        """True once clients are accepted.

        Raises:
            PortTaken: the port went to somebody else between the choice and the start.
            ServerNotStarted: the process ended.
        """
        if self.process is None:
            return False
        if self.process.poll() is not None:
            tail = processes.read_tail(self.log_path, from_byte=self._log_start)
            kind = PortTaken if "could not bind" in tail else ServerNotStarted
            raise kind(self.name, f"it ended with {self.process.returncode}", self.log_path, tail)
        try:
            lines = (self._data / "postmaster.pid").read_text("ascii").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def stop(self, timeout_seconds: float = STOP_SECONDS) -> None:
        """Stop by SIGINT (disconnect clients, write a checkpoint), then by force."""
        if self.process is not None:
            if not processes.stop_process(self.process, signal.SIGINT, timeout_seconds):
                self._end_leftovers()
            self.process = None

    def hasten(self) -> None:
        """End at once, without a checkpoint: the next start recovers from the log of changes."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)

    def recover(self) -> None:
        """After a sudden death: wait until its backends are gone, so that the data can be opened again."""
        self.process = None
        self.prepare()

    def _end_leftovers(self) -> None:
        left = processes.find_processes(_NAME, self._token)
        if left:
            ids = {process.pid for process in left}
            # backends end with their postmaster; where it is gone already, SIGINT makes them notice
            masters = [process for process in left if processes.find_parent_id(process) not in ids]
            processes.end_processes(masters, signal.SIGINT, STOP_SECONDS)
            processes.end_processes(processes.find_processes(_NAME, self._token), signal.SIGTERM, 5)

    def _seen_by_server(self, folder: Path) -> Path:
        """How the server names its data folder.

        A server that runs as somebody else may not be allowed through the folders above (a 0700 home),
        so it is put into its data folder before the user changes and knows it by the kernel's link to there.
        """
        return Path("/proc/self/cwd") if self._user and sys.platform.startswith("linux") else folder

    def _spawn(
        self,
        folder: Path,
        command: list[Path | str | int],
        *,
        death_signal: signal.Signals = signal.SIGINT,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        descriptors: tuple[int, ...] = (),
    ) -> subprocess.Popen[bytes]:
        return processes.start_process(
            [str(part) for part in command],
            environment=_ENVIRONMENT,
            folder=folder,
            log_path=self.log_path,
            death_signal=death_signal,
            user=self._user,
            stdin=stdin,
            pass_descriptors=descriptors,
        )

    def _initialize(self, folder: Path) -> None:
        with tempfile.TemporaryFile(dir=self._home.path) as password:
            password.write(self._home.secret(f"{self.name}-superuser-password").encode())
            password.flush()
            if self._user:
                os.fchown(password.fileno(), self._user.user_id, self._user.group_id)
            process = self._spawn(
                folder,
                [
                    *(self._binaries.initdb, "-D", self._seen_by_server(folder), "-U", "postgres"),
                    "--auth=scram-sha-256",
                    f"--pwfile=/dev/fd/{password.fileno()}",
                    *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                    *("--data-checksums", "--no-instructions"),
                ],
                death_signal=signal.SIGKILL,
                descriptors=(password.fileno(),),
            )
            self._await_step(process, "initdb")

    def _create_database(self, folder: Path) -> None:
        """Make the role and its database before the server is first opened to clients."""
        password = self._home.secret(f"{self.name}-password")  # url-safe letters: needs no quoting in SQL
        statements = (
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}';",
            f"CREATE DATABASE {DATABASE} OWNER {ROLE};",
        )
        command: list[Path | str | int] = [
            self._binaries.postgres,
            "--single",
            "-D",
            self._seen_by_server(folder),
        ]
        with processes.make_input("\n".join(statements) + "\n") as script:
            process = self._spawn(
                folder,
                [*command, "-c", "exit_on_error=on", "postgres"],
                death_signal=signal.SIGKILL,
                stdin=script,
            )
        self._await_step(process, "the creation of its database")

    def _await_step(self, process: subprocess.Popen[bytes], step: str) -> None:
        try:
            code = process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            processes.kill_group(process.pid)
            process.wait(10)
            code = -signal.SIGKILL
        if code != 0:
            raise ServerNotStarted(
                self.name, f"{step} failed with {code}", self.log_path, processes.read_tail(self.log_path)
            )


def check_reachable(data: Path, user: ServerUser | None) -> None:
    """Outside Linux no link leads to a place one may not walk to: say so instead of failing inside initdb."""
    if user is None or sys.platform.startswith("linux"):
        return
    closed = [folder for folder in data.parents if not folder.stat().st_mode & 0o001]
    if closed:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and its user {user.name!r} may not enter {closed[-1]}. "
            "Start Flowrex as an unprivileged user, or set FLOWREX_HOME to a folder that others may enter."
        )
