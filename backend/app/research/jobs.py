"""What the worker does for a shard: claim it, compute its sets, write them under the attempt, hand on.

The shard that comes last makes one more step: the choosing of the best. It is a shard without sets, so that a
worker that is lost over it is made good for like any other.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import RunFailed, RunFailure
from app.backtests.trials import Trial, find_ground, fingerprint_of, record_trial
from app.core.clock import Clock
from app.core.database import Database, Databases
from app.core.leased_work import recover_lost_work, work_under_lease
from app.core.leases import Attempt, AttemptStopped, AttemptSuperseded
from app.core.problems import is_database_away
from app.engine.constraints import find_best
from app.research import shard_repository as repository
from app.research.domain import (
    METRIC_NAMES,
    ClaimedShard,
    Method,
    ShardResult,
    SweepOutcome,
    SweepStatus,
    refuse_other_data,
)
from app.research.finishing import Finished, choose_plateau, describe_outcome
from app.research.packing import unpack_blocks, unpack_column
from app.research.shard_work import compute_shard, list_values
from app.research.stored_terms import describe_sets
from app.research.sweep_inputs import InputsCache, SweepInputs, load_inputs

log = structlog.get_logger(__name__)

BEAT_SECONDS = 0.5
_JUDGED = ("trades", "max_drawdown")
_WORKER_LOST = "Workers were lost again and again over the same part of this sweep. Try fewer bars."
_UNEXPECTED = RunFailure("internal_error", "Something went wrong on our side. The fault was logged.")
_inputs = InputsCache()


async def run_shard_job(databases: Databases, _clock: Clock, shard_id: UUID) -> None:
    """Compute a shard, if it is there to be had: a job that is delivered twice finds nothing to do.

    Raises only when the database is away; then the lease runs out and another attempt begins.
    """
    database = databases.main
    async with database.session() as session:
        claimed = await repository.claim_shard(session, shard_id)
    if claimed is None:
        return
    async with work_under_lease(database, repository.SHARDS, claimed, BEAT_SECONDS) as attempt:
        try:
            if claimed.is_finish:
                await _finish_sweep(database, claimed)
            else:
                inputs = await _find_inputs(database, claimed)
                await _write(database, claimed, inputs, await _compute(database, claimed, inputs, attempt))
        except AttemptStopped:
            await _end(database, claimed, None)
        except AttemptSuperseded:
            raise
        except RunFailed as error:
            await _end(database, claimed, error.failure)
        except Exception as error:
            if is_database_away(error):
                raise
            log.exception("shard_failed", shard_id=str(claimed.id), sweep_id=str(claimed.sweep_id))
            await _end(database, claimed, _UNEXPECTED)


async def recover_lost_shards(session: AsyncSession) -> None:
    """Put shards whose worker is gone back in the queue; end the sweeps of those lost too often.

    Sweeps that the queue forgot go on too.
    """
    ended = await recover_lost_work(session, repository.SHARDS, _WORKER_LOST)
    if ended:
        await repository.fail_sweeps_of(session, ended)
    for sweep_id, is_one_by_one in await repository.find_stuck(session):
        log.warning("stuck_sweep_resumed", sweep_id=str(sweep_id))
        await repository.defer_anew(session, sweep_id, 1 if is_one_by_one else repository.WINDOW)


async def _compute(
    database: Database, claimed: ClaimedShard, inputs: SweepInputs, attempt: Attempt
) -> ShardResult:
    refuse_other_data(claimed.data_sha256, inputs.data_sha256)

    def look_in() -> None:
        attempt.report(0.0)

    values = await _list_values(database, claimed)
    look_in()
    return await asyncio.to_thread(compute_shard, claimed, inputs, values, look_in)


async def _find_inputs(database: Database, claimed: ClaimedShard) -> SweepInputs:
    if claimed.request.instrument_id is None:
        raise RunFailed("instrument_not_found", f"{claimed.request.symbol} is not there any more.")

    def load() -> asyncio.Task[SweepInputs]:
        coroutine = load_inputs(database, claimed.request, claimed.owner_id, claimed.asked_at)
        return asyncio.create_task(coroutine, name="sweep-inputs")

    return await _inputs.find(claimed.sweep_id, load)


async def _list_values(database: Database, claimed: ClaimedShard) -> NDArray[np.float64]:
    search = claimed.search
    if search.method is not Method.TPE:
        return await asyncio.to_thread(list_values, search, claimed.first_set, claimed.sets)
    found, judged = await _read_found(database, claimed)
    # Only now: the optimiser takes half a second to load, and most workers never need it.
    from app.research.optimiser import propose_sets

    return await asyncio.to_thread(
        propose_sets,
        search.axes,
        found,
        judged,
        count=claimed.sets,
        first_set=claimed.first_set,
        seed=search.seed,
    )


async def _read_found(
    database: Database, claimed: ClaimedShard
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The values of all sets that are done, shape (sets, axes), in their order, and what each counts."""
    search = claimed.search
    names = (search.objective, *_JUDGED)
    places = [METRIC_NAMES.index(name) for name in names]
    axes = range(len(search.axes))
    async with database.session() as session:
        rows = await repository.read_columns(session, claimed.sweep_id, axes, places)
    rows.sort(key=lambda row: int(row["number"]))

    def join(label: str) -> NDArray[np.float64]:
        return np.concatenate([np.empty(0), *(unpack_column(row[label]) for row in rows)])

    objective, trades, falls = (join(f"m{place}") for place in places)
    values = np.stack([join(f"p{place}") for place in axes], 1)
    return values, search.constraints.judge(objective, trades, falls)


async def _write(database: Database, claimed: ClaimedShard, inputs: SweepInputs, result: ShardResult) -> None:
    """Write what the shard found; then count it and see that its sweep goes on, all of it or nothing."""
    fingerprint = fingerprint_of(inputs.rule, claimed.request, describe_sets(claimed.search))
    async with database.session() as session:
        if not await repository.store_found(session, claimed, result):
            raise AttemptSuperseded
    async with database.session() as session:
        counted = await repository.count_shard(session, claimed, result)
        if counted is None:
            await repository.end_shard(session, claimed, None)
            return
        if not await repository.finish_shard(session, claimed, counted.shards_done):
            raise AttemptSuperseded
        # Every set is a trial as soon as it is done, whether its sweep comes to an end or not.
        ground = find_ground(inputs.rule, claimed.request)
        await record_trial(session, claimed.owner_id, Trial(ground, fingerprint, counted.moments))
        if counted.shards_done == counted.shards:
            await repository.insert_finish(session, claimed.sweep_id, counted.shards)
        elif counted.status is SweepStatus.RUNNING:
            await repository.defer_shards(session, claimed.sweep_id, 1)


async def _finish_sweep(database: Database, claimed: ClaimedShard) -> None:
    values, judged = await _read_found(database, claimed)
    async with database.session() as session:
        blocks = unpack_blocks(b"".join(await repository.read_blocks(session, claimed.sweep_id)))
    found = Finished(values, judged, blocks)
    best = find_best(judged)
    plateau = await asyncio.to_thread(choose_plateau, claimed.search, found)
    async with database.session() as session:
        figures = {
            place: await repository.read_set(session, claimed.sweep_id, place)
            for place in {best, None if plateau is None else plateau.place}
            if place is not None
        }
    outcome: SweepOutcome = await asyncio.to_thread(
        describe_outcome,
        claimed.search,
        found,
        None if best is None else (best, figures[best]),
        None if plateau is None else (plateau, figures[plateau.place]),
    )
    async with database.session() as session:
        if not await repository.succeed_sweep(session, claimed, outcome):
            raise AttemptSuperseded


async def _end(database: Database, claimed: ClaimedShard, failure: RunFailure | None) -> None:
    async with database.session() as session:
        if failure is not None:
            await repository.fail_sweep(session, claimed.sweep_id, failure)
        if not await repository.end_shard(session, claimed, failure):
            raise AttemptSuperseded
