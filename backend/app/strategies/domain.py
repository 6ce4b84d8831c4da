"""What a saved rule is, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.errors import NotFound, Unprocessable
from app.engine.language import Parameter, RuleProblem

LONGEST_TITLE_CHARS = 40


class StrategyNotFound(NotFound):
    """No such strategy, or somebody else's."""

    code, title = "strategy_not_found", "There is no such strategy"


class StrategyVersionNotFound(NotFound):
    """The strategy has no such version."""

    code, title = "strategy_version_not_found", "The strategy has no such version"


class RuleInvalid(Unprocessable):
    """The rule breaks the language; each problem names its line and column and says what to write instead."""

    code, title = "rule_invalid", "The rule has errors"

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            f"Line {first.line}, column {first.column}: {first.message}{more}",
            errors=[
                {
                    "line": problem.line,
                    "column": problem.column,
                    "code": problem.code,
                    "message": problem.message,
                }
                for problem in problems
            ],
        )


def find_title(source: str) -> str | None:
    """What a rule's text calls itself: its first line's comment up to a colon, where that is short."""
    first = source.lstrip().partition("\n")[0]
    title, colon, _ = first.removeprefix("#").partition(":")
    title = title.strip()
    return title if first.startswith("#") and colon and 0 < len(title) <= LONGEST_TITLE_CHARS else None


@dataclass(frozen=True, slots=True)
class RuleContent:
    """A valid rule's text and what the checker found in it.

    `lookback`: bars that it needs with its parameters' defaults.
    """

    source: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    lookback: int


@dataclass(frozen=True, slots=True)
class Strategy:
    """A saved rule at one of its versions."""

    id: UUID
    owner_id: UUID
    visibility: str
    name: str
    version: int
    content: RuleContent
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StrategyVersion:
    """One text of a strategy, kept for ever."""

    version: int
    source: str
    parameters: tuple[Parameter, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ExampleRule:
    """A rule to begin with."""

    name: str
    summary: str
    source: str


@dataclass(frozen=True, slots=True)
class LibraryRule:
    """A well-known rule: its plain idea, and where it was published."""

    slug: str
    name: str
    idea: str
    reference: str
    source: str


@dataclass(frozen=True, slots=True)
class LibraryReport:
    """What a rule of the library made of a demo instrument, good or bad.

    Ratios are fractions, `max_drawdown` ≤ 0, undefined None. `level`: the worst of the verdict's checks but
    `data`, which says of all demo bars alike that they are old; `statement`: of the check that decided it.
    """

    symbol: str
    interval: str
    total_return: float
    benchmark_return: float
    sharpe: float | None
    max_drawdown: float
    trades: int
    level: str
    statement: str
