"""From signals to fills: the door of the fill kernel.

The conventions are published in `app.engine.conventions` (and from there in docs/assumptions.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.columns import readable_flags, readable_numbers
from app.engine.execution import Execution
from app.engine.fill_kernel import QUANTITY_SCALE, fill_orders, has_bad_price
from app.engine.signals import Signals
from app.engine.trades import NO_INDEX, Trades

EQUITY_LIMIT = 1e150
"""Equity beyond this comes from prices that mean nothing; its square would leave what a float64 can hold."""
_NO_COLUMN = np.empty(0, dtype=np.float64)


class DataNotUsable(ValueError):
    """Nothing can be computed from these bars. Says what is wrong with them, for the person who reads it."""


@dataclass(frozen=True, slots=True, eq=False)
class Fills:
    """What became of a run's signals.

    `equity`: money at each bar's close, shape (n,); the initial cash up to and including `first_bar`. Where
    a position was closed at a close (end of data, ruin) it is the equity after that. `cash`: money outside
    a position at the end; equal to the last equity when nothing is open. `ruined`: equity fell to 0 or
    below and the run ended there.
    """

    trades: Trades
    equity: Column
    cash: float
    ruined: bool
    first_bar: int
    execution: Execution


def simulate(bars: Bars, signals: Signals, execution: Execution, first_bar: int = 0) -> Fills:
    """Fill a rule's orders on `bars` (n of them) under the terms of `execution`.

    `first_bar`: the first bar whose signal counts; bars before it only warm the indicators up. Its order
    fills at the open of the bar after it, and equity is the initial cash until then.

    Raises ValueError when there are no bars, when `first_bar` is not among them, or when the signals differ
    in length; DataNotUsable when a price is not finite, not above 0, or a high lies below its low, and when
    prices lie so far apart that equity passes `EQUITY_LIMIT`.
    """
    n = len(bars)
    if not 0 <= first_bar < n:
        raise ValueError(f"first_bar {first_bar} is not among {n} bars")
    open_, high, low, close, _ = (readable_numbers(column) for column in bars.columns())
    if has_bad_price(open_, high, low, close):
        raise DataNotUsable(
            "The bars hold a price that is not finite or not above 0, or a high below its low."
        )
    for name in signals.__slots__:
        column = getattr(signals, name)
        if column is not None and column.shape != (n,):
            raise ValueError(f"signals.{name} has shape {column.shape}, but there are {n} bars")
    enter_long, enter_short = readable_flags(signals.enter_long), readable_flags(signals.enter_short)
    capacity = np.count_nonzero(enter_long) + np.count_nonzero(enter_short)
    equity = np.empty(n, dtype=np.float64)
    side, reason = (np.empty(capacity, dtype=np.int8) for _ in range(2))
    entry, exit_ = (np.empty(capacity, dtype=np.int64) for _ in range(2))
    figures = [np.empty(capacity, dtype=np.float64) for _ in range(8)]
    count, cash, ruined = fill_orders(
        open_,
        high,
        low,
        close,
        enter_long,
        readable_flags(signals.exit_long),
        enter_short,
        readable_flags(signals.exit_short),
        _numbers_or_none(signals.stop_loss),
        _numbers_or_none(signals.take_profit),
        _numbers_or_none(signals.trailing_stop),
        _numbers_or_none(signals.size),
        _numbers_or_none(signals.risk),
        first_bar,
        execution.initial_cash,
        execution.commission_rate,
        execution.slippage_rate,
        execution.commission_fixed,
        1.0 if execution.whole_units else QUANTITY_SCALE,
        execution.close_at_end,
        equity,
        side,
        reason,
        entry,
        exit_,
        *figures,
    )
    if not (np.abs(equity) < EQUITY_LIMIT).all():
        raise DataNotUsable(
            "Prices lie so far apart that the equity grew beyond every number. Check the bars and the splits."
        )
    entry, exit_ = entry[:count].copy(), exit_[:count].copy()
    quantity, entry_price, exit_price, pnl, commission, slippage, mae, mfe = (
        c[:count].copy() for c in figures
    )
    is_open = exit_ == NO_INDEX
    trades = Trades(
        side=side[:count].copy(),
        exit_reason=reason[:count].copy(),
        entry_index=entry,
        exit_index=exit_,
        entry_time=bars.time[entry],
        exit_time=np.where(is_open, 0, bars.time[exit_]),
        quantity=quantity,
        entry_price=entry_price,
        exit_price=exit_price,
        pnl=pnl,
        returns=pnl / (quantity * entry_price),
        commission=commission,
        slippage=slippage,
        bars=np.where(is_open, n - 1, exit_) - entry,
        mae=mae,
        mfe=mfe,
    )
    return Fills(trades, equity, float(cash), bool(ruined), first_bar, execution)


def _numbers_or_none(column: Column | None) -> Column:
    return readable_numbers(_NO_COLUMN if column is None else column)
