"""In what unit a report tells each figure of a run, and what each level of a verdict answers."""

from __future__ import annotations

from collections.abc import Mapping

FRACTIONS = frozenset(
    {"total_return", "cagr", "volatility", "max_drawdown", "var_95", "win_rate", "exposure"}
)
COUNTS = frozenset({"trades", "max_drawdown_bars"})
MONEY = frozenset(
    {"final_equity", "expectancy", "avg_win", "avg_loss", "best", "worst"}
    | {"total_commission", "total_slippage"}
)
# The others are ratios and bars.

ANSWERS: Mapping[str, str] = {"green": "Yes.", "amber": "With care.", "red": "No."}
"""Can it be believed?"""

ENDED: Mapping[str, str] = {"green": "Passed", "amber": "Careful", "red": "Failed"}
"""How a check ended, in the web page's words."""
