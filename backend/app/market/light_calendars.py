"""The two calendars that need no table of holidays: every day around the clock, and the currency week."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Times
from app.engine.intervals import DAY_SECONDS, HOUR_SECONDS
from app.engine.local_time import find_utc_offsets
from app.market.coverage import Sessions
from app.market.domain import ALWAYS_OPEN, CURRENCY_WEEK
from app.market.ports import SessionCalendar

_FRIDAY = 4
_CURRENCY_ZONE = "America/New_York"
_CURRENCY_CLOSE_HOUR = 17


class _AroundTheClock:
    """Every day from midnight to midnight, UTC."""

    name = ALWAYS_OPEN

    def sessions(self, first: int, last: int) -> Sessions:
        labels = _day_labels(first, last)
        closes = labels + DAY_SECONDS
        return Sessions(labels, labels, closes, closes, closes)


class _CurrencyWeek:
    """Monday to Friday, each day from 17:00 to 17:00 in New York. No holidays: there is no common list of
    them.
    """

    name = CURRENCY_WEEK

    def sessions(self, first: int, last: int) -> Sessions:
        labels = _day_labels(first, last)
        labels = labels[(labels // DAY_SECONDS + 3) % 7 <= _FRIDAY]
        closes = self._close_of(labels)
        return Sessions(labels, self._close_of(labels - DAY_SECONDS), closes, closes, closes)

    @staticmethod
    def _close_of(labels: Times) -> Times:
        # The clocks change in the small hours: the offset in the evening is that of the close.
        offsets = find_utc_offsets(labels + 20 * HOUR_SECONDS, _CURRENCY_ZONE)
        return labels + _CURRENCY_CLOSE_HOUR * HOUR_SECONDS - offsets


def _day_labels(first: int, last: int) -> Times:
    return np.arange(-(-first // DAY_SECONDS), last // DAY_SECONDS + 1, dtype=np.int64) * DAY_SECONDS


_LIGHT: dict[str, SessionCalendar] = {ALWAYS_OPEN: _AroundTheClock(), CURRENCY_WEEK: _CurrencyWeek()}


def find_light_calendar(name: str | None) -> SessionCalendar | None:
    """The calendar of this name when it is one of the two."""
    return None if name is None else _LIGHT.get(name)
