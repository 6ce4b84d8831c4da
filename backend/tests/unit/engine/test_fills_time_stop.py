"""The time stop: a position is held for so many bars at most."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.engine.fill_scenes import BOTH_SIDES, Scene, Trade, check_scene
from tests.unit.engine.single_trade_cases import FLAT

AFTER = (103.0, 104.0, 102.0, 103.0)

SCENES = (
    Scene(
        "after so many bars, at the next open",
        (FLAT, FLAT, FLAT, AFTER, FLAT),
        (Trade(1, 100, 3, 103, "time_stop"),),
        columns={"max_bars": 2.0},
    ),
    Scene(
        "one bar is the entry's own",
        (FLAT, FLAT, AFTER, FLAT),
        (Trade(1, 100, 2, 103, "time_stop"),),
        columns={"max_bars": 1.0},
    ),
    Scene(
        "rounded down",
        (FLAT, FLAT, AFTER, FLAT),
        (Trade(1, 100, 2, 103, "time_stop"),),
        columns={"max_bars": 1.99},
    ),
    Scene(
        "that of the signal's bar",
        (FLAT, FLAT, FLAT, AFTER, FLAT),
        (Trade(1, 100, 3, 103, "time_stop"),),
        columns={"max_bars": {0: 2.0, 1: 1.0}},
    ),
    Scene(
        "an exit signal at the same open is called so",
        (FLAT, FLAT, FLAT, AFTER, FLAT),
        (Trade(1, 100, 3, 103, "signal"),),
        exit=(2,),
        columns={"max_bars": 2.0},
    ),
    Scene(
        "an opposite entry at the same open still enters",
        (FLAT, FLAT, FLAT, AFTER, AFTER),
        (Trade(1, 100, 3, 103, "time_stop"), Trade(3, 103, 4, 103, "end_of_data", is_against=True)),
        against=(2,),
        columns={"max_bars": {0: 2.0}},
    ),
    Scene(
        "an entry of the same side at that open is out and in again",
        (FLAT, FLAT, FLAT, AFTER, AFTER),
        (Trade(1, 100, 3, 103, "time_stop"), Trade(3, 103, 4, 103, "end_of_data")),
        enter=(0, 2),
        columns={"max_bars": 2.0},
    ),
    Scene(
        "before a gap through the stop of that bar",
        (FLAT, FLAT, (90, 91, 80, 85), FLAT),
        (Trade(1, 100, 2, 90, "time_stop"),),
        columns={"max_bars": 1.0, "stop_loss": 5.0},
    ),
    Scene(
        "a stop comes sooner",
        (FLAT, FLAT, (100, 101, 94, 96), FLAT),
        (Trade(1, 100, 2, 95, "stop_loss"),),
        columns={"max_bars": 5.0, "stop_loss": 5.0},
    ),
    Scene(
        "at the last close it is the end of the data",
        (FLAT, FLAT, FLAT),
        (Trade(1, 100, 2, 100, "end_of_data"),),
        columns={"max_bars": 2.0},
    ),
)


@BOTH_SIDES
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_time_stop(scene: Scene, side: str) -> None:
    check_scene(scene, side)


@BOTH_SIDES
@pytest.mark.parametrize("longest", [np.nan, 0.0, 0.99, -3.0])
def test_no_number_of_bars_is_no_end(longest: float, side: str) -> None:
    scene = Scene("", (FLAT,) * 4, (Trade(1, 100, 3, 100, "end_of_data"),), columns={"max_bars": longest})
    check_scene(scene, side)


@BOTH_SIDES
def test_it_pays_slippage(side: str) -> None:
    scene = Scene("", (FLAT,) * 4, (), columns={"max_bars": 1.0}, terms={"slippage_bps": 100.0})
    sign = 1 if side == "long" else -1
    expected = Scene(
        "",
        scene.rows,
        (Trade(1, 101.0, 2, 99.0, "time_stop"),),
        columns=scene.columns,
        terms=scene.terms,
    )
    trades = check_scene(expected, side).trades
    assert trades.slippage[0] == pytest.approx(2.0 * trades.quantity[0])
    assert trades.bars[0] == 1
    assert trades.side[0] == sign
