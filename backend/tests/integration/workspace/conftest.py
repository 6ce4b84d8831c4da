"""Instruments without bars, made straight in the database: what a workspace arranges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from uuid import UUID

import pytest
from sqlalchemy import event, text

from app.core.database import Databases
from tests.integration.conftest import Person


class InstrumentMaker(Protocol):
    """Makes an instrument of somebody's, or of the installation's; its id."""

    async def __call__(self, symbol: str, owner: Person | None = None) -> str: ...


@pytest.fixture
def make_instrument(databases: Databases) -> Callable[..., Awaitable[str]]:
    async def make(symbol: str, owner: Person | None = None) -> str:
        statement = text(
            "INSERT INTO instruments (owner_id, symbol, name, asset_class, timezone)"
            " VALUES (:owner_id, :symbol, :symbol, 'stock', 'America/New_York') RETURNING id"
        )
        values = {"owner_id": None if owner is None else UUID(owner.id), "symbol": symbol}
        async with databases.main.session() as session:
            return str((await session.execute(statement, values)).scalar_one())

    return make


@pytest.fixture
def statements(app: Any) -> list[str]:
    """What is sent to the main database, as long as the test lasts."""
    sent: list[str] = []
    engine = app.state.databases.main.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))
    return sent
