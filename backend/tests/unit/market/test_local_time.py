"""Local calendars of whole columns agree with Python's own time zones, instant by instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.intervals import DAY_SECONDS
from app.engine.local_time import find_utc_offsets
from app.market.local_time import (
    currency_day_labels,
    day_label,
    is_timezone,
    local_day_labels,
    local_midnight,
    month_labels,
    next_month_label,
    week_labels,
)

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Tokyo"]
# 1980 to 2035: clocks that move at odd minutes are older.
instants = st.integers(315_532_800, 2_051_222_400)


@given(st.lists(instants, min_size=1, max_size=50), st.sampled_from(ZONES))
def test_offsets_and_dates_are_those_of_the_zone(times: list[int], zone: str) -> None:
    here = [datetime.fromtimestamp(time, ZoneInfo(zone)) for time in times]
    column = np.array(times)
    assert find_utc_offsets(column, zone).tolist() == [
        (moment.utcoffset() or timedelta()).total_seconds() for moment in here
    ]
    assert local_day_labels(column, zone).tolist() == [day_label(moment.date()) for moment in here]


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe"])
def test_every_quarter_of_a_day_on_which_clocks_change(zone: str) -> None:
    changes = {"America/New_York": date(2024, 3, 10), "Australia/Lord_Howe": date(2024, 4, 6)}
    times = day_label(changes[zone]) + 900 * np.arange(200)
    expected = [datetime.fromtimestamp(int(time), ZoneInfo(zone)).utcoffset() for time in times]
    assert find_utc_offsets(times, zone).tolist() == [
        offset and offset.total_seconds() for offset in expected
    ]


@given(st.dates(date(1980, 1, 1), date(2035, 1, 1)))
def test_labels_of_weeks_and_months(day: date) -> None:
    label = np.array([day_label(day)])
    monday = day - timedelta(days=day.weekday())
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    assert week_labels(label).tolist() == [day_label(monday)]
    assert month_labels(label).tolist() == [day_label(first)]
    assert next_month_label(day_label(first)) == day_label(following)


@given(instants)
def test_the_currency_day_ends_at_five_in_new_york(time: int) -> None:
    there = datetime.fromtimestamp(time, ZoneInfo("America/New_York")).replace(tzinfo=None)
    expected = (there + timedelta(hours=7)).date()
    assert currency_day_labels(np.array([time])).tolist() == [day_label(expected)]


def test_local_midnight() -> None:
    assert (
        local_midnight(date(2024, 7, 1), "America/New_York")
        == datetime(2024, 7, 1, 4, tzinfo=UTC).timestamp()
    )
    assert local_midnight(date(2024, 1, 1), "UTC") % DAY_SECONDS == 0


@pytest.mark.parametrize(("name", "known"), [("UTC", True), ("Europe/Berlin", True), ("Mars/Base", False)])
def test_time_zones_that_are_known(name: str, known: bool) -> None:
    assert is_timezone(name) is known


@pytest.mark.parametrize("name", ["", "../etc/passwd", "/etc/localtime", "a\x00b", "Europe", "x" * 500])
def test_text_that_is_no_time_zone_is_no_fault(name: str) -> None:
    assert not is_timezone(name)
