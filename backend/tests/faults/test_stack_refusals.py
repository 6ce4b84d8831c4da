"""What the stack refuses it refuses before anything is started, and says how to go on."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.faults.conftest import MakeStack
from tests.faults.stack import UP, free_port


def run_up(folder: Path, *options: str, **environment: str) -> tuple[int, str]:
    """Run `flowrex up` to its end. Returns its exit code and what it printed."""
    given = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment
    done = subprocess.run(
        [*UP, "--no-web", "--no-demo", *options],
        env=given,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("listener", ["127.0.0.1", ""], ids=["this machine", "all addresses"])
def test_a_busy_port_is_named_with_its_variable(tmp_path: Path, listener: str) -> None:
    with socket.socket() as busy:
        busy.bind((listener, 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        code, text = run_up(tmp_path, FLOWREX_HOME=str(tmp_path / "home"), BACKEND_PORT=port)
    assert code == 1
    assert f"Port {port}" in text
    assert "BACKEND_PORT" in text
    assert not list(tmp_path.glob("home/postgres*"))


def test_one_port_for_two_is_refused(tmp_path: Path) -> None:
    port = str(free_port())
    given = {"FLOWREX_HOME": str(tmp_path / "home"), "BACKEND_PORT": port, "FRONTEND_PORT": port}
    done = subprocess.run(
        UP, env={**os.environ, **given}, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "BACKEND_PORT and FRONTEND_PORT" in done.stdout


def test_a_second_stack_in_the_same_home_is_refused(make_stack: MakeStack, tmp_path: Path) -> None:
    stack = make_stack()
    stack.wait_ready()
    code, text = run_up(tmp_path, FLOWREX_HOME=str(stack.home), BACKEND_PORT=str(free_port()))
    assert code == 1
    assert f"in use by process {stack.process.pid}" in text
    assert f"http://127.0.0.1:{stack.port}" in text
    assert stack.is_healthy()


def test_opening_to_others_wants_production(tmp_path: Path) -> None:
    code, text = run_up(tmp_path, FLOWREX_HOME=str(tmp_path / "home"), FLOWREX_BIND="::")
    assert code == 1
    assert "APP_ENV=production" in text
    assert not (tmp_path / "home" / "postgres-main").exists()


def test_a_strangers_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-grandmother.txt").write_text("dear")
    code, text = run_up(tmp_path, FLOWREX_HOME=str(tmp_path / "letters"), BACKEND_PORT=str(free_port()))
    assert code == 1
    assert "no Flowrex home" in text
    assert sorted(p.name for p in (tmp_path / "letters").iterdir()) == ["lock", "to-grandmother.txt"]


@pytest.mark.thorough
def test_folders_above_the_home_keep_their_modes(make_stack: MakeStack, tmp_path: Path) -> None:
    """Root's databases run as somebody else, who may not pass through a closed folder."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "my clone").mkdir(mode=0o755)
    stack = make_stack(home=closed / "my clone" / ".flowrex")
    stack.wait_ready()
    assert stack.is_healthy()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "my clone").stat().st_mode & 0o777 == 0o755
    assert stack.home.stat().st_mode & 0o777 == 0o700
