"""What a bar's signal says about an entry. Compiled.

A `signal` is the row of a rule's numbers at one bar, a float64 array of shape (12,) in the order of
`layout.COLUMNS`: NaN where undefined or where the rule has no such column, but 1 for a `size`, `limit_bars`
or `take_profit_share` that the rule does not have.
"""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.layout import (
    LIMIT_BARS_COLUMN,
    LIMIT_ENTRY_COLUMN,
    RISK_COLUMN,
    SHARE_COLUMN,
    SIZE_COLUMN,
    STOP_LOSS_COLUMN,
    Floats,
)


@compile_loop
def value_at(column: Floats, bar: int) -> float:
    """The column's value at a bar; NaN where the rule has no such column."""
    return column[bar] if len(column) > 0 else np.nan


@compile_loop
def one_at(column: Floats, bar: int) -> float:
    """The column's value at a bar; 1 where the rule has no such column."""
    return column[bar] if len(column) > 0 else 1.0


@compile_loop
def can_size(size: Floats, risk: Floats, stop_loss: Floats, bar: int) -> bool:
    """Whether the bar's sizing allows an entry: a positive size, or a positive risk beside a stop."""
    if len(risk) > 0:
        return risk[bar] > 0.0 and value_at(stop_loss, bar) > 0.0
    return len(size) == 0 or size[bar] > 0.0


@compile_loop
def can_enter(signal: Floats, by_risk: bool, by_limit: bool) -> bool:
    """Whether a signal's sizing and, for limit orders, its limit and its bars allow an entry."""
    if by_limit and not (signal[LIMIT_ENTRY_COLUMN] >= 0.0 and signal[LIMIT_BARS_COLUMN] >= 1.0):
        return False
    has_size: bool = signal[SIZE_COLUMN] > 0.0
    has_risk: bool = signal[RISK_COLUMN] > 0.0 and signal[STOP_LOSS_COLUMN] > 0.0
    return has_risk if by_risk else has_size


@compile_loop
def read_signal(signal: Floats, columns: tuple[Floats, ...], bar: int) -> None:
    """Write a bar's numbers into the row; for kernels that do not count a microsecond a signal."""
    for place in range(len(columns)):
        signal[place] = value_at(columns[place], bar)
    signal[SIZE_COLUMN] = one_at(columns[SIZE_COLUMN], bar)
    signal[LIMIT_BARS_COLUMN] = one_at(columns[LIMIT_BARS_COLUMN], bar)
    signal[SHARE_COLUMN] = one_at(columns[SHARE_COLUMN], bar)
