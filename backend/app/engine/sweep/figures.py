"""What a sweep brings: a table of figures, one row for each parameter set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.conventions import METRIC_NAMES


@dataclass(frozen=True, slots=True, eq=False)
class SetFigures:
    """The figures of every set, in the order in which the sets were given.

    `values`: shape (sets, parameters). `figures`: shape (sets, len(METRIC_NAMES)), NaN where a figure is
    undefined; a row is all NaN when no run with that set can be had: its windows are no windows, or prices
    lie so far apart that a figure is beyond every number. `blocks`: shape (sets, blocks, 2), the sum and the
    sum of squares of the returns in each of as many consecutive stretches, or None when none were asked for.
    """

    values: NDArray[np.float64]
    figures: NDArray[np.float64]
    blocks: NDArray[np.float64] | None

    def column(self, name: str) -> Column:
        """A figure of every set, shape (sets,). Raises ValueError on a name that is none of METRIC_NAMES."""
        return self.figures[:, METRIC_NAMES.index(name)]
