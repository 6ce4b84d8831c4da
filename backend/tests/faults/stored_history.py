"""What a stack has of history, over its API: back-fills that are open, and stored bars as columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from app.engine.intervals import Interval
from tests.standins.twelvedata.market import Listing

VALUES = ("open", "high", "low", "close", "volume")


def count_open(client: httpx.Client) -> int:
    """How many back-fills are not over."""
    answer = client.get("/backfills", params={"open": True, "limit": 100}).raise_for_status()
    return len(answer.json()["items"])


def read_stored(
    client: httpx.Client,
    listing: Listing,
    interval: Interval,
    start: int | None = None,
    end: int | None = None,
) -> dict[str, list[Any]]:
    """Stored bars with start ≤ time < end (unix s; None: all) as columns, as they were traded."""
    columns: dict[str, list[Any]] = {name: [] for name in ("time", *VALUES)}
    query: dict[str, str | int] = {
        "symbol": listing.symbol,
        "interval": interval.value,
        "limit": 50_000,
        "adjust": "none",
    }
    if start is not None:
        query["start"] = _write(start)
    while start is None or end is None or start < end:
        if end is not None:
            query["end"] = _write(end)
        part = client.get("/bars", params=query).raise_for_status().json()
        if not part["time"]:
            break
        for column, values in columns.items():
            values[:0] = part[column]
        end = int(part["time"][0])
    return columns


def _write(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
