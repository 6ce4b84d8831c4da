"""TA-Lib as oracle: from its first defined bar on, within 1e-9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.language import compile_rule

Column = NDArray[np.float64]
COUNT = 700
SMA: Any = 0  # talib.MA_Type.SMA, which talib's stubs do not export


def make_market(kind: str) -> Bars:
    random = np.random.default_rng(7)
    if kind == "walk":
        close = 100 * np.exp(np.cumsum(random.normal(0, 0.02, COUNT)))
    elif kind == "ticks":
        close = np.round(20 + np.cumsum(random.integers(-3, 4, COUNT)) * 0.01, 2)
    elif kind == "still":  # moves, then stands still for longer than any average remembers
        close = np.append(100 + np.cumsum(random.normal(0, 1, 100)), np.full(COUNT - 100, 99.5))
    else:
        close = np.full(COUNT, 186.28)
    spread = np.zeros(COUNT) if kind in ("flat", "still") else random.uniform(0, 1, COUNT)
    high, low = close + spread, close - spread * random.uniform(0, 1, COUNT)
    time = np.arange(COUNT, dtype=np.int64) * 86_400
    return Bars(time, (high + low) / 2, high, low, close, random.uniform(1, 1e6, COUNT))


def value_of(expression: str, bars: Bars) -> Column:
    size = evaluate_rule(compile_rule(f"enter_long = True\nsize = {expression}"), bars).size
    assert size is not None
    return size


Oracle = Callable[[Bars], Column]
CASES: list[tuple[str, Oracle]] = [
    *((f"sma(close, {n})", lambda b, n=n: talib.SMA(b.close, n)) for n in (2, 10, 30, 200)),
    *((f"mean(volume, {n})", lambda b, n=n: talib.SMA(b.volume, n)) for n in (2, 20)),
    *((f"sum(close, {n})", lambda b, n=n: talib.SUM(b.close, n)) for n in (2, 20)),
    *((f"ema(close, {n})", lambda b, n=n: talib.EMA(b.close, n)) for n in (2, 12, 26, 200)),
    *((f"wma(close, {n})", lambda b, n=n: talib.WMA(b.close, n)) for n in (2, 10, 30)),
    *((f"rsi(close, {n})", lambda b, n=n: talib.RSI(b.close, n)) for n in (2, 14, 50)),
    *((f"atr({n})", lambda b, n=n: talib.ATR(b.high, b.low, b.close, n)) for n in (1, 2, 14, 50)),
    *((f"adx({n})", lambda b, n=n: talib.ADX(b.high, b.low, b.close, n)) for n in (2, 14, 30)),
    *((f"plus_di({n})", lambda b, n=n: talib.PLUS_DI(b.high, b.low, b.close, n)) for n in (2, 14, 30)),
    *((f"minus_di({n})", lambda b, n=n: talib.MINUS_DI(b.high, b.low, b.close, n)) for n in (2, 14, 30)),
    *((f"mfi({n})", lambda b, n=n: talib.MFI(b.high, b.low, b.close, b.volume, n)) for n in (2, 14)),
    *((f"williams_r({n})", lambda b, n=n: talib.WILLR(b.high, b.low, b.close, n)) for n in (2, 14)),
    *((f"mom(close, {n})", lambda b, n=n: talib.MOM(b.close, n)) for n in (1, 10)),
    ("obv()", lambda b: talib.OBV(b.close, b.volume)),
    ("log(close)", lambda b: talib.LN(b.close)),
    ("sqrt(close)", lambda b: talib.SQRT(b.close)),
    *((f"roc(close, {n})", lambda b, n=n: talib.ROC(b.close, n)) for n in (1, 10)),
    *((f"stdev(close, {n})", lambda b, n=n: talib.STDDEV(b.close, n)) for n in (2, 20)),
    *((f"highest(high, {n})", lambda b, n=n: talib.MAX(b.high, n)) for n in (2, 20, 200)),
    *((f"lowest(low, {n})", lambda b, n=n: talib.MIN(b.low, n)) for n in (2, 20, 200)),
    ("bb_upper(close, 20, 2)", lambda b: talib.BBANDS(b.close, 20, 2, 2)[0]),
    ("bb_lower(close, 20, 2.5)", lambda b: talib.BBANDS(b.close, 20, 2.5, 2.5)[2]),
    ("macd(close, 12, 26)", lambda b: talib.MACD(b.close, 12, 26, 9)[0]),
    ("macd(close, 26, 12)", lambda b: talib.MACD(b.close, 26, 12, 9)[0]),
    ("macd(close, 5, 35, 5)", lambda b: talib.MACD(b.close, 5, 35, 5)[0]),
    ("macd_signal(close, 12, 26, 9)", lambda b: talib.MACD(b.close, 12, 26, 9)[1]),
    ("macd_hist(close, 12, 26, 9)", lambda b: talib.MACD(b.close, 12, 26, 9)[2]),
    ("stoch_k(14)", lambda b: talib.STOCHF(b.high, b.low, b.close, 14, 3, SMA)[0]),
    ("stoch_k(14, 3)", lambda b: talib.STOCH(b.high, b.low, b.close, 14, 3, SMA, 3, SMA)[0]),
    ("stoch_d(14, 3, 3)", lambda b: talib.STOCH(b.high, b.low, b.close, 14, 3, SMA, 3, SMA)[1]),
    ("stoch_d(14)", lambda b: talib.STOCHF(b.high, b.low, b.close, 14, 3, SMA)[1]),
]


@pytest.mark.parametrize("market", ["walk", "ticks", "still", "flat"])
@pytest.mark.parametrize(("expression", "oracle"), CASES, ids=[expression for expression, _ in CASES])
def test_agrees_with_talib(expression: str, oracle: Oracle, market: str) -> None:
    bars = make_market(market)
    ours, theirs = value_of(expression, bars), oracle(bars)
    defined = ~np.isnan(theirs)
    assert defined.any()
    np.testing.assert_allclose(ours[defined], theirs[defined], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("n", [2, 14, 20])
@pytest.mark.parametrize("market", ["walk", "ticks"])
def test_cci_agrees_with_talib_while_the_price_moves(n: int, market: str) -> None:
    """Where it stands still, TA-Lib divides the rounding error of a sum by that of another."""
    bars = make_market(market)
    theirs = talib.CCI(bars.high, bars.low, bars.close, n)
    np.testing.assert_allclose(value_of(f"cci({n})", bars), theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("expression", "oracle"),
    [
        ("plus_di(14)", lambda b: talib.PLUS_DI(b.high, b.low, b.close, 14)),
        ("mfi(14)", lambda b: talib.MFI(b.high, b.low, b.close, b.volume, 14)),
        ("williams_r(14)", lambda b: talib.WILLR(b.high, b.low, b.close, 14)),
        ("stoch_d(14, 3, 3)", lambda b: talib.STOCH(b.high, b.low, b.close, 14, 3, SMA, 3, SMA)[1]),
        ("mom(close, 10)", lambda b: talib.MOM(b.close, 10)),
        ("sma(close, 10)", lambda b: talib.SMA(b.close, 10)),
        ("ema(close, 10)", lambda b: talib.EMA(b.close, 10)),
        ("wma(close, 10)", lambda b: talib.WMA(b.close, 10)),
        ("rsi(close, 14)", lambda b: talib.RSI(b.close, 14)),
        ("atr(14)", lambda b: talib.ATR(b.high, b.low, b.close, 14)),
        ("adx(14)", lambda b: talib.ADX(b.high, b.low, b.close, 14)),
        ("macd_signal(close, 12, 26, 9)", lambda b: talib.MACD(b.close, 12, 26, 9)[1]),
        ("stoch_k(14, 3)", lambda b: talib.STOCH(b.high, b.low, b.close, 14, 3, SMA, 1, SMA)[0]),
        ("highest(close, 20)", lambda b: talib.MAX(b.close, 20)),
    ],
)
def test_is_first_defined_where_talib_is(expression: str, oracle: Oracle) -> None:
    bars = make_market("walk")
    np.testing.assert_array_equal(np.isnan(value_of(expression, bars)), np.isnan(oracle(bars)))
