"""The real stack, as a user starts it: `flowrex up` in an empty home on free ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
FLOWREX = Path(sys.executable).with_name("flowrex")
START_SECONDS = 180
# The same on every machine, whatever it can reach and whoever's keys stand in its environment.
_NO_OUTSIDE = {"CRYPTO_EXCHANGES": "none", "TWELVEDATA_API_KEY": "", "SIMULATED_FEED": "true"}


@dataclass(frozen=True)
class Stack:
    """Where the running stack is."""

    home: Path
    backend_url: str
    frontend_url: str
    output: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which commands find this stack."""
        return {**os.environ, "FLOWREX_HOME": str(self.home)}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    home, output = folder / "home", folder / "output.log"
    backend_port, frontend_port = _free_port(), _free_port()
    running = Stack(home, f"http://127.0.0.1:{backend_port}", f"http://127.0.0.1:{frontend_port}", output)
    command = [
        str(FLOWREX), "up", "--home", str(home),
        "--backend-port", str(backend_port), "--frontend-port", str(frontend_port),
    ]  # fmt: skip
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, **_NO_OUTSIDE},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_up(process, running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _wait_until_up(process: subprocess.Popen[bytes], stack: Stack) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        # The address is printed last, when backend, worker and web client all answer.
        if stack.frontend_url in stack.output.read_text(errors="replace") and _answers(stack):
            return
        time.sleep(0.3)
    pytest.fail(f"the stack did not come up:\n{stack.output.read_text(errors='replace')[-4000:]}")


def _answers(stack: Stack) -> bool:
    try:
        ready = httpx.get(f"{stack.backend_url}/api/v1/health/ready", timeout=5)
        page = httpx.get(stack.frontend_url, timeout=10, follow_redirects=True)
    except httpx.HTTPError:
        return False
    return ready.is_success and page.is_success


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
