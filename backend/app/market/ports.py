"""What the room needs from outside: calendars of sessions, which only the worker can afford to load."""

from __future__ import annotations

from typing import Protocol

from app.market.coverage import Sessions


class SessionCalendar(Protocol):
    """The sessions of a market."""

    @property
    def name(self) -> str:
        """As instruments name it: XNYS, 24/7, FX."""
        ...

    def sessions(self, first: int, last: int) -> Sessions:
        """Sessions whose date label (unix s of 00:00:00Z) lies in first..last, as far as the calendar
        reaches.
        """
        ...
