"""What a shard found as bytes: float64, little-endian, one column after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STRETCHES = 16
"""Into how many stretches the returns are cut for the probability of overfitting."""
OVERFITTING_SETS = 1_000
"""How many sets of a sweep are kept for it, evenly chosen by their numbers."""


def pack_columns(table: NDArray[np.float64]) -> bytes:
    """A table of shape (rows, columns), column by column."""
    return np.asfortranarray(table, dtype="<f8").tobytes(order="F")


def unpack_columns(packed: bytes, columns: int) -> NDArray[np.float64]:
    """The table of `pack_columns`, shape (rows, columns)."""
    flat = np.frombuffer(packed, "<f8")
    return flat.reshape(-1 if columns else 0, columns, order="F") if columns else np.empty((0, 0))


def unpack_column(packed: bytes) -> NDArray[np.float64]:
    """One column out of `pack_columns`."""
    return np.frombuffer(packed, "<f8").astype(np.float64)


def choose_for_overfitting(first_set: int, sets: int, all_sets: int) -> NDArray[np.int64]:
    """Which of the sets `first_set` and on are among the OVERFITTING_SETS, counted from `first_set`."""
    stride = -(-all_sets // OVERFITTING_SETS)
    numbers = np.arange(first_set, first_set + sets, dtype=np.int64)
    return np.flatnonzero(numbers % stride == 0)


def pack_blocks(blocks: NDArray[np.float64]) -> bytes:
    """Block sums of shape (sets, STRETCHES, 2), set by set."""
    return np.ascontiguousarray(blocks, dtype="<f8").tobytes()


def unpack_blocks(packed: bytes) -> NDArray[np.float64]:
    """The block sums of `pack_blocks`, joined or not, shape (sets, STRETCHES, 2)."""
    return np.frombuffer(packed, "<f8").astype(np.float64).reshape(-1, STRETCHES, 2)
