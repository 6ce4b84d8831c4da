"""Collects the problems of one text."""

from __future__ import annotations

import ast

from app.engine.language.problems import RuleProblem
from app.engine.language.syntax import SourceText

MAXIMUM_PROBLEMS = 20


class Report:
    """The problems found so far, at most `MAXIMUM_PROBLEMS`, and where each of them stands."""

    def __init__(self, text: SourceText) -> None:
        self._text = text
        self._problems: dict[tuple[int, int, str], RuleProblem] = {}

    @property
    def is_full(self) -> bool:
        """True when further problems are dropped."""
        return len(self._problems) >= MAXIMUM_PROBLEMS

    def add(self, node: ast.expr | ast.stmt | ast.keyword, code: str, message: str) -> None:
        """A problem at the node's first character."""
        self.add_at(node.lineno, self._text.column(node.lineno, node.col_offset), code, message)

    def add_at(self, line: int, column: int, code: str, message: str) -> None:
        """A problem at a place from 1; the first one with this code there counts."""
        if not self.is_full:
            self._problems.setdefault((line, column, code), RuleProblem(line, column, code, message))

    def list_problems(self) -> tuple[RuleProblem, ...]:
        """In the order of the text."""
        return tuple(sorted(self._problems.values(), key=lambda problem: (problem.line, problem.column)))
