"""The terms of a run over HTTP: every cost, splits inside a position, the replay on finer bars, baskets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.core.database import Databases
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market import repository
from app.market.bar_store import merge_into_series, raw_connection
from app.market.domain import AssetClass, ImportForm, Scope
from tests.integration.backtests.conftest import PATH, ask, run
from tests.integration.conftest import Person

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("demo_bars")]
needs_worker = pytest.mark.usefixtures("worker")

TERMS = {
    "commission_per_unit": "0.005",
    "commission_minimum": "1",
    "commission_tiers": [{"from_notional": "0", "bps": 8.0}, {"from_notional": "100000", "bps": 4.0}],
    "slippage_model": "volume_share",
    "volume_limit": 0.1,
    "price_impact": 0.2,
    "borrow_rate": 0.03,
    "overnight_rate": 0.01,
}


async def _store(databases: Databases, symbol: str, bars: Bars) -> None:
    form = ImportForm(
        symbol=symbol, interval=bars.interval, asset_class=AssetClass.CRYPTO, scope=Scope.INSTALLATION
    )
    async with databases.main.session() as session:
        instrument = await repository.ensure_instrument(session, None, form)
        await merge_into_series(await raw_connection(session), instrument.id, bars)


@needs_worker
async def test_every_term_is_kept_and_makes_the_run_dearer(member: Person) -> None:
    plain, dear = await run(member), await run(member, **TERMS)
    assert {name: dear[name] for name in TERMS} == TERMS
    execution = dear["manifest"]["execution"]
    assert execution["commission_per_unit"] == 0.005
    assert execution["commission_tiers"] == [[0.0, 8.0], [100_000.0, 4.0]]
    assert execution["slippage_model"] == "volume_share"
    assert dear["metrics"]["final_equity"] < plain["metrics"]["final_equity"]
    assert (plain["commission_tiers"], plain["volume_limit"], plain["sweep_id"]) == ([], 0.025, None)
    assert (plain["symbols"], plain["basket"], plain["detail_interval"]) == (None, None, None)
    again = await member.client.get(f"{PATH}/{dear['id']}")
    assert again.json() == dear


@needs_worker
async def test_a_position_goes_through_a_split_of_bars_that_are_not_adjusted(member: Person) -> None:
    terms: dict[str, Any] = {
        "symbol": "AAPL",
        "source": "enter_long = bars_since(close > 0) == 0",
        "start": "2005-02-01",
        "end": "2005-04-01",
        "commission_bps": 0,
    }
    adjusted, raw = await run(member, **terms), await run(member, **terms, adjust="none")
    assert raw["manifest"]["data"]["splits"][-1] == ["2005-02-28", 2.0]
    assert raw["metrics"]["total_return"] == pytest.approx(adjusted["metrics"]["total_return"], abs=1e-6)
    assert raw["benchmark"]["total_return"] == pytest.approx(adjusted["benchmark"]["total_return"], abs=1e-6)


@needs_worker
async def test_finer_bars_say_in_which_order_prices_came(member: Person, databases: Databases) -> None:
    # Each hour rises to its target before it falls to its stop; seen as one bar, the stop counts.
    hours = 60
    course = np.array([[100.0, 103.0, 97.0, 100.0]])
    minutes = np.repeat(course, hours, axis=0).ravel()
    open_ = np.concatenate(([100.0], minutes[:-1]))
    time = 1_600_000_000 // 3_600 * 3_600 + 900 * np.arange(4 * hours, dtype=np.int64)
    finer = Bars(
        time, open_, np.maximum(open_, minutes), np.minimum(open_, minutes), minutes, np.ones(len(time)),
        Interval.MIN_15,
    )  # fmt: skip
    await _store(databases, "ORDER", finer)
    terms: dict[str, Any] = {
        "symbol": "ORDER",
        "interval": "1h",
        "source": "enter_long = close > 0\nstop_loss = close * 0.02\ntake_profit = close * 0.02",
    }
    coarse, replayed = await run(member, **terms), await run(member, **terms, detail_interval="15min")
    assert coarse["metrics"]["win_rate"] == 0.0
    assert replayed["metrics"]["win_rate"] == 1.0
    assert replayed["detail_interval"] == "15min"
    assert replayed["manifest"]["data"]["detail"]["bars"] == 4 * hours
    assert coarse["manifest"]["data"]["detail"] is None


async def test_a_replay_wants_bars_that_are_stored(member: Person) -> None:
    answer = await member.client.post(PATH, json=ask(detail_interval="1h"))
    assert (answer.status_code, answer.json()["code"]) == (422, "interval_not_available")
    assert answer.json()["errors"][0]["location"].endswith("detail_interval")
    coarser = await member.client.post(PATH, json=ask(detail_interval="1week"))
    assert coarser.status_code == 422


async def test_one_symbol_or_several_never_both_or_none(member: Person) -> None:
    for fields in (
        {"symbols": ["GOOG", "AAPL"]},
        {"symbol": None},
        {"basket": {"slots": 1}},
        {"symbol": None, "symbols": ["GOOG"]},
    ):
        answer = await member.client.post(PATH, json=ask(**fields))
        assert answer.status_code == 422, fields
