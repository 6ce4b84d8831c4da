"""One answer of the verdict, and how the answers add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


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
class Check:
    """One question put to a run. `statement` is a plain sentence; `figure` the number it rests on, if any."""

    name: str
    level: Level
    statement: str
    figure: float | None = None

    def as_dict(self) -> dict[str, str | float | None]:
        """The check by name, as the API sends it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The six checks in their published order."""

    checks: tuple[Check, ...]

    @property
    def level(self) -> Level:
        """The worst level among the checks: a run is believed no further than its weakest part."""
        return worst(check.level for check in self.checks)

    def as_dict(self) -> dict[str, object]:
        """`{level, checks}` as the API sends it."""
        return {"level": self.level.value, "checks": [check.as_dict() for check in self.checks]}


def percent(fraction: float) -> str:
    """A fraction as a signed percentage for a statement."""
    return f"{fraction * 100.0:+,.1f} %".replace("-", "−")


def counted(count: int, noun: str) -> str:
    """A count with its noun: `1 trade`, `33 trades`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
