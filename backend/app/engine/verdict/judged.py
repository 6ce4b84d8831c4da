"""What the checks are told of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars, Column
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split, place_splits
from app.engine.fills import Fills, simulate
from app.engine.language.rule import Rule
from app.engine.signals import Signals
from app.engine.sweep import SetFigures
from app.engine.verdict.data import DataFacts

SignalsOf: TypeAlias = Callable[[Bars], Signals]
FillsOf: TypeAlias = Callable[[Signals, Execution, int], Fills]
SetsOf: TypeAlias = Callable[[NDArray[np.float64]], SetFigures]

# A first evaluation shorter than this was not held up by compiling.
_SURE_SECONDS = 0.5


def time_signals(signals_of: SignalsOf, bars: Bars) -> tuple[Signals, float]:
    """The signals on `bars`, and how many seconds computing them takes.

    A first time that was long may have compiled or waited: then a half is timed once more.
    """
    began = time.perf_counter()
    signals = signals_of(bars)
    seconds = time.perf_counter() - began
    if seconds > _SURE_SECONDS:
        began = time.perf_counter()
        signals_of(bars.head(max(len(bars) // 2, 1)))
        seconds = min(seconds, 2.0 * (time.perf_counter() - began))
    return signals, seconds


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """What is known of the search that led to a run.

    `trials`: how many distinct runs of this rule family its owner has tried on these data, this one
    included. `sharpe_mean`, `sharpe_variance`: of their Sharpe ratios for one bar (not annualised), None
    where fewer than two are known. `overfitting`: the probability of backtest overfitting of the sweep from
    which the run was opened, see `app.engine.overfitting`.
    """

    trials: int
    sharpe_mean: float | None = None
    sharpe_variance: float | None = None
    overfitting: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRun:
    """A run and the means to try it again under other terms.

    `bars`, `signals`: with the warm-up before `fills.first_bar`. `signals_of`: the rule on any bars, for
    shortened data; `evaluation_seconds`: how long it took on all of them. `rule`, `parameters` (every one's
    value): for other values of its parameters, None where the rule is not known. `trials`: None where
    nothing is known but this run. `splits`, `detail`: as of `app.engine.fills.simulate`. `fills_of`: fills
    other signals, terms or first bar on the same bars, where `simulate` does not.
    `fills_late`: the run with every order one bar later, where shifting `signals` does not tell it.
    `sets_of`: the figures of each row of values of the rule's parameters, where the rule runs on more than
    `bars`: on as many `instruments`.
    `checkpoint`: called between computations; what it raises ends the verdict and reaches the caller.
    """

    bars: Bars
    signals: Signals
    fills: Fills
    facts: DataFacts
    signals_of: SignalsOf
    periods_per_year: float
    rule: Rule | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    trials: TrialFacts | None = None
    splits: Sequence[Split] = ()
    detail: Bars | None = None
    fills_of: FillsOf | None = None
    fills_late: Callable[[], Fills] | None = None
    sets_of: SetsOf | None = None
    instruments: int = 1
    evaluation_seconds: float = 0.0
    checkpoint: Callable[[], None] | None = None

    @property
    def run_bars(self) -> Bars:
        """The bars of the run, without the warm-up."""
        return self.bars.slice(self.fills.first_bar, len(self.bars))

    @property
    def equity(self) -> Column:
        """Equity from the run's first bar on, one for each of `run_bars`."""
        return self.fills.equity[self.fills.first_bar :]

    @property
    def unsplit_bars(self) -> Bars:
        """The bars, warm-up included, in the units of the first one: what one of those was worth."""
        if not self.splits:
            return self.bars
        units = np.cumprod(place_splits(self.bars, self.splits))
        bars = self.bars
        return replace(
            bars,
            open=bars.open * units,
            high=bars.high * units,
            low=bars.low * units,
            close=bars.close * units,
            volume=bars.volume / units,
        )

    def fill(
        self,
        signals: Signals | None = None,
        execution: Execution | None = None,
        first_bar: int | None = None,
    ) -> Fills:
        """The run again, with whatever is given in place of its own."""
        fills_of = self.fills_of or self._fill_plainly
        return fills_of(
            self.signals if signals is None else signals,
            self.fills.execution if execution is None else execution,
            self.fills.first_bar if first_bar is None else first_bar,
        )

    def look_in(self) -> None:
        """Called within a check, so that a caller can end it."""
        if self.checkpoint is not None:
            self.checkpoint()

    def _fill_plainly(self, signals: Signals, execution: Execution, first_bar: int) -> Fills:
        return simulate(self.bars, signals, execution, first_bar, splits=self.splits, detail=self.detail)
