"""The fill kernels: against a bare hand-written numba SMA-crossover loop on 1,000,000 bars, and as the inner
step of a sweep on 10,000, in one run.

The bare loop is what somebody writes in an afternoon for one rule: running sums, a crossover, all of cash
in, all out, commission, equity. The kernel gets ready-made signals of the same rule and does everything
else as well: it checks the prices, knows both sides, stops, targets, trailing levels, excursions, slippage
and writes every trade.

    python benchmarks/fill_kernel.py [--bars 1000000] [--rounds 15]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.prices import prepare_prices
from app.engine.filling.run import FillRoom, fill_signals, is_lean, pack_terms
from app.engine.fills import simulate
from app.engine.intervals import Interval
from app.engine.signals import Signals

FAST, SLOW = 10, 30
SWEEP_BARS = 10_000
TARGET_RATIO = 3.0
COMMISSION_BPS = 0.5  # small, or 19,000 trades eat all of the cash and the kernel has nothing left to do


@njit(cache=True, nogil=True)
def bare_sma_crossover(
    open_: NDArray[np.float64],
    close: NDArray[np.float64],
    fast: int,
    slow: int,
    cash: float,
    commission_rate: float,
    equity: NDArray[np.float64],
) -> int:
    """Running sums, crossover at the close, all of cash in or out at the next open.

    Returns the number of entries.
    """
    n = len(close)
    fast_sum = 0.0
    slow_sum = 0.0
    units = 0.0
    entries = 0
    order = 0
    was_above = True
    for i in range(n):
        if order == 1 and units == 0.0:
            units = cash / (open_[i] * (1.0 + commission_rate))
            cash = 0.0
            entries += 1
        elif order == -1 and units > 0.0:
            cash = units * open_[i] * (1.0 - commission_rate)
            units = 0.0
        order = 0
        fast_sum += close[i]
        slow_sum += close[i]
        if i >= fast:
            fast_sum -= close[i - fast]
        if i >= slow:
            slow_sum -= close[i - slow]
        if i >= slow - 1:
            is_above = fast_sum / fast > slow_sum / slow
            if i >= slow and is_above != was_above:
                order = 1 if is_above else -1
            was_above = is_above
        equity[i] = cash + units * close[i]
    return entries


def random_bars(count: int, seed: int = 7) -> Bars:
    """A random walk with steps of about 0.1 %, as one-minute bars."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 1e-3, count)))
    open_ = np.concatenate(([100.0], close[:-1]))
    reach = np.abs(rng.normal(0.0, 5e-4, count))
    high = np.maximum(open_, close) * (1.0 + reach)
    low = np.minimum(open_, close) * (1.0 - reach)
    stamps = np.arange(count, dtype=np.int64) * 60
    return Bars(stamps, open_, high, low, close, np.ones(count), Interval.MIN_1)


def crossover_signals(close: NDArray[np.float64]) -> Signals:
    """Enter long where the fast average crosses above the slow one, exit where it crosses below."""
    nothing = np.zeros(len(close), dtype=np.bool_)
    fast, slow = (_moving_average(close, window) for window in (FAST, SLOW))
    up, down = nothing.copy(), nothing.copy()
    up[1:] = (fast[:-1] <= slow[:-1]) & (fast[1:] > slow[1:])
    down[1:] = (fast[:-1] >= slow[:-1]) & (fast[1:] < slow[1:])
    return Signals(up, down, nothing, nothing.copy())


def _moving_average(close: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    average = np.full(len(close), np.nan)
    average[window - 1 :] = np.lib.stride_tricks.sliding_window_view(close, window).mean(axis=1)
    return average


def best_and_median_seconds(
    runs: dict[str, Callable[[], object]], rounds: int
) -> dict[str, tuple[float, float]]:
    """Each run's best and median wall time, taken turn by turn so that a busy machine slows both alike."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return {name: (min(values), float(np.median(values))) for name, values in seconds.items()}


def print_sweep_steps(rounds: int) -> None:
    """One set of signals after another into the same room, for rules with and without each kind of level."""
    bars = random_bars(SWEEP_BARS)
    signals = crossover_signals(bars.close)
    execution = Execution(initial_cash=1e6, commission_bps=COMMISSION_BPS)
    prices, room, terms = prepare_prices(bars), FillRoom.for_bars(SWEEP_BARS), pack_terms(execution)
    near, far = np.full(SWEEP_BARS, 0.3), np.full(SWEEP_BARS, 2.4)
    half, many = np.full(SWEEP_BARS, 0.5), np.full(SWEEP_BARS, 20.0)
    columns: dict[str, dict[str, NDArray[np.float64]]] = {
        "market orders": {},
        "stop and target": {"stop_loss": near, "take_profit": far},
        "trailing stop": {"trailing_stop": far},
        "percent trailing": {"trailing_percent": half},
        "chandelier": {"chandelier_stop": far},
        "two targets": {"take_profit": near, "take_profit_share": half, "take_profit_2": far},
        "limit entries": {"limit_entry": 0.1 * near},
        "time stop": {"max_bars": many},
    }
    print(f"one set on {SWEEP_BARS:,} bars, without mae and mfe")
    for name, given in columns.items():
        some = replace(signals, **given)

        def step(some: Signals = some) -> int:
            return fill_signals(prices, some, execution, 0, room, terms=terms, with_excursions=False).count

        trades = step()
        best, median = best_and_median_seconds({name: step}, rounds)[name]
        kernel = "lean" if is_lean(some, execution) else "full"
        times = f"best {best * 1e6:6.1f} µs   median {median * 1e6:6.1f} µs"
        print(f"{name:>17}: {times}   {kernel}, {trades} trades")


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    bars = random_bars(arguments.bars)
    signals = crossover_signals(bars.close)
    execution = Execution(initial_cash=1e6, commission_bps=COMMISSION_BPS)
    equity = np.empty(len(bars))

    def bare() -> int:
        return int(bare_sma_crossover(bars.open, bars.close, FAST, SLOW, 1e6, COMMISSION_BPS * 1e-4, equity))

    def kernel() -> int:
        return len(simulate(bars, signals, execution).trades)

    entries, trades = bare(), kernel()
    times = best_and_median_seconds({"bare": bare, "kernel": kernel}, arguments.rounds)
    print(f"{arguments.bars:,} bars, {entries:,} entries (bare), {trades:,} trades (kernel)")
    for name, (best, median) in times.items():
        print(f"{name:>7}: best {best * 1e3:7.2f} ms   median {median * 1e3:7.2f} ms")
    ratio = times["kernel"][1] / times["bare"][1]
    print(f"  ratio: {ratio:.2f} of medians (target ≤ {TARGET_RATIO:g})")
    print()
    print_sweep_steps(arguments.rounds * 20)


if __name__ == "__main__":
    main()
