"""Bad rows: each is named by its line and reason, and the rest goes in."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.intervals import Interval
from app.market.csv_files.layout import understand_layout
from app.market.csv_files.numbers import read_numbers
from app.market.csv_files.reading import CsvReader, FileTerms
from tests.unit.market.builders import NOW, read_csv, reasons

HEADER = "Date,Open,High,Low,Close,Volume\n"
GOOD = "2019-01-01,10,12,9,11,100\n"

BAD_ROWS = {
    "rubbish": "date or time not understood: rubbish",
    "2019-02-30,10,12,9,11,100": "date or time not understood: 2019-02-30",
    ",10,12,9,11,100": "date or time is missing",
    "2019-01-02": "open is missing",
    "2019-01-02,10,12,9,,100": "close is missing",
    "2019-01-02,10,null,9,11,100": "high is missing",
    "2019-01-02,ten,12,9,11,100": "open is not a number: ten",
    "2019-01-02,1.2.3,12,9,11,100": "open is not a number: 1.2.3",
    "2019-01-02,10,12,9,0x1F,100": "close is not a number: 0x1F",
    "2019-01-02,NaN,12,9,11,100": "open is not finite: NaN",
    "2019-01-02,10,inf,9,11,100": "high is not finite: inf",
    "2019-01-02,10,1e999,9,11,100": "high is not finite: 1e999",
    "2019-01-02,10,12,0,11,100": "low must be above 0: 0",
    "2019-01-02,10,12,9,-11,100": "close must be above 0: -11",
    "2019-01-02,10,12,1e-297,11,100": "low: price out of range (1e-12 to 1e+15): 1e-297",
    "2019-01-02,10,1.1e15,9,11,100": "high: price out of range (1e-12 to 1e+15): 1.1e15",
    "2019-01-02,10,8,9,8.5,100": "high 8 is below low 9",
    "2019-01-02,10,12,9,11,-1": "volume is negative: -1",
    "2019-01-02,10,12,9,11,many": "volume is not a number: many",
    "2019-01-02,10,12,9,11,1e999": "volume is not finite: 1e999",
    "2019-01-02,10,12,9,11,1.1e18": "volume out of range (at most 1e+18): 1.1e18",
    "1066-10-14,10,12,9,11,100": "date or time not understood: 1066-10-14",
    "2019-01-01,10,12,9,11.5,100": "its time stands in line 2 already, with other values",
    "2026-11-20,10,12,9,11,100": "the bar is not closed yet: it ends at 2026-11-21T00:00:00Z",
    "2027-01-01,10,12,9,11,100": "the bar is not closed yet: it ends at 2027-01-02T00:00:00Z",
    ",,,,,": "date or time is missing",
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_bad_row_is_rejected_by_line_and_reason(row: str) -> None:
    read = read_csv(HEADER + GOOD + row + "\n2019-01-03,20,22,19,21,200\n")
    assert reasons(read) == {3: BAD_ROWS[row]}
    assert (read.rows_read, read.rejected, len(read.bars)) == (3, 1, 2)


def test_the_outermost_prices_and_volumes_are_taken() -> None:
    read = read_csv(HEADER + "2019-01-01,1e-12,1e15,1e-12,1e15,1e18\n")
    assert (read.rejected, len(read.bars)) == (0, 1)


def test_ten_bad_rows_among_a_thousand() -> None:
    dates = np.arange("2015-01-01", "2018-01-01", dtype="datetime64[D]")[:1000]
    rows = [f"{day},10,12,9,11,100" for day in dates]
    bad = dict(zip(range(7, 1000, 100), BAD_ROWS, strict=False))
    for number, row in bad.items():
        rows[number] = row
    read = read_csv(HEADER + "\n".join(rows) + "\n")
    assert reasons(read) == {number + 2: BAD_ROWS[row] for number, row in bad.items()}
    assert (read.rows_read, read.rejected, len(read.bars)) == (1000, 10, 990)


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    read = read_csv("a banner\n\n" + HEADER + "\n" + GOOD + "\n\nbad,1,1,1,1,1\n")
    assert reasons(read) == {8: "date or time not understood: bad"}
    assert read.rows_read == 2


@pytest.mark.parametrize("row", ["2019-01-01,x,12,9,11,100", "x,10,12,9,11,100"])
def test_without_a_header_a_bad_first_row_is_named(row: str) -> None:
    read = read_csv("Export of bars\n" + row + "\n2019-01-02,10,12,9,11,100\n")
    assert list(reasons(read)) == [2]
    assert (read.rows_read, len(read.bars)) == (2, 1)


def test_exact_repetitions_are_no_fault() -> None:
    read = read_csv(HEADER + GOOD + "2019-01-03,20,22,19,21,\n" + GOOD + "2019-01-03,20,22,19,21,\n" + GOOD)
    assert (read.rows_read, read.rejected, read.duplicates, len(read.bars)) == (5, 0, 3, 2)


def test_of_rows_with_one_time_the_first_in_the_file_stands() -> None:
    newest_first = "2019-01-03,5,6,4,5,1\n2019-01-02,1,2,1,1,1\n2019-01-02,1,2,1,2,1\n2019-01-01,1,2,1,1,1\n"
    read = read_csv(HEADER + newest_first)
    assert reasons(read) == {4: "its time stands in line 3 already, with other values"}
    assert read.bars.close.tolist() == [1.0, 1.0, 5.0]


def test_problems_are_kept_for_a_thousand_rows_and_counted_for_all() -> None:
    read = read_csv(HEADER + "bad,1,1,1,1,1\n" * 1_500 + GOOD + GOOD.replace("11", "11.5"), block_bytes=4_096)
    assert (read.rejected, len(read.problems)) == (1_501, 1_000)
    assert [problem.line for problem in read.problems] == list(range(2, 1_002))


def test_when_every_row_is_bad_there_are_no_bars() -> None:
    read = read_csv(HEADER + "bad,1,1,1,1,1\n2019-01-02,0,1,1,1,1\n")
    assert (len(read.bars), read.rejected, len(read.problems)) == (0, 2, 2)


def test_local_times_that_the_clocks_skip_or_repeat() -> None:
    rows = "2019-03-10 02:30,1,2,1,1\n2019-11-03 01:30,1,2,1,1\n2019-11-04 01:30,1,2,1,1\n"
    read = read_csv("Datetime,Open,High,Low,Close\n" + rows, Interval.HOUR_1, "America/New_York")
    assert reasons(read) == {
        2: "the clocks of America/New_York change: 2019-03-10 02:30:00 does not exist",
        3: "the clocks of America/New_York change: 2019-11-03 01:30:00 stands for two instants",
    }


def test_a_time_between_two_seconds() -> None:
    text = "time,open,high,low,close\n2019-01-02 09:00:00.000,1,2,1,1\n2019-01-02 10:00:00.250,1,2,1,1\n"
    assert reasons(read_csv(text, Interval.HOUR_1)) == {
        3: "time is not a whole second: 2019-01-02 10:00:00.250"
    }
    text = "time,open,high,low,close\n1546419600000,1,2,1,1\n1546423200250,1,2,1,1\n"
    assert reasons(read_csv(text, Interval.HOUR_1)) == {3: "time is not a whole second: 1546423200250"}


def test_a_date_that_does_not_fit_the_order_of_the_others() -> None:
    read = read_csv("Date,Open,High,Low,Close\n25/1/2019,1,2,1,1\n26/1/2019,1,2,1,1\n1/27/2019,1,2,1,1\n")
    assert reasons(read) == {4: "the date is not in the order dmy of the others"}


@pytest.mark.parametrize(
    ("interval", "time", "closed"),
    [
        (Interval.HOUR_1, "2026-11-20 10:00", True),
        (Interval.HOUR_1, "2026-11-20 11:00", True),
        (Interval.HOUR_1, "2026-11-20 11:01", False),
        (Interval.DAY_1, "2026-11-19", True),
        (Interval.WEEK_1, "2026-11-09", True),
        (Interval.WEEK_1, "2026-11-16", False),
        (Interval.MONTH_1, "2026-10-01", True),
        (Interval.MONTH_1, "2026-11-01", False),
    ],
)
def test_a_bar_whose_end_lies_in_the_future_is_not_closed(
    interval: Interval, time: str, closed: bool
) -> None:
    read = read_csv(f"Date,Open,High,Low,Close\n2019-01-02 00:00,1,2,1,1\n{time},1,2,1,1\n", interval)
    assert read.rejected == (0 if closed else 1)


@pytest.mark.parametrize(("close_hour", "closed"), [(11, True), (13, False)])
def test_the_calendars_close_counts_where_it_is_known(close_hour: int, closed: bool) -> None:
    close = int(datetime(2026, 11, 20, close_hour, tzinfo=UTC).timestamp())
    reader = CsvReader(FileTerms(Interval.DAY_1, "UTC", NOW, find_close=lambda _time: close))
    reader.feed(f"{HEADER}{GOOD}2026-11-20,10,12,9,11,100\n".encode())
    assert reader.finish().rejected == (0 if closed else 1)


def test_what_is_shown_again_is_short_and_printable() -> None:
    (problem,) = read_csv(HEADER + GOOD + "\x00\x1b[31m" + "x" * 500 + ",1,1,1,1,1\n").problems
    assert len(problem.reason) < 100
    assert problem.reason.isprintable()


@given(st.floats(1e-8, 1e12))
def test_numbers_are_read_to_the_last_bit(value: float) -> None:
    layout = understand_layout("Date,Open,High,Low,Close\n2019-01-02,1,1,1,1\n")
    cells = pl.Series([repr(value), f"{value:.4f}", f" {value:,.3f} ", f"{value:e}"])
    expected = [value, float(f"{value:.4f}"), float(f"{value:.3f}"), float(f"{value:e}")]
    assert read_numbers(cells, layout).tolist() == expected


@given(st.text(max_size=12))
def test_any_cell_is_a_number_or_is_not(cell: str) -> None:
    layout = understand_layout("Date,Open,High,Low,Close\n2019-01-02,1,1,1,1\n")
    (value,) = read_numbers(pl.Series([cell]), layout).tolist()
    assert math.isnan(value) or any(char.isdigit() for char in cell) or "inf" in cell.lower()
