"""What the worker does for a run: claim it, load the bars, compute, write the result under the attempt.

This file alone in the room reaches the heavy engine; the API process never imports it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app import __version__
from app.backtests import repository
from app.backtests.arriving_checks import ArrivingChecks, write_verdict
from app.backtests.basket_runs import compute_basket
from app.backtests.domain import (
    TOPIC,
    ClaimedRun,
    RunFailed,
    RunFailure,
    RunRequest,
    RunResult,
    RunStatus,
    SharpeMoments,
    SweepOrigin,
    Trial,
)
from app.backtests.run_inputs import (
    RunBars,
    find_first_bar,
    find_raw_splits,
    load_basket_bars,
    load_run_bars,
    make_execution,
)
from app.backtests.run_watch import RunWatch
from app.backtests.trials import find_ground, fingerprint_of, gather_trial_facts, record_trial
from app.core.clock import Clock
from app.core.database import Database, Databases
from app.core.leased_work import recover_lost_work, work_under_lease
from app.core.leases import Attempt, AttemptStopped, AttemptSuperseded
from app.core.live_publishing import LivePublisher
from app.core.notifications import notify
from app.core.problems import is_database_away
from app.engine.backtest import BacktestInputs, BacktestResult, run_backtest
from app.engine.fills import DataNotUsable
from app.engine.language import Rule, RuleError, compile_rule
from app.engine.packing import pack_equity, pack_trades
from app.engine.verdict import TrialFacts, Verdict
from app.market.run_facts import gather_run_facts
from app.market.service import LoadedBars

log = structlog.get_logger(__name__)

# How often a running attempt renews its lease, tells its progress and asks whether it shall stop. A run that
# is shorter than this writes nothing in between.
BEAT_SECONDS = 0.5

_WORKER_LOST = "The worker was lost each time it worked on this backtest. Try again, perhaps with fewer bars."
_UNEXPECTED = RunFailure("internal_error", "Something went wrong on our side. The fault was logged.")


async def run_backtest_job(
    databases: Databases, clock: Clock, run_id: UUID, publisher: LivePublisher | None = None
) -> None:
    """Compute a run, if it is there to be had: a job that is delivered twice finds nothing to do.

    Who watches the run is told over `publisher` how it stands. Raises only when the database is away; then
    the lease runs out and another attempt begins.
    """
    database = databases.main
    async with database.session() as session:
        claimed = await repository.claim_run(session, run_id)
    if claimed is None:
        return

    async def tell(progress: float, status: RunStatus = RunStatus.RUNNING) -> None:
        if publisher is not None:
            await publisher.publish(f"backtest:{run_id}", {"status": status.value, "progress": progress})

    async with work_under_lease(database, repository.RUNS, claimed, BEAT_SECONDS, tell) as attempt:
        outcome = None if claimed.cancel_requested else await _compute(database, clock, claimed, attempt)
        await _finish(database, claimed, outcome)
        await tell(attempt.progress if isinstance(outcome, RunFailure) else 1.0, _status_after(outcome))


async def compute_run(
    database: Database,
    clock: Clock,
    request: RunRequest,
    owner_id: UUID | None,
    report: Callable[[float], None] | None = None,
    show: Callable[[Verdict], None] | None = None,
    sweep: SweepOrigin | None = None,
) -> RunResult:
    """Load the bars and run the rule on them, in a thread; without `owner_id` on the installation's bars.

    `report` is told the share done, `show` the verdict so far; what they raise ends the run and is raised
    here. Without an owner nothing is known of other trials. Raises RunFailed.
    """
    now = clock.now()
    try:
        rule = await asyncio.to_thread(compile_rule, request.source)
        rule.check_interval(request.interval)
    except RuleError as error:
        raise RunFailed("rule_invalid", str(error)) from error
    if request.symbols is None:
        run = partial(_run_single, await load_run_bars(database, request, owner_id, now))
    else:
        run = partial(_run_basket, await load_basket_bars(database, request, owner_id, now))
    ground, fingerprint = find_ground(rule, request), fingerprint_of(rule, request)
    trials: TrialFacts | None = None
    if owner_id is not None:
        overfitting = sweep.overfitting if sweep else None
        async with database.session() as session:
            trials = await gather_trial_facts(
                session, owner_id, ground, fingerprint, counted=sweep is not None, overfitting=overfitting
            )
    watch = RunWatch(report)
    try:
        found = await asyncio.to_thread(run, rule, request, trials, now, watch, show)
    except DataNotUsable as error:
        raise RunFailed("data_not_usable", str(error)) from error
    result = _pack(found, request)
    if owner_id is None or sweep is not None:
        return result
    return replace(result, trial=Trial(ground, fingerprint, SharpeMoments.of([_sharpe_per_bar(result)])))


def _run_single(
    run_bars: RunBars,
    rule: Rule,
    request: RunRequest,
    trials: TrialFacts | None,
    now: datetime,
    watch: RunWatch,
    show: Callable[[Verdict], None] | None,
) -> BacktestResult:
    loaded = run_bars.loaded
    bars, first_bar = loaded.bars, find_first_bar(request, loaded)
    known = gather_run_facts(bars.slice(first_bar, len(bars)), loaded, now)
    inputs = BacktestInputs.for_rule(
        rule,
        bars,
        parameters=request.parameters,
        execution=make_execution(request),
        facts=known.data,
        periods_per_year=known.periods_per_year,
        first_bar=first_bar,
        instrument={"symbol": request.symbol, "adjust": request.adjust.value},
        trials=trials,
        checkpoint=watch.look_in,
        splits=find_raw_splits(loaded),
        detail=run_bars.detail,
    )
    return run_backtest(inputs, watch.report, show)


def _run_basket(
    loaded: Sequence[LoadedBars],
    rule: Rule,
    request: RunRequest,
    trials: TrialFacts | None,
    now: datetime,
    watch: RunWatch,
    show: Callable[[Verdict], None] | None,
) -> BacktestResult:
    return compute_basket(rule, request, loaded, trials, now, watch.look_in, watch.report, show)


def _pack(result: BacktestResult, request: RunRequest) -> RunResult:
    return RunResult(
        manifest=_complete_manifest(result, request),
        verdict=write_verdict(result.verdict),
        metrics=result.metrics.as_dict(),
        benchmark=result.benchmark.as_dict(),
        trades=pack_trades(result.trades),
        equity=pack_equity(result.curve),
    )


def _sharpe_per_bar(result: RunResult) -> float | None:
    annual: float | None = result.metrics["sharpe"]
    return None if annual is None else annual / math.sqrt(result.manifest["periods_per_year"])


async def recover_lost_runs(session: AsyncSession) -> None:
    """Put runs whose worker is gone back in the queue; end those lost too often, or asked to stop."""
    for run_id in await recover_lost_work(session, repository.RUNS, _WORKER_LOST):
        await notify(session, TOPIC, run_id)


async def _compute(
    database: Database, clock: Clock, claimed: ClaimedRun, attempt: Attempt
) -> RunResult | RunFailure | None:
    if claimed.request.instrument_id is None and claimed.request.symbols is None:
        return RunFailure("instrument_not_found", f"{claimed.request.symbol} is not there any more.")
    arriving = ArrivingChecks()

    async def store(verdict: Mapping[str, Any]) -> None:
        try:
            async with database.session() as session:
                await repository.store_verdict_so_far(session, claimed, verdict)
        except Exception as error:
            if not is_database_away(error):
                raise
            log.warning("verdict_so_far_not_stored", reason=type(error).__name__, run_id=str(claimed.id))

    try:
        async with arriving.stored_by(store):
            return await compute_run(
                database,
                clock,
                claimed.request,
                claimed.owner_id,
                attempt.report,
                arriving.show,
                claimed.sweep,
            )
    except AttemptStopped:
        return None
    except AttemptSuperseded:
        raise
    except RunFailed as error:
        return error.failure
    except Exception as error:
        if is_database_away(error):
            raise
        log.exception("run_failed", run_id=str(claimed.id))
        return _UNEXPECTED


def _complete_manifest(result: BacktestResult, request: RunRequest) -> dict[str, Any]:
    """The engine's manifest with what only the room knows: the range that was asked for, the application."""
    return {
        **result.manifest,
        "app_version": __version__,
        "range": {
            "start": None if request.start is None else request.start.isoformat(),
            "end": None if request.end is None else request.end.isoformat(),
        },
    }


def _status_after(outcome: RunResult | RunFailure | None) -> RunStatus:
    if outcome is None:
        return RunStatus.CANCELLED
    return RunStatus.FAILED if isinstance(outcome, RunFailure) else RunStatus.SUCCEEDED


async def _finish(database: Database, claimed: ClaimedRun, outcome: RunResult | RunFailure | None) -> None:
    async with database.session() as session:
        if not await repository.finish_run(session, claimed, outcome):
            raise AttemptSuperseded
        if isinstance(outcome, RunResult) and outcome.trial is not None:
            await record_trial(session, claimed.owner_id, outcome.trial)
        await notify(session, TOPIC, claimed.id)
