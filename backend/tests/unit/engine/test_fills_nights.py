"""What holding over nights costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.calendar_days import count_nights
from app.engine.fills import simulate
from app.engine.intervals import HOUR_SECONDS, Interval
from tests.unit.engine.fill_scenes import BOTH_SIDES
from tests.unit.engine.hand_made import DAY, make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT, Row

FRIDAY = 18_271 * DAY  # 2020-01-10


def days(*offsets: int, rows: tuple[Row, ...] | None = None) -> Bars:
    rows = rows or (FLAT,) * len(offsets)
    return replace(make_bars(rows), time=FRIDAY + np.array(offsets, dtype=np.int64) * DAY)


def test_nights_are_counted_between_dates() -> None:
    assert count_nights(days(0, 3, 4, 9)).tolist() == [0, 3, 1, 5]
    weeks = replace(days(0, 7), interval=Interval.WEEK_1)
    assert count_nights(weeks).tolist() == [0, 7]


def test_within_the_day_the_date_is_the_exchange_s() -> None:
    bars = make_bars((FLAT,) * 4, Interval.HOUR_4)
    # 20:00, 00:00, 04:00 and 08:00 UTC: in New York midnight comes at 05:00 UTC.
    bars = replace(bars, time=FRIDAY + (20 + 4 * np.arange(4, dtype=np.int64)) * HOUR_SECONDS)
    assert count_nights(bars).tolist() == [0, 1, 0, 0]
    assert count_nights(replace(bars, timezone="America/New_York")).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("side", "terms", "rate"),
    [
        ("long", {"overnight_rate": 0.10}, 0.10),
        ("short", {"overnight_rate": 0.10}, 0.10),
        ("long", {"borrow_rate": 0.05}, 0.0),
        ("short", {"borrow_rate": 0.05}, 0.05),
        ("short", {"borrow_rate": 0.05, "overnight_rate": 0.10}, 0.15),
    ],
)
def test_each_night_costs_a_part_of_the_notional_at_the_close_before_it(
    side: str, terms: dict[str, Any], rate: float
) -> None:
    rows: tuple[Row, ...] = (FLAT, (100, 101, 99, 100.5), (100, 103, 97, 99), FLAT)
    flags: dict[str, Any] = {f"enter_{side}": (0,), f"exit_{side}": (2,)}
    bars = days(0, 1, 4, 5, rows=rows)
    fills = simulate(bars, make_signals(4, **flags), Execution(10_000.0, whole_units=True, **terms))
    trades = fills.trades
    first, second = 100 * 100.5 * rate * 3 / 365, 100 * 99.0 * rate * 1 / 365
    assert trades.financing[0] == pytest.approx(first + second, rel=1e-12)
    assert trades.pnl[0] == pytest.approx(-(first + second), rel=1e-12)
    sign = 1 if side == "long" else -1
    # The night of the entry's bar is charged at the open of the next one, and equity knows at its close.
    assert fills.equity[1] == pytest.approx(10_000 + sign * 50)
    assert fills.equity[2] == pytest.approx(10_000 - sign * 100 - first)
    assert fills.equity[3] == pytest.approx(10_000 - first - second)
    assert trades.commission[0] == trades.slippage[0] == 0.0


@BOTH_SIDES
def test_a_position_that_leaves_the_day_it_came_pays_nothing(side: str) -> None:
    flags: dict[str, Any] = {f"enter_{side}": (0,)}
    rows: tuple[Row, ...] = (FLAT, (100, 106, 94, 100), FLAT)
    terms = Execution(borrow_rate=0.1, overnight_rate=0.1)
    trades = simulate(days(0, 3, 6, rows=rows), make_signals(3, **flags, stop_loss=5.0), terms).trades
    assert trades.financing.tolist() == [0.0]


@BOTH_SIDES
def test_parts_share_it_by_quantity(side: str) -> None:
    flags: dict[str, Any] = {f"enter_{side}": (0,)}
    target: Row = (100, 106, 99, 100) if side == "long" else (100, 101, 94, 100)
    signals = make_signals(4, **flags, take_profit=5.0, take_profit_share=0.25)
    terms = Execution(10_000.0, overnight_rate=0.365, whole_units=True)
    trades = simulate(days(0, 1, 2, 3, rows=(FLAT, FLAT, target, FLAT)), signals, terms).trades
    # 10 for the first night; then 7.50 for the night that three quarters stay.
    assert trades.financing.tolist() == pytest.approx([2.5, 7.5 + 7.5])


def test_a_trade_left_open_carries_its_nights() -> None:
    terms = Execution(10_000.0, overnight_rate=0.365, close_at_end=False)
    fills = simulate(days(0, 1, 3), make_signals(3, enter_long=(0,)), terms)
    assert fills.trades.financing[0] == pytest.approx(20.0)
    assert fills.trades.pnl[0] == pytest.approx(-20.0)
    assert fills.cash == pytest.approx(-20.0)
    assert fills.equity[-1] == pytest.approx(9_980.0)


def test_nights_may_ruin() -> None:
    terms = Execution(10_000.0, borrow_rate=10.0)
    fills = simulate(days(0, 1, 40, 80, 120), make_signals(5, enter_short=(0,)), terms)
    assert fills.ruined
