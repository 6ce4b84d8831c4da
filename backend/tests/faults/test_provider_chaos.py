"""A provider that fails in every way it knows, for a while: at the end no bar is wrong or lacks, its quota
was never exceeded, and other routes answered meanwhile.

FLOWREX_CHAOS_SECONDS makes it longer (600 is the published run; then other routes' p99 has to stay below 300
ms).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest

from app.engine.intervals import Interval
from tests.faults.stack import Stack, wait_until
from tests.standins.twelvedata.market import LISTINGS, Market
from tests.standins.twelvedata.server import KEY, StandIn

CHAOS_SECONDS = float(os.environ.get("FLOWREX_CHAOS_SECONDS", "10"))
IS_LONG = CHAOS_SECONDS > 60
PER_MINUTE = 600
STOCKS = [one for one in LISTINGS if one.calendar == "XNYS" and one.plan is None][: 8 if IS_LONG else 2]
INTERVALS = {"1day": "2016-12-01", "1min": "2025-12-01" if IS_LONG else "2026-10-01"}
# (kind, of so many requests)
FAULTS = (
    ("minute", 0.02),
    ("error_body", 0.08),
    ("html", 0.08),
    ("nan", 0.08),
    ("truncated", 0.08),
    ("stale", 0.08),
    ("repeated", 0.08),
    ("contradictory", 0.08),
)
STALL_SECONDS = 30.0 if IS_LONG else 2.0
WORST_P99_SECONDS = 0.3


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(per_minute=PER_MINUTE, per_day=None, sliding=True) as running:
        yield running


@pytest.fixture
def stack(tmp_path: Path, standin: StandIn) -> Iterator[Stack]:
    settings = {
        "TWELVEDATA_API_KEY": KEY,
        "TWELVEDATA_BASE_URL": standin.base_url,
        "TWELVEDATA_STREAM_URL": standin.stream_url,
        "TWELVEDATA_CREDITS_PER_MINUTE": str(PER_MINUTE),
        "TWELVEDATA_CREDITS_PER_DAY": "1000000",
        "CRYPTO_EXCHANGES": ",",
        "SIMULATED_FEED": "false",
    }
    stack = Stack(tmp_path / "home", tmp_path / "output.txt", settings=settings)
    try:
        stack.wait_ready()
        yield stack
    finally:
        stack.end()


@pytest.mark.timeout(180 + 3 * CHAOS_SECONDS)
def test_a_provider_in_chaos_spoils_no_bar_and_slows_nobody(stack: Stack, standin: StandIn) -> None:
    with closing(_sign_in(stack)) as client:
        for stock in STOCKS:
            body = {
                "provider": "twelvedata",
                "code": stock.symbol,
                "mic_code": stock.mic_code,
                "history": INTERVALS,
            }
            client.post("/instruments/from-provider", json=body).raise_for_status()
        for kind, probability in FAULTS:
            standin.faults.set(kind, path="time_series", probability=probability)
        standin.faults.set("stall", path="time_series", times=1, seconds=STALL_SECONDS)
        waits = _look_meanwhile(client, standin)
        met = {kind.value: count for kind, count in standin.faults.met.items()}
        standin.faults.clear()
        wait_until(lambda: _count_open(client) == 0, 120 + CHAOS_SECONDS, stack.dump)
        bars = sum(_check_bars(client, index) for index in range(len(STOCKS)))
    slowest = float(np.quantile(waits, 0.99))
    print(  # noqa: T201 - the figures are the point
        f"\n{CHAOS_SECONDS:.0f} s of chaos, {len(STOCKS)} instruments: {bars:,} bars, none wrong,"
        f" none missing; faults met {met}; {standin.quota.violations} times above the quota;"
        f" other routes: {len(waits)} requests, p99 {slowest * 1000:.0f} ms"
    )
    assert standin.quota.violations == 0
    assert not IS_LONG or slowest <= WORST_P99_SECONDS


def _look_meanwhile(client: httpx.Client, standin: StandIn) -> list[float]:
    """Ask other routes while everything fails; seconds of each answer. Now and then all begins anew."""
    waits: list[float] = []
    end = time.monotonic() + CHAOS_SECONDS
    while time.monotonic() < end:
        for path in ("/health/live", f"/bars?symbol={STOCKS[0].symbol}&interval=1day"):
            began = time.perf_counter()
            client.get(path)
            waits.append(time.perf_counter() - began)
        time.sleep(0.05)
        if len(waits) % 1_000 == 0:
            standin.faults.set("stall", path="time_series", times=1, seconds=STALL_SECONDS)
    return waits


def _check_bars(client: httpx.Client, index: int) -> int:
    """Every bar of a stock, to the last figure; how many there are."""
    stock, count = STOCKS[index], 0
    for name, start in INTERVALS.items():
        interval, now = Interval(name), time.time()
        begin = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp())
        wanted = Market().bars(stock, interval, begin, int(now), now, adjusted=False)
        columns: dict[str, list[float]] = {name: [] for name in ("time", "open", "high", "low", "close")}
        end: int | None = None
        while True:
            query: dict[str, str | int] = {
                "symbol": stock.symbol,
                "interval": name,
                "limit": 50_000,
                "adjust": "none",
            }
            if end is not None:
                query["end"] = datetime.fromtimestamp(end, UTC).isoformat().replace("+00:00", "Z")
            part = client.get("/bars", params=query).raise_for_status().json()
            if not part["time"]:
                break
            for column, values in columns.items():
                values[:0] = part[column]
            end = int(part["time"][0])
        got = len(columns["time"])
        assert len(wanted) - got <= 2, (stock.symbol, name, len(wanted), got)
        for column, values in columns.items():
            assert np.array_equal(np.array(values), getattr(wanted, column)[:got]), (
                stock.symbol,
                name,
                column,
            )
        count += got
    return count


def _count_open(client: httpx.Client) -> int:
    answer = client.get("/backfills", params={"open": True, "limit": 100}).raise_for_status()
    return len(answer.json()["items"])


def _sign_in(stack: Stack) -> httpx.Client:
    client = httpx.Client(base_url=f"http://127.0.0.1:{stack.port}/api/v1", timeout=60)
    person = {"email": "ines@example.com", "password": "correct horse battery", "display_name": "Ines"}
    client.post("/auth/register", json=person).raise_for_status()
    del person["display_name"]
    signed_in = client.post("/auth/login", json=person).raise_for_status().json()
    client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
    return client
