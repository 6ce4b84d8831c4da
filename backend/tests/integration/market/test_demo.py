"""The demo's instruments come from the bundled file, once."""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.clock import FixedClock
from app.core.database import Databases
from app.market.demo.loading import load_demo
from tests.integration.conftest import Person

NOW = FixedClock(datetime(2026, 11, 20, tzinfo=UTC))


async def test_demo_is_loaded_once_with_splits(databases: Databases, member: Person) -> None:
    assert await load_demo(databases, NOW) == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
    assert await load_demo(databases, NOW) == []

    items = (await member.client.get("/api/v1/instruments")).json()["items"]
    assert [item["symbol"] for item in items] == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
    apple = items[0]
    assert apple["scope"] == "installation"
    assert (apple["asset_class"], apple["currency"], apple["calendar"]) == ("stock", "USD", "XNYS")
    assert apple["timezone"] == "America/New_York"
    assert apple["intervals"] == ["1day"]
    assert apple["first_bar_at"] == "2000-03-01T00:00:00Z"
    assert apple["last_bar_at"] == "2013-03-01T00:00:00Z"
    assert len(apple["sparkline"]) == 30
    assert apple["last_close"] == apple["sparkline"][-1] == 430.47
    splits = (await member.client.get(f"/api/v1/instruments/{apple['id']}/splits")).json()
    assert splits == [{"date": "2000-06-21", "ratio": 2.0}, {"date": "2005-02-28", "ratio": 2.0}]
