"""A whole run of a basket: signals of each instrument, fills of one account, figures, verdict, manifest."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.engine.backtest import (
    AFTER_FILLS,
    AFTER_SIGNALS,
    BacktestResult,
    Progress,
    VerdictSoFar,
    check_finite,
    gather_checks,
    ignore,
    trace_curve,
)
from app.engine.bars import Bars
from app.engine.basket.benchmark import draw_market, find_timezone, hold_equally
from app.engine.basket.judging import BasketToJudge, judge_basket
from app.engine.basket.simulation import simulate_basket
from app.engine.basket.terms import Basket
from app.engine.basket.timeline import Timeline, merge_bars
from app.engine.columns import with_readable_columns
from app.engine.evaluation import Checkpoint, evaluate_rule
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.fills import Fills
from app.engine.language.rule import Rule
from app.engine.manifest import build_manifest, hash_bars, hash_result
from app.engine.metrics import compute_metrics
from app.engine.signals import Signals
from app.engine.verdict import DataFacts, TrialFacts


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """An instrument: its bars with the warm-up, what is known of them, splits not adjusted for."""

    symbol: str
    bars: Bars
    facts: DataFacts
    splits: Sequence[Split] = ()


@dataclass(frozen=True, slots=True, eq=False)
class BasketInputs:
    """Everything a basket's run depends on.

    `members`: each with a bar at least, one of which begins at `start` (unix s) or later. `parameters`: every
    one's value. `instrument`: what the manifest says of them all. The rest as of
    `app.engine.backtest.BacktestInputs`.
    """

    rule: Rule
    parameters: Mapping[str, float]
    members: Sequence[Member]
    basket: Basket
    execution: Execution
    periods_per_year: float
    start: int | None = None
    instrument: Mapping[str, str] = field(default_factory=dict)
    trials: TrialFacts | None = None
    checkpoint: Checkpoint | None = None


def run_basket(
    inputs: BasketInputs,
    on_progress: Progress | None = None,
    on_verdict: VerdictSoFar | None = None,
) -> BacktestResult:
    """Run a rule on several instruments with one cash; the result as of a single run.

    The curve's time is the line of time that the bars were merged on, from the run's start. Raises what
    `app.engine.backtest.run_backtest` and `simulate_basket` raise.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _run(inputs, on_progress or ignore, on_verdict or ignore)


def evaluate_members(
    rule: Rule, parameters: Mapping[str, float], bars: Sequence[Bars], checkpoint: Checkpoint | None = None
) -> tuple[Signals, ...]:
    """What the rule says about each instrument, each by its own bars alone."""
    return tuple(evaluate_rule(rule, some, parameters, checkpoint) for some in bars)


def _run(inputs: BasketInputs, report: Progress, show: VerdictSoFar) -> BacktestResult:
    report(0.0)
    splits = [member.splits for member in inputs.members]
    timeline = merge_bars([with_readable_columns(member.bars) for member in inputs.members], splits)
    first = 0 if inputs.start is None else int(timeline.time.searchsorted(inputs.start))
    began = time.perf_counter()
    signals = evaluate_members(inputs.rule, inputs.parameters, timeline.bars, inputs.checkpoint)
    seconds = time.perf_counter() - began
    report(AFTER_SIGNALS)

    def fill(some: Sequence[Signals], execution: Execution, begin: int) -> Fills:
        return simulate_basket(timeline, some, inputs.basket, execution, begin)

    fills = fill(signals, inputs.execution, first)
    held = hold_equally(timeline, inputs.execution, first, splits=splits)
    market = draw_market(timeline)
    metrics = compute_metrics(market, fills, inputs.periods_per_year)
    benchmark = compute_metrics(market, held, inputs.periods_per_year)
    check_finite(metrics.as_dict())
    check_finite(benchmark.as_dict())
    report(AFTER_FILLS)
    judged = BasketToJudge(
        timeline=timeline,
        symbols=tuple(member.symbol for member in inputs.members),
        facts=tuple(member.facts for member in inputs.members),
        rule=inputs.rule,
        parameters=inputs.parameters,
        signals=signals,
        fills=fills,
        market=market,
        fills_of=fill,
        periods_per_year=inputs.periods_per_year,
        trials=inputs.trials,
        evaluation_seconds=seconds,
        checkpoint=inputs.checkpoint,
    )
    verdict = gather_checks(judge_basket(judged), report, show)
    trades = fills.trades.counted_from(first)
    curve = trace_curve(market.time, fills, held)
    manifest = build_manifest(
        rule_source=inputs.rule.source,
        parameters=inputs.parameters,
        bars=market,
        first_bar=first,
        execution=inputs.execution,
        periods_per_year=inputs.periods_per_year,
        instrument=inputs.instrument,
        result_sha256=hash_result(metrics, trades, curve),
    )
    members = [_describe(member, timeline, first, place) for place, member in enumerate(inputs.members)]
    manifest["data"]["sha256"] = _hash_members(members)
    manifest["data"]["timezone"] = find_timezone(timeline.bars)
    manifest["basket"] = {**inputs.basket.as_dict(), "instruments": members}
    report(1.0)
    return BacktestResult(trades, curve, metrics, benchmark, verdict, manifest)


def _describe(member: Member, timeline: Timeline, first: int, place: int) -> dict[str, Any]:
    """An instrument in the manifest; its times are those of its first and last bar within the run."""
    places = timeline.places[timeline.offsets[place] : timeline.offsets[place + 1]]
    begins = int(np.searchsorted(places, first))
    inside = begins < len(places)
    return {
        "symbol": member.symbol,
        "sha256": hash_bars(member.bars),
        "timezone": member.bars.timezone,
        "bars": len(places) - begins,
        "warm_up_bars": begins,
        "first_time": int(member.bars.time[begins]) if inside else None,
        "last_time": int(member.bars.time[-1]) if inside else None,
        "splits": [[on.isoformat(), ratio] for on, ratio in member.splits],
    }


def _hash_members(members: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 (hex) over the instruments' own, in their order."""
    digest = hashlib.sha256(b"flowrex-basket-1\n")
    for member in members:
        digest.update(f"{member['symbol']}\n{member['sha256']}\n".encode())
    return digest.hexdigest()
