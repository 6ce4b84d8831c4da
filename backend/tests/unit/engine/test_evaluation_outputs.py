"""What an evaluation gives back: columns of the right kind and length, whatever the rule leaves out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.language import ParametersInvalid, compile_rule
from app.engine.signals import Signals
from tests.unit.engine.hand_made import make_bars

TRUTHS = ("enter_long", "exit_long", "enter_short", "exit_short")
NUMBERS = tuple(field.name for field in dataclasses.fields(Signals) if field.name not in TRUTHS)
BARS = make_bars([(10, 12, 9, 11), (11, 13, 10, 12), (12, 12, 8, 9), (9, 11, 9, 10)])


def test_a_rule_that_leaves_everything_out() -> None:
    signals = evaluate_rule(compile_rule("enter_short = close < open"), BARS)
    assert list(signals.enter_short) == [False, False, True, False]
    for name in ("enter_long", "exit_long", "exit_short"):
        assert list(getattr(signals, name)) == [False] * 4
    for name in NUMBERS:
        assert getattr(signals, name) is None
    assert len(signals) == 4


def test_a_rule_that_gives_everything() -> None:
    source = "\n".join([*(f"{name} = close > {i}" for i, name in enumerate(TRUTHS)), "stop_loss = 1"])
    source += "\ntake_profit = atr(2)\ntrailing_stop = high - low\nrisk = 0.01"
    source += "\nlimit_entry = 0.5\nlimit_bars = 2\ntrailing_percent = 5\nchandelier_stop = atr(2)"
    source += "\ntake_profit_share = 0.5\ntake_profit_2 = 3\nmax_bars = 9\nrank = close"
    signals = evaluate_rule(compile_rule(source), BARS)
    for field in dataclasses.fields(Signals):
        column = getattr(signals, field.name)
        if field.name == "size":
            assert column is None
            continue
        assert column.shape == (4,)
        assert column.dtype == (np.bool_ if field.name in TRUTHS else np.float64)
        assert column.flags.c_contiguous


def test_one_value_for_every_bar() -> None:
    signals = evaluate_rule(
        compile_rule("k = param(2, 1, 3)\nenter_long = k > 1\nsize = k / 4"), BARS, {"k": 3}
    )
    assert list(signals.enter_long) == [True] * 4
    assert signals.size is not None
    assert list(signals.size) == [0.75] * 4


def test_parameters_reach_the_rule() -> None:
    rule = compile_rule("n = param(1, 1, 3)\nenter_long = True\nstop_loss = highest(high, n)")
    for n, expected in ((1, [12, 13, 12, 11]), (2, [np.nan, 13, 13, 12]), (3, [np.nan, np.nan, 13, 13])):
        np.testing.assert_array_equal(evaluate_rule(rule, BARS, {"n": n}).stop_loss, expected)
    np.testing.assert_array_equal(evaluate_rule(rule, BARS).stop_loss, [12, 13, 12, 11])


@pytest.mark.parametrize("given", [{"m": 1}, {"n": 4}, {"n": 1.5}])
def test_impossible_parameters_are_refused_before_anything_is_computed(given: dict[str, float]) -> None:
    rule = compile_rule("n = param(1, 1, 3)\nenter_long = sma(close, n) > 1")
    with pytest.raises(ParametersInvalid):
        evaluate_rule(rule, BARS, given)


def test_an_infinite_price_counts_as_undefined_and_the_bars_stay_as_they_are() -> None:
    bars = make_bars([(1, 1, 1, 1), (np.inf, np.inf, np.inf, np.inf), (3, 3, 3, 3)])
    signals = evaluate_rule(compile_rule("enter_long = close > 0\nsize = close - 1"), bars)
    assert list(signals.enter_long) == [True, False, True]
    np.testing.assert_array_equal(signals.size, [0, np.nan, 2])
    assert bars.close[1] == np.inf


def test_bars_of_any_memory_layout_give_the_same() -> None:
    table = np.random.default_rng(3).uniform(1, 2, (50, 5))
    time = np.arange(50, dtype=np.int64) * 86_400
    strided = Bars(time, table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4])
    o, h, low, c, v = (np.frombuffer(column.tobytes()) for column in strided.columns())
    packed = Bars(time, o, h, low, c, v)
    rule = compile_rule("enter_long = crossover(ema(close, 3), sma(open, 4))\nsize = close ** 2 % 1")
    one, other = evaluate_rule(rule, strided), evaluate_rule(rule, packed)
    np.testing.assert_array_equal(one.enter_long, other.enter_long)
    np.testing.assert_array_equal(one.size, other.size)


def test_a_part_used_twice_is_there_for_both() -> None:
    rule = compile_rule("a = sma(close, 2)\nenter_long = a > a - 1\nsize = a + a\nstop_loss = a")
    signals = evaluate_rule(rule, BARS)
    np.testing.assert_array_equal(signals.size, [np.nan, 23, 21, 19])
    np.testing.assert_array_equal(signals.stop_loss, [np.nan, 11.5, 10.5, 9.5])
    assert list(signals.enter_long) == [False, True, True, True]


def test_no_bars_at_all() -> None:
    signals = evaluate_rule(compile_rule("enter_long = hour > 1\nsize = adx(3)"), BARS.head(0))
    assert len(signals) == 0
    assert signals.size is not None
    assert signals.size.shape == (0,)
