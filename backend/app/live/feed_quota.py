"""How much of a provider's quota the live feed takes, so that the rest brings history. Pure.

The installation's meter (room feeds) sees that the quota is never exceeded. This is the feed's own modesty:
at most half of a minute's credits, and of a day's, of which most go to prices and some to bars.
"""

from __future__ import annotations

from collections import deque

from app.market.provider_facts import Quota

SHARE = 0.5
_PRICES_OF_SHARE = 0.75
FASTEST_POLL_SECONDS = 5.0
SLOWEST_POLL_SECONDS = 900.0
FREE_BARS_SECONDS = 5.0
COUNTED_BARS_SECONDS = 60.0
# A stock exchange's day, over which a day's credits for bars are spread.
_TRADING_SECONDS = 23_400.0


class QuotaShare:
    """Counts what the feed spends of one provider."""

    def __init__(self, quota: Quota) -> None:
        minute, day = quota.credits_per_minute, quota.credits_per_day
        self._per_minute = None if minute is None else max(1, int(minute * SHARE))
        self._per_day = None if day is None else max(1, int(day * SHARE))
        self._recent: deque[tuple[float, int]] = deque()
        self._day = 0
        self._spent_today = 0

    def note(self, now: float, credits: int) -> None:
        """Credits were spent."""
        self._roll(now)
        self._recent.append((now, credits))
        self._spent_today += credits

    def left(self, now: float, *, for_prices: bool) -> int | None:
        """Credits that may be spent now; None: as many as one likes. Bars may take what prices must leave."""
        self._roll(now)
        lefts = []
        if self._per_minute is not None:
            allowed = self._per_minute
            if for_prices and allowed > 1:
                allowed = max(1, int(allowed * _PRICES_OF_SHARE))
            lefts.append(allowed - sum(credits for _at, credits in self._recent))
        if self._per_day is not None:
            lefts.append(self._per_day - self._spent_today)
        return max(0, min(lefts)) if lefts else None

    def choose_period(self, now: float, credits: int, seconds_to_serve: float) -> float:
        """Seconds between two polls of all prices, which cost `credits` together, so that the day's share
        lasts for `seconds_to_serve`.
        """
        self._roll(now)
        period = FASTEST_POLL_SECONDS
        if credits > 0 and self._per_minute is not None:
            allowed = max(1, int(self._per_minute * _PRICES_OF_SHARE))
            period = max(period, 60.0 * credits / allowed)
        if credits > 0 and self._per_day is not None:
            left = (self._per_day - self._spent_today) * _PRICES_OF_SHARE
            seconds = max(seconds_to_serve, 60.0)
            period = max(period, seconds * credits / left) if left >= 1 else SLOWEST_POLL_SECONDS
        return min(period, SLOWEST_POLL_SECONDS)

    def choose_bars_period(self, lines: int, credits: int) -> float:
        """Seconds between two looks at the bars of one instrument of so many."""
        if credits == 0 or (self._per_minute is None and self._per_day is None):
            return FREE_BARS_SECONDS
        period = COUNTED_BARS_SECONDS
        if self._per_day is not None:
            share = max(1.0, self._per_day * (1.0 - _PRICES_OF_SHARE))
            period = max(period, lines * credits * _TRADING_SECONDS / share)
        return period

    def _roll(self, now: float) -> None:
        while self._recent and self._recent[0][0] <= now - 60.0:
            self._recent.popleft()
        day = int(now // 86_400)
        if day != self._day:
            self._day, self._spent_today = day, 0
