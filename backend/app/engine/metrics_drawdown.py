"""Drawdowns of an equity curve."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column


def drawdowns(equity: Column) -> Column:
    """E_t / max(E_0 … E_t) − 1 at each bar, shape (n,), ≤ 0. The first value must be above 0."""
    falls: Column = equity / np.maximum.accumulate(equity) - 1.0
    return falls


def longest_drawdown_bars(falls: Column) -> int:
    """The longest run of closes below the former peak, in bars; one not recovered counts to the end.

    `falls`: the drawdowns of `drawdowns`, which are just 0 at a peak.
    """
    at_peak = np.flatnonzero(falls == 0.0)
    return int(np.diff(at_peak, append=len(falls)).max()) - 1
