"""Splits: prices before them divided, volumes multiplied, nothing else touched."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.intervals import Interval
from app.market.adjustment import adjust_for_splits
from app.market.domain import Split
from app.market.local_time import day_label
from tests.unit.market.builders import bars_at, days, price_bars


def test_prices_before_a_split_are_divided_and_volumes_multiplied() -> None:
    bars = price_bars(days(0, 1, 2, 3), [80.0, 84.0, 42.0, 21.0])
    splits = [Split(date(2020, 1, 4), 2.0), Split(date(2020, 1, 3), 2.0)]
    adjusted = adjust_for_splits(bars, splits)
    assert adjusted.close.tolist() == [20.0, 21.0, 21.0, 21.0]
    assert (
        adjusted.open.tolist() == adjusted.high.tolist() == adjusted.low.tolist() == adjusted.close.tolist()
    )
    assert adjusted.volume.tolist() == [400.0, 400.0, 200.0, 100.0]
    assert bars.close.tolist() == [80.0, 84.0, 42.0, 21.0]


def test_a_reverse_split_multiplies_prices() -> None:
    bars = price_bars(days(0, 1), [1.0, 10.0])
    assert adjust_for_splits(bars, [Split(date(2020, 1, 2), 0.1)]).close.tolist() == [10.0, 10.0]


def test_within_the_day_a_split_counts_from_midnight_at_the_exchange() -> None:
    midnight = int(datetime(2020, 1, 3, 5, tzinfo=UTC).timestamp())
    bars = bars_at([midnight - 3600, midnight], Interval.HOUR_1, "America/New_York")
    adjusted = adjust_for_splits(bars, [Split(date(2020, 1, 3), 4.0)])
    assert (bars.close / adjusted.close).tolist() == [4.0, 1.0]


@pytest.mark.parametrize(("interval", "step"), [(Interval.WEEK_1, 7), (Interval.MONTH_1, 31)])
def test_a_stored_week_or_month_that_holds_the_date_stays(interval: Interval, step: int) -> None:
    first = {Interval.WEEK_1: date(2020, 1, 6), Interval.MONTH_1: date(2020, 1, 1)}[interval]
    label = day_label(first)
    bars = price_bars([label, label + step * 86_400], [8.0, 4.0], interval)
    split = date.fromordinal(first.toordinal() + step + 2)
    assert adjust_for_splits(bars, [Split(split, 2.0)]).close.tolist() == [4.0, 4.0]


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=30, unique=True),
    st.dictionaries(st.integers(-5, 65), st.sampled_from([0.5, 2.0, 3.0, 7.0]), max_size=4),
)
def test_each_bar_is_divided_by_the_product_of_the_splits_after_it(
    numbers: list[int], ratios: dict[int, float]
) -> None:
    bars = bars_at(days(*sorted(numbers)))
    splits = [
        Split(datetime.fromtimestamp(days(number)[0], UTC).date(), ratio) for number, ratio in ratios.items()
    ]
    adjusted = adjust_for_splits(bars, splits)
    for row, number in enumerate(sorted(numbers)):
        factor = np.prod([ratio for day, ratio in ratios.items() if number < day])
        assert adjusted.close[row] * factor == pytest.approx(bars.close[row], rel=1e-12)
        assert adjusted.volume[row] / factor == pytest.approx(bars.volume[row], rel=1e-12)
