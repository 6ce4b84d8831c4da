"""The hours of an instrument's market. For the worker alone: calendars bring pandas along."""

from __future__ import annotations

from app.market.bar_hours import BarHours
from app.market.calendars import find_calendar


def find_bar_hours(calendar: str | None, timezone: str) -> BarHours:
    """The hours of a market by its calendar's name. The first use of an exchange's takes 0.1 s."""
    return BarHours(find_calendar(calendar), timezone)
