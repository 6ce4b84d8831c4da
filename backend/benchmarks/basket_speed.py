"""A basket of five instruments of 3,270 bars each, beside five single runs of the same rule.

Signals, fills, benchmark and all figures, without the verdict; the verdict apart.

    python -m benchmarks.basket_speed [--rounds 15]        (from backend/)
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from app.engine.bars import Bars, Times
from app.engine.basket.benchmark import draw_market, hold_equally
from app.engine.basket.run import BasketInputs, Member, evaluate_members, run_basket
from app.engine.basket.simulation import simulate_basket
from app.engine.basket.terms import Basket
from app.engine.basket.timeline import merge_bars
from app.engine.evaluation import evaluate_rule
from app.engine.fills import simulate
from app.engine.language import compile_rule
from app.engine.metrics import compute_metrics
from app.engine.verdict import DataFacts
from benchmarks.fill_kernel import random_bars
from benchmarks.speed_rules import EXECUTION, PERIODS_PER_YEAR

INSTRUMENTS, BARS, TARGET_MS = 5, 3_270, 50.0
RULE = """\
enter_long = crossover(sma(close, 10), sma(close, 30))
exit_long = crossunder(sma(close, 10), sma(close, 30))
stop_loss = 3 * atr(14)
rank = roc(close, 60)
"""
BASKET = Basket(2, "volatility", 20, "month")


def main() -> None:
    """Measure and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rule = compile_rule(RULE)
    whole = random_bars(INSTRUMENTS * BARS)
    days = whole.slice(0, BARS).time
    bars = [_with_time(whole.slice(i * BARS, (i + 1) * BARS), days) for i in range(INSTRUMENTS)]
    inputs = BasketInputs(
        rule=rule,
        parameters={},
        members=[Member(f"S{place}", some, DataFacts()) for place, some in enumerate(bars)],
        basket=BASKET,
        execution=EXECUTION,
        periods_per_year=PERIODS_PER_YEAR,
    )

    def run_together() -> None:
        timeline = merge_bars(bars)
        signals = evaluate_members(rule, {}, timeline.bars)
        fills = simulate_basket(timeline, signals, BASKET, EXECUTION)
        market = draw_market(timeline)
        compute_metrics(market, fills, PERIODS_PER_YEAR)
        compute_metrics(market, hold_equally(timeline, EXECUTION), PERIODS_PER_YEAR)

    def run_alone() -> None:
        for some in bars:
            compute_metrics(some, simulate(some, evaluate_rule(rule, some, {}), EXECUTION), PERIODS_PER_YEAR)

    basket, alone = (_measure(run, rounds) for run in (run_together, run_alone))
    judged = _measure(lambda: run_basket(inputs), 3)
    print(f"basket of {INSTRUMENTS} × {BARS:,} bars: {basket:.1f} ms (asked: ≤ {TARGET_MS:.0f} ms)")
    print(f"{INSTRUMENTS} single runs of the same: {alone:.1f} ms, the basket takes {basket / alone:.1f} ×")
    print(f"with the whole verdict: {judged:.0f} ms")


def _with_time(bars: Bars, days: Times) -> Bars:
    return Bars(days, *bars.columns(), bars.interval, bars.timezone)


def _measure(run: Callable[[], object], rounds: int) -> float:
    """The least of some times, in ms of the processor, after a first run that is not counted."""
    run()
    found = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        found.append(time.process_time() - began)
    return min(found) * 1_000.0


if __name__ == "__main__":
    main()
