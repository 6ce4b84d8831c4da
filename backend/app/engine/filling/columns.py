"""What a bar's signal says about an entry. Compiled; `columns` is the tuple that `layout.COLUMNS` orders."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.layout import (
    LIMIT_BARS_COLUMN,
    LIMIT_ENTRY_COLUMN,
    RISK_COLUMN,
    SIZE_COLUMN,
    STOP_LOSS_COLUMN,
    Flags,
    Floats,
)

RuleColumns: TypeAlias = tuple[Floats, ...]


@compile_loop
def value_at(column: Floats, bar: int) -> float:
    """The column's value at a bar; NaN where the rule has no such column."""
    return column[bar] if len(column) > 0 else np.nan


@compile_loop
def can_size(size: Floats, risk: Floats, stop_loss: Floats, bar: int) -> bool:
    """Whether the bar's sizing allows an entry: a positive size, or a positive risk beside a stop."""
    if len(risk) > 0:
        return risk[bar] > 0.0 and value_at(stop_loss, bar) > 0.0
    return len(size) == 0 or size[bar] > 0.0


@compile_loop
def can_enter(columns: RuleColumns, bar: int) -> bool:
    """Whether the bar's sizing and, for limit orders, its limit and its bars allow an entry."""
    if len(columns[LIMIT_ENTRY_COLUMN]) > 0:
        if not columns[LIMIT_ENTRY_COLUMN][bar] >= 0.0:
            return False
        if len(columns[LIMIT_BARS_COLUMN]) > 0 and not columns[LIMIT_BARS_COLUMN][bar] >= 1.0:
            return False
    return can_size(columns[SIZE_COLUMN], columns[RISK_COLUMN], columns[STOP_LOSS_COLUMN], bar)


@compile_loop
def side_wanted(enter_long: Flags, enter_short: Flags, columns: RuleColumns, bar: int) -> float:
    """+1, -1, or 0 where the bar enters nothing: no flag, both flags, or an entry that cannot be."""
    if enter_long[bar] == enter_short[bar] or not can_enter(columns, bar):
        return 0.0
    return 1.0 if enter_long[bar] else -1.0


@compile_loop
def fraction_at(columns: RuleColumns, bar: int) -> float:
    """The bar's risk where the rule has one, else its size; 1 without either."""
    fraction: float = 1.0
    if len(columns[RISK_COLUMN]) > 0:
        fraction = columns[RISK_COLUMN][bar]
    elif len(columns[SIZE_COLUMN]) > 0:
        fraction = columns[SIZE_COLUMN][bar]
    return fraction
