"""Where the next thing happens: compiled searches through flags and prices. Each answers `stop` for never.

Flags are read eight at a time, as one 64-bit word: while nothing happens, a bar costs an eighth of a look.
"""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.layout import Flags, Floats, Words

LANES = 8
NO_FLAG, ONE, EVERY_FLAG = np.uint64(0), np.uint64(1), np.uint64(0xFFFF_FFFF_FFFF_FFFF)
PLACES, TOP_BYTE = np.uint64(0x0001_0203_0405_0607), np.uint64(56)
"""A word with the k-th flag alone, times PLACES, has k in its top byte (little-endian)."""


@compile_loop
def view_words(flags: Flags) -> Words:
    """The flags as 64-bit words, eight flags each; those behind the last whole word are left out."""
    return flags[: len(flags) // LANES * LANES].view(np.uint64)


@compile_loop
def gather_entries(enter_long: Flags, enter_short: Flags) -> Words:
    """Flags, as words, of the bars that enter one side (both together are none), the last bar left out."""
    n = len(enter_long)
    entries = np.zeros(n // LANES + 1, dtype=np.uint64)
    long_words, short_words = view_words(enter_long), view_words(enter_short)
    for word in range(len(long_words)):
        entries[word] = long_words[word] ^ short_words[word]
    flags = entries.view(np.bool_)
    for i in range(len(long_words) * LANES, n):
        flags[i] = enter_long[i] != enter_short[i]
    flags[n - 1] = False
    return entries


@compile_loop
def gather_departures(leaves: Flags, opposes: Flags, agrees: Flags) -> Words:
    """Flags, as words, of the bars that leave a position: its own exit, or an entry against it alone.

    The last bar is left out.
    """
    n = len(leaves)
    departures = np.zeros(n // LANES + 1, dtype=np.uint64)
    leave_words, oppose_words, agree_words = view_words(leaves), view_words(opposes), view_words(agrees)
    for word in range(len(leave_words)):
        departures[word] = leave_words[word] | (oppose_words[word] & ~agree_words[word])
    flags = departures.view(np.bool_)
    for i in range(len(leave_words) * LANES, n):
        flags[i] = leaves[i] or (opposes[i] and not agrees[i])
    flags[n - 1] = False
    return departures


@compile_loop
def find_flag(words: Words, start: int, stop: int) -> int:
    """The first flag at `start` or after it; `stop`, which lies behind every flag, when there is none."""
    word = start // LANES
    if word >= len(words):
        return stop
    found = words[word] & (EVERY_FLAG << np.uint64(8 * (start % LANES)))
    while found == NO_FLAG:
        word += 1
        if word >= len(words):
            return stop
        found = words[word]
    lowest = found & (~found + ONE)
    return word * LANES + int((lowest * PLACES) >> TOP_BYTE)


@compile_loop
def find_touch(
    low_reach: Floats, high_reach: Floats, lower: float, upper: float, start: int, stop: int
) -> int:
    """The first bar in [start, stop) that reaches down to `lower` or up to `upper`."""
    lows, highs = low_reach[start:stop], high_reach[start:stop]
    count = len(lows)
    i = 0
    while i + LANES <= count:
        low_lanes, high_lanes = lows[i : i + LANES], highs[i : i + LANES]
        touched = False
        for lane in range(LANES):
            touched |= (low_lanes[lane] <= lower) | (high_lanes[lane] >= upper)
        if touched:
            break
        i += LANES
    while i < count and lows[i] > lower and highs[i] < upper:
        i += 1
    return start + i


@compile_loop
def mark_equity(equity: Floats, close: Floats, base: float, units: float, start: int, stop: int) -> int:
    """Write base + units · close for the bars in [start, stop); the first at 0 or below, or `stop`."""
    # Cut out first: a place that cannot be negative needs no check, and the loop runs several bars at once.
    marks, prices = equity[start:stop], close[start:stop]
    ruined = False
    for i in range(len(marks)):
        marked = base + units * prices[i]
        marks[i] = marked
        ruined |= marked <= 0.0
    if ruined:
        for i in range(len(marks)):
            if marks[i] <= 0.0:
                return start + i
    return stop


@compile_loop
def mark_cash(equity: Floats, cash: float, start: int, stop: int) -> None:
    """Write the cash as the equity of the bars in [start, stop)."""
    marks = equity[start:stop]
    for i in range(len(marks)):
        marks[i] = cash


@compile_loop
def find_extremes(low: Floats, high: Floats, start: int, stop: int, price: float) -> tuple[float, float]:
    """(the least of `price` and the lows, the greatest of it and the highs) in [start, stop), without NaN.

    Four bars at a time; the last four may be looked at twice, which changes neither.
    """
    if stop - start < 4:
        fell = rose = price
        for i in range(start, stop):
            fell = min(low[i], fell)
            rose = max(high[i], rose)
        return fell, rose
    low_a = low_b = low_c = low_d = price
    high_a = high_b = high_c = high_d = price
    i = start
    while i < stop:
        first = min(i, stop - 4)
        lows, highs = low[first : first + 4], high[first : first + 4]
        low_a, low_b = min(lows[0], low_a), min(lows[1], low_b)
        low_c, low_d = min(lows[2], low_c), min(lows[3], low_d)
        high_a, high_b = max(highs[0], high_a), max(highs[1], high_b)
        high_c, high_d = max(highs[2], high_c), max(highs[3], high_d)
        i += 4
    return min(min(low_a, low_b), min(low_c, low_d)), max(max(high_a, high_b), max(high_c, high_d))
