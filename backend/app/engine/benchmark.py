"""What every run is set beside: buying once and holding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.fills import Fills, simulate
from app.engine.signals import Signals


def buy_and_hold(
    bars: Bars, execution: Execution, first_bar: int = 0, *, splits: Sequence[Split] = ()
) -> Fills:
    """Buy with all of equity on the signal of `first_bar` (that is, at the next bar's open) and never sell.

    `splits`: those that the bars are not adjusted for; what is held goes through them. The same kernel, terms
    and costs as the run's: it is the rule that says yes once.
    """
    never = np.zeros(len(bars), dtype=np.bool_)
    once = never.copy()
    once[first_bar] = True
    return simulate(bars, Signals(once, never, never, never), execution, first_bar, splits=splits)
