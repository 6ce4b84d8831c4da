"""The price of a drawn line at each bar: straight over the bars of a chart, not over time."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.intervals import Interval
from app.workspace.domain import Point, find_bar_number, measure_line

DAY = 86_400
# Thursday, Friday, Monday, Tuesday, Wednesday: a weekend lies between the second and the third.
DAYS = np.array([3, 4, 7, 8, 9], dtype=np.int64) * DAY


def _measure(points: list[tuple[int, float]], times: np.ndarray = DAYS, **more: object) -> list[float]:
    line = tuple(Point(time, price) for time, price in points)
    given = {"drawn_on": Interval.DAY_1, "shown_on": Interval.DAY_1, **more}
    prices: list[float] = measure_line(line, times, **given).tolist()  # type: ignore[arg-type]  # of both types
    return prices


def test_a_weekend_has_no_length() -> None:
    assert _measure([(3 * DAY, 10.0), (7 * DAY, 14.0)]) == [10.0, 12.0, 14.0, 16.0, 18.0]


def test_points_may_come_in_any_order() -> None:
    assert _measure([(7 * DAY, 14.0), (3 * DAY, 10.0)]) == [10.0, 12.0, 14.0, 16.0, 18.0]


def test_a_line_is_nowhere_before_its_first_point_and_past_its_second_only_when_extended() -> None:
    points = [(4 * DAY, 10.0), (7 * DAY, 11.0)]
    np.testing.assert_array_equal(_measure(points), [np.nan, 10.0, 11.0, 12.0, 13.0])
    np.testing.assert_array_equal(_measure(points, extends_right=False), [np.nan, 10.0, 11.0, np.nan, np.nan])


def test_a_level_is_everywhere() -> None:
    assert _measure([(7 * DAY, 5.0)]) == [5.0] * 5


@pytest.mark.parametrize(
    "points",
    [
        [(2 * DAY, 1.0), (7 * DAY, 2.0)],  # begins before the bars that there are
        [(7 * DAY, 1.0), (7 * DAY, 2.0)],  # stands upright
        [(1 * DAY, 1.0), (2 * DAY, 2.0)],
    ],
)
def test_a_line_without_a_slope_that_can_be_known_is_nowhere(points: list[tuple[int, float]]) -> None:
    assert np.isnan(_measure(points)).all()


def test_no_bars_have_no_prices() -> None:
    assert _measure([(3 * DAY, 1.0), (4 * DAY, 2.0)], times=np.array([], dtype=np.int64)) == []


def test_a_point_past_the_last_bar_stands_that_many_bars_on() -> None:
    assert _measure([(3 * DAY, 10.0), (12 * DAY, 17.0)]) == [10.0, 11.0, 12.0, 13.0, 14.0]


def test_a_days_point_stands_at_the_first_hour_of_its_day() -> None:
    hours = np.array([3 * DAY + 14 * 3_600, 3 * DAY + 15 * 3_600, 4 * DAY + 14 * 3_600], dtype=np.int64)
    line = _measure([(3 * DAY, 10.0), (4 * DAY, 12.0)], hours, shown_on=Interval.HOUR_1)
    assert line == [10.0, 11.0, 12.0]


def test_an_hours_point_stands_at_its_day() -> None:
    points = [(3 * DAY + 14 * 3_600, 10.0), (7 * DAY + 20 * 3_600, 14.0)]
    assert _measure(points, drawn_on=Interval.HOUR_1) == [10.0, 12.0, 14.0, 16.0, 18.0]


def test_a_days_point_long_before_the_first_hour_has_no_number() -> None:
    hours = np.array([30 * DAY], dtype=np.int64)
    more = {"drawn_on": Interval.DAY_1, "shown_on": Interval.HOUR_1}
    assert np.isnan(find_bar_number(3 * DAY, hours, **more))
    assert find_bar_number(29 * DAY, hours, **more) == 0
