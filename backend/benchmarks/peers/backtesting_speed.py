"""backtesting.py's SMA crossover: seconds for each of some sets, with its statistics.

python backtesting_speed.py BARS.npz      (sets of windows in the file's `sets`)
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import crossover


def average(values: np.ndarray, window: int) -> pd.Series:
    return pd.Series(values).rolling(window).mean()


class SmaCross(Strategy):
    fast = 10
    slow = 30

    def init(self) -> None:
        self.quick = self.I(average, self.data.Close, self.fast)
        self.steady = self.I(average, self.data.Close, self.slow)

    def next(self) -> None:
        if crossover(self.quick, self.steady):
            self.buy()
        elif crossover(self.steady, self.quick):
            self.position.close()


def main() -> None:
    file = dict(np.load(sys.argv[1]))
    columns = {name.capitalize(): file[name] for name in ("open", "high", "low", "close", "volume")}
    frame = pd.DataFrame(columns, index=pd.to_datetime(file["time"], unit="s"))
    test = Backtest(frame, SmaCross, cash=1e6, commission=0.5e-4, finalize_trades=True)
    seconds = []
    trades = 0
    began = time.process_time()
    for fast, slow in file["sets"].astype(int).tolist():
        started = time.perf_counter()
        trades += int(test.run(fast=fast, slow=slow)["# Trades"])
        seconds.append(time.perf_counter() - started)
    cpu = time.process_time() - began
    print(json.dumps({"sets": len(file["sets"]), "seconds": seconds, "cpu_seconds": cpu, "trades": trades}))


if __name__ == "__main__":
    main()
