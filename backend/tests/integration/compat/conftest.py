"""A backend on a real port beside the stand-in, holding what the stand-in gave."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import httpx
import pytest
import uvicorn

from app.adapters.twelvedata import TwelveDataProvider
from app.auth.service import create_user
from app.config import Settings
from app.core.clock import FixedClock
from app.core.database import Databases
from app.embedded.servers import RunningServers
from app.engine.intervals import Interval
from app.feeds import repository as feeds
from app.feeds.domain import ProviderLink
from app.main import create_app
from app.market import service as market
from app.market.calendars import find_bar_close
from app.market.jobs import store_calendars
from app.market.provider_facts import ProviderSymbol, Quota
from app.market.tables import InstrumentRow
from tests.integration.conftest import PASSWORD, open_fresh_databases
from tests.standins.twelvedata import KEY, Market, StandIn

# A Saturday: the markets that close are closed, and their last day is a whole one.
NOW = datetime(2026, 7, 4, 12, 0, 0, tzinfo=UTC)
CLOCK = FixedClock(NOW)
HISTORY = Market(first_day=date(2025, 6, 2), first_minute_day=date(2026, 6, 15))


@dataclass(frozen=True)
class Facade:
    """Where the backend is, and the access tokens of those who may come."""

    root_url: str
    token: str
    other_token: str

    @property
    def base_url(self) -> str:
        """For the vendor's client."""
        return f"{self.root_url}/compat/twelvedata"


@pytest.fixture(scope="package")
def history() -> Iterator[StandIn]:
    """Where what is stored came from."""
    with StandIn(per_minute=None, per_day=None, market=HISTORY, clock=NOW.timestamp) as server:
        yield server


@pytest.fixture(scope="package")
def facade(servers: RunningServers, history: StandIn) -> Iterator[Facade]:
    """Four symbols of everybody, one of Mina alone, and the sessions of their markets."""
    with open_fresh_databases(servers) as settings:
        asyncio.run(_fill(settings, history))
        with _serve(settings) as root_url:
            tokens = [_sign_in(root_url, name) for name in ("mina", "otto")]
            yield Facade(root_url, *tokens)


async def _fill(settings: Settings, history: StandIn) -> None:
    databases = Databases.from_settings(settings, application_name="tests")
    provider = TwelveDataProvider(
        key=KEY,
        base_url=history.base_url,
        stream_url=history.stream_url,
        clock=CLOCK,
        quota=Quota(),
        bar_close=find_bar_close,
    )
    try:
        mina = await create_user(databases, "mina@example.com", PASSWORD, display_name="Mina")
        await create_user(databases, "otto@example.com", PASSWORD, display_name="Otto")
        for code in ("AAPL", "SPLT", "EUR/USD", "BTC/USD"):
            await _bring(databases, provider, code, None)
        await _bring(databases, provider, "KO", mina.id)
        await store_calendars(databases, CLOCK)
    finally:
        await provider.aclose()
        await databases.dispose()


async def _bring(
    databases: Databases, provider: TwelveDataProvider, code: str, owner_id: UUID | None
) -> None:
    symbol = next(one for one in await provider.search(code, 5) if one.code == code)
    instrument_id = await _add(databases, symbol, owner_id)
    for interval in (Interval.DAY_1, Interval.HOUR_1):
        first = await provider.find_earliest(symbol, interval)
        assert first is not None
        page = await provider.fetch_bars(symbol, interval, first, int(NOW.timestamp()))
        assert page.covered_from == first
        async with databases.main.session() as session:
            await market.store_bars(session, instrument_id, page.bars)
    splits = await provider.fetch_splits(symbol)
    async with databases.main.session() as session:
        await market.merge_splits(session, instrument_id, splits)


async def _add(databases: Databases, symbol: ProviderSymbol, owner_id: UUID | None) -> UUID:
    async with databases.main.session() as session:
        row = InstrumentRow(
            owner_id=owner_id,
            symbol=symbol.symbol,
            name=symbol.name,
            exchange=symbol.exchange,
            asset_class=symbol.asset_class.value,
            currency=symbol.currency,
            timezone=symbol.timezone,
            calendar=symbol.calendar,
        )
        session.add(row)
        await session.flush()
        await feeds.add_link(session, ProviderLink(row.id, "twelvedata", symbol, owner_id, owner_id))
        return row.id


@contextmanager
def _serve(settings: Settings) -> Iterator[str]:
    """The real application in a thread, as the vendor's client blocks the one it is called in."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(settings, CLOCK), log_level="critical", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the backend did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def _sign_in(root_url: str, name: str) -> str:
    body = {"email": f"{name}@example.com", "password": PASSWORD}
    answer = httpx.post(f"{root_url}/api/v1/auth/login", json=body)
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token
