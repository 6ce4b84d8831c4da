"""Replays as plain facts: where one stands, how it moves, and what ends a request. No I/O.

A replay has a position, the instant that counts as its present. While it plays, bars of its step interval
come in one after the other at a speed; where it stands at any moment follows from when it was anchored, so
that nothing has to run for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.errors import Conflict, NotFound, Unprocessable
from app.engine.intervals import Interval

MAXIMUM_REPLAYS = 100
MINIMUM_SPEED, MAXIMUM_SPEED = 0.1, 60.0
# What one look moves a replay on at most: one that nobody looked at does not run through years.
MAXIMUM_BARS_AT_ONCE = 5_000
MAXIMUM_STEP = 1_000


class ReplayNotFound(NotFound):
    """No replay of this id of who asks."""

    code, title = "replay_not_found", "Replay not found"


class ReplayOutOfRange(Unprocessable):
    """No stored bar follows, or none came before, the instant that was asked for."""

    code, title = "replay_out_of_range", "Nothing to replay there"
    field = "start"


class TooManyReplays(Conflict):
    """As many replays as one may have."""

    code, title = "too_many_replays", "Too many replays"


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay. `bars_per_second` is its speed while it plays, None while it is paused.

    `position_at`: the instant that was its present at `anchored_at`, by the clock of the wall.
    """

    id: UUID
    owner_id: UUID
    instrument_id: UUID
    interval: Interval
    started_at: datetime
    position_at: datetime
    anchored_at: datetime
    bars_per_second: float | None
    is_at_end: bool
    created_at: datetime

    def count_due_bars(self, now: datetime) -> int:
        """How many bars have come in since it was anchored."""
        if self.bars_per_second is None:
            return 0
        elapsed = max(0.0, (now - self.anchored_at).total_seconds())
        return min(math.floor(elapsed * self.bars_per_second), MAXIMUM_BARS_AT_ONCE)

    def find_next_anchor(self, bars: int, now: datetime) -> datetime:
        """When the last of `bars` bars came in: what is over of the next one is kept."""
        if self.bars_per_second is None or bars >= MAXIMUM_BARS_AT_ONCE:
            return now
        return min(now, self.anchored_at + timedelta(seconds=bars / self.bars_per_second))
