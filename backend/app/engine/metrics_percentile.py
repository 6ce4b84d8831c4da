"""A percentile without sorting: a histogram finds where it lies, and only what lies there is looked at."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.compiled import compile_loop

BINS = 256
TABLES = 4  # counted in turn, so that equal neighbours need not wait for each other
_SPAN_OF_SPREADS = 3.0
_BLOCK = 64


@compile_loop
def find_percentile(
    values: Column,
    percent: float,
    spread: float,
    keys: NDArray[np.uint8],
    tables: NDArray[np.int32],
    near: Column,
) -> float:
    """The percentile of `values` (one at least, none NaN), linearly interpolated as NumPy does.

    `spread`: about the distance from 0 at which values become rare, such as the downside deviation; the
    result does not depend on it, the time does. Scratch: `keys` and `near`, shape (n or more,); `tables`,
    (4, 256).
    """
    count = len(values)
    position = percent / 100.0 * (count - 1)
    lower_rank = math.floor(position)
    share = position - lower_rank
    upper_rank = min(lower_rank + 1, count - 1)
    negative = 0
    zero = 0
    for i in range(count):
        negative += values[i] < 0.0
        zero += values[i] == 0.0
    if negative <= lower_rank and upper_rank < negative + zero:
        return 0.0  # nothing happened on most bars
    low = -_SPAN_OF_SPREADS * spread
    high = 0.0 if upper_rank < negative else -low
    if not 0.0 < high - low < np.inf:
        low, high = -1.0, 1.0
    own_keys = keys[:count]
    _write_keys(values, low, BINS / (high - low), own_keys)
    _count_keys(own_keys, tables)
    lower_bin, before = _find_bin(tables, lower_rank)
    upper_bin, _ = _find_bin(tables, upper_rank)
    found = _collect(values, own_keys, lower_bin, upper_bin, near)
    lower = select_rank(near[:found], lower_rank - before)
    upper = select_rank(near[:found], upper_rank - before)
    gap = upper - lower
    # As numpy.percentile interpolates: from the nearer end.
    return upper - gap * (1.0 - share) if share >= 0.5 else lower + gap * share


@compile_loop
def _write_keys(values: Column, low: float, scale: float, keys: NDArray[np.uint8]) -> None:
    last = BINS - 1.0
    for i in range(len(values)):
        place = (values[i] - low) * scale
        place = place if place > 0.0 else 0.0
        place = place if place < last else last
        keys[i] = np.uint8(np.int32(place))


@compile_loop
def _count_keys(keys: NDArray[np.uint8], tables: NDArray[np.int32]) -> None:
    tables[:, :] = 0
    whole = len(keys) // TABLES * TABLES
    for i in range(0, whole, TABLES):
        tables[0, keys[i]] += 1
        tables[1, keys[i + 1]] += 1
        tables[2, keys[i + 2]] += 1
        tables[3, keys[i + 3]] += 1
    for i in range(whole, len(keys)):
        tables[0, keys[i]] += 1


@compile_loop
def _find_bin(tables: NDArray[np.int32], rank: int) -> tuple[int, int]:
    """(the bin in which the value of this rank lies, how many values lie in the bins before it)."""
    before = 0
    for place in range(BINS):
        here = tables[0, place] + tables[1, place] + tables[2, place] + tables[3, place]
        if rank < before + here:
            return place, before
        before += here
    return BINS - 1, before


@compile_loop
def _collect(values: Column, keys: NDArray[np.uint8], lowest: int, highest: int, near: Column) -> int:
    """Writes the values of the bins from `lowest` to `highest` to `near`; returns how many they are."""
    first = np.uint8(lowest)
    last = np.uint8(highest)
    found = 0
    for start in range(0, len(keys), _BLOCK):
        part = keys[start : start + _BLOCK]
        hits = 0
        for i in range(len(part)):
            hits += (part[i] >= first) & (part[i] <= last)
        if hits > 0:
            own = values[start : start + _BLOCK]
            for i in range(len(part)):
                if first <= part[i] <= last:
                    near[found] = own[i]
                    found += 1
    return found


@compile_loop
def select_rank(values: Column, rank: int) -> float:
    """The value that would stand at `rank` if they were sorted; they change places (Hoare 1961)."""
    low = 0
    high = len(values) - 1
    while low < high:
        first, middle, last = values[low], values[(low + high) // 2], values[high]
        pivot = max(min(first, middle), min(max(first, middle), last))
        i = low
        j = high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    result: float = values[rank]
    return result
