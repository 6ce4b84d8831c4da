"""Exits in parts: the first target's share, the rest, and the money of the legs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.engine.fill_scenes import BOTH_SIDES, CASH, Scene, Trade, check_scene
from tests.unit.engine.single_trade_cases import FLAT

FIRST = (100.0, 106.0, 99.0, 104.0)
HALVES = {"take_profit": 5.0, "take_profit_share": 0.5}
BOTH_TARGETS = HALVES | {"take_profit_2": 10.0}

SCENES = (
    Scene(
        "half at the target, the rest at the end",
        (FLAT, FLAT, FIRST, FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 3, 100, "end_of_data", 50)),
        columns=HALVES,
    ),
    Scene(
        "the rest at the second target",
        (FLAT, FLAT, FIRST, (104, 111, 103, 108)),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 3, 110, "take_profit", 50)),
        columns=BOTH_TARGETS,
    ),
    Scene(
        "both targets on one bar",
        (FLAT, FLAT, (100, 112, 99, 104)),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 2, 110, "take_profit", 50)),
        columns=BOTH_TARGETS,
    ),
    Scene(
        "a gap through both fills both at the open",
        (FLAT, FLAT, (113, 114, 112, 113)),
        (Trade(1, 100, 2, 113, "take_profit", 50), Trade(1, 100, 2, 113, "take_profit", 50)),
        columns=BOTH_TARGETS,
    ),
    Scene(
        "a gap through the first alone",
        (FLAT, FLAT, (107, 111, 106, 108)),
        (Trade(1, 100, 2, 107, "take_profit", 50), Trade(1, 100, 2, 110, "take_profit", 50)),
        columns=BOTH_TARGETS,
    ),
    Scene(
        "on the entry's bar",
        (FLAT, FIRST, FLAT),
        (Trade(1, 100, 1, 105, "take_profit", 50), Trade(1, 100, 2, 100, "end_of_data", 50)),
        columns=HALVES,
    ),
    Scene(
        "the rest at its stop",
        (FLAT, FLAT, FIRST, (104, 105, 94, 96), FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 3, 95, "stop_loss", 50)),
        columns=HALVES | {"stop_loss": 5.0},
    ),
    Scene(
        "the rest by its signal",
        (FLAT, FLAT, FIRST, (103, 104, 102, 103)),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 3, 103, "signal", 50)),
        exit=(2,),
        columns=HALVES,
    ),
    Scene(
        "the rest by a reversal",
        (FLAT, FLAT, FIRST, (103, 104, 102, 103)),
        (
            Trade(1, 100, 2, 105, "take_profit", 50),
            Trade(1, 100, 3, 103, "reversal", 50),
            Trade(3, 103, 3, 103, "end_of_data", is_against=True),
        ),
        against=(2,),
        columns=HALVES,
    ),
    Scene(
        "a bar that reaches stop and target: the stop, for everything",
        (FLAT, FLAT, (100, 106, 94, 101), FLAT),
        (Trade(1, 100, 2, 95, "stop_loss", 100),),
        columns=HALVES | {"stop_loss": 5.0},
    ),
    Scene(
        "the first target counts once",
        (FLAT, FLAT, FIRST, FIRST, FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 4, 100, "end_of_data", 50)),
        columns=HALVES,
    ),
    Scene(
        "the part is rounded down",
        (FLAT, FLAT, FIRST, FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 33), Trade(1, 100, 3, 100, "end_of_data", 67)),
        columns={"take_profit": 5.0, "take_profit_share": 0.339},
    ),
    Scene(
        "a part of nothing is not traded, and the whole waits for the second target",
        (FLAT, FLAT, FIRST, (104, 111, 103, 108)),
        (Trade(1, 100, 3, 110, "take_profit", 100),),
        columns={"take_profit": 5.0, "take_profit_share": 0.009, "take_profit_2": 10.0},
    ),
    Scene(
        "a second target nearer than the first counts as the first",
        (FLAT, FLAT, FIRST, FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 2, 105, "take_profit", 50)),
        columns=HALVES | {"take_profit_2": 2.0},
    ),
    Scene(
        "a share of 1 or more is everything",
        (FLAT, FLAT, FIRST, FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 100),),
        columns={"take_profit": 5.0, "take_profit_share": 1.5, "take_profit_2": 10.0},
    ),
    Scene(
        "without a first target there is no second",
        (FLAT, FLAT, (104, 111, 103, 108), FLAT),
        (Trade(1, 100, 3, 100, "end_of_data", 100),),
        columns={"take_profit": {1: 5.0}, "take_profit_share": 0.5, "take_profit_2": 10.0},
    ),
    Scene(
        "the trailing level goes on for the rest",
        (FLAT, FLAT, FIRST, (104, 104, 101, 103), FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 3, 102, "trailing_stop", 50)),
        columns=HALVES | {"trailing_stop": 4.0},
    ),
    Scene(
        "what is left may stay open",
        (FLAT, FLAT, FIRST, FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, -1, None, None, 50)),
        columns=HALVES,
        terms={"close_at_end": False},
    ),
)


@BOTH_SIDES
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_parts(scene: Scene, side: str) -> None:
    fills = check_scene(scene, side)
    assert fills.equity[-1] == pytest.approx(CASH + fills.trades.pnl.sum(), rel=1e-12)


@BOTH_SIDES
@pytest.mark.parametrize("share", [np.nan, 0.0, -0.5])
def test_a_share_that_is_none_is_no_target(share: float, side: str) -> None:
    columns = {"take_profit": 5.0, "take_profit_share": share, "take_profit_2": 6.0}
    scene = Scene("", (FLAT, FIRST, FLAT), (Trade(1, 100, 2, 100, "end_of_data", 100),), columns=columns)
    check_scene(scene, side)


@BOTH_SIDES
def test_the_legs_share_the_entry_s_commission_by_quantity(side: str) -> None:
    scene = Scene(
        "",
        (FLAT, FLAT, FIRST, FLAT),
        (Trade(1, 100, 2, 105, "take_profit", 24), Trade(1, 100, 3, 100, "end_of_data", 75)),
        columns={"take_profit": 5.0, "take_profit_share": 0.25},
        terms={"commission_fixed": 10.0},
    )
    trades = check_scene(scene, side).trades
    assert trades.commission.tolist() == pytest.approx([10.0 * 24 / 99 + 10.0, 10.0 * 75 / 99 + 10.0])
    assert trades.pnl[0] == pytest.approx(24 * 5.0 - trades.commission[0])
    assert trades.closes_position.tolist() == [False, True]


def test_equity_between_the_legs_is_the_leg_and_the_mark() -> None:
    scene = Scene("", (FLAT, FLAT, FIRST, (104, 104, 103, 103)), (), columns=HALVES)
    fills = check_scene(
        Scene(
            "",
            scene.rows,
            (Trade(1, 100, 2, 105, "take_profit", 50), Trade(1, 100, 3, 103, "end_of_data", 50)),
            columns=HALVES,
        ),
        "long",
    )
    assert fills.equity.tolist() == [CASH, CASH, CASH + 50 * 5 + 50 * 4, CASH + 50 * 5 + 50 * 3]
