"""A sweep's figures are those of single runs, to the bit."""

from __future__ import annotations

from dataclasses import astuple, fields
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.execution import Execution
from app.engine.fills import DataNotUsable, simulate
from app.engine.language import Rule, check_rule
from app.engine.language.problems import ParametersInvalid
from app.engine.metrics import Metrics, compute_metrics, equity_returns
from app.engine.sweep import METRIC_NAMES, run_sets
from tests.unit.engine.hand_made import make_bars, random_bars, random_execution
from tests.unit.engine.random_rules import parameters as random_parameters
from tests.unit.engine.random_rules import rules as random_rules

SMA = """
fast = param(10, 1, 50)
slow = param(30, 1, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long = crossunder(sma(close, fast), sma(close, slow))
"""
DIFFERENCE = """
fast = param(10, 1, 50)
slow = param(30, 1, 200)
enter_long = close > sma(close, slow - fast)
exit_long = close < sma(close, slow - fast)
"""


def rule_of(source: str) -> Rule:
    rule = check_rule(source).rule
    assert rule is not None
    return rule


def row_of_single_run(
    rule: Rule, bars: Bars, values: dict[str, float], execution: Execution, first_bar: int = 0
) -> list[float]:
    """What `run_backtest` would say; all NaN where it would refuse."""
    try:
        with np.errstate(all="ignore"):
            fills = simulate(bars, evaluate_rule(rule, bars, values), execution, first_bar)
            figures = astuple(compute_metrics(bars, fills, 252.0))
    except (DataNotUsable, ParametersInvalid):
        return [np.nan] * len(METRIC_NAMES)
    if any(figure is not None and np.isinf(figure) for figure in figures):
        return [np.nan] * len(METRIC_NAMES)
    return [np.nan if figure is None else float(figure) for figure in figures]


def test_the_columns_are_the_fields_of_the_metrics() -> None:
    assert tuple(field.name for field in fields(Metrics)) == METRIC_NAMES


def test_every_set_of_a_grid_has_the_figures_of_its_run() -> None:
    bars = random_bars(np.random.default_rng(1), 600, volatility=0.01)
    rule = rule_of(SMA)
    values = np.array([(fast, slow) for fast in (3.0, 5.0, 8.0) for slow in (10.0, 20.0, 40.0)])
    found = run_sets(rule, bars, ("fast", "slow"), values, execution=Execution(), periods_per_year=252.0)
    assert found.values.tolist() == values.tolist()
    assert found.blocks is None
    assert (found.column("trades") > 3).all()
    for row, (fast, slow) in zip(found.figures, values, strict=True):
        expected = row_of_single_run(rule, bars, {"fast": fast, "slow": slow}, Execution())
        np.testing.assert_array_equal(row, expected)


FULL = """
n = param(10, 2, 50)
k = param(2, 0.5, 5, 0.5)
enter_long = close > sma(close, n)
enter_short = close < sma(close, n)
stop_loss = k * atr(10)
take_profit = atr(10)
take_profit_share = 0.5
max_bars = 7
limit_entry = 0.1 * atr(10)
"""


def test_sets_are_run_under_every_term_of_a_run() -> None:
    bars = random_bars(np.random.default_rng(9), 500, volatility=0.01)
    execution = Execution(
        commission_per_unit=0.01,
        commission_minimum=1.0,
        commission_tiers=((5_000.0, 3.0),),
        slippage_model="volume_share",
        borrow_rate=0.05,
        overnight_rate=0.02,
    )
    splits = [(date(1970, 6, 1), 2.0)]
    rule, first = rule_of(FULL), 40
    values = np.array([(n, k) for n in (5.0, 12.0) for k in (0.5, 2.0)])
    found = run_sets(
        rule,
        bars,
        ("n", "k"),
        values,
        execution=execution,
        periods_per_year=252.0,
        first_bar=first,
        splits=splits,
    )
    for row, (n, k) in zip(found.figures, values.tolist(), strict=True):
        fills = simulate(bars, evaluate_rule(rule, bars, {"n": n, "k": k}), execution, first, splits=splits)
        assert len(fills.trades) > 10
        expected = [np.nan if f is None else f for f in astuple(compute_metrics(bars, fills, 252.0))]
        np.testing.assert_array_equal(row, expected)


def test_a_parameter_that_is_not_named_keeps_its_default() -> None:
    bars = random_bars(np.random.default_rng(2), 400, volatility=0.01)
    terms: Any = {"execution": Execution(), "periods_per_year": 252.0}
    some = run_sets(rule_of(SMA), bars, ("slow",), np.array([[20.0]]), **terms)
    both = run_sets(rule_of(SMA), bars, ("slow", "fast"), np.array([[20.0, 10.0]]), **terms)
    np.testing.assert_array_equal(some.figures, both.figures)


@given(random_rules(), st.lists(random_parameters, min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_random_rules_and_sets_have_the_figures_of_their_runs(
    source: str, sets: list[dict[str, float]], seed: int
) -> None:
    rule = check_rule(source).rule
    if rule is None:
        return
    rng = np.random.default_rng(seed)
    bars = random_bars(rng, int(rng.integers(1, 120)))
    execution = random_execution(rng)
    first_bar = int(rng.integers(0, len(bars)))
    names = [parameter.name for parameter in rule.parameters]
    values = np.array([[float(given[name]) for name in names] for given in sets]).reshape(-1, len(names))
    found = run_sets(
        rule, bars, names, values, execution=execution, periods_per_year=252.0, first_bar=first_bar
    )
    for row, given_set in zip(found.figures, sets, strict=True):
        own = {name: float(given_set[name]) for name in names}
        np.testing.assert_array_equal(row, row_of_single_run(rule, bars, own, execution, first_bar))


def test_sums_of_blocks_are_those_of_the_returns() -> None:
    bars = random_bars(np.random.default_rng(3), 500, volatility=0.01)
    rule, first = rule_of(SMA), 37
    found = run_sets(
        rule,
        bars,
        ("fast", "slow"),
        np.array([[3.0, 10.0], [5.0, 20.0]]),
        execution=Execution(),
        periods_per_year=252.0,
        first_bar=first,
        blocks=7,
    )
    assert found.blocks is not None
    assert found.blocks.shape == (2, 7, 2)
    fills = simulate(bars, evaluate_rule(rule, bars, {"fast": 5.0, "slow": 20.0}), Execution(), first)
    returns = equity_returns(fills.equity[first:])
    for block, (total, squares) in enumerate(found.blocks[1]):
        part = returns[block * len(returns) // 7 : (block + 1) * len(returns) // 7]
        assert total == pytest.approx(part.sum(), rel=1e-12, abs=1e-15)
        assert squares == pytest.approx((part**2).sum(), rel=1e-12, abs=1e-18)


def test_a_set_without_a_run_is_undefined_and_the_others_are_not() -> None:
    bars = random_bars(np.random.default_rng(4), 300, volatility=0.01)
    values = np.array([[10.0, 30.0], [30.0, 10.0], [1.5, 30.0], [10.0, 500.0]])
    found = run_sets(
        rule_of(DIFFERENCE),
        bars,
        ("fast", "slow"),
        values,
        execution=Execution(),
        periods_per_year=252.0,
        blocks=3,
    )
    assert found.blocks is not None
    assert np.isfinite(found.figures[0, 0])
    assert np.isnan(found.figures[1:]).all()
    assert np.isnan(found.blocks[1:]).all()


def test_no_sets_no_rows() -> None:
    bars = random_bars(np.random.default_rng(5), 50)
    found = run_sets(
        rule_of(SMA),
        bars,
        ("fast", "slow"),
        np.empty((0, 2)),
        execution=Execution(),
        periods_per_year=252.0,
    )
    assert found.figures.shape == (0, len(METRIC_NAMES))


def test_refusals() -> None:
    bars = random_bars(np.random.default_rng(6), 50)
    terms: Any = {"execution": Execution(), "periods_per_year": 252.0}
    with pytest.raises(ParametersInvalid):
        run_sets(rule_of(SMA), bars, ("medium",), np.array([[1.0]]), **terms)
    with pytest.raises(ValueError, match="shape"):
        run_sets(rule_of(SMA), bars, ("fast", "slow"), np.array([[1.0]]), **terms)
    with pytest.raises(ValueError, match="first_bar"):
        run_sets(rule_of(SMA), bars, ("fast",), np.array([[1.0]]), first_bar=50, **terms)
    bad = make_bars([(100.0, 99.0, 101.0, 100.0)] * 5)
    with pytest.raises(DataNotUsable):
        run_sets(rule_of(SMA), bad, ("fast",), np.array([[1.0]]), **terms)


class Stopped(Exception):
    pass


def test_what_the_checkpoint_raises_ends_the_sweep() -> None:
    bars = random_bars(np.random.default_rng(7), 50)
    calls = 0

    def stop_at_third() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Stopped

    with pytest.raises(Stopped):
        run_sets(
            rule_of(SMA),
            bars,
            ("fast",),
            np.array([[1.0], [2.0], [3.0]]),
            execution=Execution(),
            periods_per_year=252.0,
            checkpoint=stop_at_third,
        )
