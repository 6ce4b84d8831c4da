"""The form in which bars are stored: pages of packed columns, and how new bars are merged into them. Pure.

A page holds up to 1,000 bars. Its bytes are six little-endian columns, one after the other: time as int64,
then open, high, low, close and volume as float64. Pages of a series are disjoint in time; bars are unique and
ascending.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.errors import FlowrexError
from app.engine.bars import Bars, Times, Truth
from app.engine.intervals import Interval
from app.market.columns import make_bars

MAX_BARS_PER_PAGE = 1_000
BYTES_PER_BAR = 48
_FLOAT_COLUMNS = 5
_DAMAGED = (
    "A page of stored bars does not match its checksum. Delete the instrument and import its files again."
)
_TIME = np.dtype("<i8")
_FLOAT = np.dtype("<f8")


class PageDamaged(FlowrexError):
    """A stored page does not match its checksum: the disk or a hand changed it."""

    status, code, title = 500, "page_damaged", "Stored bars are damaged"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is stored."""

    first_time: int
    last_time: int
    bar_count: int
    checksum: int
    columns: bytes


@dataclass(frozen=True, slots=True)
class PageHead:
    """What is known of a stored page without reading its columns."""

    first_time: int
    last_time: int
    bar_count: int


@dataclass(frozen=True, slots=True)
class Slot:
    """New bars `start` to `stop` and the stored page they belong to; None: they make pages of their own."""

    page: int | None
    start: int
    stop: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """A slot's bars after the merge, and what became of the new ones."""

    bars: Bars
    inserted: int
    updated: int
    unchanged: int

    @property
    def is_changed(self) -> bool:
        """False when every new bar stood there already: nothing needs writing."""
        return self.inserted > 0 or self.updated > 0


def encode_page(bars: Bars) -> Page:
    """Pack 1 to 1,000 ascending bars."""
    if not 1 <= len(bars) <= MAX_BARS_PER_PAGE:
        raise ValueError(f"a page holds 1 to {MAX_BARS_PER_PAGE} bars, not {len(bars)}")
    parts = [bars.time.astype(_TIME, copy=False).tobytes()]
    parts += [column.astype(_FLOAT, copy=False).tobytes() for column in bars.columns()]
    columns = b"".join(parts)
    return Page(int(bars.time[0]), int(bars.time[-1]), len(bars), zlib.crc32(columns), columns)


def encode_pages(bars: Bars, *, is_last: bool) -> Iterator[Page]:
    """Pack any number of ascending bars, one page at a time."""
    start = 0
    for count in _cut(len(bars), is_last=is_last):
        yield encode_page(bars.slice(start, start + count))
        start += count


def decode_pages(
    pages: Sequence[tuple[int, int, bytes]], interval: Interval = Interval.DAY_1, timezone: str = "UTC"
) -> Bars:
    """Unpack (bar_count, checksum, columns) of pages in ascending order into one block of columns.

    Raises PageDamaged when a page's bytes do not match its count or checksum.
    """
    total = sum(count for count, _checksum, _columns in pages)
    time = np.empty(total, dtype=np.int64)
    values = np.empty((_FLOAT_COLUMNS, total), dtype=np.float64)
    at = 0
    for count, checksum, columns in pages:
        if len(columns) != count * BYTES_PER_BAR or zlib.crc32(columns) != checksum:
            raise PageDamaged(_DAMAGED)
        time[at : at + count] = np.frombuffer(columns, _TIME, count)
        stored = np.frombuffer(columns, _FLOAT, _FLOAT_COLUMNS * count, offset=count * _TIME.itemsize)
        values[:, at : at + count] = stored.reshape(_FLOAT_COLUMNS, count)
        at += count
    return make_bars(time, list(values), interval, timezone)


def plan_merge(heads: Sequence[PageHead], times: Times) -> list[Slot]:
    """Assign new bars, ascending, to the stored pages (ascending) that must take them.

    A bar goes to the page that begins at or before it, else to the first. What lies behind a full last page
    makes pages of its own, so that a growing series never rewrites what is complete.
    """
    if len(times) == 0:
        return []
    if not heads:
        return [Slot(None, 0, len(times), is_last=True)]
    firsts = np.fromiter((head.first_time for head in heads), np.int64, len(heads))
    owners = np.maximum(np.searchsorted(firsts, times, side="right") - 1, 0)
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    stops = np.append(starts[1:], len(times))
    slots = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        page = int(owners[start])
        is_last = page == len(heads) - 1
        head = heads[page]
        appends = is_last and head.bar_count == MAX_BARS_PER_PAGE and int(times[start]) > head.last_time
        slots.append(Slot(None if appends else page, start, stop, is_last))
    return slots


def merge_bars(stored: Bars | None, new: Bars) -> Merged:
    """Put `new` into `stored`, both ascending and unique; where both have a time, the new bar wins.

    A NaN volume equals a NaN volume.
    """
    if stored is None or len(stored) == 0:
        return Merged(new, len(new), 0, 0)
    at = np.searchsorted(stored.time, new.time)
    inside = np.minimum(at, len(stored) - 1)
    known = stored.time[inside] == new.time
    same = known & _rows_equal(stored, inside, new)
    inserted = int(np.count_nonzero(~known))
    unchanged = int(np.count_nonzero(same))
    updated = len(new) - inserted - unchanged
    if not inserted and not updated:
        return Merged(stored, 0, 0, unchanged)
    kept = np.ones(len(stored), dtype=bool)
    kept[inside[known]] = False
    time = np.concatenate((stored.time[kept], new.time))
    order = np.argsort(time, kind="stable")
    columns = [
        np.concatenate((old[kept], fresh))[order]
        for old, fresh in zip(stored.columns(), new.columns(), strict=True)
    ]
    return Merged(make_bars(time[order], columns, new.interval, new.timezone), inserted, updated, unchanged)


def _rows_equal(stored: Bars, rows: NDArray[np.intp], new: Bars) -> Truth:
    equal = np.ones(len(new), dtype=bool)
    for old, fresh in zip(stored.columns(), new.columns(), strict=True):
        picked = old[rows]
        equal &= (picked == fresh) | (np.isnan(picked) & np.isnan(fresh))
    return equal


def _cut(count: int, *, is_last: bool) -> list[int]:
    """Page sizes for `count` bars. The end of a series fills its pages, since it grows; a page in the middle
    that overflows is halved, so that further bars find room and no page becomes tiny.
    """
    if count <= MAX_BARS_PER_PAGE:
        return [count] if count else []
    if is_last:
        full, rest = divmod(count, MAX_BARS_PER_PAGE)
        return [MAX_BARS_PER_PAGE] * full + ([rest] if rest else [])
    parts = -(-count // MAX_BARS_PER_PAGE)
    small, larger = divmod(count, parts)
    return [small + 1] * larger + [small] * (parts - larger)
