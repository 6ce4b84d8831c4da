"""The processes of ours that the supervisor keeps alive: backend, worker, frontend."""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.embedded import processes
from app.embedded.errors import EmbeddedError

# A process that lived that long had started well: its next death is a first one again.
_SETTLED_SECONDS = 20.0
_MAX_QUICK_DEATHS = 6
# One that never answered yet is broken rather than unlucky: say so soon.
_MAX_DEATHS_AT_FIRST = 2
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 8.0


class KeepsDying(EmbeddedError):
    """A process ended again and again soon after its start."""

    def __init__(self, name: str, times: int, log_path: Path, log_tail: str) -> None:
        super().__init__(
            f"{name} ended {times} times soon after its start, so it is not started again. "
            f"Its log is {log_path}\n{log_tail}"
        )


@dataclass(frozen=True)
class Life:
    """From one start of a process to its death."""

    started_at: float
    log_start: int

    @property
    def age_seconds(self) -> float:
        return time.monotonic() - self.started_at


@dataclass(frozen=True)
class Recipe:
    """How a child is started, asked and stopped."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log_path: Path
    is_answering: Callable[[Life], bool]
    stop_seconds: float
    needs_servers: bool = True
    # What the kernel sends when the supervisor was killed: grace would leave a process for its length.
    death_signal: signal.Signals = signal.SIGKILL


@dataclass
class Child:
    """One supervised process over all its lives."""

    recipe: Recipe
    process: subprocess.Popen[bytes] | None = None
    quick_deaths: int = 0
    lives: int = 0
    life: Life = Life(0.0, 0)
    _not_before: float = 0.0
    _ready: bool = False
    _has_answered: bool = False

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def is_ready(self) -> bool:
        """True once this life of the process has answered."""
        return self._ready

    def start(self) -> None:
        recipe = self.recipe
        processes.rotate_log(recipe.log_path)
        self._ready = False
        self.lives += 1
        self.life = Life(time.monotonic(), processes.measure_log(recipe.log_path))
        self.process = processes.start_process(
            recipe.command,
            environment=recipe.environment,
            folder=recipe.folder,
            log_path=recipe.log_path,
            death_signal=recipe.death_signal,
        )

    def take_exit(self) -> int | None:
        """The exit code, once, when the process has ended since the last look; else None."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is None:
            return None
        processes.kill_group(self.process.pid)  # what it may have started itself
        self.process = None
        return code

    def plan_restart(self, *, excused: bool) -> float:
        """After a death: decide when the next start is due. Returns the pause in seconds.

        Args:
            excused: a server that it needs is away, so this death says nothing about the process itself.

        Raises:
            KeepsDying: it was one quick death too many.
        """
        if self.life.age_seconds > _SETTLED_SECONDS:
            self.quick_deaths = 0
        if not excused:
            self.quick_deaths += 1
        if self.quick_deaths > (_MAX_QUICK_DEATHS if self._has_answered else _MAX_DEATHS_AT_FIRST):
            raise KeepsDying(self.name, self.quick_deaths, self.recipe.log_path, self.read_log_tail())
        pause: float = min(_FIRST_PAUSE_SECONDS * 2 ** max(self.quick_deaths - 1, 0), _LONGEST_PAUSE_SECONDS)
        self._not_before = time.monotonic() + pause
        return pause

    def is_due(self) -> bool:
        """True when the process is not running and its pause is over."""
        return self.process is None and time.monotonic() >= self._not_before

    def check(self) -> bool:
        """Ask whether the process answers, until it first does."""
        if not self._ready and self.process is not None:
            self._ready = self.recipe.is_answering(self.life)
            self._has_answered = self._has_answered or self._ready
        return self._ready

    def read_log_tail(self) -> str:
        """The last lines that this life of the process wrote."""
        return processes.read_tail(self.recipe.log_path, from_byte=self.life.log_start)

    def stop(self) -> None:
        """End the process, and what it started and left behind."""
        if self.process is None:
            return
        group = self.process.pid
        processes.stop_process(self.process, signal.SIGTERM, self.recipe.stop_seconds)
        processes.kill_group(group)
        self.process = None


def has_written(path: Path, word: str, life: Life) -> bool:
    """Whether the process wrote the word to its log in this life."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(life.log_start)
        return word.encode() in file.read()
    return False


def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of the path is answered with 200 (or sends somewhere else) within a second."""
    connection = http.client.HTTPConnection(host, port, timeout=1.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status in {200, 301, 302, 303, 307, 308}
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
