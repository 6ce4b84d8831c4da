"""The rows of a whole file as columns, and the ledger of those that were not taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Times, Truth
from app.market.csv_files.blocks import Block
from app.market.domain import RowProblem

MAX_PROBLEMS = 1_000


@dataclass(slots=True)
class Rows:
    """Rows in some order. `seconds`: times as written, later the bars' times. `values`: open … volume, (5,
    n).
    """

    seconds: Times
    kinds: NDArray[np.uint8]
    offsets: Times
    values: NDArray[np.float64]
    lines: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.seconds)

    @classmethod
    def gather(cls, blocks: list[Block]) -> Rows:
        """All blocks as one; `blocks` is emptied, so that no row is held twice for long."""
        seconds = np.concatenate([block.times.seconds for block in blocks])
        kinds = np.concatenate([block.times.kinds for block in blocks])
        lines = np.concatenate([block.lines for block in blocks])
        offsets = np.concatenate(
            [
                np.zeros(len(block.lines), dtype=np.int64)
                if block.times.offsets is None
                else block.times.offsets
                for block in blocks
            ]
        )
        values = np.empty((5, len(lines)))
        at = 0
        for block in blocks:
            values[:, at : at + len(block.lines)] = block.values
            at += len(block.lines)
            block.values = block.values[:, :0]
        blocks.clear()
        return cls(seconds, kinds, offsets, values, lines)

    def take(self, order: NDArray[np.intp]) -> None:
        """Keep these rows, in this order."""
        self.seconds, self.kinds = self.seconds[order], self.kinds[order]
        self.offsets, self.lines = self.offsets[order], self.lines[order]
        kept = np.empty((len(self.values), len(order)))
        for column, values in enumerate(self.values):
            kept[column] = values[order]
        self.values = kept


@dataclass(slots=True)
class Rejections:
    """How many rows were not taken, and why the first thousand were not."""

    count: int = 0
    problems: list[RowProblem] = field(default_factory=list)

    def reject(self, rows: Rows, bad: Truth, explain: Callable[[int], str]) -> None:
        """Note the `bad` rows, each with what `explain` says of its number, and take them out of `rows`."""
        numbers = np.flatnonzero(bad)
        if not len(numbers):
            return
        by_line = numbers[np.argsort(rows.lines[numbers], kind="stable")]
        for row in by_line[:MAX_PROBLEMS].tolist():
            self.problems.append(RowProblem(int(rows.lines[row]), explain(row)))
        self.count += len(numbers)
        rows.take(np.flatnonzero(~bad))

    def first_problems(self) -> tuple[RowProblem, ...]:
        """The first thousand by line."""
        return tuple(sorted(self.problems, key=lambda problem: problem.line)[:MAX_PROBLEMS])
