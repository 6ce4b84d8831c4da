"""The figures that come from the trades rather than from the equity curve."""

from __future__ import annotations

import math

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.filling.layout import OPEN, REBALANCE, REVERSAL, SIGNAL, TIME_STOP
from app.engine.metrics_places import (
    AVG_BARS,
    AVG_LOSS,
    AVG_WIN,
    BEST,
    EXPECTANCY,
    EXPOSURE,
    PROFIT_FACTOR,
    SQN,
    TOTAL_COMMISSION,
    TOTAL_SLIPPAGE,
    TRADES,
    TURNOVER,
    WIN_RATE,
    WORST,
)
from app.engine.trades import Codes, Indices

_BLOCK = 128


@compile_loop
def leaves_at_open(reason: int) -> bool:
    """Whether a trade of this ExitReason ended by a market order, at a bar's open."""
    return reason in (SIGNAL, REVERSAL, TIME_STOP, REBALANCE)


@compile_loop
def write_trade_figures(
    reason: Codes,
    entry: Indices,
    exit_: Indices,
    quantity: Column,
    entry_price: Column,
    exit_price: Column,
    pnl: Column,
    commission: Column,
    slippage: Column,
    last_bar: int,
    bars: int,
    mean_equity: float,
    figures: Column,
) -> None:
    """Writes the figures of trades (columns as of `Trades`, shape (count,)) to their places in `figures`.

    Money figures are of pnl net of commission, over closed trades. win_rate: share with pnl > 0.
    profit_factor: Σ wins / −Σ losses, undefined without a loss. expectancy: mean pnl. sqn: √count ·
    mean(pnl) / std(pnl, ddof=1) (Van Tharp's system quality number, on money). avg_win, avg_loss: mean pnl of
    trades above and below 0. best, worst: greatest and least pnl. exposure: share of the run's `bars` with a
    position after the fills at their open. turnover: money of all fills / mean equity, over the whole run.
    Undefined is NaN. Sums are taken in blocks of 128 trades. `last_bar`: the index of the run's last bar, up
    to which a trade left open is held.
    """
    count = len(pnl)
    closed = won = lost = held = lengths = free_from = 0
    wins = losses = traded = paid = slipped = 0.0
    best = -np.inf
    worst = np.inf
    for start in range(0, count, _BLOCK):
        some_wins = some_losses = some_traded = some_paid = some_slipped = 0.0
        for i in range(start, min(start + _BLOCK, count)):
            some_paid += commission[i]
            some_slipped += slippage[i]
            some_traded += quantity[i] * entry_price[i]
            end = last_bar + 1
            if reason[i] != OPEN:
                value = pnl[i]
                closed += 1
                lengths += exit_[i] - entry[i]
                some_traded += quantity[i] * exit_price[i]
                best = max(best, value)
                worst = min(worst, value)
                if value > 0.0:
                    won += 1
                    some_wins += value
                elif value < 0.0:
                    lost += 1
                    some_losses += value
                end = exit_[i] if leaves_at_open(reason[i]) else exit_[i] + 1
            # Parts of one position share their bars: each bar counts once.
            begin = max(entry[i], free_from)
            if end > begin:
                held += end - begin
                free_from = end
        wins += some_wins
        losses += some_losses
        traded += some_traded
        paid += some_paid
        slipped += some_slipped
    figures[TRADES] = count
    figures[EXPOSURE] = held / bars
    figures[TURNOVER] = traded / mean_equity if mean_equity > 0.0 else np.nan
    figures[TOTAL_COMMISSION] = paid
    figures[TOTAL_SLIPPAGE] = slipped
    figures[WIN_RATE] = won / closed if closed > 0 else np.nan
    figures[PROFIT_FACTOR] = wins / -losses if losses < 0.0 else np.nan
    figures[AVG_WIN] = wins / won if won > 0 else np.nan
    figures[AVG_LOSS] = losses / lost if lost > 0 else np.nan
    figures[BEST] = best if closed > 0 else np.nan
    figures[WORST] = worst if closed > 0 else np.nan
    figures[AVG_BARS] = lengths / closed if closed > 0 else np.nan
    mean = (wins + losses) / closed if closed > 0 else np.nan
    deviation = find_deviation(reason, pnl, mean, closed)
    figures[EXPECTANCY] = mean
    figures[SQN] = math.sqrt(closed) * mean / deviation if deviation > 0.0 else np.nan


@compile_loop
def find_deviation(reason: Codes, pnl: Column, mean: float, closed: int) -> float:
    """std(pnl, ddof=1) of the closed trades about their mean; 0 below two of them."""
    if closed < 2:
        return 0.0
    squares = 0.0
    for start in range(0, len(pnl), _BLOCK):
        some = 0.0
        for i in range(start, min(start + _BLOCK, len(pnl))):
            if reason[i] != OPEN:
                distance = pnl[i] - mean
                some += distance * distance
        squares += some
    return math.sqrt(squares / (closed - 1))
