"""A finished run as text for a terminal: what can be believed first, what it earned after that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.backtests.domain import RunResult
from app.backtests.figure_units import ANSWERS, COUNTS, FRACTIONS, MONEY

_MARKS = {"green": "ok  ", "amber": "care", "red": "no  "}


def render_report(result: RunResult, costs: str) -> str:
    """The verdict's answers, then every figure beside the same of buying and holding, under which costs."""
    lines = [f"Can it be believed?  {ANSWERS[result.verdict['level']]}"]
    lines += [render_check(check) for check in result.verdict["checks"]]
    lines += ["", costs, "", f"{'':22}{'strategy':>18}{'buy and hold':>18}"]
    lines += [_render_row(name, result.metrics, result.benchmark) for name in result.metrics]
    return "\n".join(lines)


def render_check(check: Mapping[str, Any]) -> str:
    """A check in a line."""
    return f"  [{_MARKS[check['level']]}] {_to_words(check['name'])}: {check['statement']}"


def _render_row(name: str, metrics: Mapping[str, Any], benchmark: Mapping[str, Any]) -> str:
    own, other = _render_figure(name, metrics[name]), _render_figure(name, benchmark.get(name))
    return f"  {_to_words(name):20}{own:>18}{other:>18}"


def _render_figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in COUNTS:
        return f"{value:,.0f}"
    if name in FRACTIONS:
        return f"{value:+.2%}" if name in {"total_return", "cagr"} else f"{value:.2%}"
    if name in MONEY:
        return f"{value:,.2f}"
    return f"{value:,.3f}"


def _to_words(name: str) -> str:
    return name.replace("_", " ")
