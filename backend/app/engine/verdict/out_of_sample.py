"""Does it hold up on the part of the data that comes later?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.engine.bars import Column
from app.engine.fills import DataNotUsable
from app.engine.metrics import equity_returns, sharpe
from app.engine.verdict.check import Check, Level, Part, percent, ratio_of, share_of, worst
from app.engine.verdict.exploring import Explorer
from app.engine.verdict.judged import JudgedRun
from app.engine.verdict.parameter_sets import spread_sets
from app.engine.verdict.pictures import Picture, bars_picture, curves_picture
from app.engine.walk_forward import WalkForward, plan_windows, run_walk_forward

NAME = "out_of_sample"

SPLIT = 0.7
"""The first part of the bars, anchored at the start; the rest comes later."""
FEWEST_RETURNS = 20
"""Returns that the later part must have to be judged."""
KEPT_SHARE = 0.5
"""Where the later Sharpe ratio is below this share of the earlier one, the check is amber."""
WINDOWS = 5
"""Stretches of a walk forward: the first is chosen on 3/8 of the bars, and each trades the next 1/8."""
FEWEST_WALKED_BARS = 400
"""Shorter runs are not walked forward."""
_FIRST, _LAST = f"first {share_of(SPLIT)}", f"last {share_of(1.0 - SPLIT)}"

THRESHOLDS = (
    f"Green where the last {share_of(1.0 - SPLIT)} of the bars made money with at least "
    f"{share_of(KEPT_SHARE)} of the Sharpe ratio before, red where they lost; of the walk forward, green "
    f"where it made money with at least {share_of(KEPT_SHARE)} of the Sharpe ratio that its sets had in "
    "training, red where it lost."
)


def check_out_of_sample(run: JudgedRun) -> Check:
    """Split the run at 70 % of its bars, and walk its rule forward where it has parameters.

    The figure is the later part's Sharpe ratio, None where it is undefined.
    """
    if len(run.fills.trades) == 0:
        return Check(NAME, Level.AMBER, "There is no trade, so there is nothing to split.", None, THRESHOLDS)
    split, split_picture = judge_split(run.equity, run.periods_per_year)
    walked = _walk(run)
    if walked is None:
        return Check(NAME, split.level, split.statement, split.figure, THRESHOLDS, (split,), split_picture)
    walk, walk_picture = walked
    return Check(
        NAME,
        worst((split.level, walk.level)),
        f"{split.statement} {walk.statement}",
        split.figure,
        THRESHOLDS,
        (split, walk),
        (*split_picture, walk_picture),
    )


def judge_split(equity: Column, periods_per_year: float) -> tuple[Part, tuple[Picture, ...]]:
    """Split the run's equity (n,) at 70 % of its bars and compare the parts.

    The run goes on across the split: a position held there belongs to both parts. The figure is the later
    part's Sharpe ratio, None where it is undefined.
    """
    split = int(len(equity) * SPLIT)
    if len(equity) - 1 - split < FEWEST_RETURNS:
        told = "The run is too short to be split in an earlier and a later part."
        return Part("split", Level.AMBER, told), ()
    earlier, later = equity[: split + 1], equity[split:]
    if later[0] <= 0.0:
        return Part("split", Level.RED, f"The run was ruined in the {_FIRST} of its bars."), ()
    gains = [float(part[-1] / part[0] - 1.0) for part in (earlier, later)]
    ratios = [sharpe(equity_returns(part), periods_per_year) for part in (earlier, later)]
    level, told = _compare(gains, ratios, bool(np.any(later != later[0])))
    statement = (
        f"{_FIRST.capitalize()} of the bars {percent(gains[0])} (Sharpe {ratio_of(ratios[0])}), "
        f"{_LAST} {percent(gains[1])} (Sharpe {ratio_of(ratios[1])}): {told}"
    )
    picture = bars_picture(
        "Sharpe ratio before and after the split",
        "ratio",
        ((_FIRST.capitalize(), ratios[0], None), (_LAST.capitalize(), ratios[1], level.value)),
        0.0,
    )
    return Part("split", level, statement, ratios[1]), (picture,)


def _compare(gains: list[float], ratios: list[float | None], moved: bool) -> tuple[Level, str]:
    if not moved:
        return Level.AMBER, "it did nothing in the later part."
    if gains[1] <= 0.0:
        return Level.RED, "the later part lost money."
    if gains[0] <= 0.0:
        return Level.AMBER, "the earlier part lost money."
    if ratios[0] is not None and (ratios[1] is None or ratios[1] < KEPT_SHARE * ratios[0]):
        return Level.AMBER, "the later part was much weaker."
    return Level.GREEN, "it held up."


def _walk(run: JudgedRun) -> tuple[Part, Picture] | None:
    """The walk forward over sets spread over the parameters' whole ranges; None where there can be none.

    Nor is a rule walked forward that runs on several instruments.
    """
    explorer = Explorer.of(run)
    count = len(run.run_bars)
    if explorer is None or run.sets_of is not None or count < FEWEST_WALKED_BARS:
        return None
    test = count // (WINDOWS + 3)
    windows = plan_windows(count, count - WINDOWS * test, test, anchored=True)
    # Every window computes all bars up to its end, warm-up included, the last comparison all of them.
    ends = [window.train_end for window in windows] + [count]
    most = explorer.count_affordable(sum(run.fills.first_bar + end for end in ends))
    values = spread_sets(explorer.rule, run.parameters, most) if most else np.empty((0, 0))
    if len(values) < 2:
        return None
    try:
        walked = run_walk_forward(
            explorer.rule,
            run.bars,
            explorer.names,
            values,
            windows,
            execution=run.fills.execution,
            periods_per_year=run.periods_per_year,
            first_bar=run.fills.first_bar,
            checkpoint=run.checkpoint,
            splits=run.splits,
            detail=run.detail,
        )
    except DataNotUsable:
        return None  # a stretch grew beyond every number
    return _judge_walk(walked, len(values), run.periods_per_year)


def _judge_walk(walked: WalkForward, sets: int, periods_per_year: float) -> tuple[Part, Picture]:
    made, ratio = walked.metrics.total_return, walked.metrics.sharpe
    trained = [result.train["sharpe"] for result in walked.windows if result.train is not None]
    known = [one for one in trained if one is not None]
    expected = sum(known) / len(known) if known else None
    best = sharpe(equity_returns(walked.in_sample), periods_per_year)
    if walked.metrics.trades == 0:
        level = Level.AMBER
    elif made <= 0.0:
        level = Level.RED
    elif expected is not None and (ratio is None or ratio < KEPT_SHARE * expected):
        level = Level.AMBER
    else:
        level = Level.GREEN
    statement = (
        f"Walked forward, its parameters chosen {len(walked.windows)} times among {sets:,} sets by the bars "
        f"before, it made {percent(made)} (Sharpe {ratio_of(ratio)}, in training {ratio_of(expected)}, the "
        f"best set known afterwards {ratio_of(best)})."
    )
    before = walked.windows[0].window.test_start - 1  # the bar of the curve's first point
    marks = [
        (int(walked.time[result.window.test_start - before]), _describe(result.parameters))
        for result in walked.windows
    ]
    picture = curves_picture(
        "Equity walked forward, as a multiple of the start",
        "ratio",
        walked.time,
        {
            "Walked forward": walked.stitched / walked.stitched[0],
            "Best set afterwards": walked.in_sample / walked.in_sample[0],
            "Buy and hold": walked.benchmark / walked.benchmark[0],
        },
        marks,
    )
    return Part("walk_forward", level, statement, ratio), picture


def _describe(parameters: Mapping[str, float] | None) -> str:
    if parameters is None:
        return "no set was fit"
    return ", ".join(f"{name} {value:g}" for name, value in parameters.items())
