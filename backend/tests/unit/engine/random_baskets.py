"""Random baskets: instruments with days and hours of their own, and everything that a rule may ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from app.engine.bars import Bars
from app.engine.basket.simulation import simulate_basket
from app.engine.basket.terms import Basket
from app.engine.basket.timeline import merge_bars
from app.engine.execution import Execution
from app.engine.fills import Fills
from app.engine.intervals import Interval
from app.engine.signals import Signals
from tests.unit.engine.hand_made import DAY, cut_signals, random_bars, random_execution, random_signals
from tests.unit.engine.random_fills import MONDAY, NEW_YORK, add_outputs, add_terms, random_splits

MOST_INSTRUMENTS = 5
HOUR = 3_600


@dataclass(frozen=True)
class BasketCase:
    """The arguments of a simulation."""

    bars: tuple[Bars, ...]
    signals: tuple[Signals, ...]
    basket: Basket
    execution: Execution
    first: int
    splits: tuple[tuple[tuple[date, float], ...], ...]

    def simulate(self) -> Fills:
        """What the kernel says."""
        timeline = merge_bars(self.bars, self.splits)
        return simulate_basket(timeline, self.signals, self.basket, self.execution, self.first)

    def reorder(self, order: list[int]) -> BasketCase:
        """The same with its instruments in another order."""
        return replace(
            self,
            bars=tuple(self.bars[place] for place in order),
            signals=tuple(self.signals[place] for place in order),
            splits=tuple(self.splits[place] for place in order),
        )

    def cut_at(self, time: int) -> BasketCase | None:
        """The same with the bars before `time` alone; None where an instrument has none."""
        counts = [int(some.time.searchsorted(time)) for some in self.bars]
        if min(counts) == 0:
            return None
        return replace(
            self,
            bars=tuple(some.head(count) for some, count in zip(self.bars, counts, strict=True)),
            signals=tuple(
                cut_signals(some, 0, count) for some, count in zip(self.signals, counts, strict=True)
            ),
        )


def random_basket(rng: np.random.Generator, most_bars: int = 60, ties: bool = True) -> BasketCase:
    """A case with a few of the special things, or none, or all. Without `ties` every bar has its own rank."""
    count = int(rng.integers(1, MOST_INSTRUMENTS + 1))
    grid = int(rng.integers(3, most_bars))
    is_daily = rng.random() < 0.6
    volatility = float(rng.choice([0.01, 0.04, 0.15]))
    bars = tuple(random_member(rng, grid, is_daily, volatility) for _ in range(count))
    joined = join_bars(bars)
    signals = add_outputs(rng, joined, random_signals(rng, joined))
    rank = None
    if not ties:
        rank = rng.permutation(len(joined)).astype(np.float64)
    elif rng.random() < 0.6:
        rank = np.round(rng.normal(0.0, 1.0, len(joined)), int(rng.integers(0, 3)))
        rank[rng.random(len(joined)) < 0.1] = np.nan
    signals = replace(signals, limit_entry=None, limit_bars=None, rank=rank)
    ends = np.cumsum([len(some) for some in bars]).tolist()
    starts = [0, *ends[:-1]]
    splits = tuple(random_splits(rng, some) if rng.random() < 0.1 else () for some in bars)
    basket = Basket(
        slots=int(rng.integers(1, count + 1)),
        weights="volatility" if rng.random() < 0.4 else "equal",
        volatility_window=int(rng.integers(2, 8)),
        rebalance="none"
        if signals.risk is not None
        else str(rng.choice(["none", "week", "month", "quarter"])),  # type: ignore[arg-type]
    )
    times = len(np.unique(np.concatenate([some.time for some in bars])))
    return BasketCase(
        bars=bars,
        signals=tuple(cut_signals(signals, start, stop) for start, stop in zip(starts, ends, strict=True)),
        basket=basket,
        execution=add_terms(rng, random_execution(rng)),
        first=int(rng.integers(0, times)) if rng.random() < 0.2 else 0,
        splits=splits,
    )


def random_member(rng: np.random.Generator, grid: int, is_daily: bool, volatility: float) -> Bars:
    """Bars on some of a grid's days, or of its hours, which may begin at half past."""
    first = int(rng.integers(0, max(grid // 2, 1))) if rng.random() < 0.3 else 0
    stop = int(rng.integers(first + 1, grid + 1)) if rng.random() < 0.3 else grid
    kept = np.flatnonzero(rng.random(stop - first) < rng.choice([1.0, 0.9, 0.6])) + first
    if len(kept) == 0:
        kept = np.array([first])
    bars = random_bars(rng, len(kept), volatility=volatility)
    level = 100.0 / float(bars.close[0])
    prices: dict[str, Any] = {name: getattr(bars, name) * level for name in ("open", "high", "low", "close")}
    if is_daily:
        time = (MONDAY + kept * 3) * DAY
        return replace(bars, time=time, timezone=NEW_YORK, **prices)
    time = MONDAY * DAY + kept * 7 * HOUR + int(rng.choice([0, HOUR // 2, HOUR])) + 5 * HOUR
    zone = str(rng.choice([NEW_YORK, "Asia/Tokyo", "UTC"]))
    return replace(bars, time=time, interval=Interval.HOUR_4, timezone=zone, **prices)


def join_bars(bars: tuple[Bars, ...]) -> Bars:
    """All bars one after the other, for outputs that all instruments have or lack."""
    open_, high, low, close, volume = (
        np.concatenate(parts) for parts in zip(*(some.columns() for some in bars), strict=True)
    )
    total = sum(len(some) for some in bars)
    return Bars(np.arange(total, dtype=np.int64) * DAY, open_, high, low, close, volume)
