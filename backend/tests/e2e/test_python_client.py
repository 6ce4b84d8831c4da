"""The Python client against the running stack: its example as written, and what it does when refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import REPOSITORY, Stack

CLIENT = REPOSITORY / "clients" / "python"


def _run(program: list[str], stack: Stack, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(CLIENT / "src"), "FLOWREX_URL": stack.backend_url}
    return subprocess.run(
        [sys.executable, *program], env=environment, cwd=folder, capture_output=True, text=True, timeout=180
    )


def test_the_example_runs_as_written(stack: Stack, tmp_path: Path) -> None:
    done = _run([str(CLIENT / "examples" / "first_look.py")], stack, tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("GOOG", "verdict:", "total return", "plateau", "stitched:"):
        assert words in done.stdout


def test_refusals_are_exceptions_that_say_what_to_do(stack: Stack, tmp_path: Path) -> None:
    program = """
import os
from flowrex_client import Client, FlowrexError
with Client.demo(os.environ["FLOWREX_URL"]) as flowrex:
    for rule in ("enter_long = clse > 1", "enter_long = close > 1"):
        try:
            flowrex.backtest(source=rule, symbol="NOSUCH", interval="1day")
        except FlowrexError as error:
            print(error.status, error.code, error)
"""
    done = _run(["-c", program], stack, tmp_path)
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first.startswith("422 rule_invalid")
    assert "line 1, column 14" in done.stdout
    assert last.startswith("404 instrument_not_found")
