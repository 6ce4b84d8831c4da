"""Bars and files for the market's tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.columns import make_bars
from app.market.csv_files.reading import CsvReader, FileTerms, ReadFile

# 2026-11-20 12:00:00Z, a Friday.
NOW = 1_795_176_000


def bars_at(
    times: Sequence[int], interval: Interval = Interval.DAY_1, timezone: str = "UTC", seed: int = 7
) -> Bars:
    """Bars of made-up prices at the given times."""
    random = np.random.default_rng(seed)
    close = random.uniform(50, 150, len(times))
    return make_bars(
        np.array(times, dtype=np.int64),
        [close + 0.25, close + 1, close - 1, close, random.integers(1, 1000, len(times)).astype(np.float64)],
        interval,
        timezone,
    )


def price_bars(times: Sequence[int], closes: Sequence[float], interval: Interval = Interval.DAY_1) -> Bars:
    """Bars whose four prices are the close, with a volume of 100."""
    column = np.array(closes, dtype=np.float64)
    volume = np.full(len(closes), 100.0)
    return make_bars(
        np.array(times, dtype=np.int64), [column, column, column, column, volume], interval, "UTC"
    )


def days(*numbers: int) -> list[int]:
    """Labels of days counted from 2020-01-01, a Wednesday."""
    return [1_577_836_800 + number * DAY_SECONDS for number in numbers]


def read_csv(
    text: str | bytes,
    interval: Interval = Interval.DAY_1,
    timezone: str = "UTC",
    date_format: str | None = None,
    now: int = NOW,
    piece_bytes: int = 1024 * 1024,
    block_bytes: int = 8 * 1024 * 1024,
) -> ReadFile:
    """What the reader makes of a file that arrives in pieces."""
    data = text.encode() if isinstance(text, str) else text
    reader = CsvReader(FileTerms(interval, timezone, now, date_format), block_bytes)
    for start in range(0, len(data), piece_bytes):
        reader.feed(data[start : start + piece_bytes])
    return reader.finish()


def reasons(read: ReadFile) -> dict[int, str]:
    """The rejected rows' reasons by line."""
    return {problem.line: problem.reason for problem in read.problems}


def assert_same_bars(one: Bars, other: Bars) -> None:
    """Equal to the bit, NaN volumes included."""
    assert one.interval is other.interval
    np.testing.assert_array_equal(one.time, other.time)
    for mine, theirs in zip(one.columns(), other.columns(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
