"""The backend process by itself: seconds from start to ready, resident memory when idle, health under load.

Run: `python -m benchmarks.backend_process` from `backend/`. Prints its figures beside their limits.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from app.config import Settings
from app.core.migrations import upgrade_databases
from app.embedded.servers import start_servers

REQUESTS_PER_SECOND = 100
LOAD_SECONDS = 10
STARTS = 3


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def start_backend(environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """The backend as the supervisor starts it."""
    command = [
        sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--host", "127.0.0.1",
        "--port", str(port), "--ws-per-message-deflate", "false", "--no-server-header",
    ]  # fmt: skip
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def wait_until_ready(port: int) -> None:
    """Return at the first 200 of /health/ready."""
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/v1/health/ready", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.02)


async def measure_latencies(url: str) -> list[float]:
    """Milliseconds of each of REQUESTS_PER_SECOND × LOAD_SECONDS requests, sent at even times."""
    latencies: list[float] = []

    async def ask(client: httpx.AsyncClient) -> None:
        started = time.perf_counter()
        (await client.get(url)).raise_for_status()
        latencies.append((time.perf_counter() - started) * 1000)

    async with httpx.AsyncClient(timeout=10) as client, asyncio.TaskGroup() as group:
        started = time.perf_counter()
        for number in range(REQUESTS_PER_SECOND * LOAD_SECONDS):
            await asyncio.sleep(max(0.0, started + number / REQUESTS_PER_SECOND - time.perf_counter()))
            group.create_task(ask(client))
    return latencies


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home, start_servers(Path(home), durable=False) as servers:
        urls = {
            "DATABASE_URL": servers.main_dsn,
            "CREDS_DATABASE_URL": servers.credentials_dsn,
            "REDIS_URL": servers.redis_url,
        }
        upgrade_databases(Settings(_env_file=None, **{name.lower(): url for name, url in urls.items()}))
        starts: list[float] = []
        for attempt in range(STARTS):
            port = free_port()
            began = time.perf_counter()
            process = start_backend({**os.environ, **urls, "LOG_LEVEL": "WARNING"}, port)
            wait_until_ready(port)
            starts.append(time.perf_counter() - began)
            if attempt < STARTS - 1:
                process.terminate()
                process.wait(20)
        time.sleep(2)
        memory = psutil.Process(process.pid).memory_info().rss / 2**20
        latencies = sorted(asyncio.run(measure_latencies(f"http://127.0.0.1:{port}/api/v1/health")))
        process.terminate()
        process.wait(20)
    p99 = latencies[int(len(latencies) * 0.99)]
    print(f"start to ready      {statistics.median(starts):6.2f} s   (limit 2 s; median of {STARTS})")
    print(f"resident when idle  {memory:6.0f} MB  (limit 130 MB)")
    print(
        f"/api/v1/health      {statistics.median(latencies):6.1f} ms median, {p99:.1f} ms p99 (limit 20 ms)"
    )


if __name__ == "__main__":
    main()
