"""What can be made of finished runs: a tear sheet, a comparison, a file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests import columns, repository, service
from app.backtests.comparison import align_curves
from app.backtests.domain import ComparisonInvalid, ResultNotReady, Run, RunNotFound, label_symbols
from app.backtests.report_page import render_page
from app.backtests.report_schemas import (
    ComparedRun,
    ComparisonCurves,
    ComparisonRead,
    ExportFormat,
    TearSheetRead,
)
from app.backtests.schemas import RunRead
from app.backtests.turns import take_turn
from app.engine.intervals import Interval
from app.engine.packing import EquityCurve, unpack_equity
from app.engine.tear_sheet import make_tear_sheet as compute_tear_sheet
from app.engine.trades import Trades

FEWEST_COMPARED, MOST_COMPARED = 2, 5
_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file to keep. `name` is safe in a header and on any file system."""

    name: str
    media_type: str
    content: bytes


async def get_tear_sheet(session: AsyncSession, user_id: UUID, run_id: UUID) -> TearSheetRead:
    """A finished run from all sides. Raises RunNotFound, ResultNotReady."""
    run = await service.get_run(session, user_id, run_id)
    async with take_turn(session):
        return await make_tear_sheet(run, *await get_result(session, user_id, run_id))


async def make_tear_sheet(run: Run, curve: EquityCurve, trades: Trades) -> TearSheetRead:
    """The tear sheet of a run that succeeded, made in a thread."""
    return await asyncio.to_thread(_make_tear_sheet, run.manifest or {}, curve, trades)


async def get_result(session: AsyncSession, user_id: UUID, run_id: UUID) -> tuple[EquityCurve, Trades]:
    """What a finished run found. Raises RunNotFound, ResultNotReady."""
    _, curve = await service.get_equity(session, user_id, run_id)
    _, trades = await service.get_trades(session, user_id, run_id)
    return curve, trades


async def compare_runs(session: AsyncSession, user_id: UUID, ids: str) -> ComparisonRead:
    """Finished runs side by side, in the order of `ids`: their UUIDs with commas between them.

    Raises ComparisonInvalid, RunNotFound, ResultNotReady.
    """
    wanted = _read_ids(ids)
    async with take_turn(session):
        results = await repository.find_results(session, user_id, wanted)
        found = {run.id: (run, equity) for run, equity in results}
        if len(found) < len(wanted):
            raise RunNotFound
        runs = [found[run_id][0] for run_id in wanted]
        curves = [unpack_equity(_packed(*found[run_id])) for run_id in wanted]
        aligned = await asyncio.to_thread(align_curves, curves)
    return ComparisonRead(
        runs=[_describe_compared(run) for run in runs],
        curves=ComparisonCurves(
            time=aligned.time.tolist(),
            equity={
                str(run_id): [None if np.isnan(value) else value for value in row.tolist()]
                for run_id, row in zip(wanted, aligned.values, strict=True)
            },
        ),
    )


async def export_run(session: AsyncSession, user_id: UUID, run_id: UUID, form: ExportFormat) -> ReportFile:
    """A finished run as a file. Raises RunNotFound, ResultNotReady."""
    run = await service.get_run(session, user_id, run_id)
    async with take_turn(session):
        result = await get_result(session, user_id, run_id)
        return await asyncio.to_thread(make_file, RunRead.of(run), run.manifest or {}, *result, form)


def make_file(
    run: RunRead, manifest: Mapping[str, Any], curve: EquityCurve, trades: Trades, form: ExportFormat
) -> ReportFile:
    """A finished run as a file of this form."""
    name = name_file(run)
    symbols = run.symbols or [run.symbol]
    if form == "csv":
        return ReportFile(
            f"{name}.csv", "text/csv; charset=utf-8", b"".join(columns.iterate_trade_lines(trades, symbols))
        )
    tear_sheet = _make_tear_sheet(manifest, curve, trades)
    if form == "json":
        parts = {
            b"run": run.model_dump_json().encode(),
            b"equity": b"".join(columns.iterate_equity_json(curve)),
            b"trades": b"".join(columns.iterate_trade_json(trades, symbols)),
            b"tear_sheet": tear_sheet.model_dump_json().encode(),
        }
        whole = b",".join(b'"%b":%b' % part for part in parts.items())
        return ReportFile(f"{name}.json", "application/json", b"{%b}" % whole)
    return ReportFile(f"{name}.html", "text/html; charset=utf-8", render_page(run, tear_sheet, curve, trades))


def name_file(run: RunRead) -> str:
    """A file name without an ending: of letters that no header, shell or file system takes for something."""
    words = [
        label_symbols(run.symbols or [run.symbol]),
        run.interval.value,
        run.strategy_name or "backtest",
        f"{run.created_at:%Y-%m-%d}",
    ]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", " ".join(words)).strip("-")
    return f"flowrex-{plain[:_NAME_CHARS].strip('-')}"


def _make_tear_sheet(manifest: Mapping[str, Any], curve: EquityCurve, trades: Trades) -> TearSheetRead:
    made = compute_tear_sheet(
        curve,
        trades,
        interval=Interval(manifest["data"]["interval"]),
        timezone=manifest["data"]["timezone"],
        periods_per_year=manifest["periods_per_year"],
    )
    return TearSheetRead.model_validate(made)


def _read_ids(text: str) -> list[UUID]:
    try:
        ids = [UUID(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise ComparisonInvalid("Give the ids of the backtests with commas between them.") from error
    wanted = list(dict.fromkeys(ids))
    if not FEWEST_COMPARED <= len(wanted) <= MOST_COMPARED:
        raise ComparisonInvalid(f"Give the ids of {FEWEST_COMPARED} to {MOST_COMPARED} different backtests.")
    return wanted


def _packed(run: Run, equity: bytes | None) -> bytes:
    if equity is None:
        raise ResultNotReady(f"The backtest of {run.request.symbol} has no result to compare.")
    return equity


def _describe_compared(run: Run) -> ComparedRun:
    return ComparedRun.model_validate(
        {
            "id": run.id,
            "name": run.strategy_name,
            "symbol": run.request.symbol,
            "interval": run.request.interval,
            "start": run.request.start,
            "end": run.request.end,
            "level": (run.verdict or {})["level"],
            "metrics": run.metrics,
            "parameters": run.request.parameters,
            "created_at": run.created_at,
        }
    )
