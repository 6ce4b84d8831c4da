"""The example rules, and how a refused rule speaks."""

from __future__ import annotations

import pytest

from app.engine.language import check_rule
from app.strategies.domain import ExampleRule, RuleInvalid
from app.strategies.examples import EXAMPLES, SMA_CROSSOVER


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_every_example_is_a_valid_rule_that_warms_up_within_a_year(example: ExampleRule) -> None:
    checked = check_rule(example.source)
    assert checked.errors == ()
    assert checked.rule is not None
    assert checked.rule.lookback() <= 252
    assert checked.parameters
    assert example.summary.endswith(".")


def test_the_crossover_is_the_one_of_the_published_figures() -> None:
    rule = check_rule(SMA_CROSSOVER.source).rule
    assert rule is not None
    assert rule.resolve_parameters() == {"fast": 10, "slow": 30}
    assert set(rule.outputs) == {"enter_long", "exit_long"}


def test_the_examples_trade_both_ways_and_behind_stops() -> None:
    outputs = {name for example in EXAMPLES for name in check_rule(example.source).outputs}
    assert outputs >= {"enter_long", "enter_short", "stop_loss", "trailing_stop", "size", "risk"}


def test_a_refused_rule_names_its_first_mistake_and_lists_all() -> None:
    checked = check_rule("enter_long = clse > 1\nexit_long = opn > 1")
    error = RuleInvalid(checked.errors)
    assert error.detail.startswith("Line 1, column 14: ")
    assert error.detail.endswith("(and 1 more)")
    assert [(one["line"], one["column"]) for one in error.errors] == [(1, 14), (2, 13)]
    assert set(error.errors[0]) == {"line", "column", "code", "message"}
