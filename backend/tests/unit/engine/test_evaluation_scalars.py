"""A number for every bar and the same number once: every operation gives the same for both."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.language import compile_rule
from app.engine.language.scalars import SCALAR_OPERATIONS

VALUES = [-2.5, -1.0, 0.0, 0.5, 1.0, 3.0, 1e200, np.nan]
NUMBERS = {
    "add": "a + b",
    "subtract": "a - b",
    "multiply": "a * b",
    "divide": "a / b",
    "modulo": "a % b",
    "power": "a ** b",
    "negate": "-a",
    "abs": "abs(a)",
    "log": "log(a)",
    "sqrt": "sqrt(a)",
    "min": "min(a, b)",
    "max": "max(a, b)",
    "if_else": "if_else(a > b, a, b)",
}
TRUTHS = {
    "less": "a < b",
    "less_equal": "a <= b",
    "greater": "a > b",
    "greater_equal": "a >= b",
    "equal": "a == b",
    "not_equal": "a != b",
    "and": "a < 1 and b < 1",
    "or": "a < 1 or b < 1",
    "not": "not a < b",
}
# A parameter divided by 0 is undefined: that is how a scalar comes to be NaN.
SCALARS = """\
p = param(1, -1e300, 1e300)
q = param(1, -1e300, 1e300)
u = param(1, 0, 1)
v = param(1, 0, 1)
a = p / u
b = q / v
"""


def test_every_operation_is_compared() -> None:
    assert set(NUMBERS) | set(TRUTHS) == set(SCALAR_OPERATIONS)


@pytest.mark.parametrize("expression", [*NUMBERS.values(), *TRUTHS.values()])
def test_scalars_and_columns_agree(expression: str) -> None:
    size = expression if expression in NUMBERS.values() else f"if_else({expression}, 1, 0)"
    pairs = np.array(list(itertools.product(VALUES, VALUES)))
    left, right = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    ones = np.ones(len(pairs))
    bars = Bars(np.arange(len(pairs)) * 86_400, left, ones, ones, right, ones)
    of_columns = evaluate_rule(
        compile_rule(f"a = open\nb = close\nenter_long = True\nsize = {size}"), bars
    ).size
    of_scalars = compile_rule(f"{SCALARS}enter_long = True\nsize = {size}")
    assert of_columns is not None
    for (p, q), expected in zip(pairs.tolist(), of_columns.tolist(), strict=True):
        given = {"p": np.nan_to_num(p), "q": np.nan_to_num(q), "u": float(p == p), "v": float(q == q)}
        found = evaluate_rule(of_scalars, bars.head(1), given).size
        assert found is not None
        np.testing.assert_array_equal(found, [expected], err_msg=f"a = {p}, b = {q}")
