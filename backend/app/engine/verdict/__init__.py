"""What can be believed of a run: eight checks, the worst of which is the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.metrics import CALENDAR_YEAR_SECONDS
from app.engine.verdict.chance import check_chance
from app.engine.verdict.check import Check, Level, Part, Verdict, worst
from app.engine.verdict.costs import check_costs
from app.engine.verdict.data import DataFacts, check_data
from app.engine.verdict.judged import JudgedRun, SignalsOf, TrialFacts, time_signals
from app.engine.verdict.look_ahead import check_look_ahead
from app.engine.verdict.out_of_sample import check_out_of_sample
from app.engine.verdict.robustness import check_robustness
from app.engine.verdict.sample import check_sample
from app.engine.verdict.search import check_search

__all__ = [
    "CHECK_NAMES",
    "Check",
    "DataFacts",
    "JudgedRun",
    "Level",
    "Part",
    "SignalsOf",
    "TrialFacts",
    "Verdict",
    "judge",
    "judge_stepwise",
    "time_signals",
    "worst",
]

CHECK_NAMES = (
    "data",
    "look_ahead",
    "sample",
    "costs",
    "chance",
    "search",
    "robustness",
    "out_of_sample",
)
"""The checks in their published order."""


def judge(run: JudgedRun) -> Verdict:
    """Put every question to a run, in their published order."""
    return Verdict(tuple(judge_stepwise(run)))


def judge_stepwise(run: JudgedRun) -> Iterator[Check]:
    """The checks of `judge` one by one, so that a caller can show each as it arrives or stop between them."""
    time = run.run_bars.time
    years = int(time[-1] - time[0]) / CALENDAR_YEAR_SECONDS
    yield check_data(run.run_bars, run.facts)
    yield check_look_ahead(run)
    yield check_sample(run.fills.trades, run.fills.execution.initial_cash, years)
    costs = check_costs(run)
    yield costs
    yield check_chance(run)
    yield check_search(run.equity, len(run.fills.trades) > 0, run.trials, run.periods_per_year)
    yield check_robustness(run, costs)
    yield check_out_of_sample(run)
