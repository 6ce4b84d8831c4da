"""What can be believed of a basket: the checks of a single run, each asked of what it can be asked of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.basket.timeline import Timeline
from app.engine.conventions import METRIC_NAMES
from app.engine.evaluation import Checkpoint, evaluate_rule
from app.engine.execution import Execution
from app.engine.fills import DataNotUsable, Fills
from app.engine.language import ParametersInvalid
from app.engine.language.rule import Rule
from app.engine.metrics import CALENDAR_YEAR_SECONDS, compute_metrics
from app.engine.signals import Signals
from app.engine.sweep import SetFigures
from app.engine.verdict import Check, DataFacts, JudgedRun, Level, Part, TrialFacts, worst
from app.engine.verdict import chance as chance_check
from app.engine.verdict import data as data_check
from app.engine.verdict import look_ahead as look_ahead_check
from app.engine.verdict.check import counted, share_of
from app.engine.verdict.costs import check_costs
from app.engine.verdict.data import check_data
from app.engine.verdict.look_ahead import check_look_ahead
from app.engine.verdict.out_of_sample import check_out_of_sample
from app.engine.verdict.resampled import judge_returns, judge_trades
from app.engine.verdict.robustness import check_robustness, delay_signals
from app.engine.verdict.sample import check_sample
from app.engine.verdict.search import check_search

BasketFillsOf: TypeAlias = Callable[[Sequence[Signals], Execution, int], Fills]

NO_RANDOM_ENTRIES = (
    "Random entries were not drawn: a basket's trades run beside one another and share their cash."
)
NO_WALK = "A basket is not walked forward."


@dataclass(frozen=True, slots=True, eq=False)
class BasketToJudge:
    """A basket's run and the means to try it again.

    `symbols`, `facts`, `signals`: of each instrument of the timeline. `market`: all of them as bars of one
    price (`app.engine.basket.benchmark.draw_market`). `fills_of`: fills other signals, terms or first time.
    `evaluation_seconds`: of all instruments. The rest as of `app.engine.verdict.JudgedRun`.
    """

    timeline: Timeline
    symbols: tuple[str, ...]
    facts: tuple[DataFacts, ...]
    rule: Rule
    parameters: Mapping[str, float]
    signals: tuple[Signals, ...]
    fills: Fills
    market: Bars
    fills_of: BasketFillsOf
    periods_per_year: float
    trials: TrialFacts | None = None
    evaluation_seconds: float = 0.0
    checkpoint: Checkpoint | None = None

    def as_single(self) -> JudgedRun:
        """The basket as the checks of a single run see it: an account in a market."""

        def fill(_: Signals, execution: Execution, first: int) -> Fills:
            return self.fills_of(self.signals, execution, first)

        def fill_late() -> Fills:
            # A signal of the bar before the run did not count, and does not a bar later.
            first = min(self.fills.first_bar + 1, len(self.timeline) - 1)
            late = [delay_signals(some) for some in self.signals]
            return self.fills_of(late, self.fills.execution, first)

        return JudgedRun(
            self.market,
            self.signals[0],
            self.fills,
            self.facts[0],
            lambda _: self.signals[0],
            self.periods_per_year,
            rule=self.rule,
            parameters=self.parameters,
            trials=self.trials,
            fills_of=fill,
            fills_late=fill_late,
            sets_of=self.run_sets,
            instruments=len(self.symbols),
            evaluation_seconds=self.evaluation_seconds,
            checkpoint=self.checkpoint,
        )

    def run_sets(self, values: NDArray[np.float64]) -> SetFigures:
        """The basket with each row of values of the rule's parameters; NaN where one cannot be run."""
        names = [parameter.name for parameter in self.rule.parameters]
        figures = np.full((len(values), len(METRIC_NAMES)), np.nan)
        for row, chosen in enumerate(values.tolist()):
            try:
                figures[row] = self._measure(dict(zip(names, chosen, strict=True)))
            except (ParametersInvalid, DataNotUsable):
                continue
        return SetFigures(values, figures, None)

    def _measure(self, parameters: Mapping[str, float]) -> list[float]:
        checkpoint = self.checkpoint
        signals = [evaluate_rule(self.rule, bars, parameters, checkpoint) for bars in self.timeline.bars]
        fills = self.fills_of(signals, self.fills.execution, self.fills.first_bar)
        figures = compute_metrics(self.market, fills, self.periods_per_year).as_dict().values()
        known = [math.nan if figure is None else float(figure) for figure in figures]
        return [math.nan] * len(known) if any(map(math.isinf, known)) else known

    def member(self, place: int) -> JudgedRun:
        """One instrument by itself, for the checks of data and rule. Its fills are the basket's."""

        def evaluate(bars: Bars) -> Signals:
            return evaluate_rule(self.rule, bars, self.parameters, self.checkpoint)

        return JudgedRun(
            self.timeline.bars[place],
            self.signals[place],
            self.fills,
            self.facts[place],
            evaluate,
            self.periods_per_year,
            rule=self.rule,
            parameters=self.parameters,
            evaluation_seconds=self.evaluation_seconds / len(self.symbols),
            checkpoint=self.checkpoint,
        )


def judge_basket(run: BasketToJudge) -> Iterator[Check]:
    """The eight checks one by one, in their published order."""
    single = run.as_single()
    time = single.run_bars.time
    years = int(time[-1] - time[0]) / CALENDAR_YEAR_SECONDS
    yield _check_data(run)
    yield _check_look_ahead(run)
    yield check_sample(run.fills.trades, run.fills.execution.initial_cash, years)
    costs = check_costs(single)
    yield costs
    yield _check_chance(single)
    yield check_search(single.equity, len(run.fills.trades) > 0, run.trials, run.periods_per_year)
    yield check_robustness(single, costs)
    yield _with_remark(check_out_of_sample(single), NO_WALK)


def _check_data(run: BasketToJudge) -> Check:
    """The bars of each instrument; the answer is that of the worst, by its name."""
    start = int(run.market.time[run.fills.first_bar])
    checks = []
    for bars, facts in zip(run.timeline.bars, run.facts, strict=True):
        begins = int(bars.time.searchsorted(start))
        # Of an instrument that has no bar in the run, what lies before it is all there is to judge.
        checks.append(check_data(bars.slice(begins if begins < len(bars) else 0, len(bars)), facts))
    return _gather(run.symbols, checks, data_check.NAME, data_check.THRESHOLDS)


def _check_look_ahead(run: BasketToJudge) -> Check:
    checks = []
    for place in range(len(run.symbols)):
        checks.append(check_look_ahead(run.member(place)))
        if run.checkpoint is not None:
            run.checkpoint()
    return _gather(run.symbols, checks, look_ahead_check.NAME, look_ahead_check.THRESHOLDS)


def _gather(symbols: Sequence[str], checks: Sequence[Check], name: str, thresholds: str) -> Check:
    """One check of several instruments: a part for each, the statement and pictures of the worst ones."""
    level = worst(check.level for check in checks)
    parts = tuple(
        Part(symbol, check.level, check.statement, check.figure)
        for symbol, check in zip(symbols, checks, strict=True)
    )
    figures = [check.figure for check in checks if check.figure is not None]
    worst_place = next(place for place, check in enumerate(checks) if check.level is level)
    drawn = next((place for place, check in enumerate(checks) if check.level is level and check.pictures), 0)
    return Check(
        name,
        level,
        _tell(symbols, checks, worst_place),
        max(figures) if figures else None,
        thresholds,
        parts,
        tuple(
            {**picture, "title": f"{symbols[drawn]}: {picture['title']}"}
            for picture in checks[drawn].pictures
        ),
    )


def _tell(symbols: Sequence[str], checks: Sequence[Check], worst_place: int) -> str:
    told = checks[worst_place]
    same = sum(check.statement == told.statement for check in checks) - 1
    alike = sum(check.level is told.level for check in checks) - 1 - same
    if told.level is Level.GREEN:
        everything = counted(len(symbols), "instrument")
        if alike == 0:
            return f"Of each of the {everything}: {told.statement}"
        return f"Nothing stands against any of the {everything}."
    statement = f"{symbols[worst_place]}: {told.statement}"
    if same:
        statement += f" The same holds for {counted(same, 'other')}."
    if alike:
        statement += f" {counted(alike, 'other')} {'is' if alike == 1 else 'are'} no better."
    return statement


def _check_chance(run: JudgedRun) -> Check:
    """The returns and trades resampled. The figure is the share of the paths that lost money."""
    thresholds = chance_check.THRESHOLDS
    if len(run.fills.trades) == 0:
        told = "There is no trade to resample."
        return Check(chance_check.NAME, Level.AMBER, told, thresholds=thresholds)
    of_returns, pictures = judge_returns(run.equity, run.run_bars.time, run.periods_per_year)
    run.look_in()
    of_trades = judge_trades(run.fills.trades, run.fills.execution.initial_cash)
    parts = (*of_returns, *((of_trades,) if of_trades is not None else ()))
    if not parts:
        told = "There are too few returns and trades to resample."
        return Check(chance_check.NAME, Level.AMBER, told, thresholds=thresholds)
    loss = next((part.figure for part in parts if part.name in ("loss", "trades")), None)
    told = ""
    if loss is not None:
        told = f"Resampled from its own returns, {share_of(loss)} of the paths lost money. "
    level = worst(part.level for part in parts)
    statement = f"{told}{NO_RANDOM_ENTRIES}"
    return Check(chance_check.NAME, level, statement, loss, thresholds, parts, pictures)


def _with_remark(check: Check, remark: str) -> Check:
    return replace(check, statement=f"{check.statement} {remark}")
