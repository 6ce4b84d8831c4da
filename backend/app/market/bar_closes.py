"""When bars are closed, for work in the background that waits for it. For the worker alone: calendars bring
pandas along.
"""

from __future__ import annotations

from datetime import UTC, datetime

from app.engine.intervals import Interval
from app.market.calendars import find_bar_close
from app.market.domain import CURRENCY_WEEK, Instrument
from app.market.local_time import local_midnight
from app.market.resampling import next_label


def find_closing_instant(instrument: Instrument, interval: Interval, time: int) -> int:
    """The instant (unix s) at which the bar at `time` is closed.

    Its market's calendar says it: the end of the session on a day that ends early. Without a calendar, or
    where it knows no session, a bar within the day is closed at the next one's open, and a longer one at the
    exchange's midnight after it, or the coin's.
    """
    close = find_bar_close(instrument.calendar, interval, time)
    if close is not None:
        return close
    following = next_label(time, interval)
    if interval.is_intraday or instrument.calendar == CURRENCY_WEEK:
        return following
    return local_midnight(datetime.fromtimestamp(following, UTC).date(), instrument.timezone)
