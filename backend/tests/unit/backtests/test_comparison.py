"""Curves of several runs on one axis."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backtests.comparison import MOST_POINTS, align_curves
from app.backtests.domain import ComparisonInvalid
from app.engine.packing import EquityCurve


def make_curve(start: int, stop: int, step: int = 1) -> EquityCurve:
    times = np.arange(start, stop, step, dtype=np.int64)
    equity = 100.0 + times.astype(np.float64)
    return EquityCurve(times, equity, np.zeros(len(times)), equity)


def test_curves_begin_at_one_at_the_common_start_and_end_where_their_run_does() -> None:
    aligned = align_curves([make_curve(0, 10), make_curve(5, 20, 5)])
    assert aligned.time.tolist() == [5, 6, 7, 8, 9, 10, 15]
    first, second = aligned.values
    assert first[:5].tolist() == [equity / 105 for equity in range(105, 110)]
    assert np.isnan(first[5:]).all()
    # Between two of its bars a run is worth what it was at the last.
    assert second.tolist() == [1.0, 1.0, 1.0, 1.0, 1.0, 110 / 105, 115 / 105]


def test_runs_without_common_time_are_refused() -> None:
    with pytest.raises(ComparisonInvalid):
        align_curves([make_curve(0, 10), make_curve(10, 20)])


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 40)), min_size=2, max_size=5))
def test_every_curve_is_told_at_few_common_times(runs: list[tuple[int, int]]) -> None:
    curves = [make_curve(start, 3_000, step) for start, step in runs]
    aligned = align_curves(curves)
    assert len(aligned.time) <= MOST_POINTS
    assert (np.diff(aligned.time) > 0).all()
    assert (aligned.values[:, 0] == 1.0).all()
    assert aligned.time[0] == max(start for start, _ in runs)


def test_long_runs_on_the_same_bars_are_compared_at_once() -> None:
    curves = [make_curve(0, 1_000_000) for _ in range(5)]
    began = time.perf_counter()
    aligned = align_curves(curves)
    assert time.perf_counter() - began < 1.0  # sorting their times takes three seconds
    assert (aligned.time[0], aligned.time[-1]) == (0, 999_999)
