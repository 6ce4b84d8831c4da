"""The last values of a column that grows at its end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.operations import Series


class Tape:
    """Keeps the newest values of a column, `history` of them before those appended last.

    The values lie in one array that is moved to its start when it is full: what is read is a view on it.
    """

    __slots__ = ("_start", "_stop", "_values", "history")

    def __init__(self, history: int, dtype: type[np.float64] | type[np.bool_]) -> None:
        self.history = history
        self._values: NDArray[Any] = np.empty(2 * history + 16, dtype)
        self._start = 0
        self._stop = 0

    def append(self, values: Series) -> None:
        """The next values."""
        end = self._stop + len(values)
        if end > len(self._values):
            kept = self._values[max(self._stop - self.history, 0) : self._stop].copy()
            end = len(kept) + len(values)
            if end > len(self._values):
                self._values = np.empty(2 * end, self._values.dtype)
            self._values[: len(kept)] = kept
            self._stop = len(kept)
        self._values[self._stop : end] = values
        self._start = self._stop
        self._stop = end

    def read(self, history: int) -> Series:
        """The values appended last, with up to `history` before them. Read-only, until the next append."""
        view = self._values[max(self._start - history, 0) : self._stop]
        view.flags.writeable = False
        return view
