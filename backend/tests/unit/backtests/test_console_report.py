"""The report in a terminal: belief before profit, and every figure readable."""

from __future__ import annotations

from app.backtests.console_report import render_report
from app.backtests.domain import RunResult


def make_result(**metrics: float | None) -> RunResult:
    figures: dict[str, float | None] = {
        "final_equity": 1234567.891,
        "total_return": 0.2345,
        "trades": 33,
        **metrics,
    }
    checks = [
        {"name": "look_ahead", "level": "green", "statement": "No rule saw the future.", "figure": None},
        {"name": "chance", "level": "red", "statement": "Luck did as well.", "figure": 0.6},
    ]
    return RunResult(
        manifest={},
        verdict={"level": "red", "checks": checks},
        metrics=figures,
        benchmark={"final_equity": 1000.0, "total_return": -0.5, "trades": 1},
        trades=b"",
        equity=b"",
    )


def test_the_verdict_stands_above_the_profit() -> None:
    text = render_report(make_result())
    assert text.startswith("Can it be believed?  No.")
    assert text.index("look ahead: No rule saw the future.") < text.index("chance: Luck did as well.")
    assert text.index("chance") < text.index("1,234,567.89")


def test_money_fractions_counts_and_gaps_are_told_apart() -> None:
    rows = {
        line[:22].strip(): line[22:].split()
        for line in render_report(make_result(sharpe=None, win_rate=0.5)).splitlines()
        if line.startswith("  ")
    }
    assert rows["final equity"] == ["1,234,567.89", "1,000.00"]
    assert rows["total return"] == ["+23.45%", "-50.00%"]
    assert rows["trades"] == ["33", "1"]
    assert rows["win rate"] == ["50.00%", "–"]
    assert rows["sharpe"] == ["–", "–"]
