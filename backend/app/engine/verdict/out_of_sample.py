"""Does it hold up on the part of the data that comes later?"""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.metrics import equity_returns, sharpe
from app.engine.verdict.check import Check, Level, percent

NAME = "out_of_sample"

SPLIT = 0.7
"""The first part of the bars, anchored at the start; the rest comes later."""
FEWEST_RETURNS = 20
"""Returns that the later part must have to be judged."""
KEPT_SHARE = 0.5
"""Where the later Sharpe ratio is below this share of the earlier one, the check is amber."""


def check_out_of_sample(equity: Column, has_trades: bool, periods_per_year: float) -> Check:
    """Split the run's equity (n,) at 70 % of its bars and compare the parts.

    The run goes on across the split: a position held there belongs to both parts. The figure is the later
    part's Sharpe ratio, None where it is undefined.
    """
    if not has_trades:
        return Check(NAME, Level.AMBER, "There is no trade, so there is nothing to split.")
    split = int(len(equity) * SPLIT)
    if len(equity) - 1 - split < FEWEST_RETURNS:
        return Check(NAME, Level.AMBER, "The run is too short to be split in an earlier and a later part.")
    earlier, later = equity[: split + 1], equity[split:]
    if later[0] <= 0.0:
        return Check(NAME, Level.RED, "The run was ruined in the first 70 % of its bars.")
    gains = [float(part[-1] / part[0] - 1.0) for part in (earlier, later)]
    ratios = [sharpe(equity_returns(part), periods_per_year) for part in (earlier, later)]
    told = (
        f"First 70 % of the bars {percent(gains[0])} (Sharpe {_ratio(ratios[0])}), "
        f"last 30 % {percent(gains[1])} (Sharpe {_ratio(ratios[1])})"
    )
    figure = ratios[1]
    if not np.any(later != later[0]):
        return Check(NAME, Level.AMBER, f"{told}: it did nothing in the later part.", figure)
    if gains[1] <= 0.0:
        return Check(NAME, Level.RED, f"{told}: the later part lost money.", figure)
    if gains[0] <= 0.0:
        return Check(NAME, Level.AMBER, f"{told}: the earlier part lost money.", figure)
    if ratios[0] is not None and (ratios[1] is None or ratios[1] < KEPT_SHARE * ratios[0]):
        return Check(NAME, Level.AMBER, f"{told}: the later part was much weaker.", figure)
    return Check(NAME, Level.GREEN, f"{told}: it held up.", figure)


def _ratio(ratio: float | None) -> str:
    return "undefined" if ratio is None else f"{ratio:.2f}".replace("-", "−")
