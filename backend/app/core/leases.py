"""Work under a lease, as plain facts: its states, a worker's claim, and how an attempt ends. No I/O.

A worker claims work under a new attempt and renews a lease while it is at it. One that is gone is known by a
lease that ran out; one that comes back late, by an attempt that is not the current one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from uuid import UUID

from app.core.errors import TooManyRequests

# Work that took this many workers down is given up.
MAXIMUM_ATTEMPTS = 3
# The error code of work that was given up.
WORKER_LOST = "worker_lost"


class TooMuchUnfinished(TooManyRequests):
    """Somebody has so much in the queue that more of it would only keep others waiting."""

    code, title = "too_much_unfinished", "Too much is waiting already"


class WorkStatus(StrEnum):
    """Where a piece of work stands. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True when nothing more will happen to it."""
        return self not in (WorkStatus.QUEUED, WorkStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Claim:
    """Work that a worker took, and the number of the attempt under which it may write the outcome."""

    id: UUID
    attempt: int


class Renewal(Enum):
    """What an attempt that renews its lease is told."""

    GO_ON = auto()
    STOP = auto()


class AttemptStopped(Exception):
    """The attempt was told to stop, and did."""


class AttemptSuperseded(Exception):
    """The work is not this attempt's any more: it was ended, or another worker has it."""


@dataclass(slots=True)
class Attempt:
    """What the work, in a thread or not, and the heartbeat beside it tell one another, in plain values."""

    progress: float = 0.0
    must_stop: bool = False
    is_lost: bool = False

    def report(self, share: float) -> None:
        """Called by the work between its steps. Raises AttemptSuperseded or AttemptStopped."""
        self.progress = share
        if self.is_lost:
            raise AttemptSuperseded
        if self.must_stop:
            raise AttemptStopped
