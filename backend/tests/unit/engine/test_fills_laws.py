"""Laws that hold for any bars, signals and terms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling import layout
from app.engine.fills import simulate
from app.engine.signals import Signals
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import cut_signals, random_bars, random_execution, random_signals

seeds = st.integers(0, 2**32 - 1)
SETTLED = (
    "side",
    "exit_reason",
    "entry_index",
    "exit_index",
    "quantity",
    "entry_price",
    "exit_price",
    "pnl",
    "commission",
    "slippage",
    "mae",
    "mfe",
)


def draw(seed: int, count: int = 80) -> tuple[Bars, Signals, Execution]:
    rng = np.random.default_rng(seed)
    bars = random_bars(rng, count, volatility=float(rng.choice([0.02, 0.1, 0.3])))
    return bars, random_signals(rng, bars), random_execution(rng)


@given(seeds)
def test_money_is_conserved(seed: int) -> None:
    bars, signals, terms = draw(seed)
    fills = simulate(bars, signals, terms)
    expected = terms.initial_cash + float(fills.trades.pnl.sum())
    assert fills.equity[-1] == pytest.approx(expected, rel=1e-9, abs=1e-6 * terms.initial_cash)


@given(seeds, st.integers(2, 79))
def test_the_past_does_not_change_when_the_future_is_taken_away(seed: int, cut: int) -> None:
    bars, signals, terms = draw(seed)
    whole = simulate(bars, signals, terms)
    part = simulate(bars.head(cut), cut_signals(signals, 0, cut), terms)
    # The last bar's close-out is the only thing that knows where the data ends.
    assert part.equity[: cut - 1].tobytes() == whole.equity[: cut - 1].tobytes()
    settled = [
        place
        for place in range(len(part.trades))
        if part.trades.exit_reason[place] not in (ExitReason.END_OF_DATA, ExitReason.OPEN)
    ]
    for name in SETTLED:
        before, after = getattr(part.trades, name), getattr(whole.trades, name)
        assert before[settled].tobytes() == after[settled].tobytes(), name


@given(seeds)
def test_the_last_bars_signals_do_nothing(seed: int) -> None:
    bars, signals, terms = draw(seed)
    flipped = {
        name: getattr(signals, name).copy()
        for name in ("enter_long", "exit_long", "enter_short", "exit_short")
    }
    for column in flipped.values():
        column[-1] = not column[-1]
    assert simulate(bars, replace(signals, **flipped), terms).equity.tobytes() == (
        simulate(bars, signals, terms).equity.tobytes()
    )


@given(seeds)
def test_trades_never_overlap_and_lie_inside_the_run(seed: int) -> None:
    bars, signals, terms = draw(seed)
    first = seed % 10
    trades = simulate(bars, signals, terms, first).trades
    closed = trades.is_closed
    assert (trades.entry_index > first).all()
    assert (trades.exit_index[closed] >= trades.entry_index[closed]).all()
    assert (trades.entry_index[1:] >= trades.exit_index[:-1]).all()
    at_open = np.isin(trades.exit_reason, (ExitReason.SIGNAL, ExitReason.REVERSAL))
    assert (trades.entry_index[1:] > trades.exit_index[:-1])[~at_open[:-1]].all()
    assert closed[:-1].all()


@given(seeds)
def test_signs_and_grids(seed: int) -> None:
    bars, signals, terms = draw(seed)
    trades = simulate(bars, signals, terms).trades
    assert (trades.quantity > 0).all()
    assert (trades.mae <= 0).all()
    assert (trades.mfe >= 0).all()
    assert (trades.commission >= 0).all()
    assert (trades.slippage >= 0).all()
    if terms.whole_units:
        assert (trades.quantity == np.floor(trades.quantity)).all()
    if terms.slippage_bps == 0.0:
        assert (trades.slippage == 0.0).all()


@given(seeds)
def test_an_entry_never_costs_more_than_there_is(seed: int) -> None:
    bars, signals, terms = draw(seed)
    trades = simulate(bars, signals, terms).trades
    before = terms.initial_cash + np.concatenate(([0.0], np.cumsum(trades.pnl)[:-1])) if len(trades) else 0.0
    spent = trades.entry_notional() * (1.0 + terms.commission_rate) + terms.commission_fixed
    assert (spent <= before * (1.0 + 1e-12) + 1e-9 * terms.initial_cash).all()


def test_returns_and_bars_follow_from_the_other_columns() -> None:
    bars, signals, terms = draw(7)
    trades = simulate(bars, signals, replace(terms, close_at_end=True)).trades
    assert len(trades) > 3
    np.testing.assert_allclose(trades.returns, trades.pnl / (trades.quantity * trades.entry_price))
    assert (trades.bars == trades.exit_index - trades.entry_index).all()
    assert (trades.entry_time == bars.time[trades.entry_index]).all()
    assert (trades.exit_time == bars.time[trades.exit_index]).all()


def test_the_kernels_codes_are_those_of_exit_reason() -> None:
    assert {reason.name: int(reason) for reason in ExitReason} == {
        name: getattr(layout, name) for name in ExitReason.__members__
    }
