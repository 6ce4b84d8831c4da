"""Equity curves of several runs on one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.backtests.domain import ComparisonInvalid
from app.engine.packing import EquityCurve

MOST_POINTS = 500


@dataclass(frozen=True, slots=True, eq=False)
class AlignedCurves:
    """`time`: unix seconds, shape (points,). `values`: a row for each run, 1 at the first time, NaN where the
    run is over.
    """

    time: NDArray[np.int64]
    values: NDArray[np.float64]


def align_curves(curves: Sequence[EquityCurve]) -> AlignedCurves:
    """The curves from the last one's start on, each told at the others' times by what it was worth last.

    Raises ComparisonInvalid when they have no time in common.
    """
    start = max(int(curve.time[0]) for curve in curves)
    if any(int(curve.time[-1]) < start for curve in curves):
        raise ComparisonInvalid("These backtests have no time in common: choose ones whose ranges overlap.")
    times = _join_times([curve.time[np.searchsorted(curve.time, start) :] for curve in curves])
    if len(times) > MOST_POINTS:
        times = times[np.round(np.linspace(0, len(times) - 1, MOST_POINTS)).astype(np.int64)]
    values = np.empty((len(curves), len(times)))
    for row, curve in zip(values, curves, strict=True):
        places = np.searchsorted(curve.time, times, side="right") - 1
        base = float(curve.equity[places[0]])
        row[:] = curve.equity[places] / base if base > 0.0 else np.nan
        row[times > curve.time[-1]] = np.nan
    return AlignedCurves(times, values)


def _join_times(axes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Every time of the axes once, ascending. Most runs that are compared share theirs: nothing to sort."""
    others: list[NDArray[np.int64]] = []
    for axis in axes:
        if not any(np.array_equal(axis, other) for other in others):
            others.append(axis)
    return others[0] if len(others) == 1 else np.unique(np.concatenate(others))
