"""Resampled paths, walked by compiled code."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.compiled import compile_loop
from app.engine.random_numbers import STEP, draw_uniform

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


@compile_loop
def resample_paths(
    returns: Floats,
    logs: Floats,
    leave: float,
    seed: int,
    points: Integers,
    log_growth: Floats,
    mean: Floats,
    spread: Floats,
    deepest: Floats,
    growth_at: Floats,
    drawdown_at: Floats,
) -> None:
    """Walk a path of n returns for each row of the outputs, in blocks that end after each return with chance
    `leave`.

    `returns`, `logs` = ln(1 + returns): shape (n,). Written: Σ log growth, mean and standard deviation (ddof
    1) of the returns, the deepest drawdown, and growth and drawdown after `points` returns (ascending, from 1
    on). The moments are summed about the returns' own mean, so that no digits are lost.
    """
    n = len(returns)
    centre = 0.0
    for place in range(n):
        centre += returns[place]
    centre /= n
    rarely = np.log(1.0 - leave) if leave < 1.0 else -np.inf
    state = np.uint64(seed)
    for path in range(len(log_growth)):
        grown = 0.0
        peak = 0.0
        fall = 0.0
        total = 0.0
        squares = 0.0
        noted = 0
        step = 0
        while step < n:
            state += STEP
            place = min(int(draw_uniform(state) * n), n - 1)
            length = n - step
            state += STEP
            drawn = 1.0 + np.log(draw_uniform(state)) / rarely  # geometric, as ⌊·⌋
            if drawn < length:
                length = int(drawn)
            for _ in range(length):
                grown += logs[place]
                away = returns[place] - centre
                total += away
                squares += away * away
                if grown > peak:
                    peak = grown
                elif grown - peak < fall:
                    fall = grown - peak
                step += 1
                place += 1
                if place == n:
                    place = 0
                if noted < len(points) and points[noted] == step:
                    growth_at[path, noted] = grown
                    drawdown_at[path, noted] = np.expm1(grown - peak)
                    noted += 1
        log_growth[path] = grown
        mean[path] = centre + total / n
        spread[path] = np.sqrt(max(squares - total * total / n, 0.0) / (n - 1))
        deepest[path] = np.expm1(fall)
