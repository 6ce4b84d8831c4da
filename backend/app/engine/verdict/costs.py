"""Does the profit survive if trading costs twice as much as assumed?"""

from __future__ import annotations

from dataclasses import replace

from app.engine.execution import Execution
from app.engine.verdict.check import Check, Level, percent
from app.engine.verdict.judged import JudgedRun
from app.engine.verdict.pictures import bars_picture

NAME = "costs"

ASSUMED_COMMISSION_BPS = 5.0
ASSUMED_SLIPPAGE_BPS = 5.0
"""What a run that assumed no cost at all is tried with."""
KEPT_SHARE = 0.5
"""Where less than this share of the profit is kept, the check is amber."""

THRESHOLDS = (
    "Green where at least half of the profit remains with every cost doubled (of a run without costs: with "
    f"{ASSUMED_COMMISSION_BPS:g} bps commission and {ASSUMED_SLIPPAGE_BPS:g} bps slippage), red where none "
    "does."
)


def stressed_execution(execution: Execution) -> Execution:
    """The terms with every cost doubled; with assumed ones when the run had no cost at all."""
    if not execution.has_costs:
        return replace(execution, commission_bps=ASSUMED_COMMISSION_BPS, slippage_bps=ASSUMED_SLIPPAGE_BPS)
    return execution.scale_costs(2.0)


def check_costs(run: JudgedRun) -> Check:
    """Run the signals again under `stressed_execution`. The figure is the total return then."""
    fills = run.fills
    if len(fills.trades) == 0:
        statement = "There is no trade, so costs could not be tried."
        return Check(NAME, Level.AMBER, statement, thresholds=THRESHOLDS)
    again = run.fill(execution=stressed_execution(fills.execution))
    start = fills.execution.initial_cash
    before = float(fills.equity[-1]) / start - 1.0
    after = float(again.equity[-1]) / start - 1.0
    if fills.execution.has_costs:
        what = "every cost doubled"
    else:
        bps = f"{ASSUMED_COMMISSION_BPS:g} bps commission and {ASSUMED_SLIPPAGE_BPS:g} bps"
        what = f"{bps} slippage instead of none"
    if before <= 0.0:
        level = Level.RED
        statement = f"It lost money at the costs assumed; with {what}, {percent(after)}."
    elif after <= 0.0:
        level = Level.RED
        statement = f"With {what}, the profit is gone: {percent(after)} instead of {percent(before)}."
    elif after < KEPT_SHARE * before:
        level = Level.AMBER
        left = f"{percent(after)} instead of {percent(before)}"
        statement = f"With {what}, less than half of the profit is left: {left}."
    else:
        level = Level.GREEN
        statement = f"With {what}, {percent(after)} remains of {percent(before)}."
    picture = bars_picture(
        "Total return at the costs assumed and with more",
        "fraction",
        (("As assumed", before, None), (what.capitalize(), after, level.value)),
        0.0,
    )
    return Check(NAME, level, statement, after, THRESHOLDS, (), (picture,))
