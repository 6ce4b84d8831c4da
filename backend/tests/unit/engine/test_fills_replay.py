"""Replay on finer bars: what came first within a bar, and which finer bars are believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.finer_bars import match_finer_bars
from app.engine.fills import DataNotUsable, simulate
from app.engine.intervals import HOUR_SECONDS, Interval
from app.engine.trades import ExitReason
from tests.unit.engine.fill_scenes import BOTH_SIDES, Scene, Trade, check_scene
from tests.unit.engine.hand_made import DAY, make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT, Row

START = int(make_bars((FLAT,)).time[0])
STOP_AND_TARGET = {"stop_loss": 5.0, "take_profit": 5.0}
WIDE: Row = (100.0, 107.0, 94.0, 101.0)
"""A day that reaches both a stop at 95 and a target at 105."""
UP_FIRST: tuple[Row, ...] = ((100, 107, 99, 106), (106, 106, 94, 101))
DOWN_FIRST: tuple[Row, ...] = ((100, 101, 94, 96), (96, 107, 96, 101))


def hours(days: Mapping[int, Sequence[Row]], zone: str = "UTC", first_hour: int = 14) -> Bars:
    """Hourly bars of some days, from an hour (UTC) on."""
    rows = [row for inside in days.values() for row in inside]
    time = [
        START + day * DAY + (first_hour + hour) * HOUR_SECONDS
        for day, inside in days.items()
        for hour in range(len(inside))
    ]
    made = make_bars(rows, Interval.HOUR_1)
    return replace(made, time=np.array(time, dtype=np.int64), timezone=zone)


SCENES = (
    Scene(
        "up first: the target",
        (FLAT, FLAT, WIDE, FLAT),
        (Trade(1, 100, 2, 105, "take_profit"),),
        columns=STOP_AND_TARGET,
        detail=hours({2: UP_FIRST}),
    ),
    Scene(
        "down first: the stop",
        (FLAT, FLAT, WIDE, FLAT),
        (Trade(1, 100, 2, 95, "stop_loss"),),
        columns=STOP_AND_TARGET,
        detail=hours({2: DOWN_FIRST}),
    ),
    Scene(
        "both in one finer bar: the stop",
        (FLAT, FLAT, WIDE, FLAT),
        (Trade(1, 100, 2, 95, "stop_loss"),),
        columns=STOP_AND_TARGET,
        detail=hours({2: (FLAT, (100, 107, 94, 101))}),
    ),
    Scene(
        "a bar without finer ones is judged by itself",
        (FLAT, FLAT, WIDE, FLAT),
        (Trade(1, 100, 2, 95, "stop_loss"),),
        columns=STOP_AND_TARGET,
        detail=hours({1: (FLAT,), 3: (FLAT,)}),
    ),
    Scene(
        "finer bars that do not reach the low are not believed",
        (FLAT, FLAT, WIDE, FLAT),
        (Trade(1, 100, 2, 95, "stop_loss"),),
        columns=STOP_AND_TARGET,
        detail=hours({2: UP_FIRST[:1]}),
    ),
    Scene(
        "nor those that do not reach the high",
        (FLAT, FLAT, (100, 107, 99, 101), FLAT),
        (Trade(1, 100, 2, 105, "take_profit"),),
        columns=STOP_AND_TARGET,
        detail=hours({2: ((100, 104, 99, 101),)}),
    ),
    Scene(
        "a gap between finer bars fills at the finer open",
        (FLAT, FLAT, (100, 102, 90, 92), FLAT),
        (Trade(1, 100, 2, 92, "stop_loss"),),
        columns=STOP_AND_TARGET,
        detail=hours({2: ((100, 102, 99, 101), (92, 93, 90, 92))}),
    ),
    Scene(
        "on the entry's bar",
        (FLAT, WIDE, FLAT),
        (Trade(1, 100, 1, 105, "take_profit"),),
        columns=STOP_AND_TARGET,
        detail=hours({1: UP_FIRST}),
    ),
    Scene(
        "a limit fills in its hour, and a high before it is not the position's",
        (FLAT, WIDE, FLAT),
        (Trade(1, 95, 2, 100, "take_profit"),),
        columns={"limit_entry": 5.0, "take_profit": 5.0},
        detail=hours({1: ((100, 107, 99, 106), (106, 106, 94, 96), (96, 98, 96, 97))}),
    ),
    Scene(
        "a high in an hour after it is",
        (FLAT, WIDE, FLAT),
        (Trade(1, 95, 1, 100, "take_profit"),),
        columns={"limit_entry": 5.0, "take_profit": 5.0},
        detail=hours({1: ((100, 101, 94, 96), (96, 107, 96, 101))}),
    ),
    Scene(
        "a trailing level learns of each completed hour",
        (FLAT, FLAT, (100, 110, 99, 105), FLAT),
        (Trade(1, 100, 2, 106, "trailing_stop"),),
        columns={"trailing_stop": 4.0},
        detail=hours({2: ((100, 110, 99, 109), (109, 109, 104, 105))}),
    ),
    Scene(
        "but not of the hour that it is in",
        (FLAT, FLAT, (100, 110, 99, 109), (109, 109, 105, 107)),
        (Trade(1, 100, 3, 106, "trailing_stop"),),
        columns={"trailing_stop": 4.0},
        detail=hours({2: ((100, 110, 99, 109),)}),
    ),
    Scene(
        "the chandelier level waits for the rule's bar",
        (FLAT, FLAT, (100, 110, 99, 105), (105, 106, 104, 105)),
        (Trade(1, 100, 3, 105, "trailing_stop"),),
        columns={"chandelier_stop": 4.0},
        detail=hours({2: ((100, 110, 99, 109), (109, 109, 104, 105))}),
    ),
    Scene(
        "first one target, then the other, then the stop",
        (FLAT, FLAT, (100, 107, 94, 97), FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 2, 95, "stop_loss", 50)),
        columns=STOP_AND_TARGET | {"take_profit_share": 0.5},
        detail=hours({2: ((100, 107, 99, 106), (106, 106, 94, 97))}),
    ),
)


@BOTH_SIDES
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_replay(scene: Scene, side: str) -> None:
    check_scene(scene, side)


def test_the_market_order_keeps_to_the_bar_s_own_open() -> None:
    detail = hours({1: ((99.5, 101, 99, 100),), 2: ((100.5, 101, 99, 100),)})
    signals = make_signals(3, enter_long=(0,), exit_long=(1,))
    trades = simulate(make_bars((FLAT,) * 3), signals, Execution(), detail=detail).trades
    assert trades.entry_price[0] == trades.exit_price[0] == 100.0


def test_excursions_end_with_the_hour_before_the_exit() -> None:
    detail = hours({1: ((100, 103, 98, 102), (102, 120, 94, 96))})
    bars = make_bars((FLAT, (100, 120, 94, 96), FLAT))
    signals = make_signals(3, enter_long=(0,), stop_loss=5.0)
    trades = simulate(bars, signals, Execution(), detail=detail).trades
    assert trades.exit_reason.tolist() == [ExitReason.STOP_LOSS]
    assert trades.mfe[0] == pytest.approx(0.03)
    assert trades.mae[0] == pytest.approx(-0.05)


def test_hours_belong_to_the_day_of_the_exchange() -> None:
    # 02:00 UTC is still the day before in New York.
    detail = hours({3: UP_FIRST}, "America/New_York", first_hour=2)
    bars = replace(make_bars((FLAT, FLAT, WIDE, FLAT)), timezone="America/New_York")
    matched = match_finer_bars(bars, detail)
    assert matched.first.tolist() == [0, 0, 0, 2]
    assert matched.stop.tolist() == [0, 0, 2, 2]


def test_within_the_day_finer_bars_belong_by_their_instant() -> None:
    bars = make_bars((FLAT, FLAT), Interval.HOUR_4)
    detail = hours({0: (FLAT,) * 9}, first_hour=0)
    matched = match_finer_bars(bars, detail)
    assert matched.first.tolist() == [0, 4]
    assert matched.stop.tolist() == [4, 8]


def test_days_replay_a_week() -> None:
    monday = 18_267 * DAY
    week = replace(make_bars((WIDE,), Interval.WEEK_1), time=np.array([monday]))
    days = make_bars((FLAT, WIDE))
    days = replace(days, time=np.array([monday - 3 * DAY, monday + 2 * DAY]))
    matched = match_finer_bars(week, days)
    assert (matched.first.tolist(), matched.stop.tolist()) == ([1], [2])


@pytest.mark.parametrize("interval", [Interval.DAY_1, Interval.WEEK_1])
def test_bars_that_are_not_finer_are_refused(interval: Interval) -> None:
    bars = make_bars((FLAT, FLAT))
    with pytest.raises(ValueError, match="do not make up"):
        simulate(bars, make_signals(2), Execution(), detail=make_bars((FLAT,), interval))


def test_finer_prices_that_are_none_are_refused() -> None:
    with pytest.raises(DataNotUsable, match="price"):
        simulate(make_bars((FLAT,)), make_signals(1), Execution(), detail=hours({0: ((1, 1, 0, 1),)}))
