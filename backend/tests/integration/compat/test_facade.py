"""The façade over plain HTTP: ways to send the key, shapes of errors, what a hostile request gets."""

from __future__ import annotations

import logging

import httpx
import pytest

from tests.integration.compat.conftest import Facade


def _get(
    facade: Facade, path: str, query: dict[str, str], headers: dict[str, str] | None = None
) -> httpx.Response:
    return httpx.get(f"{facade.base_url}{path}", params=query, headers=headers)


def test_the_key_comes_as_the_vendor_s_clients_send_it_or_as_ours(facade: Facade) -> None:
    token = facade.token
    assert _get(facade, "/price", {"symbol": "AAPL", "apikey": token}).status_code == 200
    for headers in (
        {"Authorization": f"apikey {token}"},
        {"Authorization": f"Bearer {token}"},
        {"X-API-Key": token},
    ):
        assert _get(facade, "/price", {"symbol": "AAPL"}, headers).status_code == 200
    basic = {"Authorization": f"Basic {token}"}
    assert _get(facade, "/price", {"symbol": "AAPL"}, basic).status_code == 401


def test_both_addresses_answer_alike_and_one_is_documented(facade: Facade) -> None:
    query = {"symbol": "AAPL", "interval": "1day", "apikey": facade.token}
    root = _get(facade, "/time_series", query)
    versioned = httpx.get(f"{facade.root_url}/api/v1/compat/twelvedata/time_series", params=query)
    assert root.json() == versioned.json()
    paths = httpx.get(f"{facade.root_url}/openapi.json").json()["paths"]
    assert [path for path in paths if "compat" in path] == [
        f"/compat/twelvedata/{name}"
        for name in (
            "time_series",
            "price",
            "quote",
            "earliest_timestamp",
            "symbol_search",
            "exchanges",
            "technical_indicators",
        )
    ]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/time_series", {"symbol": "AAPL", "interval": "7min"}, 400),
        ("/time_series", {"symbol": "NOPE", "interval": "1day"}, 404),
        ("/time_series", {"interval": "1day"}, 400),
        ("/time_series", {"symbol": "AAPL", "interval": "1min"}, 400),  # finer than what is stored
        ("/time_series", {"symbol": "AAPL", "interval": "1day", "date": "2026-07-01"}, 400),
        ("/time_series", {"symbol": "x" * 5_000, "interval": "1day"}, 400),
        ("/time_series", {"symbol": ",".join(f"S{n}" for n in range(121)), "interval": "1day"}, 400),
        ("/time_series", {"symbol": "AAPL\x00", "interval": "1day"}, 404),
        ("/time_series", {"symbol": "AAPL", "interval": "1day", "start_date": "9999-12-31"}, 400),
        ("/time_series", {"symbol": "AAPL", "interval": "1day", "end_date": "0001-01-01"}, 400),
        ("/time_series", {"symbol": "AAPL", "interval": "1h", "end_date": "9999-12-31 23:59:59"}, 200),
        ("/symbol_search", {"symbol": "\x00"}, 400),
        ("/symbol_search", {}, 400),
        ("/quote", {"symbol": "AAPL", "volume_time_period": "9" * 30}, 400),
    ],
)
def test_errors_have_the_vendor_s_shape_whatever_was_sent(
    facade: Facade, path: str, query: dict[str, str], status: int
) -> None:
    answer = _get(facade, path, {**query, "apikey": facade.token})
    assert answer.status_code == status, answer.text
    if status == 200:
        return
    body = answer.json()
    assert (body["code"], body["status"]) == (status, "error")
    assert body["message"] == body["detail"]
    assert facade.token not in answer.text


def test_a_batch_holds_the_error_of_each(facade: Facade) -> None:
    answer = _get(facade, "/quote", {"symbol": "AAPL,NOPE", "apikey": facade.token})
    assert answer.headers["is_batch"] == "true"
    assert answer.json()["NOPE"]["code"] == 404
    assert answer.json()["AAPL"]["symbol"] == "AAPL"


def test_the_key_in_an_address_stands_in_no_log(facade: Facade, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for symbol in ("AAPL", "NOPE"):
            _get(facade, "/quote", {"symbol": symbol, "apikey": facade.token})
    ours = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert "/compat/twelvedata/quote" in ours
    assert facade.token not in ours
