"""Running the commands of set-up and checks one after the other, with titles and times.

Standard library only: it runs before the virtual environment exists.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
# Of pytest: a process for each core, with servers of its own; who is done early takes over from the others.
ON_ALL_CORES = ("-n", str(min(os.cpu_count() or 1, 8)), "--dist", "worksteal")


# Set by the Makefile to its own process id.
_PARENT_VARIABLE = "FLOWREX_STOP_WITH"
Command = list[str | Path]


class StepFailed(Exception):
    """A step did not work. Its text says what to do."""


def say(text: str = "") -> None:
    """Print a line at once; a reader that went away is no reason to stop."""
    try:
        print(text, flush=True)  # noqa: T201 - these commands talk to a person
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - stays open for the rest of the run


class Step:
    """A titled piece of work: its title first, its time when it is done; on a terminal the seconds count."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Step:
        if sys.stdout.isatty():
            self._ticker.start()
        else:
            say(f"… {self._title}")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._done.set()
        if self._ticker.is_alive():
            self._ticker.join()
        clear = "\r\x1b[K" if sys.stdout.isatty() else ""
        say(f"{clear}{'✗' if kind else '✓'} {self._title} {time.monotonic() - self._started:.1f} s")

    def _tick(self) -> None:
        while not self._done.wait(0.5):
            sys.stdout.write(f"\r\x1b[K… {self._title} {time.monotonic() - self._started:.0f} s")
            sys.stdout.flush()


def run_quietly(
    command: Command, *, folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> str:
    """Run a command, keep what it prints to ourselves, and return that.

    Raises:
        StepFailed: it ended with an error; what it printed is in the text.
    """
    process = start(command, folder=folder, environment=environment, stdout=subprocess.PIPE)
    try:
        output, _ = process.communicate()
    except BaseException:
        end_group(process)
        raise
    text = output.decode("utf-8", "replace")
    if process.returncode != 0:
        raise StepFailed(
            f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{text.strip()[-6000:]}"
        )
    return text


def run_openly(command: Command, *, folder: Path = ROOT, environment: Mapping[str, str] | None = None) -> int:
    """Run a command that prints for itself. Returns its exit code."""
    process = start(command, folder=folder, environment=environment, stdout=None)
    try:
        return process.wait()
    except BaseException:
        end_group(process)
        raise


def run_and_keep_last_line(
    command: Command, *, folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command whose output passes through. Returns its exit code and its last line with words."""
    process = start(command, folder=folder, environment=environment, stdout=subprocess.PIPE)
    last = ""
    try:
        for piece in process.stdout or ():
            line = piece.decode("utf-8", "replace").rstrip()
            say(line)
            last = line if line.strip(" =") else last
        return process.wait(), last.strip(" =")
    except BaseException:
        end_group(process)
        raise


def start(
    command: Command, *, folder: Path, environment: Mapping[str, str] | None, stdout: int | None
) -> subprocess.Popen[bytes]:
    sys.stdout.flush()
    # whose death ends us is our own business: a stack that a test starts has the test for a parent
    ours = {name: value for name, value in os.environ.items() if name != _PARENT_VARIABLE}
    try:
        return subprocess.Popen(  # noqa: S603 - the commands are our own
            [str(part) for part in command],
            cwd=folder,
            env={**ours, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=None if stdout is None else subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise StepFailed(f"{command[0]} is not installed") from error


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it started: politely, then not."""
    for number, patience_seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience_seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def stop_on_signals() -> None:
    """Make SIGTERM and SIGHUP end us as Ctrl-C does, so that nothing we started is left.

    When `make` started us (FLOWREX_STOP_WITH is its process id), its own sudden death comes as SIGTERM too
    (on Linux).
    """

    def stop(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    if sys.platform.startswith("linux") and os.environ.get(_PARENT_VARIABLE):
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGTERM), 0, 0, 0)
