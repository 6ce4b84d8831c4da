"""vectorbt's SMA crossover: seconds for a sweep or a single run, with the figures that it has too.

    python vectorbt_speed.py BARS.npz BATCH ROUNDS      (sets of windows in the file's `sets`)

Signals are filled at the next open, as in the product. Prints JSON: sets, seconds of each round,
CPU seconds of one, trades.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd
import vectorbt as vbt

FIGURES = (
    "total_return",
    "annualized_return",
    "annualized_volatility",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "omega_ratio",
    "max_drawdown",
    "value_at_risk",
)
TRADE_FIGURES = ("count", "win_rate", "profit_factor", "expectancy", "sqn")


def run(file: dict[str, np.ndarray], sets: np.ndarray) -> int:
    index = pd.to_datetime(file["time"], unit="s")
    close, open_ = pd.Series(file["close"], index), pd.Series(file["open"], index)
    fast = vbt.MA.run(close, sets[:, 0].astype(int).tolist(), short_name="fast")
    slow = vbt.MA.run(close, sets[:, 1].astype(int).tolist(), short_name="slow")
    entries = fast.ma_crossed_above(slow).vbt.fshift(1)
    exits = fast.ma_crossed_below(slow).vbt.fshift(1)
    portfolio = vbt.Portfolio.from_signals(
        close, entries, exits, price=open_, init_cash=1e6, fees=0.5e-4, freq="1min"
    )
    for name in FIGURES:
        getattr(portfolio, name)()
    for name in TRADE_FIGURES:
        getattr(portfolio.trades, name)()
    return int(np.sum(portfolio.trades.count()))


def main() -> None:
    file = dict(np.load(sys.argv[1]))
    sets, batch, rounds = file["sets"], int(sys.argv[2]), int(sys.argv[3])
    run(file, sets[:batch])
    seconds = []
    began = time.process_time()
    for _ in range(rounds):
        started = time.perf_counter()
        trades = sum(run(file, sets[start : start + batch]) for start in range(0, len(sets), batch))
        seconds.append(time.perf_counter() - started)
    cpu = (time.process_time() - began) / rounds
    print(json.dumps({"sets": len(sets), "seconds": seconds, "cpu_seconds": cpu, "trades": trades}))


if __name__ == "__main__":
    main()
