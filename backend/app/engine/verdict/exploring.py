"""Other parameters of the judged run's rule, as many as its bars allow."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.evaluation import evaluate_rule
from app.engine.language.rule import Rule
from app.engine.sweep import SetFigures, run_sets
from app.engine.verdict.judged import JudgedRun

MOST_SETS = 60
FEWEST_SETS = 4
"""With fewer nothing can be said; the part is left out."""
WORK_LIMIT = 2_000_000_000
"""Bars × (operations of the rule + 20) that all sets of a part may come to; longer runs get fewer sets."""
BUDGET_SECONDS = 10.0
"""What a part may take beyond that: a rule whose windows take long gets fewer sets."""
_OPERATIONS_OF_A_RUN = 20  # what fills and figures cost, in operations of a rule


@dataclass(frozen=True, slots=True, eq=False)
class Explorer:
    """Runs sets of a rule's parameters on the judged run's bars and terms."""

    run: JudgedRun
    rule: Rule

    @classmethod
    def of(cls, run: JudgedRun) -> Explorer | None:
        """None where the run's rule is not known or has no parameter."""
        return None if run.rule is None or not run.rule.parameters else cls(run, run.rule)

    @property
    def names(self) -> tuple[str, ...]:
        """The rule's parameters, in the order of the columns of every set."""
        return tuple(parameter.name for parameter in self.rule.parameters)

    def count_affordable(self, bars_of_one: int) -> int:
        """How many sets may run where one takes `bars_of_one` bars in all; 0 below FEWEST_SETS."""
        bars_of_one *= self.run.instruments
        work = bars_of_one * (len(self.rule.nodes) + _OPERATIONS_OF_A_RUN)
        count = min(MOST_SETS, WORK_LIMIT // max(work, 1))
        share = bars_of_one / (len(self.run.bars) * self.run.instruments)
        seconds = self.run.evaluation_seconds * share
        if seconds * count > BUDGET_SECONDS:
            # The first evaluation may have compiled: only a second one tells.
            seconds = self._time_evaluation() * self.run.instruments * share
            if seconds * count > BUDGET_SECONDS:
                count = int(BUDGET_SECONDS / seconds)
        return count if count >= FEWEST_SETS else 0

    def run_sets(self, values: NDArray[np.float64]) -> SetFigures:
        """The figures of each row of `values` over the whole run."""
        run = self.run
        if run.sets_of is not None:
            return run.sets_of(values)
        return run_sets(
            self.rule,
            run.bars,
            self.names,
            values,
            execution=run.fills.execution,
            periods_per_year=run.periods_per_year,
            first_bar=run.fills.first_bar,
            checkpoint=run.checkpoint,
            splits=run.splits,
            detail=run.detail,
        )

    def _time_evaluation(self) -> float:
        began = time.perf_counter()
        evaluate_rule(self.rule, self.run.bars, self.run.parameters, self.run.checkpoint)
        return time.perf_counter() - began
