"""The vendor's own client against the façade and against the stand-in: the same calls, equal answers.

Where the meaning differs it is named here: the façade has closed bars only (the vendor's last bar may form),
and no bar of a currency's Saturday, which lies outside every session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from twelvedata.exceptions import BadRequestError, InvalidApiKeyError, TwelveDataError

from tests.integration.compat.conftest import Facade
from tests.standins.twelvedata import KEY, StandIn
from tests.standins.twelvedata.vendor_client import open_vendor_client

Call = Callable[[Any], Any]


@pytest.fixture
def ours(facade: Facade) -> Iterator[Any]:
    with open_vendor_client(facade.base_url, facade.token) as client:
        yield client


@pytest.fixture
def theirs(history: StandIn) -> Iterator[Any]:
    with open_vendor_client(history.base_url, KEY) as client:
        yield client


def _series(**more: Any) -> Call:
    return lambda client: client.time_series(**{"symbol": "AAPL", "interval": "1day", **more}).as_json()


# The vendor's series of coins and currencies end with what forms: they are cut off by their dates.
_CLOSED = {"start_date": "2026-06-22 00:00:00", "end_date": "2026-07-03 12:00:00"}

CALLS: dict[str, Call] = {
    "days": _series(),
    "days, fewer and other decimals": _series(outputsize=3, dp=2),
    "days, oldest first": _series(outputsize=7, order="asc"),
    "days between dates": _series(start_date="2026-05-01", end_date="2026-06-01"),
    "days from a date on": _series(start_date="2026-06-30"),
    "days until a date": _series(end_date="2026-01-15", outputsize=4),
    "hours on the exchange's clock": _series(interval="1h", outputsize=20),
    "hours in UTC": _series(interval="1h", outputsize=20, timezone="UTC"),
    "hours elsewhere": _series(interval="1h", outputsize=20, timezone="Asia/Tokyo"),
    "hours between local times": _series(
        interval="1h", start_date="2026-07-01 10:00:00", end_date="2026-07-01 14:30:00"
    ),
    "weeks, made of days here": _series(interval="1week", end_date="2026-06-28", outputsize=20),
    "months, made of days here": _series(interval="1month", end_date="2026-06-30", outputsize=8),
    "a place by its code": _series(mic_code="XNAS", outputsize=3),
    "a place by its name": _series(exchange="NASDAQ", outputsize=3),
    "days over a split": _series(symbol="SPLT", outputsize=60),
    "days over a split, as traded": _series(symbol="SPLT", outputsize=60, adjust="none"),
    "hours over a split": _series(symbol="SPLT", interval="1h", outputsize=120),
    "a currency's hours": _series(symbol="EUR/USD", interval="1h", **_CLOSED),
    "a coin's hours": _series(symbol="BTC/USD", interval="1h", **_CLOSED),
    "a batch": _series(symbol=["AAPL", "SPLT", "NOPE"], outputsize=5),
    "a batch of pairs": _series(symbol=["EUR/USD", "BTC/USD"], interval="1h", **_CLOSED),
    "price": lambda client: client.price(symbol="AAPL").as_json(),
    "price with decimals": lambda client: client.price(symbol="SPLT", dp=2).as_json(),
    "price of a currency": lambda client: client.price(symbol="EUR/USD").as_json(),
    "prices": lambda client: client.price(symbol=["AAPL", "SPLT", "EUR/USD"]).as_json(),
    "quote": lambda client: client.quote(symbol="AAPL").as_json(),
    "quote of a currency": lambda client: client.quote(symbol="EUR/USD").as_json(),
    "first day": lambda client: client.get_earliest_timestamp(symbol="AAPL", interval="1day").as_json(),
    "first hour": lambda client: client.get_earliest_timestamp(symbol="AAPL", interval="1h").as_json(),
    "first hour of a coin": lambda client: client.get_earliest_timestamp(
        symbol="BTC/USD", interval="1h"
    ).as_json(),
    "search by symbol": lambda client: client.symbol_search(symbol="SPLT").as_json(),
    "search by name": lambda client: client.symbol_search(symbol="euro / us").as_json(),
    "an exchange": lambda client: client.get_exchanges_list(code="XNAS").as_json(),
    "the indicators": lambda client: client.get_technical_indicators_list().as_json(),
    "csv": lambda client: [
        tuple(row) for row in client.time_series(symbol="AAPL", interval="1day", outputsize=4).as_csv()
    ],
}


@pytest.mark.parametrize("name", CALLS)
def test_the_same_call_has_an_equal_answer(ours: Any, theirs: Any, name: str) -> None:
    mine, other = CALLS[name](ours), CALLS[name](theirs)
    assert mine == other
    assert other or name == "the indicators"


@pytest.mark.parametrize("symbol", ["AAPL", "EUR/USD", "BTC/USD"])
def test_the_head_of_a_series_is_the_vendor_s(facade: Facade, history: StandIn, symbol: str) -> None:
    asked = {"symbol": symbol, "interval": "1h", **_CLOSED}
    mine = httpx.get(f"{facade.base_url}/time_series", params={**asked, "apikey": facade.token}).json()
    other = httpx.get(f"{history.base_url}/time_series", params={**asked, "apikey": KEY}).json()
    assert mine["meta"] == other["meta"]
    assert mine["status"] == other["status"] == "ok"


def test_a_saturday_of_a_currency_is_where_the_two_differ(ours: Any, theirs: Any) -> None:
    asked = _series(symbol="EUR/USD", start_date="2026-06-25", end_date="2026-06-30")
    mine, other = asked(ours), asked(theirs)
    assert [row for row in other if row["datetime"] != "2026-06-27"] == list(mine)
    assert len(other) == len(mine) + 1


def test_a_frame_is_a_frame(ours: Any, theirs: Any) -> None:
    series = [client.time_series(symbol="AAPL", interval="1h", outputsize=30) for client in (ours, theirs)]
    frames = [one.as_pandas() for one in series]
    assert frames[0].equals(frames[1])


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (_series(symbol="NOPE"), TwelveDataError),
        (_series(start_date="2026-06-20", end_date="2026-06-21"), BadRequestError),
        (_series(interval="7min"), BadRequestError),
        (_series(outputsize=5_001), BadRequestError),
        (_series(outputsize=0), BadRequestError),
        (_series(start_date="soon"), BadRequestError),
        (_series(interval="1h", timezone="Mars/Olympus"), BadRequestError),
        (_series(dp=12), BadRequestError),
        (lambda client: client.price(symbol="").as_json(), TwelveDataError),
    ],
)
def test_the_same_mistake_is_the_same_error(
    ours: Any, theirs: Any, call: Call, kind: type[Exception]
) -> None:
    for client in (ours, theirs):
        with pytest.raises(kind):
            call(client)


def test_what_is_private_is_seen_by_its_owner_alone(facade: Facade, ours: Any) -> None:
    assert len(_series(symbol="KO")(ours)) == 30
    with open_vendor_client(facade.base_url, facade.other_token) as otto:
        with pytest.raises(TwelveDataError, match="not found"):
            _series(symbol="KO")(otto)
        assert otto.symbol_search(symbol="Coca").as_json() == []
        assert [row["code"] for row in otto.get_exchanges_list().as_json()] == ["XNAS"]
        assert len(_series()(otto)) == 30


@pytest.mark.parametrize("key", ["", "rubbish", "a.b.c"])
def test_without_a_key_nothing_is_told(facade: Facade, key: str) -> None:
    with pytest.raises(InvalidApiKeyError), open_vendor_client(facade.base_url, key) as client:
        client.price(symbol="AAPL").as_json()
