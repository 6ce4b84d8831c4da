"""Columns as the one array type for which the kernels are compiled: contiguous and read-only.

Bars unpacked from storage are read-only views, computed ones are not; without this each mix of the two would
be compiled anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars

_Scalar = TypeVar("_Scalar", np.float64, np.bool_)


def readable_numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    """The column as contiguous, read-only float64; a copy only where it is not so laid out."""
    if column.dtype == np.float64 and _is_readable(column):
        return column
    return _frozen(np.ascontiguousarray(column, dtype=np.float64))


def readable_flags(column: NDArray[Any]) -> NDArray[np.bool_]:
    """The column as contiguous, read-only truth values; a copy only where it is not so laid out."""
    if column.dtype == np.bool_ and _is_readable(column):
        return column
    return _frozen(np.ascontiguousarray(column, dtype=np.bool_))


def with_readable_columns(bars: Bars) -> Bars:
    """The bars with all their prices and volumes so laid out."""
    open_, high, low, close, volume = (readable_numbers(column) for column in bars.columns())
    return replace(bars, open=open_, high=high, low=low, close=close, volume=volume)


def _is_readable(column: NDArray[Any]) -> bool:
    flags = column.flags
    return flags.c_contiguous and not flags.writeable


def _frozen(column: NDArray[_Scalar]) -> NDArray[_Scalar]:
    view = column.view()
    view.flags.writeable = False
    return view
