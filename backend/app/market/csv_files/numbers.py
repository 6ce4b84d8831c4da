"""Cells to numbers, a column at a time. Only what the fast reading refuses is looked at twice."""

from __future__ import annotations

import numpy as np
import polars as pl

from app.engine.bars import Column, Truth
from app.market.csv_files.layout import Layout

# Stands for a delimiter inside quotes, so that lines can be cut without knowing of quotes.
QUOTED_DELIMITER = "\x1f"
_MISSING = ["", "-", "--", "null", "none", "n/a", "na", "nan"]
_BLANKS_AND_CURRENCIES = r"[\s\u{00A0}\u{202F}$€£¥]"
_WITH_THOUSANDS = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}


def read_numbers(cells: pl.Series, layout: Layout) -> Column:
    """float64, NaN where a cell is missing or unreadable, infinite where it overflows; see `is_missing`."""
    if layout.decimal_comma:
        # 1.234 would read well, and wrongly: here it is a thousand.
        values = _clean(cells, layout).cast(pl.Float64, strict=False)
    else:
        values = cells.cast(pl.Float64, strict=False)
        refused = values.is_null() & cells.is_not_null()
        if refused.any():
            again = _clean(cells.filter(refused), layout).cast(pl.Float64, strict=False)
            values = values.scatter(refused.arg_true(), again)
    column: Column = values.fill_null(float("nan")).to_numpy(writable=True)
    return column


def read_volumes(cells: pl.Series, layout: Layout) -> tuple[Column, Truth]:
    """Volumes, NaN where there is none; and True where a cell holds something unreadable.

    1.5K, 2M and 3B are thousands, millions and billions.
    """
    values = read_numbers(cells, layout)
    unreadable = np.zeros(len(values), dtype=bool)
    doubtful = np.flatnonzero(np.isnan(values) & cells.is_not_null().to_numpy())
    if len(doubtful):
        texts = cells.gather(doubtful).str.strip_chars().str.to_lowercase()
        number = _clean(texts.str.head(-1), layout).cast(pl.Float64, strict=False)
        scale = texts.str.tail(1).replace_strict(_SCALES, default=None, return_dtype=pl.Float64)
        scaled = number * scale
        values[doubtful] = scaled.fill_null(float("nan")).to_numpy()
        unreadable[doubtful] = (scaled.is_null() & ~texts.is_in(_MISSING)).to_numpy()
    return values, unreadable


def is_missing(cell: str | None) -> bool:
    """True for the ways in which files say that there is no value."""
    return cell is None or cell.strip().lower() in _MISSING


def _clean(cells: pl.Series, layout: Layout) -> pl.Series:
    """Without currency signs, blanks and thousands, and with a decimal point."""
    texts = cells.str.replace_all(QUOTED_DELIMITER, layout.delimiter, literal=True)
    texts = texts.str.replace_all(_BLANKS_AND_CURRENCIES, "")
    if layout.decimal_comma:
        return texts.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    grouped = texts.str.contains(_WITH_THOUSANDS).fill_null(False)
    plain = texts.str.replace_all(",", "", literal=True)
    return pl.select(pl.when(grouped).then(plain).otherwise(texts)).to_series()
