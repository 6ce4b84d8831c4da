"""From a block of lines to columns: the rows that hold together, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.engine.bars import Column, Truth
from app.market.csv_files.layout import Layout
from app.market.csv_files.numbers import QUOTED_DELIMITER, is_missing, read_numbers, read_volumes
from app.market.csv_files.times import NOT_A_WHOLE_SECOND, UNREADABLE, TimeColumn, TimeReader
from app.market.domain import RowProblem

_PRICE_NAMES = ("open", "high", "low", "close")
# Beyond these no market trades; further out, sums and quotients of prices leave what a float64 can hold.
LOWEST_PRICE, HIGHEST_PRICE = 1e-12, 1e15
HIGHEST_VOLUME = 1e18
_QUOTE, _LINE_FEED = 34, 10
_SHOWN_CHARS = 40


@dataclass(slots=True)
class Block:
    """The good rows of a block, in the file's order, and what is wrong with the others.

    `values`: shape (5, n): open, high, low, close, volume. `lines`: the line of each row in the file, from 1.
    """

    times: TimeColumn
    values: NDArray[np.float64]
    lines: NDArray[np.int32]
    rows_read: int
    rejected: int
    problems: list[RowProblem]


def read_block(text: bytes, layout: Layout, times: TimeReader, first_line: int, max_problems: int) -> Block:
    """Read the lines of `text`, of which the first is line `first_line` of the file."""
    table = _cut_cells(text, layout)
    cells = [table.to_series(column) for column in range(layout.width)]
    filled = _rows_with_text(text, cells, layout)
    lines = (np.flatnonzero(filled) + first_line).astype(np.int32)
    if not filled.all():
        mask = pl.Series(filled)
        cells = [column.filter(mask) for column in cells]

    prices = np.stack([read_numbers(cells[column], layout) for column in layout.prices])
    if layout.volume is None:
        volume, unreadable_volume = np.full(len(lines), np.nan), np.zeros(len(lines), dtype=bool)
    else:
        volume, unreadable_volume = read_volumes(cells[layout.volume], layout)
    volume += 0.0  # minus nothing is nothing
    time = times.read(_time_cells(cells, layout))

    with np.errstate(invalid="ignore"):
        good = (
            (time.kinds != UNREADABLE)
            & (time.kinds != NOT_A_WHOLE_SECOND)
            & (prices >= LOWEST_PRICE).all(axis=0)
            & (prices <= HIGHEST_PRICE).all(axis=0)
            & (prices[1] >= prices[2])
            & ~unreadable_volume
            & ~(volume < 0)
            & ~(volume > HIGHEST_VOLUME)
        )
    bad = np.flatnonzero(~good)
    problems = [
        RowProblem(
            int(lines[row]),
            _explain(
                [column[int(row)] for column in cells],
                layout,
                int(time.kinds[row]),
                prices[:, row],
                volume[row],
            ),
        )
        for row in bad[:max_problems]
    ]
    if len(bad):
        prices, volume, lines = prices[:, good], volume[good], lines[good]
        time = _keep_rows(time, good)
    values = np.vstack((prices, volume))
    return Block(time, values, lines, len(good), len(bad), problems)


def _cut_cells(text: bytes, layout: Layout) -> pl.DataFrame:
    """One row per line, be it empty or broken; every cell as text."""
    if b'"' in text:
        text = _take_quotes_off(text, ord(layout.delimiter))
    names = [f"column_{number}" for number in range(layout.width)]
    # The reader counts the columns of its first line: give it one that has them all.
    model = layout.delimiter.join("x" * layout.width).encode() + b"\n"
    try:
        table = _read_csv(model + text, names, layout.delimiter)
    except pl.exceptions.ComputeError:
        readable = text.decode("utf-8", errors="replace").encode()
        table = _read_csv(model + readable, names, layout.delimiter)
    return table.slice(1)


def _read_csv(text: bytes, names: Iterable[str], delimiter: str) -> pl.DataFrame:
    return pl.read_csv(
        text,
        has_header=False,
        schema=dict.fromkeys(names, pl.String),
        separator=delimiter,
        quote_char=None,
        truncate_ragged_lines=True,
    )


def _take_quotes_off(text: bytes, delimiter: int) -> bytes:
    """Without quotes; delimiters inside them become QUOTED_DELIMITER. A quote never spans lines."""
    data = np.frombuffer(text, np.uint8).copy()
    is_quote = data == _QUOTE
    seen = np.cumsum(is_quote, dtype=np.int32)
    line_ends = np.flatnonzero(data == _LINE_FEED)
    lengths = np.diff(line_ends, prepend=-1)
    before_line = np.concatenate(([0], seen[line_ends[:-1]])).astype(np.int32)
    inside = (seen - np.repeat(before_line, lengths)) & 1 == 1
    data[inside & (data == delimiter)] = ord(QUOTED_DELIMITER)
    unquoted: bytes = data[~is_quote].tobytes()
    return unquoted


def _rows_with_text(text: bytes, cells: list[pl.Series], layout: Layout) -> Truth:
    """False for lines that are empty or blank. A line of delimiters alone is a row, and a bad one."""
    count = len(cells[0])
    filled = np.ones(count, dtype=bool)
    hollow = np.ones(count, dtype=bool)
    for column in layout.prices:
        hollow &= cells[column].is_null().to_numpy()
    doubtful = np.flatnonzero(hollow)
    if len(doubtful):
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _LINE_FEED)
        starts = np.concatenate(([0], ends[:-1] + 1))
        # A carriage return at most: surely empty. The few others are looked at.
        empty = ends[doubtful] - starts[doubtful] <= 1
        for position in np.flatnonzero(~empty):
            row = doubtful[position]
            empty[position] = not text[starts[row] : ends[row]].strip()
        filled[doubtful[empty]] = False
    return filled


def _time_cells(cells: list[pl.Series], layout: Layout) -> pl.Series:
    if len(layout.time) == 1:
        return cells[layout.time[0]]
    date, clock = (cells[column].str.strip_chars() for column in layout.time)
    return date + " " + clock


def _keep_rows(time: TimeColumn, good: Truth) -> TimeColumn:
    return TimeColumn(
        time.seconds[good],
        time.kinds[good],
        None if time.offsets is None else time.offsets[good],
        None if time.day_first is None else time.day_first[good],
        None if time.is_open is None else time.is_open[good],
    )


def _explain(row: list[str | None], layout: Layout, kind: int, prices: Column, volume: float) -> str:
    """Why a row was not taken: the first thing that is wrong with it, from left to right."""
    time = " ".join(row[column] or "" for column in layout.time).strip()
    if kind == UNREADABLE:
        return f"date or time not understood: {show(time)}" if time else "date or time is missing"
    if kind == NOT_A_WHOLE_SECOND:
        return f"time is not a whole second: {show(time)}"
    for name, column, value in zip(_PRICE_NAMES, layout.prices, prices.tolist(), strict=True):
        cell = row[column]
        if np.isnan(value):
            if cell is not None and cell.strip().lower() == "nan":
                return f"{name} is not finite: {show(cell)}"
            return f"{name} is missing" if is_missing(cell) else f"{name} is not a number: {show(cell)}"
        if np.isinf(value):
            return f"{name} is not finite: {show(cell)}"
        if value <= 0:
            return f"{name} must be above 0: {show(cell)}"
        if not LOWEST_PRICE <= value <= HIGHEST_PRICE:
            return f"{name}: price out of range ({LOWEST_PRICE:g} to {HIGHEST_PRICE:g}): {show(cell)}"
    if prices[1] < prices[2]:
        return f"high {show(row[layout.high])} is below low {show(row[layout.low])}"
    cell = None if layout.volume is None else row[layout.volume]
    if np.isinf(volume):
        return f"volume is not finite: {show(cell)}"
    if volume > HIGHEST_VOLUME:
        return f"volume out of range (at most {HIGHEST_VOLUME:g}): {show(cell)}"
    return f"volume is negative: {show(cell)}" if volume < 0 else f"volume is not a number: {show(cell)}"


def show(cell: str | None) -> str:
    """A cell as it may be shown again: short, printable."""
    text = "".join(
        char if char.isprintable() else "?" for char in (cell or "").replace(QUOTED_DELIMITER, ",")
    )
    text = text.strip()
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
