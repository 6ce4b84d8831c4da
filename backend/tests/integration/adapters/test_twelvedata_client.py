"""The vendor's own client against the stand-in: what it makes of the answers keeps them honest."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from twelvedata.exceptions import (
    BadRequestError,
    InternalServerError,
    InvalidApiKeyError,
    TwelveDataError,
)

from tests.standins.twelvedata import KEY, FaultKind, StandIn, StreamTerms
from tests.standins.twelvedata.vendor_client import open_vendor_client

NOW = datetime(2026, 7, 2, 15, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn(
        per_minute=None, per_day=None, clock=NOW.timestamp, stream=StreamTerms(tick_seconds=0.01)
    ) as server:
        yield server


@pytest.fixture
def vendor(stand_in: StandIn) -> Iterator[Any]:
    stand_in.faults.clear()
    stand_in.quota.per_minute = None
    stand_in.always_200 = False
    with open_vendor_client(stand_in.base_url, KEY) as client:
        yield client


def test_a_series_comes_as_json_csv_and_frame(vendor: Any) -> None:
    series = vendor.time_series(symbol="AAPL", interval="1day", outputsize=5)
    rows = series.as_json()
    assert [row["datetime"] for row in rows][:2] == ["2026-07-02", "2026-07-01"]
    assert set(rows[0]) == {"datetime", "open", "high", "low", "close", "volume"}
    assert tuple(series.as_csv()[0]) == ("datetime", "open", "high", "low", "close", "volume")
    assert len(series.as_pandas()) == 5


def test_a_batch_is_an_object_for_each_and_drops_what_failed(vendor: Any) -> None:
    series = vendor.time_series(symbol=["AAPL", "EUR/USD", "NOPE"], interval="1h", outputsize=3)
    found = series.as_json()
    assert set(found) == {"AAPL", "EUR/USD"}
    assert len(found["EUR/USD"]) == 3
    assert "volume" not in found["EUR/USD"][0]


def test_the_exchange_s_clock_is_the_default(vendor: Any) -> None:
    local = vendor.time_series(symbol="AAPL", interval="1h", outputsize=1).as_json()
    utc = vendor.time_series(symbol="AAPL", interval="1h", outputsize=1, timezone="UTC").as_json()
    assert (local[0]["datetime"], utc[0]["datetime"]) == ("2026-07-02 10:30:00", "2026-07-02 14:30:00")
    assert local[0]["close"] == utc[0]["close"]


def test_dates_bound_the_series(vendor: Any) -> None:
    rows = vendor.time_series(
        symbol="AAPL", interval="1day", start_date="2026-06-15", end_date="2026-06-18", order="asc"
    ).as_json()
    assert [row["datetime"] for row in rows] == ["2026-06-15", "2026-06-16", "2026-06-17", "2026-06-18"]
    with pytest.raises(BadRequestError, match="No data is available"):
        vendor.time_series(
            symbol="AAPL", interval="1day", start_date="2026-06-20", end_date="2026-06-21"
        ).as_json()


def test_prices_are_adjusted_for_splits_unless_told_otherwise(vendor: Any) -> None:
    asked = {"symbol": "SPLT", "interval": "1day", "start_date": "2026-06-15", "end_date": "2026-06-15"}
    adjusted = vendor.time_series(**asked).as_json()[0]
    raw = vendor.time_series(**asked, adjust="none").as_json()[0]
    assert float(raw["close"]) == pytest.approx(2 * float(adjusted["close"]))
    assert int(raw["volume"]) * 2 == int(adjusted["volume"])


def test_prices_quotes_and_facts(vendor: Any) -> None:
    assert set(vendor.price(symbol="AAPL").as_json()) == {"price"}
    quote = vendor.quote(symbol="AAPL").as_json()
    assert quote["is_market_open"] is True
    assert {"previous_close", "percent_change", "fifty_two_week", "timestamp"} <= set(quote)
    found = vendor.symbol_search(symbol="AAPL").as_json()
    assert [row["mic_code"] for row in found] == ["XNAS", "XWBO"]
    assert vendor.get_earliest_timestamp(symbol="AAPL", interval="1day").as_json()["datetime"] == "2006-01-03"
    assert {row["code"] for row in vendor.get_exchanges_list().as_json()} >= {"XNAS", "XNYS", "XLON"}
    assert vendor.get_splits(symbol="AAPL", range="full").as_json()[0]["ratio"] == 0.25
    assert len(vendor.get_splits(symbol="AAPL").as_json()) == 1
    assert vendor.get_market_state(code="XNAS").as_json()[0]["is_market_open"] is True
    assert len(vendor.get_stocks_list().as_json()) > 20
    assert vendor.get_forex_pairs_list().as_json()[0]["symbol"] == "EUR/USD"
    assert vendor.api_usage().as_json()["plan_category"] == "basic"


@pytest.mark.parametrize("always_200", [False, True])
def test_errors_are_the_client_s_own(stand_in: StandIn, vendor: Any, always_200: bool) -> None:
    stand_in.always_200 = always_200
    with pytest.raises(TwelveDataError, match="not found"):
        vendor.time_series(symbol="NOPE", interval="1day").as_json()
    with pytest.raises(TwelveDataError, match="available starting with"):
        vendor.time_series(symbol="TRP", interval="1day").as_json()
    stand_in.faults.set(FaultKind.ERROR_BODY, times=1)
    with pytest.raises(InternalServerError):
        vendor.price(symbol="AAPL").as_json()
    stand_in.quota.per_minute = 0
    with pytest.raises(TwelveDataError, match="for the current minute"):
        vendor.price(symbol="AAPL").as_json()
    stand_in.quota.per_minute = None
    with (
        pytest.raises(InvalidApiKeyError),
        open_vendor_client(stand_in.base_url, "wrong") as other,
    ):
        other.price(symbol="AAPL").as_json()


def test_the_socket_tells_prices_and_answers_heartbeats(stand_in: StandIn, vendor: Any) -> None:
    events: queue.Queue[dict[str, Any]] = queue.Queue()
    seen: list[dict[str, Any]] = []
    socket = vendor.websocket(symbols=["AAPL", "EUR/USD", "NOPE"], on_event=events.put)
    socket.url = f"{stand_in.stream_url}?apikey={KEY}"
    socket.connect()
    try:
        status = events.get(timeout=10)
        assert status["event"] == "subscribe-status"
        assert [one["symbol"] for one in status["fails"]] == ["NOPE"]
        socket.heartbeat()
        while {(one["event"], one.get("symbol")) for one in seen} < {
            ("heartbeat", None),
            ("price", "AAPL"),
            ("price", "EUR/USD"),
        }:
            seen.append(events.get(timeout=10))
        price = next(one for one in seen if one.get("symbol") == "AAPL")
        assert isinstance(price["price"], float)
        assert price["timestamp"] == int(NOW.timestamp())
    finally:
        receiver: threading.Thread = socket.event_receiver
        socket.ready = False
        socket.ws.close()
        receiver.join(10)
