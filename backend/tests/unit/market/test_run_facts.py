"""How many bars make a year where several instruments are looked at together."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.run_facts import count_periods_together

DAY, HOUR = 86_400, 3_600
WEEKDAYS = np.array([day for day in range(4, 4 + 140) if (day + 3) % 7 < 5], dtype=np.int64)


def bars_at(time: np.ndarray, interval: Interval, timezone: str = "UTC") -> Bars:
    column = np.ones(len(time))
    return Bars(time, column, column, column, column, column, interval, timezone)


def within(opens: range) -> np.ndarray:
    return np.concatenate([WEEKDAYS * DAY + hour * HOUR for hour in opens]).reshape(len(opens), -1).T.ravel()


@pytest.mark.parametrize(
    ("parts", "calendars", "expected"),
    [
        ([WEEKDAYS * DAY, WEEKDAYS * DAY], ["XNYS", "XNYS"], 252.0),
        ([WEEKDAYS * DAY, WEEKDAYS[::2] * DAY], ["XNYS", "XTKS"], 252.0),
        ([WEEKDAYS * DAY, np.arange(4, 144) * DAY], ["XNYS", "24/7"], 365.0),
        ([WEEKDAYS * DAY, np.arange(4, 144) * DAY], ["XNYS", None], 365.0),
    ],
)
def test_days_of_several_exchanges(
    parts: list[np.ndarray], calendars: list[str | None], expected: float
) -> None:
    bars = [bars_at(time, Interval.DAY_1) for time in parts]
    assert count_periods_together(bars, calendars) == expected


def test_hours_of_two_exchanges_add_up_where_they_differ() -> None:
    early, late = within(range(8, 16)), within(range(14, 21))
    bars = [bars_at(early, Interval.HOUR_1, "Europe/Berlin"), bars_at(late, Interval.HOUR_1, "Europe/Paris")]
    assert count_periods_together(bars[:1], ["XFRA"]) == 8 * 252.0
    assert count_periods_together(bars, ["XFRA", "XPAR"]) == 13 * 252.0  # from 8 to 21 o'clock
