"""Does the rule know the future? Its signals are computed again on shortened data and compared to the bit."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.engine.signals import Signals
from app.engine.streaming import RuleStream
from app.engine.verdict.check import Check, Level, Part, worst
from app.engine.verdict.judged import JudgedRun

NAME = "look_ahead"

CUTS = 20
"""Shortened copies; of data of up to `SHORT_BARS` bars spread evenly."""
SHORT_BARS = 20_000
"""Longer data is cut shorter and shorter instead, which costs about one more evaluation of the whole."""
LEAST_CUT_BARS = 100
"""The shortest of these copies."""
BUDGET_SECONDS = 20.0
"""What all copies together may take, as far as the time of the first evaluation tells: a rule that takes
longer is computed again on fewer and shorter copies."""
SINGLE_BARS = 200
"""Random bars of which the rule is told one by one, with all the others in stretches between them."""
STEPS_BUDGET_SECONDS = 5.0
"""A rule that took longer than this is told of as many of the first bars as it takes so long for."""
SEED = 20_130_301

THRESHOLDS = (
    f"Green where the signals are the same to the bit on {CUTS} shortened copies of the data (from "
    f"{SHORT_BARS:,} bars on, ever shorter ones) and bar by bar at {SINGLE_BARS} random bars, else red; "
    "amber where there are too few bars to try."
)


def check_look_ahead(run: JudgedRun) -> Check:
    """Compare the run's signals with those of shortened copies of its bars, and with those told bar by bar.

    The figure is the number of copies and single bars whose signals differed.
    """
    parts = [_judge_cuts(run)]
    stepwise = _judge_steps(run)
    if stepwise is not None:
        parts.append(stepwise)
    level = worst(part.level for part in parts)
    told = [part.statement for part in parts if part.level is level]
    figures = [part.figure for part in parts if part.figure is not None]
    return Check(NAME, level, " ".join(told), sum(figures) if figures else None, THRESHOLDS, tuple(parts))


def _judge_cuts(run: JudgedRun) -> Part:
    signals = run.signals
    cuts = choose_cuts(signals, run.evaluation_seconds)
    if not cuts:
        told = "There are too few bars to compute the signals again on fewer."
        return Part("cuts", Level.AMBER, told)
    different = [cut for cut in cuts if not is_prefix(run.signals_of(run.bars.head(cut)), signals, cut)]
    if different:
        told = (
            f"The signals change when later bars are taken away: in {len(different):,} of {len(cuts):,} "
            f"shortened copies, first in the one of {different[0]:,} bars. The rule uses what it could not "
            "know."
        )
        return Part("cuts", Level.RED, told, float(len(different)))
    copies = f"{len(cuts):,} shortened {'copy' if len(cuts) == 1 else 'copies'}"
    told = f"Computed again on {copies} of the data, the signals are the same to the bit."
    return Part("cuts", Level.GREEN, told, 0.0)


def _judge_steps(run: JudgedRun) -> Part | None:
    """The rule told of the bars as they close; None where it is not known. A bar alone shows what it says."""
    if run.rule is None:
        return None
    bars = run.bars
    if run.evaluation_seconds > STEPS_BUDGET_SECONDS:
        bars = bars.head(max(int(len(bars) * STEPS_BUDGET_SECONDS / run.evaluation_seconds), 1))
    single = choose_single_bars(len(bars))
    stream = RuleStream(run.rule, run.parameters, bars.interval, bars.timezone)
    wrong_bars: list[int] = []
    told_up_to = 0
    for bar in single.tolist():
        stretches = [(told_up_to, bar), (bar, bar + 1)]
        told_same = [
            is_stretch(stream.feed(bars.slice(start, stop)), run.signals, start, stop)
            for start, stop in stretches
            if start < stop
        ]
        if not all(told_same):
            wrong_bars.append(bar)
        told_up_to = bar + 1
        run.look_in()
    singles = "1 random bar" if len(single) == 1 else f"{len(single):,} random bars"
    if wrong_bars:
        told = (
            f"Told bar by bar, the rule says something else than over the whole, first by bar "
            f"{wrong_bars[0] + 1:,}."
        )
        return Part("bar_by_bar", Level.RED, told, float(len(wrong_bars)))
    told = f"Fed as the bars close, {singles} of them one at a time, the rule gives the same signals."
    return Part("bar_by_bar", Level.GREEN, told, 0.0)


def choose_single_bars(count: int) -> NDArray[np.int64]:
    """The bars that are told one by one, ascending; the same for the same number of bars."""
    rng = np.random.default_rng([SEED, count])
    return np.sort(rng.choice(count, min(SINGLE_BARS, count), replace=False)).astype(np.int64)


def choose_cuts(signals: Signals, evaluation_seconds: float = 0.0) -> tuple[int, ...]:
    """Lengths of the shortened copies, ascending; of a rule that took long, no more than `BUDGET_SECONDS`
    allow.

    Every other cut is moved back so that its last bar carries a signal: a signal that peeks at the next bar
    shows just there.
    """
    n = len(signals)
    affordable = BUDGET_SECONDS / evaluation_seconds * n if evaluation_seconds > 0.0 else math.inf
    speaking = np.flatnonzero(
        signals.enter_long | signals.exit_long | signals.enter_short | signals.exit_short
    )
    chosen: set[int] = set()
    for place, length in enumerate(_choose_lengths(n, affordable)):
        earlier = int(np.searchsorted(speaking, length)) - 1
        spoken = int(speaking[earlier]) + 1 if place % 2 == 0 and earlier >= 0 else length
        chosen.add(length if spoken in chosen else spoken)
    return tuple(sorted(length for length in chosen if 0 < length < n))


def _choose_lengths(n: int, affordable: float) -> list[int]:
    """Evenly spread lengths, else a half and ever shorter ones, else halves of halves: what is affordable."""
    evenly = [n * step // (CUTS + 1) for step in range(1, CUTS + 1)]
    if n <= SHORT_BARS and sum(evenly) <= affordable:
        return evenly
    most = int(max(min(n, affordable), 2 * LEAST_CUT_BARS))
    shrinking = np.geomspace(max(most // 6, LEAST_CUT_BARS), LEAST_CUT_BARS, CUTS - 1).astype(int).tolist()
    if most // 2 + sum(shrinking) <= affordable:
        return [most // 2, *shrinking]
    halves = []
    while most // 2 >= LEAST_CUT_BARS:
        most //= 2
        halves.append(most)
    return halves


def is_prefix(shorter: Signals, longer: Signals, count: int) -> bool:
    """Whether `shorter` equals the first `count` bars of `longer` to the bit; any NaN equals any NaN."""
    return is_stretch(shorter, longer, 0, count)


def is_stretch(part: Signals, whole: Signals, start: int, stop: int) -> bool:
    """Whether `part` equals bars start..stop−1 of `whole` to the bit; any NaN equals any NaN."""
    for name in Signals.__slots__:
        left, right = getattr(part, name), getattr(whole, name)
        if (left is None) != (right is None):
            return False
        if left is not None and not _same_bits(left, right[start:stop]):
            return False
    return True


def _same_bits(left: NDArray[np.generic], right: NDArray[np.generic]) -> bool:
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    if left.dtype == np.bool_:
        return bool(np.array_equal(left, right))
    differs = np.ascontiguousarray(left).view(np.int64) != np.ascontiguousarray(right).view(np.int64)
    return not differs.any() or bool(np.isnan(left[differs]).all() and np.isnan(right[differs]).all())
