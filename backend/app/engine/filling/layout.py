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
(
    OPEN,
    SIGNAL,
    REVERSAL,
    STOP_LOSS,
    TAKE_PROFIT,
    TRAILING_STOP,
    END_OF_DATA,
    RUIN,
    TIME_STOP,
    REBALANCE,
) = range(10)

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

# Places of a rule's number columns in the tuple that the full kernel takes; empty arrays for those it lacks.
COLUMNS = (
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "size",
    "risk",
    "limit_entry",
    "limit_bars",
    "trailing_percent",
    "chandelier_stop",
    "take_profit_share",
    "take_profit_2",
    "max_bars",
)
(
    STOP_LOSS_COLUMN,
    TAKE_PROFIT_COLUMN,
    TRAILING_STOP_COLUMN,
    SIZE_COLUMN,
    RISK_COLUMN,
    LIMIT_ENTRY_COLUMN,
    LIMIT_BARS_COLUMN,
    TRAILING_PERCENT_COLUMN,
    CHANDELIER_COLUMN,
    SHARE_COLUMN,
    SECOND_TARGET_COLUMN,
    MAX_BARS_COLUMN,
) = range(12)

# Places in the state of one position, a float64 array of shape (HELD_FIELDS,). HELD_SIDE 0: none.
(
    HELD_SIDE,
    HELD_ENTRY,
    HELD_QUANTITY,
    HELD_PRICE,
    HELD_COMMISSION,
    HELD_UNIT_SLIPPAGE,
    HELD_FINANCING,
    HELD_STOP,
    HELD_STOP_TRAILS,
    HELD_TARGET,
    HELD_SHARE,
    HELD_SECOND_TARGET,
    HELD_TRAIL_DISTANCE,
    HELD_TRAIL_FRACTION,
    HELD_WORST,
    HELD_BEST,
    HELD_MAX_BARS,
) = range(17)
HELD_FIELDS = 17

# Places in the state of one resting limit order. ORDER_SIDE 0: none.
ORDER_SIDE, ORDER_PRICE, ORDER_BARS, ORDER_RATIO = range(4)
ORDER_FIELDS = 4

NIGHTS_PER_YEAR = 365.0
PERCENT = 0.01
