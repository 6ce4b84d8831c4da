"""A backtest from the command line: nothing is stored, and the answer is the same as the API's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from app.backtests import service
from app.backtests.console_progress import RunProgress
from app.backtests.console_report import render_report
from app.backtests.costs import describe_costs
from app.backtests.domain import Run, RunRequest, RunResult, RunStatus
from app.backtests.jobs import compute_run
from app.backtests.reports import make_file
from app.backtests.schemas import BacktestCreate, RunRead
from app.core.clock import Clock
from app.core.database import Database
from app.engine.packing import unpack_equity, unpack_trades
from app.market.domain import Viewer

_NOBODY = UUID(int=0)
# What only a stored run has.
_STORED = ("id", "strategy_id", "strategy_version", "strategy_name", "sweep_id", "cancel_requested")


class ConsoleRun:
    """A run that was computed for a terminal. `name` stands above its page."""

    def __init__(self, request: RunRequest, result: RunResult, name: str, began: datetime, ended: datetime):
        self._result = result
        self._read = RunRead.of(_as_stored(request, result, name, began, ended))

    def as_text(self) -> str:
        """What can be believed, then the figures, and which costs were assumed."""
        return render_report(self._result, describe_costs(self._read))

    def as_json(self) -> str:
        """The API's answer about a finished run, without what only a stored one has."""
        return self._read.model_dump_json(indent=2, exclude=set(_STORED))

    def write_page(self, path: Path) -> None:
        """Write the report as a page that stands alone. Raises OSError."""
        result = self._result
        curve, trades = unpack_equity(result.equity), unpack_trades(result.trades)
        path.write_bytes(make_file(self._read, result.manifest, curve, trades, "html").content)


async def run_on_console(
    database: Database, clock: Clock, body: BacktestCreate, source: str, name: str
) -> ConsoleRun:
    """Compute a run on the installation's instruments, showing on standard error how far it is.

    Raises RunFailed, and what `service.prepare_request` raises.
    """
    began = clock.now()
    async with database.session() as session:
        request = await service.prepare_request(session, Viewer(None), body, source, body.parameters)
    with RunProgress() as progress:
        result = await compute_run(database, clock, request, None, progress.report, progress.show)
    return ConsoleRun(request, result, name, began, clock.now())


def _as_stored(request: RunRequest, result: RunResult, name: str, began: datetime, ended: datetime) -> Run:
    return Run(
        id=_NOBODY,
        owner_id=_NOBODY,
        visibility="private",
        strategy_id=None,
        strategy_version=None,
        strategy_name=name,
        sweep_id=None,
        request=request,
        status=RunStatus.SUCCEEDED,
        progress=1.0,
        cancel_requested=False,
        attempt=1,
        failure=None,
        manifest=result.manifest,
        verdict=result.verdict,
        metrics=result.metrics,
        benchmark=result.benchmark,
        created_at=began,
        started_at=began,
        finished_at=ended,
    )
