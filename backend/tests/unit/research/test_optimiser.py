"""TPE: the same seed, the same sets; better sets as it learns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.research.axes import make_listed_axis, make_stepped_axis, random_values
from app.research.optimiser import find_places, propose_sets
from app.research.planning import TPE_BATCH

AXES = (make_stepped_axis("a", 0, 1, 0.01), make_listed_axis("b", [1, 2, 4, 8, 16, 32, 64]))


def _score(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A hill at a = 0.73, b = 16."""
    scores: NDArray[np.float64] = -((values[:, 0] - 0.73) ** 2) - (np.log2(values[:, 1]) - 4) ** 2 / 30
    return scores


def _search(sets: int, seed: int) -> NDArray[np.float64]:
    found = np.empty((0, 2))
    while len(found) < sets:
        proposed = propose_sets(AXES, found, _score(found), count=TPE_BATCH, first_set=len(found), seed=seed)
        found = np.concatenate([found, proposed])
    return found


def test_the_same_seed_proposes_the_same_sets() -> None:
    assert np.array_equal(_search(128, 5), _search(128, 5))
    assert not np.array_equal(_search(128, 5), _search(128, 6))


def test_it_learns_where_the_hill_is() -> None:
    found = _search(160, 1)
    at_random = random_values(AXES, np.arange(160), 1)
    assert _score(found[96:]).mean() > _score(at_random[96:]).mean() + 0.05
    assert _score(found).max() >= _score(at_random).max()


def test_no_set_comes_twice_even_when_all_are_asked_for() -> None:
    small = (make_stepped_axis("a", 1, 10, 1), make_stepped_axis("b", 1, 10, 1))
    found = np.empty((0, 2))
    for first, count in ((0, 32), (32, 32), (64, 32), (96, 4)):
        proposed = propose_sets(small, found, found.sum(axis=1), count=count, first_set=first, seed=1)
        found = np.concatenate([found, proposed])
    assert len({tuple(row) for row in found}) == 100


def test_sets_that_do_not_count_are_learned_from_too() -> None:
    found = random_values(AXES, np.arange(64), 2)
    objective = np.where(found[:, 0] > 0.5, np.nan, found[:, 0])
    proposed = propose_sets(AXES, found, objective, count=64, first_set=64, seed=2)
    assert (proposed[:, 0] <= 0.5).mean() > 0.6


def test_values_are_found_on_their_axes_again() -> None:
    places = np.array([[0, 0], [57, 3], [100, 6]])
    values = np.stack([axis.at(places[:, column]) for column, axis in enumerate(AXES)], 1)
    assert np.array_equal(find_places(AXES, values), places)
