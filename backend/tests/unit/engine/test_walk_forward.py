"""Walk-forward: windows, what each may know, and how the stretches add up."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.benchmark import buy_and_hold
from app.engine.execution import Execution
from app.engine.language import Rule, compile_rule
from app.engine.sweep import run_sets
from app.engine.verdict import DataFacts
from app.engine.walk_forward import (
    Constraints,
    TooFewBars,
    WalkForward,
    Window,
    pick_best,
    plan_windows,
    run_walk_forward,
)
from tests.unit.engine.hand_made import APPLE_SPLITS, load_demo, replay_high_first

RULE = compile_rule("""
fast = param(10, 5, 50)
slow = param(30, 20, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long  = crossunder(sma(close, fast), sma(close, slow))
""")
NAMES = ("fast", "slow")
VALUES = np.array([(fast, slow) for fast in (5, 10, 20) for slow in (30, 60, 120)], np.float64)
TERMS = Execution(1e6, 10.0)


@pytest.fixture(scope="module")
def google() -> Bars:
    return load_demo("GOOG")


def walk(bars: Bars, **changes: object) -> WalkForward:
    windows = plan_windows(len(bars) - int(changes.get("first_bar", 0) or 0), 600, 250)  # type: ignore[call-overload]
    terms = {"execution": TERMS, "periods_per_year": 252.0, **changes}
    return run_walk_forward(RULE, bars, NAMES, VALUES, windows, **terms)  # type: ignore[arg-type]


def test_windows_by_hand() -> None:
    assert plan_windows(100, 40, 25) == (
        Window(0, 40, 40, 65),
        Window(25, 65, 65, 90),
        Window(50, 90, 90, 100),
    )
    assert plan_windows(100, 40, 30, anchored=True) == (Window(0, 40, 40, 70), Window(0, 70, 70, 100))
    assert plan_windows(41, 40, 10) == ()
    assert plan_windows(42, 40, 10) == (Window(0, 40, 40, 42),)
    with pytest.raises(ValueError, match="2 or more"):
        plan_windows(100, 1, 10)


@given(st.integers(0, 3_000), st.integers(2, 500), st.integers(2, 500), st.booleans())
def test_test_stretches_cover_what_follows_the_first_training(
    count: int, train: int, test: int, anchored: bool
) -> None:
    windows = plan_windows(count, train, test, anchored)
    for window in windows:
        assert window.train_end == window.test_start
        assert window.train_start == (0 if anchored else window.test_start - train)
        assert 2 <= window.test_end - window.test_start <= test
    for before, after in pairwise(windows):
        assert before.test_end == after.test_start
    if windows:
        assert windows[0].test_start == train
        assert count - windows[-1].test_end < 2


def test_each_stretch_is_a_run_of_its_own(google: Bars) -> None:
    walked = walk(google)
    assert len(walked.windows) == len(plan_windows(len(google), 600, 250))
    cash = TERMS.initial_cash
    for result in walked.windows:
        window = result.window
        assert result.parameters is not None
        assert result.train is not None
        assert result.test is not None
        trained = run_sets(
            RULE,
            google.head(window.train_end),
            NAMES,
            VALUES,
            execution=TERMS,
            periods_per_year=252.0,
            first_bar=window.train_start,
        )
        best = int(np.nanargmax(trained.column("sharpe")))
        assert result.parameters == dict(zip(NAMES, VALUES[best], strict=True))
        assert result.train["sharpe"] == trained.column("sharpe")[best]
        alone = run_backtest(
            BacktestInputs.for_rule(
                RULE,
                google.head(window.test_end),
                parameters=result.parameters,
                execution=Execution(cash, 10.0),
                facts=DataFacts(),
                periods_per_year=252.0,
                first_bar=window.test_start - 1,
            )
        )
        assert result.test == alone.metrics.as_dict()
        at = window.test_start - walked.windows[0].window.test_start + 1
        part = walked.stitched[at : at + window.test_end - window.test_start]
        assert part.tolist() == alone.curve.equity[1:].tolist()
        cash = float(alone.curve.equity[-1])


def test_each_stretch_goes_through_splits_and_is_replayed() -> None:
    rule = compile_rule("""
n = param(20, 5, 60)
enter_long = close > sma(close, n)
stop_loss = 0.8 * atr(10)
take_profit = 0.8 * atr(10)
""")
    bars = load_demo("AAPL").head(1_500)
    around: Any = {"splits": tuple(APPLE_SPLITS.items()), "detail": replay_high_first(bars)}
    values = np.array([[10.0], [20.0], [40.0]])
    walked = run_walk_forward(
        rule,
        bars,
        ("n",),
        values,
        plan_windows(len(bars), 600, 250),
        execution=TERMS,
        periods_per_year=252.0,
        **around,
    )
    cash = TERMS.initial_cash
    for result in walked.windows:
        window = result.window
        assert result.parameters is not None
        trained = run_sets(
            rule,
            bars.head(window.train_end),
            ("n",),
            values,
            execution=TERMS,
            periods_per_year=252.0,
            first_bar=window.train_start,
            **around,
        )
        assert result.parameters["n"] == values[int(np.nanargmax(trained.column("sharpe"))), 0]
        alone = run_backtest(
            BacktestInputs.for_rule(
                rule,
                bars.head(window.test_end),
                parameters=result.parameters,
                execution=Execution(cash, 10.0),
                facts=DataFacts(),
                periods_per_year=252.0,
                first_bar=window.test_start - 1,
                **around,
            )
        )
        assert result.test == alone.metrics.as_dict()
        cash = float(alone.curve.equity[-1])
    held = buy_and_hold(bars, TERMS, walked.windows[0].window.test_start - 1, splits=around["splits"])
    assert walked.benchmark[-1] == held.equity[-1]


def test_what_the_stretches_add_up_to(google: Bars) -> None:
    walked = walk(google)
    first, last = walked.windows[0].window, walked.windows[-1].window
    points = last.test_end - first.test_start + 1
    for curve in (walked.time, walked.stitched, walked.in_sample, walked.benchmark):
        assert len(curve) == points
    assert walked.stitched[0] == walked.in_sample[0] == walked.benchmark[0] == TERMS.initial_cash
    assert walked.metrics.final_equity == walked.stitched[-1]
    assert walked.metrics.trades == sum(
        int(result.test["trades"] or 0) for result in walked.windows if result.test
    )
    grown = math.prod(
        1.0 + float(result.test["total_return"] or 0) for result in walked.windows if result.test
    )
    assert walked.metrics.total_return == pytest.approx(grown - 1.0)
    whole = run_sets(
        RULE,
        google.head(last.test_end),
        NAMES,
        VALUES,
        execution=TERMS,
        periods_per_year=252.0,
        first_bar=first.test_start - 1,
    )
    assert walked.best_parameters == dict(
        zip(NAMES, VALUES[int(np.nanargmax(whole.column("sharpe")))], strict=True)
    )
    assert walked.tried.tolist() == whole.column("sharpe").tolist()
    assert walked.in_sample[-1] == pytest.approx(np.nanmax(whole.column("final_equity")), rel=0.6)
    assert walked.metrics.cagr is not None
    assert walked.efficiency is not None
    assert np.sign(walked.efficiency) == np.sign(walked.metrics.cagr)


def test_later_bars_change_nothing_in_a_window(google: Bars) -> None:
    """What a window chose and earned does not depend on what came after it."""
    whole = walk(google)
    end = whole.windows[2].window.test_end
    shorter = walk(google.head(end))
    for early, late in zip(shorter.windows, whole.windows, strict=False):
        assert early.parameters == late.parameters
        assert early.test == late.test
    assert shorter.stitched.tolist() == whole.stitched[: len(shorter.stitched)].tolist()


def test_windows_count_from_the_runs_first_bar(google: Bars) -> None:
    walked = walk(google, first_bar=300)
    assert walked.time[0] == google.time[300 + 600 - 1]


def test_constraints_keep_a_window_out_of_the_market(google: Bars) -> None:
    walked = walk(google, constraints=Constraints(min_trades=10_000))
    assert all(result.parameters is None and result.test is None for result in walked.windows)
    assert set(walked.stitched) == {TERMS.initial_cash}
    assert walked.metrics.trades == 0
    assert walked.best_parameters is None
    assert walked.efficiency is None


def test_the_best_satisfies_the_constraints(google: Bars) -> None:
    found = run_sets(RULE, google, NAMES, VALUES, execution=TERMS, periods_per_year=252.0)
    free = pick_best(found, "total_return")
    assert free == int(np.nanargmax(found.column("total_return")))
    falls = found.column("max_drawdown")
    limit = -float(np.sort(falls)[-2])
    bound = pick_best(found, "total_return", Constraints(max_drawdown=limit))
    assert bound is not None
    assert falls[bound] >= -limit
    assert pick_best(found, "total_return", Constraints(min_trades=0, max_drawdown=0.0)) is None


def test_parameters_that_are_not_searched_can_be_fixed(google: Bars) -> None:
    windows = plan_windows(len(google), 600, 250)
    terms = {"execution": TERMS, "periods_per_year": 252.0}
    fixed = run_walk_forward(
        RULE,
        google,
        ("fast",),
        VALUES[::3, :1],
        windows,
        fixed={"slow": 60.0},
        **terms,  # type: ignore[arg-type]
    )
    searched = np.array([(fast, 60.0) for fast in VALUES[::3, 0]])
    both = run_walk_forward(RULE, google, NAMES, searched, windows, **terms)  # type: ignore[arg-type]
    assert fixed.stitched.tolist() == both.stitched.tolist()
    assert fixed.windows[0].parameters == both.windows[0].parameters


def test_progress_rises_and_what_it_raises_ends_the_walk(google: Bars) -> None:
    told: list[float] = []
    walk(google, on_progress=told.append)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)

    def stop(share: float) -> None:
        raise KeyError(share)

    with pytest.raises(KeyError):
        walk(google, on_progress=stop)


def test_no_window_and_no_such_figure_are_told(google: Bars) -> None:
    with pytest.raises(TooFewBars):
        walk(google.head(300))
    with pytest.raises(ValueError, match="no figure"):
        walk(google, objective="beauty")


def test_a_ruined_stretch_leaves_the_rest_out() -> None:
    rule: Rule = compile_rule("n = param(1, 1, 2)\nenter_short = close > 0 * n")
    price = np.concatenate([np.full(45, 100.0), np.full(35, 300.0)])
    bars = Bars(np.arange(80, dtype=np.int64) * 86_400, price, price, price, price, np.ones(80))
    walked = run_walk_forward(
        rule,
        bars,
        ("n",),
        np.array([[1.0], [2.0]]),
        plan_windows(80, 20, 20),
        objective="total_return",
        execution=TERMS,
        periods_per_year=252.0,
    )
    assert walked.stitched[-1] <= 0.0
    assert walked.windows[-1].parameters is None
    assert walked.metrics.cagr == -1.0
