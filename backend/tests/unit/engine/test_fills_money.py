"""What is counted: costs, equity, excursions."""

from __future__ import annotations

import pytest

from app.engine.execution import Execution
from app.engine.fills import simulate
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT, Row


def test_commission_is_part_of_the_notional_and_a_fixed_part_on_each_fill() -> None:
    bars = make_bars((FLAT, FLAT, (110, 111, 109, 110)))
    signals = make_signals(3, enter_long=(0,), exit_long=(1,), size=0.5)
    fills = simulate(
        bars, signals, Execution(10_000.0, commission_bps=10.0, commission_fixed=2.0, whole_units=True)
    )
    trades = fills.trades
    assert trades.quantity[0] == 49.0  # (5,000 − 2) / 100.1
    assert trades.commission[0] == pytest.approx(49 * 100 * 0.001 + 2 + 49 * 110 * 0.001 + 2)
    assert trades.pnl[0] == pytest.approx(49 * 10 - trades.commission[0])
    assert trades.returns[0] == pytest.approx(trades.pnl[0] / 4_900.0)
    assert fills.equity[-1] == pytest.approx(10_000.0 + trades.pnl[0])


def test_slippage_is_counted_in_money_on_both_fills() -> None:
    bars = make_bars((FLAT, FLAT, (110, 111, 109, 110)))
    signals = make_signals(3, enter_long=(0,), exit_long=(1,), size=0.5)
    trades = simulate(bars, signals, Execution(10_000.0, slippage_bps=100.0, whole_units=True)).trades
    assert trades.entry_price[0] == pytest.approx(101.0)
    assert trades.exit_price[0] == pytest.approx(108.9)
    assert trades.slippage[0] == pytest.approx(49 * 1.0 + 49 * 1.1)


def test_equity_is_marked_at_each_close_for_both_sides() -> None:
    rows: tuple[Row, ...] = (FLAT, (100, 105, 99, 104), (104, 104, 95, 96), (96, 99, 95, 98))
    long = simulate(make_bars(rows), make_signals(4, enter_long=(0,)), Execution(10_000.0))
    assert long.equity.tolist() == [10_000.0, 10_400.0, 9_600.0, 9_800.0]
    short = simulate(make_bars(rows), make_signals(4, enter_short=(0,)), Execution(10_000.0))
    assert short.equity.tolist() == [10_000.0, 9_600.0, 10_400.0, 10_200.0]


def test_excursions_are_those_of_the_bars_held_and_of_the_exit() -> None:
    rows: tuple[Row, ...] = (FLAT, (100, 108, 98, 104), (104, 112, 96, 100), (94, 140, 60, 100))
    signals = make_signals(4, enter_long=(0,), exit_long=(2,))
    trades = simulate(make_bars(rows), signals, Execution(10_000.0)).trades
    assert trades.mfe[0] == pytest.approx(0.12)
    assert trades.mae[0] == pytest.approx(
        -0.06
    )  # the exit's fill at 94; the exit bar's later range is not the trade's
    short = simulate(
        make_bars(rows), make_signals(4, enter_short=(0,), exit_short=(2,)), Execution(10_000.0)
    ).trades
    assert short.mfe[0] == pytest.approx(0.06)
    assert short.mae[0] == pytest.approx(-0.12)


def test_excursions_never_have_the_wrong_sign() -> None:
    trades = simulate(
        make_bars((FLAT, (100, 100, 100, 100), (100, 100, 100, 100))),
        make_signals(3, enter_long=(0,), exit_long=(1,)),
        Execution(10_000.0, slippage_bps=50.0),
    ).trades
    assert trades.mfe[0] == 0.0
    assert trades.mae[0] < 0.0
