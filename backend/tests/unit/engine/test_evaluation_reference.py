"""Whole arrays against the plain reference and against the future: equal to the bit."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.language import Rule, check_rule
from app.engine.signals import Signals
from tests.unit.engine.random_rules import parameters, rules, some_bars
from tests.unit.engine.reference_language import evaluate_plainly

OUTPUTS = [field.name for field in dataclasses.fields(Signals)]
THOROUGH = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))


def compile_random(source: str) -> Rule:
    checked = check_rule(source)
    # A random constant may be 1 / 0: the only problem that a generated rule may have.
    assume(not any(problem.code == "constant_not_finite" for problem in checked.errors))
    assert checked.errors == ()
    assert checked.rule is not None
    return checked.rule


@THOROUGH
@given(rules(), some_bars(), parameters)
def test_whole_arrays_equal_the_plain_reference_to_the_bit(
    source: str, bars: Bars, values: dict[str, float]
) -> None:
    signals = evaluate_rule(compile_random(source), bars, values)
    expected = evaluate_plainly(source, bars, values)
    for name in OUTPUTS:
        column = getattr(signals, name)
        if name in expected:
            np.testing.assert_array_equal(column, np.array(expected[name]), err_msg=name)
            assert column.dtype == (np.bool_ if "_long" in name or "_short" in name else np.float64)
        else:
            assert column is None or not column.any()


@THOROUGH
@given(rules(), some_bars(), parameters, st.data())
def test_the_future_never_changes_a_past_signal(
    source: str, bars: Bars, values: dict[str, float], data: st.DataObject
) -> None:
    rule = compile_random(source)
    whole = evaluate_rule(rule, bars, values)
    cut = data.draw(st.integers(0, len(bars)))
    part = evaluate_rule(rule, bars.head(cut), values)
    for name in OUTPUTS:
        before = getattr(whole, name)
        if before is not None:
            np.testing.assert_array_equal(getattr(part, name), before[:cut], err_msg=name)
