"""A shard's sets, computed: which values they have, and the figures of each. For workers alone."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.backtests.domain import RunFailed, SharpeMoments
from app.engine.fills import DataNotUsable
from app.engine.sweep import METRIC_NAMES, SetFigures, run_sets
from app.research.axes import grid_values, random_values
from app.research.domain import ClaimedShard, Method, Search, ShardResult
from app.research.packing import STRETCHES, choose_for_overfitting, pack_blocks, pack_columns
from app.research.sweep_inputs import SweepInputs


def list_values(search: Search, first_set: int, count: int) -> NDArray[np.float64]:
    """The values of a grid's or of random sets, shape (count, axes)."""
    numbers = np.arange(first_set, first_set + count, dtype=np.int64)
    if search.method is Method.RANDOM:
        return random_values(search.axes, numbers, search.seed)
    return grid_values(search.axes, numbers)


def compute_sets(
    inputs: SweepInputs,
    search: Search,
    values: NDArray[np.float64],
    *,
    blocks: int = 0,
    checkpoint: Callable[[], None] | None = None,
) -> SetFigures:
    """The figures of sets, `values` of shape (sets, axes). Raises RunFailed."""
    fixed = np.tile(np.array(list(search.fixed.values()), np.float64), (len(values), 1))
    try:
        return run_sets(
            inputs.rule,
            inputs.bars,
            (*search.names, *search.fixed),
            np.concatenate([values, fixed], axis=1),
            execution=inputs.execution,
            periods_per_year=inputs.periods_per_year,
            first_bar=inputs.first_bar,
            blocks=blocks,
            checkpoint=checkpoint,
            splits=inputs.splits,
            detail=inputs.detail,
        )
    except DataNotUsable as error:
        raise RunFailed("data_not_usable", str(error)) from error


def compute_shard(
    claimed: ClaimedShard,
    inputs: SweepInputs,
    values: NDArray[np.float64],
    checkpoint: Callable[[], None] | None = None,
) -> ShardResult:
    """What the shard's row keeps. Raises RunFailed and what `checkpoint` raises."""
    began = time.perf_counter()
    found = compute_sets(inputs, claimed.search, values, blocks=STRETCHES, checkpoint=checkpoint)
    chosen = choose_for_overfitting(claimed.first_set, claimed.sets, claimed.search.sets)
    kept = np.empty((0, STRETCHES, 2)) if found.blocks is None else found.blocks[chosen]
    return ShardResult(
        data_sha256=inputs.data_sha256,
        bars=len(inputs.bars),
        seconds=time.perf_counter() - began,
        parameters=pack_columns(values),
        figures=pack_columns(found.figures),
        blocks=pack_blocks(kept),
        moments=measure_trials(found.column("sharpe"), inputs.periods_per_year),
    )


def measure_trials(sharpes: NDArray[np.float64], periods_per_year: float) -> SharpeMoments:
    """Every set as a trial, by its Sharpe ratio per bar; `sharpes` are annual, shape (sets,)."""
    return SharpeMoments.of((sharpes / math.sqrt(periods_per_year)).tolist())


def name_figures(row: NDArray[np.float64]) -> dict[str, float | int | None]:
    """One set's figures by name; whole where they count, None where they are undefined."""
    return {
        name: None if value != value else int(value) if name in _COUNTS else value
        for name, value in zip(METRIC_NAMES, row.tolist(), strict=True)
    }


_COUNTS = {"trades", "max_drawdown_bars"}
