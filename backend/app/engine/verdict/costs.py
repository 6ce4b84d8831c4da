"""Does the profit survive if trading costs twice as much as assumed?"""

from __future__ import annotations

from dataclasses import replace

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.signals import Signals
from app.engine.verdict.check import Check, Level, percent

NAME = "costs"

ASSUMED_COMMISSION_BPS = 5.0
ASSUMED_SLIPPAGE_BPS = 5.0
"""What a run that assumed no cost at all is tried with."""
KEPT_SHARE = 0.5
"""Where less than this share of the profit is kept, the check is amber."""
HIGHEST_BPS = 9_999.0


def stressed_execution(execution: Execution) -> Execution:
    """The terms with commission and slippage doubled; with assumed ones when the run had no cost at all."""
    if execution.commission_bps == execution.slippage_bps == execution.commission_fixed == 0.0:
        return replace(execution, commission_bps=ASSUMED_COMMISSION_BPS, slippage_bps=ASSUMED_SLIPPAGE_BPS)
    return replace(
        execution,
        commission_bps=min(2.0 * execution.commission_bps, HIGHEST_BPS),
        slippage_bps=min(2.0 * execution.slippage_bps, HIGHEST_BPS),
        commission_fixed=2.0 * execution.commission_fixed,
    )


def check_costs(bars: Bars, signals: Signals, fills: Fills) -> Check:
    """Run the signals again under `stressed_execution`. The figure is the total return then."""
    if len(fills.trades) == 0:
        return Check(NAME, Level.AMBER, "There is no trade, so costs could not be tried.")
    stressed = stressed_execution(fills.execution)
    again = simulate(bars, signals, stressed, fills.first_bar)
    start = fills.execution.initial_cash
    before = float(fills.equity[-1]) / start - 1.0
    after = float(again.equity[-1]) / start - 1.0
    if stressed.commission_bps == ASSUMED_COMMISSION_BPS and fills.execution.commission_bps == 0.0:
        bps = f"{ASSUMED_COMMISSION_BPS:g} bps commission and {ASSUMED_SLIPPAGE_BPS:g} bps"
        what = f"{bps} slippage instead of none"
    else:
        what = "commission and slippage doubled"
    if before <= 0.0:
        return Check(
            NAME, Level.RED, f"It lost money at the costs assumed; with {what}, {percent(after)}.", after
        )
    if after <= 0.0:
        statement = f"With {what}, the profit is gone: {percent(after)} instead of {percent(before)}."
        return Check(NAME, Level.RED, statement, after)
    if after < KEPT_SHARE * before:
        left = f"{percent(after)} instead of {percent(before)}"
        statement = f"With {what}, less than half of the profit is left: {left}."
        return Check(NAME, Level.AMBER, statement, after)
    return Check(NAME, Level.GREEN, f"With {what}, {percent(after)} remains of {percent(before)}.", after)
