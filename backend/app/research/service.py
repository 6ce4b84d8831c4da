"""What can be done with sweeps: ask how large one is, run it, look at it, hold it, stop it, forget it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests import service as backtests
from app.backtests.domain import BasketNotAvailable, RunOrigin, RunRequest, SweepOrigin
from app.core.jobs import count_workers
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.market import service as market
from app.market.domain import Viewer
from app.research import repository, shard_repository
from app.research.bar_counts import count_bars
from app.research.domain import (
    Method,
    Search,
    Sweep,
    SweepFinished,
    SweepNotFound,
    SweepPlan,
    SweepStatus,
    SweepUnderWay,
)
from app.research.packing import unpack_column
from app.research.planning import find_base_parameters, plan_sweep, read_search, weigh_rule
from app.research.schemas import SweepCreate as SweepCreate  # what the command line asks with
from app.research.schemas import SweepOpen
from app.research.search_schemas import SearchTerms
from app.strategies import service as strategies


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked request. `all_bars` counts those before the start too; `weight` as in `weigh_rule`."""

    request: RunRequest
    search: Search
    origin: RunOrigin | None
    bars: int
    all_bars: int
    weight: float


async def prepare_search(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, body: SearchTerms, method: Method
) -> Prepared:
    """Check a request for a sweep or a walk-forward.

    Raises RuleInvalid, SweepInvalid, SweepTooLarge, BasketNotAvailable, and what `backtests.service` raises
    for a run.
    """
    if body.symbols is not None or body.symbol is None:
        raise BasketNotAvailable("Choose one symbol: baskets are run, but not swept or walked forward.")
    source, origin = await backtests.find_rule(session, owner_id, body)
    rule = await strategies.compile_source(source)
    search = read_search(rule, body, method)
    parameters = find_base_parameters(rule, search)
    request = await backtests.prepare_request(session, viewer, body, source, parameters)
    instrument = await market.get_instrument(session, viewer, body.symbol)
    bars, all_bars = count_bars(instrument, request.interval, request.start, request.end)
    finer = request.detail_interval
    replayed = 0 if finer is None else count_bars(instrument, finer, request.start, request.end)[0]
    weight = weigh_rule(rule, replayed / max(all_bars, 1))
    return Prepared(request, search, origin, bars, all_bars, weight)


async def preview_sweep(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, body: SweepCreate
) -> SweepPlan:
    """How large a sweep would be. Raises what `prepare_search` raises."""
    return await _plan(session, await prepare_search(session, viewer, owner_id, body, body.method))


async def request_sweep(session: AsyncSession, viewer: Viewer, owner_id: UUID, body: SweepCreate) -> UUID:
    """Write a queued sweep with its shards and first jobs, in the session's transaction; the sweep's id.

    Raises TooMuchUnfinished and what `prepare_search` raises.
    """
    asked = await prepare_search(session, viewer, owner_id, body, body.method)
    plan = await _plan(session, asked)
    await repository.refuse_more_sweeps(session, owner_id)
    sweep_id = await repository.insert_sweep(
        session,
        owner_id,
        asked.request,
        asked.search,
        plan,
        asked.origin,
        bars=max(asked.all_bars, 1),
        weight=asked.weight,
    )
    await shard_repository.defer_shards(session, sweep_id, _count_at_once(body.method))
    return sweep_id


async def get_sweep(session: AsyncSession, user_id: UUID, sweep_id: UUID) -> Sweep:
    """A sweep without what its sets found. Raises SweepNotFound."""
    sweep = await repository.find_sweep(session, user_id, sweep_id)
    if sweep is None:
        raise SweepNotFound
    return sweep


async def list_sweeps(
    session: AsyncSession, user_id: UUID, page: PageQuery, status: SweepStatus | None
) -> tuple[list[Sweep], str | None]:
    """One's own sweeps, newest first, and the cursor of the next page."""
    before = None if page.cursor is None else decode_uuid_cursor(page.cursor)
    rows = await repository.list_sweeps(session, user_id, page.limit + 1, before, status)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].id)) if more else None


async def pause_sweep(session: AsyncSession, user_id: UUID, sweep_id: UUID) -> Sweep:
    """Begin no more shards; those under way end. A paused sweep stays paused. Raises SweepNotFound,
    SweepFinished."""
    status = await _lock_unfinished(session, user_id, sweep_id, "pause")
    if status is not SweepStatus.PAUSED:
        await repository.change_status(session, sweep_id, SweepStatus.PAUSED)
    return await get_sweep(session, user_id, sweep_id)


async def resume_sweep(session: AsyncSession, user_id: UUID, sweep_id: UUID) -> Sweep:
    """Go on with a paused sweep; another goes on as it is. Raises SweepNotFound, SweepFinished."""
    status = await _lock_unfinished(session, user_id, sweep_id, "resume")
    if status is SweepStatus.PAUSED:
        sweep = await get_sweep(session, user_id, sweep_id)
        resumed = SweepStatus.QUEUED if sweep.started_at is None else SweepStatus.RUNNING
        await repository.change_status(session, sweep_id, resumed)
        await shard_repository.defer_anew(session, sweep_id, _count_at_once(sweep.search.method))
    return await get_sweep(session, user_id, sweep_id)


async def cancel_sweep(session: AsyncSession, user_id: UUID, sweep_id: UUID) -> Sweep:
    """End a sweep; what its sets found so far stays. Raises SweepNotFound, SweepFinished."""
    await _lock_unfinished(session, user_id, sweep_id, "cancel")
    await repository.change_status(session, sweep_id, SweepStatus.CANCELLED)
    return await get_sweep(session, user_id, sweep_id)


async def delete_sweep(session: AsyncSession, user_id: UUID, sweep_id: UUID) -> None:
    """Remove a sweep that is not running, with all it found. Raises SweepNotFound, SweepUnderWay."""
    status = await repository.lock_sweep(session, user_id, sweep_id)
    if status is None:
        raise SweepNotFound
    if status is SweepStatus.RUNNING:
        raise SweepUnderWay("Cancel the sweep first, then delete it.")
    await repository.delete_sweep(session, sweep_id)


async def open_set(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, sweep_id: UUID, body: SweepOpen
) -> UUID:
    """Ask for a backtest of one set on the sweep's terms; the run's id.

    Parameters that are not given have the sweep's fixed value, else their default. What the sweep has not
    run is no set of it: it becomes a run like any other, and a trial more. Raises SweepNotFound and what
    `backtests.service` raises for a run.
    """
    sweep = await get_sweep(session, owner_id, sweep_id)
    parameters = {**sweep.search.fixed, **body.parameters}
    terms = {
        name: value
        for name, value in backtests.RunTermsRead.model_validate(backtests.write_terms(sweep.request))
        .model_dump(mode="json")
        .items()
        if value is not None
    }
    origin = sweep.origin
    if origin is not None:
        del terms["source"]
        terms |= {"strategy_id": origin.strategy_id, "version": origin.version}
    wanted = backtests.BacktestCreate.model_validate({**terms, "parameters": parameters})
    pbo = sweep.overfitting["pbo"] if sweep.overfitting else None
    is_counted = await _has_run(session, sweep, parameters)
    opened_from = SweepOrigin(sweep.id, pbo) if is_counted else None
    return await backtests.request_run(session, viewer, owner_id, wanted, opened_from)


async def _has_run(session: AsyncSession, sweep: Sweep, parameters: Mapping[str, float]) -> bool:
    """Whether a set with these parameters is among those that are done."""
    names, same_in_all = sweep.search.names, sweep.request.parameters
    if any(name not in parameters for name in names):
        return False
    if any(value != same_in_all.get(name) for name, value in parameters.items() if name not in names):
        return False
    rows = await shard_repository.read_columns(session, sweep.id, range(len(names)), ())

    def is_among() -> bool:
        for row in rows:
            same = [unpack_column(row[f"p{place}"]) == parameters[name] for place, name in enumerate(names)]
            if np.logical_and.reduce(same).any():
                return True
        return False

    return await asyncio.to_thread(is_among)


async def _lock_unfinished(session: AsyncSession, user_id: UUID, sweep_id: UUID, deed: str) -> SweepStatus:
    status = await repository.lock_sweep(session, user_id, sweep_id)
    if status is None:
        raise SweepNotFound
    if status.is_final:
        raise SweepFinished(f"The sweep has {status.value}: there is nothing to {deed}.")
    return status


async def _plan(session: AsyncSession, asked: Prepared) -> SweepPlan:
    return plan_sweep(
        asked.search,
        bars=asked.bars,
        all_bars=asked.all_bars,
        weight=asked.weight,
        speed=await repository.find_speed(session),
        workers=await count_workers(session),
    )


def _count_at_once(method: Method) -> int:
    """How many shards of a sweep may be under way: the optimiser learns from one before it makes the next."""
    return 1 if method is Method.TPE else shard_repository.WINDOW
