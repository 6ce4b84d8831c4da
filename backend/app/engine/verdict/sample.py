"""Is there enough to judge by? The number of trades and of years."""

from __future__ import annotations

from app.engine.verdict.check import Check, Level, counted

NAME = "sample"

FEWEST_TRADES = 10
"""Below this many trades nothing can be said: red."""
ENOUGH_TRADES = 30
"""Below this many trades, the usual rule of thumb for a mean, the check is amber."""
ENOUGH_YEARS = 2.0
"""A run shorter than this has seen one kind of market: amber."""


def check_sample(trades: int, years: float) -> Check:
    """Judge the number of trades (one left open counts) over `years` calendar years.

    The figure is the number of trades.
    """
    span = f"{counted(trades, 'trade')} in {years:.1f} years"
    if trades == 0:
        return Check(
            NAME, Level.RED, f"There is no trade in {years:.1f} years, so there is nothing to judge.", 0.0
        )
    if trades < FEWEST_TRADES:
        statement = f"{span}: too few to tell skill from luck; {ENOUGH_TRADES} is the least to ask for."
        return Check(NAME, Level.RED, statement, float(trades))
    if trades < ENOUGH_TRADES:
        statement = f"{span}: few; from {ENOUGH_TRADES} on, averages begin to mean something."
        return Check(NAME, Level.AMBER, statement, float(trades))
    if years < ENOUGH_YEARS:
        statement = f"{span}: many trades, but a short time, which saw one kind of market."
        return Check(NAME, Level.AMBER, statement, float(trades))
    return Check(NAME, Level.GREEN, f"{span}: enough for averages to mean something.", float(trades))
