"""One run on 1,000,000 bars with all figures, beside a bare numba loop of the same rule and vectorbt.

Ours is the generic way of every run: the rule's graph on whole columns, the fill kernel with every trade's
excursions, all 25 figures. The bare loop knows this one rule and writes an equity curve, no figures at all.
vectorbt is given its own fourteen figures to compute.

    python -m benchmarks.run_speed [--bars 1000000] [--rounds 15]        (from backend/)
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from app.engine.evaluation import evaluate_rule
from app.engine.fills import simulate
from app.engine.language import compile_rule
from app.engine.metrics import compute_metrics
from benchmarks.fill_kernel import FAST, SLOW, bare_sma_crossover, best_and_median_seconds, random_bars
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
    times = best_and_median_seconds(parts, arguments.rounds)
    try:
        with tempfile.TemporaryDirectory() as folder:
            windows = np.array([[FAST, SLOW]])
            path = save_bars(Path(folder, "bars.npz"), bars, sets=windows)
            found = run_peer("vectorbt_speed", path, "1", str(VECTORBT_ROUNDS))
        times["vectorbt"] = min(found["seconds"]), float(np.median(found["seconds"]))
    except PeersMissing as missing:
        print(missing)
    print(f"{arguments.bars:,} bars, {len(fills.trades):,} trades")
    for name, (best, median) in times.items():
        print(f"{name:<18} best {best * 1e3:9.2f} ms   median {median * 1e3:9.2f} ms")
    for place, name in enumerate(("best", "median")):
        ours = times["ours, whole run"][place]
        line = (
            f"of the {name}s: {ours / times['bare loop'][place]:.2f} × the bare loop (limit {BARE_TARGET:g})"
        )
        if "vectorbt" in times:
            ratio = times["vectorbt"][place] / ours
            line += f", vectorbt takes {ratio:.1f} × ours (at least {VECTORBT_TARGET:g})"
        print(line)


if __name__ == "__main__":
    main()
