"""Baskets over HTTP: several instruments with one cash, whose trade is whose, what is refused."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.integration.backtests.conftest import PATH, RULE, ask, run
from tests.integration.conftest import Person

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("demo_bars")]
needs_worker = pytest.mark.usefixtures("worker")

SYMBOLS = ["AAPL", "IBM", "MSFT", "GOOG", "FB"]
BASKET = {"slots": 2, "weights": "volatility", "volatility_window": 30, "rebalance": "quarter"}
RANKED = RULE + "rank = roc(close, 60)\n"


def ask_for_basket(**fields: Any) -> dict[str, Any]:
    return ask(**{"symbol": None, "symbols": SYMBOLS, "basket": BASKET, "source": RANKED, **fields})


@needs_worker
async def test_a_basket_is_run_judged_and_told(member: Person) -> None:
    answer = await member.client.post(f"{PATH}?wait=30", json=ask_for_basket(), timeout=60)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["status"], done["error"]) == ("succeeded", None)
    assert (done["symbol"], done["symbols"], done["basket"]) == ("AAPL", SYMBOLS, BASKET)
    names = [check["name"] for check in done["verdict"]["checks"]]
    assert names == [
        *("data", "look_ahead", "sample", "costs"),
        *("chance", "search", "robustness", "out_of_sample"),
    ]
    assert [part["name"] for part in done["verdict"]["checks"][0]["parts"]] == SYMBOLS
    assert "not drawn" in done["verdict"]["checks"][4]["statement"]
    manifest = done["manifest"]["basket"]
    assert {name: manifest[name] for name in BASKET} == BASKET
    assert [each["symbol"] for each in manifest["instruments"]] == SYMBOLS
    assert len({each["sha256"] for each in manifest["instruments"]}) == len(SYMBOLS)

    trades = f"{PATH}/{done['id']}/trades"
    columns = (await member.client.get(f"{trades}?format=columns")).json()
    assert set(columns["symbol"]) >= {"AAPL", "IBM", "MSFT", "GOOG"}
    assert "rebalance" in columns["exit_reason"]
    made = sum(columns["pnl"])
    assert done["metrics"]["final_equity"] == pytest.approx(1_000_000 + made, rel=1e-9)
    items = (await member.client.get(f"{trades}?sort=-symbol&limit=5")).json()["items"]
    assert {item["symbol"] for item in items} == {"MSFT"}
    rows = list(csv.DictReader(io.StringIO((await member.client.get(f"{trades}?format=csv")).text)))
    assert [row["symbol"] for row in rows] == columns["symbol"]

    listed = (await member.client.get(f"{PATH}?symbol=FB")).json()["items"]
    assert [(each["id"], each["symbol"]) for each in listed] == [(done["id"], "AAPL +4")]
    sheet = await member.client.get(f"{PATH}/{done['id']}/tear-sheet")
    assert sheet.status_code == 200, sheet.text
    page = await member.client.get(f"{PATH}/{done['id']}/export?format=html")
    assert "<th>symbol</th>" in page.text
    assert "AAPL, IBM, MSFT, GOOG, FB" in page.text
    kept = await member.client.get(f"{PATH}/{done['id']}/export?format=json")
    assert kept.json()["trades"]["symbol"] == columns["symbol"]
    assert "AAPL-4" in page.headers["Content-Disposition"]
    again = await member.client.post(f"{PATH}?wait=30", json=ask_for_basket(), timeout=60)
    assert again.json()["manifest"]["result_sha256"] == done["manifest"]["result_sha256"]


@needs_worker
async def test_a_single_run_names_its_symbol_in_each_trade(member: Person) -> None:
    done = await run(member)
    columns = (await member.client.get(f"{PATH}/{done['id']}/trades?format=columns")).json()
    assert set(columns["symbol"]) == {"GOOG"}
    assert done["manifest"]["basket"] is None


@needs_worker
async def test_without_terms_a_basket_has_a_slot_for_each(member: Person) -> None:
    answer = await member.client.post(f"{PATH}?wait=30", json=ask_for_basket(basket=None), timeout=60)
    assert answer.json()["basket"] == {
        **{"slots": 5, "weights": "equal"},
        **{"volatility_window": 20, "rebalance": "none"},
    }


@needs_worker
async def test_an_instrument_without_a_bar_in_the_range_is_named(member: Person) -> None:
    body = ask_for_basket(end="2010-01-01")
    answer = await member.client.post(f"{PATH}?wait=30", json=body, timeout=60)
    assert answer.json()["error"]["code"] == "no_bars"
    assert "FB" in answer.json()["error"]["detail"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"symbols": ["GOOG", "goog"]}, 422, "basket_unsuitable"),
        ({"symbols": ["GOOG", "NOPE"]}, 404, "instrument_not_found"),
        ({"basket": {"slots": 6}}, 422, "basket_unsuitable"),
        ({"interval": "1h"}, 422, "interval_not_available"),
        ({"source": RULE + "limit_entry = atr(14)\n"}, 422, "basket_unsuitable"),
        ({"source": RULE + "stop_loss = atr(14)\nrisk = 0.01\n"}, 422, "basket_unsuitable"),
        ({"basket": {"slots": 0}}, 422, "validation_failed"),
    ],
)
async def test_what_a_basket_cannot_do_is_said(
    member: Person, fields: dict[str, Any], status: int, code: str
) -> None:
    answer = await member.client.post(PATH, json=ask_for_basket(**fields))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_baskets_are_not_swept_or_walked_forward(member: Person) -> None:
    terms = {name: value for name, value in ask_for_basket().items() if name != "source"}
    rule = "fast = param(10, 5, 50)\nenter_long = close > sma(close, fast)\n"
    search = {**terms, "source": rule, "ranges": {"fast": {"values": [5, 10]}}}
    for path, more in (
        ("/api/v1/sweeps", {"method": "grid"}),
        ("/api/v1/walk-forwards", {"method": "grid", "train_bars": 500, "test_bars": 100}),
    ):
        answer = await member.client.post(path, json={**search, **more})
        assert (answer.status_code, answer.json()["code"]) == (422, "basket_not_available"), answer.text
