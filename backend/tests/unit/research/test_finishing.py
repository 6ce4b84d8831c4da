"""The best set, the plateau and the packed columns that they are read from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.backtests.domain import RunFailed, SharpeMoments
from app.engine.constraints import find_best
from app.research.axes import grid_values, make_stepped_axis
from app.research.domain import Constraints, Method, Search, add_moments, refuse_other_data
from app.research.finishing import Finished, choose_plateau, describe_outcome
from app.research.packing import (
    OVERFITTING_SETS,
    choose_for_overfitting,
    pack_columns,
    unpack_column,
    unpack_columns,
)
from app.research.shard_work import name_figures

AXES = (make_stepped_axis("a", 1, 20, 1), make_stepped_axis("b", 1, 20, 1))


def _search(method: Method = Method.GRID, sets: int = 400) -> Search:
    return Search(method, AXES, {"c": 3.0}, sets, 1, "sharpe", Constraints())


def _hill_and_peak() -> Finished:
    """A broad hill around (6, 6), and one lucky cell at (17, 17)."""
    values = grid_values(AXES, np.arange(400))
    judged = 1.0 - np.hypot(values[:, 0] - 6, values[:, 1] - 6) / 10
    judged[(values == 17).all(axis=1)] = 5.0
    return Finished(values, judged, np.empty((0, 16, 2)))


@pytest.mark.parametrize("method", [Method.GRID, Method.RANDOM, Method.TPE])
def test_a_plateau_is_preferred_to_a_peak(method: Method) -> None:
    found = _hill_and_peak()
    best = find_best(found.judged)
    assert best is not None
    assert found.values[best].tolist() == [17, 17]
    plateau = choose_plateau(_search(method), found)
    assert plateau is not None
    assert found.values[plateau.place].tolist() == [6, 6]


def test_a_sweep_too_large_to_compare_each_with_each_still_has_a_plateau() -> None:
    axes = tuple(make_stepped_axis(name, 1, 12, 1) for name in "abcd")
    values = grid_values(axes, np.arange(12**4))
    judged = -np.abs(values - 6).sum(axis=1)
    search = Search(Method.RANDOM, axes, {}, len(values), 1, "sharpe", Constraints())
    plateau = choose_plateau(search, Finished(values, judged, np.empty((0, 16, 2))))
    assert plateau is not None
    assert values[plateau.place].tolist() == [6, 6, 6, 6]
    assert judged[plateau.place] == plateau.objective


@pytest.mark.parametrize("method", [Method.GRID, Method.RANDOM])
def test_the_bad_neighbours_of_a_large_sweep_count_too(method: Method) -> None:
    """On noise no neighbourhood is good: what is told of one is the middle of its nine nearest sets."""
    axes = tuple(make_stepped_axis(name, 1, 9, 1) for name in "abcdefgh"[:4])
    values = grid_values(axes, np.arange(9**4))
    if method is Method.RANDOM:
        values = values + np.random.default_rng(3).uniform(0, 0.5, values.shape)
    judged = np.random.default_rng(4).normal(size=len(values))
    search = Search(method, axes, {}, len(values), 1, "sharpe", Constraints())
    plateau = choose_plateau(search, Finished(values, judged, np.empty((0, 16, 2))))
    assert plateau is not None
    best_sets = np.sort(judged)[-5_000:]
    assert plateau.median_objective < 1.6
    assert plateau.neighbours >= 8
    if method is Method.RANDOM:
        span = np.ptp(values, axis=0)
        distance = (((values - values[plateau.place]) / span) ** 2).sum(axis=1)
        near = judged[np.argsort(distance, kind="stable")[:9]]
        assert plateau.median_objective == np.sort(near)[4]
        assert near.min() < best_sets[0], "a neighbour that is not among the best"


def test_nothing_is_best_where_nothing_counts() -> None:
    values = grid_values(AXES, np.arange(400))
    found = Finished(values, np.full(400, np.nan), np.empty((0, 16, 2)))
    assert find_best(found.judged) is None
    assert choose_plateau(_search(), found) is None
    outcome = describe_outcome(_search(), found, None, None)
    assert (outcome.best, outcome.plateau, outcome.overfitting) == (None, None, None)


def test_of_equally_good_sets_the_first_is_the_best() -> None:
    assert find_best(np.array([np.nan, 2.0, 1.0, 2.0])) == 1


def test_constraints_are_kept_or_not() -> None:
    trades, falls = np.array([5, 10, 20, np.nan]), np.array([-0.1, -0.3, -0.31, np.nan])
    for constraints, kept in (
        (Constraints(), [True, True, True, False]),
        (Constraints(min_trades=10), [False, True, True, False]),
        (Constraints(max_drawdown=0.3), [True, True, False, False]),
    ):
        judged = constraints.judge(np.arange(4.0), trades, falls)
        assert np.where(np.isnan(judged), -1.0, judged).tolist() == [
            place if is_kept else -1.0 for place, is_kept in enumerate(kept)
        ]


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(1, 30))
def test_columns_are_packed_and_read_back_whole_or_one_by_one(rows: int, columns: int) -> None:
    table = np.random.default_rng(rows).normal(size=(rows, columns))
    packed = pack_columns(table)
    assert np.array_equal(unpack_columns(packed, columns), table)
    width = rows * 8
    assert np.array_equal(unpack_column(packed[(columns - 1) * width : columns * width]), table[:, -1])


@settings(deadline=None)
@given(st.integers(1, 1_000_000), st.integers(1, 5_000))
def test_the_same_sets_are_kept_for_overfitting_however_a_sweep_is_cut(sets: int, size: int) -> None:
    firsts = range(0, min(sets, size * 20), size)
    kept = [first + choose_for_overfitting(first, min(size, sets - first), sets) for first in firsts]
    whole = choose_for_overfitting(0, min(sets, size * 20), sets)
    assert np.array_equal(np.concatenate(kept), whole)
    assert len(choose_for_overfitting(0, sets, sets)) <= OVERFITTING_SETS
    assert len(choose_for_overfitting(0, sets, sets)) >= min(sets, OVERFITTING_SETS) / 2


@settings(deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.floats(-3, 3)), max_size=20), min_size=1, max_size=6))
def test_moments_of_parts_add_up_to_those_of_the_whole(parts: list[list[float | None]]) -> None:
    whole = SharpeMoments.of([ratio for part in parts for ratio in part])
    total = SharpeMoments(whole.count, 0, 0.0, 0.0)
    for part in parts:
        total = add_moments(total, SharpeMoments.of(part))
    assert (total.count, total.sharpe_count) == (whole.count, whole.sharpe_count)
    assert total.mean == pytest.approx(whole.mean, abs=1e-12)
    assert total.m2 == pytest.approx(whole.m2, abs=1e-9)


def test_other_data_are_refused() -> None:
    refuse_other_data(None, "a")
    refuse_other_data("a", "a")
    with pytest.raises(RunFailed) as caught:
        refuse_other_data("b", "a")
    assert caught.value.failure.code == "data_changed"


def test_figures_are_named_whole_where_they_count_and_none_where_undefined() -> None:
    row = np.arange(25, dtype=np.float64)
    row[4] = np.nan
    figures = name_figures(row)
    assert figures["final_equity"] == 0.0
    assert list(figures.values())[4] is None
    assert isinstance(figures["trades"], int)
