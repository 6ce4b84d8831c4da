"""Many parameter sets at once: the same bits as one at a time, whatever the order and the memory."""

from __future__ import annotations

import dataclasses
import itertools
import random

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.batch import BatchEvaluator
from app.engine.evaluation import evaluate_rule
from app.engine.language import ParametersInvalid, compile_rule
from app.engine.operations import WINDOWS
from app.engine.signals import Signals
from app.worker.warm_up import make_bars

RULE = """
fast = param(3, 1, 30)
slow = param(9, 1, 60)
k = param(2, -4, 4, 0.5)
width = k * stdev(close, fast + 1)
enter_long = crossover(sma(close, fast), ema(close, slow)) and close > sma(close, 50)
exit_long = crossunder(sma(close, fast), ema(close, slow)) or k > 3
stop_loss = abs(width) + atr(slow)
take_profit = k
size = 0.5
"""


def assert_same_bits(left: Signals, right: Signals) -> None:
    for field in dataclasses.fields(Signals):
        ours, theirs = getattr(left, field.name), getattr(right, field.name)
        assert (ours is None) == (theirs is None), field.name
        if ours is not None:
            assert ours.dtype == theirs.dtype
            assert ours.tobytes() == theirs.tobytes(), field.name


def grid() -> list[dict[str, float]]:
    axes = itertools.product((2.0, 5.0, 8.0), (4.0, 9.0, 30.0), (-0.0, 0.0, 2.0, 3.5))
    return [{"fast": fast, "slow": slow, "k": k} for fast, slow, k in axes]


@pytest.mark.parametrize("memory_bytes", [0, 30_000, 60_000, 2**26])
@pytest.mark.parametrize("order", ["rows", "shuffled", "twice"])
def test_sets_have_the_bits_of_single_runs(memory_bytes: int, order: str) -> None:
    rule, bars = compile_rule(RULE), make_bars()
    sets = grid() * (2 if order == "twice" else 1)
    if order == "shuffled":
        random.Random(5).shuffle(sets)
    batch = BatchEvaluator(rule, bars, memory_bytes)
    for values in sets:
        assert_same_bits(batch.signals(values), evaluate_rule(rule, bars, values))


def test_sets_that_leave_parameters_out_take_their_defaults() -> None:
    rule, bars = compile_rule(RULE), make_bars()
    batch = BatchEvaluator(rule, bars)
    for values in ({"fast": 7.0}, {}, {"slow": 12}, None, {"k": 1.5}):
        assert_same_bits(batch.signals(values), evaluate_rule(rule, bars, values))


@pytest.mark.parametrize(
    "values",
    [{"fast": 2.5}, {"fast": 31.0}, {"fast": np.nan}, {"unknown": 1.0}, {"fast": True}, {"slow": 0.0}],
)
def test_a_set_is_refused_as_a_single_run_is(values: dict[str, float]) -> None:
    rule = compile_rule(RULE)
    batch = BatchEvaluator(rule, make_bars())
    with pytest.raises(ParametersInvalid) as single:
        rule.resolve_parameters(values)
    with pytest.raises(ParametersInvalid) as ours:
        batch.signals(values)
    assert ours.value.problems == single.value.problems
    assert_same_bits(batch.signals({"fast": 4.0}), evaluate_rule(rule, make_bars(), {"fast": 4.0}))


def test_a_lookback_beyond_the_cap_is_refused() -> None:
    rule = compile_rule("n = param(2, 0, 9)\nenter_long = adx(4800 / n) > 1")
    batch = BatchEvaluator(rule, make_bars())
    batch.signals({"n": 2.0})
    with pytest.raises(ParametersInvalid):
        batch.signals({"n": 1.0})


def test_kept_columns_stay_within_the_memory() -> None:
    bars = make_bars()
    rule = compile_rule(
        "a = param(2, 1, 99)\nb = param(2, 1, 99)\nenter_long = sma(close, a) > ema(close, b)"
    )
    limit = 30 * 8 * len(bars)
    batch = BatchEvaluator(rule, bars, limit)
    for a, b in itertools.product(range(1, 30), range(1, 30)):
        batch.signals({"a": float(a), "b": float(b)})
    held = {
        id(column): column.nbytes
        for step in batch._steps.values()
        for column in (*(step.kept or {}).values(), step.value)
        if column is not None
    }
    assert limit * 0.8 < sum(held.values()) <= limit


def test_what_sets_share_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def count(x: object, n: int) -> object:
        calls.append(n)
        return np.zeros(600)

    monkeypatch.setitem(WINDOWS, "sma", count)
    rule = compile_rule("a = param(2, 1, 99)\nb = param(2, 1, 99)\nenter_long = sma(close, a) > sma(open, b)")
    batch = BatchEvaluator(rule, make_bars())
    for a, b in itertools.product(range(1, 11), range(11, 21)):
        batch.signals({"a": float(a), "b": float(b)})
    assert len(calls) <= 22  # the first two sets teach it what changes


def test_rules_of_one_family_differ_in_numbers_alone() -> None:
    base = compile_rule("n = param(10, 5, 50)\nenter_long = crossover(close, sma(close, n))\nsize = 0.5")
    same = "fast = param(3, 2, 9, 0.5)\nother = 2\nenter_long = crossover(close, sma(close, other * 7))\n"
    assert compile_rule(same + "size = fast / 9").family_hash == base.family_hash
    for other in (
        "enter_long = crossover(close, ema(close, 10))\nsize = 0.5",
        "enter_long = crossover(open, sma(close, 10))\nsize = 0.5",
        "enter_short = crossover(close, sma(close, 10))\nsize = 0.5",
        "enter_long = crossover(sma(close, 10), close)\nsize = 0.5",
        "enter_long = crossover(close, sma(close, 10))",
    ):
        assert compile_rule(other).family_hash != base.family_hash


def test_bars_are_read_only_once_and_may_be_views() -> None:
    whole = make_bars()
    open_, high, low, close, volume = (column[::2] for column in whole.columns())
    bars = Bars(whole.time[::2], open_, high, low, close, volume)
    batch = BatchEvaluator(compile_rule(RULE), bars)
    assert_same_bits(batch.signals({}), evaluate_rule(compile_rule(RULE), bars))
