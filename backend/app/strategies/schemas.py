"""Bodies of requests and answers about rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from app.core.fields import CleanStr, ReadModel, StrictModel
from app.engine.language import CheckedRule, Parameter
from app.strategies.domain import Strategy, StrategyVersion

MAX_NAME_CHARS = 120

# The language's own cap (10 kB) answers with `rule_invalid`; here only the limit on bodies stands before it.
RuleText = Annotated[CleanStr, Field(description="The rule's text, at most 10 kB.")]


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


StrategyName = Annotated[CleanStr, BeforeValidator(_strip), Field(min_length=1, max_length=MAX_NAME_CHARS)]


class RuleCheckRequest(StrictModel):
    """A rule to look at."""

    source: RuleText


class StrategyCreate(StrictModel):
    """A rule to keep. Names need not be unique."""

    name: StrategyName
    source: RuleText


class StrategyUpdate(StrictModel):
    """What to change. Another text makes a new version; the same text makes none."""

    name: StrategyName | None = None
    source: RuleText | None = None

    @model_validator(mode="after")
    def _change_something(self) -> Self:
        if self.name is None and self.source is None:
            raise ValueError("give a name, a source, or both")
        return self


class RuleProblemRead(ReadModel):
    """One mistake in a rule. Lines and columns count from 1."""

    line: int
    column: int
    code: str
    message: str


class ParameterRead(ReadModel):
    """A number of the rule that a run may set."""

    name: str
    default: float
    min: float
    max: float
    step: float

    @classmethod
    def of(cls, parameter: Parameter) -> ParameterRead:
        """The answer's form of a parameter."""
        return cls(
            name=parameter.name,
            default=parameter.default,
            min=parameter.minimum,
            max=parameter.maximum,
            step=parameter.step,
        )


class RuleCheckRead(ReadModel):
    """What the checker says. `lookback`: bars before the rule's values are defined; null with errors."""

    ok: bool
    errors: list[RuleProblemRead]
    parameters: list[ParameterRead]
    outputs: list[str]
    lookback: int | None

    @classmethod
    def of(cls, checked: CheckedRule) -> RuleCheckRead:
        """The answer's form of what the checker says."""
        return cls(
            ok=checked.ok,
            errors=[RuleProblemRead.model_validate(problem) for problem in checked.errors],
            parameters=[ParameterRead.of(parameter) for parameter in checked.parameters],
            outputs=list(checked.outputs),
            lookback=None if checked.rule is None else checked.rule.lookback(),
        )


class StrategyRead(ReadModel):
    """A strategy at one of its versions, the latest unless another was asked for.

    `lookback`: bars before the rule's values are defined, with the defaults of its parameters.
    """

    id: UUID
    name: str
    version: int
    visibility: str
    source: str
    parameters: list[ParameterRead]
    outputs: list[str]
    lookback: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, strategy: Strategy) -> StrategyRead:
        """The answer's form of a strategy."""
        content = strategy.content
        return cls(
            id=strategy.id,
            name=strategy.name,
            version=strategy.version,
            visibility=strategy.visibility,
            source=content.source,
            parameters=[ParameterRead.of(parameter) for parameter in content.parameters],
            outputs=list(content.outputs),
            lookback=content.lookback,
            created_at=strategy.created_at,
            updated_at=strategy.updated_at,
        )


class StrategyVersionRead(ReadModel):
    """A text that a strategy has or had."""

    version: int
    source: str
    parameters: list[ParameterRead]
    created_at: datetime

    @classmethod
    def of(cls, version: StrategyVersion) -> StrategyVersionRead:
        """The answer's form of a version."""
        parameters = [ParameterRead.of(parameter) for parameter in version.parameters]
        return cls(
            version=version.version,
            source=version.source,
            parameters=parameters,
            created_at=version.created_at,
        )


class ExampleRuleRead(ReadModel):
    """A rule to begin with."""

    name: str
    summary: str
    source: str


class InputRead(ReadModel):
    """A column that rules read."""

    name: str
    units: str
    help: str


class OutputRead(ReadModel):
    """A name that a rule gives to say what to do. `type`: number or truth."""

    name: str
    type: str
    units: str
    help: str
    example: str


class ArgumentRead(ReadModel):
    """An argument of a function. `kind`: series, truth, any, window (`min` is its least), number or interval
    (a name of `LanguageRead.intervals` in quotes). Without a default it must be given, unless `optional`.
    """

    name: str
    kind: str
    default: float | None
    min: int | None
    repeats: bool
    optional: bool


class FunctionRead(ReadModel):
    """A function of the language. `warm_up`: bars before its first value, in terms of its arguments."""

    name: str
    signature: str
    arguments: list[ArgumentRead]
    returns: str
    units: str
    warm_up: str
    definition: str
    help: str
    example: str


class KeywordRead(ReadModel):
    """Any other word."""

    name: str
    signature: str
    help: str


class CapsRead(ReadModel):
    """How large a rule may be."""

    source_bytes: int
    nodes: int
    lookback_bars: int
    parameters: int


class LanguageRead(ReadModel):
    """The words of the language, what editors complete and explain, and its caps."""

    inputs: list[InputRead]
    outputs: list[OutputRead]
    functions: list[FunctionRead]
    keywords: list[KeywordRead]
    intervals: list[str]
    caps: CapsRead


class LibraryReportRead(ReadModel):
    """What a rule of the library made of a demo instrument at 10 bps commission and 5 bps slippage."""

    symbol: str
    interval: str
    total_return: float
    benchmark_return: float
    sharpe: float | None
    max_drawdown: float
    trades: int
    level: Literal["green", "amber", "red"]
    statement: str


class LibraryRuleRead(ReadModel):
    """A well-known rule: its plain idea, where it was published, and an honest report on the demo bars."""

    slug: str
    name: str
    idea: str
    reference: str
    source: str
    reports: list[LibraryReportRead]


class DiffLineRead(ReadModel):
    """A line of either version; `old_line` is null for an added one, `new_line` for a removed one."""

    kind: Literal["same", "added", "removed"]
    text: str
    old_line: int | None
    new_line: int | None


class StrategyDiffRead(ReadModel):
    """What changed between two versions of a rule."""

    model_config = ConfigDict(populate_by_name=True)

    from_: int = Field(alias="from")
    to: int
    lines: list[DiffLineRead]
