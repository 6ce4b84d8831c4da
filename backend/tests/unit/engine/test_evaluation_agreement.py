"""Three evaluators of random rules on random bars, and a plain reference: equal to the bit."""

from __future__ import annotations

import dataclasses
from functools import cache
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.batch import BatchEvaluator
from app.engine.evaluation import evaluate_rule
from app.engine.language import Rule, check_rule
from app.engine.signals import Signals
from app.engine.streaming import RuleStream
from tests.unit.engine.random_rules import RuleWriter, make_parameters, make_random_bars
from tests.unit.engine.reference_language import evaluate_plainly

RULES = 5_200
PARTS = 26
PLAIN_EVERY = 5
OUTPUTS = [field.name for field in dataclasses.fields(Signals)]


@cache
def make_case(seed: int) -> tuple[Rule, Bars, dict[str, float]] | None:
    """A rule, bars and values; None where a random constant is 1 / 0, the only problem that may be."""
    random = Random(seed)
    bars = make_random_bars(seed)
    checked = check_rule(RuleWriter(random, bars.interval).write())
    if any(problem.code == "constant_not_finite" for problem in checked.errors):
        return None
    assert checked.rule is not None, checked.errors
    return checked.rule, bars, make_parameters(random)


def same_bits(left: NDArray[np.generic] | None, right: NDArray[np.generic] | None) -> bool:
    """Whether two columns hold the same bits, any NaN being like any other."""
    if left is None or right is None:
        return left is right
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.dtype == np.bool_:
        return bool((left == right).all())
    return (
        np.where(np.isnan(left), np.nan, left).tobytes() == np.where(np.isnan(right), np.nan, right).tobytes()
    )


def assert_same(found: Signals, expected: Signals, count: int, what: str, source: str) -> None:
    for name in OUTPUTS:
        theirs = getattr(expected, name)
        assert same_bits(getattr(found, name), None if theirs is None else theirs[:count]), (
            f"{what}: {name}\n{source}"
        )


def stream(rule: Rule, bars: Bars, values: dict[str, float], random: Random) -> Signals:
    """Fed in stretches of random length, a third of the time one by one."""
    longest = random.choice((1, 3, 25))
    feed = RuleStream(rule, values, bars.interval, bars.timezone)
    parts = []
    start = 0
    while start < len(bars):
        stop = min(start + random.randint(1, longest), len(bars))
        parts.append(feed.feed(bars.slice(start, stop)))
        start = stop
    joined = {
        name: None if getattr(parts[0], name) is None else np.concatenate([getattr(p, name) for p in parts])
        for name in OUTPUTS
    }
    return Signals(**joined)  # type: ignore[arg-type]


@pytest.mark.parametrize("part", range(PARTS))
def test_three_evaluators_agree_and_the_future_changes_nothing(part: int) -> None:
    for seed in range(part, RULES, PARTS):
        case = make_case(seed)
        if case is None:
            continue
        rule, bars, values = case
        random = Random(-seed)
        whole = evaluate_rule(rule, bars, values)
        what = f"seed {seed}"
        assert_same(stream(rule, bars, values, random), whole, len(bars), f"{what}, streamed", rule.source)
        batch = BatchEvaluator(rule, bars, random.choice((0, 3_000, 2**20)))
        for given in (make_parameters(random), values, {**values, "n": 2.0}):
            expected = whole if given is values else evaluate_rule(rule, bars, given)
            assert_same(batch.signals(given), expected, len(bars), f"{what}, many", rule.source)
        cut = random.randrange(len(bars))
        shorter = evaluate_rule(rule, bars.head(cut), values)
        assert_same(shorter, whole, cut, f"{what}, cut at {cut}", rule.source)


@pytest.mark.parametrize("part", range(PARTS))
def test_whole_arrays_equal_the_plain_reference(part: int) -> None:
    for seed in range(part * PLAIN_EVERY, RULES, PARTS * PLAIN_EVERY):
        case = make_case(seed)
        if case is None:
            continue
        rule, bars, values = case
        found = evaluate_rule(rule, bars, values)
        expected = evaluate_plainly(rule.source, bars, values)
        for name in OUTPUTS:
            column = getattr(found, name)
            if name in expected:
                message = f"seed {seed}: {name}\n{rule.source}"
                np.testing.assert_array_equal(column, np.array(expected[name]), err_msg=message)
            else:
                assert column is None or not column.any()


def test_most_random_rules_are_sound() -> None:
    cases = [make_case(seed) for seed in range(RULES)]
    assert sum(case is not None for case in cases) >= 5_000
