"""What the worker does for a walk-forward: claim it, load the bars, walk, write the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import RunFailed, RunFailure, RunRequest
from app.backtests.trials import Trial, find_ground, fingerprint_of, record_trial
from app.core.clock import Clock
from app.core.database import Database, Databases
from app.core.leased_work import recover_lost_work, work_under_lease
from app.core.leases import Attempt, AttemptStopped, AttemptSuperseded
from app.core.problems import is_database_away
from app.engine.fills import DataNotUsable
from app.engine.walk_forward import (
    TooFewBars,
    WalkForward,
    WindowResult,
    plan_windows,
    run_walk_forward,
)
from app.research import walk_forward_repository as repository
from app.research.domain import ClaimedWalkForward, Search, WalkForwardTerms
from app.research.shard_work import list_values, measure_trials
from app.research.stored_terms import describe_sets
from app.research.sweep_inputs import SweepInputs, load_inputs

log = structlog.get_logger(__name__)

BEAT_SECONDS = 0.5
CURVE_POINTS = 1_000
_WORKER_LOST = "The worker was lost each time it worked on this walk-forward. Try fewer sets or bars."
_UNEXPECTED = RunFailure("internal_error", "Something went wrong on our side. The fault was logged.")


async def run_walk_forward_job(databases: Databases, clock: Clock, run_id: UUID) -> None:
    """Walk, if there is something to be had: a job that is delivered twice finds nothing to do.

    Raises only when the database is away; then the lease runs out and another attempt begins.
    """
    database = databases.main
    async with database.session() as session:
        claimed = await repository.claim_walk_forward(session, run_id)
    if claimed is None:
        return
    async with work_under_lease(database, repository.WALK_FORWARDS, claimed, BEAT_SECONDS) as attempt:
        outcome = None if claimed.cancel_requested else await _compute(database, clock, claimed, attempt)
        written = outcome.result if isinstance(outcome, Walked) else outcome
        async with database.session() as session:
            if not await repository.finish_walk_forward(session, claimed, written):
                raise AttemptSuperseded
            if isinstance(outcome, Walked):
                await record_trial(session, claimed.owner_id, outcome.trial)


async def recover_lost_walk_forwards(session: AsyncSession) -> None:
    """Put those whose worker is gone back in the queue; end those lost too often, or asked to stop."""
    await recover_lost_work(session, repository.WALK_FORWARDS, _WORKER_LOST)


async def _compute(
    database: Database, clock: Clock, claimed: ClaimedWalkForward, attempt: Attempt
) -> Walked | RunFailure | None:
    if claimed.request.instrument_id is None:
        return RunFailure("instrument_not_found", f"{claimed.request.symbol} is not there any more.")
    try:
        inputs = await load_inputs(database, claimed.request, claimed.owner_id, clock.now())
        return await asyncio.to_thread(
            walk, inputs, claimed.request, claimed.search, claimed.terms, attempt.report
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
        log.exception("walk_forward_failed", walk_forward_id=str(claimed.id))
        return _UNEXPECTED


@dataclass(frozen=True, slots=True)
class Walked:
    """`result`: as its row keeps it. `trial`: every set that was tried, for the ledger."""

    result: dict[str, Any]
    trial: Trial


def walk(
    inputs: SweepInputs,
    request: RunRequest,
    search: Search,
    terms: WalkForwardTerms,
    report: Callable[[float], None],
) -> Walked:
    """What a walk-forward brought. Raises RunFailed and what `report` raises."""
    windows = plan_windows(
        len(inputs.bars) - inputs.first_bar, terms.train_bars, terms.test_bars, terms.anchored
    )
    share = 0.0

    def tell(done: float) -> None:
        nonlocal share
        share = done
        report(share)

    try:
        walked = run_walk_forward(
            inputs.rule,
            inputs.bars,
            search.names,
            list_values(search, 0, search.sets),
            windows,
            objective=search.objective,
            constraints=search.constraints,
            execution=inputs.execution,
            periods_per_year=inputs.periods_per_year,
            first_bar=inputs.first_bar,
            on_progress=tell,
            checkpoint=lambda: report(share),
            fixed=search.fixed,
            splits=inputs.splits,
            detail=inputs.detail,
        )
    except TooFewBars as error:
        raise RunFailed("too_few_bars", str(error)) from error
    except DataNotUsable as error:
        raise RunFailed("data_not_usable", str(error)) from error
    cut = {"train_bars": terms.train_bars, "test_bars": terms.test_bars, "anchored": terms.anchored}
    trial = Trial(
        find_ground(inputs.rule, request),
        fingerprint_of(inputs.rule, request, {**describe_sets(search), **cut}),
        measure_trials(walked.tried, inputs.periods_per_year),
    )
    return Walked(_describe(walked, inputs, search), trial)


def _describe(walked: WalkForward, inputs: SweepInputs, search: Search) -> dict[str, Any]:
    times = inputs.bars.time[inputs.first_bar :]
    points = _choose_points(len(walked.time))
    return {
        "windows": [_describe_window(window, times, search) for window in walked.windows],
        "curves": {
            "time": walked.time[points].tolist(),
            "stitched": walked.stitched[points].tolist(),
            "in_sample": walked.in_sample[points].tolist(),
            "benchmark": walked.benchmark[points].tolist(),
        },
        "metrics": walked.metrics.as_dict(),
        "best_parameters": None if walked.best_parameters is None else dict(walked.best_parameters),
        "efficiency": walked.efficiency,
    }


def _describe_window(found: WindowResult, times: NDArray[np.int64], search: Search) -> dict[str, Any]:
    window = found.window
    return {
        "train_start": int(times[window.train_start]),
        "train_end": int(times[window.train_end - 1]),
        "test_start": int(times[window.test_start]),
        "test_end": int(times[window.test_end - 1]),
        "parameters": None if found.parameters is None else dict(found.parameters),
        "train": None if found.train is None else dict(found.train),
        "test": None if found.test is None else dict(found.test),
    }


def _choose_points(count: int) -> NDArray[np.int64]:
    """At most CURVE_POINTS places, evenly, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, CURVE_POINTS)).round().astype(np.int64))
