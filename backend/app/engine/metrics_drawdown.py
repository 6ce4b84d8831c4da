"""Drawdowns of an equity curve."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column


def drawdowns(equity: Column) -> Column:
    """E_t / max(E_0 … E_t) − 1 at each bar, shape (n,), ≤ 0. The first value must be above 0."""
    return equity / np.maximum.accumulate(equity) - 1.0


def longest_drawdown_bars(equity: Column) -> int:
    """The longest run of closes below the former peak, in bars; one not recovered counts to the end."""
    at_peak = np.flatnonzero(equity >= np.maximum.accumulate(equity))
    return int(np.diff(at_peak, append=len(equity)).max()) - 1
