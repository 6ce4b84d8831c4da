"""From times as they are written in a file to the times of bars: zones, labels, and bars that are not closed
yet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import polars as pl

from app.engine.bars import Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.csv_files.rows import Rejections, Rows
from app.market.csv_files.times import DATE, INSTANT
from app.market.domain import ImportRefused
from app.market.local_time import local_day_labels, month_labels, week_labels
from app.market.resampling import next_label

_MIN_ROWS_TO_JUDGE = 4
_NO_INSTANT = np.iinfo(np.int64).min


def show_time(seconds: int) -> str:
    """An instant as text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def convert_local_times(rows: Rows, interval: Interval, timezone: str, rejections: Rejections) -> None:
    """Within the day: times as written become instants. Raises ImportRefused for a file of dates alone.

    A local time that the clocks skip or show twice is rejected: nobody can say which instant was meant.
    """
    if len(rows) and (rows.kinds == DATE).all():
        raise ImportRefused(
            "interval_mismatch",
            f"The file holds dates without times, and a {interval} bar begins at a time. Import it as 1day.",
        )
    written = rows.seconds
    instants = written - rows.offsets
    is_local = rows.kinds != INSTANT
    if timezone != "UTC" and is_local.any():
        instants[is_local] = _local_to_utc(written[is_local], timezone)
    rows.seconds = instants
    shown = {0: "does not exist", 1: "stands for two instants"}

    def explain(row: int) -> str:
        local = datetime.fromtimestamp(int(written[row]), UTC)
        is_double = _is_shown_twice(int(written[row]), timezone)
        return f"the clocks of {timezone} change: {local:%Y-%m-%d %H:%M:%S} {shown[is_double]}"

    rejections.reject(rows, instants == _NO_INSTANT, explain)


def _local_to_utc(written: Times, timezone: str) -> Times:
    local = pl.Series(written * 1_000_000).cast(pl.Datetime("us"))
    instants = local.dt.replace_time_zone(timezone, ambiguous="null", non_existent="null").dt.epoch("s")
    return instants.fill_null(_NO_INSTANT).to_numpy()


def _is_shown_twice(written: int, timezone: str) -> bool:
    local = pl.Series([written * 1_000_000]).cast(pl.Datetime("us"))
    earliest = local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return earliest.null_count() == 0


def label_days(rows: Rows, interval: Interval, timezone: str) -> None:
    """1day and coarser: dates stay as they are written and become the label of their day, week or month.

    Instants take their date in the file's time zone, unless all of them are midnights, which are dates
    already. Raises ImportRefused when the rows are finer than the interval.
    """
    written = rows.seconds.copy()
    is_instant = rows.kinds == INSTANT
    if (rows.seconds[is_instant] % DAY_SECONDS != 0).any():
        instants = rows.seconds[is_instant] - rows.offsets[is_instant]
        rows.seconds[is_instant] = local_day_labels(instants, timezone)
    rows.seconds -= rows.seconds % DAY_SECONDS
    if interval is Interval.WEEK_1:
        rows.seconds = week_labels(rows.seconds)
    elif interval is Interval.MONTH_1:
        rows.seconds = month_labels(rows.seconds)
    distinct = np.unique(written)
    if len(distinct) >= max(_MIN_ROWS_TO_JUDGE, 2 * len(np.unique(rows.seconds))):
        raise _finer_than(interval, int(np.median(np.diff(distinct))))


def refuse_finer_rows(times: Times, interval: Interval) -> None:
    """Raise ImportRefused when times within the day, ascending, mostly stand closer than the interval."""
    if len(times) < _MIN_ROWS_TO_JUDGE:
        return
    spacing = int(np.median(np.diff(times)))
    if spacing < interval.seconds:
        raise _finer_than(interval, spacing)


def _finer_than(interval: Interval, spacing_seconds: int) -> ImportRefused:
    same = next((one for one in Interval if one.seconds == spacing_seconds), None)
    distance = f"{spacing_seconds:,} seconds" if same is None else str(same)
    return ImportRefused(
        "interval_mismatch",
        f"The rows stand {distance} apart, which is finer than {interval}. Import the file in its own "
        "interval; coarser ones are made from it.",
    )


def reject_unclosed(
    rows: Rows,
    interval: Interval,
    now: int,
    find_close: Callable[[int], int | None] | None,
    rejections: Rejections,
) -> None:
    """A bar whose end lies in the future is not closed. Where a calendar knows the close it counts, else the
    next bar's label.
    """
    recent = rows.seconds[rows.seconds > now - interval.seconds - 2 * DAY_SECONDS]
    ends: dict[int, int] = {}
    for time in np.unique(recent).tolist():
        end = next_label(time, interval)
        if time <= now < end and find_close is not None:
            end = find_close(time) or end
        if end > now:
            ends[time] = end
    if not ends:
        return
    times = rows.seconds
    rejections.reject(
        rows,
        np.isin(times, np.fromiter(ends, np.int64, len(ends))),
        lambda row: f"the bar is not closed yet: it ends at {show_time(ends[int(times[row])])}",
    )


def put_in_order(rows: Rows, rejections: Rejections) -> int:
    """Oldest first, each time once. Of rows with the same time the first in the file stands; one with other
    values is rejected, an exact repetition is not. Returns the number of repetitions.
    """
    steps = np.diff(rows.seconds)
    if (steps > 0).all():
        return 0
    if (steps < 0).all():
        rows.take(np.arange(len(rows))[::-1])
        return 0
    rows.take(np.argsort(rows.seconds, kind="stable"))
    is_first = np.concatenate(([True], np.diff(rows.seconds) > 0))
    leader = np.maximum.accumulate(np.where(is_first, np.arange(len(rows)), 0))
    again = np.flatnonzero(~is_first)
    if not len(again):
        return 0
    mine, first = rows.values[:, again], rows.values[:, leader[again]]
    repeats = again[((mine == first) | (np.isnan(mine) & np.isnan(first))).all(axis=0)]
    first_lines = rows.lines[leader]
    kept = np.ones(len(rows), dtype=bool)
    kept[repeats] = False
    rows.take(np.flatnonzero(kept))
    first_lines = first_lines[kept]
    rejections.reject(
        rows,
        ~is_first[kept],
        lambda row: f"its time stands in line {first_lines[row]} already, with other values",
    )
    return len(repeats)
