"""How long the whole verdict takes, check by check: on real daily bars, and on 1,000,000 made-up minutes.

    python -m benchmarks.verdict_latency        (from backend/)

One thread, everything compiled before; seconds of processor time, so that other work on the machine does not
count (the last column is what the clock said). The aim: the whole verdict of a 3,270-bar run within 2 s.
"""

from __future__ import annotations

import csv
import gzip
import os
import time
from datetime import UTC, datetime
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  (after the number of threads was set)

import app.market  # noqa: E402
from app.engine.backtest import BacktestInputs, run_backtest  # noqa: E402
from app.engine.bars import Bars  # noqa: E402
from app.engine.execution import Execution  # noqa: E402
from app.engine.intervals import Interval  # noqa: E402
from app.engine.language import compile_rule  # noqa: E402
from app.engine.verdict import CHECK_NAMES, DataFacts, Verdict  # noqa: E402
from benchmarks.market_data import make_minute_bars  # noqa: E402

DEMO_FILE = Path(app.market.__file__).parent / "demo" / "us_stocks_daily.csv.gz"
RULES = {
    "two parameters": """
fast = param(10, 5, 50)
slow = param(30, 20, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long = crossunder(sma(close, fast), sma(close, slow))
""",
    "four parameters, stop": """
n = param(20, 5, 100)
width = param(2, 1, 4, 0.5)
trend = param(100, 50, 300, 10)
far = param(2, 1, 5, 0.5)
enter_long = crossover(close, bb_upper(close, n, width)) and close > ema(close, trend)
exit_long = crossunder(close, sma(close, n))
stop_loss = far * atr(14)
""",
    "no parameter": """
enter_long = crossover(rsi(close, 14), 30)
exit_long = crossover(rsi(close, 14), 60)
""",
}


def load_daily(symbol: str) -> Bars:
    """The demo's daily bars of a symbol, as they are stored."""
    with gzip.open(DEMO_FILE, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Ticker"] == symbol]
    times = [int(datetime.fromisoformat(row["Date"]).replace(tzinfo=UTC).timestamp()) for row in rows]
    names = ("Open", "High", "Low", "Close", "Volume")
    return Bars(np.array(times), *(np.array([float(row[name]) for row in rows]) for name in names))


def make_minutes(count: int) -> Bars:
    """Minutes of a random walk that rises, so that there is a profit to question."""
    times, values = make_minute_bars(count)
    values[:, :4] *= np.exp(np.linspace(0.0, 3.0, count))[:, None]
    columns = [np.ascontiguousarray(values[:, column]) for column in range(5)]
    return Bars(times, *columns, interval=Interval.MIN_1)


def measure(source: str, bars: Bars, periods_per_year: float) -> tuple[list[float], float, float]:
    """Processor seconds of each check and of the whole run, and the clock's; the best of three runs."""
    inputs = BacktestInputs.for_rule(
        compile_rule(source),
        bars,
        execution=Execution(1e5),
        facts=DataFacts(expected_bars=len(bars), missing_bars=0, calendar="XNYS"),
        periods_per_year=periods_per_year,
    )
    runs = []
    for _ in range(4):
        began, clock = time.process_time(), time.perf_counter()
        marks: list[float] = []

        def note(_: Verdict, marks: list[float] = marks) -> None:
            marks.append(time.process_time())

        told: list[float] = []
        run_backtest(inputs, lambda _, told=told: told.append(time.process_time()), note)  # type: ignore[misc]
        whole, by_clock = time.process_time() - began, time.perf_counter() - clock
        starts = [told[2], *marks[:-1]]  # the first check begins once fills and figures are there
        runs.append(([end - start for start, end in zip(starts, marks, strict=True)], whole, by_clock))
    return min(runs[1:], key=lambda run: run[1])


def main() -> None:
    """Print a row for each rule and length."""
    print(
        f"{'milliseconds':<34}"
        + "".join(f"{name:>15}" for name in CHECK_NAMES)
        + f"{'verdict':>10}{'run':>10}{'by clock':>10}"
    )
    for title, bars, periods in (
        ("3,270 days (IBM)", load_daily("IBM"), 252.0),
        ("1,000,000 minutes", make_minutes(1_000_000), 252.0 * 390.0),
    ):
        print(f"{title}: {len(bars):,} bars")
        for name, source in RULES.items():
            checks, whole, by_clock = measure(source, bars, periods)
            row = "".join(f"{seconds * 1_000.0:>15.1f}" for seconds in checks)
            print(
                f"  {name:<32}{row}{sum(checks) * 1_000.0:>10.0f}{whole * 1_000.0:>10.0f}"
                f"{by_clock * 1_000.0:>10.0f}"
            )


if __name__ == "__main__":
    main()
