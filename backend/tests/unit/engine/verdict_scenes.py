"""Runs and trades that the tests of the verdict's checks share."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.signals import Signals
from app.engine.trades import Trades
from app.engine.verdict import (
    DataFacts,
    JudgedRun,
    SignalsOf,
)
from tests.unit.engine.hand_made import (
    make_bars,
    make_signals,
)

FLAT = (100.0, 101.0, 99.0, 100.0)


def judged(
    bars: Bars,
    signals: Signals,
    fills: Fills,
    facts: DataFacts | None = None,
    signals_of: SignalsOf | None = None,
) -> JudgedRun:
    """A run whose rule is known by its signals alone."""
    return JudgedRun(bars, signals, fills, facts or DataFacts(), signals_of or (lambda _: signals), 252.0)


def trades_of(pnl: list[float]) -> Trades:
    """Trades of which nothing matters but what they made."""
    fills = simulate(make_bars([FLAT] * 4), make_signals(4, enter_long=(0,)), Execution())
    one = {field.name: getattr(fills.trades, field.name) for field in fields(Trades)}
    columns = {name: np.repeat(column, len(pnl)) for name, column in one.items()}
    entries = np.arange(1, len(pnl) + 1)  # each a position of its own
    return Trades(**{**columns, "pnl": np.array(pnl, np.float64), "entry_index": entries})


def churning_run(gain: float, trades: int, commission_bps: float) -> tuple[Bars, Signals, Fills]:
    """Every other bar a trade that gains `gain` before costs."""
    rows = []
    price = 100.0
    for _ in range(trades):
        rows += [(price, price * 1.001, price * 0.999, price)] * 2
        price *= 1.0 + gain
    rows += [(price, price, price, price)] * 2
    bars = make_bars(rows)
    signals = make_signals(len(rows), enter_long=range(0, 2 * trades, 2), exit_long=range(1, 2 * trades, 2))
    return bars, signals, simulate(bars, signals, Execution(10_000.0, commission_bps))
