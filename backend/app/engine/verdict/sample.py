"""Is there enough to judge by? Trades, years, and how much of the result hangs on a few of them."""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.trades import Trades
from app.engine.verdict.check import Check, Level, Part, counted, share_of, worst
from app.engine.verdict.pictures import bars_picture

NAME = "sample"

FEWEST_TRADES = 10
"""Below this many trades nothing can be said: red."""
ENOUGH_TRADES = 30
"""Below this many trades, the usual rule of thumb for a mean, the check is amber."""
ENOUGH_YEARS = 2.0
"""A run shorter than this has seen one kind of market: amber."""
BEST_TRADES = 3
MOST_FROM_BEST = 0.5
"""Above this share of the growth from the best three trades the check is amber."""
_TRADES_DRAWN = 20

THRESHOLDS = (
    f"Green from {ENOUGH_TRADES} trades and {ENOUGH_YEARS:g} years on, red below {FEWEST_TRADES} trades; "
    f"amber too where the best {BEST_TRADES} trades make more than {share_of(MOST_FROM_BEST)} of the growth."
)


def check_sample(trades: Trades, initial_cash: float, years: float) -> Check:
    """Judge the trades (one left open counts) of a run over `years` calendar years.

    The figure is the number of trades; what was closed in parts is one, as it was entered once.
    """
    profits = _add_up_positions(trades)
    count = len(profits)
    figure = float(count)
    if count == 0:
        statement = f"There is no trade in {years:.1f} years, so there is nothing to judge."
        return Check(NAME, Level.RED, statement, figure, THRESHOLDS)
    in_parts = f" ({len(trades):,} with their parts)" if len(trades) > count else ""
    span = f"{counted(count, 'trade')}{in_parts} in {years:.1f} years"
    short = years < ENOUGH_YEARS
    if count < FEWEST_TRADES:
        level = Level.RED
        statement = f"{span}: too few to tell skill from luck; {ENOUGH_TRADES} is the least to ask for."
    elif count < ENOUGH_TRADES:
        level = Level.AMBER
        statement = f"{span}: few; from {ENOUGH_TRADES} on, averages begin to mean something."
    elif short:
        level = Level.AMBER
        statement = f"{span}: many trades, but a short time, which saw one kind of market."
    else:
        level = Level.GREEN
        statement = f"{span}: enough for averages to mean something."
    parts = [
        Part("trades", _level_of(count), f"{counted(count, 'trade')}.", figure),
        Part("years", Level.AMBER if short else Level.GREEN, f"{years:.1f} years.", years),
    ]
    best = judge_best_trades(trades, initial_cash)
    if best is not None:
        parts.append(best)
        if best.level is not Level.GREEN:
            statement = f"{statement} {best.statement}"
    ordered = np.sort(profits)[::-1]
    picture = bars_picture(
        "Profit of the best trades",
        "money",
        ((f"{place + 1}", float(pnl), None) for place, pnl in enumerate(ordered[:_TRADES_DRAWN])),
        float(profits.mean()),
    )
    levels = [level, *(part.level for part in parts)]
    return Check(NAME, worst(levels), statement, figure, THRESHOLDS, tuple(parts), (picture,))


def judge_best_trades(trades: Trades, initial_cash: float) -> Part | None:
    """The share of the growth that the best three trades made; None for a run that did not grow.

    Growth is Σ ln(1 + profit / equity before the trade), in which a trade weighs the same early and late.
    Above 1 the others lost money together.
    """
    profits = _add_up_positions(trades)
    before = initial_cash + np.concatenate(([0.0], np.cumsum(profits)[:-1]))
    after = before + profits
    if not (min(before.min(), after.min()) > 0.0 and after[-1] > initial_cash):
        return None
    growth = np.log(after / before)
    share = float(np.sort(growth)[-BEST_TRADES:].sum() / growth.sum())
    level = Level.GREEN if share <= MOST_FROM_BEST else Level.AMBER
    if share > 1.0:
        told = f"Without its best {BEST_TRADES} trades it would have lost money."
    else:
        told = f"The best {BEST_TRADES} trades made {share_of(share)} of the growth."
    return Part("best_trades", level, told, share)


def _add_up_positions(trades: Trades) -> Column:
    """What each position made, its parts together, shape (positions,)."""
    return np.add.reduceat(trades.pnl, trades.position_starts) if len(trades) else trades.pnl


def _level_of(count: int) -> Level:
    if count < FEWEST_TRADES:
        return Level.RED
    return Level.AMBER if count < ENOUGH_TRADES else Level.GREEN
