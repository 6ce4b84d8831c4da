"""Runs every parameter set and keeps its figures alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.batch import BatchEvaluator
from app.engine.columns import with_readable_columns
from app.engine.evaluation import Checkpoint
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.filling.prices import prepare_prices
from app.engine.filling.run import FillRoom, fill_fully, fill_leanly, is_lean, pack_terms
from app.engine.fills import find_surroundings
from app.engine.language import Rule
from app.engine.language.problems import ParametersInvalid
from app.engine.metrics_kernel import MetricsScratch
from app.engine.metrics_places import FIGURE_COUNT
from app.engine.sweep.figures import SetFigures
from app.engine.sweep.measuring import measure_set


def run_sets(
    rule: Rule,
    bars: Bars,
    names: Sequence[str],
    values: NDArray[np.float64],
    *,
    execution: Execution,
    periods_per_year: float,
    first_bar: int = 0,
    blocks: int = 0,
    checkpoint: Checkpoint | None = None,
    splits: Sequence[Split] = (),
    detail: Bars | None = None,
) -> SetFigures:
    """Run `rule` on `bars` with each row of `values`, shape (sets, len(names)).

    `names`: the parameters in the columns' order; the others have their defaults. Every figure is, to the
    bit, that of a single run on the same terms (`app.engine.backtest.run_backtest`). `blocks`: into how many
    consecutive stretches the returns are cut for `SetFigures.blocks`. `checkpoint` is called again and again;
    what it raises ends the sweep and reaches the caller. `splits`, `detail`: as of `simulate`.
    A set that comes twice is computed once.

    Raises ParametersInvalid on a name that the rule does not have, DataNotUsable on bars that no run can use,
    ValueError when `values` has another shape or `first_bar` is not among the bars.
    """
    values = np.ascontiguousarray(values, np.float64)
    if values.ndim != 2 or values.shape[1] != len(names):
        raise ValueError(f"values has shape {values.shape}, but there are {len(names)} names")
    if not 0 <= first_bar < len(bars):
        raise ValueError(f"first_bar {first_bar} is not among {len(bars)} bars")
    defaults = {parameter.name: parameter.default for parameter in rule.parameters}
    rule.resolve_parameters({name: defaults.get(name, 0.0) for name in names})
    prices = prepare_prices(with_readable_columns(bars))
    evaluator = BatchEvaluator(rule, prices.bars)
    room = FillRoom.for_bars(len(bars))
    scratch = MetricsScratch.for_bars(len(bars))
    terms = pack_terms(execution)
    around = find_surroundings(bars, execution, splits, detail)
    seconds = float(bars.time[-1] - bars.time[first_bar])
    # Sorted: sets that share most of their columns follow each other.
    distinct, places = np.unique(values, axis=0, return_inverse=True)
    figures = np.full((len(distinct), FIGURE_COUNT), np.nan)
    sums = np.full((len(distinct), blocks, 2), np.nan)
    is_simple: bool | None = None  # which outputs there are does not change from set to set
    for row, given in enumerate(distinct.tolist()):
        if checkpoint is not None:
            checkpoint()
        try:
            signals = evaluator.signals(dict(zip(names, given, strict=True)))
        except ParametersInvalid:
            continue
        if is_simple is None:
            is_simple = is_lean(signals, execution, around)
        if is_simple:
            outcome = fill_leanly(prices, signals, execution, first_bar, room, terms, with_excursions=False)
        else:
            outcome = fill_fully(prices, signals, execution, first_bar, room, terms, around)
        measure_set(
            room.equity,
            room.codes,
            room.indices,
            room.figures,
            outcome.count,
            first_bar,
            seconds,
            periods_per_year,
            scratch.returns,
            scratch.near,
            scratch.keys,
            scratch.tables,
            scratch.lanes,
            figures[row],
            sums[row],
        )
    places = places.reshape(-1)
    return SetFigures(values, figures[places], sums[places] if blocks else None)
