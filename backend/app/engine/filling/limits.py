"""How large money may grow before it means nothing."""

from __future__ import annotations

from app.engine.compiled import compile_loop
from app.engine.filling.layout import Floats

EQUITY_LIMIT = 1e150
"""Equity beyond this comes from prices that mean nothing; its square would leave what a float64 can hold."""


@compile_loop
def is_within_limit(equity: Floats) -> bool:
    """Whether equity stays within `EQUITY_LIMIT`, either way, and is a number."""
    beyond = False
    for i in range(len(equity)):
        beyond |= not abs(equity[i]) < EQUITY_LIMIT
    return not beyond
