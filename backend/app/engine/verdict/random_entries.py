"""Would a coin have done as well? The run against random entries of the same number, lengths and sides."""

from __future__ import annotations

import math

import numpy as np

from app.engine.bars import Bars
from app.engine.columns import readable_numbers
from app.engine.fills import Fills
from app.engine.trades import EXITS_AT_OPEN, ExitReason, Trades, bars_held
from app.engine.verdict.chance_kernel import draw_log_growth
from app.engine.verdict.check import Level, Part, percent, share_of
from app.engine.verdict.pictures import Picture, histogram_picture

NAME = "random_entries"

DRAWS = 1_000
FEWEST_DRAWS = 20
WORK_LIMIT = 2_000_000
"""Trades drawn at most: runs with many trades get fewer draws, and need fewer."""
SEED = 20_130_301
UNLIKELY = 0.05
"""Up to this share of random runs that did as well: green."""
LIKELY = 0.20
"""Above this share: red."""
LEAST_FREE_SHARE = 0.05
"""With less than this share of its bars out of a position, a run leaves random entries no choice: amber."""
_MOST_LOG_GROWTH = 700.0  # its exponential is about the greatest float64
_SLIPPED = (*EXITS_AT_OPEN, ExitReason.STOP_LOSS, ExitReason.TRAILING_STOP)

THRESHOLDS = (
    f"green where at most {share_of(UNLIKELY)} of the runs with random entries did as well, red above "
    f"{share_of(LIKELY)}"
)


def judge_random_entries(bars: Bars, fills: Fills) -> tuple[Part, Picture]:
    """Draw random runs and count those that grew at least as much. The figure is (that count + 1) / (draws
    + 1).

    The random runs pay the same commission rate, slippage and other costs, put the same fraction of equity
    in each trade, and hold each for as long; stops and targets become exits at the close of the bar on which
    they happened. Parts of one position count as one trade that leaves with the last of them. `bars`: in the
    same units throughout, for a random position may lie across any split. There must be a trade.
    """
    trades = fills.trades
    starts = trades.position_starts
    ends = np.append(starts[1:], len(trades)) - 1
    count = len(starts)
    reason = trades.exit_reason[ends]
    length = trades.bars[ends]
    leaves_at_open = np.isin(reason, EXITS_AT_OPEN)
    held = bars_held(trades)[ends]
    space = len(bars) - 1 - fills.first_bar
    # An exit at an open needs the bar after those held.
    free = max(space - int(held.sum()) - int(leaves_at_open.any()), 0)
    draws = min(DRAWS, max(FEWEST_DRAWS, WORK_LIMIT // count))
    execution = fills.execution
    closed = reason != ExitReason.OPEN
    side = trades.side[starts].astype(np.float64)
    notional = np.add.reduceat(trades.entry_notional(), starts)
    profit = np.add.reduceat(trades.pnl, starts)
    equity_before = execution.initial_cash + np.concatenate(([0.0], np.cumsum(profit)[:-1]))
    growth = draw_log_growth(
        readable_numbers(bars.open),
        readable_numbers(bars.close),
        fills.first_bar + 1,
        free,
        length,
        leaves_at_open,
        side,
        notional / equity_before,
        1.0 + side * execution.slippage_rate,
        np.where(np.isin(reason, _SLIPPED), 1.0 - side * execution.slippage_rate, 1.0),
        execution.commission_rate,
        np.where(closed, execution.commission_rate, 0.0),
        np.add.reduceat(_other_costs(trades, execution.commission_rate), starts) / notional,
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
    level = Level.GREEN if figure <= UNLIKELY else Level.AMBER if figure <= LIKELY else Level.RED
    if free < LEAST_FREE_SHARE * space:
        statement += " The run is nearly always in a position: random entries can hardly differ from it."
        level = Level.AMBER if figure <= LIKELY else Level.RED
    made = np.expm1(np.minimum(growth, _MOST_LOG_GROWTH))
    picture = histogram_picture("Total return of runs with random entries", "fraction", made, final - 1.0)
    return Part(NAME, level, statement, figure), picture


def _other_costs(trades: Trades, commission_rate: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What each trade paid beyond the commission rate: money for fixed fees, units, borrowing; (count,)."""
    closed = trades.is_closed
    left = np.where(closed, trades.quantity * np.where(closed, trades.exit_price, 0.0), 0.0)
    gross = trades.side * (left - trades.entry_notional())
    paid = np.where(closed, gross - trades.pnl, trades.commission)
    return np.asarray(paid - commission_rate * (trades.entry_notional() + left), np.float64)
