"""What a simulation refuses, and the layouts of columns that it takes."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.lean_kernel import fill_orders
from app.engine.fills import simulate
from tests.unit.engine.hand_made import make_bars, make_signals, random_bars, random_signals
from tests.unit.engine.single_trade_cases import FLAT


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
@pytest.mark.parametrize("column", range(4))
def test_a_price_that_is_none_is_refused(column: int, bad: float) -> None:
    row = list(FLAT)
    row[column] = bad
    bars = make_bars((FLAT, (row[0], row[1], row[2], row[3]), FLAT))
    with pytest.raises(ValueError, match="price"):
        simulate(bars, make_signals(3), Execution())


def test_a_high_below_its_low_is_refused() -> None:
    with pytest.raises(ValueError, match="high below its low"):
        simulate(make_bars((FLAT, (100, 99, 101, 100))), make_signals(2), Execution())


@pytest.mark.parametrize("first_bar", [-1, 3, 4])
def test_a_first_bar_that_is_not_there_is_refused(first_bar: int) -> None:
    with pytest.raises(ValueError, match="first_bar"):
        simulate(make_bars((FLAT,) * 3), make_signals(3), Execution(), first_bar)


def test_no_bars_are_refused() -> None:
    with pytest.raises(ValueError, match="first_bar 0 is not among 0 bars"):
        simulate(make_bars(()), make_signals(0), Execution())


def test_signals_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="enter_long"):
        simulate(make_bars((FLAT,) * 3), make_signals(2), Execution())
    with pytest.raises(ValueError, match="stop_loss"):
        simulate(make_bars((FLAT,) * 3), make_signals(3, stop_loss=np.ones(2)), Execution())


def test_one_bar_is_a_run_without_trades() -> None:
    fills = simulate(make_bars((FLAT,)), make_signals(1, enter_long=(0,)), Execution(10_000.0))
    assert fills.equity.tolist() == [10_000.0]
    assert len(fills.trades) == 0


def test_read_only_and_strided_columns_give_the_same_fills() -> None:
    rng = np.random.default_rng(5)
    bars = random_bars(rng, 200)
    signals = random_signals(rng, bars)
    expected = simulate(bars, signals, Execution())
    table = np.stack(bars.columns(), axis=1)
    strided = Bars(bars.time, table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4])
    open_, high, low, close, volume = (
        np.frombuffer(column.tobytes(), dtype=np.float64) for column in bars.columns()
    )
    stored = Bars(bars.time, open_, high, low, close, volume)
    for other in (strided, stored):
        assert simulate(other, signals, Execution()).equity.tobytes() == expected.equity.tobytes()
    assert len(vars(fill_orders)["overloads"]) == 1  # compiled once for all of them
