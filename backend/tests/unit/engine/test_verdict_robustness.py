"""Small changes and other parameters: what each tries, and when it warns."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.language import Rule, compile_rule
from app.engine.language.rule import Parameter
from app.engine.metrics import compute_metrics
from app.engine.signals import Signals
from app.engine.sweep import METRIC_NAMES
from app.engine.verdict import DataFacts, JudgedRun, Level, Part, TrialFacts
from app.engine.verdict.costs import check_costs
from app.engine.verdict.exploring import MOST_SETS, WORK_LIMIT, Explorer
from app.engine.verdict.out_of_sample import check_out_of_sample
from app.engine.verdict.parameter_sets import find_neighbours, spread_sets
from app.engine.verdict.regimes import measure_regimes
from app.engine.verdict.robustness import check_robustness, delay_signals
from tests.unit.engine.hand_made import (
    APPLE_SPLITS,
    DAY,
    load_demo,
    make_bars,
    make_signals,
    random_bars,
    random_execution,
    random_signals,
    replay_high_first,
)

CROSSING = """
fast = param(10, 5, 50)
slow = param(30, 20, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long  = crossunder(sma(close, fast), sma(close, slow))
"""
FIXED = "enter_long = close > sma(close, 20)\nexit_long = close < sma(close, 20)"


def judged_run(bars: Bars, source: str, execution: Execution | None = None, **values: float) -> JudgedRun:
    rule = compile_rule(source)
    parameters = rule.resolve_parameters(values)
    signals = evaluate_rule(rule, bars, parameters)
    fills = simulate(bars, signals, execution or Execution(1e6, 5.0))
    return JudgedRun(
        bars,
        signals,
        fills,
        DataFacts(),
        lambda some: evaluate_rule(rule, some, parameters),
        252.0,
        rule=rule,
        parameters=parameters,
    )


def robustness_of(run: JudgedRun) -> dict[str, Part]:
    check = check_robustness(run, check_costs(run))
    json.dumps(check.as_dict(), allow_nan=False)
    assert check.level == max((part.level for part in check.parts), key=list(Level).index)
    return {part.name: part for part in check.parts}


def trending(drift: float, seed: int = 2, count: int = 2_000, noise: float = 0.01) -> Bars:
    moves = np.random.default_rng(seed).normal(0.0, noise, count)
    close = 100.0 * np.exp(np.cumsum(moves - moves.mean() + drift))
    return Bars(
        np.arange(count, dtype=np.int64) * DAY,
        np.append(close[:1], close[:-1]),
        close * 1.001,
        close * 0.999,
        close,
        np.ones(count),
    )


# The sets that are tried


def test_neighbours_by_hand() -> None:
    rule = compile_rule(CROSSING)
    found = find_neighbours(rule, {"fast": 10, "slow": 30}, 60)
    assert found.tolist() == [
        [9, 30], [11, 30], [10, 27], [10, 33],
        [9, 27], [9, 33], [11, 27], [11, 33],
    ]  # fmt: skip
    assert find_neighbours(rule, {"fast": 5, "slow": 20}, 60).tolist() == [[6, 20], [5, 22], [6, 22]]
    assert len(find_neighbours(rule, {"fast": 10, "slow": 30}, 5)) == 5
    assert find_neighbours(compile_rule(FIXED), {}, 60).shape == (0, 0)


@given(st.data())
def test_sets_lie_within_their_ranges_on_the_grid(data: st.DataObject) -> None:
    parameters = []
    for place in range(data.draw(st.integers(1, 6))):
        minimum = data.draw(st.integers(-50, 50))
        span, step = data.draw(st.integers(0, 300)), data.draw(st.sampled_from([0.25, 1.0, 3.0]))
        default = minimum + data.draw(st.integers(0, span))
        parameters.append(Parameter(f"p{place}", default, minimum, minimum + span, step))
    rule = replace(compile_rule(FIXED), parameters=tuple(parameters))
    values = {parameter.name: parameter.default for parameter in parameters}
    most = data.draw(st.integers(1, 60))
    spread, near = spread_sets(rule, values, most), find_neighbours(rule, values, most)
    assert spread[0].tolist() == list(values.values())
    assert len({tuple(row) for row in spread.tolist()}) == len(spread) <= most
    assert list(values.values()) not in near.tolist()
    assert len(near) <= most
    for table in (spread[1:], near):
        for column, parameter in zip(table.T, parameters, strict=True):
            assert ((column >= parameter.minimum) & (column <= parameter.maximum)).all()
    for column, parameter in zip(spread[1:].T, parameters, strict=True):
        steps = (column - parameter.minimum) / parameter.step
        assert ((np.abs(steps - np.round(steps)) < 1e-9) | (column == parameter.maximum)).all()


def test_spread_sets_reach_all_of_the_ranges() -> None:
    rule = compile_rule(CROSSING)
    found = spread_sets(rule, {"fast": 10, "slow": 30}, 60)
    assert len(found) == 60
    counts, _, _ = np.histogram2d(found[:, 0], found[:, 1], bins=3, range=[[5, 51], [20, 201]])
    assert counts.min() >= 4


def test_a_long_run_gets_fewer_sets() -> None:
    run = judged_run(trending(0.0), CROSSING)
    explorer = Explorer.of(run)
    assert explorer is not None
    assert explorer.count_affordable(2_000) == MOST_SETS
    work_of_one = len(explorer.rule.nodes) + 20
    assert explorer.count_affordable(WORK_LIMIT // work_of_one // 10) == 10
    assert explorer.count_affordable(WORK_LIMIT) == 0
    slow = Explorer.of(replace(run, evaluation_seconds=1_000.0))
    assert slow is not None
    assert slow.count_affordable(2_000) == MOST_SETS  # it was the compiler: a second evaluation is fast
    assert Explorer.of(judged_run(trending(0.0), FIXED)) is None


# Each change


def test_every_column_is_delayed() -> None:
    rng = np.random.default_rng(1)
    bars = random_bars(rng, 30)
    signals = random_signals(rng, bars)
    columns: dict[str, Any] = {name: rng.random(30) for name in Signals.__slots__[4:]}
    signals = replace(signals, **columns)
    late = delay_signals(signals)
    for name in Signals.__slots__:
        before, after = getattr(signals, name), getattr(late, name)
        assert after[1:].tolist() == before[:-1].tolist()
        assert not after[0] or np.isnan(after[0])
    assert delay_signals(make_signals(3)).stop_loss is None


def test_a_delay_is_the_run_one_bar_later() -> None:
    run = judged_run(load_demo("GOOG"), CROSSING)
    late = simulate(run.bars, delay_signals(run.signals), run.fills.execution)
    assert robustness_of(run)["delay"].figure == pytest.approx(late.equity[-1] / 1e6 - 1.0)


def test_what_was_signalled_before_the_run_is_not_acted_on_late() -> None:
    """The rule buys once, on the bar before the run, and again at its end."""
    bars = trending(0.001, count=500, noise=1e-5)
    signals = make_signals(500, enter_long=(99, 480))
    fills = simulate(bars, signals, Execution(1e6), 100)
    run = JudgedRun(bars, signals, fills, DataFacts(), lambda _: signals, 252.0)
    assert len(fills.trades) == 1
    held = bars.close[-1] / bars.open[482] - 1.0
    assert robustness_of(run)["delay"].figure == pytest.approx(held, rel=1e-6)


def test_only_what_was_tried_is_said_to_be_survived() -> None:
    run = judged_run(trending(0.002, count=1_000), FIXED)
    check = check_robustness(run, check_costs(run))
    assert check.statement == "The profit survives doubled costs, one bar's delay and later starts."
    few = make_bars([(100.0, 101.0, 99.0, 100.0), (100.0, 102.0, 100.0, 102.0)])
    run = judged_run(few, "enter_long = close > 0")
    check = check_robustness(run, check_costs(run))
    assert [part.name for part in check.parts if part.name == "starts"] == []
    assert "later starts" not in check.statement


def test_a_profit_that_needs_the_very_next_open_is_amber() -> None:
    """Each dip is made good on the very next day: a day later it is gone."""
    rows, price = [], 100.0
    for _ in range(200):
        for move in (1.0, 0.97, 1.04, 1.0):
            opened, price = price, price * move
            rows.append((opened, max(opened, price), min(opened, price), price))
    run = judged_run(make_bars(rows), "enter_long = close < 0.98 * open\nexit_long = close > 1.02 * open")
    parts = robustness_of(run)
    assert run.equity[-1] > 2e6
    assert parts["delay"].level == Level.AMBER
    assert parts["starts"].level == Level.GREEN


def test_a_run_that_lives_on_its_first_bars_is_red() -> None:
    rise, fall = trending(0.003, count=500), trending(-0.0003, count=1_500)
    close = np.concatenate([rise.close, fall.close / fall.close[0] * rise.close[-1]])
    bars = replace(
        trending(0.0), close=close, open=np.append(close[:1], close[:-1]), high=close * 1.02, low=close * 0.98
    )
    run = judged_run(bars, "enter_long = close > 0")
    assert run.equity[-1] > 1e6
    starts = robustness_of(run)["starts"]
    assert starts.level == Level.RED
    assert starts.figure is not None
    assert starts.figure < 0.8


def test_a_trend_is_robust_in_all_that_it_tries() -> None:
    run = judged_run(trending(0.001), CROSSING)
    parts = robustness_of(run)
    assert list(parts) == ["neighbours", "costs", "delay", "starts", "regimes"]
    assert parts["neighbours"].level == parts["delay"].level == parts["starts"].level == Level.GREEN
    assert parts["costs"].figure == check_costs(run).figure


PEAK = """
n = param(30, 10, 60)
enter_long = abs(n - 30) < 1 and close > shift(close, 1)
enter_short = abs(n - 30) > 1 and close > shift(close, 1)
"""


def test_a_peak_without_neighbours_is_red() -> None:
    """One value of the parameter buys, all others sell: on a rise only the peak makes money."""
    check = robustness_of(judged_run(trending(0.001), PEAK))
    assert check["neighbours"].level == Level.RED
    assert "0% of 2 sets" in check["neighbours"].statement


def test_a_run_without_profit_has_nothing_to_keep() -> None:
    run = judged_run(trending(-0.001), "enter_long = close > 0")
    check = check_robustness(run, check_costs(run))
    assert (check.level, check.figure, check.parts) == (Level.AMBER, None, ())


def test_regimes_add_up_and_know_their_market() -> None:
    up, down = np.full(600, 0.002), np.full(400, -0.002)
    moves = np.concatenate([up, down])
    wild = np.where(np.arange(1_000) % 200 < 100, 0.02, 0.001) * np.where(np.arange(1_000) % 2, 1.0, -1.0)
    close = 100.0 * np.exp(np.cumsum(moves + wild))
    equity = 1e4 * np.exp(np.cumsum(moves))
    bull, bear, quiet, loud = measure_regimes(close, equity)
    total = float(np.log(equity[-1] / equity[0]))
    assert bull.growth + bear.growth == pytest.approx(total)
    assert quiet.growth + loud.growth == pytest.approx(total)
    assert bull.growth > 0.85 * up.sum()
    assert bear.growth < 0.0
    assert loud.share_of_bars == pytest.approx(0.5, abs=0.05)
    assert bull.share_of_bars + bear.share_of_bars == pytest.approx(1.0)


def test_a_market_that_takes_the_profit_away_is_told() -> None:
    moves = np.where(np.arange(2_000) % 500 < 350, 0.003, -0.003)
    base = trending(0.0)
    close = 100.0 * np.exp(np.cumsum(moves))
    bars = replace(base, close=close, open=np.append(100.0, close[:-1]), high=close * 1.01, low=close * 0.99)
    regimes = robustness_of(judged_run(bars, "enter_long = close > 0"))["regimes"]
    assert regimes.level == Level.AMBER
    assert "bear ones cost it" in regimes.statement


# Walking forward


def walk_of(run: JudgedRun) -> Part:
    check = check_out_of_sample(run)
    json.dumps(check.as_dict(), allow_nan=False)
    assert [part.name for part in check.parts] == ["split", "walk_forward"]
    assert check.figure == check.parts[0].figure
    return check.parts[1]


def test_a_rule_that_works_everywhere_walks_forward() -> None:
    run = judged_run(trending(0.002, seed=4), CROSSING)
    assert walk_of(run).level == Level.GREEN
    curves = check_out_of_sample(run).pictures[-1]
    assert curves["kind"] == "curves"
    assert len(curves["time"]) <= 300
    assert [mark["label"].split(" ")[0] for mark in curves["marks"]] == ["fast"] * 5


def test_a_choice_that_is_always_wrong_is_red() -> None:
    """What won in the past loses in the stretch that follows: each eighth turns the other way."""
    count = 1_600
    turn = np.where(np.arange(count) // 200 % 2, -1.0, 1.0)
    growing = 1.0 + np.arange(count) // 200  # each stretch outdoes all before it
    noise = np.random.default_rng(4).normal(0.0, 0.0005, count)
    close = 100.0 * np.exp(np.cumsum(0.0005 * turn * growing + noise))
    bars = replace(
        trending(0.0, count=count),
        close=close,
        open=np.append(100.0, close[:-1]),
        high=close * 1.01,
        low=close * 0.99,
    )
    side = (
        "side = param(1, 0, 1)\nenter_long = side > 0.5 and close > 0\nenter_short = side < 0.5 and close > 0"
    )
    assert walk_of(judged_run(bars, side)).level == Level.RED


def test_bars_before_the_run_make_the_walk_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def count_affordable(_: Explorer, bars_of_one: int) -> int:
        asked.append(bars_of_one)
        return 0

    monkeypatch.setattr(Explorer, "count_affordable", count_affordable)
    bars = trending(0.002)
    whole = judged_run(bars, CROSSING)
    late = replace(whole, fills=simulate(bars, whole.signals, Execution(1e6, 5.0), 1_000))
    for run in (whole, late):
        check_out_of_sample(run)
    # 5 windows and the last comparison; the first trains on 3/8 of the run, each later one on 1/8 more.
    assert asked == [2_000 * (3 + 4 + 5 + 6 + 7 + 8) // 8, 6 * 1_000 + 1_000 * (3 + 4 + 5 + 6 + 7 + 8) // 8]


def test_without_parameters_or_bars_there_is_only_the_split() -> None:
    for run in (judged_run(trending(0.001), FIXED), judged_run(trending(0.001, count=300), CROSSING)):
        assert [part.name for part in check_out_of_sample(run).parts] == ["split"]


def test_the_verdict_of_a_run_is_the_same_each_time() -> None:
    rule: Rule = compile_rule(CROSSING)
    inputs = BacktestInputs.for_rule(
        rule, load_demo("IBM"), execution=Execution(1e5, 5.0), facts=DataFacts(), periods_per_year=252.0
    )
    assert run_backtest(inputs).verdict == run_backtest(inputs).verdict


@pytest.mark.parametrize("seed", range(40))
def test_any_run_of_a_rule_can_be_judged(seed: int) -> None:
    rng = np.random.default_rng([11, seed])
    bars = random_bars(rng, int(rng.integers(2, 900)), volatility=float(rng.choice([0.003, 0.03, 0.3])))
    inputs = BacktestInputs.for_rule(
        compile_rule([CROSSING, FIXED, PEAK][seed % 3]),
        bars,
        execution=random_execution(rng),
        facts=DataFacts(gaps=((int(bars.time[0]), int(bars.time[-1]), 3),)),
        periods_per_year=252.0,
        first_bar=int(rng.integers(0, len(bars) // 2)),
        trials=[None, TrialFacts(1), TrialFacts(500, 0.01, 0.002, 0.3)][seed % 3],
    )
    verdict = run_backtest(inputs).verdict.as_dict()
    assert json.loads(json.dumps(verdict, allow_nan=False)) == verdict
    for check in verdict["checks"]:
        assert check["statement"].endswith(".")
        assert check["thresholds"].endswith(".")
        assert "nan" not in check["statement"]
        for part in check["parts"]:
            assert part["statement"].endswith(".")
            assert "nan" not in part["statement"]
    assert len(json.dumps(verdict)) < 120_000


def test_other_sets_begin_where_the_run_begins() -> None:
    """The own set among the neighbours has the run's own Sharpe ratio, with bars before its first too."""
    rule = compile_rule(CROSSING)
    bars = load_demo("GOOG")
    signals = evaluate_rule(rule, bars)
    fills = simulate(bars, signals, Execution(1e6, 10.0), 400)
    run = JudgedRun(
        bars,
        signals,
        fills,
        DataFacts(),
        lambda some: evaluate_rule(rule, some),
        252.0,
        rule=rule,
        parameters=rule.resolve_parameters(),
    )
    explorer = Explorer.of(run)
    assert explorer is not None
    found = explorer.run_sets(np.array([[10.0, 30.0]]))
    assert float(found.column("final_equity")[0]) == fills.equity[-1]


BRACKET = """
n = param(20, 5, 60)
enter_long = close > sma(close, n)
stop_loss = 0.8 * atr(10)
take_profit = 0.8 * atr(10)
"""


def run_among_splits(parameters: dict[str, float] | None = None) -> JudgedRun:
    """Apple as it was quoted, two splits within it, every day replayed on finer bars."""
    rule = compile_rule(BRACKET)
    bars = load_demo("AAPL")
    detail, splits = replay_high_first(bars), tuple(APPLE_SPLITS.items())
    values = rule.resolve_parameters(parameters)
    signals = evaluate_rule(rule, bars, values)
    fills = simulate(bars, signals, Execution(1e6, 1.0), 30, splits=splits, detail=detail)
    return JudgedRun(
        bars,
        signals,
        fills,
        DataFacts(),
        lambda some: evaluate_rule(rule, some, values),
        252.0,
        rule=rule,
        parameters=values,
        splits=splits,
        detail=detail,
    )


def test_other_sets_are_filled_as_the_run_is() -> None:
    """Through splits and on finer bars: each set has the figures of the run it would be, to the bit."""
    run = run_among_splits()
    assert run.fill().equity.tolist() == run.fills.equity.tolist()
    explorer = Explorer.of(run)
    assert explorer is not None
    found = explorer.run_sets(np.array([[20.0], [22.0]]))
    for row, n in zip(found.figures, (20.0, 22.0), strict=True):
        fills = run_among_splits({"n": n}).fills
        own = compute_metrics(run.bars, fills, 252.0).as_dict()
        assert dict(zip(METRIC_NAMES, row.tolist(), strict=True)) == own
    for forgotten in (replace(run, splits=()), replace(run, detail=None)):
        assert forgotten.fill().equity[-1] != run.fills.equity[-1]


def test_the_walk_is_filled_as_the_run_is() -> None:
    run = run_among_splits()
    told = walk_of(run).statement
    for forgotten in (replace(run, splits=()), replace(run, detail=None)):
        assert walk_of(forgotten).statement != told


def test_splits_are_no_falls_of_the_market() -> None:
    """Random entries and kinds of market are those of the adjusted prices."""
    rule = compile_rule("enter_long = month % 2 > 0\nexit_long = month % 2 < 1")
    checks = []
    for adjusted in (False, True):
        bars = load_demo("AAPL", APPLE_SPLITS if adjusted else None)
        inputs = BacktestInputs.for_rule(
            rule,
            bars,
            execution=Execution(1e6, 1.0),
            facts=DataFacts(),
            periods_per_year=252.0,
            splits=() if adjusted else tuple(APPLE_SPLITS.items()),
        )
        found = {check.name: check for check in run_backtest(inputs).verdict.checks}
        regimes = next(part for part in found["robustness"].parts if part.name == "regimes")
        checks.append((found["chance"].parts[0], regimes.statement))
    assert checks[0] == checks[1]
