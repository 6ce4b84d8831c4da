"""The library's rules compile, and what is said of them is what the engine finds on the demo bars."""

from __future__ import annotations

import pytest

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.evaluation import evaluate_rule
from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.language import compile_rule
from app.engine.metrics import compute_metrics
from app.engine.verdict import DataFacts
from app.strategies.domain import LibraryRule
from app.strategies.library import LIBRARY, read_reports
from tests.unit.engine.hand_made import load_demo

COSTS = Execution(commission_bps=10.0, slippage_bps=5.0)
SYMBOLS = ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


def test_there_are_at_least_fifteen_with_names_of_their_own() -> None:
    assert len(LIBRARY) >= 15
    assert len({rule.slug for rule in LIBRARY}) == len({rule.name for rule in LIBRARY}) == len(LIBRARY)


@pytest.mark.parametrize("rule", LIBRARY, ids=lambda rule: rule.slug)
def test_the_report_is_what_the_engine_finds(rule: LibraryRule) -> None:
    reports = {report.symbol: report for report in read_reports()[rule.slug]}
    assert sorted(reports) == SYMBOLS
    compiled = compile_rule(rule.source)
    for symbol in ("GOOG", "IBM"):
        bars = load_demo(symbol)
        fills = simulate(bars, evaluate_rule(compiled, bars), COSTS)
        found = compute_metrics(bars, fills, 252.0)
        told = reports[symbol]
        assert told.trades == found.trades
        assert told.total_return == pytest.approx(found.total_return, rel=1e-9)
        assert told.max_drawdown == pytest.approx(found.max_drawdown, rel=1e-9)
        assert told.statement


def test_what_decides_is_said_as_the_verdict_says_it() -> None:
    rule = compile_rule(next(rule.source for rule in LIBRARY if rule.slug == "donchian-breakout"))
    for told in read_reports()["donchian-breakout"]:
        if told.symbol in ("GOOG", "IBM"):
            inputs = BacktestInputs.for_rule(
                rule, load_demo(told.symbol), execution=COSTS, facts=DataFacts(), periods_per_year=252.0
            )
            checks = [check for check in run_backtest(inputs).verdict.checks if check.name != "data"]
            decisive = next(check.statement for check in checks if check.level == told.level)
            again = "measure again: python -m benchmarks.library_reports --write"
            assert decisive == told.statement, again


def test_not_every_report_is_a_good_one() -> None:
    reports = [report for of_rule in read_reports().values() for report in of_rule]
    assert any(report.total_return < 0 for report in reports)
    assert any(report.total_return < report.benchmark_return for report in reports)
    assert {"red"} <= {report.level for report in reports}
