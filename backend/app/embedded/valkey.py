"""The Valkey server of the embedded stack."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from urllib.parse import quote

from app.embedded import processes
from app.embedded.binaries import Binaries, ServerUser
from app.embedded.errors import PortTaken, ServerNotStarted
from app.embedded.home import Home

STOP_SECONDS = 20.0
_NAME = "valkey-server"


class ValkeyServer:
    """Cache, rate limits and live fan-out. Its settings arrive on stdin: no command line has the password."""

    def __init__(self, *, home: Home, binaries: Binaries, user: ServerUser | None, durable: bool) -> None:
        self.name = "valkey"
        self.port = 0
        self.log_path = home.logs / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._home = home
        self._data = home.valkey_data
        self._binaries = binaries
        self._user = user
        self._durable = durable
        self._token = f"{home.identify()}-{self.name}"
        self._log_start = 0

    @property
    def url(self) -> str:
        return f"redis://:{quote(self._password, safe='')}@127.0.0.1:{self.port}/0"

    @property
    def _password(self) -> str:
        return self._home.secret("valkey-password")

    def prepare(self) -> None:
        """End what an earlier stack left running here, and make the data folder when there is none."""
        self._end_leftovers()
        self._data.mkdir(mode=0o700, exist_ok=True)
        if self._user:
            for path in (self._data, *self._data.rglob("*")):
                os.chown(path, self._user.user_id, self._user.group_id)

    def begin_start(self) -> None:
        """Start the server process. `is_ready` tells when it accepts clients."""
        processes.rotate_log(self.log_path)
        self._log_start = processes.measure_log(self.log_path)
        with processes.make_input(self._configuration()) as configuration:
            self.process = processes.start_process(
                [self._binaries.valkey, "-"],
                # the title of a process is written over its arguments and environment: give it room
                environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "FLOWREX_SERVER": self._token},
                folder=self._data,
                log_path=self.log_path,
                user=self._user,
                stdin=configuration,
            )

    def is_ready(self) -> bool:
        """True once the server answers a signed-in PING.

        Raises:
            PortTaken: the port went to somebody else between the choice and the start.
            ServerNotStarted: the process ended.
        """
        if self.process is None:
            return False
        if self.process.poll() is not None:
            tail = processes.read_tail(self.log_path, from_byte=self._log_start)
            kind = PortTaken if "ddress already in use" in tail else ServerNotStarted
            raise kind(self.name, f"it ended with {self.process.returncode}", self.log_path, tail)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (piece := connection.recv(256)):
                    answer += piece
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def stop(self, timeout_seconds: float = STOP_SECONDS) -> None:
        if self.process is not None:
            processes.stop_process(self.process, signal.SIGTERM, timeout_seconds)
            self.process = None

    def hasten(self) -> None:
        """End at once."""
        if self.process is not None:
            self.process.kill()

    def recover(self) -> None:
        """After a sudden death: make sure that nobody holds the data."""
        self.process = None
        self.prepare()

    def _end_leftovers(self) -> None:
        left = processes.find_processes(_NAME, self._token)
        if left:
            processes.end_processes(left, signal.SIGTERM, STOP_SECONDS)

    def _configuration(self) -> str:
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self._password}",
                "dir ./",
                "daemonize no",
                f"appendonly {'yes' if self._durable else 'no'}",
                "appendfsync everysec",
                'save ""',
                "maxmemory 256mb",
                # only what was given an expiry may be dropped when memory runs out
                "maxmemory-policy volatile-lru",
                "databases 16",
                f'proc-title-template "{{title}} {self._token} {{listen-addr}}"',
                "",
            ]
        )
