"""What the market benchmarks share: real servers in their own folder, a long file of made-up bars."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.config import Settings
from app.core.migrations import upgrade_databases
from app.embedded.servers import start_servers

FIRST_TIME = 1_500_000_000 - 1_500_000_000 % 60


@contextlib.contextmanager
def running_installation() -> Iterator[Settings]:
    """Two migrated, empty databases and a Valkey, as durable as in earnest; gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="flowrex-bench-") as folder,
        start_servers(Path(folder)) as servers,
    ):
        settings = Settings(
            _env_file=None,
            app_env="test",
            log_level="WARNING",
            database_url=servers.main_dsn,
            creds_database_url=servers.credentials_dsn,
            redis_url=servers.redis_url,
        )
        upgrade_databases(settings)
        yield settings


def make_minute_bars(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Times (unix s) and an array (count, 5) of open, high, low, close, volume: a random walk in cents."""
    random = np.random.default_rng(seed)
    times = FIRST_TIME + 60 * np.arange(count, dtype=np.int64)
    close = np.round(100 + np.abs(np.cumsum(random.normal(0, 0.02, count))), 2)
    opening = np.concatenate(([close[0]], close[:-1]))
    spread = np.round(random.uniform(0, 0.05, count), 2)
    high = np.round(np.maximum(opening, close) + spread, 2)
    low = np.round(np.minimum(opening, close) - spread, 2)
    volume = random.integers(100, 100_000, count).astype(np.float64)
    return times, np.column_stack((opening, high, low, close, volume))


def write_csv(times: np.ndarray, values: np.ndarray) -> bytes:
    """The bars as people have them: a header, ISO times, decimal prices."""
    stamps = np.datetime_as_string(times.astype("datetime64[s]"), unit="s")
    lines = ["time,open,high,low,close,volume"]
    for stamp, row in zip(stamps.tolist(), values.tolist(), strict=True):
        day, _, clock = stamp.partition("T")
        lines.append(f"{day} {clock},{row[0]},{row[1]},{row[2]},{row[3]},{row[4]:.0f}")
    return ("\n".join(lines) + "\n").encode()
