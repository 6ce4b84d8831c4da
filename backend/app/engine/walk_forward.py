"""Walk-forward: parameters chosen on one stretch of bars trade the next, again and again.

Source: Pardo, "The Evaluation and Optimization of Trading Strategies" (2nd edition, 2008), chapter 11, from
which the walk-forward efficiency comes as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars, Column, Times
from app.engine.benchmark import buy_and_hold
from app.engine.columns import with_readable_columns
from app.engine.constraints import Constraints as Constraints
from app.engine.constraints import find_best
from app.engine.evaluation import Checkpoint, evaluate_rule
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.fills import Fills, simulate
from app.engine.language.rule import Rule
from app.engine.metrics import CALENDAR_YEAR_SECONDS, Metrics, compound_annual_growth, compute_metrics
from app.engine.signals import Signals
from app.engine.sweep import METRIC_NAMES, SetFigures, run_sets
from app.engine.trades import Trades

Figures: TypeAlias = Mapping[str, float | int | None]

FEWEST_TEST_BARS = 2
"""A last window may be shorter than the others, but not than this."""


@dataclass(frozen=True, slots=True)
class Window:
    """Bars train_start..train_end−1 choose, bars test_start..test_end−1 trade.

    All counted from the run's first bar.
    """

    train_start: int
    train_end: int
    test_start: int
    test_end: int


@dataclass(frozen=True, slots=True, eq=False)
class WindowResult:
    """A window walked.

    `parameters`: those chosen, None where no set was fit; the window then stays out of the market. `train`,
    `test`: figures by their names in the API, None likewise.
    """

    window: Window
    parameters: Mapping[str, float] | None
    train: Figures | None
    test: Figures | None


@dataclass(frozen=True, slots=True, eq=False)
class WalkForward:
    """The windows in their order and what they add up to.

    `time`, and of the same shape (points,): `stitched`, equity over the test stretches one after the other;
    `in_sample`, equity over the same bars of the one set that is best on all of them, known only afterwards
    (`best_parameters`; None where no set was fit: the curve then stays at the initial cash); `benchmark`,
    buying once and holding. The first point is the bar before the first test stretch and holds the initial
    cash. `metrics`: of the stitched curve and its trades. `efficiency`: its yearly growth over that of the
    chosen sets on their training bars (Pardo), None where they did not grow. `tried`: the Sharpe ratio (a
    year) of every set over the curve's bars, shape (sets,), NaN where it is undefined.
    """

    windows: tuple[WindowResult, ...]
    time: Times
    stitched: Column
    in_sample: Column
    benchmark: Column
    metrics: Metrics
    best_parameters: Mapping[str, float] | None
    efficiency: float | None
    tried: Column


class TooFewBars(ValueError):
    """There is no room for one window. Says how many bars it takes."""


def plan_windows(n_bars: int, train_bars: int, test_bars: int, anchored: bool = False) -> tuple[Window, ...]:
    """Windows over `n_bars` bars whose test stretches follow one another without gap or overlap.

    The training stretch before each has `train_bars` bars, or, anchored, all bars from the first on. The
    last test stretch may be shorter. Empty where there is no room for one.

    Raises ValueError when `train_bars` or `test_bars` is below 2.
    """
    if train_bars < FEWEST_TEST_BARS or test_bars < FEWEST_TEST_BARS:
        raise ValueError(f"stretches of {train_bars} and {test_bars} bars: each must have 2 or more")
    return tuple(
        Window(0 if anchored else start - train_bars, start, start, min(start + test_bars, n_bars))
        for start in range(train_bars, n_bars - FEWEST_TEST_BARS + 1, test_bars)
    )


def run_walk_forward(
    rule: Rule,
    bars: Bars,
    names: Sequence[str],
    values: NDArray[np.float64],
    windows: Sequence[Window],
    *,
    objective: str = "sharpe",
    constraints: Constraints | None = None,
    execution: Execution,
    periods_per_year: float,
    first_bar: int = 0,
    on_progress: Callable[[float], None] | None = None,
    checkpoint: Checkpoint | None = None,
    fixed: Mapping[str, float] | None = None,
    splits: Sequence[Split] = (),
    detail: Bars | None = None,
) -> WalkForward:
    """Walk `rule` forward over `windows` (of `plan_windows`), choosing among the rows of `values`.

    `values`, `names`: as for `app.engine.sweep.run_sets`, whose errors it raises; `fixed`: values for
    parameters that are not searched. `objective`: one of METRIC_NAMES, the greatest wins, of equal ones the
    first row. Every stretch is a run of its own: it begins and ends without a position, with all bars before
    it as warm-up. A test stretch may trade on the signal of the last training bar, and begins with the money
    that the one before it left. `first_bar`: the run's first bar among `bars`. `on_progress` is told the
    share done, 0 to 1; what it or `checkpoint` raises ends the walk and reaches the caller. `splits`,
    `detail`: as of `app.engine.fills.simulate`.

    Raises TooFewBars when there is no window, ValueError on an unknown objective.
    """
    if not windows:
        raise TooFewBars("There are too few bars for one training and one test stretch.")
    if objective not in METRIC_NAMES:
        raise ValueError(f"{objective!r} is no figure of a run")
    walk = _Walk(
        rule,
        with_readable_columns(bars),
        tuple(names) + tuple(fixed or {}),
        _with_fixed(values, tuple((fixed or {}).values())),
        objective,
        constraints or Constraints(),
        execution,
        periods_per_year,
        first_bar,
        checkpoint,
        splits,
        detail,
    )
    report = on_progress or _ignore
    results: list[WindowResult] = []
    parts: list[Fills] = []
    cash = execution.initial_cash
    for done, window in enumerate(windows):
        report(done / (len(windows) + 1))
        result, fills = walk.walk(window, cash)
        results.append(result)
        parts.append(fills)
        cash = float(fills.equity[-1])
    report(len(windows) / (len(windows) + 1))
    walked = _add_up(walk, results, parts)
    report(1.0)
    return walked


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    rule: Rule
    bars: Bars
    names: tuple[str, ...]
    values: NDArray[np.float64]
    objective: str
    constraints: Constraints
    execution: Execution
    periods_per_year: float
    first_bar: int
    checkpoint: Checkpoint | None
    splits: Sequence[Split]
    detail: Bars | None

    def walk(self, window: Window, cash: float) -> tuple[WindowResult, Fills]:
        """The window's result and the fills of its test stretch, which begin with `cash`."""
        start = self.first_bar + window.test_start - 1  # its signal is known when the parameters are chosen
        bars = self.bars.head(self.first_bar + window.test_end)
        trained = self.measure(self.first_bar + window.train_start, self.first_bar + window.train_end)
        chosen = self.choose(trained)
        if chosen is None or cash <= 0.0:
            return WindowResult(window, None, None, None), self.stay_out(bars, start, cash)
        parameters, train = chosen
        fills = self.trade(bars, parameters, start, cash)
        test = compute_metrics(bars, fills, self.periods_per_year).as_dict()
        return WindowResult(window, parameters, train, test), fills

    def measure(self, start: int, stop: int) -> SetFigures:
        """The figures of every set on bars start..stop−1."""
        return run_sets(
            self.rule,
            self.bars.head(stop),
            self.names,
            self.values,
            execution=self.execution,
            periods_per_year=self.periods_per_year,
            first_bar=start,
            checkpoint=self.checkpoint,
            splits=self.splits,
            detail=self.detail,
        )

    def choose(self, found: SetFigures) -> tuple[dict[str, float], Figures] | None:
        """The best set with its figures, None where none is fit."""
        place = pick_best(found, self.objective, self.constraints)
        if place is None:
            return None
        row = found.figures[place].tolist()
        figures = {
            name: None if np.isnan(figure) else figure for name, figure in zip(METRIC_NAMES, row, strict=True)
        }
        return dict(zip(self.names, found.values[place].tolist(), strict=True)), figures

    def trade(self, bars: Bars, parameters: Mapping[str, float], start: int, cash: float) -> Fills:
        """The set's fills from `start` on; whatever is open at the end is closed there."""
        signals = evaluate_rule(self.rule, bars, parameters, self.checkpoint)
        terms = replace(self.execution, initial_cash=cash, close_at_end=True)
        return simulate(bars, signals, terms, start, splits=self.splits, detail=self.detail)

    def stay_out(self, bars: Bars, start: int, cash: float) -> Fills:
        """No trade: `cash`, which need not be above 0, on every bar."""
        never = np.zeros(len(bars), dtype=np.bool_)
        nothing = simulate(bars, Signals(never, never, never, never), self.execution, start)
        return replace(nothing, equity=np.full(len(bars), cash), cash=cash, ruined=cash <= 0.0)


def pick_best(found: SetFigures, objective: str, constraints: Constraints | None = None) -> int | None:
    """The row with the greatest objective among those that satisfy the constraints, None where there is none.

    A set whose objective is undefined is not fit.
    """
    judge = (constraints or Constraints()).judge
    return find_best(judge(found.column(objective), found.column("trades"), found.column("max_drawdown")))


def _add_up(walk: _Walk, results: list[WindowResult], parts: list[Fills]) -> WalkForward:
    first, last = results[0].window, results[-1].window
    start, stop = walk.first_bar + first.test_start - 1, walk.first_bar + last.test_end
    bars = walk.bars.head(stop)
    equity = np.full(stop, walk.execution.initial_cash)
    for result, fills in zip(results, parts, strict=True):
        begin = walk.first_bar + result.window.test_start
        equity[begin : walk.first_bar + result.window.test_end] = fills.equity[begin:]
    stitched = Fills(
        _join([fills.trades for fills in parts]),
        equity,
        float(equity[-1]),
        bool(equity[-1] <= 0.0),
        start,
        replace(walk.execution, close_at_end=True),
    )
    whole = walk.measure(start, stop)
    best = walk.choose(whole)
    in_sample = (
        np.full(stop, walk.execution.initial_cash)
        if best is None
        else walk.trade(bars, best[0], start, walk.execution.initial_cash).equity
    )
    metrics = compute_metrics(bars, stitched, walk.periods_per_year)
    return WalkForward(
        windows=tuple(results),
        time=bars.time[start:],
        stitched=equity[start:],
        in_sample=in_sample[start:],
        benchmark=buy_and_hold(bars, walk.execution, start, splits=walk.splits).equity[start:],
        metrics=metrics,
        best_parameters=None if best is None else best[0],
        efficiency=_measure_efficiency(walk, results, metrics.cagr),
        tried=whole.column("sharpe"),
    )


def _measure_efficiency(walk: _Walk, results: list[WindowResult], growth: float | None) -> float | None:
    """Yearly growth of the stitched curve over that of all training stretches one after the other."""
    grown, seconds = 1.0, 0
    for result in results:
        total = None if result.train is None else result.train["total_return"]
        if total is None:
            continue
        grown *= 1.0 + total
        train = walk.bars.time[
            walk.first_bar + result.window.train_start : walk.first_bar + result.window.train_end
        ]
        seconds += int(train[-1] - train[0])
    trained = compound_annual_growth(1.0, grown, seconds / CALENDAR_YEAR_SECONDS)
    return None if growth is None or trained is None or not trained > 0.0 else growth / trained


def _with_fixed(values: NDArray[np.float64], fixed: Sequence[float]) -> NDArray[np.float64]:
    table = np.asarray(values, np.float64)
    return np.column_stack([table, *(np.full(len(table), value) for value in fixed)]) if fixed else table


def _join(parts: Sequence[Trades]) -> Trades:
    """Trades one after the other, none of them open."""
    columns = [field.name for field in fields(Trades)]
    return Trades(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns})


def _ignore(_: float) -> None:
    return None
