"""What holds for every basket: money, slots, order, and that nothing is known before its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.basket.benchmark import draw_market, hold_equally
from app.engine.basket.simulation import simulate_basket
from app.engine.basket.terms import Basket, BasketUnsuitable
from app.engine.basket.timeline import merge_bars
from app.engine.benchmark import buy_and_hold
from app.engine.execution import Execution
from app.engine.fills import Fills
from app.engine.intervals import Interval
from app.engine.trades import Trades, bars_held
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.random_baskets import BasketCase, random_basket

seeds = st.integers(0, 2**32 - 1)
SIDEWAYS = (100.0, 101.0, 99.0, 100.0)


def make_case(seed: int, **more: bool) -> BasketCase:
    return random_basket(np.random.default_rng(seed), **more)


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_money_is_neither_made_nor_lost(seed: int) -> None:
    case = make_case(seed)
    fills = case.simulate()
    start, made = case.execution.initial_cash, float(fills.trades.pnl.sum())
    assert fills.equity[-1] == pytest.approx(start + made, rel=1e-9, abs=1e-9 * start)
    closed = fills.trades.is_closed
    assert fills.equity[: case.first + 1].tolist() == [start] * (case.first + 1)
    if closed.all():
        assert fills.cash == fills.equity[-1]


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_no_more_positions_than_slots(seed: int) -> None:
    case = make_case(seed)
    # What leaves within a bar that overlaps others' leaves its slot with that bar's end.
    if case.bars[0].interval.is_intraday:
        return
    trades = case.simulate().trades
    last = trades.closes_position
    starts = trades.entry_index[last]
    stops = starts + bars_held(trades)[last]
    times = np.arange(int(stops.max(initial=0)) + 1)
    held = ((times[:, np.newaxis] >= starts) & (times[:, np.newaxis] < stops)).sum(axis=1)
    assert held.max(initial=0) <= case.basket.slots


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_nothing_is_bought_with_money_that_is_not_there(seed: int) -> None:
    """Of longs that pay no nights, money goes out at each entry and comes back at each exit."""
    case = make_case(seed)
    never = [np.zeros(len(some), dtype=np.bool_) for some in case.signals]
    longs = tuple(replace(some, enter_short=no) for some, no in zip(case.signals, never, strict=True))
    case = replace(case, signals=longs, basket=replace(case.basket, rebalance="none"), splits=())
    case = replace(case, execution=replace(case.execution, borrow_rate=0.0, overnight_rate=0.0))
    case = replace(case, execution=replace(case.execution, close_at_end=True))
    trades = case.simulate().trades
    start = case.execution.initial_cash
    flows = np.zeros(len(merge_bars(case.bars)) + 1)
    paid = trades.quantity * trades.entry_price
    np.add.at(flows, trades.entry_index, -paid)
    # An exit within a bar frees its money for the next time at the earliest.
    later = trades.exit_index + (bars_held(trades) - trades.bars)
    np.add.at(flows, later, paid + trades.pnl)
    spare = float(trades.commission.sum())  # entries' commissions are counted at the exits here
    assert (start + np.cumsum(flows)).min() >= -1e-9 * start - spare


@given(seeds, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_of_instruments_does_not_matter_without_ties(seed: int, random: object) -> None:
    case = make_case(seed, ties=False)
    order = np.random.default_rng(seed).permutation(len(case.bars)).tolist()
    fills, other = case.simulate(), case.reorder(order).simulate()
    # Sums in another order may round a quantity down to the step beside.
    start = case.execution.initial_cash
    np.testing.assert_allclose(other.equity, fills.equity, rtol=1e-6, atol=1e-6 * start)
    assert len(other.trades) == len(fills.trades)
    own = sorted(zip(fills.trades.entry_index.tolist(), fills.trades.instrument.tolist(), strict=True))
    names = [order[place] for place in other.trades.instrument.tolist()]
    assert sorted(zip(other.trades.entry_index.tolist(), names, strict=True)) == own


@given(seeds, st.floats(0.1, 0.9))
@settings(max_examples=300, deadline=None)
def test_what_comes_later_changes_nothing_before(seed: int, share: float) -> None:
    case = make_case(seed)
    whole = merge_bars(case.bars)
    place = max(int(len(whole) * share), case.first + 1)
    if place >= len(whole):
        return
    cut = case.cut_at(int(whole.time[place]))
    if cut is None:
        return
    full, part = case.simulate(), cut.simulate()
    step = whole.step_seconds
    # The last bars of the shorter one are cut off from what would close them: judge up to those before.
    sure = int(np.searchsorted(whole.time, whole.time[place - 1] - step)) if step else place - 1
    assert part.equity[:sure].tolist() == full.equity[:sure].tolist()
    for name in ("entry_index", "instrument", "entry_price", "quantity", "pnl"):
        assert settled(part, sure, name) == settled(full, sure, name)


def settled(fills: Fills, before: int, name: str) -> list[float]:
    trades = fills.trades
    rows = (trades.exit_index >= 0) & (trades.exit_index < before)
    values: list[float] = getattr(trades, name)[rows].tolist()
    return values


def test_free_slots_go_to_the_highest_rank_and_undefined_ones_come_last() -> None:
    bars = [make_bars([SIDEWAYS] * 4)] * 4
    ranks = (1.0, float("nan"), 3.0, 2.0)
    signals = [make_signals(4, enter_long=[0], rank=rank) for rank in ranks]
    for slots, expected in ((1, [2]), (2, [2, 3]), (3, [0, 2, 3]), (4, [0, 1, 2, 3])):
        fills = simulate_basket(merge_bars(bars), signals, Basket(slots), Execution())
        assert fills.trades.instrument.tolist() == expected
    unranked = [make_signals(4, enter_long=[0]) for _ in bars]
    fills = simulate_basket(merge_bars(bars), unranked, Basket(2), Execution())
    assert fills.trades.instrument.tolist() == [0, 1]


def test_an_exit_frees_its_slot_for_an_entry_at_the_same_open() -> None:
    bars = [make_bars([SIDEWAYS] * 5)] * 2
    signals = [make_signals(5, enter_long=[0], exit_long=[2]), make_signals(5, enter_long=[0, 1, 2])]
    trades = simulate_basket(merge_bars(bars), signals, Basket(1), Execution()).trades
    assert list(zip(trades.instrument.tolist(), trades.entry_index.tolist(), strict=True)) == [(0, 1), (1, 3)]
    assert trades.exit_index.tolist() == [3, 4]


def test_an_order_waits_for_its_instruments_own_next_bar() -> None:
    """The second instrument has no bar on the second and third day; it is marked at its last close."""
    every = make_bars([SIDEWAYS] * 6)
    rows = [SIDEWAYS, (100.0, 110.0, 100.0, 110.0), (120.0, 120.0, 120.0, 120.0), SIDEWAYS]
    some = make_bars(rows)
    some = replace(some, time=every.time[[0, 3, 4, 5]])
    signals = [make_signals(6), make_signals(4, enter_long=[0], exit_long=[2])]
    fills = simulate_basket(merge_bars([every, some]), signals, Basket(1), Execution(1_000.0))
    assert fills.trades.entry_index.tolist() == [3]
    assert fills.trades.entry_price.tolist() == [100.0]
    assert fills.equity.tolist() == [1_000.0, 1_000.0, 1_000.0, 1_100.0, 1_200.0, 1_000.0]


def test_a_basket_of_equal_weights_puts_its_part_in_each() -> None:
    bars = [make_bars([SIDEWAYS] * 3)] * 3
    signals = [make_signals(3, enter_long=[0], size=0.5) for _ in bars]
    trades = simulate_basket(merge_bars(bars), signals, Basket(3), Execution(9_000.0)).trades
    assert trades.quantity.tolist() == [15.0, 15.0, 15.0]


def test_weights_by_volatility_give_the_quieter_one_more() -> None:
    quiet = [(100.0, 100.0, 100.0, 100.0 + (bar % 2)) for bar in range(8)]
    wild = [(100.0, 100.0, 100.0, 100.0 + 2.0 * (bar % 2)) for bar in range(8)]
    bars = [make_bars(rows) for rows in (quiet, wild)]
    signals = [make_signals(8, enter_long=[5]) for _ in bars]
    basket = Basket(2, "volatility", 4)
    trades = simulate_basket(merge_bars(bars), signals, basket, Execution(9_000.0)).trades
    first, second = (trades.quantity * trades.entry_price).tolist()
    returns = [np.array([close / before - 1 for before, close in ((1.0, 1.01), (1.01, 1.0))])]
    spreads = [returns[0].std(), np.array([0.02, 1.0 / 1.02 - 1.0]).std()]
    inverse = 1.0 / np.array(spreads)
    expected = 4_500.0 * inverse / inverse.mean()
    assert first == pytest.approx(expected[0], rel=1e-6)
    assert second == pytest.approx(9_000.0 - expected[0], rel=1e-6)  # no more than is left


def test_rebalancing_brings_positions_back_to_their_weight_at_the_first_open_of_the_month() -> None:
    days = 40  # from 1 January 2020: February begins on the 32nd
    up = make_bars([SIDEWAYS] + [(100.0, 300.0, 100.0, 200.0)] + [(200.0, 200.0, 200.0, 200.0)] * (days - 2))
    flat = make_bars([SIDEWAYS] * days)
    signals = [make_signals(days, enter_long=[0]) for _ in range(2)]
    basket = Basket(2, rebalance="month")
    trades = simulate_basket(merge_bars([up, flat]), signals, basket, Execution(2_000.0)).trades
    # 10 units of 200 and 10 of 100 make 3,000: 1,500 for each.
    assert trades.instrument.tolist() == [0, 0, 1]
    assert trades.quantity.tolist() == pytest.approx([2.5, 7.5, 15.0])
    assert trades.exit_index.tolist() == [31, 39, 39]
    assert [int(code) for code in trades.exit_reason] == [9, 6, 6]
    assert trades.pnl.tolist() == pytest.approx([250.0, 750.0, 0.0])
    assert trades.closes_position.tolist() == [False, True, True]


def test_overlapping_bars_of_two_grids_know_nothing_of_each_others_ends() -> None:
    """A stop within a bar of an hour frees its money only when that hour is over."""
    hourly = make_bars([SIDEWAYS, SIDEWAYS, (100.0, 100.0, 40.0, 50.0), SIDEWAYS], Interval.HOUR_1)
    half = replace(make_bars([SIDEWAYS] * 4, Interval.HOUR_1), time=hourly.time + 1_800)
    signals = [
        make_signals(4, enter_long=[0], stop_loss=50.0),
        make_signals(4, enter_long=[1], stop_loss=50.0),
    ]
    trades = simulate_basket(merge_bars([hourly, half]), signals, Basket(1), Execution()).trades
    # The first is stopped in the bar of 02:00; the second's order of 02:30 finds the slot taken.
    assert trades.instrument.tolist() == [0]
    late = [signals[0], make_signals(4, enter_long=[2], stop_loss=50.0)]
    trades = simulate_basket(merge_bars([hourly, half]), late, Basket(1), Execution()).trades
    assert trades.instrument.tolist() == [0, 1]


def test_the_benchmark_holds_equal_parts_from_each_ones_first_bar() -> None:
    first = make_bars([SIDEWAYS, SIDEWAYS, (100.0, 200.0, 100.0, 200.0), (200.0,) * 4])
    second = make_bars([SIDEWAYS, (100.0, 150.0, 100.0, 150.0)])
    second = replace(second, time=first.time[2:])
    timeline = merge_bars([first, second])
    held = hold_equally(timeline, Execution(2_000.0))
    assert held.equity.tolist() == [2_000.0, 2_000.0, 3_000.0, 3_500.0]
    assert held.trades.instrument.tolist() == [0, 1]
    assert held.trades.entry_index.tolist() == [1, 3]
    assert draw_market(timeline).close.tolist() == [1.0, 1.0, 1.5, 1.75]
    alone = hold_equally(merge_bars([first]), Execution(2_000.0))
    assert alone.equity.tolist() == buy_and_hold(first, Execution(2_000.0)).equity.tolist()
    assert isinstance(alone.trades, Trades)


def test_a_split_is_no_fall_of_the_market() -> None:
    rows = [SIDEWAYS, SIDEWAYS, (50.0, 50.5, 49.5, 50.0), (50.0, 55.0, 50.0, 55.0)]
    splits = [[(date(2020, 1, 3), 2.0)], []]
    timeline = merge_bars([make_bars(rows), make_bars([SIDEWAYS] * 4)], splits)
    assert draw_market(timeline).close.tolist() == [1.0, 1.0, 1.0, 1.05]
    held = hold_equally(timeline, Execution(2_000.0), splits=splits)
    assert held.equity.tolist() == [2_000.0, 2_000.0, 2_000.0, 2_100.0]


def test_what_a_basket_cannot_do_is_refused() -> None:
    bars = [make_bars([SIDEWAYS] * 3)] * 2
    limited = [make_signals(3, enter_long=[0], limit_entry=1.0)] * 2
    with pytest.raises(BasketUnsuitable, match="limit_entry"):
        simulate_basket(merge_bars(bars), limited, Basket(1), Execution())
    risky = [make_signals(3, enter_long=[0], risk=0.01, stop_loss=1.0)] * 2
    with pytest.raises(BasketUnsuitable, match="risk"):
        simulate_basket(merge_bars(bars), risky, Basket(1, rebalance="week"), Execution())
    with pytest.raises(ValueError, match="at least 1"):
        Basket(0)
    with pytest.raises(ValueError, match="one interval"):
        merge_bars([bars[0], replace(bars[1], interval=Interval.HOUR_1)])
