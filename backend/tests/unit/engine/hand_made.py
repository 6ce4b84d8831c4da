"""Builders of bars and signals for the tests of fills, figures and verdict."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import app.market
from app.engine.bars import Bars, Column
from app.engine.execution import Execution
from app.engine.intervals import Interval
from app.engine.signals import Signals

DAY = 86_400
DEMO_FILE = Path(app.market.__file__).parent / "demo" / "us_stocks_daily.csv.gz"
APPLE_SPLITS = {date(2000, 6, 21): 2.0, date(2005, 2, 28): 2.0}


def make_bars(rows: Sequence[tuple[float, float, float, float]], interval: Interval = Interval.DAY_1) -> Bars:
    """Bars from (open, high, low, close) rows, one a day from 2020-01-01 on."""
    prices = np.array(rows, dtype=np.float64).reshape(-1, 4)
    start = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    time = start + np.arange(len(prices), dtype=np.int64) * interval.seconds
    open_, high, low, close = (np.ascontiguousarray(prices[:, column]) for column in range(4))
    return Bars(time, open_, high, low, close, np.full(len(prices), 1000.0), interval)


def make_signals(
    count: int,
    *,
    enter_long: Sequence[int] = (),
    exit_long: Sequence[int] = (),
    enter_short: Sequence[int] = (),
    exit_short: Sequence[int] = (),
    **columns: float | Mapping[int, float] | Column,
) -> Signals:
    """Signals that are true on the named bars. A column is one value for all bars, or values of some."""
    numbers: dict[str, Column] = {}
    for name, given in columns.items():
        if isinstance(given, np.ndarray):
            numbers[name] = given
        elif isinstance(given, Mapping):
            numbers[name] = np.full(count, np.nan)
            for bar, value in given.items():
                numbers[name][bar] = value
        else:
            numbers[name] = np.full(count, float(given))
    return Signals(
        _flags(count, enter_long),
        _flags(count, exit_long),
        _flags(count, enter_short),
        _flags(count, exit_short),
        **numbers,
    )


def _flags(count: int, where: Sequence[int]) -> NDArray[np.bool_]:
    flags = np.zeros(count, dtype=np.bool_)
    flags[list(where)] = True
    return flags


def load_demo(symbol: str, splits: Mapping[date, float] | None = None) -> Bars:
    """A symbol's daily bars from the demo's file, adjusted for `splits` (date → ratio)."""
    with gzip.open(DEMO_FILE, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Ticker"] == symbol]
    days = [date.fromisoformat(row["Date"]) for row in rows]
    columns = {
        name: np.array([float(row[name]) for row in rows])
        for name in ("Open", "High", "Low", "Close", "Volume")
    }
    for on, ratio in (splits or {}).items():
        before = np.array([day < on for day in days])
        for name, column in columns.items():
            column[before] = column[before] * ratio if name == "Volume" else column[before] / ratio
    time = np.array([int(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp()) for d in days])
    return Bars(
        time.astype(np.int64),
        columns["Open"],
        columns["High"],
        columns["Low"],
        columns["Close"],
        columns["Volume"],
    )


def moving_average(column: Column, window: int) -> Column:
    """The mean of each window by itself; NaN before the first."""
    mean = np.full(len(column), np.nan)
    if len(column) >= window:
        mean[window - 1 :] = np.lib.stride_tricks.sliding_window_view(column, window).mean(axis=1)
    return mean


def crosses_above(a: Column, b: Column) -> NDArray[np.bool_]:
    """a was not above b at the bar before and is now."""
    crosses = np.zeros(len(a), dtype=np.bool_)
    crosses[1:] = (a[:-1] <= b[:-1]) & (a[1:] > b[1:])
    return crosses


def sma_crossover(bars: Bars, fast: int = 10, slow: int = 30) -> Signals:
    """Long when the fast average crosses above the slow one, out when it crosses below."""
    quick, steady = moving_average(bars.close, fast), moving_average(bars.close, slow)
    never = np.zeros(len(bars), dtype=np.bool_)
    return Signals(crosses_above(quick, steady), crosses_above(steady, quick), never, never)


def random_bars(rng: np.random.Generator, count: int, *, volatility: float = 0.03) -> Bars:
    """A random walk with gaps between the bars and now and then a wild bar, at a price level of its own."""
    level = 10.0 ** rng.uniform(-1.0, 4.0)
    wild = np.where(rng.random(count) < 0.05, 6.0, 1.0)
    gaps = rng.normal(0.0, 0.5 * volatility, count) * wild
    moves = rng.normal(0.0, volatility, count) * wild
    close = level * np.exp(np.cumsum(gaps + moves))
    open_ = close / np.exp(moves)
    high = np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.5 * volatility, count)))
    low = np.minimum(open_, close) / (1.0 + np.abs(rng.normal(0.0, 0.5 * volatility, count)))
    digits = int(rng.integers(1, 6))
    open_, high, low, close = (
        np.maximum(np.round(column, digits), 10.0**-digits) for column in (open_, high, low, close)
    )
    time = np.arange(count, dtype=np.int64) * DAY
    return Bars(time, open_, high, low, close, rng.uniform(1.0, 1e6, count))


def replay_high_first(bars: Bars) -> Bars:
    """Three hours for each day of `bars`: from the open to the high, to the low, to the close."""
    points = np.stack((bars.open, bars.high, bars.low, bars.close), axis=1)
    opens, closes = points[:, :-1].ravel(), points[:, 1:].ravel()
    hours = (bars.time[:, None] + 3_600 * np.arange(10, 13)).ravel()
    return Bars(
        hours,
        opens,
        np.maximum(opens, closes),
        np.minimum(opens, closes),
        closes,
        np.repeat(bars.volume / 3.0, 3),
        Interval.HOUR_1,
        bars.timezone,
    )


def random_signals(rng: np.random.Generator, bars: Bars) -> Signals:
    """Signals of any kind: both sides, dense or rare, with or without each output, some values undefined."""
    count = len(bars)
    density = rng.choice([0.02, 0.1, 0.3])
    flags = [rng.random(count) < density * rng.choice([0.0, 1.0, 1.0, 1.0]) for _ in range(4)]
    scale = float(np.median(bars.close)) * 0.03

    def maybe_distance() -> Column | None:
        if rng.random() < 0.5:
            return None
        distance = np.abs(rng.normal(0.0, scale * rng.choice([0.3, 1.0, 3.0]), count))
        distance[rng.random(count) < 0.1] = np.nan
        distance[rng.random(count) < 0.05] = 0.0
        return distance

    stop, target, trail = maybe_distance(), maybe_distance(), maybe_distance()
    size = risk = None
    sizing = rng.random()
    if sizing < 0.4:
        size = rng.uniform(-0.1, 1.3, count)
        size[rng.random(count) < 0.05] = np.nan
    elif sizing < 0.7 and stop is not None:
        risk = rng.uniform(-0.01, 0.1, count)
        risk[rng.random(count) < 0.05] = np.nan
    return Signals(flags[0], flags[1], flags[2], flags[3], stop, target, trail, size, risk)


def random_execution(rng: np.random.Generator) -> Execution:
    """Terms with and without each kind of cost."""
    return Execution(
        initial_cash=float(np.round(10.0 ** rng.uniform(2.0, 7.0), 2)),
        commission_bps=float(rng.choice([0.0, 10.0, rng.uniform(0.0, 200.0)])),
        slippage_bps=float(rng.choice([0.0, 5.0, rng.uniform(0.0, 200.0)])),
        commission_fixed=float(rng.choice([0.0, 0.0, 1.0, rng.uniform(0.0, 5.0)])),
        whole_units=bool(rng.random() < 0.3),
        close_at_end=bool(rng.random() < 0.7),
    )


def cut_signals(signals: Signals, start: int, stop: int) -> Signals:
    """Bars start..stop-1 of every column."""
    columns: dict[str, Any] = {name: getattr(signals, name) for name in Signals.__slots__}
    cut: dict[str, Any] = {
        name: None if column is None else column[start:stop] for name, column in columns.items()
    }
    return Signals(**cut)
