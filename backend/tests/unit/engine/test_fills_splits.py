"""Splits inside a position, on bars that are not adjusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from app.engine.execution import Execution
from app.engine.filling.calendar_days import place_splits
from app.engine.fills import simulate
from app.engine.intervals import Interval
from app.engine.trades import ExitReason
from tests.unit.engine.fill_scenes import BOTH_SIDES
from tests.unit.engine.hand_made import APPLE_SPLITS, load_demo, make_bars, make_signals, sma_crossover
from tests.unit.engine.single_trade_cases import FLAT, Row

THIRD = date(2020, 1, 3)
"""The date of bar 2 of `make_bars`."""
HALF: Row = (50.0, 50.5, 49.5, 50.0)
TERMS = Execution(10_000.0, whole_units=True)


def run(rows: tuple[Row, ...], side: str, ratio: float = 2.0, terms: Execution = TERMS, **given: Any) -> Any:
    flags: dict[str, Any] = {f"enter_{side}": given.pop("enter", (0,)), f"exit_{side}": given.pop("exit", ())}
    signals = make_signals(len(rows), **flags, **given)
    return simulate(make_bars(rows), signals, terms, splits=((THIRD, ratio),))


@BOTH_SIDES
def test_units_double_and_nothing_is_won_or_lost(side: str) -> None:
    fills = run((FLAT, FLAT, HALF, HALF), side)
    assert fills.equity.tolist() == [10_000.0] * 4
    trade = fills.trades
    assert (trade.quantity[0], trade.entry_price[0], trade.exit_price[0]) == (200.0, 50.0, 50.0)
    assert trade.pnl[0] == 0.0
    assert trade.mfe[0] == pytest.approx(0.01)
    assert trade.mae[0] == pytest.approx(-0.01)


@pytest.mark.parametrize(
    ("side", "columns", "row", "reason", "price"),
    [
        ("long", {"stop_loss": 10.0}, (50, 50, 44, 46), "stop_loss", 45.0),
        ("short", {"stop_loss": 10.0}, (50, 56, 50, 54), "stop_loss", 55.0),
        ("long", {"take_profit": 10.0}, (50, 56, 50, 54), "take_profit", 55.0),
        ("short", {"take_profit": 10.0}, (50, 50, 44, 46), "take_profit", 45.0),
        ("long", {"trailing_stop": 9.0}, (50, 50, 44, 46), "trailing_stop", 46.0),
        ("short", {"trailing_stop": 9.0}, (50, 56, 50, 54), "trailing_stop", 54.0),
        ("long", {"chandelier_stop": 9.0}, (50, 50, 44, 46), "trailing_stop", 46.0),
        ("short", {"chandelier_stop": 9.0}, (50, 56, 50, 54), "trailing_stop", 54.0),
        ("long", {"trailing_percent": 10.0}, (50, 50, 44, 46), "trailing_stop", 45.45),
        ("short", {"trailing_percent": 10.0}, (50, 56, 50, 54), "trailing_stop", 54.45),
    ],
)
def test_every_level_is_divided(
    side: str, columns: dict[str, Any], row: Row, reason: str, price: float
) -> None:
    trades = run((FLAT, FLAT, row, HALF), side, **columns).trades
    assert ExitReason(trades.exit_reason[0]).label == reason
    assert trades.exit_index[0] == 2
    assert trades.exit_price[0] == pytest.approx(price, rel=1e-12)


@BOTH_SIDES
def test_a_trailing_distance_goes_on_divided(side: str) -> None:
    rise: tuple[Row, ...] = ((50, 54, 49, 53), (53, 53, 49.5, 50))
    fall: tuple[Row, ...] = ((50, 51, 46, 47), (47, 50.5, 47, 50))
    trades = run((FLAT, FLAT, HALF, *(rise if side == "long" else fall)), side, trailing_stop=8.0).trades
    # From bar 3's extreme of 54 (46 for a short) a distance of 4 now.
    assert trades.exit_reason.tolist() == [ExitReason.TRAILING_STOP]
    assert trades.exit_index[0] == 4
    assert trades.exit_price[0] == pytest.approx(50.0)


@BOTH_SIDES
def test_a_signal_that_fills_on_the_split_s_bar_has_its_distances_divided(side: str) -> None:
    row: Row = (50, 50, 44, 46) if side == "long" else (50, 56, 50, 54)
    trades = run((FLAT, FLAT, row, HALF), side, enter=(1,), stop_loss=10.0).trades
    assert trades.entry_price[0] == 50.0
    assert trades.exit_price[0] == pytest.approx(45.0 if side == "long" else 55.0)


@BOTH_SIDES
def test_risk_is_counted_with_the_divided_distance(side: str) -> None:
    trades = run((FLAT, FLAT, HALF, HALF), side, enter=(1,), stop_loss=10.0, risk=0.01).trades
    assert trades.quantity.tolist() == [20.0]  # 100 at risk over 5


@BOTH_SIDES
@pytest.mark.parametrize("signal_bar", [0, 1])
def test_a_resting_order_is_divided(side: str, signal_bar: int) -> None:
    sign = 1 if side == "long" else -1
    touch: Row = (50, 50.5, 47, 50) if side == "long" else (50, 53, 49.5, 50)
    stopped: Row = (47, 48, 43, 47) if side == "long" else (53, 57, 52, 53)
    given: dict[str, Any] = {"limit_entry": 5.0, "limit_bars": 3.0, "stop_loss": 6.0}
    trades = run((FLAT, FLAT, touch, stopped), side, enter=(signal_bar,), **given).trades
    assert trades.entry_index[0] == 2
    assert trades.entry_price[0] == pytest.approx(50.0 - sign * 2.5)
    assert trades.exit_price[0] == pytest.approx(50.0 - sign * 5.5)


@BOTH_SIDES
def test_both_targets_are_divided(side: str) -> None:
    row: Row = (50, 56, 49.5, 50) if side == "long" else (50, 50.5, 44, 50)
    given: dict[str, Any] = {"take_profit": 6.0, "take_profit_share": 0.5, "take_profit_2": 10.0}
    trades = run((FLAT, FLAT, row, HALF), side, **given).trades
    sign = 1 if side == "long" else -1
    assert trades.quantity.tolist() == [100.0, 100.0]
    assert trades.exit_price.tolist() == pytest.approx([50 + sign * 3, 50 + sign * 5])


@BOTH_SIDES
def test_a_fraction_of_a_unit_is_kept(side: str) -> None:
    tenfold: Row = (1_000.0, 1_010.0, 990.0, 1_000.0)
    fills = run((FLAT, FLAT, tenfold, tenfold), side, 0.1, terms=replace(TERMS, initial_cash=1_500.0))
    assert fills.trades.quantity.tolist() == [1.5]
    assert fills.equity[-1] == pytest.approx(1_500.0)


def test_the_night_before_a_split_is_charged_on_the_units_of_that_night() -> None:
    terms = replace(TERMS, overnight_rate=0.365)
    trades = run((FLAT, FLAT, HALF), "long", terms=terms).trades
    assert trades.financing[0] == pytest.approx(10.0)


def test_splits_are_placed_on_the_bar_of_their_date_or_the_next() -> None:
    time = np.array([18_271, 18_274, 18_275, 18_280]) * 86_400  # Friday, Monday, Tuesday, Sunday
    bars = replace(make_bars((FLAT,) * 4), time=time)
    given = tuple((date(2020, 1, day), ratio) for day, ratio in ((10, 3.0), (11, 2.0), (16, 5.0), (20, 7.0)))
    assert place_splits(bars, given).tolist() == [1.0, 2.0, 1.0, 5.0]
    twice = ((date(2020, 1, 11), 2.0), (date(2020, 1, 12), 3.0))
    assert place_splits(bars, twice).tolist() == [1.0, 6.0, 1.0, 1.0]


def test_a_week_or_month_holds_its_splits() -> None:
    weeks = replace(make_bars((FLAT,) * 2, Interval.WEEK_1), time=np.array([18_267, 18_274]) * 86_400)
    assert place_splits(weeks, ((date(2020, 1, 17), 2.0),)).tolist() == [1.0, 2.0]
    assert place_splits(weeks, ((date(2020, 1, 10), 2.0),)).tolist() == [1.0, 1.0]
    months = replace(weeks, time=np.array([18_262, 18_293]) * 86_400, interval=Interval.MONTH_1)
    assert place_splits(months, ((date(2020, 2, 29), 2.0),)).tolist() == [1.0, 2.0]
    assert place_splits(months, ((date(2020, 3, 1), 2.0),)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("ratio", [0.0, -2.0, np.nan, np.inf])
def test_a_ratio_that_is_none_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio"):
        place_splits(make_bars((FLAT,) * 3), ((THIRD, ratio),))


def test_apple_raw_and_adjusted_end_with_the_same_money() -> None:
    adjusted, raw = load_demo("AAPL", APPLE_SPLITS), load_demo("AAPL")
    signals = sma_crossover(adjusted)
    terms = Execution(initial_cash=1_000_000.0, commission_bps=10.0)
    expected = simulate(adjusted, signals, terms)
    found = simulate(raw, signals, terms, splits=tuple(APPLE_SPLITS.items()))
    np.testing.assert_allclose(found.equity, expected.equity, rtol=1e-9)
    assert found.trades.exit_index.tolist() == expected.trades.exit_index.tolist()
