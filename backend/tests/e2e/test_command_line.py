"""The `flowrex` command beside a running stack."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.e2e.conftest import FLOWREX, Stack

RULE = """\
enter_long = crossover(sma(close, 10), sma(close, 30))
exit_long = crossunder(sma(close, 10), sma(close, 30))
"""


def _run(stack: Stack, *arguments: str) -> str:
    done = subprocess.run(
        [str(FLOWREX), *arguments], env=stack.environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_backtest_prints_the_verdict_before_the_profit(stack: Stack, tmp_path: Path) -> None:
    rule = tmp_path / "averages.rule"
    rule.write_text(RULE)
    text = _run(
        stack, "backtest", str(rule), "--symbol", "GOOG", "--cash", "1000000", "--commission-bps", "10"
    )
    assert "5,454,497.97" in text
    assert text.index("look") < text.index("5,454,497.97")


def test_openapi_needs_no_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(FLOWREX), "openapi"], cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "/api/v1/backtests" in json.loads(done.stdout)["paths"]
