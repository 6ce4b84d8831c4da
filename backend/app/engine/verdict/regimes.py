"""In which kinds of market a run's returns were made: bull and bear, quiet and wild."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.bars import Column, Truth

TREND_BARS = 200
"""A close at or above the average of so many closes is a bull market; in a short run, of a fifth of them."""
VOLATILITY_BARS = 20
"""The spread of so many returns above its own median over the run is a wild market."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A kind of market. `share_of_bars`: 0 to 1; `growth`: Σ log growth of the equity in it."""

    name: str
    share_of_bars: float
    growth: float


def measure_regimes(close: Column, equity: Column) -> tuple[Regime, Regime, Regime, Regime]:
    """Bull, bear, quiet and wild of a run, both of shape (n,), n ≥ 2.

    What a bar returned counts to the market that the close before it showed. At the start the averages are
    over as many bars as there are.
    """
    window = max(min(TREND_BARS, len(close) // 5), 1)
    bull = (close >= _average(close, window))[:-1]
    moves = np.diff(np.log(close), prepend=np.log(close[0]))
    spread = np.sqrt(
        np.maximum(_average(moves * moves, VOLATILITY_BARS) - _average(moves, VOLATILITY_BARS) ** 2, 0.0)
    )
    wild = (spread > np.median(spread))[:-1]
    alive = (equity[:-1] > 0.0) & (equity[1:] > 0.0)
    growth = np.zeros(len(equity) - 1)
    growth[alive] = np.log(equity[1:][alive] / equity[:-1][alive])

    def measure(name: str, where: Truth) -> Regime:
        return Regime(name, float(where.mean()), float(growth[where].sum()))

    return measure("bull", bull), measure("bear", ~bull), measure("quiet", ~wild), measure("wild", wild)


def _average(column: Column, window: int) -> Column:
    """The mean of the last `window` values, of fewer at the start."""
    summed = np.concatenate(([0.0], np.cumsum(column)))
    ends = np.arange(1, len(column) + 1)
    starts = np.maximum(ends - window, 0)
    average: Column = (summed[ends] - summed[starts]) / (ends - starts)
    return average
