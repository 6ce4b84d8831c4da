"""Runs every parameter set and keeps its figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars, Column
from app.engine.columns import readable_flags, with_readable_columns
from app.engine.conventions import METRIC_NAMES
from app.engine.evaluation import Checkpoint, evaluate_rule
from app.engine.execution import Execution
from app.engine.fills import DataNotUsable, simulate
from app.engine.language import Rule
from app.engine.language.problems import ParametersInvalid
from app.engine.metrics import compute_metrics, equity_returns
from app.engine.metrics_blocks import write_block_sums
from app.engine.metrics_kernel import MetricsScratch
from app.engine.signals import Signals
from app.engine.sweep.figures import SetFigures


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
) -> SetFigures:
    """Run `rule` on `bars` with each row of `values`, shape (sets, len(names)).

    `names`: the parameters in the columns' order; the others have their defaults. Every figure is, to the
    bit, that of a single run on the same terms (`app.engine.backtest.run_backtest`). `blocks`: into how many
    consecutive stretches the returns are cut for `SetFigures.blocks`. `checkpoint` is called again and again;
    what it raises ends the sweep and reaches the caller.

    Raises ParametersInvalid on a name that the rule does not have, DataNotUsable on bars that no run can use,
    ValueError when `values` has another shape or `first_bar` is not among the bars.
    """
    values = np.ascontiguousarray(values, np.float64)
    if values.ndim != 2 or values.shape[1] != len(names):
        raise ValueError(f"values has shape {values.shape}, but there are {len(names)} names")
    defaults = {parameter.name: parameter.default for parameter in rule.parameters}
    rule.resolve_parameters({name: defaults.get(name, 0.0) for name in names})
    bars = with_readable_columns(bars)
    never = readable_flags(np.zeros(len(bars), np.bool_))
    simulate(bars, Signals(never, never, never, never), execution, first_bar)  # raises what every run would
    figures = np.full((len(values), len(METRIC_NAMES)), np.nan)
    sums = np.full((len(values), blocks, 2), np.nan) if blocks else None
    lanes = MetricsScratch.for_bars(0).lanes
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for place, row in enumerate(values.tolist()):
            if checkpoint is not None:
                checkpoint()
            try:
                signals = evaluate_rule(rule, bars, dict(zip(names, row, strict=True)), checkpoint)
            except ParametersInvalid:
                continue
            try:
                fills = simulate(bars, signals, execution, first_bar)
            except DataNotUsable:
                continue
            found = as_row(astuple(compute_metrics(bars, fills, periods_per_year)))
            if np.isinf(found).any():
                continue
            figures[place] = found
            if sums is not None:
                write_block_sums(equity_returns(fills.equity[first_bar:]), lanes, sums[place])
    return SetFigures(values, figures, sums)


def as_row(figures: Sequence[float | None]) -> Column:
    """Figures as float64, NaN for undefined."""
    return np.array([np.nan if figure is None else figure for figure in figures], np.float64)
