"""Commissions by unit, by tier, and the least that a fill pays."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.execution import Execution
from app.engine.filling.costs import commission_of
from app.engine.filling.quantities import quantity_under_terms
from app.engine.filling.run import pack_terms, pack_tiers
from app.engine.fills import simulate
from tests.unit.engine.fill_scenes import BOTH_SIDES
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT

TIERS = ((1_000.0, 50.0), (10_000.0, 10.0))


def commission(quantity: float, price: float, **terms: Any) -> float:
    execution = Execution(**terms)
    return commission_of(quantity, price, pack_terms(execution), pack_tiers(execution))


@pytest.mark.parametrize(
    ("terms", "quantity", "expected"),
    [
        ({"commission_per_unit": 0.005}, 200.0, 1.0),
        ({"commission_per_unit": 0.005, "commission_minimum": 1.0}, 100.0, 1.0),
        ({"commission_per_unit": 0.005, "commission_minimum": 1.0}, 300.0, 1.5),
        ({"commission_bps": 10.0, "commission_minimum": 5.0}, 10.0, 5.0),
        ({"commission_bps": 10.0, "commission_minimum": 5.0}, 100.0, 10.0),
        # The minimum is compared with everything.
        ({"commission_fixed": 4.0, "commission_per_unit": 0.01, "commission_minimum": 5.0}, 200.0, 6.0),
        ({"commission_fixed": 4.0, "commission_per_unit": 0.01, "commission_minimum": 5.0}, 10.0, 5.0),
        # Tiers: below the first, at one, above the last; the whole fill at its rate.
        ({"commission_bps": 100.0, "commission_tiers": TIERS}, 9.99, 9.99),
        ({"commission_bps": 100.0, "commission_tiers": TIERS}, 10.0, 5.0),
        ({"commission_bps": 100.0, "commission_tiers": TIERS}, 99.0, 49.5),
        ({"commission_bps": 100.0, "commission_tiers": TIERS}, 100.0, 10.0),
        ({"commission_tiers": TIERS, "commission_fixed": 1.0}, 1_000.0, 101.0),
    ],
)
def test_what_a_fill_pays(terms: dict[str, Any], quantity: float, expected: float) -> None:
    assert commission(quantity, 100.0, **terms) == pytest.approx(expected, rel=1e-12)


@BOTH_SIDES
def test_both_fills_pay_and_each_at_its_own_notional(side: str) -> None:
    rows = (FLAT, FLAT, (10.0, 11.0, 9.0, 10.0)) if side == "long" else (FLAT, FLAT, (150, 151, 149, 150))
    flags: dict[str, Any] = {f"enter_{side}": (0,), f"exit_{side}": (1,)}
    terms = Execution(
        20_000.0,
        commission_bps=100.0,
        commission_tiers=((1_500.0, 20.0), (12_000.0, 10.0)),
        commission_minimum=2.0,
        whole_units=True,
    )
    trades = simulate(make_bars(rows), make_signals(3, **flags, size=0.501), terms).trades
    assert trades.quantity.tolist() == [100.0]
    # In at 10,000; a long out at 1,000 (below every tier), a short at 15,000 (the last one).
    expected = 20.0 + 10.0 if side == "long" else 20.0 + 15.0
    assert trades.commission[0] == pytest.approx(expected)


def test_a_cheaper_tier_is_reached_where_the_one_below_would_stop_short() -> None:
    # 10,000 of cash at 1 % buys 9,900 worth; at the tier of 9,950 and 0.1 % it buys 99 units at 100.7.
    terms = Execution(10_000.0, commission_bps=100.0, commission_tiers=((9_950.0, 10.0),), whole_units=True)
    assert quantity(terms, 10_000.0, 100.7) == 99.0
    assert quantity(terms, 9_900.0, 100.7) == 97.0  # 98 would be 9,868.60 and 98.69


def test_the_minimum_is_part_of_what_an_entry_costs() -> None:
    terms = Execution(1_000.0, commission_minimum=50.0, whole_units=True)
    assert quantity(terms, 1_000.0, 100.0) == 9.0
    assert quantity(terms, 149.0, 100.0) == 0.0
    assert quantity(terms, 150.0, 100.0) == 1.0


def quantity(terms: Execution, equity: float, price: float) -> float:
    return quantity_under_terms(
        equity, 1.0, False, 1.0, price, math.nan, pack_terms(terms), pack_tiers(terms)
    )


@given(
    equity=st.floats(10.0, 1e7),
    price=st.floats(0.01, 1e4),
    per_unit=st.floats(0.0, 0.05),
    minimum=st.floats(0.0, 20.0),
    bps=st.floats(0.0, 200.0),
    tiers=st.dictionaries(st.floats(0.0, 1e7), st.floats(0.0, 200.0), max_size=3),
    whole_units=st.booleans(),
)
def test_a_quantity_is_affordable_and_one_more_step_is_not(
    equity: float,
    price: float,
    per_unit: float,
    minimum: float,
    bps: float,
    tiers: dict[float, float],
    whole_units: bool,
) -> None:
    terms = Execution(
        commission_bps=bps,
        commission_per_unit=per_unit,
        commission_minimum=minimum,
        commission_tiers=tuple(sorted(tiers.items())),
        whole_units=whole_units,
    )
    packed, packed_tiers = pack_terms(terms), pack_tiers(terms)
    bought = quantity(terms, equity, price)

    def cost(units: float) -> float:
        return units * price + commission_of(units, price, packed, packed_tiers)

    assert bought == 0.0 or cost(bought) <= equity * (1.0 + 1e-12)
    step = 1.0 if whole_units else 1e-8
    more = bought + step
    assert cost(more) > equity * (1.0 - 1e-9) - step * price


@pytest.mark.parametrize("side", ["long", "short"])
@given(
    per_unit=st.floats(0.001, 0.5),
    minimum=st.floats(0.0, 30.0),
    distance=st.floats(2.0, 30.0),
    risk=st.floats(0.001, 0.05),
)
def test_risk_counts_every_commission(
    side: str, per_unit: float, minimum: float, distance: float, risk: float
) -> None:
    terms = Execution(1e6, commission_per_unit=per_unit, commission_minimum=minimum, slippage_bps=10.0)
    flags: dict[str, Any] = {f"enter_{side}": (0,)}
    flat = (100.0, 100.0, 100.0, 100.0)
    crash = (100.0, 100.0, 50.0, 60.0) if side == "long" else (100.0, 150.0, 100.0, 140.0)
    signals = make_signals(3, **flags, stop_loss=distance, risk=risk)
    trades = simulate(make_bars((flat, flat, crash)), signals, terms).trades
    affordable = trades.quantity[0] * trades.entry_price[0] > 0.99e6
    assert -trades.pnl[0] <= risk * 1e6 + 1e-6
    if not affordable:
        assert -trades.pnl[0] == pytest.approx(risk * 1e6, rel=1e-6)
