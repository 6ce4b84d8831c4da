"""What the person who started the stack sees: steps with their times, and news of what died."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class _LastingConsole(Console):
    """A console whose reader may go away (`make run | head`): the stack runs on in silence."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        # what Python itself would still flush at its end goes nowhere as well
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())


class Progress:
    """Prints a line per finished step; on a terminal the running step moves and counts its seconds."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _LastingConsole(highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._title = ""
        self._started = 0.0

    @classmethod
    def on_stderr(cls) -> Progress:
        """For commands whose standard output is their answer."""
        return cls(_LastingConsole(stderr=True, highlight=False, soft_wrap=True))

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show that `title` is under way, and how long it took or that it failed."""
        self._title, self._started = title, time.monotonic()
        if self._console.is_terminal:
            self._status = self._console.status(title)
            self._status.start()
        try:
            yield
        except BaseException:
            self._end_status()
            self._say(f"[red]✗[/] {escape(title)}{self._elapsed()}")
            raise
        self._end_status()
        self._say(f"[green]✓[/] {escape(title)}{self._elapsed()}")

    def tick(self, detail: str = "") -> None:
        """Renew the running step's seconds, with a word on what it is doing."""
        if self._status is not None:
            more = f": {detail}" if detail else ""
            self._status.update(escape(f"{self._title}{more}") + self._elapsed())

    def tell(self, text: str) -> None:
        """A plain line."""
        self._say(escape(text))

    def warn(self, text: str, tail: str = "") -> None:
        """Something died or failed; `tail` is the end of its log."""
        clock = time.strftime("%H:%M:%S")
        self._say(f"[yellow]{clock} {escape(text)}[/]")
        for line in tail.splitlines():
            self._say(f"    [dim]{escape(line)}[/]")

    def welcome(self, address: str, facts: list[tuple[str, str]]) -> None:
        """The lines that everything before led to."""
        self._say("")
        self._say(f"  [bold green]Flowrex is ready:[/] [bold]{escape(address)}[/]")
        for name, value in facts:
            self._say(f"  {escape(name)}: [bold]{escape(value)}[/]")
        self._say("")

    def _elapsed(self) -> str:
        return f" [dim]{time.monotonic() - self._started:.1f} s[/]"

    def _end_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _say(self, markup: str, **options: Any) -> None:
        with contextlib.suppress(OSError):  # a terminal that was closed
            self._console.print(markup, **options)
