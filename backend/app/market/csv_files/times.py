"""Cells to times, a column at a time: many ways to write a date, decided by what the cells allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.engine.bars import Times, Truth
from app.market.csv_files.numbers import QUOTED_DELIMITER

# What a cell turned out to be: nothing readable, a date, a local time, an instant (with a zone, or seconds
# since 1970), or an instant between two seconds.
UNREADABLE, DATE, WALL, INSTANT, NOT_A_WHOLE_SECOND = range(5)
NO_TIME = np.iinfo(np.int64).min
# 1800-01-01 and 2200-01-01: a time outside is a typing error or a wrong format.
_EARLIEST, _LATEST = -5_364_662_400, 7_258_118_400

_SAMPLE_ROWS = 256
_FEW_ROWS = 5_000
_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
_PLAIN_DAYS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%B %d, %Y",
    "%B %d %Y",
    "%d %B %Y",
    "%d-%B-%Y",
    "%d %B %y",
    "%d-%B-%y",
)
_ISO_WITH_T = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")
_DIGITS_ONLY = {"%Y%m%d": 8, "%Y%m%d%H%M%S": 14, "%Y%m%d%H%M": 12}
# Day or month could come first. With dots the day does, unless the person says otherwise.
_OPEN_DAYS = ("{}/{}/%Y", "{}/{}/%y", "{}-{}-%Y", "{}-{}-%y")
_DOTTED_DAYS = ("{}.{}.%Y", "{}.{}.%y")
_MONTH_FIRST, _DAY_FIRST = ("%m", "%d"), ("%d", "%m")

_EPOCH = r"^\d{9,19}(?:\.0*)?$"
# Seconds until the year 5138, then milli-, micro- and nanoseconds, by the number's size.
_EPOCH_UNITS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (2**63, 10**9))
_CLOCK = r"\d:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_WITH_ZONE = rf"(?i)^(.*{_CLOCK})\s*(?:(z|utc|gmt)|([+-])(\d{{2}}):?(\d{{2}})?)$"
_WITH_FRACTION = r"(:\d{2}:\d{2})[.,](\d+)"
_REWRITES = (
    (r"\s+", " "),
    (r"^(\d[\d./-]*)[Tt](\d)", "$1 $2"),
    (r"(\d), (\d{1,2}:)", "$1 $2"),
    (r" (\d{1,2})-([AaPp][Mm])$", " $1:00 $2"),  # 2019-10-17 09-AM
    (r"(\d) ?([AaPp])\.?[Mm]\.?$", "$1 ${2}M"),
    (r"^(\d[\d./-]*) (\d{2})(\d{2})(\d{2})$", "$1 $2:$3:$4"),
    (r"^(\d[\d./-]*) (\d{2})(\d{2})$", "$1 $2:$3"),
)


@dataclass(slots=True)
class TimeColumn:
    """The times of a block of rows.

    `seconds`: as written, as if that were UTC. `kinds`: one of this module's constants per row. `offsets`:
    what must be taken off `seconds` to get the instant. `is_open` marks rows in which day or month could come
    first:
    `seconds` then holds the reading with the month first and `day_first` the other, NO_TIME where impossible.
    """

    seconds: Times
    kinds: NDArray[np.uint8]
    offsets: Times | None = None
    day_first: Times | None = None
    is_open: Truth | None = None


@dataclass(frozen=True, slots=True)
class _Format:
    text: str
    kind: int
    length: int | None = None
    day_first: str | None = None

    def read(self, texts: pl.Series) -> Times:
        """Seconds, NO_TIME where the format does not fit."""
        return self._read_as(self.text, texts)

    def read_day_first(self, texts: pl.Series) -> Times | None:
        """The same with the day first, where that is open."""
        return None if self.day_first is None else self._read_as(self.day_first, texts)

    def _read_as(self, text: str, texts: pl.Series) -> Times:
        parsed = texts.str.to_datetime(text, strict=False, time_unit="us")
        seconds: Times = parsed.dt.epoch("s").fill_null(NO_TIME).to_numpy(writable=True)
        if self.length is not None:
            seconds[(texts.str.len_bytes() != self.length).fill_null(True).to_numpy()] = NO_TIME
        seconds[(seconds < _EARLIEST) | (seconds >= _LATEST)] = NO_TIME
        return seconds

    def count_hits(self, sample: pl.Series) -> int:
        """How many cells it reads, either way."""
        hit = self.read(sample) != NO_TIME
        other = self.read_day_first(sample)
        return int(np.count_nonzero(hit if other is None else hit | (other != NO_TIME)))


def _list_formats(order: str | None) -> Iterator[_Format]:
    def with_clocks(day: str, day_first: str | None = None) -> Iterator[_Format]:
        for clock in _CLOCKS:
            length = None if clock else _DIGITS_ONLY.get(day)
            other = None if day_first is None else day_first + clock
            yield _Format(day + clock, WALL if clock else DATE, length, other)

    yield from with_clocks(_PLAIN_DAYS[0])
    for text in _ISO_WITH_T:
        yield _Format(text, WALL)
    for day in _PLAIN_DAYS[1:]:
        yield from with_clocks(day)
    for text, length in _DIGITS_ONLY.items():
        if "%H" in text:
            yield _Format(text, WALL, length)
    is_decided = order in {"mdy", "dmy"}
    first = _DAY_FIRST if order == "dmy" else _MONTH_FIRST
    for pattern in _OPEN_DAYS:
        yield from with_clocks(pattern.format(*first), None if is_decided else pattern.format(*_DAY_FIRST))
    for pattern in _DOTTED_DAYS:
        yield from with_clocks(pattern.format(*(_MONTH_FIRST if order == "mdy" else _DAY_FIRST)))


class TimeReader:
    """Reads the time cells of one file, block by block, and remembers which formats fitted.

    `order`: `mdy` or `dmy` when the person said which, else None.
    """

    def __init__(self, order: str | None, delimiter: str) -> None:
        self._formats = list(_list_formats(order))
        self._delimiter = delimiter
        self._known: list[_Format] = []
        self.uses_epoch = False

    def name_formats(self, order: str | None) -> list[str]:
        """The formats that fitted so far, under the decided order of day and month."""
        names = [one.day_first if one.day_first and order == "dmy" else one.text for one in self._known]
        return [*names, "epoch"] if self.uses_epoch else names

    def read(self, cells: pl.Series) -> TimeColumn:
        """The times of a block's cells."""
        count = len(cells)
        column = TimeColumn(np.full(count, NO_TIME), np.zeros(count, dtype=np.uint8))
        rest = self._read_formatted(column, cells, cells.is_not_null().arg_true().to_numpy(), try_hard=False)
        if len(rest):
            rest = self._read_epochs(column, cells, rest)
        if len(rest):
            self._read_rewritten(column, cells, rest)
        return column

    def _read_formatted(
        self, column: TimeColumn, cells: pl.Series, rows: NDArray[np.intp], *, try_hard: bool
    ) -> NDArray[np.intp]:
        """Apply the best fitting format to what is left, again and again. Returns the rows that fit none."""
        while len(rows):
            texts = cells.gather(rows)
            best = self._choose(texts)
            if best is None:
                break
            rows = self._apply(best, column, texts, rows)
        if try_hard and len(rows) <= _FEW_ROWS:
            for one in self._formats:
                if not len(rows):
                    break
                rows = self._apply(one, column, cells.gather(rows), rows)
        return rows

    def _choose(self, texts: pl.Series) -> _Format | None:
        sample = texts.gather_every(max(1, len(texts) // _SAMPLE_ROWS)).head(_SAMPLE_ROWS)
        for one in self._known:
            if one.count_hits(sample) == len(sample):
                return one
        hits = [(one.count_hits(sample), one) for one in self._formats]
        count, best = max(hits, key=lambda pair: pair[0])
        return best if count else None

    def _apply(
        self, one: _Format, column: TimeColumn, texts: pl.Series, rows: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        seconds, day_first = one.read(texts), one.read_day_first(texts)
        hit = seconds != NO_TIME
        if day_first is not None:
            hit |= day_first != NO_TIME
        if not hit.any():
            return rows
        if one not in self._known:
            self._known.append(one)
        found = rows[hit]
        column.seconds[found] = seconds[hit]
        column.kinds[found] = one.kind
        if day_first is not None:
            if column.day_first is None or column.is_open is None:
                column.day_first = np.full(len(column.seconds), NO_TIME)
                column.is_open = np.zeros(len(column.seconds), dtype=bool)
            column.day_first[found] = day_first[hit]
            column.is_open[found] = True
        left: NDArray[np.intp] = rows[~hit]
        return left

    def _read_epochs(self, column: TimeColumn, cells: pl.Series, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        texts = cells.gather(rows).str.strip_chars()
        fits = texts.str.contains(_EPOCH).fill_null(False)
        found: NDArray[np.intp] = rows[fits.to_numpy()]
        left: NDArray[np.intp] = rows[~fits.to_numpy()]
        if not len(found):
            return left
        self.uses_epoch = True
        numbers = texts.filter(fits).str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)
        values = numbers.fill_null(0).to_numpy()
        limits = [limit for limit, _unit in _EPOCH_UNITS[:-1]]
        units = np.array([unit for _limit, unit in _EPOCH_UNITS])[
            np.searchsorted(limits, values, side="right")
        ]
        seconds = values // units
        readable = (seconds >= _EARLIEST) & (seconds < _LATEST) & (values > 0)
        whole = values % units == 0
        column.seconds[found] = seconds
        column.kinds[found] = np.where(readable, np.where(whole, INSTANT, NOT_A_WHOLE_SECOND), UNREADABLE)
        return left

    def _read_rewritten(self, column: TimeColumn, cells: pl.Series, rows: NDArray[np.intp]) -> None:
        """What no format took: put blanks, zones, fractions and the like aside and try once more."""
        texts = cells.gather(rows).str.replace_all(QUOTED_DELIMITER, self._delimiter, literal=True)
        texts = texts.str.strip_chars("\"' \t\r\u00a0")
        zones = texts.str.extract_groups(_WITH_ZONE).struct.unnest()
        zoned = zones["1"].is_not_null()
        texts = pl.select(pl.coalesce(zones["1"], texts)).to_series()
        fraction = texts.str.extract(_WITH_FRACTION, 2).str.contains("[1-9]").fill_null(False)
        texts = texts.str.replace(_WITH_FRACTION, "$1")
        for pattern, replacement in _REWRITES:
            texts = texts.str.replace_all(pattern, replacement)
        scattered = pl.select(pl.lit(None, dtype=pl.String).repeat_by(len(cells)).explode()).to_series()
        scattered = scattered.scatter(rows, texts)
        self._read_formatted(column, scattered, rows, try_hard=True)
        read = column.kinds[rows] != UNREADABLE
        zoned_rows = rows[zoned.to_numpy() & read]
        if len(zoned_rows):
            hours = (
                zones["4"].cast(pl.Int64).fill_null(0) * 3600 + zones["5"].cast(pl.Int64).fill_null(0) * 60
            )
            signed = (hours.to_numpy() * np.where((zones["3"] == "-").fill_null(False), -1, 1)).astype(
                np.int64
            )
            if column.offsets is None:
                column.offsets = np.zeros(len(column.seconds), dtype=np.int64)
            column.offsets[rows] = np.where(zoned.to_numpy(), signed, 0)
            column.kinds[zoned_rows] = INSTANT
        column.kinds[rows[fraction.to_numpy() & read]] = NOT_A_WHOLE_SECOND


def decide_day_order(columns: list[TimeColumn]) -> str | None:
    """`mdy` or `dmy` over all blocks of a file; None when there is nothing to decide, `?` when it cannot be.

    The order that makes sense of more rows is the right one; a row that it does not fit is a bad row.
    """
    month_first = day_first = differing = open_rows = 0
    for column in columns:
        if column.is_open is None or column.day_first is None:
            continue
        one, other = column.seconds[column.is_open], column.day_first[column.is_open]
        open_rows += len(one)
        month_first += int(np.count_nonzero(one != NO_TIME))
        day_first += int(np.count_nonzero(other != NO_TIME))
        differing += int(np.count_nonzero(one != other))
    if not open_rows:
        return None
    if month_first != day_first:
        return "mdy" if month_first > day_first else "dmy"
    return "?" if differing else "mdy"


def settle_day_order(column: TimeColumn, order: str) -> None:
    """Fill in the open rows of a block under a decided order."""
    if column.is_open is None or column.day_first is None:
        return
    if order == "dmy":
        column.seconds[column.is_open] = column.day_first[column.is_open]
    column.kinds[column.is_open & (column.seconds == NO_TIME)] = UNREADABLE
    column.day_first = column.is_open = None
