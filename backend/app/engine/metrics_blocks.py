"""Sums over stretches of the returns, from which the figures of any union of stretches can be made."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.metrics import equity_returns


def sum_blocks(equity: Column, blocks: int) -> NDArray[np.float64]:
    """Σ r and Σ r² in each of `blocks` consecutive stretches of the returns; shape (blocks, 2).

    Stretch k of the N returns goes from return ⌊k·N/blocks⌋ to the one before ⌊(k+1)·N/blocks⌋: their
    lengths differ by one at most.
    """
    returns = equity_returns(equity)
    edges = block_edges(len(returns), blocks)
    parts = [returns[start:stop] for start, stop in pairwise(edges)]
    return np.array([(part.sum(), np.dot(part, part)) for part in parts])


def block_edges(count: int, blocks: int) -> NDArray[np.int64]:
    """Where the stretches begin, and where the last one ends; shape (blocks + 1,)."""
    return np.arange(blocks + 1, dtype=np.int64) * count // blocks
