"""What is asked for: everything that lacks, nothing twice, and no request more than it takes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.intervals import DAY_SECONDS, Interval
from app.feeds.planning import (
    Range,
    count_requests,
    judge_answer,
    list_labels,
    list_trading_hours,
    merge_ranges,
    plan_stretches,
    subtract_ranges,
)
from app.market.calendars import find_calendar
from app.market.coverage import Sessions

_HOUR = 3_600
_FROM = int(datetime(2026, 6, 29, tzinfo=UTC).timestamp())
_UNTIL = int(datetime(2026, 7, 13, tzinfo=UTC).timestamp())
_ranges = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda one: (one[0], one[0] + one[1])), max_size=8
)


def sessions_of(calendar: str, first: int = _FROM, last: int = _UNTIL) -> Sessions:
    found = find_calendar(calendar)
    assert found is not None
    return found.sessions(first - 40 * DAY_SECONDS, last + 40 * DAY_SECONDS)


def every_time(calendar: str, interval: Interval, wanted: Range) -> list[int]:
    """The times of all bars that can be, for intervals that divide every session."""
    sessions = sessions_of(calendar)
    if not interval.is_intraday:
        return [int(label) for label in list_labels(sessions, interval, wanted)]
    starts, ends = list_trading_hours(sessions, wanted)
    return [
        time
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        for time in range(start, end, interval.seconds)
    ]


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@given(_ranges)
def test_merged_ranges_hold_the_same_instants_and_neither_overlap_nor_touch(ranges: list[Range]) -> None:
    merged = merge_ranges(ranges)
    assert _points(merged) == _points(ranges)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(merged))


@given(st.tuples(st.integers(0, 40), st.integers(41, 80)), _ranges)
def test_what_is_left_and_what_was_taken_make_the_whole(wanted: Range, taken: list[Range]) -> None:
    left = subtract_ranges(wanted, taken)
    assert _points(left) == _points([wanted]) - _points(taken)


def _points(ranges: list[Range]) -> set[int]:
    return {point for start, end in ranges for point in range(start, end)}


@pytest.mark.parametrize(
    ("calendar", "interval"),
    [("XNYS", Interval.DAY_1), ("XNYS", Interval.MIN_30), ("XHKG", Interval.MIN_30), ("FX", Interval.HOUR_1)],
)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_plan_is_complete_asks_nothing_twice_and_is_minimal(
    calendar: str, interval: Interval, data: st.DataObject
) -> None:
    wanted = _FROM, _UNTIL
    times = every_time(calendar, interval, wanted)
    stored = sorted(data.draw(st.sets(st.sampled_from(times), max_size=12)))
    begins = data.draw(st.lists(st.tuples(st.sampled_from(times), st.integers(1, 9)), max_size=4))
    asked = merge_ranges([(begin, begin + count * interval.seconds) for begin, count in begins])
    page_size = data.draw(st.integers(2, 500))
    plan = plan_stretches(
        wanted, interval, np.array(stored, dtype=np.int64), asked, sessions_of(calendar), page_size
    )
    lacking = [
        time for time in times if time not in stored and not any(start <= time < end for start, end in asked)
    ]
    held = [[time for time in times if one.start <= time < one.end] for one in plan]
    # Complete, and nothing that is there already.
    assert sorted(time for some in held for time in some) == lacking
    assert [one.expected for one in plan] == [len(some) for some in held]
    # Newest first, apart from one another.
    assert all(newer.start >= older.end for newer, older in itertools.pairwise(plan))
    # Between two stretches there is something that must not be asked again: they cannot be one.
    for newer, older in itertools.pairwise(plan):
        between = [time for time in times if older.end <= time < newer.start]
        assert between
        assert not set(between) & set(lacking)
    assert count_requests(plan, page_size) == sum(-(-len(some) // page_size) for some in held)


def test_an_early_close_ends_the_stretch_of_its_day() -> None:
    """3 July 2025: New York closes at 13:00."""
    first, last = _at("2025-07-03"), _at("2025-07-05")
    plan = plan_stretches(
        (first, last),
        Interval.MIN_1,
        np.empty(0, dtype=np.int64),
        [],
        sessions_of("XNYS", first, last),
        5_000,
    )
    assert [(one.start, one.end, one.expected) for one in plan] == [
        (_at("2025-07-03T13:30"), _at("2025-07-03T17:00"), 210)
    ]


def test_a_lunch_break_holds_no_bars_and_costs_no_request() -> None:
    first, last = _at("2026-07-02"), _at("2026-07-03")
    sessions = sessions_of("XHKG", first, last)
    plan = plan_stretches((first, last), Interval.MIN_1, np.empty(0, dtype=np.int64), [], sessions, 5_000)
    assert [(one.end - one.start, one.expected) for one in plan] == [(int(6.5 * _HOUR), 330)]
    morning = np.arange(plan[0].start, plan[0].start + 150 * 60, 60, dtype=np.int64)
    plan = plan_stretches((first, last), Interval.MIN_1, morning, [], sessions, 5_000)
    assert [one.expected for one in plan] == [180]


def test_sessions_move_with_the_clocks() -> None:
    """New York changes on 8 March 2026: Friday opens at 14:30 UTC, Monday at 13:30."""
    first, last = _at("2026-03-06"), _at("2026-03-10")
    sessions = sessions_of("XNYS", first, last)
    friday = np.arange(_at("2026-03-06T14:30"), _at("2026-03-06T21:00"), 60, dtype=np.int64)
    plan = plan_stretches((first, last), Interval.MIN_1, friday, [], sessions, 5_000)
    assert [(one.start, one.end) for one in plan] == [(_at("2026-03-09T13:30"), _at("2026-03-09T20:00"))]


def test_a_currency_has_no_hole_on_a_weekend() -> None:
    friday, monday = _at("2026-07-03"), _at("2026-07-06")
    stored = np.array([friday, monday], dtype=np.int64)
    plan = plan_stretches(
        (friday, monday + DAY_SECONDS), Interval.DAY_1, stored, [], sessions_of("FX"), 5_000
    )
    assert plan == []
    hours = np.arange(_at("2026-07-02T21:00"), _at("2026-07-03T21:00"), _HOUR, dtype=np.int64)
    plan = plan_stretches(
        (_at("2026-07-02T21:00"), _at("2026-07-05T22:00")), Interval.HOUR_1, hours, [], sessions_of("FX"), 500
    )
    assert [(one.start, one.end) for one in plan] == [(_at("2026-07-05T21:00"), _at("2026-07-05T22:00"))]


def test_many_pinholes_of_a_file_are_asked_for_together() -> None:
    times = np.array(every_time("XNYS", Interval.MIN_30, (_FROM, _UNTIL)), dtype=np.int64)
    stored = np.delete(times, np.arange(1, len(times) - 1, 3))
    plan = plan_stretches((_FROM, _UNTIL), Interval.MIN_30, stored, [], sessions_of("XNYS"), 500)
    assert len(plan) == 1


def test_an_answer_that_lacks_its_newest_bars_is_doubted_and_one_that_is_thin_is_not() -> None:
    sessions = sessions_of("XNYS")
    times = np.array(every_time("XNYS", Interval.MIN_30, (_FROM, _UNTIL)), dtype=np.int64)
    whole = judge_answer((_FROM, _UNTIL), Interval.MIN_30, times, sessions, _UNTIL, 5_000)
    assert (whole.answered, whole.doubted) == (((_FROM, _UNTIL),), ())
    stale = judge_answer((_FROM, _UNTIL), Interval.MIN_30, times[:-5], sessions, _UNTIL, 5_000)
    proven = int(times[-6]) + 1_800
    assert (stale.answered, stale.doubted) == (((_FROM, proven),), ((proven, _UNTIL),))
    thin = judge_answer((_FROM, _UNTIL), Interval.MIN_30, times[:-5:3], sessions, _UNTIL, 5_000)
    assert thin.doubted == ()
    nothing = judge_answer((_FROM, _UNTIL), Interval.MIN_30, times[:0], sessions, _UNTIL, 5_000)
    assert nothing.doubted == ((_FROM, _UNTIL),)


def test_bars_that_are_hardly_closed_are_answered_only_as_far_as_they_are_there() -> None:
    times = np.array(every_time("XNYS", Interval.MIN_30, (_FROM, _UNTIL)), dtype=np.int64)
    settled = int(times[-20])
    judged = judge_answer((_FROM, _UNTIL), Interval.MIN_30, times[:-3], sessions_of("XNYS"), settled, 5_000)
    assert judged.answered == ((_FROM, int(times[-4]) + 1_800),)
    assert judged.doubted == ()


def test_a_page_that_lost_a_few_bars_does_not_cover_what_lies_before_it() -> None:
    sessions = sessions_of("XNYS")
    times = np.array(every_time("XNYS", Interval.MIN_30, (_FROM, _UNTIL)), dtype=np.int64)
    page_size = len(times) // 2
    stale = times[-page_size:-5]
    judged = judge_answer((_FROM, _UNTIL), Interval.MIN_30, stale, sessions, _UNTIL, page_size)
    assert judged.covered_from == int(stale[0])
    assert judged.answered == ((int(stale[0]), int(stale[-1]) + 1_800),)
    # Where nothing was traded before its first bar there is nothing left to ask for.
    first = times[: page_size - 5]
    judged = judge_answer(
        (_FROM, int(first[-1]) + 1_800), Interval.MIN_30, first, sessions, _UNTIL, page_size
    )
    assert judged.covered_from == _FROM
