"""The figures that come from the trades rather than from the equity curve."""

from __future__ import annotations

import math
from typing import TypedDict

import numpy as np

from app.engine.fills import Fills
from app.engine.trades import ExitReason, Indices, Trades


class TradeFigures(TypedDict):
    """Figures by their names in the API.

    All but `trades`, exposure, turnover and the totals are of closed trades.
    """

    trades: int
    win_rate: float | None
    profit_factor: float | None
    expectancy: float | None
    sqn: float | None
    avg_win: float | None
    avg_loss: float | None
    best: float | None
    worst: float | None
    exposure: float
    turnover: float | None
    avg_bars: float | None
    total_commission: float
    total_slippage: float


def trade_figures(fills: Fills) -> TradeFigures:
    """Figures of `fills.trades`; money figures are of pnl net of commission, over closed trades.

    win_rate: share with pnl > 0. profit_factor: Σ wins / −Σ losses, None without a loss. expectancy: mean
    pnl. sqn: √count · mean(pnl) / std(pnl, ddof=1) (Van Tharp's system quality number, on money). avg_win,
    avg_loss: mean pnl of trades above and below 0. best, worst: greatest and least pnl. exposure: share of
    the run's bars with a position after the fills at their open. turnover: money of all fills / mean
    equity, over the whole run.
    """
    trades = fills.trades
    closed = trades.is_closed
    pnl = trades.pnl[closed]
    wins, losses = pnl[pnl > 0.0], pnl[pnl < 0.0]
    lost = -float(losses.sum())
    deviation = float(np.std(pnl, ddof=1)) if len(pnl) > 1 else 0.0
    mean = float(pnl.mean()) if len(pnl) else None
    equity = fills.equity[fills.first_bar :]
    mean_equity = float(equity.mean())
    return TradeFigures(
        trades=len(trades),
        win_rate=len(wins) / len(pnl) if len(pnl) else None,
        profit_factor=float(wins.sum()) / lost if lost > 0.0 else None,
        expectancy=mean,
        sqn=math.sqrt(len(pnl)) * mean / deviation if mean is not None and deviation > 0.0 else None,
        avg_win=float(wins.mean()) if len(wins) else None,
        avg_loss=float(losses.mean()) if len(losses) else None,
        best=float(pnl.max()) if len(pnl) else None,
        worst=float(pnl.min()) if len(pnl) else None,
        exposure=int(bars_held(trades).sum()) / len(equity),
        turnover=_traded_money(trades) / mean_equity if mean_equity > 0.0 else None,
        avg_bars=float(trades.bars[closed].mean()) if len(pnl) else None,
        total_commission=float(trades.commission.sum()),
        total_slippage=float(trades.slippage.sum()),
    )


def bars_held(trades: Trades) -> Indices:
    """Bars during which each trade held its position, shape (count,).

    A market exit leaves at the open, before its bar is lived through; every other exit, and the last bar of
    an open trade, counts.
    """
    at_open = (trades.exit_reason == ExitReason.SIGNAL) | (trades.exit_reason == ExitReason.REVERSAL)
    return np.where(at_open, trades.bars, trades.bars + 1)


def _traded_money(trades: Trades) -> float:
    closed = trades.is_closed
    left = float((trades.quantity[closed] * trades.exit_price[closed]).sum())
    return float(trades.entry_notional().sum()) + left
