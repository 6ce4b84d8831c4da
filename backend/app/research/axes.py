"""The axes of a sweep: which values a parameter takes, and which values a set's number stands for. Pure.

Nothing is laid out in memory: a set is a number, and its values follow from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]

# Beyond it, whole numbers and float64 part.
MAXIMUM_STEPS = 2**53
# Of a longer axis only the ends and the count are told.
LISTED_VALUES = 1_000
_ROUNDED_DIGITS = 12
# How many sets a shuffle tells apart; the axes beyond it are drawn by themselves.
_SHUFFLED_SPAN = 2**60
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter's values: `count` of them from `minimum` on, `step` apart, or those in `values`, ascending.

    `maximum` is the last value.
    """

    name: str
    minimum: float
    maximum: float
    count: int
    step: float | None = None
    values: tuple[float, ...] | None = None

    def at(self, places: Numbers) -> Values:
        """The values at these places, counted from 0."""
        if self.values is not None:
            return np.array(self.values, np.float64)[places]
        step = self.step or 0.0
        return _round_off(self.minimum + places.astype(np.float64) * step, self.minimum, step)

    def listed(self) -> list[float] | None:
        """All values, or None when there are more than LISTED_VALUES."""
        if self.count > LISTED_VALUES:
            return None
        return [float(value) for value in self.at(np.arange(self.count, dtype=np.int64))]


def count_steps(minimum: float, maximum: float, step: float) -> int:
    """How many values lie from `minimum` to `maximum`, both finite, `step` > 0 apart; the ends included.

    A count that is beyond every float64 comes back as a power of ten beyond it.
    """
    # Slightly more, so that an end that the steps miss by their rounding counts; that may be too much.
    steps = (maximum - minimum) / step * (1 + 1e-12) + 1e-9
    return math.floor(steps) + 1 if math.isfinite(steps) else 10**309


def make_stepped_axis(name: str, minimum: float, maximum: float, step: float) -> Axis:
    """The axis from `minimum` towards `maximum`. At most MAXIMUM_STEPS values must lie between them."""
    count = count_steps(minimum, maximum, step)
    last = float(_round_off(np.array([minimum + (count - 1) * step]), minimum, step)[0])
    return Axis(name, minimum, min(last, maximum), count, step=step)


def make_listed_axis(name: str, values: Sequence[float]) -> Axis:
    """The axis of these values, one at least; sorted, each once."""
    ordered = tuple(sorted(set(values)))
    return Axis(name, ordered[0], ordered[-1], len(ordered), values=ordered)


def count_grid(axes: Sequence[Axis]) -> int:
    """How many sets all combinations make, exactly, however many."""
    return math.prod(axis.count for axis in axes)


def grid_values(axes: Sequence[Axis], numbers: Numbers) -> Values:
    """The values of the grid's sets of these numbers, shape (sets, axes); the last axis turns fastest."""
    return np.stack([axis.at(places) for axis, places in zip(axes, _split(axes, numbers), strict=True)], 1)


def random_values(axes: Sequence[Axis], numbers: Numbers, seed: int) -> Values:
    """The values of the random sets of these numbers, shape (sets, axes): no two numbers, the same set.

    Set i is the i-th of a shuffled grid. The shuffle is a Feistel network over the grid's numbers (walking on
    until a number falls into the grid; Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002), so
    that any part of it is known without the rest. Of a grid that is larger than whole numbers are, the first
    axes are shuffled and the others drawn.
    """
    keys = np.random.SeedSequence(seed).generate_state(_ROUNDS + len(axes), np.uint64).astype(np.uint64)
    shuffled = _leading_axes(axes)
    order = _shuffle(numbers, count_grid(shuffled), keys[:_ROUNDS])
    columns = [axis.at(places) for axis, places in zip(shuffled, _split(shuffled, order), strict=True)]
    for axis, key in zip(axes[len(shuffled) :], keys[_ROUNDS:], strict=False):
        drawn = _mix(numbers.astype(np.uint64) ^ key) % np.uint64(axis.count)
        columns.append(axis.at(drawn.astype(np.int64)))
    return np.stack(columns, 1)


def _leading_axes(axes: Sequence[Axis]) -> Sequence[Axis]:
    span = 1
    for place, axis in enumerate(axes):
        span *= axis.count
        if span > _SHUFFLED_SPAN:
            return axes[: max(place, 1)]
    return axes


def _split(axes: Sequence[Axis], numbers: Numbers) -> list[Numbers]:
    places: list[Numbers] = []
    rest = numbers.astype(np.int64)
    for axis in reversed(axes):
        rest, place = np.divmod(rest, axis.count)
        places.append(place)
    return places[::-1]


def _shuffle(numbers: Numbers, span: int, keys: NDArray[np.uint64]) -> Numbers:
    half_bits = max(1, ((span - 1).bit_length() + 1) // 2)
    found = _encipher(numbers.astype(np.uint64), half_bits, keys)
    while (outside := found >= np.uint64(span)).any():
        found[outside] = _encipher(found[outside], half_bits, keys)
    return found.astype(np.int64)


def _encipher(numbers: NDArray[np.uint64], half_bits: int, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits, mask = np.uint64(half_bits), np.uint64(2**half_bits - 1)
    left, right = numbers >> bits, numbers & mask
    for key in keys:
        left, right = right, left ^ (_mix(right ^ key) & mask)
    return (left << bits) | right


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finisher (Steele, Lea and Flood, 2014): every bit depends on every bit."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _round_off(values: Values, minimum: float, step: float) -> Values:
    """What decimal people mean by three steps of 0.1: 0.3, where the sum of floats is its neighbour."""
    digits = max(_count_decimals(minimum), _count_decimals(step))
    return np.round(values, digits) if digits <= _ROUNDED_DIGITS else values


def _count_decimals(value: float) -> int:
    """Decimals of the shortest text of a number; one beyond _ROUNDED_DIGITS where there are too many."""
    for digits in range(_ROUNDED_DIGITS + 1):
        if round(value, digits) == value:
            return digits
    return _ROUNDED_DIGITS + 1
