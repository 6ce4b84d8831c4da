"""How many bars make a year, for annualising. Light on purpose: rooms of the API process may ask as well."""

from __future__ import annotations

from app.engine.intervals import DAY_SECONDS, Interval

SESSIONS_PER_YEAR = 252
DAYS_PER_YEAR = 365
WEEKS_PER_YEAR = 52
MONTHS_PER_YEAR = 12


def periods_per_year(interval: Interval, *, round_the_clock: bool, bars_per_session: float = 1.0) -> float:
    """Bars of `interval` in a year.

    252 sessions of `bars_per_session` bars each, or 365 days of 24 hours when the market trades round the
    clock; a bar of a day is a session by itself. A year has 52 weeks and 12 months either way.

    Raises ValueError when an intraday session has no bars.
    """
    if interval is Interval.MONTH_1:
        return float(MONTHS_PER_YEAR)
    if interval is Interval.WEEK_1:
        return float(WEEKS_PER_YEAR)
    if round_the_clock:
        return DAYS_PER_YEAR * DAY_SECONDS / interval.seconds
    if not interval.is_intraday:
        return float(SESSIONS_PER_YEAR)
    if not bars_per_session > 0.0:
        raise ValueError(f"bars_per_session must be above 0, not {bars_per_session}")
    return SESSIONS_PER_YEAR * bars_per_session
