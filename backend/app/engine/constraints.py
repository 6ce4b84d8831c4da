"""What a parameter set must show to be chosen. Light: the API process reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Constraints:
    """`min_trades`: at least so many. `max_drawdown`: no deeper than this, a positive fraction (0.3: −30 %).

    None is no limit.
    """

    min_trades: int | None = None
    max_drawdown: float | None = None

    def judge(
        self, objective: NDArray[np.float64], trades: NDArray[np.float64], falls: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The objective of each set, NaN where it is undefined or against the constraints.

        All of shape (sets,): figures of the sets, `falls` their max_drawdown. A set without figures keeps no
        constraint.
        """
        kept = ~np.isnan(trades)
        if self.min_trades is not None:
            kept &= trades >= self.min_trades
        if self.max_drawdown is not None:
            kept &= falls >= -self.max_drawdown
        return np.where(kept, objective, np.nan)


def find_best(judged: NDArray[np.float64]) -> int | None:
    """The set with the largest objective, of equal ones the first; None when none counts."""
    return None if np.isnan(judged).all() else int(np.nanargmax(judged))
