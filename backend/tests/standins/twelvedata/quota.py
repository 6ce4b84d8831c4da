"""Credits of the stand-in's key, counted as the vendor does, and what was asked with them."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

MINUTE, DAY = 60, 86_400


class OutOfCredits(Exception):
    """A 429: `span` says of what."""

    def __init__(self, span: Literal["minute", "day"], used: int, limit: int) -> None:
        super().__init__(span)
        self.span, self.used, self.limit = span, used, limit


@dataclass(slots=True)
class Asked:
    """A request as it came. `credits`: what it took (0 when it was refused)."""

    path: str
    symbols: tuple[str, ...]
    parameters: dict[str, str]
    at: float
    credits: int
    status: int = 200
    fault: str | None = None


@dataclass(slots=True)
class Quota:
    """`per_minute`, `per_day`: None for none. `sliding`: any 60 s instead of minutes of the clock.

    `violations` counts refusals for want of credits: a client that keeps its own count has none.
    """

    clock: Callable[[], float]
    per_minute: int | None = 8
    per_day: int | None = 800
    sliding: bool = False
    violations: int = 0
    spent: int = 0
    requests: list[Asked] = field(default_factory=list)
    _recent: deque[tuple[float, int]] = field(default_factory=deque)
    _today: tuple[int, int] = (0, 0)
    _delivered: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def used_in_minute(self) -> int:
        """Credits used in the running minute."""
        now = self.clock()
        since = now - MINUTE if self.sliding else now // MINUTE * MINUTE
        while self._recent and self._recent[0][0] <= now - 2 * MINUTE:
            self._recent.popleft()
        return sum(count for at, count in self._recent if (at > since if self.sliding else at >= since))

    def used_today(self) -> int:
        """Credits used since 00:00 UTC."""
        day, used = self._today
        return used if day == self.clock() // DAY else 0

    def take(self, credits: int) -> None:
        """Spend them, or raise OutOfCredits."""
        with self._lock:
            now, minute, today = self.clock(), self.used_in_minute() + credits, self.used_today() + credits
            if self.per_day is not None and today > self.per_day:
                self.violations += 1
                raise OutOfCredits("day", today, self.per_day)
            if self.per_minute is not None and minute > self.per_minute:
                self.violations += 1
                raise OutOfCredits("minute", minute, self.per_minute)
            self._recent.append((now, credits))
            self._today = (int(now // DAY), today)
            self.spent += credits

    def headers(self) -> dict[str, str]:
        """What the vendor says of the minute with every answer."""
        used = self.used_in_minute()
        left = "" if self.per_minute is None else str(max(0, self.per_minute - used))
        return {"api-credits-used": str(used), "api-credits-left": left}

    def remember_bars(self, symbol: str, interval: str, times: Sequence[int]) -> None:
        """Bars that went out whole."""
        with self._lock:
            self._delivered.update((symbol, interval, time) for time in times)

    def count_repeated(self, symbol: str | None = None, interval: str | None = None) -> int:
        """Bars that were delivered more than once, of a symbol and interval or of all."""
        return sum(
            1
            for (of, length, _time), count in self._delivered.items()
            if count > 1 and symbol in (None, of) and interval in (None, length)
        )

    def count_delivered(self, symbol: str | None = None, interval: str | None = None) -> int:
        """Different bars that were delivered."""
        return sum(
            1 for of, length, _time in self._delivered if symbol in (None, of) and interval in (None, length)
        )

    def forget(self) -> None:
        """Begin counting anew, as at the first request."""
        with self._lock:
            self.violations = self.spent = 0
            self._recent.clear()
            self._today = (0, 0)
            self._delivered.clear()
            self.requests.clear()
