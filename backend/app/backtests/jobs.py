"""What the worker does for a run: claim it, load the bars, compute, write the result under the attempt.

This file alone in the room reaches the heavy engine; the API process never imports it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app import __version__
from app.backtests import repository
from app.backtests.domain import (
    TOPIC,
    ClaimedRun,
    RunFailed,
    RunFailure,
    RunRequest,
    RunResult,
)
from app.backtests.run_watch import RunWatch
from app.core.clock import Clock
from app.core.database import Database, Databases
from app.core.errors import FlowrexError
from app.core.fields import ceil_seconds
from app.core.leased_work import recover_lost_work, work_under_lease
from app.core.leases import Attempt, AttemptStopped, AttemptSuperseded
from app.core.notifications import notify
from app.core.problems import is_database_away
from app.engine.backtest import BacktestInputs, BacktestResult, run_backtest
from app.engine.execution import Execution
from app.engine.fills import DataNotUsable
from app.engine.language import RuleError, compile_rule
from app.engine.packing import pack_equity, pack_trades
from app.market import service as market
from app.market.domain import Instrument, Viewer
from app.market.run_facts import gather_run_facts
from app.market.service import LoadedBars

log = structlog.get_logger(__name__)

# How often a running attempt renews its lease, tells its progress and asks whether it shall stop. A run that
# is shorter than this writes nothing in between.
BEAT_SECONDS = 0.5

_WORKER_LOST = "The worker was lost each time it worked on this backtest. Try again, perhaps with fewer bars."
_UNEXPECTED = RunFailure("internal_error", "Something went wrong on our side. The fault was logged.")


async def run_backtest_job(databases: Databases, clock: Clock, run_id: UUID) -> None:
    """Compute a run, if it is there to be had: a job that is delivered twice finds nothing to do.

    Raises only when the database is away; then the lease runs out and another attempt begins.
    """
    database = databases.main
    async with database.session() as session:
        claimed = await repository.claim_run(session, run_id)
    if claimed is None:
        return
    async with work_under_lease(database, repository.RUNS, claimed, BEAT_SECONDS) as attempt:
        outcome = None if claimed.cancel_requested else await _compute(database, clock, claimed, attempt)
        await _finish(database, claimed, outcome)


async def compute_run(
    database: Database,
    clock: Clock,
    request: RunRequest,
    owner_id: UUID | None,
    report: Callable[[float], None] | None = None,
) -> RunResult:
    """Load the bars and run the rule on them, in a thread; without `owner_id` on the installation's bars.

    `report` is told the share done; what it raises ends the run and is raised here. Raises RunFailed.
    """
    now = clock.now()
    loaded = await _load_bars(database, request, owner_id, now)
    return await asyncio.to_thread(_run, request, loaded, now, report)


async def _load_bars(
    database: Database, request: RunRequest, owner_id: UUID | None, now: datetime
) -> LoadedBars:
    """Every bar up to the end that was asked for: all that lie before the start warm the indicators up.

    Recursive indicators depend on where they begin; this way a shorter run sees the values of a longer one.
    """
    async with database.session() as session:
        # Bars come in batches: an import that commits in between must not show in the later ones.
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            instrument = await _get_instrument(session, request, Viewer(owner_id))
            return await market.load_bars(
                session, instrument, request.interval, now=now, end=request.end, adjust=request.adjust
            )
        except FlowrexError as error:
            raise RunFailed(error.code, error.detail) from error


async def _get_instrument(session: AsyncSession, request: RunRequest, viewer: Viewer) -> Instrument:
    """The instrument, or what its symbol means to who asks where the request names no more than that."""
    if request.instrument_id is None:
        return await market.get_instrument(session, viewer, request.symbol)
    return await market.get_instrument_by_id(session, viewer, request.instrument_id)


def _run(
    request: RunRequest, loaded: LoadedBars, now: datetime, report: Callable[[float], None] | None
) -> RunResult:
    bars = loaded.bars
    first_bar = 0
    if request.start is not None:
        first_bar = int(bars.time.searchsorted(ceil_seconds(request.start)))
    if first_bar >= len(bars):
        raise RunFailed("no_bars", _describe_missing_bars(request, loaded))
    known = gather_run_facts(bars.slice(first_bar, len(bars)), loaded, now)
    try:
        rule = compile_rule(request.source)
    except RuleError as error:
        raise RunFailed("rule_invalid", str(error)) from error
    watch = RunWatch(report)
    inputs = BacktestInputs.for_rule(
        rule,
        bars,
        parameters=request.parameters,
        execution=Execution(
            initial_cash=float(request.initial_cash),
            commission_bps=request.commission_bps,
            slippage_bps=request.slippage_bps,
            commission_fixed=float(request.commission_fixed),
            whole_units=request.whole_units,
            close_at_end=request.close_at_end,
        ),
        facts=known.data,
        periods_per_year=known.periods_per_year,
        first_bar=first_bar,
        instrument={"symbol": request.symbol, "adjust": request.adjust.value},
        checkpoint=watch.look_in,
    )
    try:
        result = run_backtest(inputs, watch.report)
    except DataNotUsable as error:
        raise RunFailed("data_not_usable", str(error)) from error
    return RunResult(
        manifest=_complete_manifest(result, request),
        verdict=result.verdict.as_dict(),
        metrics=result.metrics.as_dict(),
        benchmark=result.benchmark.as_dict(),
        trades=pack_trades(result.trades),
        equity=pack_equity(result.curve),
    )


def _describe_missing_bars(request: RunRequest, loaded: LoadedBars) -> str:
    stored = loaded.instrument.find_series(loaded.source)
    reach = f" There are bars from {stored.first_at:%Y-%m-%d} to {stored.last_at:%Y-%m-%d}." if stored else ""
    return f"{request.symbol} has no {request.interval.value} bars in the range that was asked for.{reach}"


async def recover_lost_runs(session: AsyncSession) -> None:
    """Put runs whose worker is gone back in the queue; end those lost too often, or asked to stop."""
    for run_id in await recover_lost_work(session, repository.RUNS, _WORKER_LOST):
        await notify(session, TOPIC, run_id)


async def _compute(
    database: Database, clock: Clock, claimed: ClaimedRun, attempt: Attempt
) -> RunResult | RunFailure | None:
    if claimed.request.instrument_id is None:
        return RunFailure("instrument_not_found", f"{claimed.request.symbol} is not there any more.")
    try:
        return await compute_run(database, clock, claimed.request, claimed.owner_id, attempt.report)
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


async def _finish(database: Database, claimed: ClaimedRun, outcome: RunResult | RunFailure | None) -> None:
    async with database.session() as session:
        if not await repository.finish_run(session, claimed, outcome):
            raise AttemptSuperseded
        await notify(session, TOPIC, claimed.id)
