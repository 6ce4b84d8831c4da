"""The columns that a rule reads from bars, and the local time of their opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from app.engine.bars import Bars, Column, Times
from app.engine.columns import readable_numbers
from app.engine.language.graph import SESSION_INPUT
from app.engine.local_time import (
    date_column,
    day_column,
    find_local_seconds,
    hour_column,
    month_column,
    weekday_column,
)


class BarInputs:
    """Reads a rule's inputs from bars; what has to do with local time is found out once, when asked for."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._local_seconds: Times | None = None

    def read(self, name: str) -> Column:
        """The input's column, shape (bars,). An infinite price or volume is undefined.

        Raises zoneinfo.ZoneInfoNotFoundError when the local time is asked for and the bars' time zone is
        unknown.
        """
        make_column = _LOCAL_TIME_INPUTS.get(name)
        if make_column is not None:
            if self._local_seconds is None:
                self._local_seconds = find_local_seconds(self._bars)
            return readable_numbers(make_column(self._local_seconds))
        values: Column = getattr(self._bars, name)
        return readable_numbers(
            np.where(np.isfinite(values), values, np.nan) if np.isinf(values).any() else values
        )


_LOCAL_TIME_INPUTS: Mapping[str, Callable[[Times], Column]] = {
    "hour": hour_column,
    "weekday": weekday_column,
    "day": day_column,
    "month": month_column,
    SESSION_INPUT: date_column,
}
