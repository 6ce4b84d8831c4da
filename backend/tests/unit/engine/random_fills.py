"""Random cases for the fills with everything that a rule, its terms and its bars may bring along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.execution import Execution
from app.engine.filling.run import is_lean
from app.engine.fills import Fills, simulate
from app.engine.intervals import Interval
from app.engine.signals import Signals
from tests.unit.engine.hand_made import DAY, cut_signals, random_bars, random_execution, random_signals

NEW_YORK = "America/New_York"
MONDAY = 18_267  # 2020-01-06, in days since 1970
MOST_FINER = 6


@dataclass(frozen=True)
class FillCase:
    """The arguments of a simulation."""

    bars: Bars
    signals: Signals
    execution: Execution
    first_bar: int
    splits: tuple[tuple[date, float], ...]
    detail: Bars | None

    @property
    def is_lean(self) -> bool:
        """Whether the short kernel can do it."""
        return not self.splits and self.detail is None and is_lean(self.signals, self.execution)

    def head(self, count: int) -> FillCase:
        """The same with the first bars alone; finer bars as they are."""
        return replace(self, bars=self.bars.head(count), signals=cut_signals(self.signals, 0, count))

    def simulate(self) -> Fills:
        """What the kernels say."""
        return simulate(
            self.bars,
            self.signals,
            self.execution,
            self.first_bar,
            splits=self.splits,
            detail=self.detail,
        )


def random_case(rng: np.random.Generator, most_bars: int = 60) -> FillCase:
    """A case with a few of the special things, or none, or all."""
    volatility = float(rng.choice([0.01, 0.04, 0.15]))
    count = int(rng.integers(2, most_bars))
    detail = None
    if rng.random() < 0.25:
        bars, detail = random_nested_bars(rng, min(count, 20), volatility)
    else:
        bars = random_bars(rng, count, volatility=volatility)
        bars = replace(bars, time=skip_days(rng, len(bars)))
    volume = bars.volume * 10.0 ** rng.uniform(-3.0, 1.0)
    volume[rng.random(len(bars)) < 0.03] = rng.choice([0.0, np.nan])
    bars = replace(bars, volume=volume)
    signals = add_outputs(rng, bars, random_signals(rng, bars))
    splits: tuple[tuple[date, float], ...] = ()
    if rng.random() < 0.2:
        splits = random_splits(rng, bars)
    return FillCase(
        bars=bars,
        signals=signals,
        execution=add_terms(rng, random_execution(rng)),
        first_bar=int(rng.integers(0, len(bars))) if rng.random() < 0.2 else 0,
        splits=splits,
        detail=detail,
    )


def skip_days(rng: np.random.Generator, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Labels of days with weekends and holidays between them."""
    return (MONDAY + np.cumsum(rng.choice([1, 1, 1, 3, 4], count))).astype(np.int64) * DAY


def random_nested_bars(rng: np.random.Generator, count: int, volatility: float) -> tuple[Bars, Bars]:
    """Bars of a day or of four hours and finer ones that make them up; some finer ones are missing."""
    sizes = rng.integers(1, MOST_FINER + 1, count)
    fine = random_bars(rng, int(sizes.sum()), volatility=volatility / 2.0)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    is_daily = rng.random() < 0.5
    if is_daily:
        time = skip_days(rng, count)
        first_instant, step, interval, finer = time + 14 * 3_600, 3_600, Interval.DAY_1, Interval.HOUR_1
    else:
        time = MONDAY * DAY + np.cumsum(rng.choice([1, 1, 2, 7], count)).astype(np.int64) * 14_400
        first_instant, step, interval, finer = time, 1_800, Interval.HOUR_4, Interval.MIN_30
    within = np.concatenate([np.arange(size) for size in sizes])
    instants = np.repeat(first_instant, sizes) + within * step
    made = (
        fine.open[starts],
        np.maximum.reduceat(fine.high, starts),
        np.minimum.reduceat(fine.low, starts),
        fine.close[ends - 1],
        np.add.reduceat(fine.volume, starts),
    )
    kept = np.ones(len(instants), dtype=np.bool_)
    if rng.random() < 0.5:
        kept = rng.random(len(instants)) < 0.85
    open_, high, low, close, volume = (column[kept] for column in fine.columns())
    detail = Bars(instants[kept], open_, high, low, close, volume, finer, NEW_YORK)
    return Bars(time, *made, interval, NEW_YORK), detail


def random_splits(rng: np.random.Generator, bars: Bars) -> tuple[tuple[date, float], ...]:
    """One to three splits on dates from just before the bars to just behind them, each date once."""
    first, last = (int(seconds) // DAY for seconds in bars.time[[0, -1]])
    days = sorted({int(day) for day in rng.integers(first - 1, last + 3, int(rng.integers(1, 4)))})
    ratios = rng.choice([2.0, 3.0, 1.5, 0.5, 0.1, 1.0], len(days))
    return tuple(
        (datetime.fromtimestamp(day * DAY, UTC).date(), float(ratio))
        for day, ratio in zip(days, ratios, strict=True)
    )


def add_outputs(rng: np.random.Generator, bars: Bars, signals: Signals) -> Signals:
    """The same signals with some of the special outputs."""
    count = len(bars)
    scale = float(np.median(bars.close)) * 0.03

    def maybe(column: Column, probability: float = 0.3) -> Column | None:
        if rng.random() >= probability:
            return None
        column[rng.random(count) < 0.08] = np.nan
        return column

    def distances(factor: float) -> Column:
        return np.abs(rng.normal(0.0, scale * factor * rng.choice([0.3, 1.0, 3.0]), count))

    limit = maybe(distances(0.3) - 0.02 * scale)
    share = second = None
    if signals.take_profit is not None:
        share = maybe(rng.uniform(-0.05, 1.2, count), 0.6)
        second = maybe(distances(2.0), 0.6) if share is not None else None
    return replace(
        signals,
        limit_entry=limit,
        limit_bars=None if limit is None else maybe(rng.uniform(0.5, 5.0, count), 0.6),
        trailing_percent=maybe(rng.uniform(-0.5, 8.0, count)),
        chandelier_stop=maybe(distances(1.0)),
        take_profit_share=share,
        take_profit_2=second,
        max_bars=maybe(rng.uniform(0.0, 9.0, count)),
    )


def add_terms(rng: np.random.Generator, terms: Execution) -> Execution:
    """The same terms with some of the special costs, on the scale of the account."""
    cash = terms.initial_cash
    changes: dict[str, Any] = {}
    if rng.random() < 0.25:
        changes["commission_per_unit"] = float(10.0 ** rng.uniform(-4.0, -1.0))
    if rng.random() < 0.25:
        changes["commission_minimum"] = float(rng.uniform(0.0, 0.01) * cash)
    if rng.random() < 0.25:
        starts = np.sort(rng.uniform(0.0, 1.5 * cash, int(rng.integers(1, 4))))
        changes["commission_tiers"] = tuple((float(s), float(rng.uniform(0.0, 150.0))) for s in starts)
    if rng.random() < 0.3:
        changes |= {
            "slippage_model": "volume_share",
            "volume_limit": float(rng.uniform(0.01, 1.0)),
            "price_impact": float(rng.uniform(0.0, 0.5)),
        }
    if rng.random() < 0.3:
        changes |= {
            "borrow_rate": float(rng.uniform(0.0, 0.3)),
            "overnight_rate": float(rng.choice([0.0, 0.1])),
        }
    return replace(terms, **changes)
