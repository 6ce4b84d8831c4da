"""How much is bought: all that is affordable, no more, on the grid; and what `risk` risks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.execution import Execution
from app.engine.filling.quantities import quantity_for_risk, quantity_for_size
from app.engine.fills import DataNotUsable, simulate
from tests.unit.engine.hand_made import make_bars, make_signals

amounts = st.floats(1.0, 1e9)
prices = st.floats(1e-4, 1e5)
rates = st.floats(0.0, 0.02)
fixed_amounts = st.floats(0.0, 50.0)
EIGHT_DECIMALS = 1e8


def cost(quantity: float, price: float, rate: float, fixed: float) -> float:
    return quantity * price + (quantity * price * rate + fixed)


@given(amounts, st.floats(0.01, 1.5), prices, rates, fixed_amounts, st.sampled_from([1.0, EIGHT_DECIMALS]))
def test_the_quantity_is_the_largest_that_the_fraction_of_equity_affords(
    equity: float, size: float, price: float, rate: float, fixed: float, scale: float
) -> None:
    quantity = quantity_for_size(equity, size, price, rate, fixed, scale)
    budget = min(size, 1.0) * equity
    assert quantity >= 0.0
    assert quantity == 0.0 or cost(quantity, price, rate, fixed) <= budget
    if quantity * scale < 2.0**50:  # beyond it the grid is finer than a float
        assert quantity * scale == pytest.approx(round(quantity * scale), rel=1e-12)
        assert cost(quantity + 1.0 / scale, price, rate, fixed) > budget * (1.0 - 1e-12)


@pytest.mark.parametrize(
    ("cash", "price", "bps", "units"),
    [
        (1_000.0, 100.0, 0.0, 10.0),
        (1_001.0, 100.0, 10.0, 10.0),
        (1_000.999, 100.0, 10.0, 9.0),
        (99.0, 100.0, 0.0, 0.0),
        (91.97433699999999, 1.01, 7.0, 91.0),  # the guess alone says 90
    ],
)
def test_whole_units_are_bought_to_the_last_affordable_one(
    cash: float, price: float, bps: float, units: float
) -> None:
    assert quantity_for_size(cash, 1.0, price, bps * 1e-4, 0.0, 1.0) == units


def test_eight_decimals_are_rounded_down() -> None:
    quantity = quantity_for_size(100.0, 1.0, 3.0, 0.0, 0.0, EIGHT_DECIMALS)
    assert quantity == 33.33333333
    assert quantity_for_size(200.0, 1.0, 3.0, 0.0, 0.0, EIGHT_DECIMALS) == 66.66666666


def test_a_size_above_one_counts_as_one() -> None:
    assert quantity_for_size(1_000.0, 7.0, 10.0, 0.0, 0.0, 1.0) == 100.0


def test_fixed_commission_above_the_budget_buys_nothing() -> None:
    assert quantity_for_size(10.0, 1.0, 1.0, 0.0, 10.0, EIGHT_DECIMALS) == 0.0
    assert quantity_for_size(10.0, 1.0, 1.0, 0.0, 11.0, EIGHT_DECIMALS) == 0.0


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_risk_without_costs_is_the_fraction_of_equity_over_the_distance(side: float) -> None:
    assert quantity_for_risk(10_000.0, 0.01, side, 100.0, 2.0, 0.0, 0.0, 0.0, EIGHT_DECIMALS) == 50.0


def test_risk_with_a_stop_below_zero_can_lose_the_whole_price_only() -> None:
    assert quantity_for_risk(10_000.0, 0.1, 1.0, 100.0, 250.0, 0.0, 0.0, 0.0, EIGHT_DECIMALS) == 10.0


def test_risk_is_capped_by_what_equity_affords() -> None:
    assert quantity_for_risk(10_000.0, 0.5, 1.0, 100.0, 1.0, 0.0, 0.0, 0.0, EIGHT_DECIMALS) == 100.0


@pytest.mark.parametrize("side", ["long", "short"])
@given(
    risk=st.floats(0.001, 0.05),
    distance=st.floats(2.0, 30.0),
    bps=st.floats(0.0, 50.0),
    slippage=st.floats(0.0, 50.0),
    fixed=st.floats(0.0, 2.0),
)
def test_a_stop_at_its_trigger_loses_just_what_was_risked(
    side: str, risk: float, distance: float, bps: float, slippage: float, fixed: float
) -> None:
    is_long = side == "long"
    flat = (100.0, 100.0, 100.0, 100.0)
    crash = (100.0, 100.0, 50.0, 60.0) if is_long else (100.0, 150.0, 100.0, 140.0)
    enter = {"enter_long" if is_long else "enter_short": (0,)}
    signals = make_signals(4, **enter, stop_loss=distance, risk=risk)  # type: ignore[arg-type]  # keys are known
    terms = Execution(1e6, bps, slippage, fixed)
    bars = make_bars((flat, flat, crash, flat))
    trades = simulate(bars, signals, terms).trades
    if (
        len(trades) == 0 or trades.exit_index[0] == 1
    ):  # nothing affordable, or slippage alone reached the stop
        return
    affordable = quantity_for_size(1e6, 1.0, float(trades.entry_price[0]), bps * 1e-4, fixed, EIGHT_DECIMALS)
    lost = -float(trades.pnl[0])
    if trades.quantity[0] < affordable:
        assert lost == pytest.approx(risk * 1e6, rel=1e-9, abs=1e-3)
    assert lost <= risk * 1e6 + 1e-6


@pytest.mark.parametrize(
    "terms",
    [
        {"initial_cash": 0.0},
        {"initial_cash": -1.0},
        {"initial_cash": math.nan},
        {"initial_cash": math.inf},
        {"commission_bps": -1.0},
        {"commission_bps": 10_000.0},
        {"slippage_bps": math.nan},
        {"slippage_bps": 10_000.0},
        {"commission_fixed": -0.01},
        {"commission_fixed": math.inf},
        {"commission_per_unit": -0.01},
        {"commission_per_unit": math.nan},
        {"commission_minimum": -1.0},
        {"commission_minimum": math.inf},
        {"commission_tiers": ((-1.0, 5.0),)},
        {"commission_tiers": ((math.inf, 5.0),)},
        {"commission_tiers": ((0.0, -5.0),)},
        {"commission_tiers": ((0.0, 10_000.0),)},
        {"commission_tiers": ((5.0, 1.0), (5.0, 2.0))},
        {"slippage_model": "lucky"},
        {"volume_limit": 0.0},
        {"volume_limit": 1.1},
        {"volume_limit": math.nan},
        {"price_impact": -0.1},
        {"price_impact": 1.0},
        {"price_impact": 0.6, "slippage_bps": 4_000.0, "slippage_model": "volume_share"},
        {"borrow_rate": -0.01},
        {"borrow_rate": math.nan},
        {"overnight_rate": 11.0},
    ],
)
def test_terms_out_of_range_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(terms))):
        Execution(**terms)


def test_scaled_costs_stay_within_what_is_allowed() -> None:
    terms = Execution(
        commission_bps=10.0,
        slippage_bps=6_000.0,
        commission_fixed=1.0,
        commission_per_unit=0.01,
        commission_minimum=2.0,
        commission_tiers=((100.0, 5.0),),
        slippage_model="volume_share",
        price_impact=0.3,
        borrow_rate=0.02,
        overnight_rate=6.0,
    )
    doubled = terms.scale_costs(2.0)
    assert (doubled.commission_bps, doubled.commission_fixed) == (20.0, 2.0)
    assert (doubled.commission_per_unit, doubled.commission_minimum) == (0.02, 4.0)
    assert doubled.commission_tiers == ((100.0, 10.0),)
    assert (doubled.borrow_rate, doubled.overnight_rate) == (0.04, 10.0)
    assert doubled.slippage_bps == 9_999.0
    assert 0.0 < doubled.price_impact < 1e-4
    assert doubled.initial_cash == terms.initial_cash
    assert Execution().scale_costs(2.0) == Execution()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, False),
        ({"slippage_model": "volume_share"}, True),
        ({"slippage_model": "volume_share", "price_impact": 0.0}, False),
        ({"commission_tiers": ((0.0, 0.0),)}, False),
        ({"commission_tiers": ((0.0, 1.0),)}, True),
        *(({name: 0.5}, True) for name in ("commission_bps", "slippage_bps", "commission_fixed")),
        *(({name: 0.5}, True) for name in ("commission_per_unit", "commission_minimum")),
        *(({name: 0.5}, True) for name in ("borrow_rate", "overnight_rate")),
    ],
)
def test_terms_know_whether_anything_is_paid(terms: dict[str, Any], expected: bool) -> None:
    assert Execution(**terms).has_costs is expected


def test_cash_is_never_overdrawn_by_an_entry() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        price, cash = 10.0 ** rng.uniform(-4, 5), 10.0 ** rng.uniform(1, 9)
        rate, fixed = rng.uniform(0, 0.02), rng.uniform(0, 3)
        quantity = quantity_for_size(cash, 1.0, price, rate, fixed, EIGHT_DECIMALS)
        assert cost(quantity, price, rate, fixed) <= cash or quantity == 0.0


def test_a_quantity_beyond_whole_floats_is_still_right() -> None:
    assert quantity_for_size(1e12, 1.0, 1e-6, 0.0, 0.0, EIGHT_DECIMALS) == pytest.approx(1e18, rel=1e-15)


@pytest.mark.parametrize(
    ("budget", "price", "fixed", "scale"),
    [
        (1e4, 1e-297, 0.0, EIGHT_DECIMALS),  # more units than a float64 can count
        (1e308, 1e-2, 0.0, EIGHT_DECIMALS),
        (math.inf, 1.0, 0.0, 1.0),
        (math.nan, 1.0, 0.0, 1.0),
        (1e4, math.inf, 0.0, 1.0),
    ],
)
def test_what_a_float_cannot_count_is_not_bought(
    budget: float, price: float, fixed: float, scale: float
) -> None:
    assert quantity_for_size(budget, 1.0, price, 0.0, fixed, scale) == 0.0


@given(
    st.floats(1e-300, 1e300),
    st.floats(1e-300, 1e300),
    st.floats(0.0, 1.0),
    st.sampled_from([0.0, 0.02, 0.9999]),
)
def test_a_quantity_is_found_for_any_numbers(equity: float, price: float, share: float, rate: float) -> None:
    fixed = equity * share
    quantity = quantity_for_size(equity, 1.0, price, rate, fixed, EIGHT_DECIMALS)
    assert 0.0 <= quantity < math.inf
    assert quantity == 0.0 or cost(quantity, price, rate, fixed) <= equity


def test_equity_beyond_every_number_ends_with_a_reason() -> None:
    rows = [(1e-300, 1e-300, 1e-300, 1e-300)] * 2 + [(1e300, 1e300, 1e300, 1e300)] * 2
    signals = make_signals(4, enter_long=(0,))
    with pytest.raises(DataNotUsable, match="beyond every number"):
        simulate(make_bars(rows), signals, Execution(1e-200))
