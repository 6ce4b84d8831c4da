"""Every query on runs. What people ask is scoped to the owner; what workers write, by the attempt."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import (
    LEASE_SECONDS,
    MAXIMUM_UNFINISHED,
    TASK,
    TOPIC,
    Basket,
    ClaimedRun,
    Run,
    RunFailure,
    RunFilter,
    RunOrigin,
    RunOverview,
    RunRequest,
    RunResult,
    RunStatus,
    SweepOrigin,
)
from app.backtests.stored_terms import pack_terms, unpack_detail_interval, unpack_fill_terms
from app.backtests.tables import RunRow
from app.core.leased_rows import WorkKind, finish_row, refuse_more_work
from app.core.leased_work import claim_work
from app.core.leases import Claim, WorkStatus
from app.engine.intervals import Interval
from app.market.domain import Adjustment
from app.strategies.domain import find_title

RUNS = WorkKind(RunRow, TOPIC, TASK, LEASE_SECONDS, stop=RunRow.cancel_requested)


def _visible_to(user_id: UUID) -> ColumnElement[bool]:
    return RunRow.owner_id == user_id


async def refuse_more_runs(session: AsyncSession, owner_id: UUID) -> None:
    """Raise TooMuchUnfinished when the owner has MAXIMUM_UNFINISHED runs in the queue."""
    await refuse_more_work(session, RUNS, RunRow.owner_id, owner_id, MAXIMUM_UNFINISHED)


async def insert_run(
    session: AsyncSession,
    owner_id: UUID,
    request: RunRequest,
    origin: RunOrigin | None,
    sweep: SweepOrigin | None = None,
) -> UUID:
    """Write a queued run; its id."""
    values = {
        "owner_id": owner_id,
        "source": request.source,
        "parameters": dict(request.parameters),
        "instrument_id": request.instrument_id,
        "symbol": request.symbol,
        "interval": request.interval.value,
        "start_at": request.start,
        "end_at": request.end,
        "initial_cash": request.initial_cash,
        "commission_bps": request.commission_bps,
        "commission_fixed": request.commission_fixed,
        "slippage_bps": request.slippage_bps,
        "whole_units": request.whole_units,
        "close_at_end": request.close_at_end,
        "adjust": request.adjust.value,
        "terms": pack_terms(request),
        "symbols": None if request.symbols is None else list(request.symbols),
        "basket": None if request.basket is None else asdict(request.basket),
        "sweep_id": sweep.id if sweep else None,
        "sweep_overfitting": sweep.overfitting if sweep else None,
        "strategy_id": origin.strategy_id if origin else None,
        "strategy_version": origin.version if origin else None,
        "strategy_name": origin.name if origin else find_title(request.source),
    }
    run_id: UUID = (await session.execute(insert(RunRow).values(values).returning(RunRow.id))).scalar_one()
    return run_id


async def find_run(session: AsyncSession, user_id: UUID, run_id: UUID) -> Run | None:
    """A run without its trades and equity."""
    query = select(RunRow).where(RunRow.id == run_id, _visible_to(user_id))
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    return None if row is None else _read_run(row)


async def find_visible_ids(
    session: AsyncSession, user_id: UUID, run_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those of the runs that somebody may see."""
    query = select(RunRow.id).where(RunRow.id.in_(run_ids), _visible_to(user_id))
    return frozenset(await session.scalars(query))


async def find_results(
    session: AsyncSession, user_id: UUID, run_ids: Sequence[UUID]
) -> Sequence[tuple[Run, bytes | None]]:
    """Those of the runs that there are, each with its packed equity."""
    query = select(RunRow, RunRow.equity).where(RunRow.id.in_(run_ids), _visible_to(user_id))
    return [(_read_run(row), equity) for row, equity in await session.execute(query)]


async def find_status(session: AsyncSession, run_id: UUID) -> RunStatus | None:
    """Where a run stands."""
    status = (await session.execute(select(RunRow.status).where(RunRow.id == run_id))).scalar_one_or_none()
    return None if status is None else RunStatus(status)


async def find_columns(
    session: AsyncSession, user_id: UUID, run_id: UUID, column: str
) -> tuple[RunStatus, tuple[str, ...], bytes | None] | None:
    """The packed `trades` or `equity` of a run, with its status and symbols."""
    packed = {"trades": RunRow.trades, "equity": RunRow.equity}[column]
    query = select(RunRow.status, RunRow.symbol, RunRow.symbols, packed)
    query = query.where(RunRow.id == run_id, _visible_to(user_id))
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (RunStatus(row[0]), tuple(row[2] or (row[1],)), row[3])


async def list_runs(
    session: AsyncSession, user_id: UUID, wanted: RunFilter, limit: int, before: UUID | None
) -> Sequence[RunOverview]:
    """Newest first, those made before the run `before`."""
    query = (
        select(
            RunRow.id,
            RunRow.status,
            RunRow.progress,
            RunRow.error_code,
            RunRow.error_detail,
            RunRow.symbol,
            RunRow.interval,
            RunRow.strategy_id,
            RunRow.strategy_version,
            RunRow.strategy_name,
            case(
                (RunRow.status == RunStatus.SUCCEEDED.value, RunRow.verdict["level"].astext), else_=None
            ).label("level"),
            *(
                RunRow.metrics[name].astext.label(name)
                for name in ("total_return", "cagr", "sharpe", "max_drawdown", "trades", "final_equity")
            ),
            RunRow.benchmark["total_return"].astext.label("benchmark_return"),
            RunRow.created_at,
            RunRow.started_at,
            RunRow.finished_at,
        )
        .where(_visible_to(user_id))
        .order_by(RunRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(RunRow.id < before)
    if wanted.symbol is not None:
        query = query.where(or_(RunRow.symbol == wanted.symbol, RunRow.symbols.contains([wanted.symbol])))
    if wanted.strategy_id is not None:
        query = query.where(RunRow.strategy_id == wanted.strategy_id)
    if wanted.status is not None:
        query = query.where(RunRow.status == wanted.status.value)
    if wanted.words:
        symbols = func.array_to_string(RunRow.symbols, " ")
        texts = (RunRow.symbol, RunRow.strategy_name, symbols)
        query = query.where(or_(*(one.icontains(wanted.words, autoescape=True) for one in texts)))
    return [
        RunOverview(
            id=row.id,
            status=RunStatus(row.status),
            progress=row.progress,
            failure=_read_failure(row.error_code, row.error_detail),
            symbol=row.symbol,
            interval=Interval(row.interval),
            strategy_id=row.strategy_id,
            strategy_version=row.strategy_version,
            strategy_name=row.strategy_name,
            level=row.level,
            total_return=_read_figure(row.total_return),
            cagr=_read_figure(row.cagr),
            sharpe=_read_figure(row.sharpe),
            max_drawdown=_read_figure(row.max_drawdown),
            trades=None if row.trades is None else int(row.trades),
            final_equity=_read_figure(row.final_equity),
            benchmark_return=_read_figure(row.benchmark_return),
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )
        for row in await session.execute(query)
    ]


async def lock_run(session: AsyncSession, user_id: UUID, run_id: UUID) -> RunStatus | None:
    """Hold the run's row until the transaction ends; its status."""
    query = select(RunRow.status).where(RunRow.id == run_id, _visible_to(user_id)).with_for_update()
    status = (await session.execute(query)).scalar_one_or_none()
    return None if status is None else RunStatus(status)


async def cancel_queued(session: AsyncSession, run_id: UUID) -> None:
    """End a run that no worker has taken."""
    change = update(RunRow).where(RunRow.id == run_id, RunRow.status == RunStatus.QUEUED.value)
    await session.execute(change.values(status=RunStatus.CANCELLED.value, finished_at=func.now()))


async def request_cancel(session: AsyncSession, run_id: UUID) -> None:
    """Ask the worker that has the run to stop."""
    change = update(RunRow).where(RunRow.id == run_id, RunRow.status == RunStatus.RUNNING.value)
    await session.execute(change.values(cancel_requested=True))


async def delete_run(session: AsyncSession, run_id: UUID) -> None:
    """Remove a run. The row must be locked and not running."""
    await session.execute(delete(RunRow).where(RunRow.id == run_id))


async def claim_run(session: AsyncSession, run_id: UUID) -> ClaimedRun | None:
    """Take a run under a new attempt; None when it is not to be had."""
    row = await claim_work(session, RUNS, run_id)
    if row is None:
        return None
    sweep = None if row.sweep_id is None else SweepOrigin(row.sweep_id, row.sweep_overfitting)
    return ClaimedRun(row.id, row.attempt, row.owner_id, row.cancel_requested, _read_request(row), sweep)


async def store_verdict_so_far(session: AsyncSession, claim: Claim, verdict: Mapping[str, Any]) -> None:
    """Show the checks that have arrived, while the claim's attempt is the one that may write."""
    await session.execute(update(RunRow).where(RUNS.is_held(claim)).values(verdict=verdict))


async def finish_run(session: AsyncSession, claim: Claim, outcome: RunResult | RunFailure | None) -> bool:
    """Write how an attempt ended: a result, a failure, or None for cancelled. False when it came too late."""
    status, values = WorkStatus.CANCELLED, dict[str, Any]()
    if isinstance(outcome, RunResult):
        status = WorkStatus.SUCCEEDED
        values = {
            "manifest": outcome.manifest,
            "verdict": outcome.verdict,
            "metrics": outcome.metrics,
            "benchmark": outcome.benchmark,
            "trades": outcome.trades,
            "equity": outcome.equity,
        }
    elif isinstance(outcome, RunFailure):
        status = WorkStatus.FAILED
        values = {"error_code": outcome.code, "error_detail": outcome.detail}
    return await finish_row(session, RUNS, claim, status, values)


def _read_request(row: RunRow) -> RunRequest:
    return RunRequest(
        source=row.source,
        parameters=row.parameters,
        instrument_id=row.instrument_id,
        symbol=row.symbol,
        interval=Interval(row.interval),
        start=row.start_at,
        end=row.end_at,
        initial_cash=row.initial_cash,
        commission_bps=row.commission_bps,
        commission_fixed=row.commission_fixed,
        slippage_bps=row.slippage_bps,
        whole_units=row.whole_units,
        close_at_end=row.close_at_end,
        adjust=Adjustment(row.adjust),
        fill_terms=unpack_fill_terms(row.terms),
        detail_interval=unpack_detail_interval(row.terms),
        symbols=None if row.symbols is None else tuple(row.symbols),
        basket=None if row.basket is None else Basket(**row.basket),
    )


def _read_run(row: RunRow) -> Run:
    return Run(
        id=row.id,
        owner_id=row.owner_id,
        visibility=row.visibility,
        strategy_id=row.strategy_id,
        strategy_version=row.strategy_version,
        strategy_name=row.strategy_name,
        sweep_id=row.sweep_id,
        request=_read_request(row),
        status=RunStatus(row.status),
        progress=row.progress,
        cancel_requested=row.cancel_requested,
        attempt=row.attempt,
        failure=_read_failure(row.error_code, row.error_detail),
        manifest=row.manifest,
        verdict=row.verdict,
        metrics=row.metrics,
        benchmark=row.benchmark,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _read_failure(code: str | None, detail: str | None) -> RunFailure | None:
    return None if code is None else RunFailure(code, detail or "")


def _read_figure(text: str | None) -> float | None:
    return None if text is None else float(text)
