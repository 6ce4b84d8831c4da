"""What the shards of a sweep compute with: the rule, the bars, the terms. For workers alone.

Consecutive shards of a sweep need the same: a worker keeps what it made for the last few.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.backtests.domain import RunFailed, RunRequest
from app.backtests.run_inputs import (
    RunBars,
    find_first_bar,
    find_raw_splits,
    load_run_bars,
    make_execution,
)
from app.core.database import Database
from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.language import Rule, RuleError, compile_rule
from app.engine.manifest import hash_bars
from app.market.run_facts import gather_run_facts

_KEPT = 3


@dataclass(frozen=True, slots=True, eq=False)
class SweepInputs:
    """`bars`: with the warm-up before `first_bar`. `splits`, `detail`: as of `app.engine.fills.simulate`.
    `data_sha256`: of all three.
    """

    rule: Rule
    bars: Bars
    first_bar: int
    execution: Execution
    periods_per_year: float
    data_sha256: str
    splits: tuple[Split, ...] = ()
    detail: Bars | None = None


async def load_inputs(
    database: Database, request: RunRequest, owner_id: UUID | None, now: datetime
) -> SweepInputs:
    """Everything a set needs beside its parameters; without an owner, of the installation's bars.

    `now`: bars that are not closed by then are left out. Raises RunFailed.
    """
    bars = await load_run_bars(database, request, owner_id, now)
    return await asyncio.to_thread(_make_inputs, request, bars, now)


def _make_inputs(request: RunRequest, run_bars: RunBars, now: datetime) -> SweepInputs:
    loaded = run_bars.loaded
    try:
        rule = compile_rule(request.source)
    except RuleError as error:
        raise RunFailed("rule_invalid", str(error)) from error
    first_bar = find_first_bar(request, loaded)
    known = gather_run_facts(loaded.bars.slice(first_bar, len(loaded.bars)), loaded, now)
    return SweepInputs(
        rule=rule,
        bars=loaded.bars,
        first_bar=first_bar,
        execution=make_execution(request),
        periods_per_year=known.periods_per_year,
        data_sha256=hash_data(loaded.bars, find_raw_splits(loaded), run_bars.detail),
        splits=find_raw_splits(loaded),
        detail=run_bars.detail,
    )


def hash_data(bars: Bars, splits: Sequence[Split] = (), detail: Bars | None = None) -> str:
    """SHA-256 (hex) of what sets are filled on; where there are bars alone, that of a run's manifest."""
    whole = hash_bars(bars)
    if not splits and detail is None:
        return whole
    named = [f"{on.isoformat()} {ratio!r}" for on, ratio in splits]
    parts = [whole, *named, "" if detail is None else hash_bars(detail)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class InputsCache:
    """The inputs of the last few sweeps of this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, asyncio.Task[SweepInputs]] = OrderedDict()

    async def find(self, sweep_id: UUID, load: Callable[[], asyncio.Task[SweepInputs]]) -> SweepInputs:
        """What is kept for a sweep, or what `load` brings; two that ask at a time load once.

        Raises what `load` raises; then nothing is kept.
        """
        task = self._kept.get(sweep_id)
        if task is None or task.cancelled() or task.get_loop() is not asyncio.get_running_loop():
            task = self._kept[sweep_id] = load()
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(sweep_id)
        try:
            return await asyncio.shield(task)
        except Exception:
            self._kept.pop(sweep_id, None)
            raise
