"""Alerts over a real database: an instrument whose bars a test stores one by one, at a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from app.alerts.evaluator import Evaluator
from app.config import Settings
from app.core.clock import FixedClock
from app.core.database import Databases
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.main import create_app
from app.market import repository as market_repository
from app.market import service as market
from app.market.domain import AssetClass, ImportForm, Scope

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
async def app(settings: Settings, clock: FixedClock) -> AsyncIterator[FastAPI]:
    """The real application at the test's clock; tokens last longer than any test moves it."""
    long = settings.model_copy(
        update={"access_token_expire_minutes": 365 * 24 * 60, "alert_private_webhooks": True}
    )
    application = create_app(long, clock)
    async with application.router.lifespan_context(application):
        yield application


class Market:
    """Stores instruments and bars as a feed does."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    async def add_instrument(
        self,
        symbol: str = "COIN",
        interval: Interval = Interval.MIN_1,
        asset_class: AssetClass = AssetClass.CRYPTO,
        timezone: str = "UTC",
        owner_id: UUID | None = None,
    ) -> UUID:
        form = ImportForm(
            symbol=symbol,
            interval=interval,
            asset_class=asset_class,
            timezone=timezone,
            scope=Scope.INSTALLATION if owner_id is None else Scope.PRIVATE,
        )
        async with self._databases.main.session() as session:
            return (await market_repository.ensure_instrument(session, owner_id, form)).id

    async def store(
        self,
        instrument_id: UUID,
        first: datetime,
        closes: Sequence[float],
        interval: Interval = Interval.MIN_1,
        step: timedelta | None = None,
    ) -> None:
        """Bars one after the other, flat at their closes."""
        start, seconds = (
            int(first.timestamp()),
            int((step or timedelta(seconds=interval.seconds)).total_seconds()),
        )
        close = np.array(closes, dtype=np.float64)
        times = start + seconds * np.arange(len(close), dtype=np.int64)
        bars = Bars(times, close, close, close, close, np.full(len(close), 10.0), interval)
        async with self._databases.main.session() as session:
            await market.store_bars(session, instrument_id, bars)


@pytest.fixture
def feed(databases: Databases) -> Market:
    return Market(databases)


@pytest.fixture
def evaluator(databases: Databases, clock: FixedClock) -> Evaluator:
    return Evaluator(databases.main, clock)


MakeAlert = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def make_alert() -> MakeAlert:
    async def make(client: httpx.AsyncClient, instrument_id: UUID, **terms: Any) -> dict[str, Any]:
        body = {
            "instrument_id": str(instrument_id),
            "interval": "1min",
            "condition": {"kind": "price", "level": 100, "direction": "crosses_above"},
            **terms,
        }
        answer = await client.post("/api/v1/alerts", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return make


async def read_firings(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    """The log, oldest first."""
    answer = await client.get("/api/v1/firings", params={"limit": "100", **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items[::-1]
