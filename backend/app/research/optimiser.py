"""The sets of a TPE sweep: each batch proposed by Optuna from everything the batches before it found.

For workers alone. Nothing is kept between batches: the study is made anew of the stored results, so that any
worker can make any batch, and the same seed makes the same sweep.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, IntDistribution
from optuna.samplers import TPESampler

from app.research.axes import Axis, count_grid, random_values

STARTUP_SETS = 32
"""These come at random, before there is anything to learn from."""
_WORSE_THAN_ALL = -1e300
"""What a set without an objective, or against the constraints, counts as."""

optuna.logging.set_verbosity(optuna.logging.WARNING)


def propose_sets(
    axes: Sequence[Axis],
    found: NDArray[np.float64],
    objective: NDArray[np.float64],
    *,
    count: int,
    first_set: int,
    seed: int,
) -> NDArray[np.float64]:
    """The next sets, shape (count, axes).

    `found`, shape (sets, axes), and `objective`, shape (sets,): the sets before and what they brought,
    greater is better, NaN where it does not count. No set comes twice.

    The search is over the axes' places (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011;
    multivariate, with the constant liar within a batch).
    """
    random_count = min(max(STARTUP_SETS - first_set, 0), count)
    at_random = random_values(axes, np.arange(first_set, first_set + random_count, dtype=np.int64), seed)
    if random_count == count:
        return at_random  # the first of the shuffled grid: nothing came before them that they could repeat
    span: dict[str, BaseDistribution] = {axis.name: IntDistribution(0, axis.count - 1) for axis in axes}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = TPESampler(
            seed=int(np.random.SeedSequence([seed, first_set]).generate_state(1)[0]),
            n_startup_trials=1,
            multivariate=True,
            constant_liar=True,
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        places = find_places(axes, found)
        values = np.where(np.isfinite(objective), objective, _WORSE_THAN_ALL)
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params=dict(zip(span, row, strict=True)), distributions=span, value=value
                )
                for row, value in zip(places.tolist(), values.tolist(), strict=True)
            ]
        )
        asked = [study.ask(span).params for _ in range(count - random_count)]
    chosen = np.array([[params[axis.name] for axis in axes] for params in asked], np.int64)
    learned = np.stack([axis.at(chosen[:, place]) for place, axis in enumerate(axes)], 1)
    return _without_repeats(axes, found, np.concatenate([at_random, learned]), seed)


def _without_repeats(
    axes: Sequence[Axis], found: NDArray[np.float64], proposed: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """The proposed sets, with the first unseen ones of the shuffled grid instead of those that were had."""
    seen = {tuple(row) for row in found.tolist()}
    spare = random_values(axes, np.arange(min(len(seen) + len(proposed), count_grid(axes))), seed)
    unseen = (tuple(row) for row in spare.tolist())
    kept: list[tuple[float, ...]] = []
    for row in proposed.tolist():
        chosen = tuple(row)
        while chosen in seen:
            chosen = next(unseen)
        seen.add(chosen)
        kept.append(chosen)
    return np.array(kept, np.float64)


def find_places(axes: Sequence[Axis], values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where on its axis each value stands, shape as `values`: (sets, axes)."""
    places = np.empty(values.shape, np.int64)
    for column, axis in enumerate(axes):
        if axis.values is not None:
            places[:, column] = np.searchsorted(np.array(axis.values), values[:, column])
        else:
            places[:, column] = np.rint((values[:, column] - axis.minimum) / (axis.step or 1.0))
    return np.clip(places, 0, np.array([axis.count - 1 for axis in axes]))
