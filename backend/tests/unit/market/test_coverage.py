"""Bars against sessions: gaps, strays, freshness, the number of bars in a year."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime

import exchange_calendars
import pytest

from app.engine.intervals import DAY_SECONDS, Interval
from app.market.calendars import find_bar_close, find_calendar
from app.market.coverage import Sessions, count_periods_per_year, describe_bars, measure_coverage
from app.market.domain import EXCHANGE_CALENDARS
from app.market.local_time import day_label
from tests.unit.market.builders import bars_at


def label(text: str) -> int:
    return day_label(date.fromisoformat(text))


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def sessions_of(calendar: str, first: str, last: str) -> Sessions:
    found = find_calendar(calendar)
    assert found is not None
    return found.sessions(label(first), label(last))


# 2020-01-20 was Martin Luther King day: no session in New York.
JANUARY = sessions_of("XNYS", "2020-01-01", "2020-01-31")


def test_new_yorks_sessions() -> None:
    assert len(JANUARY) == 21
    assert label("2020-01-20") not in JANUARY.labels
    assert JANUARY.opens[0] == instant("2020-01-02T14:30")
    assert JANUARY.closes[0] == instant("2020-01-02T21:00")
    early = sessions_of("XNYS", "2020-11-27", "2020-11-27")
    assert early.closes.tolist() == [instant("2020-11-27T18:00")]


def test_the_demos_years_are_known() -> None:
    sessions = sessions_of("XNYS", "2000-03-01", "2013-03-01")
    assert (len(sessions), sessions.labels[0]) == (3_270, label("2000-03-01"))


def test_tokyos_lunch_is_a_break() -> None:
    sessions = sessions_of("XTKS", "2020-01-06", "2020-01-06")
    assert sessions.break_starts.tolist() == [instant("2020-01-06T02:30")]
    assert sessions.break_ends.tolist() == [instant("2020-01-06T03:30")]


def test_the_currency_week_follows_new_yorks_clocks() -> None:
    winter, summer = (
        sessions_of("FX", "2020-01-04", "2020-01-06"),
        sessions_of("FX", "2020-07-06", "2020-07-06"),
    )
    assert winter.labels.tolist() == [label("2020-01-06")]
    assert (winter.opens.tolist(), winter.closes.tolist()) == (
        [instant("2020-01-05T22:00")],
        [instant("2020-01-06T22:00")],
    )
    assert summer.closes.tolist() == [instant("2020-07-06T21:00")]


def test_every_listed_exchange_exists() -> None:
    names = exchange_calendars.get_calendar_names(include_aliases=False)
    assert set(EXCHANGE_CALENDARS) <= set(names)
    assert find_calendar(None) is None
    assert find_calendar("nonsense") is None


def test_whole_days_are_whole() -> None:
    coverage = measure_coverage(bars_at(JANUARY.labels.tolist()), JANUARY)
    assert (coverage.expected, coverage.missing, coverage.outside) == (21, 0, 0)


def test_missing_days_and_days_without_a_session() -> None:
    labels = JANUARY.labels.tolist()
    taken = [*labels[:3], *labels[5:9], label("2020-01-20"), *labels[10:]]
    coverage = measure_coverage(bars_at(sorted(taken)), JANUARY)
    assert (coverage.expected, coverage.missing, coverage.outside) == (21, 3, 1)


def test_gaps_are_told_where_they_are() -> None:
    labels = JANUARY.labels.tolist()
    coverage = measure_coverage(bars_at([*labels[:3], *labels[5:9], *labels[10:]]), JANUARY)
    day = 86_400
    assert coverage.gaps == ((labels[3], labels[4] + day, 2), (labels[9], labels[9] + day, 1))
    assert measure_coverage(bars_at(labels), JANUARY).gaps == ()


def test_gaps_within_the_day_are_told_by_their_sessions() -> None:
    times = half_hours("2020-01-02") + half_hours("2020-01-03") + half_hours("2020-01-07")
    coverage = measure_coverage(bars_at([*times[:4], *times[7:]], Interval.MIN_30), JANUARY)
    assert coverage.gaps == (
        (instant("2020-01-02T14:30"), instant("2020-01-02T21:00"), 3),
        (instant("2020-01-06T14:30"), instant("2020-01-06T21:00"), 13),
    )
    assert sum(missing for _, _, missing in coverage.gaps) == coverage.missing


def test_of_very_many_gaps_the_largest_are_told() -> None:
    sessions = sessions_of("24/7", "2020-01-01", "2021-12-31")
    labels = [time for place, time in enumerate(sessions.labels.tolist()) if place % 2 == 0 or place > 700]
    labels = labels[:200] + labels[205:]
    coverage = measure_coverage(bars_at(labels), sessions)
    assert len(coverage.gaps) == 200
    assert max(missing for _, _, missing in coverage.gaps) == 11
    assert list(coverage.gaps) == sorted(coverage.gaps)


@pytest.mark.parametrize(
    ("interval", "labels", "expected"),
    [
        (Interval.WEEK_1, ["2019-12-30", "2020-01-06", "2020-01-20", "2020-01-27"], (5, 1)),
        (Interval.MONTH_1, ["2020-01-01"], (1, 0)),
    ],
)
def test_weeks_and_months(interval: Interval, labels: list[str], expected: tuple[int, int]) -> None:
    coverage = measure_coverage(bars_at([label(text) for text in labels], interval), JANUARY)
    assert (coverage.expected, coverage.missing, coverage.outside) == (*expected, 0)


def half_hours(day: str, count: int = 13, first: str = "14:30") -> list[int]:
    return [instant(f"{day}T{first}") + 1800 * n for n in range(count)]


def test_within_the_day_each_session_holds_so_many_bars() -> None:
    times = half_hours("2020-01-02") + half_hours("2020-01-03")
    whole = measure_coverage(bars_at(times, Interval.MIN_30), JANUARY)
    assert (whole.expected, whole.missing, whole.outside) == (26, 0, 0)
    torn = measure_coverage(bars_at([*times[:4], *times[7:]], Interval.MIN_30), JANUARY)
    assert torn.missing == 3
    without_a_day = half_hours("2020-01-02") + half_hours("2020-01-06")
    assert measure_coverage(bars_at(without_a_day, Interval.MIN_30), JANUARY).missing == 13


def test_hours_on_the_clocks_grid_are_no_gap() -> None:
    hours = [instant(f"2020-01-{day:02}T{hour}:00") for day in (2, 3) for hour in range(14, 21)]
    coverage = measure_coverage(bars_at(hours, Interval.HOUR_1), JANUARY)
    assert (coverage.expected, coverage.missing, coverage.outside) == (14, 0, 0)


def test_bars_before_and_after_hours_are_outside() -> None:
    times = [
        instant("2020-01-02T13:00"),
        *half_hours("2020-01-02"),
        instant("2020-01-02T22:00"),
        *half_hours("2020-01-03"),
    ]
    coverage = measure_coverage(bars_at(times, Interval.MIN_30), JANUARY)
    assert (coverage.missing, coverage.outside) == (
        0,
        1,
    )  # what stands before the first session is not judged


def test_around_the_clock_every_bar_counts() -> None:
    sessions = sessions_of("24/7", "2020-01-01", "2020-01-05")
    times = [instant("2020-01-01") + 3600 * hour for hour in range(96) if hour not in (30, 31, 50)]
    coverage = measure_coverage(bars_at(times, Interval.HOUR_1), sessions)
    assert (coverage.expected, coverage.missing, coverage.outside) == (96, 3, 0)


def test_a_bar_that_reaches_into_the_next_day_counts_once() -> None:
    sessions = sessions_of("24/7", "2020-01-01", "2020-01-05")
    times = [instant("2020-01-01T02:00") + 4 * 3600 * n for n in range(18)]
    coverage = measure_coverage(bars_at(times, Interval.HOUR_4), sessions)
    assert (coverage.missing, coverage.outside) == (0, 0)


def test_a_description_for_the_verdict() -> None:
    bars = bars_at(JANUARY.labels[:-5].tolist())
    bars.high[3] = bars.close[3] - 0.1  # below open and close
    now = instant("2020-01-30T12:00")
    told = describe_bars(bars, JANUARY, now)
    assert told.coverage is not None
    assert (told.coverage.missing, told.inconsistent) == (0, 1)
    assert told.age_seconds == now - instant("2020-01-24T21:00")
    bars.low[4] = bars.open[4] + 0.1
    bars.open[5] = bars.high[5] + 0.1
    assert describe_bars(bars, JANUARY, now).inconsistent == 3


def test_a_description_without_a_calendar_and_without_bars() -> None:
    told = describe_bars(bars_at([label("2020-01-02")]), None, label("2020-01-05"))
    assert (told.coverage, told.age_seconds) == (None, 2 * DAY_SECONDS)
    nothing = describe_bars(bars_at([]), None, 0)
    assert (nothing.coverage, nothing.inconsistent, nothing.age_seconds) == (None, 0, None)


@pytest.mark.parametrize(
    ("calendar", "interval", "time", "close"),
    [
        ("XNYS", Interval.DAY_1, "2020-01-02", "2020-01-02T21:00"),
        ("XNYS", Interval.DAY_1, "2020-11-27", "2020-11-27T18:00"),
        ("XNYS", Interval.WEEK_1, "2020-01-06", "2020-01-10T21:00"),
        ("XNYS", Interval.MONTH_1, "2020-01-01", "2020-01-31T21:00"),
        ("XNYS", Interval.HOUR_1, "2020-01-02T20:30", "2020-01-02T21:00"),
        ("XNYS", Interval.HOUR_1, "2020-01-02T15:30", "2020-01-02T16:30"),
        ("XNYS", Interval.DAY_1, "2020-01-04", None),
        ("24/7", Interval.DAY_1, "2020-01-04", "2020-01-05"),
        ("FX", Interval.DAY_1, "2020-01-06", "2020-01-06T22:00"),
        (None, Interval.DAY_1, "2020-01-06", None),
    ],
)
def test_when_a_bar_is_closed(calendar: str | None, interval: Interval, time: str, close: str | None) -> None:
    assert find_bar_close(calendar, interval, instant(time)) == (close and instant(close))


@pytest.mark.parametrize(
    ("calendar", "interval", "times", "periods"),
    [
        ("XNYS", Interval.DAY_1, JANUARY.labels.tolist(), 252),
        ("24/7", Interval.DAY_1, JANUARY.labels.tolist(), 365),
        (None, Interval.DAY_1, JANUARY.labels.tolist(), 252),
        (None, Interval.DAY_1, [label("2020-01-01") + DAY_SECONDS * n for n in range(14)], 365),
        ("XNYS", Interval.WEEK_1, [], 52),
        (None, Interval.MONTH_1, [], 12),
        ("24/7", Interval.HOUR_4, [0], 365 * 6),
        ("XNYS", Interval.MIN_30, half_hours("2020-01-02") + half_hours("2020-01-03", 5), 252 * 9),
        (
            "XNYS",
            Interval.MIN_30,
            half_hours("2020-01-02") + half_hours("2020-01-03") + half_hours("2020-01-06", 5),
            252 * 13,
        ),
    ],
)
def test_bars_in_a_year(calendar: str | None, interval: Interval, times: list[int], periods: float) -> None:
    assert count_periods_per_year(bars_at(times, interval), calendar) == periods


def test_the_library_is_read_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = find_calendar("XLON")
    assert found is not None
    assert found.name == "XLON"
