"""Window sums are the exact sum, rounded once: on the quick way, on the slow way, at every magnitude."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.engine.indicators import exact_sums, window_sums

Column = NDArray[np.float64]
QUICK = settings(max_examples=300, deadline=None)

ordinary = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: value + 0.0)
close_together = st.floats(1.0, 2.0, allow_nan=False)
any_magnitude = st.floats(allow_nan=False, allow_infinity=False)
# Whole numbers around 2^53: their sums often land on the middle between two float64.
middles = st.integers(2**53 - 9, 2**53 + 9).map(float)


@st.composite
def dense(draw: st.DrawFn) -> list[float]:
    """Values that use all of their bits, as prices do; shrunk ones do not."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([1.0, 1e5, 2.0**-1000, 2.0**-1060, 2.0**1000]))
    return list(random.uniform(-1 if draw(st.booleans()) else 1, 2, draw(st.integers(1, 24))) * scale)


lists = st.one_of(
    dense(),
    *(st.lists(kind, min_size=1, max_size=24) for kind in (ordinary, close_together, any_magnitude, middles)),
)


def bounds_of(x: Column) -> tuple[int, int]:
    high, low = window_sums.measure_exponents(x)
    return low, high


def round_once(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.nan


def sum_plainly(values: list[float], n: int, weights: list[int], divisor: int) -> list[float]:
    """The exact results, NaN before n values."""
    results = [math.nan] * min(n - 1, len(values))
    for i in range(n - 1, len(values)):
        window = values[i - n + 1 : i + 1]
        exact = sum((w * Fraction(v) for w, v in zip(weights, window, strict=True)), Fraction(0))
        results.append(round_once(exact / divisor))
    return results


@QUICK
@given(lists, st.integers(1, 9))
@example([5e-324, 5e-324, 0.0], 2)
@example([1.7e308, 1.7e308, -1.7e308], 3)
@example([1e308, 1e308], 2)
@example([0.1] * 7, 7)
@example([1.0, 2.0**-53, 2.0**-106], 3)
@example([2.0**53, 1.0, 2.0**-1074], 3)
def test_sums_and_means_are_exact_and_rounded_once(values: list[float], n: int) -> None:
    x = np.array(values)
    ones, ramp = [1] * n, list(range(1, n + 1))
    np.testing.assert_array_equal(window_sums.sum_window(x, n), sum_plainly(values, n, ones, 1))
    np.testing.assert_array_equal(window_sums.mean_window(x, n), sum_plainly(values, n, ones, n))
    np.testing.assert_array_equal(
        window_sums.weighted_mean_window(x, n), sum_plainly(values, n, ramp, n * (n + 1) // 2)
    )


@QUICK
@given(lists, st.integers(1, 9), st.integers(1, 2**24))
def test_the_slow_way_is_exact(values: list[float], n: int, divisor: int) -> None:
    x = np.array(values)
    for is_weighted, weights in ((False, [1] * n), (True, list(range(1, n + 1)))):
        out = np.full(len(x), np.nan)
        exact_sums.sum_windows(x, n, divisor, is_weighted, *bounds_of(x), out)
        np.testing.assert_array_equal(out, sum_plainly(values, n, weights, divisor))


@QUICK
@given(st.lists(st.one_of(ordinary, close_together), min_size=1, max_size=40), st.integers(2, 9))
def test_prices_take_the_quick_way_and_it_agrees_with_the_slow_one(values: list[float], n: int) -> None:
    x = np.array(values)
    slow = np.full(len(x), np.nan)
    exact_sums.sum_windows(x, n, n, False, *bounds_of(x), slow)
    np.testing.assert_array_equal(window_sums.mean_window(x, n), slow)


def test_prices_never_need_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("the slow way was taken")

    monkeypatch.setattr(window_sums, "sum_windows", refuse)
    random = np.random.default_rng(1)
    prices = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.02, 5_000))), 2)
    for n in (1, 2, 10, 200, 5_000):
        window_sums.mean_window(prices, n)
    window_sums.weighted_mean_window(prices, 1_000)
    window_sums.sum_window(np.round(random.uniform(0, 1e10, 5_000)), 20)
    window_sums.mean_window(np.diff(prices), 20)
    window_sums.sum_window(np.power(10.0, random.integers(0, 16, 5_000)).astype(np.float64), 20)


@pytest.mark.parametrize("far", [1e-30, 1e30, 1e-200, 1e200, 5e-324])
@pytest.mark.parametrize("n", [1, 3, 20])
def test_a_value_far_away_changes_no_bit_of_the_windows_without_it(far: float, n: int) -> None:
    random = np.random.default_rng(2)
    prices = 100 + random.normal(0, 1, 60)
    spoiled = np.append(prices, far)
    for compute in (window_sums.sum_window, window_sums.mean_window, window_sums.weighted_mean_window):
        np.testing.assert_array_equal(compute(spoiled, n)[:60], compute(prices, n))


@QUICK
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 60))
def test_a_constant_window_has_exactly_its_value_as_mean(value: float, n: int) -> None:
    x = np.full(n, value)
    assert window_sums.mean_window(x, n)[-1] == value
    assert window_sums.weighted_mean_window(x, n)[-1] == value
    assert exact_sums.mean_ending_at(x, n - 1, n) == value


@QUICK
@given(st.permutations([0.1, 0.2, 0.3, 1e10, -7.7, 186.28, 1 / 3]))
def test_the_order_in_a_window_does_not_matter(values: list[float]) -> None:
    ordered = window_sums.sum_window(np.array(sorted(values)), 7)[-1]
    assert window_sums.sum_window(np.array(values), 7)[-1] == ordered


def test_a_window_with_a_hole_is_undefined_and_the_next_whole_one_is_not() -> None:
    x = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.0])
    np.testing.assert_array_equal(window_sums.mean_window(x, 2), [np.nan, 1.5, np.nan, np.nan, 4.5, 5.5])
    np.testing.assert_array_equal(
        window_sums.weighted_mean_window(x, 2), [np.nan, 5 / 3, np.nan, np.nan, 14 / 3, 17 / 3]
    )


def test_fewer_bars_than_the_window_and_none_at_all() -> None:
    for x in (np.array([]), np.array([1.0, 2.0])):
        for compute in (window_sums.sum_window, window_sums.mean_window, window_sums.weighted_mean_window):
            assert np.isnan(compute(x, 3)).all()
            assert compute(x, 3).shape == x.shape
