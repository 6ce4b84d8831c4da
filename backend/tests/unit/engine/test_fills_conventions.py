"""Each published convention by hand-made bars, for a long and for its mirror image, a short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.lean_kernel import fill_orders
from app.engine.fills import simulate
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import make_bars, make_signals, random_bars, random_signals

MIRROR = 200.0
"""A short sees prices mirrored at 100: the bar (o, h, l, c) becomes (200 − o, 200 − l, 200 − h, 200 − c)."""

Row = tuple[float, float, float, float]
FLAT: Row = (100.0, 101.0, 99.0, 100.0)


@dataclass(frozen=True)
class Case:
    """Long bars and signals, and what the single trade must be. Signals on bar 0 unless said otherwise.

    `exit_price` is the price before slippage; `slips` says whether the exit pays slippage; `at_level`
    whether the price is one that stands at a distance from the entry's fill, and so moves with that fill's
    slippage.
    """

    name: str
    rows: tuple[Row, ...]
    reason: str | None
    exit_index: int
    exit_price: float
    slips: bool
    at_level: bool = False
    enter: tuple[int, ...] = (0,)
    exit: tuple[int, ...] = ()
    against: tuple[int, ...] = ()
    distances: Mapping[str, float | Mapping[int, float]] = field(default_factory=dict)


CASES = (
    Case(
        "exit signal fills at the next open",
        (FLAT, FLAT, FLAT, (103, 104, 102, 103)),
        "signal",
        3,
        103,
        True,
        exit=(2,),
    ),
    Case(
        "an opposite entry reverses at the same open",
        (FLAT, FLAT, (103, 104, 102, 103), FLAT),
        "reversal",
        2,
        103,
        True,
        against=(1,),
    ),
    Case(
        "its own exit signal beside the opposite entry",
        (FLAT, FLAT, (103, 104, 102, 103), FLAT),
        "signal",
        2,
        103,
        True,
        exit=(1,),
        against=(1,),
    ),
    Case(
        "stop at its trigger",
        (FLAT, FLAT, (100, 100, 94, 97), FLAT),
        "stop_loss",
        2,
        95,
        True,
        at_level=True,
        distances={"stop_loss": 5},
    ),
    Case(
        "a stop touched is hit",
        (FLAT, FLAT, (99, 99, 95, 98), FLAT),
        "stop_loss",
        2,
        95,
        True,
        at_level=True,
        distances={"stop_loss": 5},
    ),
    Case(
        "a gap through the stop fills at the open",
        (FLAT, FLAT, (90, 93, 89, 92), FLAT),
        "stop_loss",
        2,
        90,
        True,
        distances={"stop_loss": 5},
    ),
    Case(
        "an open beyond the stop counts even outside high and low",
        (FLAT, FLAT, (94, 99, 97, 98), FLAT),
        "stop_loss",
        2,
        94,
        True,
        distances={"stop_loss": 5},
    ),
    Case(
        "a stop lives from the entry bar on",
        (FLAT, (100, 101, 94, 96), FLAT),
        "stop_loss",
        1,
        95,
        True,
        at_level=True,
        distances={"stop_loss": 5},
    ),
    Case(
        "target at its trigger, no slippage",
        (FLAT, FLAT, (100, 107, 99, 101), FLAT),
        "take_profit",
        2,
        105,
        False,
        at_level=True,
        distances={"take_profit": 5},
    ),
    Case(
        "a gap through the target fills at the open",
        (FLAT, FLAT, (108, 109, 107, 108), FLAT),
        "take_profit",
        2,
        108,
        False,
        distances={"take_profit": 5},
    ),
    Case(
        "an open beyond the target counts even outside high and low",
        (FLAT, FLAT, (107, 104, 102, 103), FLAT),
        "take_profit",
        2,
        107,
        False,
        distances={"take_profit": 5},
    ),
    Case(
        "a target lives from the entry bar on",
        (FLAT, (100, 106, 99, 100), FLAT),
        "take_profit",
        1,
        105,
        False,
        at_level=True,
        distances={"take_profit": 5},
    ),
    Case(
        "stop and target in one bar: the stop",
        (FLAT, FLAT, (100, 107, 94, 101), FLAT),
        "stop_loss",
        2,
        95,
        True,
        at_level=True,
        distances={"stop_loss": 5, "take_profit": 5},
    ),
    Case(
        "the stop even where the bar opened beyond the target",
        (FLAT, FLAT, (106, 107, 94, 101), FLAT),
        "stop_loss",
        2,
        95,
        True,
        at_level=True,
        distances={"stop_loss": 5, "take_profit": 5},
    ),
    Case(
        "the distance is the entry's signal bar's, not a later one's",
        (FLAT, FLAT, (100, 100, 96, 97), (100, 100, 94, 97), FLAT),
        "stop_loss",
        3,
        95,
        True,
        at_level=True,
        distances={"stop_loss": {0: 5, 1: 2, 2: 2}},
    ),
    Case(
        "an undefined distance is no stop",
        (FLAT, FLAT, (50, 51, 49, 50), FLAT),
        "end_of_data",
        3,
        100,
        False,
        distances={"stop_loss": {1: 5}},
    ),
    Case(
        "a distance of 0 is no stop",
        (FLAT, FLAT, (50, 51, 49, 50), FLAT),
        "end_of_data",
        3,
        100,
        False,
        distances={"stop_loss": 0},
    ),
    Case(
        "a trailing level starts at the entry's fill",
        (FLAT, (100, 101, 94.5, 96), FLAT),
        "trailing_stop",
        1,
        95,
        True,
        at_level=True,
        distances={"trailing_stop": 5},
    ),
    Case(
        "a trailing level knows nothing of the bar that it is in",
        (FLAT, (100, 120, 99, 118), (118, 119, 116, 117), (117, 118, 114, 117), FLAT),
        "trailing_stop",
        3,
        115,
        True,
        distances={"trailing_stop": 5},
    ),
    Case(
        "a trailing level never moves back",
        (FLAT, (100, 110, 99, 109), (108, 109, 106, 107), (107, 108, 104, 106), FLAT),
        "trailing_stop",
        3,
        105,
        True,
        distances={"trailing_stop": 5},
    ),
    Case(
        "a gap through the trailing level fills at the open",
        (FLAT, (100, 110, 99, 109), (101, 102, 100, 101), FLAT),
        "trailing_stop",
        2,
        101,
        True,
        distances={"trailing_stop": 5},
    ),
    Case(
        "of several stops the nearest: the fixed one first",
        (FLAT, FLAT, (100, 100, 90, 92), FLAT),
        "stop_loss",
        2,
        97,
        True,
        at_level=True,
        distances={"stop_loss": 3, "trailing_stop": 5},
    ),
    Case(
        "of several stops the nearest: the trailing one when it has caught up",
        (FLAT, (100, 110, 99, 109), (109, 109, 90, 92), FLAT),
        "trailing_stop",
        2,
        105,
        True,
        distances={"stop_loss": 3, "trailing_stop": 5},
    ),
    Case(
        "equal stops are called stop_loss",
        (FLAT, (100, 100, 90, 92), FLAT),
        "stop_loss",
        1,
        95,
        True,
        at_level=True,
        distances={"stop_loss": 5, "trailing_stop": 5},
    ),
    Case(
        "a market exit at the open comes before the stop of that bar",
        (FLAT, FLAT, (90, 91, 80, 85), FLAT),
        "signal",
        2,
        90,
        True,
        exit=(1,),
        distances={"stop_loss": 5},
    ),
    Case(
        "a market exit at the open comes before a gap through the target",
        (FLAT, FLAT, (110, 111, 109, 110), FLAT),
        "signal",
        2,
        110,
        True,
        exit=(1,),
        distances={"take_profit": 5},
    ),
    Case(
        "no pyramiding: a further entry changes nothing",
        (FLAT, FLAT, (103, 104, 102, 103), (96, 96, 94, 95), FLAT),
        "stop_loss",
        3,
        95,
        True,
        enter=(0, 1),
        at_level=True,
        distances={"stop_loss": 5},
    ),
    Case(
        "entries of both sides together are none, and reverse nothing",
        (FLAT, FLAT, FLAT, (103, 104, 102, 102)),
        "end_of_data",
        3,
        102,
        False,
        enter=(0, 1),
        against=(1,),
    ),
    Case(
        "the last close closes what is open, without slippage",
        (FLAT, FLAT, (103, 104, 102, 102)),
        "end_of_data",
        2,
        102,
        False,
    ),
    Case(
        "an exit signal on the last bar has no bar to fill on",
        (FLAT, FLAT, (103, 104, 102, 102)),
        "end_of_data",
        2,
        102,
        False,
        exit=(2,),
    ),
)


def mirrored(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple((MIRROR - o, MIRROR - low, MIRROR - high, MIRROR - c) for o, high, low, c in rows)


@pytest.mark.parametrize("slippage_bps", [0.0, 20.0])
@pytest.mark.parametrize("side", ["long", "short"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_convention(case: Case, side: str, slippage_bps: float) -> None:
    is_long = side == "long"
    rows = case.rows if is_long else mirrored(case.rows)
    # With slippage the entry's fill moves by 0.2, and each level with it.
    slip = slippage_bps * 1e-4
    entry = 100.0 * (1.0 + slip if is_long else 1.0 - slip)
    level_shift = entry - 100.0
    enter, leave, against = ("long", "long", "short") if is_long else ("short", "short", "long")
    keywords: dict[str, Any] = {f"enter_{enter}": case.enter, f"exit_{leave}": case.exit, **case.distances}
    keywords[f"enter_{against}"] = case.against
    signals = make_signals(len(rows), **keywords)
    execution = Execution(10_000.0, commission_bps=10.0, slippage_bps=slippage_bps)

    trades = simulate(make_bars(rows), signals, execution).trades

    assert trades.side[0] == (1 if is_long else -1)
    assert trades.entry_index[0] == 1
    assert trades.entry_price[0] == pytest.approx(entry, rel=1e-15)
    assert ExitReason(trades.exit_reason[0]).label == case.reason
    assert trades.exit_index[0] == case.exit_index
    reference = case.exit_price if is_long else MIRROR - case.exit_price
    if case.at_level:
        reference += level_shift
    expected = reference
    if case.slips:
        expected = reference * (1.0 - slip if is_long else 1.0 + slip)
    assert trades.exit_price[0] == pytest.approx(expected, rel=1e-13)


def test_a_reversal_enters_the_other_side_at_the_same_open() -> None:
    bars = make_bars((FLAT, FLAT, (103, 104, 102, 103), FLAT))
    signals = make_signals(4, enter_long=(0,), enter_short=(1,))
    trades = simulate(bars, signals, Execution(10_000.0)).trades
    assert trades.side.tolist() == [1, -1]
    assert trades.exit_index[0] == trades.entry_index[1] == 2
    assert trades.exit_price[0] == trades.entry_price[1] == 103.0
    assert trades.exit_reason[0] == ExitReason.REVERSAL


def test_exit_and_entry_of_one_side_together_leave_and_enter_again() -> None:
    bars = make_bars((FLAT,) * 4)
    trades = simulate(bars, make_signals(4, enter_long=(0, 1), exit_long=(1,)), Execution(10_000.0)).trades
    assert trades.exit_reason[0] == ExitReason.SIGNAL
    assert trades.exit_index[0] == trades.entry_index[1] == 2


def test_an_exit_signal_while_flat_does_not_hinder_the_entry_beside_it() -> None:
    bars = make_bars((FLAT,) * 3)
    trades = simulate(bars, make_signals(3, enter_long=(0,), exit_long=(0,)), Execution(10_000.0)).trades
    assert trades.entry_index.tolist() == [1]


def test_a_signal_at_the_close_of_the_bar_of_a_stop_enters_at_the_next_open() -> None:
    bars = make_bars((FLAT, (100, 101, 94, 96), FLAT, FLAT))
    signals = make_signals(4, enter_long=(0, 1), stop_loss=5.0)
    trades = simulate(bars, signals, Execution(10_000.0)).trades
    assert trades.entry_index.tolist() == [1, 2]
    assert trades.exit_index[0] == 1


def test_a_signal_ignored_while_in_a_position_is_not_made_up_for_after_its_stop() -> None:
    bars = make_bars((FLAT, FLAT, (100, 101, 94, 96), FLAT, FLAT))
    trades = simulate(bars, make_signals(5, enter_long=(0, 1), stop_loss=5.0), Execution(10_000.0)).trades
    assert trades.entry_index.tolist() == [1]


@pytest.mark.parametrize("size", [np.nan, 0.0, -1.0])
def test_an_entry_without_size_is_none_and_reverses_nothing(size: float) -> None:
    bars = make_bars((FLAT,) * 4)
    signals = make_signals(4, enter_long=(0,), enter_short=(1,), size={0: 0.5, 1: size, 2: 1.0, 3: 1.0})
    trades = simulate(bars, signals, Execution(10_000.0)).trades
    assert trades.side.tolist() == [1]
    assert trades.exit_reason.tolist() == [ExitReason.END_OF_DATA]


@pytest.mark.parametrize("risk", [np.nan, 0.0])
def test_an_entry_without_risk_is_none(risk: float) -> None:
    signals = make_signals(3, enter_long=(0,), stop_loss=5.0, risk=risk)
    assert len(simulate(make_bars((FLAT,) * 3), signals, Execution(10_000.0)).trades) == 0


def test_an_entry_by_risk_without_a_defined_stop_is_none() -> None:
    signals = make_signals(3, enter_long=(0,), stop_loss=np.nan, risk=0.01)
    assert len(simulate(make_bars((FLAT,) * 3), signals, Execution(10_000.0)).trades) == 0


def test_a_signal_before_the_first_bar_does_not_count() -> None:
    bars = make_bars((FLAT, FLAT, FLAT, (90, 91, 80, 85), FLAT))
    early = simulate(bars, make_signals(5, enter_long=(1,)), Execution(10_000.0), first_bar=2)
    assert len(early.trades) == 0
    assert early.equity.tolist() == [10_000.0] * 5
    timely = simulate(bars, make_signals(5, enter_long=(1, 2)), Execution(10_000.0), first_bar=2)
    assert timely.trades.entry_index.tolist() == [3]
    assert timely.equity[:3].tolist() == [10_000.0] * 3


def test_a_signal_on_the_last_bar_has_no_bar_to_fill_on() -> None:
    fills = simulate(make_bars((FLAT,) * 3), make_signals(3, enter_long=(2,)), Execution(10_000.0))
    assert len(fills.trades) == 0


def test_open_at_the_end_is_marked_at_the_close() -> None:
    bars = make_bars((FLAT, FLAT, (103, 104, 102, 102)))
    fills = simulate(bars, make_signals(3, enter_long=(0,)), Execution(10_010.0, 10.0, close_at_end=False))
    trades = fills.trades
    assert trades.quantity[0] == 100.0
    assert ExitReason(trades.exit_reason[0]).label is None
    assert np.isnan(trades.exit_price[0])
    assert trades.exit_time[0] == 0
    assert trades.commission[0] == pytest.approx(10.0)
    assert trades.pnl[0] == pytest.approx(190.0)
    assert trades.bars[0] == 1
    assert fills.equity[-1] == pytest.approx(10_200.0)
    assert fills.cash == pytest.approx(0.0)


def test_commission_is_part_of_the_notional_and_a_fixed_part_on_each_fill() -> None:
    bars = make_bars((FLAT, FLAT, (110, 111, 109, 110)))
    signals = make_signals(3, enter_long=(0,), exit_long=(1,), size=0.5)
    fills = simulate(
        bars, signals, Execution(10_000.0, commission_bps=10.0, commission_fixed=2.0, whole_units=True)
    )
    trades = fills.trades
    assert trades.quantity[0] == 49.0  # (5,000 − 2) / 100.1
    assert trades.commission[0] == pytest.approx(49 * 100 * 0.001 + 2 + 49 * 110 * 0.001 + 2)
    assert trades.pnl[0] == pytest.approx(49 * 10 - trades.commission[0])
    assert trades.returns[0] == pytest.approx(trades.pnl[0] / 4_900.0)
    assert fills.equity[-1] == pytest.approx(10_000.0 + trades.pnl[0])


def test_slippage_is_counted_in_money_on_both_fills() -> None:
    bars = make_bars((FLAT, FLAT, (110, 111, 109, 110)))
    signals = make_signals(3, enter_long=(0,), exit_long=(1,), size=0.5)
    trades = simulate(bars, signals, Execution(10_000.0, slippage_bps=100.0, whole_units=True)).trades
    assert trades.entry_price[0] == pytest.approx(101.0)
    assert trades.exit_price[0] == pytest.approx(108.9)
    assert trades.slippage[0] == pytest.approx(49 * 1.0 + 49 * 1.1)


def test_equity_is_marked_at_each_close_for_both_sides() -> None:
    rows: tuple[Row, ...] = (FLAT, (100, 105, 99, 104), (104, 104, 95, 96), (96, 99, 95, 98))
    long = simulate(make_bars(rows), make_signals(4, enter_long=(0,)), Execution(10_000.0))
    assert long.equity.tolist() == [10_000.0, 10_400.0, 9_600.0, 9_800.0]
    short = simulate(make_bars(rows), make_signals(4, enter_short=(0,)), Execution(10_000.0))
    assert short.equity.tolist() == [10_000.0, 9_600.0, 10_400.0, 10_200.0]


@pytest.mark.parametrize("close_at_end", [True, False])
def test_ruin_closes_everything_and_ends_the_run(close_at_end: bool) -> None:
    rows: tuple[Row, ...] = (FLAT, FLAT, (150, 260, 150, 250), (50, 51, 49, 50), (50, 51, 49, 50))
    signals = make_signals(5, enter_short=(0,), enter_long=(2, 3))
    fills = simulate(make_bars(rows), signals, Execution(10_000.0, 10.0, close_at_end=close_at_end))
    assert fills.ruined
    assert len(fills.trades) == 1
    assert fills.trades.exit_reason[0] == ExitReason.RUIN
    assert fills.trades.exit_index[0] == 2
    assert fills.trades.exit_price[0] == 250.0
    assert fills.trades.commission[0] == pytest.approx(fills.trades.quantity[0] * 350.0 * 0.001)
    assert (fills.equity[2:] == fills.cash).all()
    assert fills.cash < -4_900.0


def test_equity_of_just_nothing_is_ruin() -> None:
    rows: tuple[Row, ...] = (FLAT, FLAT, (150, 200, 150, 200), FLAT, FLAT)
    fills = simulate(make_bars(rows), make_signals(5, enter_short=(0,)), Execution(10_000.0))
    assert fills.trades.exit_reason.tolist() == [ExitReason.RUIN]
    assert fills.equity.tolist() == [10_000.0, 10_000.0, 0.0, 0.0, 0.0]


def test_a_stop_gapped_far_through_ruins_as_well() -> None:
    rows: tuple[Row, ...] = (FLAT, FLAT, (250, 260, 240, 250), FLAT, FLAT)
    signals = make_signals(5, enter_short=(0, 3), stop_loss=5.0)
    fills = simulate(make_bars(rows), signals, Execution(10_000.0))
    assert fills.trades.exit_reason.tolist() == [ExitReason.STOP_LOSS]
    assert fills.ruined
    assert fills.equity[-1] == fills.cash < 0.0


def test_excursions_are_those_of_the_bars_held_and_of_the_exit() -> None:
    rows: tuple[Row, ...] = (FLAT, (100, 108, 98, 104), (104, 112, 96, 100), (94, 140, 60, 100))
    signals = make_signals(4, enter_long=(0,), exit_long=(2,))
    trades = simulate(make_bars(rows), signals, Execution(10_000.0)).trades
    assert trades.mfe[0] == pytest.approx(0.12)
    assert trades.mae[0] == pytest.approx(
        -0.06
    )  # the exit's fill at 94; the exit bar's later range is not the trade's
    short = simulate(
        make_bars(rows), make_signals(4, enter_short=(0,), exit_short=(2,)), Execution(10_000.0)
    ).trades
    assert short.mfe[0] == pytest.approx(0.06)
    assert short.mae[0] == pytest.approx(-0.12)


def test_excursions_never_have_the_wrong_sign() -> None:
    trades = simulate(
        make_bars((FLAT, (100, 100, 100, 100), (100, 100, 100, 100))),
        make_signals(3, enter_long=(0,), exit_long=(1,)),
        Execution(10_000.0, slippage_bps=50.0),
    ).trades
    assert trades.mfe[0] == 0.0
    assert trades.mae[0] < 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
@pytest.mark.parametrize("column", range(4))
def test_a_price_that_is_none_is_refused(column: int, bad: float) -> None:
    row = list(FLAT)
    row[column] = bad
    bars = make_bars((FLAT, (row[0], row[1], row[2], row[3]), FLAT))
    with pytest.raises(ValueError, match="price"):
        simulate(bars, make_signals(3), Execution())


def test_a_high_below_its_low_is_refused() -> None:
    with pytest.raises(ValueError, match="high below its low"):
        simulate(make_bars((FLAT, (100, 99, 101, 100))), make_signals(2), Execution())


@pytest.mark.parametrize("first_bar", [-1, 3, 4])
def test_a_first_bar_that_is_not_there_is_refused(first_bar: int) -> None:
    with pytest.raises(ValueError, match="first_bar"):
        simulate(make_bars((FLAT,) * 3), make_signals(3), Execution(), first_bar)


def test_no_bars_are_refused() -> None:
    with pytest.raises(ValueError, match="first_bar 0 is not among 0 bars"):
        simulate(make_bars(()), make_signals(0), Execution())


def test_signals_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="enter_long"):
        simulate(make_bars((FLAT,) * 3), make_signals(2), Execution())
    with pytest.raises(ValueError, match="stop_loss"):
        simulate(make_bars((FLAT,) * 3), make_signals(3, stop_loss=np.ones(2)), Execution())


def test_one_bar_is_a_run_without_trades() -> None:
    fills = simulate(make_bars((FLAT,)), make_signals(1, enter_long=(0,)), Execution(10_000.0))
    assert fills.equity.tolist() == [10_000.0]
    assert len(fills.trades) == 0


def test_read_only_and_strided_columns_give_the_same_fills() -> None:
    rng = np.random.default_rng(5)
    bars = random_bars(rng, 200)
    signals = random_signals(rng, bars)
    expected = simulate(bars, signals, Execution())
    table = np.stack(bars.columns(), axis=1)
    strided = Bars(bars.time, table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4])
    open_, high, low, close, volume = (
        np.frombuffer(column.tobytes(), dtype=np.float64) for column in bars.columns()
    )
    stored = Bars(bars.time, open_, high, low, close, volume)
    for other in (strided, stored):
        assert simulate(other, signals, Execution()).equity.tobytes() == expected.equity.tobytes()
    assert len(vars(fill_orders)["overloads"]) == 1  # compiled once for all of them
