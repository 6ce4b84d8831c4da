"""Putting bars together from columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.engine.bars import Bars, Column, Times
from app.engine.intervals import Interval


def make_bars(time: Times, columns: Sequence[Column], interval: Interval, timezone: str) -> Bars:
    """Bars of the columns open, high, low, close, volume."""
    opening, high, low, close, volume = columns
    return Bars(time, opening, high, low, close, volume, interval, timezone)


def concatenate_bars(parts: Sequence[Bars]) -> Bars:
    """Bars one stretch after the other. `parts` holds at least one; its last names interval and time zone."""
    if len(parts) == 1:
        return parts[0]
    columns = [np.concatenate(columns) for columns in zip(*(part.columns() for part in parts), strict=True)]
    time = np.concatenate([part.time for part in parts])
    return make_bars(time, columns, parts[-1].interval, parts[-1].timezone)
