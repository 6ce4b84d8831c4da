"""One answer of the verdict, and how the answers add up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.engine.verdict.pictures import Picture


class Level(StrEnum):
    """How far a part of the answer can be believed: green yes, amber with care, red no."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


_ORDER = (Level.GREEN, Level.AMBER, Level.RED)


def worst(levels: Iterable[Level]) -> Level:
    """The least believable of the levels; green when there is none."""
    return max(levels, key=_ORDER.index, default=Level.GREEN)


@dataclass(frozen=True, slots=True)
class Part:
    """One figure among several that a check rests on.

    `interval`: (low, high) of a figure that was resampled, 9 in 10 of the resampled ones lying between.
    """

    name: str
    level: Level
    statement: str
    figure: float | None = None
    interval: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The part by name, as the API sends it."""
        return {
            "name": self.name,
            "level": self.level.value,
            "statement": self.statement,
            "figure": _finite_or_none(self.figure),
            "interval": None if self.interval is None else [_finite_or_none(end) for end in self.interval],
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to a run.

    `statement` is a plain sentence; `figure` the number it rests on, if any; `thresholds` says in a sentence
    what is green, amber and red; `pictures` are JSON-ready (see `app.engine.verdict.pictures`).
    """

    name: str
    level: Level
    statement: str
    figure: float | None = None
    thresholds: str = ""
    parts: tuple[Part, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The check by name, as the API sends it."""
        return {
            "name": self.name,
            "level": self.level.value,
            "statement": self.statement,
            "figure": self.figure,
            "thresholds": self.thresholds,
            "parts": [part.as_dict() for part in self.parts],
            "pictures": list(self.pictures),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The checks in their published order; while a run is judged, those answered so far."""

    checks: tuple[Check, ...]
    complete: bool = True

    @property
    def level(self) -> Level:
        """The worst level among the checks: a run is believed no further than its weakest part."""
        return worst(check.level for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """`{level, complete, checks}` as the API sends it."""
        return {
            "level": self.level.value,
            "complete": self.complete,
            "checks": [check.as_dict() for check in self.checks],
        }


def _finite_or_none(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) else None


def percent(fraction: float) -> str:
    """A fraction as a signed percentage for a statement."""
    return f"{fraction * 100.0:+,.1f}%".replace("-", "−")


def share_of(fraction: float) -> str:
    """A fraction as a percentage without a plus, for a share or a probability.

    What is not all or nothing does not round to it: "over 99%", "under 1%".
    """
    if 0.995 <= fraction < 1.0:
        return "over 99%"
    if 0.0 < fraction < 0.005:
        return "under 1%"
    return f"{fraction * 100.0:,.0f}%".replace("-", "−")


def exact_share(fraction: float) -> str:
    """A threshold as a percentage with all its digits: `0.1%`."""
    return f"{fraction * 100.0:g}%"


def ratio_of(ratio: float | None) -> str:
    """A ratio with two decimals for a statement."""
    return "undefined" if ratio is None else f"{ratio:.2f}".replace("-", "−")


def counted(count: int, noun: str) -> str:
    """A count with its noun: `1 trade`, `33 trades`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
