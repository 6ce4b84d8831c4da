"""The end of a sweep: the best set, the best plateau, and whether the search itself fits noise.

For workers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.overfitting import probability_of_overfitting
from app.engine.plateaus import Plateau, find_plateau, find_plateau_among
from app.research.axes import count_grid
from app.research.domain import Method, Search, SweepOutcome
from app.research.shard_work import name_figures

_MOST_NEIGHBOURS = 20_000_000
"""Sets times neighbours of a grid that are looked at, which takes seconds; above it, nearest sets count."""


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """All sets of a sweep in the order of their numbers.

    `values`: shape (sets, axes). `judged`: the objective, NaN where it does not count, shape (sets,).
    `blocks`: of the sets kept for the probability of overfitting.
    """

    values: NDArray[np.float64]
    judged: NDArray[np.float64]
    blocks: NDArray[np.float64]


def choose_plateau(search: Search, found: Finished) -> Plateau | None:
    """The best plateau. Every set counts as a neighbour: without the bad ones each peak has good ones."""
    if search.method is Method.GRID and len(found.values) == count_grid(search.axes):
        axes = sum(axis.count > 1 for axis in search.axes)
        if axes and len(found.values) * 3**axes <= _MOST_NEIGHBOURS:
            return find_plateau(found.values, found.judged)
    return find_plateau_among(found.values, found.judged)


def describe_outcome(
    search: Search,
    found: Finished,
    best: tuple[int, NDArray[np.float64]] | None,
    plateau: tuple[Plateau, NDArray[np.float64]] | None,
) -> SweepOutcome:
    """The outcome as the sweep's row keeps it. With `best` and `plateau`, the figures of their sets."""
    overfitting = probability_of_overfitting(found.blocks) if len(found.blocks) else None
    return SweepOutcome(
        best=None if best is None else _describe_set(search, found.values[best[0]], best[1]),
        plateau=None
        if plateau is None
        else {
            **_describe_set(search, found.values[plateau[0].place], plateau[1]),
            "median_objective": plateau[0].median_objective,
            "neighbours": plateau[0].neighbours,
            "ranges": dict(zip(search.names, plateau[0].ranges.tolist(), strict=True)),
        },
        overfitting=None if overfitting is None else overfitting.as_dict(),
    )


def _describe_set(
    search: Search, values: NDArray[np.float64], figures: NDArray[np.float64]
) -> dict[str, Any]:
    return {
        "parameters": {**search.fixed, **dict(zip(search.names, values.tolist(), strict=True))},
        "metrics": name_figures(figures),
    }
