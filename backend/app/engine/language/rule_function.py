"""What the table says about one function of the language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.engine.language.compositions import Build

ArgumentKind: TypeAlias = Literal["series", "truth", "any", "window", "number", "interval"]
ResultKind: TypeAlias = Literal["number", "truth", "same"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function.

    `kind`: series (a number on every bar), truth, any (a number or a truth; all arguments of this kind in a
    call have one type), window (a whole number of bars ≥ `minimum`, made of numbers and parameters), number
    (one number, made of numbers and parameters), interval (the name of one, in quotes). `default` None: must
    be given, unless `is_optional`. `repeats`: one or more of them.
    """

    name: str
    kind: ArgumentKind
    default: float | None = None
    minimum: int = 1
    repeats: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class RuleFunction:
    """One row of the table. `warm_up`: bars before the first defined one, in terms of the arguments' names,
    beside what the arguments themselves need. `build` writes the call into the graph.
    """

    name: str
    arguments: tuple[Argument, ...]
    returns: ResultKind
    units: str
    warm_up: str
    definition: str
    help: str
    example: str
    build: Build

    @property
    def signature(self) -> str:
        """As in `rsi(x, n=14)`."""
        words = []
        for argument in self.arguments:
            default = "" if argument.default is None else f"={argument.default:g}"
            name = f"[{argument.name}]" if argument.is_optional else argument.name
            words.append(name + default + (", …" if argument.repeats else ""))
        return f"{self.name}({', '.join(words)})"
