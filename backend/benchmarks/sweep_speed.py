"""Sweeps of three generic rules on 10,000 bars beside a hand-written kernel, vectorbt and backtesting.py.

Every set of ours has all 25 figures. The kernel by hand knows the SMA crossover alone and computes nine. One
process and two, all in one run. `sets/CPU s` is what one process does with a core for itself: where the wall
time says much less, something else had the cores.

    python -m benchmarks.sweep_speed [--bars 10000]        (from backend/)
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.language import compile_rule
from app.engine.sweep import run_sets
from benchmarks.fill_kernel import random_bars
from benchmarks.peers_environment import PeersMissing, run_peer, save_bars
from benchmarks.speed_rules import (
    COMMISSION_BPS,
    EXECUTION,
    PERIODS_PER_YEAR,
    SMA_CROSS,
    SWEPT_RULES,
    SweptRule,
    sweep_sma_by_hand,
)

TARGET_SETS_PER_SECOND = 15_000
TARGET_MEGABYTES = 300
LONG_BARS, LONG_SETS = 1_000_000, 24
VECTORBT_SETS, VECTORBT_BATCH, BACKTESTING_SETS = 500, 100, 12
Work = Callable[[NDArray[np.float64]], object]


def our_work(rule: SweptRule, bars: Bars) -> Work:
    """Runs sets by the generic engine, as a worker does."""
    compiled = compile_rule(rule.source)

    def run(sets: NDArray[np.float64]) -> object:
        return run_sets(
            compiled,
            bars,
            tuple(rule.axes),
            sets,
            execution=EXECUTION,
            periods_per_year=PERIODS_PER_YEAR,
        )

    return run


def hand_work(_rule: SweptRule, bars: Bars) -> Work:
    """Runs sets by the kernel for this one rule."""

    def run(sets: NDArray[np.float64]) -> object:
        figures = np.empty((len(sets), 9))
        rate = COMMISSION_BPS * 1e-4
        return sweep_sma_by_hand(bars.open, bars.close, sets, EXECUTION.initial_cash, rate, figures)

    return run


def peak_megabytes() -> float:
    """The most memory that this process has held since `forget_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmHWM")


def forget_peak() -> None:
    """Let the peak start anew at what is held now."""
    Path("/proc/self/clear_refs").write_text("5")


def work_share(
    make: Callable[[SweptRule, Bars], Work],
    rule: SweptRule,
    bar_count: int,
    sets: NDArray[np.float64],
    barrier: Barrier,
    results: Any,
) -> None:
    """A worker: warm, then its share of the sets when all are ready."""
    make(rule, random_bars(600))(sets[:3])
    forget_peak()
    idle = peak_megabytes()
    bars = random_bars(bar_count)
    barrier.wait()
    began, began_cpu = time.time(), time.process_time()
    make(rule, bars)(sets)
    results.put((began, time.time(), time.process_time() - began_cpu, peak_megabytes() - idle))


def measure(
    make: Callable[[SweptRule, Bars], Work],
    rule: SweptRule,
    bar_count: int,
    sets: NDArray[np.float64],
    processes: int,
) -> tuple[float, float, float]:
    """(wall seconds, CPU seconds of all, the most megabytes of one above idle), the sets shared out."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(processes), context.Queue()
    shares = np.array_split(sets, processes)
    workers = [
        context.Process(target=work_share, args=(make, rule, bar_count, share, barrier, results))
        for share in shares
    ]
    for worker in workers:
        worker.start()
    done = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    began, ended, cpu, megabytes = zip(*done, strict=True)
    return max(ended) - min(began), sum(cpu), max(megabytes)


def print_row(
    name: str, processes: int, count: int, wall: float, cpu: float, megabytes: float | None = None
) -> None:
    """A line of the table."""
    memory = "" if megabytes is None else f"{megabytes:,.0f} MB"
    print(
        f"{name:<30}{processes:>5}{count:>8,}{count / wall:>10,.0f}{count / cpu:>13,.0f}{memory:>12}",
        flush=True,
    )


def print_peers(bars: Bars, folder: Path) -> None:
    """The same SMA sweep by vectorbt and backtesting.py, with fewer sets: they take long."""
    chosen = np.random.default_rng(1).permutation(SMA_CROSS.sets())
    many = save_bars(folder / "many.npz", bars, sets=chosen[:VECTORBT_SETS])
    few = save_bars(folder / "few.npz", bars, sets=chosen[:BACKTESTING_SETS])
    found = run_peer("vectorbt_speed", many, str(VECTORBT_BATCH), "1")
    print_row("SMA cross, vectorbt", 1, found["sets"], found["seconds"][0], found["cpu_seconds"])
    found = run_peer("backtesting_speed", few)
    print_row("SMA cross, backtesting.py", 1, found["sets"], sum(found["seconds"]), found["cpu_seconds"])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--bars", type=int, default=10_000)
    bar_count: int = parser.parse_args().bars
    print(f"{bar_count:,} bars; {TARGET_SETS_PER_SECOND:,} sets/s in two processes is the aim")
    print(f"{'':<30}{'proc.':>5}{'sets':>8}{'sets/s':>10}{'sets/CPU s':>13}{'above idle':>12}")
    for processes in (1, 2):
        measured = measure(hand_work, SMA_CROSS, bar_count, SMA_CROSS.sets(), processes)
        print_row("SMA cross by hand, 9 figures", processes, len(SMA_CROSS.sets()), *measured)
    for rule in SWEPT_RULES:
        for processes in (1, 2):
            measured = measure(our_work, rule, bar_count, rule.sets(), processes)
            print_row(rule.name, processes, len(rule.sets()), *measured)
    for rule in SWEPT_RULES:
        measured = measure(our_work, rule, LONG_BARS, rule.sets()[:LONG_SETS], 1)
        print_row(f"{rule.name}, {LONG_BARS:,}", 1, LONG_SETS, *measured)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print_peers(random_bars(bar_count), Path(folder))
    except PeersMissing as missing:
        print(missing)
    print(
        f"above idle: the most that one process held, its bars included; {TARGET_MEGABYTES} MB is the limit"
    )


if __name__ == "__main__":
    main()
