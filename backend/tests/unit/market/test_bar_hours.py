"""When markets trade and their bars end: early closes, lunch, clocks that change, the currency week."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.engine.intervals import Interval
from app.market.market_hours import find_bar_hours

NEW_YORK = "America/New_York"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_an_early_close_ends_every_bar_of_the_day() -> None:
    hours = find_bar_hours("XNYS", NEW_YORK)
    close = at("2025-07-03 17:00")  # 13:00 in New York
    assert hours.is_open(close - 1)
    assert not hours.is_open(close)
    assert hours.closes_at(at("2025-07-03"), Interval.DAY_1) == close
    assert hours.closes_at(at("2025-07-03 16:00"), Interval.HOUR_4) == close
    assert hours.closes_at(at("2025-07-03 16:59"), Interval.MIN_1) == close
    # The Friday after is a holiday.
    assert hours.changes_at(close) == at("2025-07-07 13:30")
    assert hours.session_label(at("2025-07-06 12:00")) == at("2025-07-03")


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        ("2026-03-06", "2026-03-06 14:30", "2026-03-06 21:00"),
        ("2026-03-09", "2026-03-09 13:30", "2026-03-09 20:00"),
        ("2026-10-30", "2026-10-30 13:30", "2026-10-30 20:00"),
        ("2026-11-02", "2026-11-02 14:30", "2026-11-02 21:00"),
    ],
)
def test_sessions_follow_the_clocks_of_their_place(day: str, opens: str, closes: str) -> None:
    hours = find_bar_hours("XNYS", NEW_YORK)
    assert hours.opens_at(at(day), Interval.DAY_1) == at(opens)
    assert hours.closes_at(at(day), Interval.DAY_1) == at(closes)
    assert hours.label(at(opens), Interval.DAY_1) == at(day)
    assert not hours.is_open(at(opens) - 1)
    assert hours.is_open(at(opens))


def test_the_bar_before_a_pause_ends_with_it() -> None:
    hours = find_bar_hours("XHKG", "Asia/Hong_Kong")
    assert not hours.is_open(at("2025-06-03 04:30"))
    assert hours.changes_at(at("2025-06-03 04:30")) == at("2025-06-03 05:00")
    assert hours.closes_at(at("2025-06-03 04:00"), Interval.HOUR_1) == at("2025-06-03 05:00")
    assert hours.closes_at(at("2025-06-03 03:30"), Interval.MIN_45) == at("2025-06-03 04:00")


def test_the_currency_week_begins_on_sunday_evening_in_new_york() -> None:
    hours = find_bar_hours("FX", "UTC")
    assert not hours.is_open(at("2026-11-28 12:00"))  # Saturday
    assert not hours.is_open(at("2026-11-29 21:59"))
    assert hours.is_open(at("2026-11-29 22:00"))
    assert hours.label(at("2026-11-29 22:00"), Interval.DAY_1) == at("2026-11-30")
    assert hours.opens_at(at("2026-11-30"), Interval.DAY_1) == at("2026-11-29 22:00")
    assert hours.closes_at(at("2026-11-30"), Interval.DAY_1) == at("2026-11-30 22:00")
    assert hours.changes_at(at("2026-11-30 12:00")) == at("2026-12-04 22:00")


def test_a_market_around_the_clock_never_closes() -> None:
    hours = find_bar_hours("24/7", "UTC")
    assert hours.is_open(at("2026-11-28 23:59:59"))
    assert hours.changes_at(at("2026-11-28 12:00")) is None
    assert hours.closes_at(at("2026-11-28"), Interval.DAY_1) == at("2026-11-29")


def test_without_a_calendar_days_are_those_of_the_place() -> None:
    hours = find_bar_hours(None, NEW_YORK)
    assert hours.is_open(at("2026-11-28 12:00"))
    assert hours.changes_at(at("2026-11-28 12:00")) is None
    assert hours.opens_at(at("2026-11-28"), Interval.DAY_1) == at("2026-11-28 05:00")
    assert hours.closes_at(at("2026-11-28"), Interval.DAY_1) == at("2026-11-29 05:00")
    assert hours.session_label(at("2026-11-29 04:59")) == at("2026-11-28")
