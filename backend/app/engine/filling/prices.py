"""Bars made ready for the kernels: checked once, laid out once, used by as many runs as one likes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.columns import readable_numbers
from app.engine.compiled import compile_loop
from app.engine.filling.layout import Floats


class DataNotUsable(ValueError):
    """Nothing can be computed from these bars. Says what is wrong with them, for the person who reads it."""


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """The columns of `bars` as the kernels want them, each of shape (n,), contiguous and read-only.

    `low_reach`, `high_reach`: the lesser of low and open, the greater of high and open: sources exist whose
    open lies outside the bar's high and low.
    """

    bars: Bars
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    low_reach: Column
    high_reach: Column

    def __len__(self) -> int:
        return len(self.close)


def prepare_prices(bars: Bars) -> Prices:
    """Check and lay out the bars, once for every run on them.

    Raises DataNotUsable when a price is not finite, not above 0, or a high lies below its low.
    """
    open_, high, low, close, volume = (readable_numbers(column) for column in bars.columns())
    is_bad, opens_outside = inspect_prices(open_, high, low, close)
    if is_bad:
        raise DataNotUsable(
            "The bars hold a price that is not finite or not above 0, or a high below its low."
        )
    low_reach, high_reach = low, high
    if opens_outside:
        low_reach = readable_numbers(np.minimum(open_, low))
        high_reach = readable_numbers(np.maximum(open_, high))
    return Prices(bars, open_, high, low, close, volume, low_reach, high_reach)


@compile_loop
def inspect_prices(open_: Floats, high: Floats, low: Floats, close: Floats) -> tuple[bool, bool]:
    """(a price is not finite or not above 0 or a high lies below its low, an open lies outside its bar).

    Branch-free on purpose, so that it runs at the speed of memory.
    """
    bad = False
    outside = False
    for i in range(len(open_)):
        fine = (
            (low[i] > 0.0)
            & (low[i] <= high[i])
            & (high[i] < np.inf)
            & (open_[i] > 0.0)
            & (open_[i] < np.inf)
            & (close[i] > 0.0)
            & (close[i] < np.inf)
        )
        bad |= not fine
        outside |= (open_[i] < low[i]) | (open_[i] > high[i])
    return bad, outside
