"""Market orders: which signal fills when, and what comes first at an open."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT, Case, check_case

CASES = (
    Case(
        "exit signal fills at the next open",
        (FLAT, FLAT, FLAT, (103, 104, 102, 103)),
        "signal",
        3,
        103,
        True,
        exit=(2,),
    ),
    Case(
        "an opposite entry reverses at the same open",
        (FLAT, FLAT, (103, 104, 102, 103), FLAT),
        "reversal",
        2,
        103,
        True,
        against=(1,),
    ),
    Case(
        "its own exit signal beside the opposite entry",
        (FLAT, FLAT, (103, 104, 102, 103), FLAT),
        "signal",
        2,
        103,
        True,
        exit=(1,),
        against=(1,),
    ),
    Case(
        "a market exit at the open comes before the stop of that bar",
        (FLAT, FLAT, (90, 91, 80, 85), FLAT),
        "signal",
        2,
        90,
        True,
        exit=(1,),
        distances={"stop_loss": 5},
    ),
    Case(
        "a market exit at the open comes before a gap through the target",
        (FLAT, FLAT, (110, 111, 109, 110), FLAT),
        "signal",
        2,
        110,
        True,
        exit=(1,),
        distances={"take_profit": 5},
    ),
    Case(
        "no pyramiding: a further entry changes nothing",
        (FLAT, FLAT, (103, 104, 102, 103), (96, 96, 94, 95), FLAT),
        "stop_loss",
        3,
        95,
        True,
        enter=(0, 1),
        at_level=True,
        distances={"stop_loss": 5},
    ),
    Case(
        "entries of both sides together are none, and reverse nothing",
        (FLAT, FLAT, FLAT, (103, 104, 102, 102)),
        "end_of_data",
        3,
        102,
        False,
        enter=(0, 1),
        against=(1,),
    ),
)


@pytest.mark.parametrize("slippage_bps", [0.0, 20.0])
@pytest.mark.parametrize("side", ["long", "short"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_convention(case: Case, side: str, slippage_bps: float) -> None:
    check_case(case, side, slippage_bps)


def test_a_reversal_enters_the_other_side_at_the_same_open() -> None:
    bars = make_bars((FLAT, FLAT, (103, 104, 102, 103), FLAT))
    signals = make_signals(4, enter_long=(0,), enter_short=(1,))
    trades = simulate(bars, signals, Execution(10_000.0)).trades
    assert trades.side.tolist() == [1, -1]
    assert trades.exit_index[0] == trades.entry_index[1] == 2
    assert trades.exit_price[0] == trades.entry_price[1] == 103.0
    assert trades.exit_reason[0] == ExitReason.REVERSAL


def test_exit_and_entry_of_one_side_together_leave_and_enter_again() -> None:
    bars = make_bars((FLAT,) * 4)
    trades = simulate(bars, make_signals(4, enter_long=(0, 1), exit_long=(1,)), Execution(10_000.0)).trades
    assert trades.exit_reason[0] == ExitReason.SIGNAL
    assert trades.exit_index[0] == trades.entry_index[1] == 2


def test_an_exit_signal_while_flat_does_not_hinder_the_entry_beside_it() -> None:
    bars = make_bars((FLAT,) * 3)
    trades = simulate(bars, make_signals(3, enter_long=(0,), exit_long=(0,)), Execution(10_000.0)).trades
    assert trades.entry_index.tolist() == [1]


def test_a_signal_at_the_close_of_the_bar_of_a_stop_enters_at_the_next_open() -> None:
    bars = make_bars((FLAT, (100, 101, 94, 96), FLAT, FLAT))
    signals = make_signals(4, enter_long=(0, 1), stop_loss=5.0)
    trades = simulate(bars, signals, Execution(10_000.0)).trades
    assert trades.entry_index.tolist() == [1, 2]
    assert trades.exit_index[0] == 1


def test_a_signal_ignored_while_in_a_position_is_not_made_up_for_after_its_stop() -> None:
    bars = make_bars((FLAT, FLAT, (100, 101, 94, 96), FLAT, FLAT))
    trades = simulate(bars, make_signals(5, enter_long=(0, 1), stop_loss=5.0), Execution(10_000.0)).trades
    assert trades.entry_index.tolist() == [1]


@pytest.mark.parametrize("size", [np.nan, 0.0, -1.0])
def test_an_entry_without_size_is_none_and_reverses_nothing(size: float) -> None:
    bars = make_bars((FLAT,) * 4)
    signals = make_signals(4, enter_long=(0,), enter_short=(1,), size={0: 0.5, 1: size, 2: 1.0, 3: 1.0})
    trades = simulate(bars, signals, Execution(10_000.0)).trades
    assert trades.side.tolist() == [1]
    assert trades.exit_reason.tolist() == [ExitReason.END_OF_DATA]


@pytest.mark.parametrize("risk", [np.nan, 0.0])
def test_an_entry_without_risk_is_none(risk: float) -> None:
    signals = make_signals(3, enter_long=(0,), stop_loss=5.0, risk=risk)
    assert len(simulate(make_bars((FLAT,) * 3), signals, Execution(10_000.0)).trades) == 0


def test_an_entry_by_risk_without_a_defined_stop_is_none() -> None:
    signals = make_signals(3, enter_long=(0,), stop_loss=np.nan, risk=0.01)
    assert len(simulate(make_bars((FLAT,) * 3), signals, Execution(10_000.0)).trades) == 0


def test_a_signal_before_the_first_bar_does_not_count() -> None:
    bars = make_bars((FLAT, FLAT, FLAT, (90, 91, 80, 85), FLAT))
    early = simulate(bars, make_signals(5, enter_long=(1,)), Execution(10_000.0), first_bar=2)
    assert len(early.trades) == 0
    assert early.equity.tolist() == [10_000.0] * 5
    timely = simulate(bars, make_signals(5, enter_long=(1, 2)), Execution(10_000.0), first_bar=2)
    assert timely.trades.entry_index.tolist() == [3]
    assert timely.equity[:3].tolist() == [10_000.0] * 3


def test_a_signal_on_the_last_bar_has_no_bar_to_fill_on() -> None:
    fills = simulate(make_bars((FLAT,) * 3), make_signals(3, enter_long=(2,)), Execution(10_000.0))
    assert len(fills.trades) == 0
