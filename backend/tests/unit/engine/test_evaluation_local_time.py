"""hour, weekday and month are those of the exchange's wall clock at the bar's open."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.bars import Bars, Times
from app.engine.evaluation import evaluate_rule
from app.engine.intervals import Interval
from app.engine.language import compile_rule
from app.engine.local_time import find_utc_offsets

ZONES = [
    *("UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe"),
    *("America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "America/Sao_Paulo"),
]


def bars_at(time: Times, interval: Interval, zone: str) -> Bars:
    ones = np.ones(len(time))
    return Bars(time, ones, ones, ones, ones, ones, interval, zone)


def clock(bars: Bars) -> list[tuple[float, float, float]]:
    rule = compile_rule("enter_long = True\nsize = hour\nstop_loss = weekday\ntake_profit = month")
    signals = evaluate_rule(rule, bars)
    columns = [signals.size, signals.stop_loss, signals.take_profit]
    return [tuple(row) for row in np.column_stack([c for c in columns if c is not None])]


def clock_plainly(time: Times, zone: str) -> list[tuple[float, float, float]]:
    opens = [datetime.fromtimestamp(int(t), UTC).astimezone(ZoneInfo(zone)) for t in time]
    return [(t.hour, t.weekday(), t.month) for t in opens]


def unix(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_of_some_years_is_that_of_the_wall_clock(zone: str) -> None:
    for year in (1975, 2011, 2024):
        time = np.arange(unix(f"{year}-01-01T00:00Z"), unix(f"{year}-12-31T23:00Z"), 1_800, dtype=np.int64)
        offsets = find_utc_offsets(time, zone)
        zone_info = ZoneInfo(zone)
        for t, offset in zip(time[::7].tolist(), offsets[::7].tolist(), strict=True):
            expected = datetime.fromtimestamp(t, UTC).astimezone(zone_info).utcoffset()
            assert expected is not None
            assert offset == expected.total_seconds()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(-1_000_000_000, 3_000_000_000),
    st.lists(st.integers(1, 5_000), min_size=1, max_size=60),
    st.sampled_from([60, 900, 3_600]),
)
def test_bars_with_any_gaps(zone: str, start: int, gaps: list[int], step: int) -> None:
    time = start + np.cumsum(np.array(gaps, np.int64)) * step
    assert clock(bars_at(time, Interval.MIN_1, zone)) == clock_plainly(time, zone)


def test_the_hour_that_new_york_skips_and_the_one_it_has_twice() -> None:
    spring = np.array([unix("2024-03-10T06:30Z"), unix("2024-03-10T07:00Z")])
    assert [hour for hour, _, _ in clock(bars_at(spring, Interval.MIN_30, "America/New_York"))] == [1, 3]
    autumn = np.array([unix("2024-11-03T05:30Z"), unix("2024-11-03T06:30Z"), unix("2024-11-03T07:30Z")])
    assert [hour for hour, _, _ in clock(bars_at(autumn, Interval.MIN_30, "America/New_York"))] == [1, 1, 2]


def test_the_day_before_and_after_midnight_differ_between_zones() -> None:
    # Sunday 23:30 in London, Monday 08:30 in Tokyo, both the turn of a month
    time = np.array([unix("2024-03-31T22:30Z")])
    assert clock(bars_at(time, Interval.MIN_30, "Europe/London")) == [(23, 6, 3)]
    assert clock(bars_at(time, Interval.MIN_30, "Asia/Tokyo")) == [(7, 0, 4)]


@pytest.mark.parametrize("interval", [Interval.DAY_1, Interval.WEEK_1, Interval.MONTH_1])
def test_bars_of_a_day_and_longer_have_their_date_in_every_zone(interval: Interval) -> None:
    time = np.array([unix("2024-01-01T00:00Z"), unix("2024-07-07T00:00Z")])
    assert clock(bars_at(time, interval, "America/New_York")) == [(0, 0, 1), (0, 6, 7)]


def test_an_unknown_time_zone_is_an_error_only_where_it_matters() -> None:
    time = np.array([0])
    with pytest.raises(ZoneInfoNotFoundError):
        clock(bars_at(time, Interval.HOUR_1, "Mars/Olympus"))
    assert clock(bars_at(time, Interval.DAY_1, "Mars/Olympus")) == [(0, 3, 1)]
    assert evaluate_rule(
        compile_rule("enter_long = close > 0"), bars_at(time, Interval.HOUR_1, "Mars/Olympus")
    )
