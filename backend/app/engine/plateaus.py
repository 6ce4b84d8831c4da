"""Where a sweep's objective is high and stays high nearby: plateaus instead of peaks.

The best set of a sweep is often a lucky one: its neighbours, which trade almost the same, do badly. A set is
judged here by the median objective of its neighbourhood, so that a single peak counts for little and a broad
plateau for what it is (Pardo, "The Evaluation and Optimization of Trading Strategies", 2008, chapter 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column, Truth

NEAREST = 8
"""How many neighbours a set has where the sets form no grid; fewer when there are fewer sets."""
CANDIDATES = 2_000
"""Where the sets form no grid, only this many with the best objectives are looked at as centres."""
COMPARISONS = 100_000_000
"""Centres times sets, at the most: of a million sets the best hundred are centres, in some ten seconds."""
MOST_NEIGHBOURS = 729
"""A grid with more diagonal neighbours than this (more than six axes) counts those along the axes alone."""
_CELLS_AT_ONCE = 1_000_000
_OUTSIDE, _MISSING = -1, -2

_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Plateau:
    """The set whose neighbourhood is best.

    `place`: its row among the sets. `objective`: its own value. `median_objective`: the neighbourhood's, the
    set included; a neighbour that is missing, undefined or against the constraints counts as worse than all.
    `neighbours`: how many others of the neighbourhood are there and allowed. `ranges`: the least and the
    greatest value of each parameter over these and the set itself, shape (parameters, 2).
    """

    place: int
    objective: float
    median_objective: float
    neighbours: int
    ranges: NDArray[np.float64]


def find_plateau(
    values: NDArray[np.float64], objective: Column, allowed: Truth | None = None
) -> Plateau | None:
    """The best plateau of a full or partial grid.

    `values`: shape (sets, parameters), each set once; the values that occur in a column are the steps of its
    axis. A set's neighbourhood are all sets at most one step away on every axis; what lies beyond the edge of
    the grid does not belong to it. `objective`: shape (sets,), greater is better, NaN is undefined.
    `allowed`: False where a set breaks a constraint; it cannot be the plateau's centre.

    The median is the lower middle one, so that it is an objective that occurs. Ties go to the greater
    objective of the set itself, then to the set that was given first. None when no allowed set has a
    neighbourhood that is mostly allowed.
    """
    goodness = _goodness(values, objective, allowed)
    if not len(values):
        return None
    axes = [np.unique(column, return_inverse=True) for column in values.T]
    places = np.empty(values.shape, np.int64)
    for column, (_, inverse) in enumerate(axes):
        places[:, column] = inverse.reshape(-1)
    counts = np.array([len(steps) for steps, _ in axes], np.int64)
    keys = _keys(places, counts)
    order = np.argsort(keys, kind="stable")
    offsets = _offsets(counts)

    def find_near(rows: _Places) -> _Places:
        near = np.empty((len(rows), len(offsets)), np.int64)
        for column, offset in enumerate(offsets):
            moved = places[rows] + offset
            wanted = _keys(moved, counts)
            at = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
            found = np.where(keys[order[at]] == wanted, order[at], _MISSING)
            is_inside = ((moved >= 0) & (moved < counts)).all(axis=1)
            near[:, column] = np.where(is_inside, found, _OUTSIDE)
        return near

    rows_at_once = max(1, _CELLS_AT_ONCE // len(offsets))
    medians = np.empty(len(values))
    for start in range(0, len(values), rows_at_once):
        rows = np.arange(start, min(start + rows_at_once, len(values)))
        medians[rows] = _medians(goodness, find_near(rows))
    best = _best(np.arange(len(values)), goodness, medians)
    return _describe(values, objective, goodness, medians, best, find_near(np.array([best]))[0])


def find_plateau_among(
    values: NDArray[np.float64], objective: Column, allowed: Truth | None = None
) -> Plateau | None:
    """As `find_plateau` for sets that lie anywhere, such as random ones or those of an optimiser.

    A set's neighbourhood are the `NEAREST` other sets by Euclidean distance, every parameter scaled to the
    range that occurs; of equally distant ones those that were given first. Give all sets, the bad ones too:
    a peak among good sets alone has only good neighbours.
    """
    goodness = _goodness(values, objective, allowed)
    if not len(values):
        return None
    span = np.ptp(values, axis=0)
    scaled = values / np.where(span > 0.0, span, 1.0)
    most = min(CANDIDATES, max(COMPARISONS // len(values), 1))
    centres = np.argsort(-goodness, kind="stable")[:most]
    last = min(NEAREST, len(values) - 1)
    near = np.empty((len(centres), last + 1), np.int64)
    for row, centre in enumerate(centres):
        distance = np.zeros(len(values))
        for column in scaled.T:
            distance += (column - column[centre]) ** 2
        distance[centre] = -1.0  # a set is the nearest to itself, twins or not
        close = np.flatnonzero(distance <= np.partition(distance, last)[last])
        near[row] = close[np.argsort(distance[close], kind="stable")][: last + 1]
    medians = np.full(len(values), -np.inf)
    medians[centres] = _medians(goodness, near)
    best = _best(centres, goodness, medians)
    return _describe(values, objective, goodness, medians, best, near[centres == best][0])


def _goodness(values: NDArray[np.float64], objective: Column, allowed: Truth | None) -> Column:
    """The objective, −∞ where it is undefined or against the constraints."""
    if values.ndim != 2 or objective.shape != (len(values),):
        raise ValueError(f"values has shape {values.shape}, the objective {objective.shape}")
    usable = ~np.isnan(objective)
    if allowed is not None:
        usable &= allowed
    return np.where(usable, objective, -np.inf)


def _offsets(counts: _Places) -> _Places:
    """The steps to a set's neighbours, itself included; an axis of one value has none."""
    moves = [(-1, 0, 1) if count > 1 else (0,) for count in counts.tolist()]
    if np.prod([float(len(move)) for move in moves]) <= MOST_NEIGHBOURS:
        steps = list(product(*moves))
        return np.array(steps, np.int64).reshape(len(steps), len(counts))
    along = np.eye(len(counts), dtype=np.int64)[counts > 1]
    return np.concatenate([np.zeros((1, len(counts)), np.int64), along, -along])


def _keys(places: _Places, counts: _Places) -> _Places:
    """One number for each place in the grid; those of places outside mean nothing."""
    keys = np.zeros(len(places), np.int64)
    for column, count in zip(places.T, counts, strict=True):
        keys = keys * count + column
    return keys


def _medians(goodness: Column, near: _Places) -> Column:
    of_neighbours = np.where(near >= 0, goodness[near], -np.inf)
    # What lies outside sorts to the end, and the middle is taken among the others.
    of_neighbours[near == _OUTSIDE] = np.inf
    of_neighbours.sort(axis=1)
    middles = ((near != _OUTSIDE).sum(axis=1) - 1) // 2
    medians: Column = of_neighbours[np.arange(len(near)), middles]
    return medians


def _best(centres: _Places, goodness: Column, medians: Column) -> int:
    usable = np.where(np.isneginf(goodness[centres]), -np.inf, medians[centres])
    return int(centres[np.lexsort((centres, -goodness[centres], -usable))[0]])


def _describe(
    values: NDArray[np.float64],
    objective: Column,
    goodness: Column,
    medians: Column,
    best: int,
    near: _Places,
) -> Plateau | None:
    if np.isneginf(goodness[best]) or np.isneginf(medians[best]):
        return None
    members = near[near >= 0]
    members = members[goodness[members] > -np.inf]
    ranges = np.stack([values[members].min(axis=0), values[members].max(axis=0)], axis=1)
    return Plateau(
        place=best,
        objective=float(objective[best]),
        median_objective=float(medians[best]),
        neighbours=len(members) - 1,
        ranges=ranges,
    )
