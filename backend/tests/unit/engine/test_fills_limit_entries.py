"""Limit entries: when they fill, at what price, what replaces and cancels them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.engine.fill_scenes import BOTH_SIDES, Scene, Trade, check_scene, play
from tests.unit.engine.single_trade_cases import FLAT

DIP = (100.0, 101.0, 94.0, 99.0)
BELOW = (93.0, 96.0, 92.0, 95.0)
LIMIT = {"limit_entry": 5.0}  # rests at 95 after a close of 100
RESTS = {"limit_entry": 5.0, "limit_bars": 3.0}

SCENES = (
    Scene("reached: at the limit", (FLAT, DIP, FLAT), (Trade(1, 95, 2, 100, "end_of_data"),), columns=LIMIT),
    Scene(
        "touched is reached",
        (FLAT, (100, 101, 95, 99), FLAT),
        (Trade(1, 95, 2, 100, "end_of_data"),),
        columns=LIMIT,
    ),
    Scene("not reached: no trade", (FLAT, FLAT, DIP), (), columns=LIMIT),
    Scene(
        "an open beyond the limit fills there, without slippage",
        (FLAT, BELOW, FLAT),
        (Trade(1, 93, 2, 100, "end_of_data"),),
        columns=LIMIT,
        terms={"slippage_bps": 50.0},
    ),
    Scene(
        "no slippage at the limit either",
        (FLAT, DIP, FLAT),
        (Trade(1, 95, 2, 100, "end_of_data"),),
        columns=LIMIT,
        terms={"slippage_bps": 50.0},
    ),
    Scene("not on the signal's own bar", (DIP, FLAT, FLAT), (), columns=LIMIT),
    Scene(
        "a distance of 0 rests at the close",
        (FLAT, (101, 102, 100, 101), FLAT),
        (Trade(1, 100, 2, 100, "end_of_data"),),
        columns={"limit_entry": 0.0},
    ),
    Scene(
        "rests for its bars",
        (FLAT, FLAT, FLAT, DIP, FLAT),
        (Trade(3, 95, 4, 100, "end_of_data"),),
        columns=RESTS,
    ),
    Scene("and no longer", (FLAT, FLAT, FLAT, FLAT, DIP), (), columns=RESTS),
    Scene(
        "bars are rounded down",
        (FLAT, FLAT, DIP, FLAT),
        (),
        columns={"limit_entry": 5.0, "limit_bars": 1.9},
    ),
    Scene(
        "the limit is that of the signal's bar",
        (FLAT, (102, 103, 101, 103), (102, 103, 97, 98), FLAT),
        (),
        columns=RESTS,
    ),
    Scene(
        "a newer signal replaces it",
        (FLAT, (109, 111, 108, 110), (109, 110, 106, 108), FLAT),
        (Trade(2, 107, 3, 100, "end_of_data"),),
        enter=(0, 1),
        columns={"limit_entry": {0: 5.0, 1: 3.0}, "limit_bars": 5.0},
    ),
    Scene(
        "an exit signal of its side cancels it",
        (FLAT, FLAT, DIP, FLAT),
        (),
        exit=(1,),
        columns=RESTS,
    ),
    Scene(
        "an exit signal beside the entry does not",
        (FLAT, DIP, FLAT),
        (Trade(1, 95, 2, 100, "end_of_data"),),
        exit=(0,),
        columns=LIMIT,
    ),
    Scene(
        "an entry of the other side takes its place",
        (FLAT, FLAT, (100, 106, 94, 100), FLAT),
        (Trade(2, 105, 3, 100, "end_of_data", is_against=True),),
        against=(1,),
        columns=RESTS,
    ),
    Scene(
        "entries of both sides together leave it alone",
        (FLAT, FLAT, DIP, FLAT),
        (Trade(2, 95, 3, 100, "end_of_data"),),
        enter=(0, 1),
        against=(1,),
        columns=RESTS,
    ),
    Scene(
        "an entry without a limit is none and replaces nothing",
        (FLAT, FLAT, DIP, FLAT),
        (Trade(2, 95, 3, 100, "end_of_data"),),
        enter=(0, 1),
        columns={"limit_entry": {0: 5.0}, "limit_bars": 3.0},
    ),
    Scene(
        "an opposite entry closes at the open and rests from that bar on",
        (FLAT, DIP, (98, 99, 97, 98), (98, 104, 97, 98), FLAT),
        (
            Trade(1, 95, 2, 98, "reversal"),
            Trade(3, 104, 4, 100, "end_of_data", is_against=True),
        ),
        against=(1,),
        columns=RESTS,
    ),
    Scene(
        "an opposite entry without a limit reverses nothing",
        (FLAT, DIP, FLAT, FLAT),
        (Trade(1, 95, 3, 100, "end_of_data"),),
        against=(1,),
        columns={"limit_entry": {0: 5.0}},
    ),
    Scene(
        "no order rests beside a position of its side",
        (FLAT, DIP, (100, 101, 99, 101), (100, 101, 84, 99), DIP, FLAT),
        (Trade(1, 95, 3, 90, "stop_loss"),),
        enter=(0, 2),
        columns={"limit_entry": 5.0, "limit_bars": 4.0, "stop_loss": 5.0},
    ),
    Scene(
        "after a fill the order is gone",
        (FLAT, (100, 101, 84, 99), DIP, FLAT),
        (Trade(1, 95, 1, 90, "stop_loss"),),
        columns=RESTS | {"stop_loss": 5.0},
    ),
    Scene(
        "levels stand at the fill",
        (FLAT, BELOW, (95, 97.5, 94, 97), FLAT),
        (Trade(1, 93, 2, 97, "take_profit"),),
        columns=LIMIT | {"take_profit": 4.0},
    ),
    Scene(
        "a stop behind the limit is reached on the fill's own bar",
        (FLAT, (100, 101, 89, 96), FLAT),
        (Trade(1, 95, 1, 90, "stop_loss"),),
        columns=LIMIT | {"stop_loss": 5.0},
    ),
    Scene(
        "a high before the fill reaches no target",
        (FLAT, (100, 104, 94, 96), FLAT),
        (Trade(1, 95, 2, 100, "take_profit"),),
        columns=LIMIT | {"take_profit": 5.0},
    ),
    Scene(
        "a close beyond the target does",
        (FLAT, (100, 104, 94, 103), FLAT),
        (Trade(1, 95, 1, 100, "take_profit"),),
        columns=LIMIT | {"take_profit": 5.0},
    ),
    Scene(
        "a fill at the open has the whole bar before it",
        (FLAT, (95, 101, 94, 96), FLAT),
        (Trade(1, 95, 1, 100, "take_profit"),),
        columns=LIMIT | {"take_profit": 5.0},
    ),
    Scene(
        "a high before the fill lifts no trailing level, the close does",
        (FLAT, (100, 110, 94, 98), (97, 97, 93.5, 96), (97, 98, 92, 96)),
        (Trade(1, 95, 3, 93, "trailing_stop"),),
        columns=LIMIT | {"trailing_stop": 5.0},
    ),
    Scene(
        "the last bar's signal rests on nothing",
        (FLAT, FLAT, FLAT),
        (),
        enter=(2,),
        columns=LIMIT,
    ),
)


@BOTH_SIDES
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_limit_entries(scene: Scene, side: str) -> None:
    check_scene(scene, side)


@BOTH_SIDES
@pytest.mark.parametrize("distance", [np.nan, -0.5])
def test_a_distance_that_is_none_is_no_entry(distance: float, side: str) -> None:
    scene = Scene("", (FLAT, DIP, FLAT), (), columns={"limit_entry": distance})
    assert len(play(scene, side).trades) == 0


@BOTH_SIDES
@pytest.mark.parametrize("bars", [np.nan, 0.0, 0.99])
def test_less_than_a_bar_is_no_entry(bars: float, side: str) -> None:
    scene = Scene("", (FLAT, DIP, FLAT), (), columns={"limit_entry": 5.0, "limit_bars": bars})
    assert len(play(scene, side).trades) == 0


@BOTH_SIDES
def test_excursions_of_a_fill_within_the_bar_leave_out_what_came_before(side: str) -> None:
    scene = Scene("", (FLAT, (100, 140, 94, 96), FLAT), (), columns=LIMIT, exit=(1,))
    trades = play(scene, side).trades
    entry = 95.0 if side == "long" else 105.0
    assert trades.mfe[0] == pytest.approx(5.0 / entry)  # the exit at 100, not the high of 140
    assert trades.mae[0] == pytest.approx(-1.0 / entry)


def test_equity_is_that_of_the_fill_not_of_the_signal() -> None:
    scene = Scene(
        "",
        (FLAT, FLAT, (110, 111, 109, 110), (110, 111, 94, 100), FLAT),
        (
            Trade(1, 100, 2, 110, "signal", 100.0),
            Trade(3, 95, 4, 100, "end_of_data", 115.0),  # 11,000 / 95
        ),
        enter=(0, 2),
        exit=(1,),
        columns={"limit_entry": {0: 0.0, 2: 15.0}},
    )
    check_scene(scene, "long")
