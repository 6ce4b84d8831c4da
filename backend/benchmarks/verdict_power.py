"""How often the verdict is right: about rules fitted to noise, and about a planted edge.

    python -m benchmarks.verdict_power [--seeds 100] [--first 0]        (from backend/)

*Fitted to noise*: on each seed's random walk without drift (3,270 daily bars, 1 % a day) the best of 5,000
sets of a rule's parameters by its Sharpe ratio is judged, with what the sweep knows of its trials. Nothing is
there to be found: the verdict should be red. Once more without telling it of the search: what a person gets
who searched elsewhere.

*Planted edge*: the same walk with a hidden drift that comes and goes, m_t = 0.98 m_{t−1} + e_t, its spread a
fifth of the daily noise; or plus a part that falls back, u_t = 0.7 u_{t−1} + e_t, e_t eight tenths of the
daily noise. The best of 40 sets of a rule for it is judged likewise. The edge is real: the verdict should not
be red. How large it is gets printed: the Sharpe ratio of the best set on 500,000 other bars. The weak pull
(0.9, six tenths) shows what is too small to be told from luck in 13 years.

Called *unbelievable* is a verdict that is red; *believed* is one that is green or amber, so red in none of
its checks. The thresholds were settled on seeds from 1,000 on; the seeds reported are 0 to 99.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.language import Rule, compile_rule
from app.engine.overfitting import probability_of_overfitting
from app.engine.sweep import run_sets
from app.engine.verdict import DataFacts, Level, TrialFacts, Verdict

BARS = 3_270
STRETCHES = 12
NOISE = 0.01
PERSISTENCE = 0.98
EDGE = 0.2
PERIODS = 252.0
TERMS = Execution(100_000.0, commission_bps=1.0, slippage_bps=1.0)
_DAY = 86_400

CROSSING = """
fast = param(10, 2, 51)
slow = param(60, 20, 218, 2)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long = crossunder(sma(close, fast), sma(close, slow))
"""
REVERSION = """
n = param(10, 2, 51)
width = param(1, 0.1, 5.05, 0.05)
enter_long = close < sma(close, n) - width * stdev(close, n)
exit_long = close > sma(close, n)
enter_short = close > sma(close, n) + width * stdev(close, n)
exit_short = close < sma(close, n)
"""
REVERSION_FEW = """
n = param(10, 5, 40, 5)
width = param(1, 0.5, 2.5, 0.5)
enter_long = close < sma(close, n) - width * stdev(close, n)
exit_long = close > sma(close, n)
enter_short = close > sma(close, n) + width * stdev(close, n)
exit_short = close < sma(close, n)
"""
TREND = """
n = param(40, 10, 205, 5)
enter_long = close > sma(close, n)
enter_short = close < sma(close, n)
"""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A market, a rule searched on it, whether there is anything to be found, and whether the verdict is told
    of the search.
    """

    name: str
    make: Callable[[int, int], Bars]
    source: str
    sets: int
    is_real: bool
    is_told: bool = True


def walk(seed: int, count: int = BARS) -> Bars:
    """A random walk without drift."""
    return _bars_of(np.random.default_rng([1, seed]).normal(0.0, NOISE, count), seed)


def walk_with_edge(seed: int, count: int = BARS) -> Bars:
    """The walk with a hidden drift that comes and goes."""
    rng = np.random.default_rng([2, seed])
    shocks = rng.normal(0.0, EDGE * NOISE * math.sqrt(1.0 - PERSISTENCE**2), count)
    drift = np.empty(count)
    level = 0.0
    for bar in range(count):
        level = PERSISTENCE * level + shocks[bar]
        drift[bar] = level
    return _bars_of(drift + rng.normal(0.0, NOISE, count), seed)


def walk_with_pull(seed: int, count: int = BARS, *, persistence: float, size: float) -> Bars:
    """The walk with a part that falls back: its price is a walk plus u_t = persistence · u_{t−1} + e_t."""
    rng = np.random.default_rng([4, seed])
    shocks = rng.normal(0.0, size * NOISE, count)
    away = np.empty(count)
    level = 0.0
    for bar in range(count):
        level = persistence * level + shocks[bar]
        away[bar] = level
    return _bars_of(np.diff(away, prepend=0.0) + rng.normal(0.0, NOISE, count), seed)


def _bars_of(moves: np.ndarray, seed: int) -> Bars:
    rng = np.random.default_rng([3, seed])
    close = 100.0 * np.exp(np.cumsum(moves))
    opening = np.concatenate(([100.0], close[:-1]))
    wicks = np.exp(np.abs(rng.normal(0.0, NOISE / 4.0, (2, len(moves)))))
    high, low = np.maximum(opening, close) * wicks[0], np.minimum(opening, close) / wicks[1]
    times = 946_684_800 + _DAY * np.arange(len(moves), dtype=np.int64)
    return Bars(times, opening, high, low, close, np.full(len(moves), 1e6))


EXPERIMENTS = (
    Experiment("Noise, two averages crossing, best of 5,000", walk, CROSSING, 5_000, False),
    Experiment("Noise, return to an average, best of 5,000", walk, REVERSION, 5_000, False),
    Experiment("The same, the verdict not told of the search", walk, REVERSION, 5_000, False, is_told=False),
    Experiment("Planted trend, price against its average, best of 40", walk_with_edge, TREND, 40, True),
    Experiment(
        "Planted pull, return to an average, best of 40",
        partial(walk_with_pull, persistence=0.7, size=0.8),
        REVERSION_FEW,
        40,
        True,
    ),
    Experiment(
        "Weak pull, return to an average, best of 40",
        partial(walk_with_pull, persistence=0.9, size=0.6),
        REVERSION_FEW,
        40,
        True,
    ),
)


def make_grid(rule: Rule) -> np.ndarray:
    """Every combination of the parameters' steps, shape (sets, parameters)."""
    axes = [
        parameter.minimum
        + parameter.step * np.arange(round((parameter.maximum - parameter.minimum) / parameter.step) + 1)
        for parameter in rule.parameters
    ]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def judge_best(rule: Rule, bars: Bars, values: np.ndarray, is_told: bool) -> Verdict:
    """Search, take the best by its Sharpe ratio, and judge it; `is_told`: as a run opened from the sweep."""
    names = [parameter.name for parameter in rule.parameters]
    found = run_sets(rule, bars, names, values, execution=TERMS, periods_per_year=PERIODS, blocks=STRETCHES)
    ratios = found.column("sharpe")
    best = values[int(np.nanargmax(ratios))]
    known = ratios[np.isfinite(ratios)] / math.sqrt(PERIODS)
    overfitting = None if found.blocks is None else probability_of_overfitting(found.blocks)
    trials = TrialFacts(
        len(values),
        float(known.mean()),
        float(known.var(ddof=1)),
        None if overfitting is None else overfitting.pbo,
    )
    inputs = BacktestInputs.for_rule(
        rule,
        bars,
        parameters=dict(zip(names, best.tolist(), strict=True)),
        execution=TERMS,
        facts=DataFacts(expected_bars=len(bars), missing_bars=0, calendar="24/7", last_bar_age_days=1.0),
        periods_per_year=PERIODS,
        trials=trials if is_told else None,
    )
    return run_backtest(inputs).verdict


def measure_edge(experiment: Experiment) -> float:
    """The best Sharpe ratio among the sets on 500,000 bars of the same market that no seed sees."""
    rule = compile_rule(experiment.source)
    names = [parameter.name for parameter in rule.parameters]
    bars = experiment.make(10**9, 500_000)
    found = run_sets(rule, bars, names, make_grid(rule), execution=TERMS, periods_per_year=PERIODS)
    return float(np.nanmax(found.column("sharpe")))


def main() -> None:
    """Run every experiment on its seeds and print how often each level came, and which checks were red."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    rows = []
    for experiment in EXPERIMENTS:
        rule = compile_rule(experiment.source)
        values = make_grid(rule)
        if len(values) != experiment.sets:
            raise SystemExit(f"{experiment.name} has {len(values)} sets")
        began = time.perf_counter()
        levels: Counter[Level] = Counter()
        red: Counter[str] = Counter()
        for seed in range(asked.first, asked.first + asked.seeds):
            verdict = judge_best(rule, experiment.make(seed, BARS), values, experiment.is_told)
            levels[verdict.level] += 1
            red.update(check.name for check in verdict.checks if check.level is Level.RED)
        rows.append((experiment, levels, red))
        print(
            f"{experiment.name}: {dict(levels)}, red {dict(red)}, {time.perf_counter() - began:.0f} s",
            file=sys.stderr,
        )
    for experiment in EXPERIMENTS:
        if experiment.is_real:
            edge = measure_edge(experiment)
            print(f"{experiment.name}: a Sharpe ratio of {edge:.2f} a year on 500,000 other bars.")
    print()
    print("| what was judged | truth | red: not believed | amber | green | red checks |")
    print("| --- | --- | ---: | ---: | ---: | --- |")
    for experiment, levels, red in rows:
        truth = "an edge" if experiment.is_real else "nothing there"
        counts = " | ".join(str(levels[level]) for level in (Level.RED, Level.AMBER, Level.GREEN))
        reasons = ", ".join(f"{name} {count}" for name, count in red.most_common())
        print(f"| {experiment.name} | {truth} | {counts} | {reasons or '–'} |")


if __name__ == "__main__":
    main()
