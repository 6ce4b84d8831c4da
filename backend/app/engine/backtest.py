"""A whole run: signals, fills, figures, benchmark, verdict, manifest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from app.engine.bars import Bars, Times
from app.engine.benchmark import buy_and_hold
from app.engine.columns import with_readable_columns
from app.engine.evaluation import Checkpoint, evaluate_rule
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.fills import DataNotUsable, Fills, simulate
from app.engine.language.rule import Rule
from app.engine.manifest import build_manifest, hash_result
from app.engine.metrics import Metrics, compute_metrics
from app.engine.metrics_drawdown import drawdowns
from app.engine.packing import EquityCurve
from app.engine.trades import Trades
from app.engine.verdict import (
    CHECK_NAMES,
    Check,
    DataFacts,
    JudgedRun,
    SignalsOf,
    TrialFacts,
    Verdict,
    judge_stepwise,
    time_signals,
)

Progress: TypeAlias = Callable[[float], None]
# Told the verdict so far, after each of its checks.
VerdictSoFar: TypeAlias = Callable[[Verdict], None]

AFTER_SIGNALS, AFTER_FILLS = 0.3, 0.4
"""Shares of a run that are done then, as told to a Progress."""
_AFTER_CHECKS = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class BacktestInputs:
    """Everything a run depends on; `for_rule` makes one from a checked rule.

    `bars`: with the warm-up before `first_bar`, the first bar whose signal counts. `rule_source`,
    `parameters` (every one's value) and `instrument` (symbol, adjustment, …) go into the manifest.
    `signals_of`: the rule on any bars; it is called again on shortened ones. `facts`: what is known of the
    data. `periods_per_year`: see `app.engine.annual_periods`. `rule`: for the checks that try other values
    of its parameters, None leaves them out. `trials`: what is known of the search that led here.
    `checkpoint`: called again and again while the verdict is computed. `splits`, `detail`: see
    `app.engine.fills.simulate`.
    """

    bars: Bars
    rule_source: str
    parameters: Mapping[str, float]
    signals_of: SignalsOf
    execution: Execution
    facts: DataFacts
    periods_per_year: float
    first_bar: int = 0
    instrument: Mapping[str, str] = field(default_factory=dict)
    rule: Rule | None = None
    trials: TrialFacts | None = None
    checkpoint: Checkpoint | None = None
    splits: Sequence[Split] = ()
    detail: Bars | None = None

    @classmethod
    def for_rule(
        cls,
        rule: Rule,
        bars: Bars,
        *,
        parameters: Mapping[str, float] | None = None,
        execution: Execution,
        facts: DataFacts,
        periods_per_year: float,
        first_bar: int = 0,
        instrument: Mapping[str, str] | None = None,
        trials: TrialFacts | None = None,
        checkpoint: Checkpoint | None = None,
        splits: Sequence[Split] = (),
        detail: Bars | None = None,
    ) -> BacktestInputs:
        """The inputs of a run of `rule`; parameters that are not given have their defaults.

        `checkpoint` is called between the operations whenever the rule is evaluated; what it raises ends the
        run and reaches the caller. Raises what `Rule.resolve_parameters` raises.
        """
        values = rule.resolve_parameters(parameters)
        return cls(
            bars=bars,
            rule_source=rule.source,
            parameters=values,
            signals_of=lambda some: evaluate_rule(rule, some, values, checkpoint),
            execution=execution,
            facts=facts,
            periods_per_year=periods_per_year,
            first_bar=first_bar,
            instrument=instrument or {},
            rule=rule,
            trials=trials,
            checkpoint=checkpoint,
            splits=splits,
            detail=detail,
        )


@dataclass(frozen=True, slots=True, eq=False)
class BacktestResult:
    """A finished run. The trades' indices count from the run's first bar, as the curve does.

    `benchmark`: the figures of buying once and holding. `manifest`: JSON-ready, `result_sha256` within.
    """

    trades: Trades
    curve: EquityCurve
    metrics: Metrics
    benchmark: Metrics
    verdict: Verdict
    manifest: dict[str, Any]


def run_backtest(
    inputs: BacktestInputs,
    on_progress: Progress | None = None,
    on_verdict: VerdictSoFar | None = None,
) -> BacktestResult:
    """Run a rule on its bars.

    `on_progress` is told the share done, 0 to 1, between the steps; `on_verdict` the checks that have
    arrived (`complete` is False), after each. What they raise ends the run and reaches the caller: that is
    how a caller cancels, with an exception of its own. Raises what
    `app.engine.fills.simulate` raises: DataNotUsable also when a figure is too large for a float64.
    """
    # Overflow is looked for in the figures themselves.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _run_backtest(inputs, on_progress or ignore, on_verdict or ignore)


def _run_backtest(inputs: BacktestInputs, report: Progress, show: VerdictSoFar) -> BacktestResult:
    bars, first = with_readable_columns(inputs.bars), inputs.first_bar
    report(0.0)
    signals, evaluation_seconds = time_signals(inputs.signals_of, bars)
    report(AFTER_SIGNALS)

    fills = simulate(bars, signals, inputs.execution, first, splits=inputs.splits, detail=inputs.detail)
    metrics = compute_metrics(bars, fills, inputs.periods_per_year)
    held = buy_and_hold(bars, inputs.execution, first, splits=inputs.splits)
    benchmark = compute_metrics(bars, held, inputs.periods_per_year)
    check_finite(metrics.as_dict())
    check_finite(benchmark.as_dict())
    report(AFTER_FILLS)
    judged = JudgedRun(
        bars,
        signals,
        fills,
        inputs.facts,
        inputs.signals_of,
        inputs.periods_per_year,
        rule=inputs.rule,
        parameters=inputs.parameters,
        trials=inputs.trials,
        splits=inputs.splits,
        detail=inputs.detail,
        evaluation_seconds=evaluation_seconds,
        checkpoint=inputs.checkpoint,
    )
    verdict = gather_checks(judge_stepwise(judged), report, show)
    trades = fills.trades.counted_from(first)
    curve = trace_curve(bars.time, fills, held)
    manifest = build_manifest(
        rule_source=inputs.rule_source,
        parameters=inputs.parameters,
        bars=bars,
        first_bar=first,
        execution=inputs.execution,
        periods_per_year=inputs.periods_per_year,
        instrument=inputs.instrument,
        result_sha256=hash_result(metrics, trades, curve),
        splits=inputs.splits,
        detail=inputs.detail,
    )
    report(1.0)
    return BacktestResult(trades, curve, metrics, benchmark, verdict, manifest)


def trace_curve(time: Times, fills: Fills, held: Fills) -> EquityCurve:
    """The run bar by bar from its first bar on, beside what buying and holding made; `time`: (n,)."""
    first = fills.first_bar
    equity = fills.equity[first:]
    return EquityCurve(time[first:], equity, drawdowns(equity), held.equity[first:])


def gather_checks(arriving: Iterator[Check], report: Progress, show: VerdictSoFar) -> Verdict:
    """The verdict of the checks as they arrive, each shown and counted as progress.

    Raises DataNotUsable when a figure is not finite.
    """
    checks: list[Check] = []
    for check in arriving:
        check_finite({check.name: check.figure})
        checks.append(check)
        show(Verdict(tuple(checks), complete=False))
        report(AFTER_FILLS + (_AFTER_CHECKS - AFTER_FILLS) * len(checks) / len(CHECK_NAMES))
    return Verdict(tuple(checks))


def check_finite(figures: Mapping[str, float | None]) -> None:
    """Raise DataNotUsable where a figure is no number any more."""
    beyond = [name for name, figure in figures.items() if figure is not None and not math.isfinite(figure)]
    if beyond:
        raise DataNotUsable(
            f"Prices lie so far apart that {', '.join(beyond)} cannot be computed. Check the bars and the "
            "splits."
        )


def ignore(_: object) -> None:
    return None
