"""Sample, costs, out of sample, and how the checks add up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.engine.bars import Bars, Column
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.signals import Signals
from app.engine.verdict import (
    CHECK_NAMES,
    Check,
    DataFacts,
    Level,
    Part,
    SignalsOf,
    Verdict,
    judge,
    worst,
)
from app.engine.verdict.check import share_of
from app.engine.verdict.costs import check_costs, stressed_execution
from app.engine.verdict.out_of_sample import judge_split
from app.engine.verdict.sample import check_sample, judge_best_trades
from tests.unit.engine.hand_made import (
    load_demo,
    make_bars,
    make_signals,
    random_bars,
    random_execution,
    random_signals,
    sma_crossover,
)
from tests.unit.engine.verdict_scenes import FLAT, churning_run, judged, trades_of

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


@pytest.mark.parametrize(
    ("fraction", "told"),
    [(0.0, "0%"), (0.0004, "under 1%"), (0.58, "58%"), (0.9991, "over 99%"), (1.0, "100%"), (1.16, "116%")],
)
def test_a_share_is_all_or_nothing_only_where_it_is(fraction: float, told: str) -> None:
    assert share_of(fraction) == told
