"""One run on 1,000,000 bars with all figures, beside a bare numba loop of the same rule and vectorbt.

Ours is the generic way of every run: the rule's graph on whole columns, the fill kernel with every trade's
excursions, all 25 figures. The bare loop knows this one rule and writes an equity curve, no figures at all.
vectorbt is given its own fourteen figures to compute. Ratios are of CPU time, which is the wall's on a quiet
machine and does not count what others took on a busy one.

    python -m benchmarks.run_speed [--bars 1000000] [--rounds 15]        (from backend/)
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.engine.evaluation import evaluate_rule
from app.engine.fills import simulate
from app.engine.language import compile_rule
from app.engine.metrics import compute_metrics
from benchmarks.fill_kernel import FAST, SLOW, bare_sma_crossover, random_bars
from benchmarks.peers_environment import PeersMissing, run_peer, save_bars
from benchmarks.speed_rules import COMMISSION_BPS, EXECUTION, PERIODS_PER_YEAR, SMA_CROSS

BARE_TARGET, VECTORBT_TARGET = 5.0, 10.0
VECTORBT_ROUNDS = 5


def main() -> None:
    """Measure in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    bars = random_bars(arguments.bars)
    rule = compile_rule(SMA_CROSS.source)
    chosen = {"fast": float(FAST), "slow": float(SLOW)}
    equity = np.empty(len(bars))

    def bare() -> int:
        rate = COMMISSION_BPS * 1e-4
        cash = EXECUTION.initial_cash
        return int(bare_sma_crossover(bars.open, bars.close, FAST, SLOW, cash, rate, equity))

    signals = evaluate_rule(rule, bars, chosen)
    fills = simulate(bars, signals, EXECUTION)
    parts = {
        "bare loop": bare,
        "ours, whole run": lambda: compute_metrics(
            bars, simulate(bars, evaluate_rule(rule, bars, chosen), EXECUTION), PERIODS_PER_YEAR
        ),
        "  signals": lambda: evaluate_rule(rule, bars, chosen),
        "  fills": lambda: simulate(bars, signals, EXECUTION),
        "  figures": lambda: compute_metrics(bars, fills, PERIODS_PER_YEAR),
    }
    for run in parts.values():
        run()
    times = measure_in_turn(parts, arguments.rounds)
    try:
        with tempfile.TemporaryDirectory() as folder:
            windows = np.array([[FAST, SLOW]])
            path = save_bars(Path(folder, "bars.npz"), bars, sets=windows)
            found = run_peer("vectorbt_speed", path, "1", str(VECTORBT_ROUNDS))
        times["vectorbt"] = min(found["seconds"]), found["cpu_seconds"]
    except PeersMissing as missing:
        print(missing)
    print(f"{arguments.bars:,} bars, {len(fills.trades):,} trades")
    for name, (wall, cpu) in times.items():
        print(f"{name:<18} best wall {wall * 1e3:9.2f} ms   median CPU {cpu * 1e3:9.2f} ms")
    _, ours = times["ours, whole run"]
    print(f"{ours / times['bare loop'][1]:.2f} × the bare loop (limit {BARE_TARGET:g})")
    if "vectorbt" in times:
        print(f"vectorbt takes {times['vectorbt'][1] / ours:.1f} × ours (at least {VECTORBT_TARGET:g})")


def measure_in_turn(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Each run's best wall and median CPU seconds, taken turn by turn."""
    walls: dict[str, list[float]] = {name: [] for name in runs}
    cpus: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            wall, cpu = time.perf_counter(), time.thread_time()
            run()
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.thread_time() - cpu)
    return {name: (min(walls[name]), float(np.median(cpus[name]))) for name in runs}


if __name__ == "__main__":
    main()
