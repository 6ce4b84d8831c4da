"""A whole run of a basket: figures, what can be believed, and what makes it repeatable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.basket import judging
from app.engine.basket.run import BasketInputs, Member, run_basket
from app.engine.basket.terms import Basket
from app.engine.evaluation import evaluate_rule
from app.engine.execution import Execution
from app.engine.language import compile_rule
from app.engine.manifest import hash_bars
from app.engine.packing import pack_trades, unpack_trades
from app.engine.signals import Signals
from app.engine.trades import Trades
from app.engine.verdict import CHECK_NAMES, DataFacts, Level
from tests.unit.engine.hand_made import APPLE_SPLITS, load_demo

RULE = """\
fast = param(10, 5, 50)
enter_long = crossover(sma(close, fast), sma(close, 30))
exit_long = crossunder(sma(close, fast), sma(close, 30))
rank = roc(close, 60)
"""
GOOD = DataFacts(expected_bars=1_000, missing_bars=0, calendar="XNYS")
TERMS = Execution(100_000.0, 5.0, 5.0)


def make_inputs(*symbols: str, basket: Basket | None = None, **more: object) -> BasketInputs:
    splits = {"AAPL": APPLE_SPLITS}
    members = [Member(symbol, load_demo(symbol, splits.get(symbol)), GOOD) for symbol in symbols]
    rule = compile_rule(RULE)
    return BasketInputs(
        rule=rule,
        parameters=rule.resolve_parameters(None),
        members=members,
        basket=basket or Basket(2),
        execution=TERMS,
        periods_per_year=252.0,
        **more,  # type: ignore[arg-type]
    )


def test_a_basket_of_one_is_reported_like_a_single_run() -> None:
    inputs = make_inputs("IBM", basket=Basket(1))
    alone = run_backtest(
        BacktestInputs.for_rule(
            inputs.rule, inputs.members[0].bars, execution=TERMS, facts=GOOD, periods_per_year=252.0
        )
    )
    shared = run_basket(inputs)
    assert shared.metrics == alone.metrics
    assert shared.benchmark == alone.benchmark
    assert shared.curve.drawdown.tolist() == alone.curve.drawdown.tolist()
    assert pack_trades(shared.trades) == pack_trades(alone.trades)
    for ours, single in zip(shared.verdict.checks, alone.verdict.checks, strict=True):
        assert ours.name == single.name
    by_name = {check.name: check for check in shared.verdict.checks}
    other = {check.name: check for check in alone.verdict.checks}
    for name in ("sample", "costs", "search"):
        assert by_name[name].statement == other[name].statement
    neighbours = {part.name: part for part in by_name["robustness"].parts}["neighbours"]
    assert neighbours == {part.name: part for part in other["robustness"].parts}["neighbours"]


def test_the_verdict_names_the_worst_instrument_and_what_was_not_done() -> None:
    inputs = make_inputs("IBM", "MSFT", "GOOG")
    members = list(inputs.members)
    members[1] = replace(members[1], facts=replace(GOOD, missing_bars=100))
    told: list[int] = []
    found = run_basket(replace(inputs, members=members), None, lambda v: told.append(len(v.checks)))
    checks = {check.name: check for check in found.verdict.checks}
    assert tuple(checks) == CHECK_NAMES
    assert told == list(range(1, 9))
    assert checks["data"].level is Level.RED
    assert checks["data"].statement.startswith("MSFT: 100 of the 1,000 bars that XNYS expects are missing.")
    assert [part.name for part in checks["data"].parts] == ["IBM", "MSFT", "GOOG"]
    assert checks["look_ahead"].level is Level.GREEN
    assert judging.NO_RANDOM_ENTRIES in checks["chance"].statement
    assert judging.NO_WALK in checks["out_of_sample"].statement
    assert "neighbours" in {part.name for part in checks["robustness"].parts}


def test_a_rule_that_looks_ahead_on_one_instrument_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = make_inputs("IBM", "GOOG")
    level = float(inputs.members[1].bars.close[0])
    honest = evaluate_rule

    def peek(rule: object, bars: Bars, *more: object) -> Signals:
        signals = honest(rule, bars, *more)  # type: ignore[arg-type]
        if float(bars.close[0]) != level:
            return signals
        return replace(signals, enter_long=np.append(bars.close[1:] > bars.close[:-1], True))

    monkeypatch.setattr("app.engine.basket.run.evaluate_rule", peek)
    monkeypatch.setattr(judging, "evaluate_rule", peek)
    check = run_basket(inputs).verdict.checks[1]
    assert (check.name, check.level) == ("look_ahead", Level.RED)
    assert check.statement.startswith("GOOG: ")
    assert [part.level for part in check.parts] == [Level.GREEN, Level.RED]


def test_the_manifest_holds_every_instrument_and_the_terms() -> None:
    basket = Basket(2, "volatility", 30, "quarter")
    start = int(np.datetime64("2010-01-04", "s").astype(np.int64))
    inputs = make_inputs("IBM", "GOOG", basket=basket, start=start)
    first, again = run_basket(inputs), run_basket(inputs)
    manifest = first.manifest
    assert manifest["result_sha256"] == again.manifest["result_sha256"]
    assert {name: manifest["basket"][name] for name in basket.as_dict()} == basket.as_dict()
    described = manifest["basket"]["instruments"]
    assert [each["symbol"] for each in described] == ["IBM", "GOOG"]
    assert [each["sha256"] for each in described] == [hash_bars(each.bars) for each in inputs.members]
    assert {each["first_time"] for each in described} == {start}
    assert first.curve.time[0] == start
    assert manifest["data"]["first_time"] == start
    changed = run_basket(make_inputs("GOOG", "IBM", basket=basket, start=start)).manifest
    assert changed["data"]["sha256"] != manifest["data"]["sha256"]


def test_trades_keep_their_instrument_when_packed() -> None:
    trades = run_basket(make_inputs("IBM", "MSFT", "GOOG")).trades
    packed = pack_trades(trades)
    assert packed[:4] == b"FXT3"
    kept = unpack_trades(packed)
    for name in Trades.__slots__:
        np.testing.assert_array_equal(getattr(kept, name), getattr(trades, name), name)
    alone = replace(trades, instrument=np.zeros(len(trades), dtype=np.int16))
    assert pack_trades(alone)[:4] == b"FXT1"
