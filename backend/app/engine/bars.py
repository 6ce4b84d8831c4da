"""Bars as NumPy columns: the one shape in which prices travel through the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.intervals import Interval

Times: TypeAlias = NDArray[np.int64]
Column: TypeAlias = NDArray[np.float64]
Truth: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """OHLCV columns of one instrument and interval, oldest first.

    `time`: unix seconds, strictly ascending, shape (n,). Within the day it is the bar's open instant; of
    1day, 1week and 1month it is a label: 00:00:00Z of the session's date, the week's Monday, the month's
    first.
    `open high low close volume`: float64, shape (n,); volume is NaN where the source has none.
    `timezone`: IANA name of the instrument's exchange, for `hour`, `weekday` and `month` within the day.
    Raises ValueError when the columns differ in length.
    """

    time: Times
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    interval: Interval = Interval.DAY_1
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (self.time, *self.columns())}
        if len(lengths) != 1:
            raise ValueError(f"columns differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.time)

    def columns(self) -> tuple[Column, Column, Column, Column, Column]:
        """The five float columns in the order open, high, low, close, volume."""
        return self.open, self.high, self.low, self.close, self.volume

    def slice(self, start: int, stop: int) -> Bars:
        """Bars start..stop-1 as views on the same memory."""
        cut = np.s_[start:stop]
        return Bars(
            self.time[cut],
            self.open[cut],
            self.high[cut],
            self.low[cut],
            self.close[cut],
            self.volume[cut],
            self.interval,
            self.timezone,
        )

    def head(self, count: int) -> Bars:
        """The first `count` bars."""
        return self.slice(0, count)
