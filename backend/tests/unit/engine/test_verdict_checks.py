"""Sample, costs, out of sample, chance, and how the checks add up."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest

from app.engine.bars import Bars, Column
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.signals import Signals
from app.engine.trades import Trades
from app.engine.verdict import (
    CHECK_NAMES,
    Check,
    DataFacts,
    JudgedRun,
    Level,
    Part,
    SignalsOf,
    Verdict,
    judge,
    worst,
)
from app.engine.verdict.chance import check_chance
from app.engine.verdict.chance_kernel import draw_log_growth
from app.engine.verdict.costs import check_costs, stressed_execution
from app.engine.verdict.out_of_sample import judge_split
from app.engine.verdict.random_entries import judge_random_entries
from app.engine.verdict.resampled import judge_returns, judge_trades
from app.engine.verdict.sample import check_sample, judge_best_trades
from tests.unit.engine.hand_made import (
    DAY,
    load_demo,
    make_bars,
    make_signals,
    random_bars,
    random_execution,
    random_signals,
    sma_crossover,
)

FLAT = (100.0, 101.0, 99.0, 100.0)


# The sum of the checks


def test_the_verdict_is_the_worst_check() -> None:
    assert worst([Level.GREEN, Level.RED, Level.AMBER]) == Level.RED
    assert worst([Level.GREEN, Level.AMBER]) == Level.AMBER
    assert worst([]) == Level.GREEN
    part = Part("b1", Level.AMBER, "So so.", 0.5, (0.1, 0.9))
    verdict = Verdict(
        (
            Check("a", Level.GREEN, "Fine.", 1.0, "Always green."),
            Check("b", Level.AMBER, "Hm.", parts=(part,), pictures=({"kind": "bars"},)),
        )
    )
    assert verdict.level == Level.AMBER
    assert verdict.as_dict() == {
        "level": "amber",
        "complete": True,
        "checks": [
            {
                "name": "a",
                "level": "green",
                "statement": "Fine.",
                "figure": 1.0,
                "thresholds": "Always green.",
                "parts": [],
                "pictures": [],
            },
            {
                "name": "b",
                "level": "amber",
                "statement": "Hm.",
                "figure": None,
                "thresholds": "",
                "parts": [
                    {
                        "name": "b1",
                        "level": "amber",
                        "statement": "So so.",
                        "figure": 0.5,
                        "interval": [0.1, 0.9],
                    }
                ],
                "pictures": [{"kind": "bars"}],
            },
        ],
    }


def judged(
    bars: Bars,
    signals: Signals,
    fills: Fills,
    facts: DataFacts | None = None,
    signals_of: SignalsOf | None = None,
) -> JudgedRun:
    """A run whose rule is known by its signals alone."""
    return JudgedRun(bars, signals, fills, facts or DataFacts(), signals_of or (lambda _: signals), 252.0)


def judge_plainly(
    bars: Bars, signals: Signals, fills: Fills, facts: DataFacts, signals_of: SignalsOf
) -> Verdict:
    """The verdict on such a run."""
    return judge(judged(bars, signals, fills, facts, signals_of))


def test_the_eight_checks_of_a_real_run() -> None:
    bars = load_demo("GOOG")
    signals = sma_crossover(bars)
    fills = simulate(bars, signals, Execution(1e6, 10.0))
    facts = DataFacts(expected_bars=len(bars), missing_bars=0, calendar="XNYS", last_bar_age_days=1.0)
    verdict = judge_plainly(bars, signals, fills, facts, sma_crossover)
    assert tuple(check.name for check in verdict.checks) == CHECK_NAMES
    assert CHECK_NAMES == (
        "data",
        "look_ahead",
        "sample",
        "costs",
        "chance",
        "search",
        "robustness",
        "out_of_sample",
    )
    levels = {check.name: check.level for check in verdict.checks}
    assert levels["data"] == levels["look_ahead"] == levels["costs"] == Level.GREEN
    assert verdict.level == worst(levels.values())
    for check in verdict.checks:
        assert check.statement.endswith(".")
        assert check.figure is None or math.isfinite(check.figure)


def test_a_run_without_trades_is_red_by_its_sample_and_the_rest_says_why() -> None:
    bars = make_bars([FLAT] * 400)
    signals = make_signals(400)
    fills = simulate(bars, signals, Execution())
    verdict = judge_plainly(bars, signals, fills, DataFacts(), lambda some: make_signals(len(some)))
    by_name = {check.name: check for check in verdict.checks}
    assert by_name["sample"].level == Level.RED
    for name in ("costs", "chance", "search", "robustness", "out_of_sample"):
        assert by_name[name].level == Level.AMBER
        assert by_name[name].statement.startswith("There is no trade")
        assert by_name[name].figure is None


@pytest.mark.parametrize("seed", range(60))
def test_any_run_can_be_judged(seed: int) -> None:
    rng = np.random.default_rng([7, seed])
    bars = random_bars(rng, int(rng.integers(1, 120)), volatility=float(rng.choice([0.01, 0.3])))
    signals = random_signals(rng, bars)
    first = int(rng.integers(0, len(bars)))
    fills = simulate(bars, signals, random_execution(rng), first)
    verdict = judge_plainly(bars, signals, fills, DataFacts(), lambda _: signals)
    for check in verdict.checks:
        assert check.figure is None or math.isfinite(check.figure), check


# Sample


def trades_of(pnl: list[float]) -> Trades:
    """Trades of which nothing matters but what they made."""
    fills = simulate(make_bars([FLAT] * 4), make_signals(4, enter_long=(0,)), Execution())
    one = {field.name: getattr(fills.trades, field.name) for field in fields(Trades)}
    columns = {name: np.repeat(column, len(pnl)) for name, column in one.items()}
    entries = np.arange(1, len(pnl) + 1)  # each a position of its own
    return Trades(**{**columns, "pnl": np.array(pnl, np.float64), "entry_index": entries})


@pytest.mark.parametrize(
    ("trades", "years", "level"),
    [
        (0, 10.0, Level.RED),
        (9, 10.0, Level.RED),
        (10, 10.0, Level.AMBER),
        (29, 10.0, Level.AMBER),
        (30, 10.0, Level.GREEN),
        (30, 1.9, Level.AMBER),
        (9, 0.1, Level.RED),
    ],
)
def test_sample(trades: int, years: float, level: Level) -> None:
    check = check_sample(trades_of([1.0] * trades), 1e6, years)
    assert (check.name, check.level, check.figure) == ("sample", level, float(trades))


def test_sample_of_one_is_one_trade() -> None:
    assert check_sample(trades_of([1.0]), 1e6, 3.0).statement.startswith("1 trade in 3.0 years")


def test_what_is_closed_in_parts_is_one_trade() -> None:
    whole = trades_of([3.0, -2.0] * 10)
    parts = trades_of([1.0, 2.0, -1.0, -1.0] * 10)
    parts = replace(parts, entry_index=np.repeat(np.arange(1, 21), 2))
    one, other = check_sample(whole, 1e6, 3.0), check_sample(parts, 1e6, 3.0)
    assert other.figure == one.figure == 20.0
    assert other.level == Level.AMBER
    assert "20 trades (40 with their parts) in 3.0 years" in other.statement
    assert judge_best_trades(parts, 1e6) == judge_best_trades(whole, 1e6)
    assert other.pictures == one.pictures


@pytest.mark.parametrize(
    ("best", "rest", "share", "level", "words"),
    [
        ([10.0] * 3, [1.0] * 57, 30 / 87, Level.GREEN, "made 34% of the growth"),
        ([40.0, 30.0, 20.0], [1.0] * 57, 90 / 147, Level.AMBER, "made 61% of the growth"),
        ([100.0] * 3, [-1.0] * 57, 300 / 243, Level.AMBER, "Without its best 3 trades it would have lost"),
    ],
)
def test_how_much_hangs_on_the_best_three_trades(
    best: list[float], rest: list[float], share: float, level: Level, words: str
) -> None:
    check = check_sample(trades_of([*rest[:20], *best, *rest[20:]]), 1e7, 8.0)
    part = next(part for part in check.parts if part.name == "best_trades")
    assert part.figure == pytest.approx(share, rel=1e-3)
    assert (part.level, check.level) == (level, level)
    assert words in part.statement
    assert (words in check.statement) == (level == Level.AMBER)


def test_a_trade_weighs_the_same_early_and_late() -> None:
    """Twelve trades of 10% each: money grows with the account, growth does not."""
    equity = 1e4 * 1.1 ** np.arange(13)
    best = judge_best_trades(trades_of(np.diff(equity).tolist()), 1e4)
    assert best is not None
    assert best.figure == pytest.approx(3 / 12)


def test_a_run_without_profit_has_no_share_of_it() -> None:
    check = check_sample(trades_of([5.0] * 3 + [-1.0] * 40), 1e6, 8.0)
    assert [part.name for part in check.parts] == ["trades", "years"]


# Costs


def test_costs_are_doubled_or_assumed() -> None:
    doubled = stressed_execution(Execution(commission_bps=10.0, slippage_bps=0.0, commission_fixed=1.0))
    assert (doubled.commission_bps, doubled.slippage_bps, doubled.commission_fixed) == (20.0, 0.0, 2.0)
    assumed = stressed_execution(Execution())
    assert (assumed.commission_bps, assumed.slippage_bps, assumed.commission_fixed) == (5.0, 5.0, 0.0)
    assert stressed_execution(Execution(commission_bps=6_000.0)).commission_bps < 10_000.0
    other = stressed_execution(Execution(commission_per_unit=0.01, borrow_rate=0.02, commission_minimum=1.0))
    assert (other.commission_per_unit, other.borrow_rate, other.commission_minimum) == (0.02, 0.04, 2.0)
    assert (other.commission_bps, other.slippage_bps) == (0.0, 0.0)


def churning_run(gain: float, trades: int, commission_bps: float) -> tuple[Bars, Signals, Fills]:
    """Every other bar a trade that gains `gain` before costs."""
    rows = []
    price = 100.0
    for _ in range(trades):
        rows += [(price, price * 1.001, price * 0.999, price)] * 2
        price *= 1.0 + gain
    rows += [(price, price, price, price)] * 2
    bars = make_bars(rows)
    signals = make_signals(len(rows), enter_long=range(0, 2 * trades, 2), exit_long=range(1, 2 * trades, 2))
    return bars, signals, simulate(bars, signals, Execution(10_000.0, commission_bps))


@pytest.mark.parametrize(
    ("gain", "bps", "level"),
    [
        (0.02, 1.0, Level.GREEN),
        (0.0045, 10.0, Level.AMBER),
        (0.003, 10.0, Level.RED),
        (0.001, 10.0, Level.RED),
        (0.02, 0.0, Level.GREEN),
        (0.0015, 0.0, Level.RED),
    ],
)
def test_costs_by_what_survives(gain: float, bps: float, level: Level) -> None:
    bars, signals, fills = churning_run(gain, 40, bps)
    assert len(fills.trades) == 40
    check = check_costs(judged(bars, signals, fills))
    assert (check.name, check.level) == ("costs", level)
    again = simulate(bars, signals, stressed_execution(fills.execution))
    assert check.figure == pytest.approx(again.equity[-1] / 10_000.0 - 1.0)
    assert ("instead of none" in check.statement) == (bps == 0.0)


def test_costs_start_at_the_runs_first_bar() -> None:
    bars, signals, _ = churning_run(0.02, 40, 10.0)
    fills = simulate(bars, signals, Execution(10_000.0, 10.0), first_bar=20)
    check = check_costs(judged(bars, signals, fills))
    again = simulate(bars, signals, Execution(10_000.0, 20.0), first_bar=20)
    assert check.figure == pytest.approx(again.equity[-1] / 10_000.0 - 1.0)


# Out of sample


def curve(first_drift: float, second_drift: float, count: int = 1_000) -> Column:
    noise = np.where(np.arange(count) % 2 == 0, 0.005, -0.005)
    drift = np.where(np.arange(count) < 0.7 * count, first_drift, second_drift)
    return np.cumprod(1.0 + noise + drift, dtype=np.float64) * 10_000.0


@pytest.mark.parametrize(
    ("first", "second", "level"),
    [
        (0.001, 0.001, Level.GREEN),
        (0.001, 0.0003, Level.AMBER),
        (0.001, -0.001, Level.RED),
        (-0.001, 0.001, Level.AMBER),
        (-0.001, -0.001, Level.RED),
    ],
)
def test_out_of_sample(first: float, second: float, level: Level) -> None:
    check = judge_split(curve(first, second), 252.0)[0]
    assert (check.name, check.level) == ("split", level)
    assert check.figure is not None
    assert (check.figure > 0) == (second > 0)


def test_a_later_part_where_nothing_happened_is_amber() -> None:
    equity = curve(0.001, 0.001)
    equity[700:] = equity[700]
    check = judge_split(equity, 252.0)[0]
    assert check.level == Level.AMBER
    assert "did nothing" in check.statement


def test_a_short_run_cannot_be_split() -> None:
    check = judge_split(curve(0.001, 0.001, 60), 252.0)[0]
    assert check.level == Level.AMBER
    assert "too short" in check.statement


def test_a_ruined_run_fails_out_of_sample() -> None:
    equity = curve(0.001, 0.001)
    equity[300:] = -50.0
    check = judge_split(equity, 252.0)[0]
    assert (check.level, check.figure) == (Level.RED, None)
    assert "ruined" in check.statement


# Chance


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
