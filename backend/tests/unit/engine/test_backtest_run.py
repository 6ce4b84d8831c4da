"""A whole run: figures, benchmark, progress, cancelling, and a manifest that repeats it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app import __version__
from app.engine.assumptions_page import render
from app.engine.backtest import BacktestInputs, BacktestResult, run_backtest
from app.engine.bars import Bars
from app.engine.conventions import CONVENTIONS
from app.engine.execution import Execution
from app.engine.fills import DataNotUsable
from app.engine.intervals import Interval
from app.engine.language import Rule, check_rule
from app.engine.manifest import canonical_json, hash_bars, hash_result, hash_text
from app.engine.packing import EquityCurve
from app.engine.signals import Signals
from app.engine.trades import ExitReason
from app.engine.verdict import DataFacts, Verdict
from tests.unit.engine.hand_made import load_demo, make_bars, random_bars

SOURCE = """# Trend
fast = param(10, 5, 50)
slow = param(30, 20, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long  = crossunder(sma(close, fast), sma(close, slow))
"""
ASSUMPTIONS = Path(__file__).parents[4] / "docs" / "assumptions.md"


def rule_of(source: str) -> Rule:
    rule = check_rule(source).rule
    assert rule is not None
    return rule


def inputs_for(
    bars: Bars,
    *,
    source: str = SOURCE,
    parameters: dict[str, float] | None = None,
    first_bar: int = 0,
    execution: Execution | None = None,
) -> BacktestInputs:
    return BacktestInputs.for_rule(
        rule_of(source),
        bars,
        parameters=parameters,
        execution=execution or Execution(1e6, 10.0),
        facts=DataFacts(expected_bars=len(bars), missing_bars=0, calendar="XNYS"),
        periods_per_year=252.0,
        first_bar=first_bar,
        instrument={"symbol": "GOOG", "adjust": "splits"},
    )


@pytest.fixture(scope="module")
def google() -> Bars:
    return load_demo("GOOG")


@pytest.fixture(scope="module")
def result(google: Bars) -> BacktestResult:
    return run_backtest(inputs_for(google))


def test_a_rule_on_real_bars_gives_vectorbts_figures(result: BacktestResult) -> None:
    assert result.metrics.trades == 33
    assert result.metrics.final_equity == pytest.approx(5_454_497.97, abs=0.005)
    assert result.trades.entry_price[0] == 186.28
    assert result.curve.equity[-1] == result.metrics.final_equity


def test_buy_and_hold_buys_once_at_the_second_open_with_the_same_costs(
    result: BacktestResult, google: Bars
) -> None:
    units = 1e6 / (google.open[1] * 1.001)
    expected = units * google.close[-1] * 0.999
    assert result.benchmark.trades == 1
    assert result.benchmark.final_equity == pytest.approx(expected, rel=1e-9)
    assert result.curve.benchmark[-1] == result.benchmark.final_equity
    assert result.curve.benchmark[0] == 1e6


def test_the_curve_covers_the_run(result: BacktestResult, google: Bars) -> None:
    curve = result.curve
    assert len(curve) == len(curve.equity) == len(curve.drawdown) == len(curve.benchmark) == len(google)
    assert curve.time.tobytes() == google.time.tobytes()
    assert curve.drawdown.min() == result.metrics.max_drawdown


def test_the_manifest_names_everything(result: BacktestResult, google: Bars) -> None:
    manifest = result.manifest
    assert manifest["engine_version"] == __version__
    assert manifest["rule"] == {"source": SOURCE, "sha256": hash_text(SOURCE)}
    assert manifest["parameters"] == {"fast": 10.0, "slow": 30.0}
    assert manifest["instrument"] == {"adjust": "splits", "symbol": "GOOG"}
    assert manifest["data"]["sha256"] == hash_bars(google)
    assert manifest["data"]["bars"] == len(google)
    assert manifest["execution"]["commission_bps"] == 10.0
    assert manifest["conventions"]["sentences"] == [convention.text for convention in CONVENTIONS]
    assert manifest["result_sha256"] == hash_result(result.metrics, result.trades, result.curve)
    assert json.loads(json.dumps(manifest, allow_nan=False)) == manifest


def test_the_same_manifest_gives_the_same_hash(result: BacktestResult, google: Bars) -> None:
    again = run_backtest(inputs_for(google, parameters={"slow": 30, "fast": 10}))
    assert canonical_json(again.manifest) == canonical_json(result.manifest)
    assert again.verdict == result.verdict


def test_bars_from_storage_give_the_same_hash(result: BacktestResult, google: Bars) -> None:
    open_, high, low, close, volume = (
        np.frombuffer(column.tobytes(), dtype=np.float64) for column in google.columns()
    )
    stored = Bars(np.frombuffer(google.time.tobytes(), dtype=np.int64), open_, high, low, close, volume)
    assert run_backtest(inputs_for(stored)).manifest == result.manifest


def test_a_rule_always_sees_the_one_layout_it_is_compiled_for(google: Bars) -> None:
    seen: list[bool] = []
    inputs = inputs_for(google.head(200))

    def watch(bars: Bars) -> Signals:
        seen.extend(column.flags.writeable or not column.flags.c_contiguous for column in bars.columns())
        return inputs.signals_of(bars)

    run_backtest(replace(inputs, signals_of=watch))
    assert seen
    assert not any(seen)


@pytest.mark.parametrize("change", ["parameter", "price", "commission"])
def test_another_run_gives_another_hash(result: BacktestResult, google: Bars, change: str) -> None:
    inputs = inputs_for(google)
    if change == "parameter":
        inputs = inputs_for(google, parameters={"fast": 11})
    elif change == "price":
        close = google.close.copy()
        close[-1] = np.nextafter(close[-1], np.inf)
        inputs = inputs_for(replace(google, close=close))
        assert hash_bars(inputs.bars) != hash_bars(google)
    else:
        inputs = inputs_for(google, execution=Execution(1e6, 10.01))
    assert run_backtest(inputs).manifest["result_sha256"] != result.manifest["result_sha256"]


def test_hashes_tell_interval_zone_and_columns_apart(google: Bars) -> None:
    variants = [
        google,
        replace(google, interval=Interval.WEEK_1),
        replace(google, timezone="America/New_York"),
        replace(google, open=google.close, close=google.open),
        replace(google, time=google.time + 1),
    ]
    assert len({hash_bars(bars) for bars in variants}) == len(variants)


def test_an_unknown_volume_is_hashed_the_same_whatever_its_bits(google: Bars) -> None:
    first = np.full(len(google), np.nan)
    other = np.full(len(google), 0x7FF8000000000001, dtype=np.int64).view(np.float64)
    assert hash_bars(replace(google, volume=first)) == hash_bars(replace(google, volume=other))


def test_the_result_hash_covers_figures_trades_and_equity(result: BacktestResult) -> None:
    own = hash_result(result.metrics, result.trades, result.curve)
    changed = [
        hash_result(replace(result.metrics, sqn=0.0), result.trades, result.curve),
        hash_result(result.metrics, replace(result.trades, mae=result.trades.mae - 1e-12), result.curve),
        hash_result(
            result.metrics,
            result.trades,
            EquityCurve(
                result.curve.time,
                np.nextafter(result.curve.equity, np.inf),
                result.curve.drawdown,
                result.curve.benchmark,
            ),
        ),
    ]
    assert len({own, *changed}) == 4


def test_warm_up_bars_only_warm_up(google: Bars) -> None:
    """With enough bars before it, a run does not depend on how many there are."""
    source = """
enter_long = crossover(sma(close, 5), sma(close, 20))
exit_long = crossunder(sma(close, 5), sma(close, 20))
"""
    far = run_backtest(inputs_for(google, source=source, first_bar=500))
    near = run_backtest(inputs_for(google.slice(400, len(google)), source=source, first_bar=100))
    assert far.manifest["result_sha256"] == near.manifest["result_sha256"]
    assert far.manifest["data"]["warm_up_bars"] == 500
    assert len(far.curve) == len(google) - 500
    assert far.curve.equity[0] == 1e6
    assert (far.trades.entry_index > 0).all()
    assert far.curve.time[far.trades.entry_index].tolist() == far.trades.entry_time.tolist()


def test_a_trade_left_open_keeps_its_mark(google: Bars) -> None:
    result = run_backtest(
        inputs_for(google, first_bar=50, execution=Execution(1e6, 10.0, close_at_end=False))
    )
    assert result.trades.exit_reason[-1] == ExitReason.OPEN
    assert result.trades.exit_index[-1] == -1
    assert result.metrics.trades == len(result.trades)


def test_progress_rises_from_0_to_1(google: Bars) -> None:
    told: list[float] = []
    run_backtest(inputs_for(google), told.append)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) >= 8


def test_the_verdict_arrives_check_by_check(google: Bars) -> None:
    told: list[Verdict] = []
    result = run_backtest(inputs_for(google), on_verdict=told.append)
    assert [len(verdict.checks) for verdict in told] == list(range(1, 9))
    assert not any(verdict.complete for verdict in told)
    assert told[-1].checks == result.verdict.checks
    assert result.verdict.complete


class Cancelled(Exception):
    """What a caller raises from on_progress."""


@pytest.mark.parametrize("step", [0, 1, 3, 6])
def test_what_progress_raises_ends_the_run(google: Bars, step: int) -> None:
    told: list[float] = []

    def cancel(share: float) -> None:
        told.append(share)
        if len(told) > step:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_backtest(inputs_for(google), cancel)
    assert len(told) == step + 1


def test_a_run_of_two_bars_has_a_result(google: Bars) -> None:
    result = run_backtest(inputs_for(google.head(2)))
    assert result.metrics.trades == 0
    assert len(result.verdict.checks) == 8


@pytest.mark.parametrize(("high", "words"), [(1e140, "total_return"), (1e300, "beyond every number")])
def test_figures_too_large_for_a_float_end_the_run_with_a_reason(high: float, words: str) -> None:
    bars = make_bars([(1e-200,) * 4] * 3 + [(high,) * 4] * 3)
    with pytest.raises(DataNotUsable, match=words):
        run_backtest(inputs_for(bars, source="enter_long = close > 0", execution=Execution(1e-200)))


def test_a_run_whose_random_entries_would_outgrow_every_number_has_a_result() -> None:
    """It buys dear and sells cheap; half of the random entries do it the other way round."""
    prices = 10.0 ** np.where(np.arange(3_000) % 2, 0.0, 8.0)
    bars = make_bars([(price,) * 4 for price in prices.tolist()])
    source = "enter_long = close < 10\nexit_long = close > 10\nsize = 0.0000001"
    result = run_backtest(inputs_for(bars, source=source, execution=Execution(1e12)))
    assert result.metrics.trades > 1_000
    chance = next(check for check in result.verdict.checks if check.name == "chance")
    assert chance.figure == 1.0


def test_every_output_of_the_language_reaches_the_fills() -> None:
    bars = random_bars(np.random.default_rng(12), 600)
    source = """
enter_long = crossover(close, sma(close, 10))
exit_long = crossunder(close, sma(close, 15))
enter_short = crossunder(close, sma(close, 20))
exit_short = crossover(close, sma(close, 8))
stop_loss = 2 * atr(5)
take_profit = 3 * atr(5)
trailing_stop = 2.5 * atr(5)
risk = 0.02
"""
    result = run_backtest(inputs_for(bars, source=source))
    assert {1, -1} == set(result.trades.side.tolist())
    reasons = {ExitReason(code) for code in result.trades.exit_reason}
    assert reasons >= {
        ExitReason.STOP_LOSS,
        ExitReason.TAKE_PROFIT,
        ExitReason.TRAILING_STOP,
        ExitReason.SIGNAL,
    }


def test_the_published_page_is_the_engines_own() -> None:
    assert ASSUMPTIONS.read_text(encoding="utf-8") == render(), (
        "run `python -m app.engine.assumptions_page > ../docs/assumptions.md` in backend/"
    )
