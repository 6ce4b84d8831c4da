"""Ticks into bars of one instrument: minutes from ticks, everything longer from minutes. Pure, no I/O.

A bar is closed by the calendar, when `advance` is told that its end has passed; never by a later tick. Within
the grace after its end a late tick still revises it; later ones are counted and dropped. The order in which
ticks arrive does not matter: the earliest is the open, the latest the close, and of ticks of one instant the
lower price counts as the earlier. The same tick twice counts once. A minute without ticks makes no bar.

What the builder could not see, it knows: a stretch that is marked unknown makes every bar that touches it a
part only (`is_whole` false) until the provider's own bars are put in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Protocol

from app.engine.bars import Bars
from app.engine.intervals import MINUTE_SECONDS, Interval
from app.live.unknown_stretches import UnknownStretches

GRACE_SECONDS = 5.0
# Longer bars stay open to the provider's own minutes for a while after their end.
_BUCKET_GRACE_SECONDS = 900.0
# Clocks differ a little; a tick from further ahead than this is rubbish.
AHEAD_SECONDS = 5.0
_LONGEST = Interval.DAY_1


class Hours(Protocol):
    """When the market trades and its bars end (market.bar_hours)."""

    def is_open(self, at: float) -> bool: ...

    def label(self, time: int, interval: Interval) -> int: ...

    def opens_at(self, label: int, interval: Interval) -> int: ...

    def closes_at(self, label: int, interval: Interval) -> int: ...


class Taken(Enum):
    """What became of a tick."""

    COUNTED = auto()
    REPEATED = auto()
    LATE = auto()
    OUTSIDE = auto()  # of every session
    AHEAD = auto()


class BarValues(NamedTuple):
    """Prices of a bar; `volume` is NaN where no tick told one."""

    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class BuiltBar:
    """A bar as it stands. `is_revised`: it was given out as closed before, with other values."""

    interval: Interval
    time: int
    values: BarValues
    is_closed: bool
    is_revised: bool
    is_whole: bool


class _Minute:
    """A minute that can still change."""

    __slots__ = (
        "_first",
        "_last",
        "_seen",
        "_volumes",
        "ends_at",
        "given_out",
        "high",
        "is_changed",
        "low",
        "running_volume",
    )

    def __init__(self, ends_at: int, at: float, price: float) -> None:
        self.ends_at = ends_at
        self.high = self.low = price
        self.running_volume = math.nan
        self.given_out: BarValues | None = None
        self.is_changed = True
        self._first = self._last = (at, price)
        self._seen: set[tuple[float, float, float | None]] = set()
        self._volumes: list[float] = []

    def add(self, at: float, price: float, volume: float | None) -> bool:
        key = (at, price, volume)
        seen = self._seen
        size = len(seen)
        seen.add(key)
        if len(seen) == size:
            return False
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        moment = (at, price)
        if moment >= self._last:
            self._last = moment
        elif moment < self._first:
            self._first = moment
        if volume is not None:
            self._volumes.append(volume)
            self.running_volume = volume if len(self._volumes) == 1 else self.running_volume + volume
        self.is_changed = True
        return True

    def values(self, *, exactly: bool) -> BarValues:
        """`exactly`: volumes added so that their order does not matter."""
        volume = math.fsum(self._volumes) if exactly and self._volumes else self.running_volume
        return BarValues(self._first[1], self.high, self.low, self._last[1], volume)


def _join(earlier: BarValues, later: BarValues) -> BarValues:
    volume = earlier.volume + later.volume
    if volume != volume:  # NaN: one of the two has none
        volume = later.volume if earlier.volume != earlier.volume else earlier.volume
    return BarValues(
        earlier.open, max(earlier.high, later.high), min(earlier.low, later.low), later.close, volume
    )


class _Bucket:
    """A longer bar, made of minutes; all but the newest are kept as one sum."""

    __slots__ = ("_before", "_newest", "ends_at", "given_out", "is_changed", "minutes", "opens_at")

    def __init__(self, opens_at: int, ends_at: int) -> None:
        self.opens_at = opens_at
        self.ends_at = ends_at
        self.minutes: dict[int, BarValues] = {}
        self.given_out: tuple[BarValues, bool] | None = None
        self.is_changed = False
        self._before: BarValues | None = None
        self._newest: int | None = None

    def put(self, label: int, values: BarValues) -> None:
        if self._newest is None:
            self._newest = label
        elif label > self._newest:
            last = self.minutes[self._newest]
            self._before = last if self._before is None else _join(self._before, last)
            self._newest = label
        elif label < self._newest and self.minutes.get(label) != values:
            self.minutes[label] = values
            self._add_up()
        self.minutes[label] = values
        self.is_changed = True

    def _add_up(self) -> None:
        self._before = None
        for label in sorted(self.minutes):
            if label != self._newest:
                one = self.minutes[label]
                self._before = one if self._before is None else _join(self._before, one)

    def values(self) -> BarValues | None:
        if self._newest is None:
            return None
        newest = self.minutes[self._newest]
        return newest if self._before is None else _join(self._before, newest)


class BarBuilder:
    """The bars of one instrument. Feed it ticks, and tell it the time."""

    def __init__(self, hours: Hours, *, grace_seconds: float = GRACE_SECONDS) -> None:
        self._hours = hours
        self._grace = grace_seconds
        self._now = float("-inf")
        self._open_minutes: dict[int, _Minute] = {}
        self._minutes: dict[int, BarValues] = {}
        self._wanted: tuple[Interval, ...] = ()
        self._buckets: dict[Interval, dict[int, _Bucket]] = {}
        # The minute that was put into each interval last, and its bar: asked for again and again.
        self._last_label: dict[Interval, tuple[int, int]] = {}
        self.unknown = UnknownStretches()
        self.counts = dict.fromkeys(Taken, 0)

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The longer intervals that are built beside the minutes, the shortest first."""
        return self._wanted

    def want(self, intervals: Iterable[Interval]) -> None:
        """Build these from now on, from the minutes of the day that are known; 1min is always built, and
        what is longer than a day never.
        """
        wanted = {one for one in intervals if one is not Interval.MIN_1 and one.seconds <= _LONGEST.seconds}
        if wanted == set(self._wanted):
            return
        self._wanted = tuple(sorted(wanted, key=lambda one: one.seconds))
        self._buckets = {one: self._buckets.get(one, {}) for one in self._wanted}
        for interval in self._wanted:
            if not self._buckets[interval]:
                self._fill(interval)

    def _fill(self, interval: Interval) -> None:
        """Build an interval from the minutes that are there; what was over before stays unsaid."""
        for label in sorted(self._minutes.keys() | self._open_minutes.keys()):
            self._put(interval, label, self._read_minute(label))
        for bucket in self._buckets[interval].values():
            values = bucket.values()
            if values is not None and bucket.ends_at <= self._now:
                bucket.given_out = values, self.unknown.is_known(bucket.opens_at, bucket.ends_at)

    def _read_minute(self, label: int) -> BarValues:
        minute = self._open_minutes.get(label)
        return self._minutes[label] if minute is None else minute.values(exactly=False)

    def add(self, at: float, price: float, volume: float | None = None) -> Taken:
        """Count a tick in: a finite time (unix s), a finite price above 0, a volume of 0 or more."""
        label = int(at // MINUTE_SECONDS) * MINUTE_SECONDS
        minute = self._open_minutes.get(label)
        if minute is None:
            minute_or_reason = self._open(label, at, price)
            if isinstance(minute_or_reason, Taken):
                self.counts[minute_or_reason] += 1
                return minute_or_reason
            minute = minute_or_reason
        taken = Taken.COUNTED if minute.add(at, price, volume) else Taken.REPEATED
        self.counts[taken] += 1
        return taken

    def _open(self, label: int, at: float, price: float) -> _Minute | Taken:
        if not self._hours.is_open(at):
            return Taken.OUTSIDE
        ends_at = self._hours.closes_at(label, Interval.MIN_1)
        if ends_at + self._grace <= self._now or label in self._minutes:
            return Taken.LATE
        if label > self._now + AHEAD_SECONDS and self._now != float("-inf"):
            return Taken.AHEAD
        minute = self._open_minutes[label] = _Minute(ends_at, at, price)
        return minute

    def advance(self, now: float) -> list[BuiltBar]:
        """Let the time be `now` (unix s); the bars that are closed by it, and those that were revised, the
        shortest first. Time never goes back.
        """
        self._now = now = max(now, self._now)
        built: list[BuiltBar] = []
        for label in sorted(self._open_minutes):
            minute = self._open_minutes[label]
            is_over = minute.ends_at <= now
            if minute.is_changed or (is_over and minute.given_out is None):
                minute.is_changed = False
                values = minute.values(exactly=is_over)
                for interval in self._wanted:
                    self._put(interval, label, values)
                if is_over and values != minute.given_out:
                    built.append(self._close_minute(label, minute, values))
            if minute.ends_at + self._grace <= now:
                self._minutes[label] = minute.values(exactly=True)
                del self._open_minutes[label]
        for interval in self._wanted:
            built.extend(self._close_buckets(interval))
        return built

    def _close_minute(self, label: int, minute: _Minute, values: BarValues) -> BuiltBar:
        is_revised = minute.given_out is not None
        minute.given_out = values
        is_whole = self.unknown.is_known(label, minute.ends_at)
        return BuiltBar(Interval.MIN_1, label, values, True, is_revised, is_whole)

    def _put(self, interval: Interval, minute: int, values: BarValues) -> None:
        buckets = self._buckets[interval]
        asked, label = self._last_label.get(interval, (None, 0))
        if asked != minute:
            label = self._hours.label(minute, interval)
            self._last_label[interval] = minute, label
        bucket = buckets.get(label)
        if bucket is None:
            opens_at, ends_at = self._hours.opens_at(label, interval), self._hours.closes_at(label, interval)
            bucket = buckets[label] = _Bucket(opens_at, ends_at)
            if ends_at + _BUCKET_GRACE_SECONDS <= self._now:  # it was let go: its other minutes count as well
                for known in range(opens_at, ends_at, MINUTE_SECONDS):
                    if known in self._minutes:
                        bucket.put(known, self._minutes[known])
        bucket.put(minute, values)

    def _close_buckets(self, interval: Interval) -> list[BuiltBar]:
        built = []
        buckets = self._buckets[interval]
        for label in sorted(buckets):
            bucket = buckets[label]
            if bucket.ends_at > self._now:
                continue
            if bucket.is_changed or bucket.given_out is None:
                bucket.is_changed = False
                is_whole = self.unknown.is_known(bucket.opens_at, bucket.ends_at)
                values = bucket.values()
                if values is not None and bucket.given_out != (values, is_whole):
                    is_revised = bucket.given_out is not None
                    bucket.given_out = values, is_whole
                    built.append(BuiltBar(interval, label, values, True, is_revised, is_whole))
            if bucket.ends_at + _BUCKET_GRACE_SECONDS <= self._now:
                del buckets[label]
        return built

    def forming(self, interval: Interval) -> BuiltBar | None:
        """The bar that is not over yet; none of later ones before it is. Minutes count in as of the last
        `advance` in longer bars.
        """
        if interval is Interval.MIN_1:
            running = [one for one, minute in self._open_minutes.items() if minute.ends_at > self._now]
            if not running:
                return None
            label = min(running)
            is_whole = self.unknown.is_known(label, self._now)
            values = self._open_minutes[label].values(exactly=False)
            return BuiltBar(interval, label, values, False, False, is_whole)
        for label, bucket in sorted(self._buckets.get(interval, {}).items()):
            if bucket.ends_at > self._now and (total := bucket.values()) is not None:
                is_whole = self.unknown.is_known(bucket.opens_at, self._now)
                return BuiltBar(interval, label, total, False, False, is_whole)
        return None

    def put_bars(self, bars: Bars, start: int, end: int) -> None:
        """Take the provider's own minutes (stored ones, or fetched) for start ≤ time < end: they win over
        what ticks made, and nothing of the stretch is unknown any more.
        """
        columns = [column.tolist() for column in bars.columns()]
        for place, label in enumerate(bars.time.tolist()):
            opening, high, low, close, volume = (column[place] for column in columns)
            # One NaN is not another's equal, except when it is the very same.
            values = BarValues(opening, high, low, close, math.nan if volume != volume else volume)
            minute = self._open_minutes.pop(label, None)
            if minute is not None and minute.ends_at > self._now:  # still forming: the ticks know more
                self._open_minutes[label] = minute
                continue
            if self._minutes.get(label) == values:
                continue
            self._minutes[label] = values
            for interval in self._wanted:
                self._put(interval, label, values)
        self.unknown.discard(start, end)
        for buckets in self._buckets.values():
            for bucket in buckets.values():
                if bucket.opens_at < end and bucket.ends_at > start:
                    bucket.is_changed = True

    def forget_before(self, label: int) -> None:
        """Drop the minutes before `label`; the engine keeps those of the day."""
        self._minutes = {one: values for one, values in self._minutes.items() if one >= label}
