"""What the checker says about mistakes: where, by which code, and what to write instead."""

from __future__ import annotations

import pytest

from app.engine.language import RuleInvalid, check_rule, compile_rule

ENTRY = "enter_long = close > open\n"

# source, line, column, code, a part of the message
MISTAKES: list[tuple[str, int, int, str, str]] = [
    # constructs
    ("enter_long = close.mean > 1", 1, 14, "attribute", "mean(x, n)"),
    ("enter_long = close.close > 1", 1, 14, "attribute", "write close"),
    ("enter_long = ta.sma(close, 5) > 1", 1, 14, "attribute", "sma(x, n)"),
    ("enter_long = close.foo > 1", 1, 14, "attribute", "names and functions"),
    ("enter_long = close.__class__", 1, 14, "attribute", "dot"),
    ("enter_long = ().__class__.__bases__", 1, 14, "attribute", "dot"),
    ("enter_long = close[1] > 2", 1, 14, "subscript", "shift(close, 1)"),
    ("enter_long = close[-1] > 2", 1, 14, "subscript", "shift(close, 1)"),
    ("enter_long = close[0:2] > 2", 1, 14, "subscript", "shift(close, n)"),
    ("enter_long = lambda: 1", 1, 14, "lambda", "lambda"),
    ("enter_long = [c for c in close]", 1, 14, "comprehension", "sum(x, n)"),
    ("enter_long = sum((c for c in close), 3)", 1, 18, "comprehension", "sum(x, n)"),
    ("enter_long = {c: 1 for c in close}", 1, 14, "comprehension", "sum(x, n)"),
    ("import os\n" + ENTRY, 1, 1, "import", "delete the line"),
    ("from os import path\n" + ENTRY, 1, 1, "import", "delete the line"),
    ("enter_long = f'{close}'", 1, 14, "f_string", "no text"),
    ("enter_long = 'yes'", 1, 14, "string", "no text"),
    ("enter_long = b'yes'", 1, 14, "string", "no text"),
    ('"""A rule."""\n' + ENTRY, 1, 1, "string", "no text"),
    ("enter_long = (x := close) > 1", 1, 15, "walrus", "name = expression"),
    ("enter_long = close > 1 if True else close < 1", 1, 14, "if_expression", "if_else(condition, a, b)"),
    ("if close > 1:\n    enter_long = True", 1, 1, "if_statement", "if_else"),
    ("for i in close:\n    pass", 1, 1, "loop", "every bar"),
    ("while True:\n    pass", 1, 1, "loop", "every bar"),
    ("def f(x):\n    return x", 1, 1, "function_definition", "give the expression a name"),
    ("class A:\n    pass", 1, 1, "class_definition", "name = expression"),
    ("return close", 1, 1, "return_statement", "output"),
    ("a = 1\na += 1\n" + ENTRY, 2, 1, "augmented_assignment", "new name"),
    ("a: int = 1\n" + ENTRY, 1, 1, "annotation", "no types"),
    ("del close\n" + ENTRY, 1, 1, "statement", "leave the line out"),
    ("pass\n" + ENTRY, 1, 1, "statement", "delete the line"),
    ("try:\n    pass\nfinally:\n    pass", 1, 1, "statement", "name = expression"),
    ("assert close > 1\n" + ENTRY, 1, 1, "statement", "name = expression"),
    ("enter_long = [close, open]", 1, 14, "list", "each value"),
    ("enter_long = close, open", 1, 14, "list", "one value"),
    ("enter_long = {1: 2}", 1, 14, "list", "each value"),
    ("enter_long = max(*close)", 1, 18, "starred", "without `*`"),
    ("enter_long = await close", 1, 14, "await", "expression"),
    ("enter_long = (yield close)", 1, 15, "yield", "name"),
    ("enter_long = None", 1, 14, "constant", "None"),
    ("enter_long = ...", 1, 14, "constant", "Ellipsis"),
    ("enter_long = 3j > 1", 1, 14, "complex_number", "`j`"),
    # operators
    ("enter_long = (close > 1) & (open > 1)", 1, 14, "and_operator", "`and`"),
    ("enter_long = (close > 1) | (open > 1)", 1, 14, "or_operator", "`or`"),
    ("enter_long = close ^ 2 > 1", 1, 14, "power_operator", "`**`"),
    ("enter_long = ~(close > 1)", 1, 14, "not_operator", "`not`"),
    ("enter_long = close // 2 > 1", 1, 14, "floor_division", "/"),
    ("enter_long = close @ 2 > 1", 1, 14, "operator", "`*`"),
    ("enter_long = close << 2 > 1", 1, 14, "operator", "`<`"),
    ("enter_long = close is 2", 1, 23, "is_operator", "`==`"),
    ("enter_long = close in (1, 2)", 1, 23, "in_operator", "a == 1 or a == 2"),
    ("enter_long = close > 1 && open > 1", 1, 24, "and_operator", "`and`"),
    ("enter_long = close > 1 || open > 1", 1, 24, "or_operator", "`or`"),
    ("enter_long = !(close > 1)", 1, 14, "not_operator", "`not`"),
    ("enter_long = close <> 1", 1, 20, "not_equal_operator", "`!=`"),
    ("enter_long = close => 1", 1, 20, "comparison_operator", "`>=`"),
    ("enter_long = close > 1 ? 1 : 0", 1, 24, "if_expression", "if_else"),
    ("enter_long = close crosses above 3", 1, 20, "cross_words", "crossover(a, b)"),
    ("// fast\n" + ENTRY, 1, 1, "comment", "`#`"),
    ("enter_long = close ≥ open", 1, 20, "sign", "`>=`"),
    ("a := 3\n" + ENTRY, 1, 3, "walrus", "`=`"),
    ("enter_long = close > 1 AND open > 1", 1, 24, "capital_operator", "small letters"),
    ("var a = 3\n" + ENTRY, 1, 1, "annotation", "name = expression"),
    ("if close > 1 then buy", 1, 1, "if_statement", "name = condition"),
    ("enter_long = (close = 3)", 1, 15, "equals_sign", "`==`"),
    ("enter_long = close = 3", 1, 14, "double_assignment", "`==`"),
    ("sma(close, 3) = 4", 1, 1, "equals_sign", "`==`"),
    ("3 = close", 1, 1, "equals_sign", "`==`"),
    ("a, b = 1, 2\n" + ENTRY, 1, 1, "assignment_target", "single name"),
    ("a.b = 1\n" + ENTRY, 1, 1, "assignment_target", "single name"),
    # text that cannot be read
    ("enter_long = (close > 1", 1, 14, "bracket", "add `)`"),
    ("enter_long = close > 1)", 1, 23, "bracket", "delete it"),
    ("enter_long = sma(close, 3]", 1, 26, "bracket", "another kind"),
    (ENTRY + "  exit_long = close < open", 2, 3, "indentation", "delete the spaces"),
    ("enter_long = 'close", 1, 14, "string", "no text"),
    ("size = 5%\n" + ENTRY, 1, 10, "percent", "0.05"),
    ("enter_long = 2close > 3", 1, 14, "number", "2 * x"),
    ("enter_long = close >", 1, 21, "syntax", "missing after `>`"),
    ("enter_long = close > 3 and  # yes", 1, 29, "syntax", "missing after `and`"),
    ("enter_long = close 3", 1, 20, "syntax", "name = expression"),
    ("a\0b = 1", 1, 2, "bad_character", "delete it"),
    ("# fine\nx = '\ud800'", 2, 6, "bad_character", "delete it"),
    # names
    ("enter_long = clsoe > 1", 1, 14, "unknown_name", "did you mean `close`"),
    ("enter_long = Close > 1", 1, 14, "unknown_name", "did you mean `close`"),
    ("enter_long = true", 1, 14, "unknown_name", "did you mean `True`"),
    ("fast = 3\nenter_long = sma(close, fst) > 1", 2, 25, "unknown_name", "did you mean `fast`"),
    ("enter_long = qqq > 1", 1, 14, "unknown_name", "on a line before"),
    ("enter_long = not exit_long", 1, 18, "unknown_name", "no value yet"),
    ("enter_long = a > 1\na = close", 1, 14, "used_before_assignment", "line 2"),
    ("a = a + 1\n" + ENTRY, 1, 5, "used_before_assignment", "itself"),
    ("a = 1\na = 2\n" + ENTRY, 2, 1, "assigned_twice", "line 1"),
    (ENTRY + ENTRY, 2, 1, "assigned_twice", "line 1"),
    ("close = 5\n" + ENTRY, 1, 1, "reserved_name", "my_close"),
    ("sma = sma(close, 5)\n" + ENTRY, 1, 1, "reserved_name", "my_sma"),
    ("zscore = 5\n" + ENTRY, 1, 1, "reserved_name", "my_zscore"),
    ("param = 5\n" + ENTRY, 1, 1, "reserved_name", "another name"),
    ("__a = 5\n" + ENTRY, 1, 1, "reserved_name", "underscores"),
    ("close > open", 1, 1, "no_name", "enter_long"),
    # calls
    ("enter_long = smaa(close, 5) > 1", 1, 14, "unknown_function", "did you mean sma(x, n)"),
    ("enter_long = eval(close) > 1", 1, 14, "unknown_function", "eval"),
    ("enter_long = __import__(close)", 1, 14, "unknown_function", "__import__"),
    ("enter_long = psar(close, 5) > 1", 1, 14, "unknown_function", "not available"),
    ("enter_long = close(1) > 1", 1, 14, "not_a_function", "shift(close, 1)"),
    ("a = 2\nenter_long = a(1) > 1", 2, 14, "not_a_function", "a * "),
    ("enter_long = sma(close, 5)(1) > 1", 1, 14, "call", "functions of the language"),
    ("enter_long = close > sma", 1, 22, "function_without_call", "sma(x, n)"),
    ("enter_long = sma(close) > 1", 1, 14, "missing_argument", "`n` is missing"),
    ("enter_long = sma() > 1", 1, 14, "missing_argument", "`x` is missing"),
    ("enter_long = min(close) > 1", 1, 14, "missing_argument", "`b` is missing"),
    ("enter_long = sma(close, 5, 6) > 1", 1, 28, "too_many_arguments", "sma(x, n)"),
    ("enter_long = sma(close, length=5) > 1", 1, 25, "unknown_argument", "sma(x, n)"),
    ("enter_long = sma(close, **open) > 1", 1, 25, "unknown_argument", "sma(x, n)"),
    ("enter_long = sma(close, 5, n=6) > 1", 1, 28, "repeated_argument", "twice"),
    ("enter_long = rsi(14) > 30", 1, 18, "series_expected", "rsi(close, 14)"),
    ("enter_long = macd(12, 26, 9) > 0", 1, 19, "series_expected", "comes first"),
    # types
    ("enter_long = close", 1, 14, "output_type", "condition"),
    ("size = close > 1\n" + ENTRY, 1, 8, "output_type", "number"),
    ("enter_long = (close > 1) + 1 > 0", 1, 15, "expected_number", "if_else(condition, 1, 0)"),
    ("enter_long = -(close > 1) > 0", 1, 16, "expected_number", "`-`"),
    ("enter_long = close and open > 1", 1, 14, "expected_truth", "`and`"),
    ("enter_long = not close", 1, 18, "expected_truth", "`not`"),
    ("enter_long = close == True", 1, 23, "expected_number", "alone"),
    ("enter_long = sma(close > 1, 5) > 0", 1, 18, "expected_number", "`x` of sma"),
    ("enter_long = if_else(close, 1, 2) > 0", 1, 22, "expected_truth", "`condition` of if_else"),
    ("enter_long = if_else(close > 1, 1, True)", 1, 36, "mixed_types", "not one of each"),
    # numbers
    ("size = 1 / 0\n" + ENTRY, 1, 8, "constant_not_finite", "finite"),
    ("size = 10 ** 400\n" + ENTRY, 1, 8, "constant_not_finite", "finite"),
    ("size = 10 ** 10 ** 10\n" + ENTRY, 1, 8, "constant_not_finite", "finite"),
    ("size = (-2) ** 0.5\n" + ENTRY, 1, 8, "constant_not_finite", "finite"),
    ("size = 5 % 0\n" + ENTRY, 1, 8, "constant_not_finite", "finite"),
    ("size = 1e999\n" + ENTRY, 1, 8, "number_not_finite", "too large"),
    ("size = 1" + "0" * 400 + "\n" + ENTRY, 1, 8, "number_not_finite", "too large"),
    ("size = 1" + "0" * 5000 + "\n" + ENTRY, 1, 8, "number_not_finite", "too large"),
    ("size = 0x" + "f" * 5000 + "\n" + ENTRY, 1, 8, "number_not_finite", "too large"),
    # windows
    ("enter_long = sma(close, 0) > 1", 1, 25, "window_too_small", "at least 1"),
    ("enter_long = sma(close, -5) > 1", 1, 25, "window_too_small", "at least 1"),
    ("enter_long = shift(close, -1) > 1", 1, 27, "window_too_small", "at least 0"),
    ("enter_long = sma(close, 2.5) > 1", 1, 25, "window_not_whole", "2.5"),
    ("enter_long = sma(close, volume) > 1", 1, 25, "window_not_constant", "numbers and parameters"),
    ("enter_long = sma(close, close > 1) > 1", 1, 25, "expected_number", "`n` of sma"),
    ("enter_long = bb_upper(close, 20, volume) > 1", 1, 34, "number_not_constant", "one number"),
    ("enter_long = sma(close, 5001) > 1", 1, 25, "window_too_long", "5,000"),
    ("enter_long = sma(close, 1e9) > 1", 1, 25, "window_too_long", "1,000,000,000"),
    ("n = param(5, 0, 9)\nenter_long = sma(close, n) > 1", 2, 25, "window_too_small", "raise its min"),
    ("n = param(5, 2, 9)\nenter_long = sma(close, n - 2) > 1", 2, 25, "window_too_small", "raise its min"),
    ("n = param(5, 2, 9000)\nenter_long = sma(close, n) > 1", 2, 25, "window_too_long", "lower their max"),
    ("n = param(5, 2, 90)\nenter_long = sma(close, n * n) > 1", 2, 25, "window_too_long", "lower their max"),
    ("n = param(5, 1.5, 9)\nenter_long = sma(close, n) > 1", 2, 25, "window_not_whole", "whole"),
    ("n = param(5, 1, 9, 0.5)\nenter_long = sma(close, n) > 1", 2, 25, "window_not_whole", "whole"),
    ("n = param(5, 1, 9)\nenter_long = sma(close, n / 2) > 1", 2, 25, "window_not_whole", "2.5"),
    ("n = param(2, 1, 9)\nenter_long = sma(close, 9 / (n - 2)) > 1", 2, 25, "window_not_whole", "nan"),
    (
        "enter_long = sma(sma(close, 3000), 3000) > 1",
        *(1, 1, "lookback_too_long", "5,998"),
    ),
    # parameters
    ("size = param(1, 0, 2) + 1\n" + ENTRY, 1, 8, "param_not_alone", "own line"),
    ("size = param + 1\n" + ENTRY, 1, 8, "param_not_alone", "own line"),
    ("n = param(10)\n" + ENTRY, 1, 5, "missing_argument", "`min` is missing"),
    ("n = param(10, 5)\n" + ENTRY, 1, 5, "missing_argument", "`max` is missing"),
    ("n = param(10, 5, 50, 1, 1)\n" + ENTRY, 1, 25, "parameter_argument", "one too many"),
    ("n = param(10, 5, 50, size=1)\n" + ENTRY, 1, 27, "parameter_argument", "unknown"),
    ("n = param(10, 5, 50, default=1)\n" + ENTRY, 1, 30, "parameter_argument", "one too many"),
    ("n = param(10, 50, 5)\n" + ENTRY, 1, 5, "parameter_range", "greater than max"),
    ("n = param(1, 5, 50)\n" + ENTRY, 1, 5, "parameter_range", "outside 5 to 50"),
    ("n = param(10, 5, 50, 0)\n" + ENTRY, 1, 5, "parameter_step", "greater than 0"),
    ("n = param(10, 5, 50, -1)\n" + ENTRY, 1, 5, "parameter_step", "greater than 0"),
    ("n = param(close, 5, 50)\n" + ENTRY, 1, 11, "parameter_not_constant", "plain number"),
    ("a = param(1, 0, 2)\nn = param(a, 0, 2)\n" + ENTRY, 2, 11, "parameter_not_constant", "plain number"),
    ("n = param(True, 0, 2)\n" + ENTRY, 1, 11, "expected_number", "`default` of param"),
    ("n = param(1e999, 0, 2)\n" + ENTRY, 1, 11, "number_not_finite", "too large"),
    # outputs
    ("", 1, 1, "no_entry", "never enters"),
    ("# nothing\n", 1, 1, "no_entry", "never enters"),
    ("exit_long = close > open", 1, 1, "no_entry", "never enters"),
    ("buy = close > open", 1, 1, "no_entry", "did you mean `enter_long`"),
    ("enter_lon = close > open", 1, 1, "no_entry", "did you mean `enter_long`"),
    (ENTRY + "risk = 0.01", 2, 1, "risk_without_stop", "stop_loss = 2 * atr(14)"),
    (ENTRY + "limit_bars = 3", 2, 1, "limit_bars_without_limit", "limit_entry = 0.5 * atr(14)"),
    (ENTRY + "take_profit_share = 0.5", 2, 1, "share_without_target", "take_profit = 3 * atr(14)"),
    (
        ENTRY + "take_profit = 5\ntake_profit_2 = 9",
        3,
        1,
        "second_target_without_share",
        "take_profit_share = 0.5",
    ),
    (ENTRY + "risk = 0.01\nstop_loss = 1\nsize = 1", 4, 1, "size_and_risk", "delete one"),
]


NAMES = [f"{row[3]}:{row[0][:30]!r}" for row in MISTAKES]


@pytest.mark.parametrize(("source", "line", "column", "code", "part"), MISTAKES, ids=NAMES)
def test_one_mistake_gives_one_problem_with_its_place_and_a_way_out(
    source: str, line: int, column: int, code: str, part: str
) -> None:
    checked = check_rule(source)
    found = [(problem.line, problem.column, problem.code) for problem in checked.errors]
    assert found == [(line, column, code)]
    assert part in checked.errors[0].message
    assert not checked.ok
    assert checked.rule is None


def test_independent_mistakes_are_all_reported_in_the_order_of_the_text() -> None:
    source = (
        "fast = param(10, 20, 50)\n"
        "a = clsoe + 1\n"
        "b = a * 2 + sma(close, 0)\n"
        "if close > 1:\n    c = 3\n"
        "enter_long = c > 1 and close[1] > 2\n"
        "size = True\n"
        "risk = sma(close)\n"
    )
    found = [(problem.line, problem.code) for problem in check_rule(source).errors]
    assert found == [
        (1, "parameter_range"),
        (2, "unknown_name"),
        (3, "window_too_small"),
        (4, "if_statement"),
        (6, "subscript"),
        (7, "output_type"),
        (8, "risk_without_stop"),
        (8, "size_and_risk"),
        (8, "missing_argument"),
    ]


def test_one_mistake_does_not_cause_others_where_its_name_is_used() -> None:
    source = "a = clsoe\nb = a + 1\nc = sma(b, 5)\nenter_long = c > a or not (b > 1)"
    assert [problem.code for problem in check_rule(source).errors] == ["unknown_name"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("def up(x):\n    return x\nenter_long = up", "function_definition"),
        ("class up:\n    pass\nenter_long = up", "class_definition"),
        ("import up\nenter_long = up", "import"),
        ("import os as up\nenter_long = up", "import"),
        ("for up in close:\n    pass\nenter_long = up", "loop"),
        ("if close > 1:\n    up = 1\nenter_long = up", "if_statement"),
        ("up += 1\nenter_long = up", "augmented_assignment"),
        ("up, down = 1, 2\nenter_long = up", "assignment_target"),
        ("a = up = close > 1\nenter_long = up", "double_assignment"),
        ("if close > 1:\n    enter_long = True\nexit_long = close < 1", "if_statement"),
        ("enter_long, exit_long = True, False", "assignment_target"),
        ("close = close > 1\nenter_long = close > open", "reserved_name"),
    ],
)
def test_a_name_given_in_a_wrong_way_is_one_mistake(lines: str, code: str) -> None:
    assert [problem.code for problem in check_rule(lines).errors] == [code]


def test_the_arguments_of_an_unknown_function_are_checked_all_the_same() -> None:
    found = [problem.code for problem in check_rule("enter_long = foo(clsoe, n=opne, *close)").errors]
    assert found == ["unknown_function", "unknown_name", "unknown_name"]


def test_a_wrong_value_of_a_wrong_target_is_reported_too() -> None:
    found = [problem.code for problem in check_rule("a.b = clsoe\nenter_long = True").errors]
    assert found == ["assignment_target", "unknown_name"]


def test_an_unknown_name_is_reported_once() -> None:
    source = "enter_long = qqq > 1\nexit_long = qqq < 1"
    assert [(problem.line, problem.code) for problem in check_rule(source).errors] == [(1, "unknown_name")]


@pytest.mark.parametrize("lead", ["größe = 1; ", "𝒳𝒳 = 1; ", "x = 1; \t"])
def test_columns_count_characters(lead: str) -> None:
    [problem] = check_rule(f"{lead}enter_long = clsoe > 1").errors
    assert problem.column == len(lead) + 14


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(end: str) -> None:
    [problem] = check_rule(f"# größer{end}{end}enter_long = größe > 1").errors
    assert (problem.line, problem.column) == (3, 14)


def test_there_are_never_more_than_twenty_problems() -> None:
    source = "\n".join(f"a{i} = unknown{i} + sma() + sma(1, 2, 3) + sma(*close)" for i in range(20))
    assert len(check_rule(source).errors) == 20


def test_what_could_be_read_of_a_wrong_rule_is_there() -> None:
    checked = check_rule("fast = param(10, 5, 50)\nenter_long = sma(close, fast) > clsoe\nsize = 1")
    assert [parameter.name for parameter in checked.parameters] == ["fast"]
    assert checked.outputs == ("enter_long", "size")


def test_compiling_raises_with_every_problem() -> None:
    with pytest.raises(RuleInvalid) as caught:
        compile_rule("enter_long = clsoe > 1\nexit_long = opne > 1")
    assert [problem.line for problem in caught.value.problems] == [1, 2]
    assert "line 1, column 14" in str(caught.value)
