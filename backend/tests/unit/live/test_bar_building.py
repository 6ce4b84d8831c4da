"""Ticks into bars: laws for every order of ticks, and the edges of the calendar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.intervals import Interval
from app.live.bar_building import BarBuilder, BarValues, BuiltBar, Taken
from app.market.bar_hours import BarHours
from app.market.columns import make_bars
from app.market.market_hours import find_bar_hours
from app.market.resampling import resample

Ticks = Sequence[tuple[float, float, float | None]]
WITHIN_DAYS = (Interval.MIN_5, Interval.MIN_15, Interval.MIN_45, Interval.HOUR_1, Interval.HOUR_4)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOON = at("2026-03-10 16:00")
AROUND_THE_CLOCK = BarHours(None, "UTC")
EXCHANGE = find_bar_hours("XNYS", "America/New_York")


def make_builder(hours: BarHours = AROUND_THE_CLOCK, *wanted: Interval, now: float = NOON) -> BarBuilder:
    builder = BarBuilder(hours)
    builder.advance(now)
    builder.unknown.discard(now)
    builder.want(wanted)
    return builder


def gather(ticks: Ticks) -> dict[tuple[Interval, int], BarValues]:
    """The bars as they were last given out, of ticks of five minutes that arrive within the grace."""
    builder = BarBuilder(AROUND_THE_CLOCK, grace_seconds=400)
    builder.unknown.discard(NOON)
    builder.want((*WITHIN_DAYS, Interval.DAY_1))
    built = []
    for place, one in enumerate(ticks):
        built += builder.advance(NOON + 300 + place)
        assert builder.add(*one) in {Taken.COUNTED, Taken.REPEATED}
    built += builder.advance(NOON + 2 * 86_400)
    return dict(sorted({(one.interval, one.time): one.values for one in built}.items()))


seconds = st.one_of(st.integers(0, 299), st.floats(0, 299, allow_nan=False))
prices = st.floats(0.5, 1e6, allow_nan=False)
volumes = st.one_of(st.none(), st.just(0.0), st.floats(0, 1e9, allow_nan=False))
some_ticks = st.lists(
    st.tuples(seconds.map(lambda late: float(NOON + late)), prices, volumes), min_size=1, max_size=40
)


def reference(ticks: Ticks) -> dict[int, BarValues]:
    """Minutes by plain sorting."""
    minutes: dict[int, list[tuple[float, float, float | None]]] = {}
    for one in sorted(set(ticks), key=lambda tick: tick[:2]):
        minutes.setdefault(int(one[0] // 60) * 60, []).append(one)
    made = {}
    for label, some in minutes.items():
        told = [volume for _at, _price, volume in some if volume is not None]
        paid = [price for _at, price, _volume in some]
        volume = math.fsum(told) if told else math.nan
        made[label] = BarValues(paid[0], max(paid), min(paid), paid[-1], volume)
    return made


@given(some_ticks, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_in_which_ticks_arrive_does_not_matter(ticks: list, random: object) -> None:  # type: ignore[type-arg]
    shuffled = list(ticks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    straight = gather(sorted(ticks, key=lambda tick: tick[:2]))
    assert repr(gather(shuffled)) == repr(straight)


@given(some_ticks)
@settings(max_examples=150, deadline=None)
def test_bars_equal_those_of_a_plain_reference(ticks: list) -> None:  # type: ignore[type-arg]
    built = gather(ticks)
    wanted = dict(sorted(reference(ticks).items()))
    assert repr({label: built[one, label] for one, label in built if one is Interval.MIN_1}) == repr(wanted)
    time = np.array(sorted(wanted), dtype=np.int64)
    columns = [np.array([wanted[one][place] for one in time.tolist()]) for place in range(5)]
    bars = make_bars(time, columns, Interval.MIN_1, "UTC")
    for interval in (*WITHIN_DAYS, Interval.DAY_1):
        expected = resample(bars, interval)
        got = {label: values for (one, label), values in built.items() if one is interval}
        assert list(got) == expected.time.tolist()
        for place, column in enumerate(expected.columns()):
            assert [one[place] for one in got.values()] == pytest.approx(column.tolist(), nan_ok=True)


@given(
    st.lists(st.tuples(st.floats(0, 600), st.floats(-8, 8), prices), max_size=60),
    st.lists(st.floats(0, 40), max_size=30),
)
@settings(max_examples=100, deadline=None)
def test_no_bar_is_closed_before_its_end(arrivals: list, steps: list) -> None:  # type: ignore[type-arg]
    builder = make_builder(AROUND_THE_CLOCK, *WITHIN_DAYS, Interval.DAY_1)
    now = float(NOON)
    waiting = sorted(arrivals)
    for step in steps:
        now += step
        while waiting and NOON + waiting[0][0] <= now:
            arrived, off, price = waiting.pop(0)
            builder.add(NOON + arrived + off, price, 1.0)
        for bar in builder.advance(now):
            assert bar.is_closed
            assert AROUND_THE_CLOCK.closes_at(bar.time, bar.interval) <= now
        for interval in (Interval.MIN_1, *builder.intervals):
            forming = builder.forming(interval)
            assert forming is None or AROUND_THE_CLOCK.closes_at(forming.time, interval) > now


def test_a_late_tick_revises_within_the_grace_and_is_dropped_after_it() -> None:
    builder = make_builder(AROUND_THE_CLOCK, Interval.MIN_5)
    builder.add(NOON + 10, 100.0, 1.0)
    assert [(one.is_revised, one.values.close) for one in builder.advance(NOON + 60)] == [(False, 100.0)]
    assert builder.add(NOON + 59, 103.0, 2.0) is Taken.COUNTED
    (revised,) = builder.advance(NOON + 62)
    assert revised == BuiltBar(
        Interval.MIN_1, NOON, BarValues(100.0, 103.0, 100.0, 103.0, 3.0), True, True, True
    )
    assert builder.advance(NOON + 65) == []
    assert builder.add(NOON + 58, 500.0, 1.0) is Taken.LATE
    assert builder.counts[Taken.LATE] == 1
    builder.add(NOON + 70, 101.0, 4.0)
    closed = {one.interval: one.values for one in builder.advance(NOON + 300)}
    assert closed[Interval.MIN_5] == BarValues(100.0, 103.0, 100.0, 101.0, 7.0)


def test_a_late_tick_of_the_last_minute_revises_the_longer_bar_too() -> None:
    builder = make_builder(AROUND_THE_CLOCK, Interval.MIN_5, now=NOON + 299)
    builder.add(NOON + 299, 100.0, 1.0)
    assert [one.interval for one in builder.advance(NOON + 300)] == [Interval.MIN_1, Interval.MIN_5]
    builder.add(NOON + 299.5, 90.0, 1.0)
    assert [(one.interval, one.is_revised, one.values.close) for one in builder.advance(NOON + 301)] == [
        (Interval.MIN_1, True, 90.0),
        (Interval.MIN_5, True, 90.0),
    ]


def test_the_same_tick_twice_counts_once_and_no_volume_stays_none() -> None:
    builder = make_builder()
    assert builder.add(NOON + 1.5, 10.0, 3.0) is Taken.COUNTED
    assert builder.add(NOON + 1.5, 10.0, 3.0) is Taken.REPEATED
    built = builder.advance(NOON + 61)
    builder.add(NOON + 61, 10.0, 0.0)
    built += builder.advance(NOON + 121)
    builder.add(NOON + 121, 10.0, None)
    built += builder.advance(NOON + 200)
    volumes = [one.values.volume for one in built]
    assert volumes[:2] == [3.0, 0.0]
    assert math.isnan(volumes[2])


def test_a_minute_without_ticks_makes_no_bar() -> None:
    builder = make_builder(AROUND_THE_CLOCK, Interval.MIN_5)
    builder.add(NOON + 1, 10.0)
    assert builder.add(NOON + 181, 11.0) is Taken.AHEAD
    assert [one.time for one in builder.advance(NOON + 181)] == [NOON]
    builder.add(NOON + 181, 11.0)
    assert [one.time for one in builder.advance(NOON + 240)] == [NOON + 180]
    assert builder.forming(Interval.MIN_1) is None
    assert builder.forming(Interval.MIN_5) is not None


@pytest.mark.parametrize(
    ("friday_or_day", "opens", "closes", "day_ends"),
    [
        ("2026-03-06", "2026-03-06 14:30", "2026-03-06 20:59", "2026-03-06 21:00"),
        ("2026-03-09", "2026-03-09 13:30", "2026-03-09 19:59", "2026-03-09 20:00"),
        ("2026-10-30", "2026-10-30 13:30", "2026-10-30 19:59", "2026-10-30 20:00"),
        ("2026-11-02", "2026-11-02 14:30", "2026-11-02 20:59", "2026-11-02 21:00"),
        ("2025-07-03", "2025-07-03 13:30", "2025-07-03 16:59", "2025-07-03 17:00"),
    ],
)
def test_bars_end_with_the_session_whatever_the_clocks_do(
    friday_or_day: str, opens: str, closes: str, day_ends: str
) -> None:
    builder = make_builder(EXCHANGE, Interval.HOUR_4, Interval.DAY_1, now=at(opens))
    assert builder.add(at(opens) - 1, 1.0) is Taken.OUTSIDE
    builder.add(at(opens), 10.0, 1.0)
    builder.advance(at(closes))
    builder.add(at(closes) + 59, 12.0, 1.0)
    builder.advance(at(day_ends) - 1)
    assert builder.forming(Interval.DAY_1) is not None
    closed = {one.interval: one for one in builder.advance(at(day_ends))}
    assert builder.add(at(day_ends), 13.0) is Taken.OUTSIDE
    day = closed[Interval.DAY_1]
    assert (day.time, day.values, day.is_whole) == (
        at(friday_or_day),
        BarValues(10.0, 12.0, 10.0, 12.0, 2.0),
        True,
    )
    assert closed[Interval.HOUR_4].is_closed


def test_the_currency_week_opens_on_sunday_and_saturday_has_no_bars() -> None:
    hours = find_bar_hours("FX", "UTC")
    builder = make_builder(hours, Interval.DAY_1, now=at("2026-11-28 12:00"))
    assert builder.add(at("2026-11-28 12:00"), 1.1) is Taken.OUTSIDE
    assert builder.advance(at("2026-11-29 21:59")) == []
    builder.advance(at("2026-11-29 22:00"))
    assert builder.add(at("2026-11-29 22:00"), 1.1) is Taken.COUNTED
    builder.advance(at("2026-11-29 22:01"))
    forming = builder.forming(Interval.DAY_1)
    assert forming is not None
    assert forming.time == at("2026-11-30")


def test_a_pause_at_noon_ends_the_bar_before_it() -> None:
    hours = find_bar_hours("XHKG", "Asia/Hong_Kong")
    builder = make_builder(hours, Interval.MIN_45, now=at("2025-06-03 03:59"))
    builder.add(at("2025-06-03 03:59"), 10.0)
    assert builder.add(at("2025-06-03 04:00"), 10.0) is Taken.OUTSIDE
    intervals = [one.interval for one in builder.advance(at("2025-06-03 04:00"))]
    assert intervals == [Interval.MIN_1, Interval.MIN_45]


def test_what_nobody_saw_makes_a_bar_a_part_until_the_providers_own_is_there() -> None:
    builder = BarBuilder(AROUND_THE_CLOCK)
    builder.advance(NOON + 30)
    builder.unknown.discard(NOON + 30)
    builder.want([Interval.MIN_5])
    builder.add(NOON + 40, 10.0, 1.0)
    parts = builder.advance(NOON + 70)
    builder.add(NOON + 70, 12.0, 1.0)
    parts += builder.advance(NOON + 300)
    assert [(one.interval, one.is_whole) for one in parts] == [
        (Interval.MIN_1, False),
        (Interval.MIN_1, True),
        (Interval.MIN_5, False),
    ]
    values = [np.array([value]) for value in (9.0, 11.0, 8.0, 10.0, 5.0)]
    fetched = make_bars(np.array([NOON], dtype=np.int64), values, Interval.MIN_1, "UTC")
    builder.put_bars(fetched, NOON, NOON + 60)
    (whole,) = builder.advance(NOON + 301)
    assert whole == BuiltBar(Interval.MIN_5, NOON, BarValues(9.0, 12.0, 8.0, 12.0, 6.0), True, True, True)
    assert builder.advance(NOON + 302) == []


def test_an_interval_that_is_wanted_later_is_built_from_the_minutes_of_the_day() -> None:
    builder = make_builder()
    for minute in range(7):
        builder.advance(NOON + 60 * minute)
        builder.add(NOON + 60 * minute, 10.0 + minute, 1.0)
    builder.advance(NOON + 400)
    builder.want([Interval.MIN_5])
    forming = builder.forming(Interval.MIN_5)
    assert forming is not None
    assert (forming.time, forming.values) == (NOON + 300, BarValues(15.0, 16.0, 15.0, 16.0, 2.0))
    assert builder.advance(NOON + 401) == []  # what was over is not said again


def test_a_hole_that_is_filled_late_makes_the_whole_of_a_longer_bar_not_of_its_minutes_alone() -> None:
    builder = make_builder()
    builder.want([Interval.MIN_5, Interval.HOUR_1])
    for minute in range(120):
        builder.advance(NOON + 60 * minute)
        if minute == 2:
            builder.unknown.add(NOON + 120, NOON + 180)
        else:
            builder.add(NOON + 60 * minute, 100.0 + minute, 1.0)
    values = [np.array([value]) for value in (102.0, 102.0, 102.0, 102.0, 1.0)]
    fetched = make_bars(np.array([NOON + 120], dtype=np.int64), values, Interval.MIN_1, "UTC")
    builder.put_bars(fetched, NOON + 120, NOON + 180)
    built = [one for one in builder.advance(NOON + 7_150) if one.time == NOON]
    assert [(one.interval, one.values, one.is_whole) for one in built] == [
        (Interval.MIN_5, BarValues(100.0, 104.0, 100.0, 104.0, 5.0), True),
        (Interval.HOUR_1, BarValues(100.0, 159.0, 100.0, 159.0, 60.0), True),
    ]
