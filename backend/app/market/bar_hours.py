"""When a market trades, and when its bars begin and end: one instrument's calendar and time zone asked for
single instants, again and again. Pure; which calendar it is, `market_hours` knows.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from app.engine.intervals import DAY_SECONDS, Interval
from app.market.coverage import Sessions, find_close
from app.market.domain import ALWAYS_OPEN
from app.market.local_time import local_midnight
from app.market.ports import SessionCalendar
from app.market.resampling import label_times, next_label

# Sessions are looked up in a window around the instant; the longest closure of an exchange is shorter.
_WINDOW_DAYS = 40


class BarHours:
    """Sessions and bars of a market. Without a calendar it never closes, as far as anybody knows."""

    def __init__(self, calendar: SessionCalendar | None, timezone: str) -> None:
        self._calendar = calendar
        self._timezone = timezone
        self._name = None if calendar is None else calendar.name
        self._window: tuple[int, int, Sessions] | None = None
        # The stretch that the last instant asked for lay in: open or not, from, until.
        self._stretch: tuple[bool, float, float] = (False, 0.0, 0.0)

    @property
    def timezone(self) -> str:
        """The instrument's time zone."""
        return self._timezone

    def is_open(self, at: float) -> bool:
        """Whether the market trades at an instant (unix s). The close itself is no longer open."""
        is_open, start, end = self._stretch
        if start <= at < end:
            return is_open
        self._stretch = self._find_stretch(at)
        return self._stretch[0]

    def changes_at(self, at: float) -> float | None:
        """When the market opens or closes next after `at`; None where nothing says it."""
        if self._calendar is None:
            return None
        _open, _start, end = self._find_stretch(at)
        # Days around the clock follow upon each other without a pause.
        while end != float("inf") and self._find_stretch(end)[0] == _open:
            following = self._find_stretch(end)[2]
            if following - at > _WINDOW_DAYS * DAY_SECONDS / 4:
                return None
            end = following
        return None if end == float("inf") else end

    def label(self, time: int, interval: Interval) -> int:
        """The `time` of the bar that the minute at `time` belongs to, as GET /bars has it."""
        if interval.is_intraday:
            return time - time % interval.seconds
        found = label_times(
            np.array([time], dtype=np.int64), Interval.MIN_1, interval, self._timezone, self._name
        )
        return int(found[0])

    def opens_at(self, label: int, interval: Interval) -> int:
        """The first instant at which the bar at `label` can have a trade: its session may open later."""
        start, end = self._bounds(label, interval)
        sessions = self._near(label)
        if sessions is None or (self._name == ALWAYS_OPEN and not interval.is_intraday):
            return start
        if interval.is_intraday:
            within = np.flatnonzero((sessions.opens < end) & (sessions.closes > start))
            return start if len(within) == 0 else max(start, int(sessions.opens[within[0]]))
        within = np.flatnonzero((sessions.labels >= label) & (sessions.labels < next_label(label, interval)))
        return start if len(within) == 0 else int(sessions.opens[within[0]])

    def closes_at(self, label: int, interval: Interval) -> int:
        """When the bar at `label` is over: with its session, and with a pause of it, at the latest."""
        start, end = self._bounds(label, interval)
        sessions = self._near(label)
        if sessions is None or (self._name == ALWAYS_OPEN and not interval.is_intraday):
            return end
        close = find_close(sessions, interval, label)
        if close is None:
            return end
        if interval.is_intraday:
            begins = sessions.break_starts
            paused = np.flatnonzero((begins > start) & (begins < close) & (sessions.break_ends >= close))
            if len(paused):
                return int(begins[paused[0]])
        return close

    def session_label(self, at: float) -> int:
        """The date label of the session that runs at `at`, or else of the last one before it."""
        sessions = self._near(int(at))
        if sessions is not None and self._name != ALWAYS_OPEN:
            begun = int(np.searchsorted(sessions.opens, at, side="right"))
            if begun:
                return int(sessions.labels[begun - 1])
        return self.label(int(at), Interval.DAY_1)

    def _bounds(self, label: int, interval: Interval) -> tuple[int, int]:
        """The bar's grid: from here until there, were the market always open."""
        following = next_label(label, interval)
        if interval.is_intraday:
            return label, following
        start, end = (
            local_midnight(datetime.fromtimestamp(one, UTC).date(), self._timezone)
            for one in (label, following)
        )
        return start, end

    def _near(self, at: int) -> Sessions | None:
        if self._calendar is None:
            return None
        margin = _WINDOW_DAYS * DAY_SECONDS
        if self._window is None or not self._window[0] <= at <= self._window[1]:
            first, last = at - at % DAY_SECONDS - margin, at - at % DAY_SECONDS + margin
            # The window serves instants around its middle: what it cuts off must not be taken for a closure.
            served = margin // 2
            self._window = (at - served, at + served, self._calendar.sessions(first, last))
        return self._window[2]

    def _find_stretch(self, at: float) -> tuple[bool, float, float]:
        sessions = self._near(int(at))
        if sessions is None:
            return True, float("-inf"), float("inf")
        begun = int(np.searchsorted(sessions.opens, at, side="right"))
        following = float(sessions.opens[begun]) if begun < len(sessions) else float("inf")
        if not begun:
            return False, float("-inf"), following
        opened, closed = float(sessions.opens[begun - 1]), float(sessions.closes[begun - 1])
        pause, resumed = float(sessions.break_starts[begun - 1]), float(sessions.break_ends[begun - 1])
        if at >= closed:
            return False, closed, following
        if pause >= closed:
            return True, opened, closed
        if at < pause:
            return True, opened, pause
        return (False, pause, resumed) if at < resumed else (True, resumed, closed)
