"""Made-up prices as a pure function of seed, symbol and time: days, minutes within them, trades within those.

Built from the top down, so that any stretch can be told without what lies before it. A day's close comes
from a walk over calendar days whose volatility comes in clusters (so a weekend moves prices too: a gap). The
minutes of a session are a bridge from its opening to its close. The trades of a minute are laid so that
they make up exactly its bar. Volumes are whole numbers, prices are rounded to the market's step: sums and
comparisons are exact.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column, Times, Truth
from app.engine.intervals import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS

_Bits: TypeAlias = NDArray[np.uint64]

_STEP, _MIX_A, _MIX_B = (
    np.array(number, dtype=np.uint64)
    for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
# The walk over days begins here (2013-01-01), well before the first day that is told.
_WALK_DAY = 15_706
_FIRST_WEEKEND_DAY = 5
_MEMORY_OF_VOLATILITY = 0.97
_SPREAD_OF_VOLATILITY = 0.10
_PULL_TO_START = 0.0008
# The first trades of a minute are never left out: open, high, low and close need one each.
_FEWEST_TRADES = 4
_LEFT_OUT = 0.1
_SLOTS_KEPT_APART = 1 << 22


@dataclass(frozen=True, slots=True)
class MarketCharacter:
    """How a made-up market moves.

    `daily_volatility`: of the log price. `gap`: share of a day's volatility that happens over night.
    `weekend`: volatility of a day of the weekend against another's. `empty`: share of minutes without a
    trade. `volume`: of a usual minute, None where volume is not told. `liveliest`: how much livelier the ends
    of a session are than its middle.
    """

    symbol: str
    start_price: float
    digits: int
    daily_volatility: float
    gap: float
    weekend: float
    empty: float
    volume: float | None
    liveliest: float


@dataclass(frozen=True, slots=True, eq=False)
class Minutes:
    """The minutes of one session in which something was traded, oldest first; volume is NaN where none is
    told.
    """

    time: Times
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """The trades of one minute, oldest first. `at`: unix s with fractions."""

    at: Column
    price: Column
    volume: Column


class PricePath:
    """The prices of one made-up market. The same seed and market give the same prices, to the bit."""

    def __init__(self, seed: int, market: MarketCharacter) -> None:
        self._market = market
        self._keys = {
            purpose: _make_key(f"{seed}:{market.symbol}:{purpose}")
            for purpose in (
                "day",
                "cluster",
                "gap",
                "minute",
                "hour",
                "open",
                "reach",
                "empty",
                "volume",
                "trade",
            )
        }
        self._walk: list[float] = []
        self._volatilities: list[float] = []

    def make_minutes(self, label: int, opens: int, closes: int) -> Minutes:
        """The minutes of the session of a date (unix s of 00:00:00Z) between two instants."""
        market = self._market
        count = (closes - opens) // MINUTE_SECONDS
        day = label // DAY_SECONDS
        first, last, volatility = self._find_ends(day)
        times = opens + MINUTE_SECONDS * np.arange(count, dtype=np.int64)
        numbers = times // MINUTE_SECONDS
        part = np.arange(1, count + 1) / count
        liveliness = 1 + (market.liveliest - 1) * (2 * part - 1) ** 4
        liveliness *= np.exp(0.45 * self._draw_slow(times))
        steps = _draw_normal(self._keys["minute"], numbers) * liveliness
        walk = np.cumsum(steps)
        step = 0.8 * volatility / math.sqrt(count)
        line = first + (last - first) * part + step * (walk - part * walk[-1])
        openings = np.concatenate(([first], line[:-1]))
        openings[1:] += 0.15 * step * _draw_normal(self._keys["open"], numbers[1:])
        opening, close = self._round(openings), self._round(line)
        reach = np.abs(_draw_normal(self._keys["reach"], np.concatenate((2 * numbers, 2 * numbers + 1))))
        up, down = 0.5 * step * reach[:count] * liveliness, 0.5 * step * reach[count:] * liveliness
        top, bottom = np.maximum(opening, close), np.minimum(opening, close)
        high = np.maximum(top, np.round(top * np.exp(up), market.digits))
        low = np.minimum(bottom, np.round(bottom * np.exp(-down), market.digits))
        traded = _draw_uniform(self._keys["empty"], numbers) >= market.empty
        traded[[0, -1]] = True
        if market.volume is None:
            volume = np.full(count, np.nan)
        else:
            noise = np.exp(0.6 * _draw_normal(self._keys["volume"], numbers))
            volume = np.floor(market.volume * noise * liveliness) + 1
        return cut_minutes(Minutes(times, opening, high, low, close, volume), traded)

    def make_trades(self, minutes: Minutes, position: int, slots: int) -> Trades:
        """The trades of one of the minutes, one in nearly each of `slots` equal parts of it (4 at least)."""
        start = int(minutes.time[position])
        slots = min(max(_FEWEST_TRADES, slots), _SLOTS_KEPT_APART // 4)
        numbers = (start // MINUTE_SECONDS) * _SLOTS_KEPT_APART + 4 * np.arange(slots, dtype=np.int64)
        key = self._keys["trade"]
        kept = _draw_uniform(key, numbers) >= _LEFT_OUT
        kept[:_FEWEST_TRADES] = True
        part = np.flatnonzero(kept)
        at = start + (part + 0.9 * _draw_uniform(key, numbers + 1)[kept]) * (MINUTE_SECONDS / slots)
        price = self._lay_prices(minutes, position, numbers[kept])
        return Trades(at, price, _share_out(minutes.volume[position], _draw_uniform(key, numbers + 3)[kept]))

    def _lay_prices(self, minutes: Minutes, position: int, numbers: Times) -> Column:
        """Prices that open, reach, fall and close as the minute's bar says."""
        opening, high, low, close = (
            float(column[position]) for column in (minutes.open, minutes.high, minutes.low, minutes.close)
        )
        count = len(numbers)
        draws = _draw_uniform(self._keys["trade"], numbers + 2)
        # Draws may be 1 itself.
        top = min(1 + int(draws[0] * (count - 2)), count - 2)
        bottom = min(1 + int(draws[1] * (count - 3)), count - 3)
        bottom += bottom >= top
        pivots = sorted(((0, opening), (top, high), (bottom, low), (count - 1, close)))
        line = np.interp(np.arange(count), [at for at, _ in pivots], [price for _, price in pivots])
        line += 0.25 * (high - low) * (draws - 0.5)
        price: Column = np.clip(np.round(line, self._market.digits), low, high)
        price[[at for at, _ in pivots]] = [price for _, price in pivots]
        return price

    def _round(self, logarithm: Column) -> Column:
        rounded: Column = np.maximum(
            np.round(np.exp(logarithm), self._market.digits), 10.0**-self._market.digits
        )
        return rounded

    def _find_ends(self, day: int) -> tuple[float, float, float]:
        """The log price at the opening and the close of a day, and the day's volatility."""
        place = day - _WALK_DAY
        if place < 1:
            raise ValueError("the made-up prices begin in 2013")
        if place >= len(self._walk):
            # Whole lists are put in place at once: threads may read while another one extends.
            self._volatilities, self._walk = self._make_walk(place + 400)
        volatility = self._volatilities[place]
        gap = float(_draw_normal(self._keys["gap"], np.array([day]))[0])
        return self._walk[place - 1] + self._market.gap * volatility * gap, self._walk[place], volatility

    def _make_walk(self, count: int) -> tuple[list[float], list[float]]:
        """Volatility and log price of each day; a longer walk begins with the shorter one."""
        days = _WALK_DAY + np.arange(count, dtype=np.int64)
        shocks = _draw_normal(self._keys["day"], days).tolist()
        clusters = _draw_normal(self._keys["cluster"], days).tolist()
        start = logarithm = math.log(self._market.start_price)
        heat = 0.0
        walk, volatilities = [], []
        for day, shock, cluster in zip(days.tolist(), shocks, clusters, strict=True):
            heat = _MEMORY_OF_VOLATILITY * heat + _SPREAD_OF_VOLATILITY * cluster
            volatility = self._market.daily_volatility * math.exp(heat)
            at_weekend = (day + 3) % 7 >= _FIRST_WEEKEND_DAY
            logarithm += volatility * shock * (self._market.weekend if at_weekend else 1.0)
            logarithm -= _PULL_TO_START * (logarithm - start)
            walk.append(logarithm)
            volatilities.append(volatility)
        return volatilities, walk

    def _draw_slow(self, times: Times) -> Column:
        """Noise that changes from hour to hour."""
        hours = np.arange(times[0] // HOUR_SECONDS, times[-1] // HOUR_SECONDS + 2)
        values = _draw_normal(self._keys["hour"], hours)
        slow: Column = np.interp(times, hours * HOUR_SECONDS, values)
        return slow


def _share_out(volume: float, weights: Column) -> Column:
    """A whole volume in whole parts that add up to it."""
    if math.isnan(volume):
        return np.full(len(weights), np.nan)
    reached = np.cumsum(weights)
    reached = np.floor(volume * (reached / reached[-1]))
    parts: Column = np.diff(reached, prepend=0.0)
    return parts


def _make_key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _draw_bits(key: int, numbers: Times) -> _Bits:
    """SplitMix64's output at each number (Steele, Lea & Flood 2014): no state, the same in every version."""
    z: _Bits = numbers.astype(np.uint64) * _STEP + np.array(key, dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * _MIX_A
    z = (z ^ (z >> np.uint64(27))) * _MIX_B
    return z ^ (z >> np.uint64(31))


def _draw_uniform(key: int, numbers: Times) -> Column:
    """Numbers in (0, 1]."""
    drawn: Column = ((_draw_bits(key, numbers) >> np.uint64(11)) + np.uint64(1)).astype(np.float64)
    drawn *= 2.0**-53
    return drawn


def _draw_normal(key: int, numbers: Times) -> Column:
    """Roughly normal numbers, mean 0 and variance 1: the sum of four uniform ones, never beyond 3.5."""
    bits = _draw_bits(key, numbers)
    quarter = np.uint64(0xFFFF)
    total = (bits & quarter) + (bits >> np.uint64(48))
    total += (bits >> np.uint64(16)) & quarter
    total += (bits >> np.uint64(32)) & quarter
    drawn: Column = total.astype(np.float64)
    drawn -= 131_070.0
    drawn *= math.sqrt(3) / 65_536
    return drawn


def group_minutes(parts: Minutes, labels: Times) -> Minutes:
    """Parts with the same label as one, at that label."""
    if len(labels) == 0:
        return parts
    starts = np.flatnonzero(np.diff(labels, prepend=labels[0] - 1))
    ends = np.append(starts[1:], len(labels)) - 1
    return Minutes(
        labels[starts],
        parts.open[starts],
        np.maximum.reduceat(parts.high, starts),
        np.minimum.reduceat(parts.low, starts),
        parts.close[ends],
        np.add.reduceat(parts.volume, starts),
    )


def cut_minutes(parts: Minutes, wanted: Truth | slice) -> Minutes:
    """The wanted ones alone."""
    time, *columns = _columns(parts)
    opening, high, low, close, volume = (column[wanted] for column in columns)
    return Minutes(time[wanted], opening, high, low, close, volume)


def join_minutes(parts: Sequence[Minutes]) -> Minutes:
    """One stretch after the other."""
    if not parts:
        nothing: Column = np.empty(0)
        return Minutes(np.empty(0, dtype=np.int64), nothing, nothing, nothing, nothing, nothing)
    opening, high, low, close, volume = (
        np.concatenate(columns) for columns in zip(*(_columns(part)[1:] for part in parts), strict=True)
    )
    return Minutes(np.concatenate([part.time for part in parts]), opening, high, low, close, volume)


def _columns(parts: Minutes) -> tuple[Times, Column, Column, Column, Column, Column]:
    return parts.time, parts.open, parts.high, parts.low, parts.close, parts.volume
