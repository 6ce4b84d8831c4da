"""The bar intervals of the product and how they divide one another."""

from __future__ import annotations

from enum import StrEnum

MINUTE_SECONDS = 60
HOUR_SECONDS = 3_600
DAY_SECONDS = 86_400


class Interval(StrEnum):
    """A bar's length. Values are the names that travel in the API and in rules."""

    MIN_1 = "1min"
    MIN_5 = "5min"
    MIN_15 = "15min"
    MIN_30 = "30min"
    MIN_45 = "45min"
    HOUR_1 = "1h"
    HOUR_2 = "2h"
    HOUR_4 = "4h"
    DAY_1 = "1day"
    WEEK_1 = "1week"
    MONTH_1 = "1month"

    @property
    def seconds(self) -> int:
        """Nominal length in seconds. A month counts 30 days: use it to order intervals, not to add them."""
        return _SECONDS[self]

    @property
    def is_intraday(self) -> bool:
        """True when a bar's `time` is its open instant; else it is a date label at 00:00:00Z."""
        return _SECONDS[self] < DAY_SECONDS

    def divides(self, coarser: Interval) -> bool:
        """True when whole bars of this interval make up a bar of `coarser` (an interval divides itself)."""
        if self is coarser:
            return True
        if coarser is Interval.MONTH_1:
            return self is not Interval.WEEK_1
        return self.seconds < coarser.seconds and coarser.seconds % self.seconds == 0


_SECONDS: dict[Interval, int] = {
    Interval.MIN_1: MINUTE_SECONDS,
    Interval.MIN_5: 5 * MINUTE_SECONDS,
    Interval.MIN_15: 15 * MINUTE_SECONDS,
    Interval.MIN_30: 30 * MINUTE_SECONDS,
    Interval.MIN_45: 45 * MINUTE_SECONDS,
    Interval.HOUR_1: HOUR_SECONDS,
    Interval.HOUR_2: 2 * HOUR_SECONDS,
    Interval.HOUR_4: 4 * HOUR_SECONDS,
    Interval.DAY_1: DAY_SECONDS,
    Interval.WEEK_1: 7 * DAY_SECONDS,
    Interval.MONTH_1: 30 * DAY_SECONDS,
}
