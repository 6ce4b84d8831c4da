"""Pages: what goes in comes out, and any sequence of merges is a dictionary of bars by time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.columns import make_bars
from app.market.pages import (
    BYTES_PER_BAR,
    MAX_BARS_PER_PAGE,
    Page,
    PageDamaged,
    PageHead,
    decode_pages,
    encode_page,
    encode_pages,
    merge_bars,
    plan_merge,
)
from tests.unit.market.builders import assert_same_bars, bars_at


def stored(*pages: Page) -> list[tuple[int, int, bytes]]:
    return [(page.bar_count, page.checksum, page.columns) for page in pages]


def test_a_page_is_packed_little_endian_column_after_column() -> None:
    bars = make_bars(
        np.array([60, 120]), [np.array([float(n), n + 0.5]) for n in range(1, 6)], Interval.MIN_1, "UTC"
    )
    page = encode_page(bars)
    assert (page.first_time, page.last_time, page.bar_count) == (60, 120, 2)
    assert len(page.columns) == 2 * BYTES_PER_BAR
    assert page.columns[:16] == (60).to_bytes(8, "little") + (120).to_bytes(8, "little")
    assert np.frombuffer(page.columns[16:], "<f8").tolist() == [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5]


@given(st.integers(1, 3_500))
@settings(max_examples=30)
def test_decoding_gives_back_what_was_encoded(count: int) -> None:
    bars = bars_at(range(0, count * 60, 60), Interval.MIN_1)
    pages = list(encode_pages(bars, is_last=True))
    assert all(page.bar_count == MAX_BARS_PER_PAGE for page in pages[:-1])
    assert_same_bars(decode_pages(stored(*pages), Interval.MIN_1), bars)


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_page_holds_one_to_a_thousand_bars(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        encode_page(bars_at(range(count)))


@pytest.mark.parametrize("byte", [0, 20, 47])
def test_a_flipped_bit_is_noticed(byte: int) -> None:
    page = encode_page(bars_at([60]))
    broken = bytearray(page.columns)
    broken[byte] ^= 1
    with pytest.raises(PageDamaged):
        decode_pages([(1, page.checksum, bytes(broken))])


def test_a_short_page_is_noticed() -> None:
    page = encode_page(bars_at([60, 120]))
    with pytest.raises(PageDamaged):
        decode_pages([(3, page.checksum, page.columns)])


class PagedSeries:
    """A series as the store keeps it, without the database."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.counts = {"inserted": 0, "updated": 0, "unchanged": 0}

    def merge(self, bars: Bars) -> set[int]:
        """Merge; the first times of the stored pages that were read."""
        heads = [PageHead(page.first_time, page.last_time, page.bar_count) for page in self.pages]
        touched: set[int] = set()
        kept = list(self.pages)
        for slot in plan_merge(heads, bars.time):
            old = None
            if slot.page is not None:
                touched.add(heads[slot.page].first_time)
                old = decode_pages(stored(self.pages[slot.page]), bars.interval)
            merged = merge_bars(old, bars.slice(slot.start, slot.stop))
            for name in self.counts:
                self.counts[name] += getattr(merged, name)
            if merged.is_changed:
                if slot.page is not None:
                    kept.remove(self.pages[slot.page])
                kept.extend(encode_pages(merged.bars, is_last=slot.is_last))
        self.pages = sorted(kept, key=lambda page: page.first_time)
        return touched


merges = st.lists(
    st.tuples(
        st.integers(0, 6_000),  # first time
        st.integers(1, 2_500),  # bars
        st.sampled_from([1, 1, 2, 7]),  # step
        st.integers(0, 2),  # which of three sets of prices
        st.booleans(),  # without volume
    ),
    min_size=1,
    max_size=8,
)


@given(merges)
@settings(max_examples=60, deadline=None)
def test_any_sequence_of_merges_is_a_dictionary_of_bars(
    sequence: list[tuple[int, int, int, int, bool]],
) -> None:
    series = PagedSeries()
    expected: dict[int, tuple[object, ...]] = {}
    counts = {"inserted": 0, "updated": 0, "unchanged": 0}
    for first, count, step, prices, without_volume in sequence:
        times = range(first, first + count * step, step)
        columns = [np.array([1.0 + prices + (time + column) % 3 for time in times]) for column in range(5)]
        if without_volume:
            columns[4] = np.full(count, np.nan)
        bars = make_bars(np.array(times), columns, Interval.MIN_1, "UTC")
        series.merge(bars)
        for time, *row in zip(times, *(column.tolist() for column in columns), strict=True):
            bar = tuple("none" if value != value else value for value in row)
            known = expected.get(time)
            counts["inserted" if known is None else "unchanged" if known == bar else "updated"] += 1
            expected[time] = bar

    assert series.counts == counts
    assert all(1 <= page.bar_count <= MAX_BARS_PER_PAGE for page in series.pages)
    assert all(
        one.last_time < next_.first_time for one, next_ in zip(series.pages, series.pages[1:], strict=False)
    )
    read = decode_pages(stored(*series.pages), Interval.MIN_1)
    assert read.time.tolist() == sorted(expected)
    rows = zip(*(column.tolist() for column in read.columns()), strict=True)
    found = [tuple("none" if value != value else value for value in row) for row in rows]
    assert found == [expected[time] for time in sorted(expected)]


def test_only_the_pages_that_new_bars_belong_to_are_read() -> None:
    series = PagedSeries()
    series.merge(bars_at(range(0, 10_000, 2)))
    firsts = [page.first_time for page in series.pages]
    assert series.merge(bars_at([4_001])) == {firsts[2]}
    assert series.merge(bars_at([1, 9_997])) == {firsts[0], firsts[4]}


def test_bars_behind_a_full_last_page_leave_it_alone() -> None:
    series = PagedSeries()
    series.merge(bars_at(range(1_000)))
    assert series.merge(bars_at([1_000, 1_001])) == set()
    assert [page.bar_count for page in series.pages] == [1_000, 2]


def test_a_last_page_that_has_room_is_filled() -> None:
    series = PagedSeries()
    series.merge(bars_at(range(900)))
    assert series.merge(bars_at(range(900, 1_050))) == {0}
    assert [page.bar_count for page in series.pages] == [1_000, 50]


def test_a_page_in_the_middle_that_overflows_is_halved() -> None:
    series = PagedSeries()
    series.merge(bars_at(range(0, 4_000, 2)))
    series.merge(bars_at([1]))
    assert [page.bar_count for page in series.pages] == [501, 500, 1_000]


def test_merging_the_same_bars_again_changes_nothing() -> None:
    bars = bars_at(range(2_500))
    bars = dataclasses.replace(bars, volume=np.full(2_500, np.nan))
    series = PagedSeries()
    series.merge(bars)
    before = list(series.pages)
    series.merge(bars)
    assert series.pages == before
    assert series.counts == {"inserted": 2_500, "updated": 0, "unchanged": 2_500}
