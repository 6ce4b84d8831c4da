"""Plain integers for compiled code: exit codes, the rows of the trade tables, places in the terms."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int8]
Words: TypeAlias = NDArray[np.uint64]

# The codes of app.engine.trades.ExitReason. A test holds them together.
OPEN, SIGNAL, REVERSAL, STOP_LOSS, TAKE_PROFIT, TRAILING_STOP, END_OF_DATA, RUIN, TIME_STOP = range(9)

# Rows of the trade tables, each of shape (rows, capacity): `codes` int8, `indices` int64, `figures` float64.
SIDE, REASON = range(2)
CODE_ROWS = 2
ENTRY, EXIT = range(2)
INDEX_ROWS = 2
(
    QUANTITY,
    ENTRY_PRICE,
    EXIT_PRICE,
    PNL,
    COMMISSION,
    SLIPPAGE,
    FINANCING,
    MAE,
    MFE,
) = range(9)
FIGURE_ROWS = 9

# Places in the terms, a float64 array of shape (10,): rates are fractions, the rest money.
(
    COMMISSION_RATE,
    COMMISSION_FIXED,
    COMMISSION_PER_UNIT,
    COMMISSION_MINIMUM,
    SLIPPAGE_RATE,
    PRICE_IMPACT,
    VOLUME_LIMIT,
    SCALE,
    BORROW_RATE,
    OVERNIGHT_RATE,
) = range(10)

QUANTITY_SCALE = 1e8
"""Fractional quantities carry 8 decimals, rounded down."""
