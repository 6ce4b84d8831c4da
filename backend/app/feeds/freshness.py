"""How far behind a series is, and when its newest bars are worth asking for again. Pure."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from app.engine.intervals import DAY_SECONDS, MINUTE_SECONDS, Interval
from app.feeds.planning import find_label_end, list_labels, list_trading_hours
from app.market.service import Sessions

# A provider needs a while until a session's bars are whole.
SETTLING_SECONDS = 15 * MINUTE_SECONDS
# Sessions are looked up from so long before now until so long after it.
LOOK_AROUND_SECONDS = 45 * DAY_SECONDS
_BEHIND_BARS = 5
_BEHIND_DAYS = 4


class Freshness(StrEnum):
    """`fresh`: up to date while the market trades; `closed`: up to date, and the market is closed; `stale`:
    bars that are over lack at the end.
    """

    FRESH = "fresh"
    STALE = "stale"
    CLOSED = "closed"


def judge_freshness(interval: Interval, last: int, sessions: Sessions | None, now: int) -> Freshness:
    """`last`: the time of the last bar. `sessions`: around now, None without a calendar."""
    if sessions is None or len(sessions) == 0:
        age = now - find_label_end(last, interval)
        return Freshness.STALE if age > _BEHIND_DAYS * DAY_SECONDS else Freshness.FRESH
    is_open = bool(np.any((sessions.opens <= now) & (now < sessions.closes)))
    expected = find_last_closed(interval, sessions, now - SETTLING_SECONDS)
    slack = _BEHIND_BARS * interval.seconds if interval.is_intraday else 0
    if expected is not None and last < expected - slack:
        return Freshness.STALE
    return Freshness.FRESH if is_open else Freshness.CLOSED


def find_last_closed(interval: Interval, sessions: Sessions, now: int) -> int | None:
    """The time of the newest bar that is over at `now`; None where the sessions do not reach back so far."""
    if interval.is_intraday:
        _starts, ends = list_trading_hours(sessions, (now - LOOK_AROUND_SECONDS, now))
        return int(ends[-1]) - interval.seconds if len(ends) else None
    over = sessions.labels[sessions.closes <= now]
    if len(over) == 0:
        return None
    if interval is Interval.DAY_1:
        return int(over[-1])
    labels = list_labels(sessions, interval, (now - 2 * LOOK_AROUND_SECONDS, now + DAY_SECONDS))
    done = [int(label) for label in labels if find_label_end(int(label), interval) <= now]
    return done[-1] if done else None


def find_closed_until(interval: Interval, sessions: Sessions | None, now: int) -> int:
    """Bars with a time before this one can be closed at `now`: no later one is worth asking for."""
    if not interval.is_intraday and sessions is not None:
        last = find_last_closed(interval, sessions, now)
        if last is not None:
            return find_label_end(last, interval)
    return now - interval.seconds + 1


def find_next_refresh(interval: Interval, sessions: Sessions | None, now: int, *, is_metered: bool) -> int:
    """When to ask for the newest bars again (unix s).

    Within the day an unmetered provider is asked for each bar while the market trades; else once a session is
    over and has settled.
    """
    step = max(interval.seconds, MINUTE_SECONDS)
    if interval.is_intraday and not is_metered:
        following = (now // step + 1) * step + 5
        if sessions is None or len(sessions) == 0:
            return following
        starts, ends = list_trading_hours(sessions, (now, now + LOOK_AROUND_SECONDS))
        if len(starts) and starts[0] > now:
            return int(starts[0]) + step + 5
        # The last bar of a session is over with it.
        return min(following, int(ends[0]) + 5) if len(ends) and ends[0] > now else following
    if sessions is None or len(sessions) == 0:
        return (now // DAY_SECONDS + 1) * DAY_SECONDS + SETTLING_SECONDS
    coming = sessions.closes[sessions.closes + SETTLING_SECONDS > now]
    return int(coming[0]) + SETTLING_SECONDS if len(coming) else now + DAY_SECONDS
