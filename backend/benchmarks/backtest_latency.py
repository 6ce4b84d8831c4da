"""A backtest through the API with `?wait=10`, from request to answer, the whole verdict included.

Starts the two databases, a backend and a worker of its own, loads the demo and 1,000,000 made-up minutes.

    python -m benchmarks.backtest_latency        (from backend/)
"""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from app.auth.service import create_user
from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.migrations import upgrade_databases
from app.embedded.servers import start_servers
from app.engine.intervals import Interval
from app.market.demo.loading import load_demo
from app.market.domain import AssetClass, ImportForm, Scope, Viewer
from app.market.jobs import import_file
from benchmarks.backend_process import free_port, start_backend, wait_until_ready

BARS = 1_000_000
SMALL_RUNS, LARGE_RUNS, WARM_UP_RUNS = 60, 7, 5
PASSWORD = "correct horse battery"
RULE = """\
fast = param(10, 5, 50)
slow = param(30, 20, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long = crossunder(sma(close, fast), sma(close, slow))
"""


def make_csv() -> bytes:
    """A random walk in minutes."""
    random = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.0005, BARS)))
    open_ = np.concatenate(([100.0], close[:-1]))
    high, low = np.maximum(open_, close) * 1.0002, np.minimum(open_, close) * 0.9998
    times = 1_500_000_000 // 60 * 60 + 60 * np.arange(BARS)
    table = io.StringIO()
    table.write("time,open,high,low,close,volume\n")
    table.writelines(
        f"{time},{o:.6f},{h:.6f},{lo:.6f},{c:.6f},{1000}\n"
        for time, o, h, lo, c in zip(times, open_, high, low, close, strict=True)
    )
    return table.getvalue().encode()


async def prepare(settings: Settings) -> None:
    """The demo's instruments, a made-up one of a million bars, and a user."""
    databases = Databases.from_settings(settings)
    await load_demo(databases, SystemClock())
    await create_user(databases, "ada@example.com", PASSWORD, "Ada")
    form = ImportForm(
        symbol="MILLION", interval=Interval.MIN_1, asset_class=AssetClass.CRYPTO, scope=Scope.INSTALLATION
    )
    done = await import_file(
        databases, SystemClock(), Viewer(None), form, io.BytesIO(make_csv()), "million.csv"
    )
    assert done.counts.inserted == BARS, done
    await databases.dispose()


def measure(client: httpx.Client, body: dict[str, Any], runs: int) -> list[float]:
    """Milliseconds of each request."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        answer = client.post("/api/v1/backtests?wait=10", json=body)
        taken.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "succeeded", answer.text
    return sorted(taken)


def report(name: str, taken: list[float], limit: float) -> None:
    """A line of figures."""
    print(
        f"{name:<22} median {statistics.median(taken):7.1f} ms, p90 {taken[int(len(taken) * 0.9)]:7.1f} ms, "
        f"least {taken[0]:7.1f} ms   (limit {limit:g} ms)"
    )


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home, start_servers(Path(home), durable=True) as servers:
        urls = {
            "DATABASE_URL": servers.main_dsn,
            "CREDS_DATABASE_URL": servers.credentials_dsn,
            "REDIS_URL": servers.redis_url,
        }
        settings = Settings(_env_file=None, **{name.lower(): url for name, url in urls.items()})
        upgrade_databases(settings)
        asyncio.run(prepare(settings))
        environment = {**os.environ, **urls, "LOG_LEVEL": "WARNING"}
        port = free_port()
        backend = start_backend(environment, port)
        worker = subprocess.Popen([sys.executable, "-m", "app.worker"], env=environment)
        try:
            wait_until_ready(port)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                login = {"email": "ada@example.com", "password": PASSWORD}
                token = client.post("/api/v1/auth/login", json=login).json()["access_token"]
                client.headers["Authorization"] = f"Bearer {token}"
                small = {"source": RULE, "symbol": "AAPL", "interval": "1day", "commission_bps": 10}
                large = {"source": RULE, "symbol": "MILLION", "interval": "1min", "commission_bps": 0.5}
                measure(client, small, WARM_UP_RUNS)
                report("3,270 daily bars", measure(client, small, SMALL_RUNS), 100)
                measure(client, large, 1)
                report("1,000,000 minutes", measure(client, large, LARGE_RUNS), 1_500)
        finally:
            for process in (worker, backend):
                process.terminate()
            for process in (worker, backend):
                process.wait(20)


if __name__ == "__main__":
    main()
