"""What looks in on a run while it computes: whether it was told to stop, and whether its time is up."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.backtests.domain import RunFailed

RUN_LIMIT_SECONDS = 300.0
"""What a run may take. Beyond it stand only rules made of hundreds of long windows on millions of bars."""
RUN_TOO_LONG = "run_too_long"


class RunWatch:
    """Hands a run's progress on, and ends the run once it took longer than `limit_seconds`.

    `report` is told the share done, 0 to 1; what it raises ends the run too. `now`: seconds on a clock that
    never goes back.
    """

    def __init__(
        self,
        report: Callable[[float], None] | None = None,
        limit_seconds: float = RUN_LIMIT_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._limit_seconds = limit_seconds
        self._now = now
        self._began = now()
        self._share = 0.0

    def report(self, share: float) -> None:
        """Called between the steps of a run. Raises RunFailed when its time is up."""
        self._share = share
        self.look_in()

    def look_in(self) -> None:
        """Called within a step: nothing new is done, but the run may have to end. Raises as `report`."""
        if self._report is not None:
            self._report(self._share)
        if self._now() - self._began > self._limit_seconds:
            raise RunFailed(
                RUN_TOO_LONG,
                f"The backtest took longer than {self._limit_seconds:,.0f} seconds and was ended. Choose a "
                "shorter range or a longer interval, or use shorter windows and fewer functions in the rule.",
            )
