"""A finished run as text for a terminal: what can be believed first, what it earned after that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.backtests.domain import RunResult

_MARKS = {"green": "ok  ", "amber": "care", "red": "no  "}
_TRADE_MONEY = ("expectancy", "avg_win", "avg_loss", "best", "worst")
_MONEY = ("final_equity", *_TRADE_MONEY, "total_commission", "total_slippage")
_FRACTIONS = ("total_return", "cagr", "volatility", "max_drawdown", "var_95", "win_rate", "exposure")
_COUNTS = ("trades", "max_drawdown_bars")


def render_report(result: RunResult, costs: str) -> str:
    """The verdict's answers, then every figure beside the same of buying and holding, under which costs."""
    lines = [f"Can it be believed?  {_name_level(result.verdict['level'])}"]
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
    if name in _COUNTS:
        return f"{value:,.0f}"
    if name in _FRACTIONS:
        return f"{value:+.2%}" if name in {"total_return", "cagr"} else f"{value:.2%}"
    if name in _MONEY:
        return f"{value:,.2f}"
    return f"{value:,.3f}"


def _name_level(level: str) -> str:
    return {"green": "Yes.", "amber": "With care.", "red": "No."}[level]


def _to_words(name: str) -> str:
    return name.replace("_", " ")
