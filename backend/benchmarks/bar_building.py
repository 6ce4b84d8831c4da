"""How many ticks a second the feed's builder takes, beside a plain dictionary and NumPy: one run, same ticks.

    python -m benchmarks.bar_building [--ticks 400000]

The dictionary does what bars need and nothing else: no late or repeated ticks, no order but the arrival's, no
calendar. NumPy gets all ticks at once, in order, when the day is over: what no feed can have.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from app.engine.intervals import Interval
from app.live.bar_building import BarBuilder
from app.market.bar_hours import BarHours

START = 1_773_158_400
WANTED = (Interval.MIN_5, Interval.MIN_15, Interval.HOUR_1, Interval.DAY_1)


def build(ticks: list[tuple[float, float, float]], wanted: tuple[Interval, ...]) -> int:
    builder = BarBuilder(BarHours(None, "UTC"))
    builder.want(wanted)
    closed = 0
    builder.advance(START)
    now = float(START)
    for at, price, volume in ticks:
        if at - now >= 0.25:
            now = at
            closed += len(builder.advance(now))
        builder.add(at, price, volume)
    return closed + len(builder.advance(now + 86_400))


def build_plainly(ticks: list[tuple[float, float, float]]) -> int:
    bars: dict[int, list[float]] = {}
    for at, price, volume in ticks:
        label = int(at) // 60 * 60
        bar = bars.get(label)
        if bar is None:
            bars[label] = [price, price, price, price, volume]
            continue
        if price > bar[1]:
            bar[1] = price
        if price < bar[2]:
            bar[2] = price
        bar[3] = price
        bar[4] += volume
    return len(bars)


def build_at_once(at: np.ndarray, price: np.ndarray, volume: np.ndarray) -> int:
    labels = at.astype(np.int64) // 60
    starts = np.flatnonzero(np.diff(labels, prepend=-1))
    ends = np.append(starts[1:], len(at)) - 1
    columns = (
        price[starts],
        np.maximum.reduceat(price, starts),
        np.minimum.reduceat(price, starts),
        price[ends],
        np.add.reduceat(volume, starts),
    )
    return len(columns[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ticks", type=int, default=400_000)
    count = parser.parse_args().ticks
    random = np.random.default_rng(1)
    at = START + np.sort(random.uniform(0, 4 * 3_600, count))
    price = np.round(100 * np.exp(np.cumsum(random.normal(0, 1e-5, count))), 4)
    volume = random.integers(1, 100, count).astype(np.float64)
    ticks = list(zip(at.tolist(), price.tolist(), volume.tolist(), strict=True))
    runs = {
        "builder, 1min": lambda: build(ticks, ()),
        "builder, 1min to 1day": lambda: build(ticks, WANTED),
        "plain dictionary": lambda: build_plainly(ticks),
        "NumPy, all at once": lambda: build_at_once(at, price, volume),
    }
    rates = {}
    for name, run in runs.items():
        best = float("inf")
        for _ in range(3):
            began = time.perf_counter()
            run()
            best = min(best, time.perf_counter() - began)
        rates[name] = count / best
    plain = rates["plain dictionary"]
    print(f"{count:,} ticks over four hours, best of three")
    for name, rate in rates.items():
        print(f"{name:<24}{rate:>14,.0f} ticks/s   {rate / plain:6.2f} x the dictionary")


if __name__ == "__main__":
    main()
