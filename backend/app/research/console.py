"""Sweeps and walk-forwards from the command line: nothing is stored, the answer is the API's."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app.core.clock import Clock
from app.core.database import Database
from app.core.leases import WorkStatus
from app.engine.constraints import find_best
from app.market.domain import Viewer
from app.research import service
from app.research.console_report import render_sweep, render_walk
from app.research.domain import (
    METRIC_NAMES,
    Method,
    Search,
    Sweep,
    SweepStatus,
    WalkForwardRun,
    WalkForwardTerms,
)
from app.research.finishing import Finished, choose_plateau, describe_outcome
from app.research.packing import STRETCHES, choose_for_overfitting
from app.research.planning import TPE_BATCH
from app.research.results import Results
from app.research.schemas import SweepCreate, SweepRead
from app.research.service import Prepared
from app.research.shard_work import compute_sets, list_values
from app.research.sweep_inputs import SweepInputs, load_inputs
from app.research.walk_forward_jobs import walk
from app.research.walk_forward_schemas import WalkForwardCreate, WalkForwardRead

_NOBODY = UUID(int=0)
# What only a stored one has.
_OF_STRATEGY = {"strategy_id", "strategy_version", "strategy_name"}
_STORED = {"id", "cancel_requested", "shards", "shards_done", *_OF_STRATEGY}
_PIECE_SECONDS = 0.3


class ConsoleSweep:
    """A sweep that was computed for a terminal. `results`: every set."""

    def __init__(self, sweep: Sweep, results: Results) -> None:
        self._read = SweepRead.of(sweep)
        self.results = results

    def as_text(self) -> str:
        """The best set, the best plateau, and how likely the search fits noise."""
        return render_sweep(self._read)

    def as_json(self) -> str:
        """The API's answer about a finished sweep, without what only a stored one has."""
        return self._read.model_dump_json(indent=2, exclude=_STORED)


class ConsoleWalk:
    """A walk-forward that was computed for a terminal."""

    def __init__(self, run: WalkForwardRun) -> None:
        self._read = WalkForwardRead.of(run)

    def as_text(self) -> str:
        """The windows, and what they add up to."""
        return render_walk(self._read)

    def as_json(self) -> str:
        """The API's answer about a finished walk-forward, without what only a stored one has."""
        return self._read.model_dump_json(indent=2, exclude=_STORED)


async def sweep_on_console(database: Database, clock: Clock, body: SweepCreate) -> ConsoleSweep:
    """Compute a sweep on the installation's instruments, showing on standard error how far it is.

    Raises RunFailed, and what `service.prepare_search` raises.
    """
    began = clock.now()
    asked, inputs = await _prepare(database, body, body.method, began)
    with _bar("Sets") as report:
        sweep, results = await asyncio.to_thread(_sweep, asked, inputs, report, began)
    return ConsoleSweep(sweep, results)


async def walk_on_console(database: Database, clock: Clock, body: WalkForwardCreate) -> ConsoleWalk:
    """Compute a walk-forward likewise. Raises RunFailed, and what `service.prepare_search` raises."""
    began = clock.now()
    asked, inputs = await _prepare(database, body, Method(body.method), began)
    terms = WalkForwardTerms(body.train_bars, body.test_bars, body.anchored)
    with _bar("Windows") as report:
        walked = await asyncio.to_thread(walk, inputs, asked.request, asked.search, terms, report)
    return ConsoleWalk(
        WalkForwardRun(
            id=_NOBODY,
            owner_id=_NOBODY,
            origin=None,
            request=asked.request,
            search=asked.search,
            terms=terms,
            status=WorkStatus.SUCCEEDED,
            progress=1.0,
            cancel_requested=False,
            failure=None,
            result=walked.result,
            created_at=began,
            started_at=began,
            finished_at=clock.now(),
        )
    )


async def _prepare(
    database: Database, body: SweepCreate | WalkForwardCreate, method: Method, now: datetime
) -> tuple[Prepared, SweepInputs]:
    async with database.session() as session:
        asked = await service.prepare_search(session, Viewer(None), _NOBODY, body, method)
    return asked, await load_inputs(database, asked.request, None, now)


def _sweep(
    asked: Prepared, inputs: SweepInputs, report: Callable[[float], None], began: datetime
) -> tuple[Sweep, Results]:
    search = asked.search
    values = np.empty((0, len(search.axes)))
    figures = np.empty((0, len(METRIC_NAMES)))
    blocks: list[NDArray[np.float64]] = []
    size = TPE_BATCH
    while len(values) < search.sets:
        report(len(values) / search.sets)
        count = min(size, search.sets - len(values))
        started = time.perf_counter()
        piece = _list_values(search, values, figures, count)
        found = compute_sets(inputs, search, piece, blocks=STRETCHES)
        chosen = choose_for_overfitting(len(values), count, search.sets)
        if found.blocks is not None:
            blocks.append(found.blocks[chosen])
        values, figures = np.concatenate([values, piece]), np.concatenate([figures, found.figures])
        if search.method is not Method.TPE:  # pieces long enough to be quick, short enough to be seen
            seconds = max(time.perf_counter() - started, 1e-3)
            size = int(min(max(count * _PIECE_SECONDS / seconds, 1), 4 * size))
    report(1.0)
    judged = _judge(search, figures)
    finished = Finished(values, judged, np.concatenate(blocks))
    best, plateau = find_best(judged), choose_plateau(search, finished)
    outcome = describe_outcome(
        search,
        finished,
        None if best is None else (best, figures[best]),
        None if plateau is None else (plateau, figures[plateau.place]),
    )
    sweep = Sweep(
        id=_NOBODY,
        owner_id=_NOBODY,
        origin=None,
        request=asked.request,
        search=search,
        status=SweepStatus.SUCCEEDED,
        shards=1,
        sets_done=search.sets,
        shards_done=1,
        eta_seconds=None,
        best=outcome.best,
        plateau=outcome.plateau,
        overfitting=outcome.overfitting,
        failure=None,
        created_at=began,
        started_at=began,
        finished_at=None,
    )
    results = Results(
        sequence=1,
        is_complete=True,
        sets=np.arange(search.sets, dtype=np.int64),
        parameters={name: values[:, place] for place, name in enumerate(search.names)},
        metrics={name: figures[:, place] for place, name in enumerate(METRIC_NAMES)},
    )
    return sweep, results


def _list_values(
    search: Search,
    values: NDArray[np.float64],
    figures: NDArray[np.float64],
    count: int,
) -> NDArray[np.float64]:
    if search.method is not Method.TPE:
        return list_values(search, len(values), count)
    from app.research.optimiser import propose_sets

    return propose_sets(
        search.axes,
        values,
        _judge(search, figures),
        count=count,
        first_set=len(values),
        seed=search.seed,
    )


def _judge(search: Search, figures: NDArray[np.float64]) -> NDArray[np.float64]:
    columns = (figures[:, METRIC_NAMES.index(name)] for name in (search.objective, "trades", "max_drawdown"))
    return search.constraints.judge(*columns)


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Callable[[float], None]]:
    """A bar on standard error while something runs; where that is no terminal, nothing."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share: progress.update(task, completed=share)
