"""From signals to fills: the door of the fill kernels.

The conventions are published in `app.engine.conventions` (and from there in docs/assumptions.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split, count_nights, place_splits
from app.engine.filling.finer_bars import match_finer_bars
from app.engine.filling.layout import (
    COMMISSION,
    ENTRY,
    ENTRY_PRICE,
    EXIT,
    EXIT_PRICE,
    FINANCING,
    MAE,
    MFE,
    PNL,
    QUANTITY,
    REASON,
    SIDE,
    SLIPPAGE,
)
from app.engine.filling.limits import is_within_limit
from app.engine.filling.prices import DataNotUsable as DataNotUsable
from app.engine.filling.prices import prepare_prices
from app.engine.filling.run import FillRoom, Surroundings, fill_signals
from app.engine.signals import Signals
from app.engine.trades import NO_INDEX, Trades


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


def simulate(
    bars: Bars,
    signals: Signals,
    execution: Execution,
    first_bar: int = 0,
    *,
    splits: Sequence[Split] = (),
    detail: Bars | None = None,
) -> Fills:
    """Fill a rule's orders on `bars` (n of them) under the terms of `execution`.

    `first_bar`: the first bar whose signal counts; bars before it only warm the indicators up. Its order
    fills at the open of the bar after it, and equity is the initial cash until then.

    `splits`: (date, ratio) of splits that the bars are not adjusted for; a position goes through them.
    `detail`: bars of a finer interval, of any stretch of time, that say in what order prices came within a
    bar.

    Raises ValueError when there are no bars, when `first_bar` is not among them, when the signals differ
    in length, or when `detail` is not of a finer interval; DataNotUsable when a price is not finite, not
    above 0, or a high lies below its low, and when prices lie so far apart that equity passes
    `app.engine.filling.limits.EQUITY_LIMIT`.
    """
    n = len(bars)
    if not 0 <= first_bar < n:
        raise ValueError(f"first_bar {first_bar} is not among {n} bars")
    prices = prepare_prices(bars)
    for name in signals.__slots__:
        column = getattr(signals, name)
        if column is not None and column.shape != (n,):
            raise ValueError(f"signals.{name} has shape {column.shape}, but there are {n} bars")
    entries = np.count_nonzero(signals.enter_long) + np.count_nonzero(signals.enter_short)
    room = FillRoom.for_trades(n, int(entries) * (1 if signals.take_profit_share is None else 2))
    around = find_surroundings(bars, execution, splits, detail)
    outcome = fill_signals(prices, signals, execution, first_bar, room, around=around)
    equity, count = room.equity, outcome.count
    if not is_within_limit(equity):
        raise DataNotUsable(
            "Prices lie so far apart that the equity grew beyond every number. Check the bars and the splits."
        )
    codes, indices, figures = (table[:, :count].copy() for table in (room.codes, room.indices, room.figures))
    entry, exit_ = indices[ENTRY], indices[EXIT]
    is_open = exit_ == NO_INDEX
    trades = Trades(
        side=codes[SIDE],
        exit_reason=codes[REASON],
        entry_index=entry,
        exit_index=exit_,
        entry_time=bars.time[entry],
        exit_time=np.where(is_open, 0, bars.time[exit_]),
        quantity=figures[QUANTITY],
        entry_price=figures[ENTRY_PRICE],
        exit_price=figures[EXIT_PRICE],
        pnl=figures[PNL],
        returns=figures[PNL] / (figures[QUANTITY] * figures[ENTRY_PRICE]),
        commission=figures[COMMISSION],
        slippage=figures[SLIPPAGE],
        bars=np.where(is_open, n - 1, exit_) - entry,
        mae=figures[MAE],
        mfe=figures[MFE],
        financing=figures[FINANCING],
    )
    return Fills(trades, equity, outcome.cash, outcome.ruined, first_bar, execution)


def find_surroundings(
    bars: Bars, execution: Execution, splits: Sequence[Split] = (), detail: Bars | None = None
) -> Surroundings:
    """What every run on these bars under these terms needs beside the prices; as for `simulate`."""
    return Surroundings(
        finer=None if detail is None else match_finer_bars(bars, detail),
        nights=count_nights(bars) if execution.charges_nights else None,
        splits=place_splits(bars, splits) if splits else None,
    )
