"""Plateaus on grids and clouds small enough to see."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.engine import plateaus
from app.engine.plateaus import NEAREST, find_plateau, find_plateau_among


def grid(*axes: list[float]) -> NDArray[np.float64]:
    return np.array(list(product(*axes)), np.float64)


STEPS = [10.0, 20.0, 30.0, 40.0, 50.0]
PEAK_AND_PLATEAU = np.array(
    [
        [9.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 2.0, 2.0, 2.0],
        [0.0, 0.0, 2.0, 3.0, 2.0],
        [0.0, 0.0, 2.0, 2.0, 2.0],
    ]
)


def test_a_plateau_is_preferred_to_a_peak() -> None:
    values = grid(STEPS, STEPS)
    found = find_plateau(values, PEAK_AND_PLATEAU.reshape(-1))
    assert found is not None
    assert values[found.place].tolist() == [40.0, 40.0]
    assert (found.objective, found.median_objective, found.neighbours) == (3.0, 2.0, 8)
    assert found.ranges.tolist() == [[30.0, 50.0], [30.0, 50.0]]


def test_the_order_in_which_the_sets_come_does_not_matter() -> None:
    values = grid(STEPS, STEPS)
    order = np.random.default_rng(1).permutation(len(values))
    found = find_plateau(values[order], PEAK_AND_PLATEAU.reshape(-1)[order])
    assert found is not None
    assert values[order][found.place].tolist() == [40.0, 40.0]


def test_steps_are_neighbours_however_far_apart_their_values() -> None:
    values = grid([1.0, 2.0, 1_000.0])
    found = find_plateau(values, np.array([3.0, 1.0, 2.0]))
    assert found is not None
    # Medians, the lower middle of the neighbourhood: of (3, 1), (3, 1, 2) and (1, 2).
    assert (found.place, found.median_objective) == (1, 2.0)


def test_a_missing_neighbour_counts_as_bad_and_one_beyond_the_edge_does_not() -> None:
    whole = grid([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    missing = (whole == [1.0, 1.0]).all(axis=1) | (whole == [1.0, 2.0]).all(axis=1)
    values = whole[~missing]
    found = find_plateau(values, np.ones(len(values)))
    assert found is not None
    assert found.median_objective == 1.0
    assert (found.place, values[found.place].tolist()) == (0, [1.0, 3.0])
    # Of the corner (1, 3), its neighbours (2, 2), (2, 3) are there and (1, 2) is not: 3 good of 4.
    assert found.neighbours == 2


@pytest.mark.parametrize("bad", ["undefined", "refused"])
def test_undefined_and_refused_sets_count_as_bad_and_are_no_centres(bad: str) -> None:
    values = grid([1.0, 2.0, 3.0])
    objective = np.array([5.0, 9.0, 1.0])
    allowed = np.ones(3, np.bool_)
    if bad == "undefined":
        objective[1] = np.nan
    else:
        allowed[1] = False
    # Each end has one neighbour, and a bad one: the lower middle of two is the bad one.
    assert find_plateau(values, objective, allowed) is None
    longer = grid([1.0, 2.0, 3.0, 4.0, 5.0])
    more = np.concatenate((objective, [4.0, 6.0]))
    found = find_plateau(longer, more, np.concatenate((allowed, [True, True])))
    assert found is not None
    assert (found.place, found.median_objective, found.neighbours) == (4, 4.0, 1)


def test_ties_go_to_the_better_set_then_to_the_first() -> None:
    values = grid([1.0, 2.0, 3.0, 4.0, 5.0])
    level = find_plateau(values, np.ones(5))
    assert level is not None
    assert level.place == 0
    raised = find_plateau(values, np.array([1.0, 1.0, 2.0, 1.0, 1.0]))
    assert raised is not None
    assert raised.place == 2


def test_an_axis_of_one_value_changes_nothing() -> None:
    flat = find_plateau(grid(STEPS, STEPS), PEAK_AND_PLATEAU.reshape(-1))
    deep = find_plateau(grid(STEPS, [7.0], STEPS), PEAK_AND_PLATEAU.reshape(-1))
    assert flat is not None
    assert deep is not None
    assert (flat.place, flat.median_objective, flat.neighbours) == (
        deep.place,
        deep.median_objective,
        deep.neighbours,
    )
    assert deep.ranges.tolist() == [[30.0, 50.0], [7.0, 7.0], [30.0, 50.0]]


def test_nothing_from_nothing() -> None:
    assert find_plateau(np.empty((0, 2)), np.empty(0)) is None
    assert find_plateau_among(np.empty((0, 2)), np.empty(0)) is None
    assert find_plateau(grid([1.0, 2.0]), np.full(2, np.nan)) is None
    assert find_plateau_among(grid([1.0, 2.0]), np.full(2, np.nan)) is None


def test_a_rule_without_parameters_has_its_one_set() -> None:
    found = find_plateau(np.empty((1, 0)), np.array([1.5]))
    assert found is not None
    assert (found.median_objective, found.neighbours, found.ranges.shape) == (1.5, 0, (0, 2))


def test_many_axes_count_the_neighbours_along_them_alone() -> None:
    values = grid(*[[0.0, 1.0]] * 7)
    found = find_plateau(values, values.sum(axis=1))
    assert found is not None
    assert found.neighbours == 7
    assert (found.objective, found.median_objective) == (7.0, 6.0)


def plain_median(values: NDArray[np.float64], objective: NDArray[np.float64], place: int) -> float:
    """The definition, one set at a time: the lower middle over the grid's places within a step."""
    axes = [sorted(set(column.tolist())) for column in values.T]
    own = [axis.index(value) for axis, value in zip(axes, values[place], strict=True)]
    there = {tuple(row): value for row, value in zip(values.tolist(), objective.tolist(), strict=True)}
    near = []
    for offset in product((-1, 0, 1), repeat=len(axes)):
        moved = [position + step for position, step in zip(own, offset, strict=True)]
        if all(0 <= position < len(axis) for position, axis in zip(moved, axes, strict=True)):
            value = there.get(
                tuple(axis[position] for axis, position in zip(axes, moved, strict=True)), np.nan
            )
            near.append(-np.inf if np.isnan(value) else value)
    return sorted(near)[(len(near) - 1) // 2]


@given(st.integers(0, 2**32 - 1))
def test_partial_grids_by_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes = [np.sort(rng.choice(50, int(rng.integers(1, 6)), replace=False)) * 0.7 for _ in range(3)]
    values = grid(*[axis.tolist() for axis in axes])
    values = values[rng.permutation(len(values))[: max(1, int(len(values) * rng.uniform(0.5, 1.0)))]]
    objective = np.round(rng.normal(size=len(values)), 1)
    objective[rng.random(len(values)) < 0.1] = np.nan
    plain = [
        (plain_median(values, objective, place), objective[place], -place)
        for place in range(len(values))
        if not np.isnan(objective[place])
    ]
    best = max((found for found in plain if found[0] > -np.inf), default=None)
    found = find_plateau(values, objective)
    if best is None:
        assert found is None
    else:
        assert found is not None
        assert (found.median_objective, found.objective, -found.place) == best


def test_among_random_sets_a_crowd_of_good_ones_beats_a_lonely_peak() -> None:
    rng = np.random.default_rng(5)
    values = rng.uniform(0.0, 1.0, (400, 2)) * [1.0, 1_000.0]  # the scales must not matter
    near = ((values / [1.0, 1_000.0] - 0.7) ** 2).sum(axis=1)
    objective = np.exp(-near * 20.0)
    objective[0] = 9.0
    values[0] = [0.05, 50.0]
    found = find_plateau_among(values, objective)
    assert found is not None
    assert found.place != 0
    assert found.median_objective > 0.8
    assert found.neighbours == NEAREST
    assert found.ranges[1, 1] <= 1_000.0


def test_equally_near_sets_are_taken_in_order() -> None:
    values = np.full((30, 1), 2.0)
    objective = np.arange(30.0)
    found = find_plateau_among(values, objective)
    assert found is not None
    # All are twins: a set's neighbours are the first eight others, so the last set has 0 … 7 and itself.
    assert (found.place, found.median_objective) == (29, 4.0)


def test_among_many_sets_only_the_best_are_centres(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    values = rng.uniform(size=(300, 3))
    objective = rng.normal(size=300)
    whole = find_plateau_among(values, objective)
    monkeypatch.setattr(plateaus, "CANDIDATES", 40)
    some = find_plateau_among(values, objective)
    assert whole is not None
    assert some is not None
    assert some.median_objective <= whole.median_objective
    assert objective[some.place] >= np.sort(objective)[-40]


def test_the_more_sets_the_fewer_centres(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    values, objective = rng.uniform(size=(500, 2)), rng.normal(size=500)
    monkeypatch.setattr(plateaus, "COMPARISONS", 500)
    found = find_plateau_among(values, objective)
    assert found is not None
    assert found.place == objective.argmax(), "the best set is the only centre"
    near = (
        (((values - values[found.place]) / np.ptp(values, axis=0)) ** 2).sum(axis=1).argsort()[: NEAREST + 1]
    )
    assert found.median_objective == np.median(objective[near]), "its neighbours are sought among all"


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="shape"):
        find_plateau(np.ones((3, 1)), np.ones(2))
