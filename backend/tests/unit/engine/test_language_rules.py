"""What a rule may be, and what becomes of it: the graph, the lookback, the parameters of a run."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pytest

from app.engine.language import (
    Parameter,
    ParametersInvalid,
    Rule,
    RuleError,
    check_rule,
    compile_rule,
)

EXAMPLE = """\
# Trend with a volatility stop
fast = param(10, 5, 50)            # default, min, max, step = 1
slow = param(30, 20, 200)
enter_long = crossover(sma(close, fast), sma(close, slow)) and close > sma(close, 200)
exit_long  = crossunder(sma(close, fast), sma(close, slow))
stop_loss  = 2 * atr(14)           # distance in price, taken at the signal bar
size       = 0.95                  # fraction of equity
"""


def operations(rule: Rule) -> list[str]:
    return [node.operation for node in rule.nodes]


def test_the_example_of_the_design_is_a_rule() -> None:
    checked = check_rule(EXAMPLE)
    assert checked.errors == ()
    assert checked.ok
    assert checked.parameters == (Parameter("fast", 10, 5, 50, 1), Parameter("slow", 30, 20, 200, 1))
    assert checked.outputs == ("enter_long", "exit_long", "stop_loss", "size")
    assert checked.rule is not None
    assert checked.rule.source == EXAMPLE
    assert set(checked.rule.outputs) == set(checked.outputs)


@pytest.mark.parametrize(
    "source",
    [
        "enter_long = True",
        "enter_short = not False",
        "enter_long = 1 < close < 3 <= high != low == 5",
        "enter_long = (close > 1 and open > 1) or not (low > 1)",
        "enter_long = close > +-+3",
        "enter_long = -close ** 2 % 3 / 4 - 1 * 2 + 3 > 0",
        "a = close > 1; enter_long = a",
        "enter_long = (close >\n  open)  # broken inside brackets",
        "enter_long = close > \\\n  open",
        "enter_long = hour >= 9 and weekday < 5 and month != 12",
        "enter_long = rsi(close) > 30",
        "enter_long = rsi(x=close, n=2) < 30",
        "enter_long = rsi(close, n=2) < 30",
        "enter_long = max(open, high, low, close, 3) > min(1, 2, close)",
        "enter_long = macd(close) > macd_signal(close, 12, 26, 9) and macd_hist(close) > 0",
        "enter_long = sma(5, 3) > 2",
        "enter_long = crossover(3, close)",
        "n = param(default=10, min=5, max=50, step=5)\nenter_long = sma(close, n) > 1",
        "n = param(-0.5, -1, 0, 0.1)\nenter_long = close * n > 1",
        "n = param(10, 10, 10)\nenter_long = sma(close, n) > 1",
        "n = param(2 * 5, 1 + 1, 10 ** 2)\nenter_long = sma(close, n) > 1",
        "n = param(10, 5, 50)\nm = 2 * n + 1\nenter_long = sma(close, m) > 1",
        "n = param(10, 5, 50)\nenter_long = sma(close, n / 2) > 1",
        "size = param(0.5, 0.1, 1, 0.1)\nenter_long = close > 1",
        "up = close > open\nenter_long = if_else(up, shift(up, 1), False)",
        "enter_long = if_else(close > open, 1, 2) > 1",
        "enter_long = shift(close, 0) > shift(close)",
        "stop_loss = 1\nrisk = 0.01\nenter_long = True",
        "enter_long = close > 1\nexit_long = not enter_long",
        "größe = 2\nenter_long = close > größe",
        "_a = 1\nenter_long = close > _a",
        "match = 1\ntype = 2\nenter_long = close > match + type",
    ],
)
def test_rules_that_are_fine(source: str) -> None:
    assert check_rule(source).errors == ()


def test_equal_parts_are_one_node() -> None:
    rule = compile_rule(
        "enter_long = sma(close, 5) > bb_upper(close, 5)\nexit_long = mean(close, 5) < bb_lower(close, 5)"
    )
    assert operations(rule).count("sma") == 1
    assert operations(rule).count("stdev") == 1
    assert operations(rule).count("input") == 1


def test_numbers_alone_are_folded_and_what_no_output_needs_is_dropped() -> None:
    rule = compile_rule("a = 2 * (3 + 4) - 1\nunused = rsi(close, 14)\nenter_long = close > a")
    assert operations(rule).count("constant") == 1
    assert {"rsi", "multiply", "add", "subtract"}.isdisjoint(operations(rule))


def test_arguments_stand_before_their_node() -> None:
    for place, node in enumerate(compile_rule(EXAMPLE).nodes):
        assert all(argument < place for argument in node.arguments)


@pytest.mark.parametrize(
    ("source", "bars"),
    [
        ("enter_long = True", 0),
        ("enter_long = close > open", 0),
        ("enter_long = sma(close, 10) > 1", 9),
        ("enter_long = shift(sma(close, 10), 5) > 1", 14),
        ("enter_long = crossover(sma(close, 10), sma(close, 30))", 30),
        ("enter_long = rsi(close, 14) > 1", 14),
        ("enter_long = sma(rsi(close, 14), 3) > 1", 16),
        ("enter_long = macd_signal(close, 12, 26, 9) > 1", 33),
        ("enter_long = adx(14) > 1", 27),
        ("enter_long = stoch_k(14, 3) > 1", 15),
        ("enter_long = bb_upper(close, 20) > close", 19),
        ("enter_long = rising(close, 3)", 3),
        ("enter_long = close > 1\nstop_loss = atr(14)", 14),
        ("n = param(10, 5, 50)\nenter_long = sma(close, 2 * n) > 1", 19),
        (EXAMPLE, 199),
    ],
)
def test_lookback_counts_the_bars_before_the_first_defined_one(source: str, bars: int) -> None:
    assert compile_rule(source).lookback() == bars


def test_lookback_follows_the_parameters() -> None:
    rule = compile_rule("n = param(10, 5, 50)\nenter_long = crossover(sma(close, n), 1)")
    assert [rule.lookback({"n": n}) for n in (5, 20, 50)] == [5, 20, 50]


def test_parameters_take_their_defaults_and_any_value_of_their_range() -> None:
    rule = compile_rule(
        "n = param(10, 5, 50)\nk = param(2, 1, 3, 0.5)\nenter_long = bb_upper(close, n, k) > close"
    )
    assert rule.resolve_parameters() == {"n": 10.0, "k": 2.0}
    assert rule.resolve_parameters({"k": 2.71828}) == {"n": 10.0, "k": 2.71828}
    resolved = rule.resolve_parameters({"n": 5, "k": 3})
    assert resolved == {"n": 5.0, "k": 3.0}
    assert all(type(value) is float for value in resolved.values())


@pytest.mark.parametrize(
    ("given", "name", "code"),
    [
        ({"m": 3}, "m", "unknown_parameter"),
        ({"close": 3}, "close", "unknown_parameter"),
        ({"n": 4.999}, "n", "parameter_out_of_range"),
        ({"n": 51}, "n", "parameter_out_of_range"),
        ({"n": math.nan}, "n", "parameter_not_a_number"),
        ({"n": math.inf}, "n", "parameter_not_a_number"),
        ({"n": 10**400}, "n", "parameter_not_a_number"),
        ({"n": True}, "n", "parameter_not_a_number"),
        ({"n": "10"}, "n", "parameter_not_a_number"),
        ({"n": None}, "n", "parameter_not_a_number"),
        ({"n": 10.5}, "n", "window_not_whole"),
        ({"n": 6, "s": 20}, "n", "window_too_small"),
    ],
)
def test_values_that_a_rule_cannot_run_with(given: dict[str, Any], name: str, code: str) -> None:
    rule = compile_rule(
        "n = param(10, 5, 50)\ns = param(3, 1, 20)\nenter_long = sma(close, n) > sma(close, n - s)"
    )
    for ask in (rule.resolve_parameters, rule.lookback):
        with pytest.raises(ParametersInvalid) as caught:
            ask(given)
        assert [(problem.name, problem.code) for problem in caught.value.problems] == [(name, code)]
        assert name in str(caught.value)
        assert isinstance(caught.value, RuleError)
        assert isinstance(caught.value, ValueError)


def test_every_wrong_value_is_named_at_once() -> None:
    rule = compile_rule("n = param(10, 5, 50)\nk = param(2, 1, 3)\nenter_long = sma(close, n) > k")
    with pytest.raises(ParametersInvalid) as caught:
        rule.resolve_parameters({"n": 500, "k": 0, "zzz": 1})
    assert [problem.name for problem in caught.value.problems] == ["n", "k", "zzz"]


def test_a_lookback_that_only_some_values_reach_is_refused_for_them() -> None:
    # The greatest window lies between the ends of the range, where only the values of a run can find it.
    rule = compile_rule(
        "n = param(30, 1, 100)\nfar = (n % 60) * 60\nenter_long = shift(shift(close, far), far) > 1"
    )
    assert rule.lookback({"n": 40}) == 4_800
    with pytest.raises(ParametersInvalid) as caught:
        rule.lookback({"n": 59})
    assert [problem.code for problem in caught.value.problems] == ["lookback_too_long"]


def test_the_hash_is_of_the_meaning() -> None:
    def content_hash(source: str) -> str:
        return compile_rule(source).content_hash

    one = content_hash("n = param(5, 1, 9)\na = sma(close, n)\nenter_long = close > a\nexit_long = close < a")
    same = content_hash(
        "# other\nn=param(5,1,9,1)\nexit_long = close < mean(close,n)\nunused = 3\n"
        "enter_long = close>sma(close , n)"
    )
    assert one == same
    assert len(one) == 64
    others = {
        content_hash("n = param(5, 1, 9)\na = sma(close, n)\nenter_long = close > a\nexit_long = close <= a"),
        content_hash("n = param(5, 1, 9)\na = sma(close, n)\nenter_long = close > a"),
        content_hash("n = param(6, 1, 9)\na = sma(close, n)\nenter_long = close > a\nexit_long = close < a"),
        content_hash("n = param(5, 1, 9)\na = sma(open, n)\nenter_long = close > a\nexit_long = close < a"),
        content_hash("m = param(5, 1, 9)\na = sma(close, m)\nenter_long = close > a\nexit_long = close < a"),
    }
    assert len(others | {one}) == 6


def test_odd_literals_leave_no_warning_in_the_log() -> None:
    code = "from app.engine.language import check_rule; check_rule(r\"a = '\\d'\"); check_rule('a = 1or 2')"
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_the_language_needs_no_heavy_part() -> None:
    code = (
        "import sys, app.engine.language, app.engine.language.description\n"
        "heavy = {'numpy', 'numba', 'talib', 'polars', 'pandas', 'sqlalchemy', 'fastapi', 'pydantic'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
