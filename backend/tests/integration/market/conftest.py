"""Imports over HTTP, with the worker's job run in the test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import httpx
import pytest

from app.core.clock import FixedClock
from app.core.database import Databases
from app.market.jobs import run_import_job
from tests.integration.conftest import Person

CLOCK = FixedClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


class Importer(Protocol):
    """Sends a file and, unless told otherwise, does the worker's part at once."""

    async def __call__(
        self, person: Person, text: str | bytes, *, work: bool = True, **fields: str
    ) -> dict[str, Any]:
        """The import as it stands then."""
        ...


async def send_file(client: httpx.AsyncClient, text: str | bytes, **fields: str) -> httpx.Response:
    """POST /imports with the form's usual fields, where the test names no others."""
    data = {"symbol": "TEST", "interval": "1day", **fields}
    content = text.encode() if isinstance(text, str) else text
    return await client.post("/api/v1/imports", data=data, files={"file": ("bars.csv", content, "text/csv")})


@pytest.fixture
def do_import(databases: Databases) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def send(person: Person, text: str | bytes, *, work: bool = True, **fields: str) -> dict[str, Any]:
        answer = await send_file(person.client, text, **fields)
        assert answer.status_code == 202, answer.text
        accepted = answer.json()
        assert accepted["status"] == "queued"
        assert answer.headers["location"] == f"/api/v1/imports/{accepted['id']}"
        if work:
            await run_import_job(databases, CLOCK, UUID(accepted["id"]))
        read = await person.client.get(f"/api/v1/imports/{accepted['id']}")
        assert read.status_code == 200
        stored: dict[str, Any] = read.json()
        return stored

    return send


def days_csv(count: int, first: str = "2019-01-01", close: float = 100.0) -> str:
    """A file of days whose closes rise by one."""
    start = datetime.fromisoformat(first).toordinal()
    rows = []
    for n in range(count):
        price = close + n
        date = datetime.fromordinal(start + n).strftime("%Y-%m-%d")
        rows.append(f"{date},{price},{price + 1},{price - 1},{price},{price * 10:.0f}")
    return "Date,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n"


def minutes_csv(count: int, first: str = "2019-01-02T00:00:00") -> str:
    """A file of minutes whose closes rise by a quarter."""
    start = int(datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp())
    rows = []
    for n in range(count):
        close = 100 + n / 4
        rows.append(f"{start + 60 * n},{close},{close + 1},{close - 1},{close},{n + 1}")
    return "time,open,high,low,close,volume\n" + "\n".join(rows) + "\n"
