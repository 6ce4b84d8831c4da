"""Trailing by a percentage and by a distance read anew at every bar."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.trades import ExitReason
from tests.unit.engine.fill_scenes import BOTH_SIDES, Scene, Trade, check_scene
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.single_trade_cases import FLAT, Row

CALM: Row = (109.0, 110.0, 108.0, 109.0)

SCENES = (
    Scene(
        "a chandelier level starts at the entry's fill",
        (FLAT, (100, 101, 94, 96), FLAT),
        (Trade(1, 100, 1, 95, "trailing_stop"),),
        columns={"chandelier_stop": 5.0},
    ),
    Scene(
        "it knows nothing of the bar that it is in",
        (FLAT, (100, 120, 99, 118), (118, 119, 116, 117), (117, 118, 114, 117), FLAT),
        (Trade(1, 100, 3, 115, "trailing_stop"),),
        columns={"chandelier_stop": 5.0},
    ),
    Scene(
        "a nearer distance of a later bar lifts it",
        (FLAT, (100, 110, 99, 109), CALM, (109, 109, 106.5, 107), FLAT),
        (Trade(1, 100, 3, 107, "trailing_stop"),),
        columns={"chandelier_stop": {0: 5.0, 1: 5.0, 2: 3.0, 3: 9.0}},
    ),
    Scene(
        "a farther one does not lower it",
        (FLAT, (100, 110, 99, 109), CALM, (109, 109, 104, 107), FLAT),
        (Trade(1, 100, 3, 105, "trailing_stop"),),
        columns={"chandelier_stop": {0: 5.0, 1: 5.0, 2: 50.0, 3: 50.0}},
    ),
    Scene(
        "an undefined distance leaves it",
        (FLAT, (100, 110, 99, 109), CALM, (109, 109, 104, 107), FLAT),
        (Trade(1, 100, 3, 105, "trailing_stop"),),
        columns={"chandelier_stop": {0: 5.0, 1: 5.0}},
    ),
    Scene(
        "without one at the signal it begins with the first bar that has one",
        (FLAT, (100, 110, 90, 109), (109, 109, 104, 107), FLAT),
        (Trade(1, 100, 2, 105, "trailing_stop"),),
        columns={"chandelier_stop": {1: 5.0}},
    ),
    Scene(
        "the nearest of all stops counts",
        (FLAT, (100, 110, 99, 109), (109, 109, 90, 95), FLAT),
        (Trade(1, 100, 2, 107, "trailing_stop"),),
        columns={"chandelier_stop": 3.0, "trailing_stop": 5.0, "stop_loss": 8.0},
    ),
    Scene(
        "where it coincides with the fixed stop, that is named",
        (FLAT, (100, 101, 94, 96), FLAT),
        (Trade(1, 100, 1, 95, "stop_loss"),),
        columns={"chandelier_stop": 5.0, "stop_loss": 5.0},
    ),
)


@BOTH_SIDES
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_chandelier(scene: Scene, side: str) -> None:
    check_scene(scene, side)


@pytest.mark.parametrize(
    ("side", "rows", "exit_index", "price"),
    [
        ("long", (FLAT, (100, 101, 89, 96), FLAT), 1, 90.0),
        ("short", (FLAT, (100, 111, 99, 104), FLAT), 1, 110.0),
        ("long", (FLAT, (100, 120, 99, 119), (115, 116, 107, 110), FLAT), 2, 108.0),
        ("short", (FLAT, (100, 101, 80, 81), (85, 89, 84, 88), FLAT), 2, 88.0),
        # It knows nothing of the bar that it is in, and never moves back.
        ("long", (FLAT, (100, 120, 95, 119), (118, 119, 110, 112), (112, 113, 107, 110)), 3, 108.0),
        ("short", (FLAT, (100, 105, 80, 81), (82, 86, 81, 84), (84, 89, 83, 88)), 3, 88.0),
        # A gap fills at the open.
        ("long", (FLAT, FLAT, (80, 85, 79, 84), FLAT), 2, 80.0),
        ("short", (FLAT, FLAT, (120, 121, 119, 120), FLAT), 2, 120.0),
    ],
)
def test_ten_percent_of_the_best_price(
    side: str, rows: tuple[Row, ...], exit_index: int, price: float
) -> None:
    signals = make_signals(len(rows), **{f"enter_{side}": (0,)}, trailing_percent=10.0)  # type: ignore[arg-type]
    trades = simulate(make_bars(rows), signals, Execution()).trades
    assert trades.exit_reason.tolist() == [ExitReason.TRAILING_STOP]
    assert trades.exit_index[0] == exit_index
    assert trades.exit_price[0] == pytest.approx(price, rel=1e-13)


@pytest.mark.parametrize("percent", [np.nan, 0.0, -5.0, {1: 5.0}])
def test_a_percentage_that_is_none_at_the_signal_is_no_stop(percent: float | dict[int, float]) -> None:
    signals = make_signals(3, enter_long=(0,), trailing_percent=percent)
    trades = simulate(make_bars((FLAT, FLAT, (50, 51, 49, 50))), signals, Execution()).trades
    assert trades.exit_reason.tolist() == [ExitReason.END_OF_DATA]
