"""Slippage by volume: entries capped, prices moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from tests.unit.engine.fill_scenes import BOTH_SIDES
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT

BY_VOLUME: dict[str, Any] = {"slippage_model": "volume_share", "whole_units": True}


def bars_with(volumes: tuple[float, ...]) -> Bars:
    return replace(make_bars((FLAT,) * len(volumes)), volume=np.array(volumes))


def run(volumes: tuple[float, ...], side: str, cash: float = 1e6, **terms: Any) -> Fills:
    """Enter on bar 1, leave on bar 2."""
    flags: dict[str, Any] = {f"enter_{side}": (0,), f"exit_{side}": (1,)}
    signals = make_signals(len(volumes), **flags, **terms.pop("columns", {}))
    return simulate(bars_with(volumes), signals, Execution(cash, **{**BY_VOLUME, **terms}))


@BOTH_SIDES
def test_an_entry_fills_its_share_of_the_volume_and_moves_the_price(side: str) -> None:
    sign = 1 if side == "long" else -1
    trades = run((1e9, 1_000.0, 100.0), side).trades
    assert trades.quantity.tolist() == [25.0]  # 2.5 % of 1,000
    # zipline: price · (1 ± 0.1 · 0.025²) in, and the whole of it out: share 0.25 of 100.
    assert trades.entry_price[0] == pytest.approx(100.0 * (1.0 + sign * 0.1 * 0.025**2), rel=1e-14)
    assert trades.exit_price[0] == pytest.approx(100.0 * (1.0 - sign * 0.1 * 0.25**2), rel=1e-14)
    moved = 100.0 * 0.1 * (0.025**2 + 0.25**2)
    assert trades.slippage[0] == pytest.approx(25.0 * moved)


@BOTH_SIDES
def test_a_small_order_moves_the_price_by_its_own_share(side: str) -> None:
    sign = 1 if side == "long" else -1
    trades = run((1e6, 1e6, 1e6), side, cash=10_000.0).trades
    quantity = trades.quantity[0]
    assert 99 <= quantity <= 100
    moved = sign * 0.1 * (quantity / 1e6) ** 2
    assert trades.entry_price[0] == pytest.approx(100.0 * (1.0 + moved), rel=1e-14)


@BOTH_SIDES
def test_it_comes_on_top_of_the_fixed_slippage(side: str) -> None:
    sign = 1 if side == "long" else -1
    trades = run((1e9, 1_000.0, 1e9), side, slippage_bps=50.0).trades
    assert trades.entry_price[0] == pytest.approx(100.0 * (1.0 + sign * (0.005 + 0.1 * 0.025**2)), rel=1e-14)


@BOTH_SIDES
@pytest.mark.parametrize("volume", [0.0, np.nan])
def test_a_bar_without_volume_fills_no_entry(volume: float, side: str) -> None:
    assert len(run((1e9, volume, 1e9), side).trades) == 0


@BOTH_SIDES
@pytest.mark.parametrize("volume", [0.0, np.nan, 1e-9])
def test_and_an_exit_as_if_it_were_all_of_the_volume(volume: float, side: str) -> None:
    sign = 1 if side == "long" else -1
    trades = run((1e9, 1_000.0, volume), side).trades
    assert trades.exit_price[0] == pytest.approx(100.0 * (1.0 - sign * 0.1), rel=1e-14)
    assert trades.exit_index[0] == 2


@BOTH_SIDES
def test_a_limit_entry_is_capped_and_moves_no_price(side: str) -> None:
    trades = run((1e9, 1_000.0, 1e9), side, columns={"limit_entry": 0.0}).trades
    assert trades.quantity.tolist() == [25.0]
    assert trades.entry_price.tolist() == [100.0]


@BOTH_SIDES
def test_an_entry_costs_no_more_than_there_is_at_the_moved_price(side: str) -> None:
    terms = {"volume_limit": 1.0, "price_impact": 0.9, "commission_bps": 100.0}
    trades = run((1e9, 120.0, 1e9), side, cash=10_000.0, **terms).trades
    spent = trades.quantity[0] * trades.entry_price[0] * 1.01
    assert spent <= 10_000.0
    assert trades.quantity[0] > 30.0


@BOTH_SIDES
def test_the_cap_is_rounded_down(side: str) -> None:
    assert run((1e9, 1_039.0, 1e9), side).trades.quantity.tolist() == [25.0]  # 25.975
    fractional = run((1e9, 1_039.0, 1e9), side, whole_units=False).trades
    assert fractional.quantity[0] == pytest.approx(25.975, rel=1e-12)
