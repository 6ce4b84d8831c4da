"""Laws that hold for any bars, signals and terms."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling import layout
from app.engine.filling.prices import prepare_prices
from app.engine.filling.run import FillRoom, fill_fully, fill_leanly, fill_signals, pack_terms
from app.engine.fills import simulate
from app.engine.signals import Signals
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import cut_signals, random_bars, random_execution, random_signals
from tests.unit.engine.random_fills import random_case

seeds = st.integers(0, 2**32 - 1)
SETTLED = (
    "side",
    "exit_reason",
    "entry_index",
    "exit_index",
    "quantity",
    "entry_price",
    "exit_price",
    "pnl",
    "commission",
    "slippage",
    "mae",
    "mfe",
)


def draw(seed: int, count: int = 80) -> tuple[Bars, Signals, Execution]:
    rng = np.random.default_rng(seed)
    bars = random_bars(rng, count, volatility=float(rng.choice([0.02, 0.1, 0.3])))
    return bars, random_signals(rng, bars), random_execution(rng)


@given(seeds)
def test_money_is_conserved(seed: int) -> None:
    bars, signals, terms = draw(seed)
    fills = simulate(bars, signals, terms)
    expected = terms.initial_cash + float(fills.trades.pnl.sum())
    assert fills.equity[-1] == pytest.approx(expected, rel=1e-9, abs=1e-6 * terms.initial_cash)


@given(seeds, st.integers(2, 79))
def test_the_past_does_not_change_when_the_future_is_taken_away(seed: int, cut: int) -> None:
    bars, signals, terms = draw(seed)
    whole = simulate(bars, signals, terms)
    part = simulate(bars.head(cut), cut_signals(signals, 0, cut), terms)
    # The last bar's close-out is the only thing that knows where the data ends.
    assert part.equity[: cut - 1].tobytes() == whole.equity[: cut - 1].tobytes()
    settled = [
        place
        for place in range(len(part.trades))
        if part.trades.exit_reason[place] not in (ExitReason.END_OF_DATA, ExitReason.OPEN)
    ]
    for name in SETTLED:
        before, after = getattr(part.trades, name), getattr(whole.trades, name)
        assert before[settled].tobytes() == after[settled].tobytes(), name


@given(seeds)
def test_the_last_bars_signals_do_nothing(seed: int) -> None:
    bars, signals, terms = draw(seed)
    flipped = {
        name: getattr(signals, name).copy()
        for name in ("enter_long", "exit_long", "enter_short", "exit_short")
    }
    for column in flipped.values():
        column[-1] = not column[-1]
    assert simulate(bars, replace(signals, **flipped), terms).equity.tobytes() == (
        simulate(bars, signals, terms).equity.tobytes()
    )


@given(seeds)
def test_trades_never_overlap_and_lie_inside_the_run(seed: int) -> None:
    bars, signals, terms = draw(seed)
    first = seed % 10
    trades = simulate(bars, signals, terms, first).trades
    closed = trades.is_closed
    assert (trades.entry_index > first).all()
    assert (trades.exit_index[closed] >= trades.entry_index[closed]).all()
    assert (trades.entry_index[1:] >= trades.exit_index[:-1]).all()
    at_open = np.isin(trades.exit_reason, (ExitReason.SIGNAL, ExitReason.REVERSAL))
    assert (trades.entry_index[1:] > trades.exit_index[:-1])[~at_open[:-1]].all()
    assert closed[:-1].all()


@given(seeds)
def test_signs_and_grids(seed: int) -> None:
    bars, signals, terms = draw(seed)
    trades = simulate(bars, signals, terms).trades
    assert (trades.quantity > 0).all()
    assert (trades.mae <= 0).all()
    assert (trades.mfe >= 0).all()
    assert (trades.commission >= 0).all()
    assert (trades.slippage >= 0).all()
    if terms.whole_units:
        assert (trades.quantity == np.floor(trades.quantity)).all()
    if terms.slippage_bps == 0.0:
        assert (trades.slippage == 0.0).all()


@given(seeds)
def test_an_entry_never_costs_more_than_there_is(seed: int) -> None:
    bars, signals, terms = draw(seed)
    trades = simulate(bars, signals, terms).trades
    before = terms.initial_cash + np.concatenate(([0.0], np.cumsum(trades.pnl)[:-1])) if len(trades) else 0.0
    spent = trades.entry_notional() * (1.0 + terms.commission_rate) + terms.commission_fixed
    assert (spent <= before * (1.0 + 1e-12) + 1e-9 * terms.initial_cash).all()


def test_returns_and_bars_follow_from_the_other_columns() -> None:
    bars, signals, terms = draw(7)
    trades = simulate(bars, signals, replace(terms, close_at_end=True)).trades
    assert len(trades) > 3
    np.testing.assert_allclose(trades.returns, trades.pnl / (trades.quantity * trades.entry_price))
    assert (trades.bars == trades.exit_index - trades.entry_index).all()
    assert (trades.entry_time == bars.time[trades.entry_index]).all()
    assert (trades.exit_time == bars.time[trades.exit_index]).all()


@given(seeds)
def test_both_kernels_agree_to_the_bit_on_what_both_can_do(seed: int) -> None:
    bars, signals, terms = draw(seed)
    first = seed % 5
    prices, packed = prepare_prices(bars), pack_terms(terms)
    outcomes, rooms = [], []
    for fill in (fill_leanly, fill_fully):
        room = FillRoom.for_bars(len(bars))
        outcomes.append(fill(prices, signals, terms, first, room, packed))
        rooms.append(room)
    assert outcomes[0] == outcomes[1]
    count = outcomes[0].count
    assert rooms[0].equity.tobytes() == rooms[1].equity.tobytes()
    for name in ("codes", "indices", "figures"):
        lean, full = (getattr(room, name)[:, :count] for room in rooms)
        assert lean.tobytes() == full.tobytes(), name


@given(seeds)
def test_money_is_conserved_whatever_a_rule_asks_for(seed: int) -> None:
    case = random_case(np.random.default_rng(seed))
    fills = case.simulate()
    cash = case.execution.initial_cash
    expected = cash + float(fills.trades.pnl.sum())
    assert fills.equity[-1] == pytest.approx(expected, rel=1e-9, abs=1e-6 * cash)
    trades = fills.trades
    closed = trades.is_closed
    gain = trades.side * trades.quantity * (trades.exit_price - trades.entry_price)
    net = gain - trades.commission - trades.financing
    np.testing.assert_allclose(trades.pnl[closed], net[closed], rtol=1e-9, atol=1e-9 * cash)
    assert (trades.quantity > 0).all()
    assert (trades.mae <= 0).all()
    assert (trades.mfe >= 0).all()
    assert (trades.financing >= 0).all()


@given(seeds)
def test_the_legs_of_a_position_add_up_to_what_was_bought(seed: int) -> None:
    case = random_case(np.random.default_rng(seed))
    plain = replace(case, signals=replace(case.signals, take_profit_share=None, take_profit_2=None))
    legs, whole = case.simulate().trades, plain.simulate().trades
    if len(legs) == 0 or len(whole) == 0 or case.splits:
        return
    # The first position is the same in both: later ones have another equity.
    first = legs.entry_index == legs.entry_index[0]
    assert legs.entry_index[0] == whole.entry_index[0]
    assert legs.quantity[first].sum() == pytest.approx(whole.quantity[0], rel=1e-12)
    assert int(legs.closes_position[first].sum()) == 1


@given(seeds)
def test_nothing_special_knows_the_future(seed: int) -> None:
    case = random_case(np.random.default_rng(seed))
    cut = case.first_bar + 1 + seed % (len(case.bars) - case.first_bar)
    whole, part = case.simulate(), case.head(cut).simulate()
    assert part.equity[: cut - 1].tobytes() == whole.equity[: cut - 1].tobytes()
    ends = (ExitReason.END_OF_DATA, ExitReason.OPEN)
    settled = [place for place in range(len(part.trades)) if part.trades.exit_reason[place] not in ends]
    for name in (*SETTLED, "financing"):
        before, after = getattr(part.trades, name), getattr(whole.trades, name)
        assert before[settled].tobytes() == after[settled].tobytes(), name


@given(seeds)
def test_nothing_happens_before_the_bar_after_its_signal(seed: int) -> None:
    case = random_case(np.random.default_rng(seed))
    trades, signals = case.simulate().trades, case.signals
    for place, entry in enumerate(trades.entry_index.tolist()):
        enters = signals.enter_long if trades.side[place] > 0 else signals.enter_short
        rests = case.first_bar if signals.limit_entry is not None else entry - 1
        assert entry > case.first_bar
        assert enters[rests:entry].any()


def test_a_room_may_be_used_again_and_again() -> None:
    room = FillRoom.for_bars(80)
    for seed in range(30):
        bars, signals, terms = draw(seed)
        expected = simulate(bars, signals, terms)
        outcome = fill_signals(prepare_prices(bars), signals, terms, 0, room, with_excursions=False)
        assert outcome.count == len(expected.trades)
        assert (outcome.cash, outcome.ruined) == (expected.cash, expected.ruined)
        assert room.equity.tobytes() == expected.equity.tobytes()
        assert room.figures[layout.PNL, : outcome.count].tobytes() == expected.trades.pnl.tobytes()


def test_the_columns_of_the_full_kernel_are_outputs_of_a_rule() -> None:
    numbers = {field.name for field in fields(Signals) if field.default is None}
    assert set(layout.COLUMNS) == numbers - {"rank"}
    places = [getattr(layout, name) for name in vars(layout) if name.endswith("_COLUMN")]
    assert sorted(places) == list(range(len(layout.COLUMNS)))


def test_the_kernels_codes_are_those_of_exit_reason() -> None:
    assert {reason.name: int(reason) for reason in ExitReason} == {
        name: getattr(layout, name) for name in ExitReason.__members__
    }
