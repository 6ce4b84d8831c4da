"""Rules that are told of their bars as they come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.engine.evaluation import evaluate_rule
from app.engine.intervals import Interval
from app.engine.language import RULE_FUNCTIONS, ParametersInvalid, compile_rule
from app.engine.streaming import BarsNotNext, RuleStream
from app.engine.tape import Tape
from app.worker.warm_up import make_bars

EXAMPLES = [row.example for row in RULE_FUNCTIONS.values()]


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("length", [1, 7, 250])
def test_every_function_in_stretches_of_any_length(example: str, length: int) -> None:
    is_truth = RULE_FUNCTIONS[example.split("(")[0]].returns == "truth"
    rule = compile_rule(f"enter_long = {example}" if is_truth else f"enter_long = True\nsize = {example}")
    bars = make_bars()
    feed = RuleStream(rule)
    for start in range(0, len(bars), length):
        stop = min(start + length, len(bars))
        found, whole = feed.feed(bars.slice(start, stop)), evaluate_rule(rule, bars.head(stop))
        for name in ("enter_long", "size"):
            part, column = getattr(found, name), getattr(whole, name)
            if column is not None:
                np.testing.assert_array_equal(part, column[start:])
        if start > 40 * length and length < 250:
            break


def test_no_bars_change_nothing() -> None:
    rule, bars = compile_rule("enter_long = ema(close, 3) > sma(close, 5)"), make_bars()
    feed = RuleStream(rule)
    assert len(feed.feed(bars.head(0))) == 0
    first = feed.feed(bars.head(50))
    assert len(feed.feed(bars.slice(50, 50))) == 0
    second = feed.feed(bars.slice(50, 100))
    whole = evaluate_rule(rule, bars.head(100)).enter_long
    np.testing.assert_array_equal(np.concatenate([first.enter_long, second.enter_long]), whole)


def test_bars_that_are_not_the_next_ones_are_refused_and_forgotten() -> None:
    rule, bars = compile_rule("enter_long = close > ema(close, 3)"), make_bars()
    feed = RuleStream(rule)
    feed.feed(bars.head(20))
    with pytest.raises(BarsNotNext, match="order"):
        feed.feed(bars.slice(19, 25))
    with pytest.raises(BarsNotNext, match="interval"):
        feed.feed(replace(bars.slice(20, 25), interval=Interval.HOUR_1))
    after = feed.feed(bars.slice(20, 60)).enter_long
    np.testing.assert_array_equal(after, evaluate_rule(rule, bars.head(60)).enter_long[20:])


def test_parameters_are_checked_at_once() -> None:
    with pytest.raises(ParametersInvalid):
        RuleStream(compile_rule("n = param(3, 1, 9)\nenter_long = close > ema(close, n)"), {"n": 2.5})


def test_a_tape_gives_its_last_values_whatever_the_stretches() -> None:
    random = np.random.default_rng(3)
    tape = Tape(5, np.float64)
    written = np.empty(0)
    for length in (1, 1, 3, 40, 1, 0, 2, *random.integers(0, 60, 50)):
        values = random.normal(size=length)
        tape.append(values)
        for history in range(6):
            expected = written[max(len(written) - history, 0) :].tolist() + values.tolist()
            assert tape.read(history).tolist() == expected
        written = np.append(written, values)
    assert not tape.read(5).flags.writeable
