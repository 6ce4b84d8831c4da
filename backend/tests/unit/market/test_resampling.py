"""Coarser bars: what they are made of, where they stand, and that cutting the source changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.columns import make_bars
from app.market.domain import IntervalNotAvailable, choose_source_interval
from app.market.local_time import day_label, next_month_label
from app.market.resampling import join_resampled, label_times, next_label, resample
from tests.unit.market.builders import bars_at, price_bars

MONDAY = 1_578_268_800  # 2020-01-06
PAIRS = [(one, other) for one in Interval for other in Interval if one is not other and one.divides(other)]


def by_hand(bars: Bars, labels: list[int]) -> dict[int, list[float]]:
    """Group by label with plain Python."""
    made: dict[int, list[float]] = {}
    for label, *row in zip(labels, *(column.tolist() for column in bars.columns()), strict=True):
        opening, high, low, close, volume = row
        if label not in made:
            made[label] = [opening, high, low, close, volume]
            continue
        known = made[label]
        volumes = [value for value in (known[4], volume) if value == value]
        made[label] = [
            known[0],
            max(known[1], high),
            min(known[2], low),
            close,
            sum(volumes) if volumes else np.nan,
        ]
    return made


@given(
    st.sampled_from(PAIRS),
    st.lists(st.integers(0, 400), min_size=1, max_size=120, unique=True),
    st.sampled_from(["UTC", "America/New_York", "Asia/Tokyo"]),
    st.booleans(),
)
@settings(max_examples=200)
def test_it_groups_by_label(
    pair: tuple[Interval, Interval], steps: list[int], timezone: str, with_gaps_in_volume: bool
) -> None:
    source, wanted = pair
    times = [MONDAY + step * source.seconds for step in sorted(steps)]
    if not source.is_intraday:
        times = sorted({time - time % DAY_SECONDS for time in times})
    bars = bars_at(times, source, timezone)
    if with_gaps_in_volume:
        bars.volume[::2] = np.nan
    labels = label_times(bars.time, source, wanted, timezone, None)
    made = resample(bars, wanted)
    expected = by_hand(bars, labels.tolist())
    assert made.interval is wanted
    assert made.time.tolist() == list(expected)
    np.testing.assert_allclose(np.column_stack(made.columns()), np.array(list(expected.values())), rtol=1e-15)


@given(st.sampled_from(PAIRS), st.integers(2, 200), st.data())
@settings(max_examples=100)
def test_two_stretches_joined_are_the_whole(
    pair: tuple[Interval, Interval], count: int, data: st.DataObject
) -> None:
    source, wanted = pair
    times = sorted({(MONDAY + n * source.seconds) // 60 * 60 for n in range(count)})
    bars = bars_at(times, source)
    bars.volume[:: data.draw(st.integers(1, 4))] = np.nan
    cut = data.draw(st.integers(0, len(bars)))
    joined = join_resampled(resample(bars.head(cut), wanted), resample(bars.slice(cut, len(bars)), wanted))
    whole = resample(bars, wanted)
    np.testing.assert_array_equal(joined.time, whole.time)
    np.testing.assert_allclose(np.column_stack(joined.columns()), np.column_stack(whole.columns()))


def test_within_the_day_the_grid_stands_on_midnight_utc() -> None:
    half_past_nine = int(datetime(2020, 1, 6, 14, 30, tzinfo=UTC).timestamp())
    bars = bars_at([half_past_nine + 60 * n for n in range(390)], Interval.MIN_1, "America/New_York")
    made = resample(bars, Interval.HOUR_1)
    assert [datetime.fromtimestamp(time, UTC).hour for time in made.time.tolist()] == list(range(14, 21))
    assert [datetime.fromtimestamp(time, UTC).minute for time in made.time.tolist()] == [0] * 7


def test_a_day_is_a_date_of_the_instruments_time_zone() -> None:
    evening = int(
        datetime(2020, 1, 6, 20, tzinfo=ZoneInfo("America/New_York")).timestamp()
    )  # 01:00Z next day
    bars = bars_at([evening, evening + 3600 * 5], Interval.HOUR_1, "America/New_York")
    made = resample(bars, Interval.DAY_1)
    assert made.time.tolist() == [day_label(date(2020, 1, 6)), day_label(date(2020, 1, 7))]


def test_currencies_begin_their_monday_on_sunday_evening() -> None:
    sunday = int(datetime(2020, 1, 5, 17, tzinfo=ZoneInfo("America/New_York")).timestamp())
    bars = bars_at([sunday - 3600, sunday], Interval.HOUR_1)
    assert resample(bars, Interval.DAY_1, "FX").time.tolist() == [
        day_label(date(2020, 1, 5)),
        day_label(date(2020, 1, 6)),
    ]


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    labels = [day_label(date(2020, month, day)) for month, day in ((1, 31), (2, 1), (2, 3))]
    bars = price_bars(labels, [1.0, 2.0, 3.0])
    weeks, months = resample(bars, Interval.WEEK_1), resample(bars, Interval.MONTH_1)
    assert weeks.time.tolist() == [day_label(date(2020, 1, 27)), day_label(date(2020, 2, 3))]
    assert months.time.tolist() == [day_label(date(2020, 1, 1)), day_label(date(2020, 2, 1))]
    assert (weeks.close.tolist(), months.close.tolist()) == ([2.0, 3.0], [1.0, 3.0])
    assert months.volume.tolist() == [100.0, 200.0]


def test_a_volume_is_missing_only_where_every_part_is() -> None:
    bars = make_bars(
        np.arange(4) * 60,
        [np.ones(4)] * 4 + [np.array([np.nan, 5.0, np.nan, np.nan])],
        Interval.MIN_1,
        "UTC",
    )
    made = resample(make_bars(bars.time * 15 // 2, bars.columns(), Interval.MIN_1, "UTC"), Interval.MIN_15)
    assert made.volume[0] == 5.0
    assert np.isnan(made.volume[1])


def test_no_bars_make_no_bars() -> None:
    assert len(resample(bars_at([], Interval.MIN_1), Interval.DAY_1)) == 0


def test_the_label_after_a_months() -> None:
    january = day_label(date(2020, 1, 1))
    assert next_label(january, Interval.MONTH_1) == next_month_label(january) == day_label(date(2020, 2, 1))
    assert next_label(january, Interval.HOUR_1) == january + 3600


@pytest.mark.parametrize(
    ("wanted", "stored", "source"),
    [
        (Interval.HOUR_1, [Interval.MIN_1, Interval.HOUR_1], Interval.HOUR_1),
        (Interval.HOUR_1, [Interval.MIN_1, Interval.MIN_15, Interval.MIN_45], Interval.MIN_15),
        (Interval.MIN_45, [Interval.MIN_5, Interval.MIN_30], Interval.MIN_5),
        (Interval.MONTH_1, [Interval.DAY_1, Interval.WEEK_1], Interval.DAY_1),
        (Interval.WEEK_1, [Interval.HOUR_4], Interval.HOUR_4),
    ],
)
def test_the_next_finer_stored_interval_that_divides(
    wanted: Interval, stored: list[Interval], source: Interval
) -> None:
    assert choose_source_interval(wanted, stored) is source


@pytest.mark.parametrize("stored", [[], [Interval.DAY_1], [Interval.MIN_30, Interval.HOUR_2]])
def test_no_stored_interval_divides(stored: list[Interval]) -> None:
    with pytest.raises(IntervalNotAvailable) as caught:
        choose_source_interval(Interval.MIN_45, stored)
    assert caught.value.code == "interval_not_available"
    assert caught.value.status == 422
