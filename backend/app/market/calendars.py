"""Markets' sessions by exchange_calendars. For the worker alone: it brings pandas along."""

from __future__ import annotations

import threading
import warnings
from datetime import date
from functools import lru_cache

import exchange_calendars
import numpy as np

from app.engine.bars import Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.coverage import Sessions, find_close
from app.market.domain import KNOWN_CALENDARS
from app.market.light_calendars import find_light_calendar
from app.market.ports import SessionCalendar
from app.market.session_columns import cut_dates

# Without a start the library begins 20 years ago; the demo's bars are older.
_EARLIEST = date(1950, 1, 1)
_NANOSECONDS = 1_000_000_000
_loading = threading.Lock()


class _ExchangeCalendar:
    """An exchange's sessions, held as columns."""

    def __init__(self, name: str) -> None:
        with warnings.catch_warnings():
            # The library reads columns of pandas in a way that pandas 4 will change; that is between the two.
            warnings.simplefilter("ignore", DeprecationWarning)
            earliest = exchange_calendars.get_calendar(name).bound_min()
            start = _EARLIEST if earliest is None else max(_EARLIEST, earliest.date())
            calendar = exchange_calendars.get_calendar(name, start=start.isoformat())
        closes = calendar.closes_nanos // _NANOSECONDS
        labels = calendar.sessions.to_numpy().astype("datetime64[s]").astype(np.int64)
        self._name = name
        self._all = Sessions(
            labels,
            calendar.opens_nanos // _NANOSECONDS,
            closes,
            _replace_missing(calendar.break_starts_nanos, closes),
            _replace_missing(calendar.break_ends_nanos, closes),
        )

    @property
    def name(self) -> str:
        return self._name

    def sessions(self, first: int, last: int) -> Sessions:
        return cut_dates(self._all, first, last)


def _replace_missing(instants: Times, closes: Times) -> Times:
    """Seconds; a session's close where it has no break."""
    missing = instants == np.iinfo(np.int64).min
    seconds: Times = np.where(missing, closes, instants // _NANOSECONDS)
    return seconds


@lru_cache(maxsize=16)
def _load(name: str) -> SessionCalendar:
    return find_light_calendar(name) or _ExchangeCalendar(name)


def find_calendar(name: str | None) -> SessionCalendar | None:
    """The calendar of an instrument; None where it has none. The first use of an exchange's takes 0.1 s."""
    if name is None or name not in KNOWN_CALENDARS:
        return None
    with _loading:  # the filters of warnings are the whole process's, and the work is done once
        return _load(name)


def find_bar_close(calendar: str | None, interval: Interval, time: int) -> int | None:
    """When the bar at `time` is closed by its market's calendar (unix s), or None where nothing says it."""
    sessions = find_calendar(calendar)
    if sessions is None:
        return None
    margin = interval.seconds + 3 * DAY_SECONDS
    return find_close(sessions.sessions(time - margin, time + margin), interval, time)
