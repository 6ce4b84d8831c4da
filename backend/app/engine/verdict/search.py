"""How much of the figure may come from having tried many? The Sharpe ratio, deflated by every trial."""

from __future__ import annotations

import math

from app.engine.bars import Column
from app.engine.metrics import equity_returns
from app.engine.overfitting import (
    ReturnMoments,
    deflated_sharpe,
    expected_highest_sharpe,
    measure_returns,
    minimum_track_record,
    probabilistic_sharpe,
)
from app.engine.verdict.check import Check, Level, Part, counted, ratio_of, share_of, worst
from app.engine.verdict.judged import TrialFacts
from app.engine.verdict.pictures import bars_picture

NAME = "search"

SURE = 0.95
"""From this probability of a true edge on: green; a record shorter than this asks for: amber."""
LIKELY = 0.80
"""Below this probability of a true edge: red."""
SEARCHED = 10
"""From so many trials on, what was found was searched for: the best of many needs better proof."""
SURE_AFTER_SEARCH = 0.99
LIKELY_AFTER_SEARCH = 0.95
"""The same two then. 95 % is what the paper rejects at."""
OVERFIT_AMBER = 0.25
"""Probability of backtest overfitting above which the part is amber. Never red: sets that are all equally
good change their ranks as freely as sets that are all worthless."""

THRESHOLDS = (
    f"Probability that the true Sharpe ratio is above 0 after all trials: green from {share_of(SURE)} on, "
    f"red below {share_of(LIKELY)}; from {SEARCHED} trials on green from {share_of(SURE_AFTER_SEARCH)}, red "
    f"below {share_of(LIKELY_AFTER_SEARCH)}. Probability of backtest overfitting of the sweep it came from, "
    f"where there was one: amber above {share_of(OVERFIT_AMBER)}."
)


def check_search(
    equity: Column, has_trades: bool, trials: TrialFacts | None, periods_per_year: float
) -> Check:
    """Deflate the Sharpe ratio of the run's equity (n,) by its trials (Bailey & López de Prado 2014).

    The figure is the deflated Sharpe ratio: the probability that the true ratio is above 0. Without
    knowledge of other trials this run counts as the only one, and the statement says so.
    """
    if not has_trades:
        return Check(
            NAME, Level.AMBER, "There is no trade, so there was nothing to search for.", None, THRESHOLDS
        )
    moments = measure_returns(equity_returns(equity))
    if moments is None:
        return Check(
            NAME, Level.AMBER, "The equity hardly moves: no Sharpe ratio to deflate.", None, THRESHOLDS
        )
    known = max(trials.trials, 1) if trials is not None else 1
    variance = _trial_variance(moments, trials)
    figure = deflated_sharpe(moments, known, variance)
    alone = probabilistic_sharpe(moments)
    highest = expected_highest_sharpe(known, variance) * math.sqrt(periods_per_year)
    own = moments.sharpe * math.sqrt(periods_per_year)
    level = _level_of(figure, known)
    parts = [
        Part(
            "single_trial",
            _level_of(alone, 1),
            f"Were it the only try, a Sharpe ratio of {ratio_of(own)} over {counted(moments.count, 'bar')} "
            f"would be truly above 0 with a probability of {share_of(alone)}.",
            alone,
        )
    ]
    if known > 1:
        told = (
            f"After {known:,} trials of this rule family on these data, the best of which would reach a "
            f"Sharpe ratio of {ratio_of(highest)} by luck alone, its {ratio_of(own)} is truly above 0 with a "
            f"probability of {share_of(figure)}."
        )
        parts.append(Part("deflated", level, told, figure))
        statement = told
    else:
        lead = (
            "No other trial is known; tries made elsewhere would lower this figure."
            if trials is None
            else "It is the first trial of this rule family on these data."
        )
        statement = (
            f"{lead} A Sharpe ratio of {ratio_of(own)} is truly above 0 with a probability of "
            f"{share_of(figure)}."
        )
    parts.append(_judge_track_record(moments, highest, periods_per_year))
    if trials is not None and trials.overfitting is not None:
        parts.append(_judge_overfitting(trials.overfitting))
    picture = bars_picture(
        "Sharpe ratio, and what luck alone would reach",
        "ratio",
        (("This run", own, level.value), (f"Luck, best of {known:,}", highest, None)),
        0.0,
    )
    deciding = [part.level for part in parts if part.name in ("deflated", "overfitting")]
    return Check(NAME, worst([level, *deciding]), statement, figure, THRESHOLDS, tuple(parts), (picture,))


def _trial_variance(moments: ReturnMoments, trials: TrialFacts | None) -> float:
    """The variance of the trials' Sharpe ratios; where it is not known, that of one estimate, 1 / (n − 1)."""
    if trials is not None and trials.sharpe_variance is not None and trials.sharpe_variance >= 0.0:
        return trials.sharpe_variance
    return 1.0 / (moments.count - 1)


def _judge_track_record(moments: ReturnMoments, highest: float, periods_per_year: float) -> Part:
    needed = minimum_track_record(moments, highest / math.sqrt(periods_per_year), SURE)
    if needed is None:
        return Part(
            "track_record",
            Level.RED,
            "No length of record would make this Sharpe ratio stand out from what luck alone would reach.",
        )
    years, needed_years = moments.count / periods_per_year, needed / periods_per_year
    level = Level.GREEN if needed <= moments.count else Level.AMBER
    return Part(
        "track_record",
        level,
        f"To be {share_of(SURE)} sure of it takes {needed_years:,.1f} years of such a record; there are "
        f"{years:,.1f}.",
        needed_years,
    )


def _judge_overfitting(pbo: float) -> Part:
    level = Level.AMBER if pbo > OVERFIT_AMBER else Level.GREEN
    return Part(
        "overfitting",
        level,
        f"In the sweep it was opened from, the best set of one half of the time fell into the lower half of "
        f"the sets in the other with a probability of {share_of(pbo)}.",
        pbo,
    )


def _level_of(probability: float, trials: int) -> Level:
    sure, likely = (SURE_AFTER_SEARCH, LIKELY_AFTER_SEARCH) if trials >= SEARCHED else (SURE, LIKELY)
    return Level.GREEN if probability >= sure else Level.AMBER if probability >= likely else Level.RED
