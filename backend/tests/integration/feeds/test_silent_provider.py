"""What is said of a provider that only the worker asks, while it does not answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.clock import FixedClock
from app.core.database import Databases
from app.feeds import repository
from app.feeds.jobs import _store_symbols
from app.market.provider_facts import ProviderDescription, ProviderError, ProviderSymbol, ProviderUnavailable
from tests.integration.conftest import Person

pytestmark = pytest.mark.anyio

_NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


class _Exchange:
    """A provider without a quota that answers, or does not."""

    description = ProviderDescription(
        name="elsewhere", title="Elsewhere", attribution="", intervals=(), max_bars_per_request=100
    )

    def __init__(self) -> None:
        self.problem: ProviderError | None = ProviderUnavailable("GET https://api.example/?key=secret")

    def count_search_credits(self) -> int:
        return 0

    async def search(self, query: str, limit: int) -> list[ProviderSymbol]:
        if self.problem is not None:
            raise self.problem
        return []


async def test_silence_is_told_until_it_answers(member: Person, databases: Databases) -> None:
    exchange = _Exchange()
    clock = FixedClock(_NOW)
    async with databases.main.session() as session:
        await repository.replace_descriptions(session, [exchange.description], _NOW)

    async def look() -> tuple[str | None, list[str]]:
        listed = (await member.client.get("/api/v1/providers")).json()["items"]
        found = await member.client.get("/api/v1/symbols", params={"query": "zzzz"})
        assert "secret" not in found.text
        since = next(one["silent_since"] for one in listed if one["name"] == "elsewhere")
        told = [one["detail"] for one in found.json()["problems"] if one["provider"] == "elsewhere"]
        return since, told

    assert await look() == (None, [])
    assert not await _store_symbols(databases, clock, exchange)  # type: ignore[arg-type]
    since, told = await look()
    assert since is not None
    assert datetime.fromisoformat(since) == _NOW
    assert told == ["Elsewhere did not answer, so it was not searched."]
    exchange.problem = None
    assert await _store_symbols(databases, clock, exchange)  # type: ignore[arg-type]
    assert await look() == (None, [])
    exchange.problem = ProviderUnavailable("away")
    await _store_symbols(databases, clock, exchange)  # type: ignore[arg-type]
    _since, told = await look()
    assert told == ["Elsewhere does not answer now: only what it had before was searched."]
