"""A whole file: blocks read one after the other, then what can only be decided over all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.columns import make_bars
from app.market.csv_files.bar_times import (
    convert_local_times,
    label_days,
    put_in_order,
    refuse_finer_rows,
    reject_unclosed,
    show_time,
)
from app.market.csv_files.blocks import Block, read_block
from app.market.csv_files.layout import Layout, read_day_order, understand_layout
from app.market.csv_files.line_blocks import BLOCK_BYTES, LineBlocks
from app.market.csv_files.rows import MAX_PROBLEMS, Rejections, Rows
from app.market.csv_files.times import UNREADABLE, TimeReader, decide_day_order, settle_day_order
from app.market.domain import ImportRefused, RowProblem

MAX_ROWS = 12_000_000
_HEAD_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class FileTerms:
    """What is known of a file before it is read.

    `timezone`: of its times within the day. `now`: unix seconds. `find_close`: the instant at which the bar
    with a `time` is closed, as far as a calendar knows it (unix s), else None.
    """

    interval: Interval
    timezone: str
    now: int
    date_format: str | None = None
    find_close: Callable[[int], int | None] | None = None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's bars, unique and oldest first, and what became of its rows.

    `duplicates`: rows that repeat another exactly. `problems`: the first 1,000 rejected rows, by line. No
    bars at all: every row was rejected.
    """

    bars: Bars
    rows_read: int
    rejected: int
    duplicates: int
    problems: tuple[RowProblem, ...]
    understood: dict[str, object]


class CsvReader:
    """Feed it a file's bytes in pieces of any size, then finish. Raises ImportRefused."""

    def __init__(self, terms: FileTerms, block_bytes: int = BLOCK_BYTES) -> None:
        self._terms = terms
        self._lines = LineBlocks(block_bytes)
        self._layout: Layout | None = None
        self._times: TimeReader | None = None
        self._order = read_day_order(terms.date_format) if terms.date_format else None
        self._next_line = 1
        self._blocks: list[Block] = []
        self._rejections = Rejections()
        self._rows_read = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece of the file."""
        for text in self._lines.feed(data):
            self._read(text)

    def finish(self) -> ReadFile:
        """Take the end of the file, decide what is open and put the bars in order."""
        for text in self._lines.finish():
            self._read(text)
        if self._layout is None or self._times is None:
            raise ImportRefused("empty_file", "The file is empty.")
        if not self._rows_read:
            raise ImportRefused("no_rows", "The file has a header and no rows.")
        order = self._settle_day_order()
        interval, timezone, rejections = self._terms.interval, self._terms.timezone, self._rejections
        rows = Rows.gather(self._blocks)
        rejections.reject(
            rows, rows.kinds == UNREADABLE, lambda _row: f"the date is not in the order {order} of the others"
        )
        newest_first = len(rows) > 1 and bool(rows.seconds[0] > rows.seconds[-1])
        if interval.is_intraday:
            convert_local_times(rows, interval, timezone, rejections)
        else:
            label_days(rows, interval, timezone)
        reject_unclosed(rows, interval, self._terms.now, self._terms.find_close, rejections)
        duplicates = put_in_order(rows, rejections)
        if interval.is_intraday:
            refuse_finer_rows(rows.seconds, interval)
        understood = {
            **self._layout.describe(),
            "time_formats": self._times.name_formats(order),
            "timezone": timezone if interval.is_intraday else None,
            "newest_first": newest_first,
            "first_at": show_time(int(rows.seconds[0])) if len(rows) else None,
            "last_at": show_time(int(rows.seconds[-1])) if len(rows) else None,
        }
        bars = make_bars(np.ascontiguousarray(rows.seconds), list(rows.values), interval, timezone)
        return ReadFile(
            bars, self._rows_read, rejections.count, duplicates, rejections.first_problems(), understood
        )

    def _read(self, text: bytes) -> None:
        if self._layout is None or self._times is None:
            self._layout = understand_layout(text[:_HEAD_BYTES].decode("utf-8", errors="replace"))
            self._times = TimeReader(self._order, self._layout.delimiter)
            for _line in range(self._layout.skipped_lines):
                text = text[text.index(b"\n") + 1 :]
            self._next_line += self._layout.skipped_lines
        if not text:
            return
        budget = max(0, MAX_PROBLEMS - self._rejections.count)
        block = read_block(text, self._layout, self._times, self._next_line, budget)
        self._next_line += text.count(b"\n")
        self._rows_read += block.rows_read
        self._rejections.count += block.rejected
        self._rejections.problems += block.problems
        self._blocks.append(block)
        if self._rows_read > MAX_ROWS:
            raise ImportRefused(
                "too_many_rows", f"The file has more than {MAX_ROWS:,} rows. Cut it in parts."
            )

    def _settle_day_order(self) -> str | None:
        columns = [block.times for block in self._blocks]
        order = decide_day_order(columns)
        if order == "?":
            raise ImportRefused(
                "ambiguous_dates",
                "The dates could be month/day/year or day/month/year, and nothing in the file decides it. "
                "Import it again with date_format m/d/yyyy or d/m/yyyy.",
            )
        if order is not None:
            for column in columns:
                settle_day_order(column, order)
        return order or self._order
