"""Which values a set's number stands for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.research.axes import (
    LISTED_VALUES,
    Axis,
    count_grid,
    count_steps,
    grid_values,
    make_listed_axis,
    make_stepped_axis,
    random_values,
)

_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_SMALL_AXES = st.lists(st.integers(1, 9), min_size=1, max_size=4)


def _axes(counts: list[int]) -> tuple[Axis, ...]:
    return tuple(make_stepped_axis(f"p{place}", 1, count, 1) for place, count in enumerate(counts))


def test_steps_of_a_tenth_are_tenths() -> None:
    axis = make_stepped_axis("x", 0.1, 1.0, 0.1)
    assert axis.listed() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


@pytest.mark.parametrize(
    ("minimum", "maximum", "step", "values"),
    [
        (1, 1, 1, [1]),
        (1, 2, 5, [1]),
        (5, 20, 5, [5, 10, 15, 20]),
        (5, 19, 5, [5, 10, 15]),
        (-0.5, 0.5, 0.25, [-0.5, -0.25, 0, 0.25, 0.5]),
        (1e-9, 3e-9, 1e-9, [1e-9, 2e-9, 3e-9]),
    ],
)
def test_an_axis_goes_from_its_first_to_its_last_value(
    minimum: float, maximum: float, step: float, values: list[float]
) -> None:
    axis = make_stepped_axis("x", minimum, maximum, step)
    assert axis.listed() == values
    assert (axis.minimum, axis.maximum, axis.count) == (values[0], values[-1], len(values))


def test_listed_values_are_sorted_and_each_there_once() -> None:
    axis = make_listed_axis("x", [5, 1, 5, 3])
    assert axis.listed() == [1, 3, 5]


def test_a_long_axis_is_not_listed() -> None:
    assert make_stepped_axis("x", 1, LISTED_VALUES + 1, 1).listed() is None


def test_a_range_up_to_the_largest_number_is_counted() -> None:
    largest = math.ldexp(1 - 2**-53, 1024)
    assert count_steps(0, largest, 1) > 10**308
    assert count_steps(-largest, largest, 1) > 10**308


@settings(deadline=None)
@given(_FINITE, _FINITE, st.floats(min_value=5e-324, allow_infinity=False, allow_nan=False))
def test_any_range_is_counted_at_once(one: float, other: float, step: float) -> None:
    count = count_steps(min(one, other), max(one, other), step)
    assert count >= 1
    if count < 1e6:
        assert min(one, other) + (count - 1) * step <= max(one, other) + 1e-6 * step + 1e-9 * abs(other)


@settings(deadline=None)
@given(_SMALL_AXES)
def test_a_grid_has_every_combination_once_the_last_axis_turning_fastest(counts: list[int]) -> None:
    axes = _axes(counts)
    values = grid_values(axes, np.arange(count_grid(axes)))
    assert count_grid(axes) == math.prod(counts)
    assert [tuple(row) for row in values] == [tuple(1.0 + np.array(place)) for place in np.ndindex(*counts)]


@settings(deadline=None)  # a small grid is walked for long, and this machine may be busy
@given(_SMALL_AXES, st.integers(0, 2**53))
def test_random_sets_are_the_grid_in_another_order(counts: list[int], seed: int) -> None:
    axes = _axes(counts)
    numbers = np.arange(count_grid(axes))
    shuffled = random_values(axes, numbers, seed)
    assert {tuple(row) for row in shuffled} == {tuple(row) for row in grid_values(axes, numbers)}
    half = len(numbers) // 2
    parts = [random_values(axes, numbers[:half], seed), random_values(axes, numbers[half:], seed)]
    assert np.array_equal(np.concatenate(parts), shuffled)


def test_random_sets_of_a_space_beyond_all_counting_are_distinct() -> None:
    axes = tuple(make_stepped_axis(f"p{place}", 0, 1e9, 1e-3) for place in range(20))
    values = random_values(axes, np.arange(20_000), 3)
    assert len({tuple(row) for row in values}) == 20_000
    for column in values.T:
        assert 0 <= column.min() < 2e7
        assert 9.8e8 < column.max() <= 1e9
        assert abs(column.mean() / 1e9 - 0.5) < 0.02


def test_random_sets_lie_evenly() -> None:
    axes = _axes([100, 100])
    values = random_values(axes, np.arange(2_000), 1)
    quarters, _, _ = np.histogram2d(values[:, 0], values[:, 1], bins=4)
    assert quarters.min() > 85
    assert quarters.max() < 170
    assert abs(np.asarray(np.corrcoef(values.T)).item(1)) < 0.06
