"""Random entries of the same number, lengths and sides, drawn by compiled code."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.compiled import compile_loop
from app.engine.random_numbers import STEP, draw_uniform

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]

_SMALLEST, _LARGEST = 1e-200, 1e200


@compile_loop
def draw_log_growth(
    open_: Floats,
    close: Floats,
    first: int,
    free: int,
    length: Integers,
    leaves_at_open: Flags,
    side: Floats,
    weight: Floats,
    entry_factor: Floats,
    exit_factor: Floats,
    entry_rate: float,
    exit_rate: Floats,
    fixed_share: Floats,
    seed: int,
    draws: int,
) -> Floats:
    """Σ log growth of each of `draws` random runs, shape (draws,); −inf where one is ruined.

    Each run takes the trades (columns of shape (count,)) in a random order and lays them on the bars from
    `first` on, without overlap, with the `free` bars spread between them at random (gaps from exponential
    spacings). A trade enters at its bar's open and leaves `length` bars later at the open, or at the close,
    at the latest at the last close.
    """
    count = len(length)
    last = len(close) - 1
    order = np.arange(count)
    gap = np.empty(count + 1)
    growth = np.empty(draws)
    state = np.uint64(seed)
    for draw in range(draws):
        for place in range(count - 1, 0, -1):
            state += STEP
            other = min(int(draw_uniform(state) * (place + 1)), place)
            order[place], order[other] = order[other], order[place]
        total = 0.0
        for place in range(count + 1):
            state += STEP
            gap[place] = -np.log(draw_uniform(state))
            total += gap[place]
        # One more than `free` places, floored: each number of free bars before an entry is as likely.
        stretch = (free + 1) / total if total > 0.0 else 0.0
        passed = 0.0
        held = 0
        summed = 0.0
        product = 1.0  # taken into the sum only when it grows out of hand: logarithms are dear
        for place in range(count):
            trade = order[place]
            passed += gap[place]
            entry = first + held + min(int(passed * stretch), free)
            leave = entry + length[trade]
            bought = open_[entry] * entry_factor[trade]
            if leave > last:
                sold = close[last]  # the last bar's open is already behind: leave at its close
            elif leaves_at_open[trade]:
                sold = open_[leave]
            else:
                sold = close[leave]
            sold *= exit_factor[trade]
            relative = sold / bought
            cost = entry_rate + exit_rate[trade] * relative + fixed_share[trade]
            factor = 1.0 + weight[trade] * (side[trade] * (relative - 1.0) - cost)
            if factor <= 0.0:
                summed = -np.inf
                break
            product *= factor
            if product < _SMALLEST or product > _LARGEST:
                summed += np.log(product)
                product = 1.0
            held += length[trade] + (0 if leaves_at_open[trade] else 1)
        growth[draw] = summed + np.log(product)
    return growth
