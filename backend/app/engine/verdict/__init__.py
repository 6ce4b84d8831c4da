"""What can be believed of a run: six checks, the worst of which is the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.engine.bars import Bars
from app.engine.fills import Fills
from app.engine.intervals import DAY_SECONDS
from app.engine.signals import Signals
from app.engine.verdict.chance import check_chance
from app.engine.verdict.check import Check, Level, Verdict, worst
from app.engine.verdict.costs import check_costs
from app.engine.verdict.data import DataFacts, check_data
from app.engine.verdict.look_ahead import SignalsOf, check_look_ahead
from app.engine.verdict.out_of_sample import check_out_of_sample
from app.engine.verdict.sample import check_sample

__all__ = ["Check", "DataFacts", "Level", "SignalsOf", "Verdict", "judge", "judge_stepwise", "worst"]

CHECK_COUNT = 6
_YEAR_SECONDS = 365.25 * DAY_SECONDS


def judge(
    bars: Bars,
    signals: Signals,
    fills: Fills,
    facts: DataFacts,
    signals_of: SignalsOf,
    periods_per_year: float,
    evaluation_seconds: float = 0.0,
) -> Verdict:
    """Put the six questions to a run, in their published order.

    `bars`, `signals`: with the warm-up before `fills.first_bar`. `signals_of`: the rule, for shortened data;
    `evaluation_seconds`: how long it took on all bars.
    """
    return Verdict(
        tuple(judge_stepwise(bars, signals, fills, facts, signals_of, periods_per_year, evaluation_seconds))
    )


def judge_stepwise(
    bars: Bars,
    signals: Signals,
    fills: Fills,
    facts: DataFacts,
    signals_of: SignalsOf,
    periods_per_year: float,
    evaluation_seconds: float = 0.0,
) -> Iterator[Check]:
    """The checks of `judge` one by one, so that a caller can report progress or stop between them."""
    run = bars.slice(fills.first_bar, len(bars))
    count = len(fills.trades)
    years = int(run.time[-1] - run.time[0]) / _YEAR_SECONDS
    questions: tuple[Callable[[], Check], ...] = (
        lambda: check_data(run, facts),
        lambda: check_look_ahead(bars, signals, signals_of, evaluation_seconds),
        lambda: check_sample(count, years),
        lambda: check_costs(bars, signals, fills),
        lambda: check_out_of_sample(fills.equity[fills.first_bar :], count > 0, periods_per_year),
        lambda: check_chance(bars, fills),
    )
    for question in questions:
        yield question()
