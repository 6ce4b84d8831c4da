"""Which prices are believed. Pure.

Rubbish (no number, nothing or less, from the future) is refused. A price far from the last believed one is
held back until the next one confirms it: a wild tick becomes no bar, while a real jump, and a split that
nobody told us of, costs no more than the wait for the next trade.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.live.bar_building import AHEAD_SECONDS

# How far apart two believed prices in a row may lie without a third.
BELIEVED_RATIO = 1.2


@dataclass(frozen=True, slots=True)
class Trade:
    """A believed price at `at` (unix s); `volume` None where none was told."""

    at: float
    price: float
    volume: float | None = None


class TickFilter:
    """Judges the ticks of one instrument in the order in which they come."""

    def __init__(self) -> None:
        self._reference: float | None = None
        self._held: Trade | None = None
        self.refused = 0
        self.wild = 0

    def expect(self, price: float | None) -> None:
        """A price known to be right, such as the last stored close, to compare the first tick with."""
        if price is not None and math.isfinite(price) and price > 0:
            self._reference = price

    def judge(self, at: float, price: float, volume: float | None, now: float) -> list[Trade]:
        """The trades to believe now: none, this one, or this one with the one before that it confirms."""
        if not (math.isfinite(price) and price > 0 and math.isfinite(at) and 0 < at <= now + AHEAD_SECONDS):
            self.refused += 1
            return []
        if volume is not None and not (math.isfinite(volume) and volume >= 0):
            volume = None
        trade = Trade(at, price, volume)
        held, self._held = self._held, None
        if self._reference is None or _are_near(price, self._reference):
            if held is not None:
                self.wild += 1
            self._reference = price
            return [trade]
        if held is not None and _are_near(price, held.price) and trade != held:
            self._reference = price
            return [held, trade]
        if held is not None and trade != held:
            self.wild += 1
        self._held = trade
        return []


def _are_near(one: float, other: float) -> bool:
    return max(one, other) <= min(one, other) * BELIEVED_RATIO
