"""A report for a terminal says first what can be believed."""

from __future__ import annotations

from app.backtests.console_report import render_report
from app.backtests.domain import RunResult
from app.backtests.figure_units import COUNTS, FRACTIONS, MONEY
from app.engine.conventions import METRIC_NAMES

METRICS = {"final_equity": 1234567.891, "total_return": 0.1234, "sharpe": None, "trades": 33, "omega": 1.5}
RESULT = RunResult(
    manifest={"result_sha256": "0" * 64},
    verdict={
        "level": "amber",
        "checks": [
            {"name": "look_ahead", "level": "green", "statement": "Nothing is seen ahead.", "figure": 0}
        ],
    },
    metrics=METRICS,
    benchmark={**METRICS, "total_return": -0.5},
    trades=b"",
    equity=b"",
)


COSTS = "No costs were assumed: trading was free."


def test_the_verdict_stands_above_the_profit() -> None:
    text = render_report(RESULT, COSTS)
    assert text.index("With care.") < text.index("Nothing is seen ahead.") < text.index("1,234,567.89")


def test_figures_stand_beside_those_of_holding() -> None:
    lines = {
        line.split("  ")[1].strip(): line.split() for line in render_report(RESULT, COSTS).splitlines()[6:]
    }
    assert lines["total return"][-2:] == ["+12.34%", "-50.00%"]
    assert lines["sharpe"][-2:] == ["–", "–"]
    assert lines["trades"][-1] == "33"


def test_the_costs_that_were_assumed_stand_above_the_figures() -> None:
    text = render_report(RESULT, COSTS)
    assert text.index("Nothing is seen ahead.") < text.index(COSTS) < text.index("buy and hold")


def test_units_are_those_of_figures_that_there_are() -> None:
    told = [*COUNTS, *FRACTIONS, *MONEY]
    assert set(told) <= set(METRIC_NAMES)
    assert len(set(told)) == len(told)
