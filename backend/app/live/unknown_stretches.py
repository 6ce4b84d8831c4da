"""Stretches of time in which nobody listened: what happened there is unknown until it was fetched. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf


class UnknownStretches:
    """Disjoint stretches from ≤ t < until, in order. At first everything is unknown."""

    def __init__(self) -> None:
        self._stretches: list[tuple[float, float]] = [(-inf, inf)]

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return iter(tuple(self._stretches))

    def add(self, start: float, end: float = inf) -> None:
        """Nobody listens, or listened, from `start` until `end`."""
        if start >= end:
            return
        apart = [one for one in self._stretches if one[1] < start or one[0] > end]
        touching = [one for one in self._stretches if not (one[1] < start or one[0] > end)]
        joined = (
            min([start, *(one[0] for one in touching)]),
            max([end, *(one[1] for one in touching)]),
        )
        self._stretches = sorted([*apart, joined])

    def discard(self, start: float, end: float = inf) -> None:
        """What happened from `start` until `end` is known."""
        if start >= end:
            return
        kept = []
        for first, last in self._stretches:
            if first < start:
                kept.append((first, min(last, start)))
            if last > end:
                kept.append((max(first, end), last))
        self._stretches = [one for one in kept if one[0] < one[1]]

    def is_known(self, start: float, end: float) -> bool:
        """Whether somebody listened all the while."""
        return all(last <= start or first >= end for first, last in self._stretches)

    def first_within(self, start: float, end: float) -> tuple[float, float] | None:
        """The earliest part of start..end that is unknown."""
        for first, last in self._stretches:
            if last > start and first < end:
                return max(first, start), min(last, end)
        return None
