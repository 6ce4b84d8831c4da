"""From the room in which a set was filled to its row of figures: one compiled call a set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.compiled import compile_loop
from app.engine.filling.layout import (
    COMMISSION,
    ENTRY,
    ENTRY_PRICE,
    EXIT,
    EXIT_PRICE,
    PNL,
    QUANTITY,
    REASON,
    SLIPPAGE,
    Codes,
    Floats,
    Integers,
)
from app.engine.filling.limits import is_within_limit
from app.engine.metrics_blocks import write_block_sums
from app.engine.metrics_kernel import write_figures


@compile_loop
def measure_set(
    equity: Column,
    codes: Codes,
    indices: Integers,
    trade_figures: Floats,
    count: int,
    first_bar: int,
    seconds: float,
    periods: float,
    returns: Column,
    near: Column,
    keys: NDArray[np.uint8],
    tables: NDArray[np.int32],
    lanes: NDArray[np.float64],
    figures: Column,
    sums: NDArray[np.float64],
) -> None:
    """Writes a run's figures, shape (FIGURE_COUNT,), and the sums of its blocks, shape (blocks, 2).

    The run: equity and the `count` first trades of the tables as of `FillRoom`. `seconds`, `periods` and the
    scratch as of `write_figures`. All are NaN when equity passes `EQUITY_LIMIT` or a figure every number.
    """
    own = equity[first_bar:]
    is_usable = is_within_limit(own) and write_figures(
        own,
        seconds,
        periods,
        first_bar,
        codes[REASON, :count],
        indices[ENTRY, :count],
        indices[EXIT, :count],
        trade_figures[QUANTITY, :count],
        trade_figures[ENTRY_PRICE, :count],
        trade_figures[EXIT_PRICE, :count],
        trade_figures[PNL, :count],
        trade_figures[COMMISSION, :count],
        trade_figures[SLIPPAGE, :count],
        returns,
        near,
        keys,
        tables,
        lanes,
        figures,
    )
    if is_usable:
        write_block_sums(returns[: len(own) - 1], lanes, sums)
    else:
        figures[:] = np.nan
        sums[:, :] = np.nan
