"""What a sweep's sets found, as answers: columns, CSV, and heatmaps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.research import shard_repository
from app.research.axes import LISTED_VALUES
from app.research.domain import METRIC_NAMES, HeatmapInvalid, MetricUnknown, Sweep, SweepNotFound
from app.research.packing import unpack_column
from app.research.planning import read_metric_names
from app.research.schemas import Reduction
from app.research.service import get_sweep

MAXIMUM_CELLS = 200
"""Along each side of a heatmap: more values than this are put together."""
_LINES_PER_PIECE = 2_000
_SETS_PER_READ = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Sets and their figures in the order of their numbers.

    `sets`: shape (n,). `parameters` and `metrics`: by name, shape (n,) each; NaN is undefined.
    """

    sequence: int
    is_complete: bool
    sets: NDArray[np.int64]
    parameters: dict[str, NDArray[np.float64]]
    metrics: dict[str, NDArray[np.float64]]

    def to_json(self) -> bytes:
        """The answer; NaN becomes null."""
        return orjson.dumps(
            {
                "sequence": self.sequence,
                "complete": self.is_complete,
                "sets": self.sets,
                "parameters": self.parameters,
                "metrics": self.metrics,
            },
            option=orjson.OPT_SERIALIZE_NUMPY,
        )

    def iterate_lines(self, *, with_names: bool = True) -> Iterator[bytes]:
        """The same as CSV, some lines at a time; undefined figures are empty."""
        columns = [*self.parameters.values(), *self.metrics.values()]
        if with_names:
            yield (",".join(["set", *self.parameters, *self.metrics]) + "\n").encode()
        for start in range(0, len(self.sets), _LINES_PER_PIECE):
            piece = slice(start, start + _LINES_PER_PIECE)
            rows = zip(
                self.sets[piece].tolist(), *(column[piece].tolist() for column in columns), strict=True
            )
            yield "".join(
                f"{row[0]}," + ",".join("" if value != value else repr(value) for value in row[1:]) + "\n"
                for row in rows
            ).encode()


async def read_results(
    session: AsyncSession, user_id: UUID, sweep_id: UUID, metrics: str | None, after: int, limit: int | None
) -> tuple[Sweep, Results]:
    """The sets of the shards that finished after the sequence `after`; whole shards up to about `limit` sets.

    Raises SweepNotFound, MetricUnknown.
    """
    names = _read_names(metrics)
    sweep = await get_sweep(session, user_id, sweep_id)
    axes = range(len(sweep.search.axes))
    places = [METRIC_NAMES.index(name) for name in names]
    rows = await shard_repository.read_columns(session, sweep_id, axes, places, after, limit)
    sequence = max((row["sequence"] for row in rows), default=after)
    is_complete = sweep.status.is_final and sequence >= sweep.shards_done
    return sweep, await asyncio.to_thread(
        _join, sweep, rows, names, sequence=sequence, is_complete=is_complete
    )


async def stream_lines(database: Database, sweep: Sweep, names: Sequence[str]) -> AsyncIterator[bytes]:
    """Every set that is done as CSV, in the order of their numbers.

    A few shards are read at a time: a million sets with all their figures are hundreds of megabytes. Raises
    SweepNotFound when the sweep is deleted before all is told.
    """
    axes = range(len(sweep.search.axes))
    places = [METRIC_NAMES.index(name) for name in names]
    at_once = max(1, _SETS_PER_READ * sweep.shards // sweep.search.sets)
    for names_line in _join(sweep, [], names, sequence=0, is_complete=False).iterate_lines():
        yield names_line
    told, number = 0, 0
    while told < sweep.shards_done:
        async with database.session() as session:
            rows = await shard_repository.read_columns_from(
                session, sweep.id, axes, places, number=number, count=at_once, until=sweep.shards_done
            )
        if not rows:
            raise SweepNotFound
        told, number = told + len(rows), rows[-1]["number"] + 1
        found = await asyncio.to_thread(_join, sweep, rows, names, sequence=told, is_complete=False)
        for lines in found.iterate_lines(with_names=False):
            yield lines
            await asyncio.sleep(0)  # other requests in between


async def find_sweep_for_lines(
    session: AsyncSession, user_id: UUID, sweep_id: UUID, metrics: str | None
) -> tuple[Sweep, list[str]]:
    """What `stream_lines` wants. Raises SweepNotFound, MetricUnknown."""
    names = _read_names(metrics)
    return await get_sweep(session, user_id, sweep_id), names


def _read_names(metrics: str | None) -> list[str]:
    try:
        return read_metric_names(metrics)
    except ValueError as error:
        raise MetricUnknown(str(error)) from error


def _join(
    sweep: Sweep, rows: Sequence[dict[str, Any]], names: Sequence[str], *, sequence: int, is_complete: bool
) -> Results:
    ordered = sorted(rows, key=lambda row: row["number"])
    sets = [
        np.arange(row["first_set"], row["first_set"] + row["set_count"], dtype=np.int64) for row in ordered
    ]
    return Results(
        sequence=sequence,
        is_complete=is_complete,
        sets=np.concatenate(sets) if sets else np.empty(0, np.int64),
        parameters={
            axis.name: _join_column(ordered, f"p{place}") for place, axis in enumerate(sweep.search.axes)
        },
        metrics={name: _join_column(ordered, f"m{METRIC_NAMES.index(name)}") for name in names},
    )


def _join_column(rows: Sequence[dict[str, Any]], label: str) -> NDArray[np.float64]:
    return np.concatenate([np.empty(0), *(unpack_column(row[label]) for row in rows)])


async def read_heatmap(
    session: AsyncSession,
    user_id: UUID,
    sweep_id: UUID,
    *,
    x: str | None,
    y: str | None,
    metric: str | None,
    reduce: Reduction,
) -> dict[str, Any]:
    """A figure over two of the swept parameters; the first two, and the objective, where none is named.

    Raises SweepNotFound, HeatmapInvalid, MetricUnknown.
    """
    sweep = await get_sweep(session, user_id, sweep_id)
    names = sweep.search.names
    x = names[0] if x is None else x
    y = next((name for name in names if name != x), x) if y is None else y
    for field, name in (("x", x), ("y", y)):
        if name not in names:
            raise HeatmapInvalid(
                f"{name[:40]!r} is not swept here; these are: {', '.join(names)}.", field=field
            )
    metric = sweep.search.objective if metric is None else metric
    if metric not in METRIC_NAMES:
        raise MetricUnknown(f"There is no figure {metric[:40]!r}.", field="metric")
    places = names.index(x), names.index(y)
    rows = await shard_repository.read_columns(
        session, sweep_id, sorted(set(places)), [METRIC_NAMES.index(metric)]
    )
    return await asyncio.to_thread(_draw, sweep, rows, places, METRIC_NAMES.index(metric), reduce)


def _draw(
    sweep: Sweep, rows: Sequence[dict[str, Any]], places: tuple[int, int], metric: int, reduce: Reduction
) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda row: row["number"])
    figures = _join_column(ordered, f"m{metric}")
    sides = []
    for place in places:
        axis = sweep.search.axes[place]
        column = _join_column(ordered, f"p{place}")
        known = axis.listed() if axis.count <= LISTED_VALUES else None
        sides.append(_put_together(np.unique(column) if known is None else np.array(known), column))
    (x, x_cells), (y, y_cells) = sides
    shape = len(y), len(x)
    cells = y_cells * len(x) + x_cells
    is_defined = np.isfinite(figures)
    cells, figures = cells[is_defined], figures[is_defined]
    counts = np.bincount(cells, minlength=shape[0] * shape[1])
    values = np.full(shape[0] * shape[1], np.nan)
    order = np.lexsort((figures, cells))
    ends = np.cumsum(counts)
    filled = counts > 0
    if reduce == "best":
        values[filled] = figures[order][ends[filled] - 1]
    else:
        firsts = (ends - counts)[filled]
        low, high = firsts + (counts[filled] - 1) // 2, firsts + counts[filled] // 2
        values[filled] = (figures[order][low] + figures[order][high]) / 2
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "values": [
            [None if value != value else value for value in row] for row in values.reshape(shape).tolist()
        ],
        "counts": counts.reshape(shape).tolist(),
    }


def _put_together(
    steps: NDArray[np.float64], column: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The labels of a heatmap's side, MAXIMUM_CELLS at most, and in which of them each value lies.

    Of neighbouring steps that share a cell, the first is the label.
    """
    if len(steps) == 0:
        return steps, np.empty(0, np.int64)
    per_cell = -(-len(steps) // MAXIMUM_CELLS)
    found = np.searchsorted(steps, column)
    return steps[::per_cell], (np.minimum(found, len(steps) - 1) // per_cell).astype(np.int64)
