"""Figures of vectorbt on the same real bars: SMA crossover 10/30, long only, all of equity, 10 bps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import APPLE_SPLITS, load_demo, sma_crossover

TERMS = Execution(initial_cash=1_000_000.0, commission_bps=10.0)
MARKED = Execution(initial_cash=1_000_000.0, commission_bps=10.0, close_at_end=False)


def test_google_closed_at_the_end() -> None:
    bars = load_demo("GOOG")
    fills = simulate(bars, sma_crossover(bars), TERMS)
    trades = fills.trades
    assert len(trades) == 33
    assert datetime.fromtimestamp(int(trades.entry_time[0]), UTC).date().isoformat() == "2004-12-21"
    assert trades.entry_price[0] == 186.28
    assert fills.equity[-1] == pytest.approx(5_454_497.97, abs=0.005)
    assert fills.cash == fills.equity[-1]
    assert trades.exit_reason[-1] == ExitReason.END_OF_DATA
    assert trades.exit_price[-1] == bars.close[-1]


def test_google_marked_at_the_end() -> None:
    bars = load_demo("GOOG")
    fills = simulate(bars, sma_crossover(bars), MARKED)
    assert len(fills.trades) == 33
    assert fills.equity[-1] == pytest.approx(5_459_957.93, abs=0.005)
    assert fills.trades.exit_reason[-1] == ExitReason.OPEN
    assert fills.trades.exit_index[-1] == -1


def test_apple_adjusted_for_its_splits() -> None:
    bars = load_demo("AAPL", APPLE_SPLITS)
    fills = simulate(bars, sma_crossover(bars), TERMS)
    assert len(fills.trades) == 59
    assert fills.equity[-1] == pytest.approx(8_838_572.94, abs=0.005)
