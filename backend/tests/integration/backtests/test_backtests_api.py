"""Runs over HTTP, with a real worker on a real queue: the figures, the forms, the refusals."""

from __future__ import annotations

import csv
import io
import time
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from tests.integration.backtests.conftest import PATH, RULE, ask, run
from tests.integration.conftest import Person

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("demo_bars")]

needs_worker = pytest.mark.usefixtures("worker")
RUN_FIELDS = {"id", "status", "progress", "error", "manifest", "verdict", "metrics", "benchmark"}
METRICS = {
    "final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "omega",
    "max_drawdown", "max_drawdown_bars", "var_95", "trades", "win_rate", "profit_factor", "expectancy", "sqn",
    "avg_win", "avg_loss", "best", "worst", "exposure", "turnover", "avg_bars", "total_commission",
    "total_slippage",
}  # fmt: skip


@needs_worker
async def test_the_figures_are_the_oracles(member: Person) -> None:
    for symbol, close_at_end, trades, final_equity in (
        ("GOOG", True, 33, 5_454_497.97),
        ("GOOG", False, 33, 5_459_957.93),
        ("AAPL", True, 59, 8_838_572.94),
    ):
        done = await run(member, symbol=symbol, close_at_end=close_at_end)
        assert done["status"] == "succeeded"
        assert done["metrics"]["trades"] == trades
        assert round(done["metrics"]["final_equity"], 2) == final_equity


@needs_worker
async def test_a_report_says_first_what_can_be_believed(member: Person) -> None:
    done = await run(member)
    assert set(done) >= RUN_FIELDS
    assert done["error"] is None
    assert done["progress"] == 1
    assert set(done["metrics"]) == METRICS
    assert set(done["benchmark"]) == METRICS
    assert done["verdict"]["level"] in {"green", "amber", "red"}
    assert [check["name"] for check in done["verdict"]["checks"]] == [
        "data", "look_ahead", "sample", "costs", "chance", "search", "robustness", "out_of_sample",
    ]  # fmt: skip
    for check in done["verdict"]["checks"]:
        assert set(check) >= {"name", "level", "statement", "figure"}
        assert check["statement"]
    assert done["manifest"]["rule"]["source"] == RULE
    assert len(done["manifest"]["result_sha256"]) == 64
    assert done["manifest"]["instrument"]["adjust"] == "splits"
    assert done["initial_cash"] == "1000000"
    read = await member.client.get(f"{PATH}/{done['id']}")
    assert read.json() == done


@needs_worker
async def test_the_same_run_has_the_same_hash_and_other_costs_another(member: Person) -> None:
    first, again, dearer = await run(member), await run(member), await run(member, commission_bps=11)
    assert first["id"] != again["id"]
    assert first["manifest"] == again["manifest"]
    assert first["manifest"]["result_sha256"] != dearer["manifest"]["result_sha256"]


@needs_worker
async def test_trades_as_pages_columns_and_csv(member: Person) -> None:
    done = await run(member, close_at_end=False)
    path = f"{PATH}/{done['id']}/trades"
    trades = (await member.client.get(path)).json()["items"]
    assert len(trades) == 33
    assert trades[0]["entry_time"] == "2004-12-21T00:00:00Z"
    assert trades[0]["entry_price"] == pytest.approx(186.28)
    assert set(trades[0]) == {
        "side", "quantity", "entry_time", "entry_price", "exit_time", "exit_price", "exit_reason", "pnl",
        "return", "commission", "slippage", "bars", "mae", "mfe", "symbol", "financing",
    }  # fmt: skip
    assert trades[0]["side"] == "long"
    assert trades[0]["exit_reason"] == "signal"
    assert (trades[-1]["exit_time"], trades[-1]["exit_reason"]) == (None, None)

    paged, cursor = [], ""
    while cursor is not None:
        page = (await member.client.get(f"{path}?limit=10{cursor and f'&cursor={cursor}'}")).json()
        paged += page["items"]
        cursor = page["next_cursor"]
    assert paged == trades

    best_first = (await member.client.get(f"{path}?sort=-pnl")).json()["items"]
    assert [item["pnl"] for item in best_first] == sorted((item["pnl"] for item in trades), reverse=True)

    held = (await member.client.get(f"{path}?format=columns")).json()
    assert held["pnl"] == [item["pnl"] for item in trades]
    assert held["entry_time"][0] == 1_103_587_200

    answer = await member.client.get(f"{path}?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="GOOG-trades.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [float(row["pnl"]) for row in rows] == held["pnl"]
    assert rows[-1]["exit_price"] == ""


@needs_worker
async def test_trades_asked_for_wrongly_are_422(member: Person) -> None:
    done = await run(member)
    path = f"{PATH}/{done['id']}/trades"
    of_another_order = (await member.client.get(f"{path}?limit=5&sort=-pnl")).json()["next_cursor"]
    for query in (
        "sort=profit", "limit=101", "limit=0", "cursor=x", "format=xml", f"cursor={of_another_order}",
    ):  # fmt: skip
        assert (await member.client.get(f"{path}?{query}")).status_code == 422, query


@needs_worker
async def test_equity_in_columns_thinned_and_as_csv(member: Person) -> None:
    done = await run(member)
    path = f"{PATH}/{done['id']}/equity"
    curve = (await member.client.get(path)).json()
    assert list(curve) == ["time", "equity", "drawdown", "benchmark"]
    assert {len(column) for column in curve.values()} == {done["manifest"]["data"]["bars"]}
    assert curve["equity"][0] == 1_000_000
    assert curve["equity"][-1] == done["metrics"]["final_equity"]
    assert curve["benchmark"][-1] == done["benchmark"]["final_equity"]
    assert min(curve["drawdown"]) == done["metrics"]["max_drawdown"]
    thin = (await member.client.get(f"{path}?max_points=200")).json()
    assert len(thin["time"]) <= 200
    assert min(thin["drawdown"]) == done["metrics"]["max_drawdown"]
    rows = (await member.client.get(f"{path}?format=csv")).text.splitlines()
    assert len(rows) == len(curve["time"]) + 1


@needs_worker
async def test_without_wait_the_run_is_accepted_and_looked_up_later(member: Person) -> None:
    answer = await member.client.post(PATH, json=ask())
    assert answer.status_code == 202
    assert set(answer.json()) == {"id", "status"}
    assert answer.json()["status"] == "queued"
    run_id = answer.json()["id"]
    assert answer.headers["location"].endswith(run_id)
    deadline = time.monotonic() + 30
    while (found := (await member.client.get(f"{PATH}/{run_id}")).json())["status"] != "succeeded":
        assert time.monotonic() < deadline, found
    assert found["metrics"]["trades"] == 33


async def test_a_wait_that_is_over_first_answers_202(member: Person) -> None:
    answer = await member.client.post(f"{PATH}?wait=0.2", json=ask())
    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"


@needs_worker
async def test_a_saved_strategy_runs_at_its_version_with_its_parameters(member: Person) -> None:
    source = RULE.replace("close, 10", "close, fast")
    made = (
        await member.client.post(
            "/api/v1/strategies", json={"name": "Mine", "source": f"fast = param(10, 5, 20)\n{source}"}
        )
    ).json()
    await member.client.put(
        f"/api/v1/strategies/{made['id']}", json={"source": f"fast = param(11, 5, 20)\n{source}"}
    )
    latest = await run(member, source=None, strategy_id=made["id"])
    assert (latest["strategy_version"], latest["parameters"]) == (2, {"fast": 11})
    first = await run(member, source=None, strategy_id=made["id"], version=1)
    assert (first["strategy_version"], first["strategy_name"]) == (1, "Mine")
    assert first["metrics"]["trades"] == 33
    again = await run(member, source=None, strategy_id=made["id"], parameters={"fast": 10})
    assert again["metrics"] == first["metrics"]

    await member.client.delete(f"/api/v1/strategies/{made['id']}")
    kept = (await member.client.get(f"{PATH}/{first['id']}")).json()
    assert kept["strategy_id"] is None
    assert kept["source"].startswith("fast = param(10")


@needs_worker
async def test_bars_before_the_start_warm_up_and_no_signal_there_counts(member: Person) -> None:
    whole = await run(member)
    part = await run(member, start="2008-01-01", end="2010-01-01")
    trades = [
        (await member.client.get(f"{PATH}/{one['id']}/trades")).json()["items"] for one in (whole, part)
    ]
    expected = [t["entry_time"] for t in trades[0] if "2008-01-02" < t["entry_time"] < "2010-01-01"]
    assert [t["entry_time"] for t in trades[1]] == expected
    curve = (await member.client.get(f"{PATH}/{part['id']}/equity")).json()
    assert (curve["time"][0], curve["time"][-1]) == (1_199_232_000, 1_262_217_600)  # 2008-01-02, 2009-12-31
    assert part["manifest"]["data"]["warm_up_bars"] > 500
    assert part["manifest"]["range"]["start"] == "2008-01-01T00:00:00Z"


@needs_worker
async def test_raw_prices_are_another_run(member: Person) -> None:
    adjusted, raw = await run(member, symbol="AAPL"), await run(member, symbol="AAPL", adjust="none")
    assert raw["manifest"]["instrument"]["adjust"] == "none"
    assert raw["metrics"]["final_equity"] != adjusted["metrics"]["final_equity"]
    assert raw["verdict"]["checks"][0]["level"] == "red"


@needs_worker
async def test_an_interval_that_can_be_made_from_stored_bars_runs(member: Person) -> None:
    done = await run(
        member, interval="1week", source="enter_long = close > sma(close, 4)\nexit_long = close < open"
    )
    assert done["status"] == "succeeded"
    assert done["manifest"]["data"]["interval"] == "1week"


@needs_worker
async def test_a_range_without_bars_fails_with_a_reason(member: Person) -> None:
    done = await run(member, start="2030-01-01")
    assert done["status"] == "failed"
    assert done["error"]["code"] == "no_bars"
    assert "2013" in done["error"]["detail"]
    trades = await member.client.get(f"{PATH}/{done['id']}/trades")
    assert (trades.status_code, trades.json()["code"]) == (409, "result_not_ready")


BAD_BODIES: list[tuple[dict[str, Any], int, str]] = [
    ({"symbol": "NOPE"}, 404, "instrument_not_found"),
    ({"symbol": "not a symbol"}, 422, "invalid_symbol"),
    ({"interval": "1min"}, 422, "interval_not_available"),
    ({"interval": "7min"}, 422, "validation_failed"),
    ({"source": "enter_long = close.__class__"}, 422, "rule_invalid"),
    ({"source": "enter_long = close > " + "+".join(["1"] * 10_000)}, 422, "rule_invalid"),
    ({"source": ""}, 422, "rule_invalid"),
    ({"parameters": {"fast": 10}}, 422, "parameters_invalid"),
    ({"source": 'enter_long = on("1h", close > open)'}, 422, "interval_unsuitable"),
    ({"source": f"n = param(5, 1, 9)\n{RULE}", "parameters": {"n": 10}}, 422, "parameters_invalid"),
    ({"start": "2010-01-01", "end": "2010-01-01"}, 422, "invalid_range"),
    ({"start": "2010-01-02", "end": "2010-01-01"}, 422, "invalid_range"),
    ({"start": "soon"}, 422, "validation_failed"),
    ({"initial_cash": "0"}, 422, "validation_failed"),
    ({"initial_cash": "-1"}, 422, "validation_failed"),
    ({"initial_cash": "1000000000001"}, 422, "validation_failed"),
    ({"initial_cash": "NaN"}, 422, "validation_failed"),
    ({"commission_bps": 1_001}, 422, "validation_failed"),
    ({"slippage_bps": -1}, 422, "validation_failed"),
    ({"commission_fixed": "-1"}, 422, "validation_failed"),
    ({"leverage": 2}, 422, "validation_failed"),
    ({"strategy_id": str(uuid4())}, 422, "validation_failed"),
    ({"source": None, "strategy_id": str(uuid4())}, 404, "strategy_not_found"),
    ({"source": None}, 422, "validation_failed"),
    ({"version": 1}, 422, "validation_failed"),
    ({"adjust": "dividends"}, 422, "validation_failed"),
]


async def test_what_cannot_run_is_refused_at_once(member: Person) -> None:
    for fields, status, code in BAD_BODIES:
        started = time.perf_counter()
        answer = await member.client.post(f"{PATH}?wait=10", json=ask(**fields))
        assert time.perf_counter() - started < 1, fields
        assert (answer.status_code, answer.json()["code"]) == (status, code), (fields, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await member.client.get(PATH)).json()["items"] == []


async def test_numbers_that_do_not_exist_are_4xx(member: Person) -> None:
    start = b'{"source":"enter_long = close > 1","symbol":"GOOG","interval":"1day",'
    for field in (b"initial_cash", b"commission_bps", b"version"):
        for number in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"true", b'"1e999"', b"9" * 400):
            body = start + b'"%s":%s}' % (field, number)
            answer = await member.client.post(
                PATH, content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in {400, 422}, body
            assert answer.headers["content-type"] == "application/problem+json"


async def test_deep_json_is_4xx(member: Person) -> None:
    for body in (b'{"a":' * 100_000, b"[" * 100_000):
        answer = await member.client.post(PATH, content=body, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500


async def test_invalid_parameters_name_the_parameter(member: Person) -> None:
    answer = await member.client.post(
        PATH, json=ask(source=f"n = param(5, 1, 9)\n{RULE}", parameters={"n": 99, "m": 1})
    )
    errors = {error["name"]: error for error in answer.json()["errors"]}
    assert errors["n"]["code"] == "parameter_out_of_range"
    assert errors["m"]["code"] == "unknown_parameter"


async def test_waits_are_bounded(member: Person) -> None:
    for wait in ("-1", "31", "nan", "inf", "long"):
        assert (await member.client.post(f"{PATH}?wait={wait}", json=ask())).status_code == 422, wait


@needs_worker
async def test_somebody_elses_run_is_not_there(member: Person, other_member: Person) -> None:
    done = await run(member)
    path = f"{PATH}/{done['id']}"
    client = other_member.client
    answers = [
        await client.get(path),
        await client.get(f"{path}/trades"),
        await client.get(f"{path}/trades?format=csv"),
        await client.get(f"{path}/equity"),
        await client.post(f"{path}/cancel"),
        await client.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert {answer.json()["code"] for answer in answers} == {"backtest_not_found"}
    assert (await client.get(PATH)).json()["items"] == []
    assert (await member.client.get(path)).json() == done


async def test_somebody_elses_strategy_cannot_be_run(member: Person, other_member: Person) -> None:
    made = (await member.client.post("/api/v1/strategies", json={"name": "Mine", "source": RULE})).json()
    answer = await other_member.client.post(PATH, json=ask(source=None, strategy_id=made["id"]))
    assert (answer.status_code, answer.json()["code"]) == (404, "strategy_not_found")


async def test_a_version_that_is_not_there_is_404(member: Person) -> None:
    made = (await member.client.post("/api/v1/strategies", json={"name": "Mine", "source": RULE})).json()
    answer = await member.client.post(PATH, json=ask(source=None, strategy_id=made["id"], version=2))
    assert (answer.status_code, answer.json()["code"]) == (404, "strategy_version_not_found")


async def test_a_queued_run_is_cancelled_at_once_and_deleted(member: Person) -> None:
    run_id = (await member.client.post(PATH, json=ask())).json()["id"]
    cancelled = await member.client.post(f"{PATH}/{run_id}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    again = await member.client.post(f"{PATH}/{run_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "backtest_finished")
    assert (await member.client.delete(f"{PATH}/{run_id}")).status_code == 204
    assert (await member.client.get(f"{PATH}/{run_id}")).status_code == 404


@needs_worker
async def test_the_list_is_newest_first_with_verdict_and_figures(member: Person) -> None:
    done = [await run(member, symbol=symbol) for symbol in ("GOOG", "AAPL", "GOOG")]
    first = (await member.client.get(f"{PATH}?limit=2")).json()
    rest = (await member.client.get(f"{PATH}?limit=2&cursor={first['next_cursor']}")).json()
    items = first["items"] + rest["items"]
    assert [item["id"] for item in items] == [one["id"] for one in done[::-1]]
    assert rest["next_cursor"] is None
    assert items[0]["level"] == done[2]["verdict"]["level"]
    for name in ("total_return", "sharpe", "max_drawdown", "trades", "final_equity", "cagr"):
        assert items[0][name] == done[2]["metrics"][name]
    only = (await member.client.get(f"{PATH}?symbol=aapl")).json()["items"]
    assert [item["id"] for item in only] == [done[1]["id"]]
    assert (await member.client.get(f"{PATH}?status=failed")).json()["items"] == []
    assert len((await member.client.get(f"{PATH}?status=succeeded")).json()["items"]) == 3


async def test_the_list_is_searched_by_symbol_and_by_name(member: Person) -> None:
    saved = await member.client.post("/api/v1/strategies", json={"name": "Golden cross", "source": RULE})
    named = ask(symbol="AAPL", strategy_id=saved.json()["id"])
    named.pop("source")
    for body in (ask(symbol="GOOG"), named):
        assert (await member.client.post(PATH, json=body)).status_code == 202
    for query, symbols in {"goo": ["GOOG"], "CROSS": ["AAPL"], "%": [], " ": ["AAPL", "GOOG"]}.items():
        items = (await member.client.get(PATH, params={"query": query})).json()["items"]
        assert [item["symbol"] for item in items] == symbols, query
    assert (await member.client.get(PATH, params={"query": "a\x00b"})).status_code == 422


async def test_a_list_of_many_costs_as_many_statements_as_a_list_of_one(member: Person, app: FastAPI) -> None:
    statements: list[str] = []
    engine = app.state.databases.main.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    counts = []
    for wanted in (1, 5):
        while len((await member.client.get(PATH)).json()["items"]) < wanted:
            await member.client.post(PATH, json=ask())
        statements.clear()
        await member.client.get(PATH)
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_everything_wants_a_signed_in_user(client: Any) -> None:
    run_id = uuid4()
    answers = [
        await client.post(PATH, json=ask()),
        await client.get(PATH),
        await client.get(f"{PATH}/{run_id}"),
        await client.get(f"{PATH}/{run_id}/trades"),
        await client.get(f"{PATH}/{run_id}/equity"),
        await client.post(f"{PATH}/{run_id}/cancel"),
        await client.delete(f"{PATH}/{run_id}"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 7
