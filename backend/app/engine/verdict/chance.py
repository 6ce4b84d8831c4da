"""Would a coin have done as well? The run against random entries of the same number, lengths and sides."""

from __future__ import annotations

import math

import numpy as np

from app.engine.bars import Bars
from app.engine.columns import readable_numbers
from app.engine.fills import Fills
from app.engine.metrics_trades import bars_held
from app.engine.trades import ExitReason
from app.engine.verdict.chance_kernel import draw_log_growth
from app.engine.verdict.check import Check, Level, percent

NAME = "chance"

DRAWS = 1_000
FEWEST_DRAWS = 20
WORK_LIMIT = 2_000_000
"""Trades drawn at most: runs with many trades get fewer draws, and need fewer."""
SEED = 20_130_301
UNLIKELY = 0.05
"""Up to this share of random runs that did as well: green."""
LIKELY = 0.20
"""Above this share: red."""
_MOST_LOG_GROWTH = 700.0  # its exponential is about the greatest float64
LEAST_FREE_SHARE = 0.05
"""With less than this share of its bars out of a position, a run leaves random entries no choice: amber."""


def check_chance(bars: Bars, fills: Fills) -> Check:
    """Draw random runs and count those that grew at least as much. The figure is (that count + 1) / (draws
    + 1).

    The random runs pay the same commission rate and slippage, put the same fraction of equity in each
    trade, and hold each for as long; stops and targets become exits at the close of the bar on which they
    happened.
    """
    trades = fills.trades
    count = len(trades)
    if count == 0:
        return Check(NAME, Level.AMBER, "There is no trade to set against random ones.")
    held = bars_held(trades)
    leaves_at_open = (trades.exit_reason == ExitReason.SIGNAL) | (trades.exit_reason == ExitReason.REVERSAL)
    space = len(bars) - 1 - fills.first_bar
    # An exit at an open needs the bar after those held.
    free = max(space - int(held.sum()) - int(leaves_at_open.any()), 0)
    draws = min(DRAWS, max(FEWEST_DRAWS, WORK_LIMIT // count))
    execution = fills.execution
    closed = trades.is_closed
    slips = leaves_at_open | np.isin(trades.exit_reason, (ExitReason.STOP_LOSS, ExitReason.TRAILING_STOP))
    side = trades.side.astype(np.float64)
    notional = trades.entry_notional()
    equity_before = execution.initial_cash + np.concatenate(([0.0], np.cumsum(trades.pnl)[:-1]))
    weight = notional / equity_before
    growth = draw_log_growth(
        readable_numbers(bars.open),
        readable_numbers(bars.close),
        fills.first_bar + 1,
        free,
        trades.bars,
        leaves_at_open,
        side,
        weight,
        1.0 + side * execution.slippage_rate,
        np.where(slips, 1.0 - side * execution.slippage_rate, 1.0),
        execution.commission_rate,
        np.where(closed, execution.commission_rate, 0.0),
        np.where(closed, 2.0, 1.0) * execution.commission_fixed / notional,
        SEED,
        draws,
    )
    final = float(fills.equity[-1]) / execution.initial_cash
    own = math.log(final) if final > 0.0 else -math.inf
    as_good = int(np.count_nonzero(growth >= own - 1e-12))
    figure = (as_good + 1) / (draws + 1)
    typical = math.expm1(min(float(np.median(growth)), _MOST_LOG_GROWTH))
    statement = (
        f"{as_good:,} of {draws:,} runs with random entries of the same number, lengths and sides did as "
        f"well or better; the middle one made {percent(typical)}."
    )
    if free < LEAST_FREE_SHARE * space:
        statement += " The run is nearly always in a position: random entries can hardly differ from it."
        return Check(NAME, Level.AMBER if figure <= LIKELY else Level.RED, statement, figure)
    level = Level.GREEN if figure <= UNLIKELY else Level.AMBER if figure <= LIKELY else Level.RED
    return Check(NAME, level, statement, figure)
