"""Sums over stretches of the returns, from which the figures of any union of stretches can be made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.metrics_returns import sum_column, sum_squares_about


@compile_loop
def write_block_sums(returns: Column, lanes: NDArray[np.float64], sums: NDArray[np.float64]) -> None:
    """Writes Σ r and Σ r² of each of the consecutive stretches to `sums`, shape (blocks, 2).

    Stretch k of the N returns goes from return ⌊k·N/blocks⌋ to the one before ⌊(k+1)·N/blocks⌋: their
    lengths differ by one at most. `lanes`: scratch, shape (1 or more, 256).
    """
    blocks = len(sums)
    for block in range(blocks):
        stretch = returns[block * len(returns) // blocks : (block + 1) * len(returns) // blocks]
        sums[block, 0] = sum_column(stretch, lanes[0])
        sums[block, 1] = sum_squares_about(stretch, 0.0, lanes[0])
