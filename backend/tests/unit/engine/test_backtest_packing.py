"""Trades and curves survive the way to bytes and back, and other bytes are refused."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.metrics_drawdown import drawdowns
from app.engine.packing import (
    EquityCurve,
    PackedDataInvalid,
    pack_equity,
    pack_trades,
    unpack_equity,
    unpack_trades,
)
from app.engine.signals import Signals
from app.engine.trades import ExitReason, Trades
from tests.unit.engine.hand_made import random_bars, random_execution, random_signals


def some_trades(seed: int) -> Trades:
    rng = np.random.default_rng(seed)
    bars = random_bars(rng, 150)
    return simulate(bars, random_signals(rng, bars), random_execution(rng)).trades


def some_curve(seed: int) -> EquityCurve:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 80))
    equity = 1_000.0 + rng.normal(0.0, 10.0, count)
    return EquityCurve(np.arange(count, dtype=np.int64) * 60, equity, drawdowns(equity), equity * 2.0)


@given(st.integers(0, 10_000))
def test_trades_round_trip_to_the_bit(seed: int) -> None:
    trades = some_trades(seed)
    again = unpack_trades(pack_trades(trades))
    for field in fields(Trades):
        before, after = getattr(trades, field.name), getattr(again, field.name)
        assert before.dtype == after.dtype, field.name
        assert before.tobytes() == after.tobytes(), field.name


@given(st.integers(0, 10_000))
def test_curves_round_trip_to_the_bit(seed: int) -> None:
    curve = some_curve(seed)
    again = unpack_equity(pack_equity(curve))
    for field in fields(EquityCurve):
        assert getattr(curve, field.name).tobytes() == getattr(again, field.name).tobytes(), field.name


def test_no_trades_round_trip() -> None:
    bars = random_bars(np.random.default_rng(0), 5)
    none = np.zeros(5, dtype=np.bool_)
    empty = simulate(bars, Signals(none, none, none, none), Execution()).trades
    assert len(unpack_trades(pack_trades(empty))) == 0


def test_packing_is_compact() -> None:
    trades = next(trades for trades in map(some_trades, range(20)) if len(trades) > 10)
    assert len(pack_trades(trades)) == 8 + 114 * len(trades)
    curve = some_curve(1)
    assert len(pack_equity(curve)) == 8 + 32 * len(curve)


def test_what_holding_cost_is_packed_where_there_is_any() -> None:
    trades = next(trades for trades in map(some_trades, range(20)) if len(trades) > 10)
    financed = replace(trades, financing=np.linspace(0.0, 5.0, len(trades)))
    packed = pack_trades(financed)
    assert len(packed) == 8 + 122 * len(trades)
    again = unpack_trades(packed)
    for field in fields(Trades):
        assert getattr(financed, field.name).tobytes() == getattr(again, field.name).tobytes(), field.name


def test_trades_stored_before_there_was_financing_are_read() -> None:
    stored = bytes.fromhex(
        "46585431010000000106" + "0100000000000000" + "0200000000000000" + "8051010000000000"
        "00a3020000000000" + "0000000000002440" + "0000000000005940" + "0000000000405940"
        "0000000000002440" + "7b14ae47e17a843f" + "0000000000000000" * 2 + "0100000000000000"
        "000000000000f0bf" + "000000000000f03f"
    )
    trades = unpack_trades(stored)
    assert (trades.side[0], trades.exit_reason[0]) == (1, ExitReason.END_OF_DATA)
    assert (trades.quantity[0], trades.entry_price[0], trades.exit_price[0]) == (10.0, 100.0, 101.0)
    assert trades.financing.tolist() == [0.0]
    assert pack_trades(trades) == stored


def test_the_bytes_are_little_endian_and_stay_as_they_are() -> None:
    curve = EquityCurve(np.array([1]), np.array([2.0]), np.array([-0.5]), np.array([3.0]))
    assert pack_equity(curve).hex() == (
        "465845310100000001000000000000000000000000000040000000000000e0bf0000000000000840"
    )


def test_other_bytes_are_refused() -> None:
    packed = pack_equity(some_curve(2))
    with pytest.raises(PackedDataInvalid, match="too short"):
        unpack_equity(b"FX")
    with pytest.raises(PackedDataInvalid, match="instead of"):
        unpack_trades(packed)
    for wrong in (packed[:-1], packed + b"\0"):
        with pytest.raises(PackedDataInvalid, match="bytes"):
            unpack_equity(wrong)


def test_columns_of_unequal_length_are_no_trades() -> None:
    trades = some_trades(3)
    columns = {field.name: getattr(trades, field.name) for field in fields(Trades)}
    columns["pnl"] = np.zeros(len(trades) + 1)
    with pytest.raises(ValueError, match="differ in length"):
        Trades(**columns)
