"""What a terminal shows while a run is computed: how far it is, and each check as it arrives."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from app.backtests.console_report import render_check
from app.engine.verdict import Verdict

_REFRESHES_PER_SECOND = 12


class RunProgress:
    """Shown on standard error while its block runs; on anything but a terminal nothing at all.

    It clears away behind itself: the report says everything again, on standard output. `report` and `show`
    may be called from any thread.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("backtest"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._task = self._bar.add_task("backtest", total=1.0)
        self._live = Live(
            self._bar, console=self._console, transient=True, refresh_per_second=_REFRESHES_PER_SECOND
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def report(self, share: float) -> None:
        """The share of the run that is done."""
        self._bar.update(self._task, completed=share)

    def show(self, verdict: Verdict) -> None:
        """The checks that have arrived."""
        lines = [Text(render_check(check.as_dict())) for check in verdict.checks]
        self._live.update(Group(*lines, self._bar))
