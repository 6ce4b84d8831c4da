"""The caps, and texts made to break the checker: a problem each, never an exception."""

from __future__ import annotations

import random
import string
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.intervals import Interval
from app.engine.language import CheckedRule, check_rule

ENTRY = "enter_long = close > open\n"
BASE = (
    "fast = param(10, 5, 50, step=1)\n"
    "up = crossover(sma(close, fast), ema(close, 2 * fast)) and not close < 3\n"
    "enter_long = up or 3 < rsi(close, 14) <= -5 % 2\n"
    'exit_long = close != shift(open, 1) or on("1day", close > vwap(fast))\n'
    "stop_loss = 2 * atr(14)\n"
)


def codes(source: str) -> list[str]:
    return [problem.code for problem in check_rule(source).errors]


def assert_sound(checked: CheckedRule, source: str) -> None:
    """What holds for every answer of the checker."""
    assert checked.ok == (checked.rule is not None) == (not checked.errors)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in checked.errors:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.code.replace("_", "").isalpha()
        assert problem.code.islower()
        assert problem.message.endswith((".", "?"))
        assert len(problem.message) < 300
    if checked.rule is not None:
        assert tuple(checked.rule.outputs) == checked.outputs
        assert checked.rule.parameters == checked.parameters
        assert checked.rule.source == source
        assert 0 <= checked.rule.lookback() <= 5_000


def test_ten_thousand_bytes_are_the_most() -> None:
    assert codes(ENTRY + "#" * (10_000 - len(ENTRY))) == []
    assert codes(ENTRY + "#" * (10_001 - len(ENTRY))) == ["source_too_long"]
    assert codes(ENTRY + "#" + "ü" * 4_990) == ["source_too_long"]
    assert codes("(" * 10_000_000) == ["source_too_long"]


def test_five_hundred_nodes_are_the_most() -> None:
    # `close > open` is 3 nodes; each `+ 1` adds the operator and the number.
    assert codes(ENTRY + "x = close" + " + 1" * 248) == []
    assert codes(ENTRY + "x = 1 - close" + " + 1" * 248) == ["too_many_nodes"]
    # calls and their arguments: 4 nodes each with the operator; the function's name is free
    assert codes("enter_long = 0 < 1" + " and sma(close, 5) > 0" * 98) == []
    assert codes("enter_long = 0 < 1" + " and sma(close, 5) > 0" * 100) == ["too_many_nodes"]
    assert codes("enter_long = close > 1" + "+1" * 4_900) == ["too_many_nodes"]
    assert codes("\n".join(f"a{i} = {i}" for i in range(499)) + "\n" + ENTRY) == ["too_many_nodes"]


def test_five_thousand_bars_are_the_most_to_look_back() -> None:
    assert codes("enter_long = shift(close, 5000) > 1") == []
    assert codes("enter_long = shift(close, 5001) > 1") == ["window_too_long"]
    assert codes("enter_long = sma(close, 5000) > 1") == []
    assert codes("enter_long = crossover(sma(close, 5000), 1)") == []
    assert codes("enter_long = crossover(shift(close, 5000), 1)") == ["lookback_too_long"]
    assert codes("a = shift(close, 3000)\nb = shift(a, 2000)\nenter_long = b > 1") == []
    assert codes("a = shift(close, 3000)\nb = shift(a, 2001)\nenter_long = b > 1") == ["lookback_too_long"]
    assert codes("n = param(5, 1, 3000)\nenter_long = adx(n) > 1") == ["lookback_too_long"]
    assert codes("n = param(5, 1, 2500)\nenter_long = adx(n) > 1") == []
    # what no output reads is never computed
    assert codes(ENTRY + "a = shift(close, 3000)\nb = shift(a, 3000)") == []


def test_lookback_at_the_ends_of_several_parameters() -> None:
    two = "a = param(10, 1, 3000)\nb = param(1, 1, 3000)\n"
    assert codes(two + "enter_long = sma(close, a + b) > 1") == ["window_too_long"]
    assert codes(two + "enter_long = sma(close, max(a, b)) > 1") == []
    assert codes(two + "enter_long = sma(close, a - b + 2500) > 1") == ["window_too_long"]
    assert codes(two + "enter_long = sma(close, -(b - a) / 1 + abs(2500)) > 1") == ["window_too_long"]
    assert codes(two + "enter_long = sma(close, a - b + 2000) > 1") == []
    # a divisor that may be 0 has no bounds; only the values of a run decide
    assert codes("n = param(2, 0, 9)\nenter_long = sma(close, 10 / n) > 1") == []
    assert codes("n = param(2, -2, 2)\nenter_long = sma(close, 10 / n + 6) > 1") == []
    # a - b can be below 1, which only the values of a run decide
    assert codes(two + "enter_long = sma(close, a - b) > 1") == []
    # a parameter that occurs twice is not bounded by intervals: 2 to 3,001, never 6,000
    assert codes(two + "enter_long = sma(close, a * a / a) > 1") == []


def test_twenty_parameters_are_the_most() -> None:
    twenty = "".join(f"p{i} = param(1, 0, 2)\n" for i in range(20))
    assert codes(twenty + ENTRY) == []
    assert codes(twenty + "q = param(1, 0, 2)\n" + ENTRY) == ["too_many_parameters"]


HOSTILE = {
    "parentheses": "(" * 9_000,
    "balanced parentheses": "enter_long = " + "(" * 150 + "close > 1" + ")" * 150,
    "brackets": "[" * 9_000,
    "minus": "enter_long = " + "-" * 9_000 + "1 > 0",
    "minus spaced": "enter_long = " + "- " * 490 + "1 > 0",
    "not": "enter_long = " + "not " * 400 + "True",
    "power": "size = " + "2 ** " * 240 + "2\n" + ENTRY,
    "power tower": "size = 9" + "**9" * 200 + "\n" + ENTRY,
    "big power": "size = 10**10**10\n" + ENTRY,
    "big shift": "size = 1 << 10**9\n" + ENTRY,
    "big product": "size = " + " * ".join(["99999999999999999999"] * 100) + "\n" + ENTRY,
    "digits": "size = " + "9" * 9_000 + "\n" + ENTRY,
    "hex digits": "size = 0x" + "f" * 9_000 + "\n" + ENTRY,
    "binary digits": "size = 0b" + "1" * 9_000 + "\n" + ENTRY,
    "underscored digits": "size = " + "1_" * 4_000 + "1\n" + ENTRY,
    "exponent": "size = 1e" + "9" * 5_000 + "\n" + ENTRY,
    "nested calls": "enter_long = " + "abs(" * 120 + "close" + ")" * 120 + " > 1",
    "nested lambdas": "lambda: " * 1_000 + "1",
    "nested ifs": "x = " + "1 if 1 else " * 700 + "1",
    "attributes": "x = a" + ".a" * 4_000,
    "subscripts": "x = a" + "[0]" * 3_000,
    "calls": "x = a" + "()" * 4_500,
    "comparisons": "enter_long = " + "1 < " * 490 + "1",
    "assignments": "a = " * 2_000 + "1",
    "semicolons": ";" * 9_000,
    "statements": "a=1;" * 400,
    "indents": "\n".join(" " * i + "if 1:" for i in range(110)),
    "f-strings": "x = f'" + "{" * 3_000 + "'",
    "decorators": "@a\n" * 1_000 + "def f(): pass",
    "unknown names": "\n".join(f"v{i} = w{i}" for i in range(240)),
    "long name": "enter_long = " + "x" * 9_000,
    "unicode names": "enter_long = " + "𝔵" * 2_000,
    "combining marks": "a" + "\u0301" * 4_000 + " = 1",
    "right to left": "\u202e\u2066enter_long = close > 1",
    "byte order mark": "\ufeff" + ENTRY + "x =",
    "form feeds": "\x0c" * 5_000 + ENTRY,
    "tabs": "\t" * 9_000,
    "backslashes": "\\\n" * 4_000,
    "backslash at the end": "enter_long = close > 1 \\",
    "null bytes": "\0" * 5_000,
    "surrogates": "\ud800" * 5_000,
    "carriage returns": "\r" * 9_000,
    "quotes": "'" * 9_999,
    "open string": '"""' + "a" * 9_000,
    "type statement": "type X = int",
    "match statement": "match close:\n    case 1: pass",
    "async": "async def f():\n    await close",
    "products of windows": "n = param(70, 1, 70)\nenter_long = sma(close, n" + " * n" * 60 + ") > 1",
    "deep lookback": "a0 = close\n"
    + "".join(f"a{i} = sma(a{i - 1}, 4000)\n" for i in range(1, 60))
    + "enter_long = a59 > 1",
    "longest window": "enter_long = sma(close, 10 ** 9) > 1",
    "windows of all lengths": "n = param(1, 1, 1e300)\nenter_long = sma(close, n) > shift(close, n)",
    "divisions by zero": "enter_long = close > 1 / 0" + " / 0" * 200,
    "logarithms": "size = log(0)\nrisk = sqrt(-1)\n" + ENTRY,
    "nested intervals": "enter_long = " + 'on("1day", ' * 120 + "close > 1" + ")" * 120,
    "intervals of intervals": 'a0 = on("1h", close)\n'
    + "".join(f'a{i} = on("1day", a{i - 1} + {i})\n' for i in range(1, 70))
    + "enter_long = a69 > 1",
    "every interval of everything": "x = close"
    + "".join(f" + ema(x{i}, 3)" for i in range(3))
    + " + high" * 150
    + "\nenter_long = "
    + " and ".join(f'on("{each}", x > {i})' for i, each in enumerate(list(Interval) * 5)),
    "sums of the whole rule": "".join(f"x{i} = sum(close, {i}) * close\n" for i in range(1, 70))
    + "enter_long = "
    + " + ".join(f'on("1week", x{i})' for i in range(1, 70))
    + " > 1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_get_an_answer(name: str) -> None:
    assert_sound(check_rule(HOSTILE[name]), HOSTILE[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_get_an_answer_within_100_ms(name: str) -> None:
    assert min(_time(lambda: check_rule(HOSTILE[name])) for _ in range(4)) < 0.1


def _time(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_get_an_answer_in_a_thread_with_a_small_stack(name: str) -> None:
    answers: list[CheckedRule] = []
    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: answers.append(check_rule(HOSTILE[name])))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert len(answers) == 1


@pytest.mark.parametrize("name", ["balanced parentheses", "byte order mark"])
def test_odd_but_readable(name: str) -> None:
    source = HOSTILE[name].removesuffix("x =")
    assert codes(source) == []


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_an_answer(source: str) -> None:
    assert_sound(check_rule(source), source)


@settings(max_examples=800, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_rule_with_errors_typed_into_it_gets_an_answer(seed: int) -> None:
    chance = random.Random(seed)
    text = list(BASE)
    pieces = [*string.printable, *" ()[]=<>+-*/%,.:\n"]
    pieces += ["not ", "and ", "if ", "param(", "lambda ", "1e999", "\0", "é"]
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(text))
        if chance.random() < 0.5:
            text[place] = chance.choice(pieces)
        else:
            stop = place + chance.randint(0, 12)
            text[place:stop] = [] if chance.random() < 0.5 else text[chance.randrange(len(text)) :][:12]
    source = "".join(text)
    assert_sound(check_rule(source), source)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_words_of_the_language_in_any_order_get_an_answer(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        *(
            "enter_long",
            "size",
            "=",
            "=",
            "close",
            "open",
            "3",
            "0",
            "1.5",
            "+",
            "-",
            "*",
            "/",
            "%",
            "**",
            "<",
            "==",
        ),
        *("(", "(", ")", ")", ",", "sma", "rsi", "max", "param", "shift", "n", "a", "and", "or", "not"),
        *("on", '"1day"', '"1h"', "vwap", "bars_since", "valuewhen"),
    ]
    gaps = [" ", " ", " ", "\n"]
    source = "".join(chance.choice(gaps) + chance.choice(words) for _ in range(chance.randint(1, 40)))
    assert_sound(check_rule(source), source)
