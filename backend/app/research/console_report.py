"""A sweep and a walk-forward as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from app.backtests.service import MetricsRead
from app.research.schemas import BestSet, SweepRead
from app.research.walk_forward_schemas import WalkForwardRead

_SHOWN = ("sharpe", "cagr", "total_return", "max_drawdown", "trades", "profit_factor")
_FRACTIONS = {"cagr", "total_return", "max_drawdown"}


def render_sweep(sweep: SweepRead) -> str:
    """The best plateau before the best set, and how likely the search fits noise before both."""
    lines = [f"{sweep.sets:,} parameter sets of {sweep.symbol} {sweep.interval}, by {sweep.objective}"]
    if sweep.overfitting is not None:
        pbo = sweep.overfitting.pbo
        lines.append(
            f"Probability of overfitting: {pbo:.0%}. In as many of the ways to cut the bars in halves, the "
            "set that was best in one half fell behind in the other."
        )
    if sweep.plateau is not None:
        lines += ["", f"The best plateau (median of its {sweep.plateau.neighbours} neighbours and itself: "]
        lines[-1] += f"{sweep.plateau.median_objective:.3f})"
        lines += _render_set(sweep.plateau)
        lines += [f"  {name}: {low:g} to {high:g}" for name, (low, high) in sweep.plateau.ranges.items()]
    if sweep.best is None:
        lines += ["", "No set kept the constraints with a defined figure."]
    else:
        lines += ["", "The best single set", *_render_set(sweep.best)]
    return "\n".join(lines)


def render_walk(walked: WalkForwardRead) -> str:
    """What the tests add up to, then each window."""
    lines = [f"{len(walked.windows)} windows of {walked.symbol} {walked.interval}, by {walked.objective}"]
    if walked.metrics is not None:
        lines.append("Stitched tests: " + _render_metrics(walked.metrics))
    if walked.efficiency is not None:
        lines.append(f"Walk-forward efficiency: {walked.efficiency:.2f}")
    name = walked.objective
    lines += ["", f"{'test':25}{'train ' + name:>18}{'test ' + name:>18}  parameters"]
    for window in walked.windows:
        span = f"{_write_day(window.test_start)} – {_write_day(window.test_end)}"
        train, test = (_write(name, _find(metrics, name)) for metrics in (window.train, window.test))
        lines.append(f"{span:25}{train:>18}{test:>18}  {_write_parameters(window.parameters or {})}")
    return "\n".join(lines)


def _render_set(chosen: BestSet) -> list[str]:
    return [f"  {_write_parameters(chosen.parameters)}", f"  {_render_metrics(chosen.metrics)}"]


def _render_metrics(metrics: MetricsRead) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_write(name, _find(metrics, name))}" for name in _SHOWN)


def _find(metrics: MetricsRead | None, name: str) -> float | None:
    found: float | None = getattr(metrics, name, None)
    return found


def _write(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in _FRACTIONS:
        return f"{value:+.2%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"


def _write_parameters(parameters: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in parameters.items()) or "–"


def _write_day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
