"""A whole stack in a folder of its own, to be killed, stopped and cut."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

READY_SECONDS = 60.0
UP = (sys.executable, "-P", "-m", "app.cli", "up")


class Stack:
    """One `flowrex up` and everything that came of it."""

    def __init__(
        self,
        home: Path,
        output: Path,
        *options: str,
        parent: tuple[str, ...] = (),
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.port = free_port()
        self._output = output
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"FLOWREX_HOME": str(home), "BACKEND_PORT": str(self.port), **(settings or {})}
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [*parent, *UP, "--no-web", "--no-demo", *options],
                env=environment,
                cwd=output.parent,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def has_ended(self) -> bool:
        """Whether the process that we started is gone."""
        return self.process.poll() is not None

    @property
    def output(self) -> str:
        """What it printed so far."""
        return self._output.read_text("utf-8")

    @property
    def supervisor(self) -> psutil.Process:
        """The supervisor, whether it was started by us or by a parent in between."""
        return psutil.Process(json.loads((self.home / "state.json").read_text("utf-8"))["pid"])

    def wait_ready(self) -> None:
        """Return when it has said that it is ready."""
        wait_until(lambda: self.has_ended or "is ready" in self.output, READY_SECONDS, self.dump)
        assert not self.has_ended, self.dump()

    def find(self, name: str) -> psutil.Process | None:
        """The running process of that name: a server's, `backend` or `worker`."""
        marks = {"backend": r"uvicorn", "worker": r"app\.worker", "valkey": r"-valkey\b"}
        mark = re.compile(marks.get(name, rf"cluster_name=\S+-{name}\b"))
        for process in self.supervisor.children():
            with suppress(psutil.Error):
                if mark.search(" ".join(process.cmdline())):
                    return process
        return None

    def get(self, name: str) -> psutil.Process:
        process = self.find(name)
        assert process is not None, f"no {name} runs\n{self.dump()}"
        return process

    def descendants(self) -> list[psutil.Process]:
        """Everything that it runs, itself included."""
        return [self.supervisor, *self.supervisor.children(recursive=True)]

    def read_health(self) -> dict[str, Any]:
        """The answer of /api/v1/health, or {} when there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/health", timeout=3) as answer:
                document: dict[str, Any] = json.load(answer)
                return document
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except (OSError, ValueError):
            return {}

    def is_healthy(self) -> bool:
        return self.read_health().get("status") == "healthy"

    def end(self) -> None:
        """Stop it, and kill what is left: the tests' own tidiness, no part of what they show."""
        left: list[psutil.Process] = []
        with suppress(psutil.Error, OSError, ValueError):
            left = self.descendants()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        for process in left:
            with suppress(psutil.Error):
                process.kill()

    def dump(self) -> str:
        """What it printed and the ends of its logs, for a test that failed."""
        logs = [
            f"--- {path.name}\n{path.read_text('utf-8')[-1500:]}" for path in self.home.glob("logs/*.log")
        ]
        return "\n".join([self.output, *logs])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float, explain: Callable[[], str] = str) -> None:
    """Look until the condition holds. It is a bound on waiting, not a claim about speed."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain\n{explain()}"
        time.sleep(0.05)
