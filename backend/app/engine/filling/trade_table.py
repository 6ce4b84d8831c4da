"""The row that a finished trade leaves behind. Compiled: every kernel writes its trades by this."""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.layout import (
    COMMISSION,
    ENTRY,
    ENTRY_PRICE,
    EXIT,
    EXIT_PRICE,
    FINANCING,
    MAE,
    MFE,
    OPEN,
    PNL,
    QUANTITY,
    REASON,
    SIDE,
    SLIPPAGE,
    Codes,
    Floats,
    Integers,
)


@compile_loop
def write_trade(
    codes: Codes,
    indices: Integers,
    figures: Floats,
    row: int,
    side: float,
    reason: int,
    entry: int,
    exit_bar: int,
    quantity: float,
    entry_price: float,
    exit_price: float,
    unit_slippage: float,
    entry_commission: float,
    exit_commission: float,
    financing: float,
    worst: float,
    best: float,
) -> float:
    """Write a trade (or a position still open, marked at `exit_price`) and return its pnl in money.

    `unit_slippage`: price given away per unit at both fills. `worst`, `best`: the extreme prices of the bars
    held; the exit's fill counts as well.
    """
    pnl = side * quantity * (exit_price - entry_price) - entry_commission - exit_commission - financing
    codes[SIDE, row] = np.int8(side)
    codes[REASON, row] = np.int8(reason)
    indices[ENTRY, row] = entry
    indices[EXIT, row] = exit_bar if reason != OPEN else -1
    figures[QUANTITY, row] = quantity
    figures[ENTRY_PRICE, row] = entry_price
    figures[EXIT_PRICE, row] = exit_price if reason != OPEN else np.nan
    figures[PNL, row] = pnl
    figures[COMMISSION, row] = entry_commission + exit_commission
    figures[SLIPPAGE, row] = quantity * unit_slippage
    figures[FINANCING, row] = financing
    worst = side * min(side * worst, side * exit_price)
    best = side * max(side * best, side * exit_price)
    figures[MAE, row] = min(side * (worst / entry_price - 1.0), 0.0)
    figures[MFE, row] = max(side * (best / entry_price - 1.0), 0.0)
    return pnl
