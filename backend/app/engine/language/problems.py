"""What can be wrong with a rule or with the parameters given to it.

ValueError
└── RuleError                 anything a caller answers with 422
    ├── RuleInvalid           the text is no rule; carries the problems with their places
    ├── ParametersInvalid     the rule is fine, the values given for its parameters are not
    └── IntervalUnsuitable    the rule is fine, but reads bars that those given do not make up
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.intervals import Interval


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One mistake in a rule's text. `line` and `column` start at 1; columns count characters.

    `code` is stable and meant for programs, `message` for people: it says what to write instead.
    """

    line: int
    column: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """One value given for a parameter that the rule cannot run with. `name` is the parameter's."""

    name: str
    code: str
    message: str


class RuleError(ValueError):
    """A rule that cannot be run as asked."""


class RuleInvalid(RuleError):
    """A text that is no rule. `problems` holds every mistake found, in the order of the text."""

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(f"line {first.line}, column {first.column}: {first.message}")


class ParametersInvalid(RuleError):
    """Parameter values that are unknown, out of range or make an impossible window."""

    def __init__(self, problems: Sequence[ParameterProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class IntervalUnsuitable(RuleError):
    """Bars too long for a rule. `interval`: theirs; `longer`: the one that the rule reads by `on`."""

    def __init__(self, interval: Interval, longer: Interval) -> None:
        self.interval = interval
        self.longer = longer
        super().__init__(
            f'The rule reads on("{longer.value}", …): bars of {interval.value} do not make up whole bars of '
            f"{longer.value}. Take shorter bars, or a longer interval in the rule."
        )
