"""Sums over a run's returns, in lanes.

Term i goes to lane i mod 256, and the lanes are folded in halves at the end. That is as exact as a pairwise
sum (its error grows with n/256 terms at worst), always adds in the same order, and lets the compiler work on
as many lanes at once as the machine has.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.compiled import compile_loop

NOISE = 1e-14
"""Dispersion of returns below this is float rounding, not risk."""
LANES = 256


@compile_loop
def write_returns(equity: Column, returns: Column) -> None:
    """E_t / E_{t-1} − 1 to `returns`, shape (n − 1,); 0 where the former equity is not above 0."""
    former = equity[: len(returns)]
    later = equity[1:]
    for i in range(len(returns)):
        change = later[i] / former[i] - 1.0
        returns[i] = change if former[i] > 0.0 else 0.0


@compile_loop
def fold_lanes(lanes: Column) -> float:
    """The sum of the lanes, shape (256,), by halves; they are spent afterwards."""
    width = LANES // 2
    while width > 0:
        for lane in range(width):
            lanes[lane] += lanes[lane + width]
        width //= 2
    total: float = lanes[0]
    return total


@compile_loop
def sum_column(column: Column, lanes: Column) -> float:
    """Σ x. `lanes`: scratch, shape (256,)."""
    lanes[:] = 0.0
    for start in range(0, len(column), LANES):
        part = column[start : start + LANES]
        for lane in range(len(part)):
            lanes[lane] += part[lane]
    return fold_lanes(lanes)


@compile_loop
def sum_squares_about(column: Column, centre: float, lanes: Column) -> float:
    """Σ (x − centre)². `lanes`: scratch, shape (256,)."""
    lanes[:] = 0.0
    for start in range(0, len(column), LANES):
        part = column[start : start + LANES]
        for lane in range(len(part)):
            distance = part[lane] - centre
            lanes[lane] += distance * distance
    return fold_lanes(lanes)


@compile_loop
def sum_gains_and_losses(returns: Column, work: NDArray[np.float64]) -> tuple[float, float, float]:
    """(Σ max(r, 0), Σ min(r, 0), Σ min(r, 0)²). `work`: scratch, shape (3 or more, 256)."""
    gains, losses, squares = work[0], work[1], work[2]
    gains[:] = 0.0
    losses[:] = 0.0
    squares[:] = 0.0
    for start in range(0, len(returns), LANES):
        part = returns[start : start + LANES]
        for lane in range(len(part)):
            value = part[lane]
            gain = value if value > 0.0 else 0.0
            loss = value if value < 0.0 else 0.0
            gains[lane] += gain
            losses[lane] += loss
            squares[lane] += loss * loss
    return fold_lanes(gains), fold_lanes(losses), fold_lanes(squares)


@compile_loop
def measure_returns(returns: Column, work: NDArray[np.float64]) -> tuple[float, float, float, float, float]:
    """(mean, deviation, downside, gains, losses) of N returns; the first three NaN below two returns.

    deviation: √(Σ (r − mean)² / (N − 1)), in two passes. downside: √(Σ min(r, 0)² / N). gains, losses: the
    sums of the positive and of the negative ones. `work`: scratch, shape (3 or more, 256).
    """
    count = len(returns)
    gains, losses, squares = sum_gains_and_losses(returns, work)
    if count < 2:
        return np.nan, np.nan, np.nan, gains, losses
    mean = (gains + losses) / count
    deviation = math.sqrt(sum_squares_about(returns, mean, work[0]) / (count - 1))
    return mean, deviation, math.sqrt(squares / count), gains, losses


@compile_loop
def annual_ratio(mean: float, spread: float, periods: float) -> float:
    """mean / spread · √periods; NaN without spread."""
    if not spread > NOISE:
        return np.nan
    return mean / spread * math.sqrt(periods)


@compile_loop
def gain_to_loss(gains: float, losses: float) -> float:
    """gains / −losses; NaN without a loss."""
    if not -losses > NOISE:
        return np.nan
    return gains / -losses
