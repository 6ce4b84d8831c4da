"""The end of the data, and ruin."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT, Case, Row, check_case

CASES = (
    Case(
        "the last close closes what is open, without slippage",
        (FLAT, FLAT, (103, 104, 102, 102)),
        "end_of_data",
        2,
        102,
        False,
    ),
    Case(
        "an exit signal on the last bar has no bar to fill on",
        (FLAT, FLAT, (103, 104, 102, 102)),
        "end_of_data",
        2,
        102,
        False,
        exit=(2,),
    ),
)


@pytest.mark.parametrize("slippage_bps", [0.0, 20.0])
@pytest.mark.parametrize("side", ["long", "short"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_convention(case: Case, side: str, slippage_bps: float) -> None:
    check_case(case, side, slippage_bps)


def test_open_at_the_end_is_marked_at_the_close() -> None:
    bars = make_bars((FLAT, FLAT, (103, 104, 102, 102)))
    fills = simulate(bars, make_signals(3, enter_long=(0,)), Execution(10_010.0, 10.0, close_at_end=False))
    trades = fills.trades
    assert trades.quantity[0] == 100.0
    assert ExitReason(trades.exit_reason[0]).label is None
    assert np.isnan(trades.exit_price[0])
    assert trades.exit_time[0] == 0
    assert trades.commission[0] == pytest.approx(10.0)
    assert trades.pnl[0] == pytest.approx(190.0)
    assert trades.bars[0] == 1
    assert fills.equity[-1] == pytest.approx(10_200.0)
    assert fills.cash == pytest.approx(0.0)


@pytest.mark.parametrize("close_at_end", [True, False])
def test_ruin_closes_everything_and_ends_the_run(close_at_end: bool) -> None:
    rows: tuple[Row, ...] = (FLAT, FLAT, (150, 260, 150, 250), (50, 51, 49, 50), (50, 51, 49, 50))
    signals = make_signals(5, enter_short=(0,), enter_long=(2, 3))
    fills = simulate(make_bars(rows), signals, Execution(10_000.0, 10.0, close_at_end=close_at_end))
    assert fills.ruined
    assert len(fills.trades) == 1
    assert fills.trades.exit_reason[0] == ExitReason.RUIN
    assert fills.trades.exit_index[0] == 2
    assert fills.trades.exit_price[0] == 250.0
    assert fills.trades.commission[0] == pytest.approx(fills.trades.quantity[0] * 350.0 * 0.001)
    assert (fills.equity[2:] == fills.cash).all()
    assert fills.cash < -4_900.0


def test_equity_of_just_nothing_is_ruin() -> None:
    rows: tuple[Row, ...] = (FLAT, FLAT, (150, 200, 150, 200), FLAT, FLAT)
    fills = simulate(make_bars(rows), make_signals(5, enter_short=(0,)), Execution(10_000.0))
    assert fills.trades.exit_reason.tolist() == [ExitReason.RUIN]
    assert fills.equity.tolist() == [10_000.0, 10_000.0, 0.0, 0.0, 0.0]


def test_a_stop_gapped_far_through_ruins_as_well() -> None:
    rows: tuple[Row, ...] = (FLAT, FLAT, (250, 260, 240, 250), FLAT, FLAT)
    signals = make_signals(5, enter_short=(0, 3), stop_loss=5.0)
    fills = simulate(make_bars(rows), signals, Execution(10_000.0))
    assert fills.trades.exit_reason.tolist() == [ExitReason.STOP_LOSS]
    assert fills.ruined
    assert fills.equity[-1] == fills.cash < 0.0
