"""Chance: random entries, and returns and trades resampled."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.verdict import (
    Level,
    worst,
)
from app.engine.verdict.chance import check_chance
from app.engine.verdict.chance_kernel import draw_log_growth
from app.engine.verdict.random_entries import judge_random_entries
from app.engine.verdict.resampled import judge_returns, judge_trades
from tests.unit.engine.hand_made import (
    DAY,
    load_demo,
    make_bars,
    make_signals,
    random_bars,
    sma_crossover,
)
from tests.unit.engine.verdict_scenes import FLAT, judged, trades_of


def test_chance_is_as_bad_as_its_worst_part() -> None:
    bars = load_demo("GOOG")
    signals = sma_crossover(bars)
    check = check_chance(judged(bars, signals, simulate(bars, signals, Execution(1e6, 10.0))))
    assert [part.name for part in check.parts] == [
        "random_entries",
        "sharpe",
        "cagr",
        "loss",
        "drawdown",
        "trades",
    ]
    assert check.level == worst(part.level for part in check.parts)
    assert check.figure == check.parts[0].figure
    assert [picture["kind"] for picture in check.pictures] == ["histogram", "fan", "fan", "histogram"]
    for part in check.parts[1:3]:
        assert part.figure is not None
        assert part.interval is not None
        assert part.interval[0] < part.figure < part.interval[1]
    fan = check.pictures[1]
    assert len(fan["time"]) == len(fan["own"]) == len(fan["bands"]["p50"]) <= 120
    assert fan["time"][-1] == bars.time[-1]
    assert json.loads(json.dumps(check.as_dict(), allow_nan=False)) == check.as_dict()


@pytest.mark.parametrize(
    ("drift", "sharpe", "loss"),
    [
        (0.002, Level.GREEN, Level.GREEN),
        (0.0003, Level.AMBER, Level.AMBER),
        (-0.002, Level.RED, Level.RED),
    ],
)
def test_resampled_returns_tell_drift_from_luck(drift: float, sharpe: Level, loss: Level) -> None:
    noise = np.random.default_rng(3).normal(0.0, 0.01, 2_000)
    equity = 1e4 * np.cumprod(1.0 + np.append(0.0, noise - noise.mean() + drift), dtype=np.float64)
    parts, _ = judge_returns(equity, np.arange(2_001, dtype=np.int64) * DAY, 252.0)
    levels = {part.name: part.level for part in parts}
    assert (levels["sharpe"], levels["cagr"], levels["loss"]) == (sharpe, sharpe, loss)


def test_a_wild_run_is_warned_of_its_drawdowns() -> None:
    noise = np.random.default_rng(3).normal(0.003, 0.05, 2_000)
    equity = 1e4 * np.cumprod(1.0 + noise, dtype=np.float64)
    parts, _ = judge_returns(equity, np.arange(2_000, dtype=np.int64) * DAY, 252.0)
    drawdown = next(part for part in parts if part.name == "drawdown")
    assert drawdown.level == Level.AMBER
    assert drawdown.interval is not None
    assert -1.0 <= drawdown.interval[0] < -0.5


def test_too_little_is_not_resampled() -> None:
    assert judge_returns(np.full(500, 1e4), np.arange(500, dtype=np.int64) * DAY, 252.0) == ((), ())
    assert judge_returns(np.array([1.0, 2.0]), np.arange(2, dtype=np.int64) * DAY, 252.0) == ((), ())
    assert judge_trades(trades_of([1.0] * 4), 1e4) is None


def test_resampled_trades_know_how_often_they_lose() -> None:
    good = judge_trades(trades_of([120.0, -100.0, 90.0] * 30), 1e4)
    even = judge_trades(trades_of([100.0, -100.0] * 30), 1e4)
    assert good is not None
    assert even is not None
    assert good.figure is not None
    assert good.figure < 0.05
    assert even.level == Level.RED


def oracle_run(hit_share: float) -> tuple[Bars, Fills]:
    """Long for five bars at a time, on a market without drift; a share of the entries knows what comes."""
    rng = np.random.default_rng(17)
    count = 2_000
    moves = rng.normal(0.0, 0.01, count)
    close = 100.0 * np.exp(np.cumsum(moves - moves.mean()))
    open_ = np.append(100.0, close[:-1])
    bars = Bars(
        np.arange(count, dtype=np.int64) * DAY,
        open_,
        np.maximum(open_, close),
        np.minimum(open_, close),
        close,
        np.ones(count),
    )
    ahead = np.append(open_[6:], np.full(6, open_[-1])) / np.append(open_[1:], open_[-1])
    candidates = range(10, count - 20, 20)
    entries = [
        bar if rng.random() >= hit_share else max(range(bar, bar + 12), key=lambda b: ahead[b])
        for bar in candidates
    ]
    signals = make_signals(count, enter_long=entries, exit_long=[bar + 5 for bar in entries])
    return bars, simulate(bars, signals, Execution(10_000.0, 5.0))


def test_entries_that_know_what_comes_beat_chance() -> None:
    bars, fills = oracle_run(1.0)
    check = judge_random_entries(bars, fills)[0]
    assert (check.name, check.level) == ("random_entries", Level.GREEN)
    assert check.figure == pytest.approx(1 / 1_001)
    assert check.statement.startswith("0 of 1,000 runs")


def test_blind_entries_do_not_beat_chance() -> None:
    bars, fills = oracle_run(0.0)
    check = judge_random_entries(bars, fills)[0]
    assert check.level != Level.GREEN
    assert check.figure is not None
    assert check.figure > 0.05


def test_the_same_run_gives_the_same_figure() -> None:
    bars, fills = oracle_run(0.3)
    assert judge_random_entries(bars, fills) == judge_random_entries(bars, fills)


def test_the_figures_of_blind_runs_are_spread_evenly() -> None:
    """What makes it a fair test: under the null hypothesis no figure is likelier than another."""
    figures = []
    for seed in range(120):
        rng = np.random.default_rng([5, seed])
        moves = rng.normal(0.0, 0.01, 600)
        close = 100.0 * np.exp(np.cumsum(moves))
        open_ = np.append(100.0, close[:-1])
        bars = Bars(
            np.arange(600, dtype=np.int64) * DAY,
            open_,
            np.maximum(open_, close),
            np.minimum(open_, close),
            close,
            np.ones(600),
        )
        entries = np.sort(rng.choice(60, 20, replace=False)) * 9 + 5
        signals = make_signals(600, enter_long=entries.tolist(), exit_long=(entries + 4).tolist())
        figure = judge_random_entries(bars, simulate(bars, signals, Execution(10_000.0)))[0].figure
        assert figure is not None
        figures.append(figure)
    assert 0.4 < float(np.mean(figures)) < 0.6
    assert 0.10 < float(np.mean(np.array(figures) <= 0.2)) < 0.32


def test_a_run_that_is_always_in_a_position_is_amber_at_best() -> None:
    bars = make_bars([(100.0 * 1.01**i,) * 4 for i in range(200)])
    fills = simulate(bars, make_signals(200, enter_long=(0,)), Execution(10_000.0))
    check = judge_random_entries(bars, fills)[0]
    assert check.level != Level.GREEN
    assert "nearly always in a position" in check.statement


def test_random_runs_reproduce_the_run_when_they_have_no_choice() -> None:
    """One trade that fills all the bars: every draw is the run itself, costs and all."""
    for name, side in (("enter_long", 1.0), ("enter_short", -1.0)):
        rows = [FLAT, (100, 106, 95, 104), (104, 108, 95, 101), (101, 103, 99, 102)]
        bars = make_bars(rows)
        signals = make_signals(4, **{name: (0,)})  # type: ignore[arg-type]  # the keys are known
        terms = Execution(10_000.0, 30.0, 20.0, 3.0)
        fills = simulate(bars, signals, terms)
        trades = fills.trades
        growth = draw_log_growth(
            bars.open,
            bars.close,
            1,
            0,
            trades.bars,
            np.array([False]),
            np.array([side]),
            trades.entry_notional() / 10_000.0,
            np.array([1.0 + side * terms.slippage_rate]),
            np.array([1.0]),
            terms.commission_rate,
            np.array([terms.commission_rate]),
            2.0 * terms.commission_fixed / trades.entry_notional(),
            1,
            5,
        )
        assert growth == pytest.approx([math.log(fills.equity[-1] / 10_000.0)] * 5, rel=1e-9)


def test_random_trades_never_leave_the_run() -> None:
    """NaN outside the run would show in a draw that reached for it."""
    rng = np.random.default_rng(4)
    for _ in range(50):
        count, first = 60, int(rng.integers(1, 20))
        open_, close = np.full(count + 20, np.nan)[:count], np.full(count + 20, np.nan)[:count]
        open_[first:], close[first:] = 100.0, 101.0
        trades = int(rng.integers(1, 6))
        length = rng.integers(0, 7, trades)
        at_open = rng.random(trades) < 0.5
        held = length + np.where(at_open, 0, 1)
        free = max(count - first - int(held.sum()) - int(at_open.any()), 0)
        ones, zeros = np.ones(trades), np.zeros(trades)
        growth = draw_log_growth(
            open_, close, first, free, length, at_open, ones, ones, ones, ones, 0.0, zeros, zeros, 3, 200
        )
        assert np.isfinite(growth).all()


def test_a_random_trade_that_would_leave_after_the_last_bar_leaves_at_its_close() -> None:
    """Two trades fill bars 1 to 3; the one that leaves at an open has none left when it comes last."""
    beyond = np.full(10, np.nan)
    open_, close = beyond[:4], beyond.copy()[:4]
    open_[:] = (100.0, 100.0, 110.0, 120.0)
    close[:] = (100.0, 105.0, 115.0, 126.0)
    ones, zeros = np.ones(2), np.zeros(2)
    at_open = np.array([True, False])
    grown = draw_log_growth(
        open_, close, 1, 0, np.array([1, 1]), at_open, ones, ones, ones, ones, 0.0, zeros, zeros, 5, 40
    )
    first_at_open = math.log(110.0 / 100.0) + math.log(126.0 / 110.0)
    last_at_open = math.log(115.0 / 100.0) + math.log(126.0 / 120.0)
    assert {round(value, 9) for value in grown} == {round(first_at_open, 9), round(last_at_open, 9)}


def draw_plainly(bars: Bars, side: float, length: list[int], free: int, draws: int) -> list[float]:
    """Draws without costs, of trades that leave at the close and hold all of equity."""
    count = len(length)
    ones, zeros = np.ones(count), np.zeros(count)
    never = np.zeros(count, dtype=np.bool_)
    grown = draw_log_growth(
        bars.open,
        bars.close,
        1,
        free,
        np.array(length),
        never,
        side * ones,
        ones,
        ones,
        ones,
        0.0,
        zeros,
        zeros,
        9,
        draws,
    )
    return [float(value) for value in grown]


def test_random_runs_shuffle_the_trades() -> None:
    rows = [(price, price, price, price) for price in (100.0, 100.0, 110.0, 150.0, 140.0)]
    grown = draw_plainly(make_bars(rows), 1.0, [0, 2], 0, 50)
    one_then_three = math.log(140.0 / 110.0)
    three_then_one = math.log(150.0 / 100.0)
    assert {round(value, 9) for value in grown} == {round(one_then_three, 9), round(three_then_one, 9)}


def test_random_runs_use_every_place() -> None:
    rows = [(float(price), price, price, price + 1.0) for price in range(100, 112)]
    grown = draw_plainly(make_bars(rows), 1.0, [0], 10, 3_000)
    places = [
        sum(abs(value - math.log1p(1.0 / start)) < 1e-12 for value in grown) for start in range(101, 112)
    ]
    assert sum(places) == 3_000
    assert min(places) > 200  # 273 are to be expected of each


def test_a_ruined_random_run_has_lost_everything() -> None:
    rows = [(100.0, 100.0, 100.0, 100.0), (100.0, 300.0, 100.0, 300.0)]
    assert draw_plainly(make_bars(rows), -1.0, [0], 0, 3) == [-math.inf] * 3


@pytest.mark.parametrize(("after", "growth"), [(2.0, math.log(2.0)), (0.5, math.log(0.5))])
def test_the_growth_of_thousands_of_trades_does_not_overflow(after: float, growth: float) -> None:
    rows = [(1.0, max(after, 1.0), min(after, 1.0), after)] * 3_001
    assert draw_plainly(make_bars(rows), 1.0, [0] * 3_000, 0, 2) == pytest.approx([3_000 * growth] * 2)


def test_many_trades_get_fewer_draws() -> None:
    rng = np.random.default_rng(6)
    count = 40_000
    bars = random_bars(rng, count, volatility=0.0005)
    signals = make_signals(count, enter_long=range(0, count - 2, 4), exit_long=range(2, count, 4))
    fills = simulate(bars, signals, replace(Execution(1e6), whole_units=False))
    assert len(fills.trades) > 9_000
    assert "of 200 runs" in judge_random_entries(bars, fills)[0].statement
