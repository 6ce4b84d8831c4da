"""Python that is no part of the language: what it is called and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Mapping

# type of node → (code, message)
STATEMENTS: Mapping[str, tuple[str, str]] = {
    "If": (
        "if_statement",
        "There is no `if` statement: write the condition itself, as in enter_long = close > open, "
        "or if_else(condition, a, b) to choose between two values.",
    ),
    "For": (
        "loop",
        "There are no loops: every line already holds for every bar. Functions such as sum(x, n) look back.",
    ),
    "AsyncFor": ("loop", "There are no loops: every line already holds for every bar."),
    "While": (
        "loop",
        "There are no loops: every line already holds for every bar. Functions such as sum(x, n) look back.",
    ),
    "FunctionDef": (
        "function_definition",
        "Functions cannot be defined: give the expression a name, as in trend = close > sma(close, 50).",
    ),
    "AsyncFunctionDef": ("function_definition", "Functions cannot be defined: give the expression a name."),
    "ClassDef": (
        "class_definition",
        "Classes cannot be defined: a rule is a list of lines `name = expression`.",
    ),
    "Return": (
        "return_statement",
        "Nothing is returned: give the result the name of an output, as in enter_long = close > open.",
    ),
    "Import": (
        "import",
        "Nothing can be imported: delete the line. All functions of the language are there already.",
    ),
    "ImportFrom": (
        "import",
        "Nothing can be imported: delete the line. All functions of the language are there already.",
    ),
    "AugAssign": (
        "augmented_assignment",
        "A name is given once and never changed: write a new name, as in b = a + 1.",
    ),
    "AnnAssign": ("annotation", "Names carry no types: write `name = expression`."),
    "Delete": ("statement", "Names cannot be deleted: leave the line out."),
    "Global": ("statement", "There is no `global`: every name of the rule is known in every later line."),
    "Nonlocal": ("statement", "There is no `nonlocal`: every name of the rule is known in every later line."),
    "Pass": ("statement", "`pass` says nothing: delete the line."),
    "Break": ("loop", "There are no loops: delete the line."),
    "Continue": ("loop", "There are no loops: delete the line."),
    "TypeAlias": ("statement", "There are no types: write `name = expression`."),
    "Match": ("match_statement", "There is no `match`: write if_else(condition, a, b)."),
}
OTHER_STATEMENT = ("statement", "This is no part of the language: every line is `name = expression`.")

_COMPREHENSION = (
    "comprehension",
    "There are no comprehensions: functions such as sum(x, n) and highest(x, n) look back.",
)
EXPRESSIONS: Mapping[str, tuple[str, str]] = {
    "ListComp": _COMPREHENSION,
    "SetComp": _COMPREHENSION,
    "DictComp": _COMPREHENSION,
    "GeneratorExp": _COMPREHENSION,
    "Lambda": ("lambda", "There is no `lambda`: write the expression itself and give it a name."),
    "IfExp": ("if_expression", "Write if_else(condition, a, b) instead of `a if condition else b`."),
    "NamedExpr": (
        "walrus",
        "`:=` is no part of the language: put `name = expression` on a line of its own before.",
    ),
    "JoinedStr": ("f_string", "There is no text in a rule: write numbers and names only."),
    "FormattedValue": ("f_string", "There is no text in a rule: write numbers and names only."),
    "TemplateStr": ("f_string", "There is no text in a rule: write numbers and names only."),
    "Await": ("await", "There is no `await`: write the expression itself."),
    "Yield": ("yield", "There is no `yield`: give the expression a name."),
    "YieldFrom": ("yield", "There is no `yield`: give the expression a name."),
    "Starred": ("starred", "`*` before an argument is no part of the language: write each argument."),
    "List": ("list", "There are no lists: write each value on its own."),
    "Tuple": ("list", "There are no lists of values: write one value."),
    "Set": ("list", "There are no sets: write each value on its own."),
    "Dict": ("list", "There are no dictionaries: write each value on its own."),
    "Slice": ("subscript", "Earlier bars are reached by shift(x, n)."),
}
OTHER_EXPRESSION = (
    "expression",
    "This is no part of the language: write numbers, names, operators and functions.",
)

BINARY_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Mod: "modulo",
    ast.Pow: "power",
}
FOREIGN_OPERATORS: Mapping[str, tuple[str, str]] = {
    "BitAnd": ("and_operator", "Write `and` instead of `&`."),
    "BitOr": ("or_operator", "Write `or` instead of `|`."),
    "BitXor": (
        "power_operator",
        "`^` is no part of the language: for a power write `**`; for either-or, (a or b) and not (a and b).",
    ),
    "Invert": ("not_operator", "Write `not` instead of `~`."),
    "FloorDiv": ("floor_division", "Write `/`; for the whole part only, (a - a % b) / b."),
    "MatMult": ("operator", "`@` is no part of the language: write `*`."),
    "LShift": ("operator", "`<<` is no part of the language: to compare write `<`, to multiply `*`."),
    "RShift": ("operator", "`>>` is no part of the language: to compare write `>`, to divide `/`."),
}
COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
FOREIGN_COMPARISONS: Mapping[str, tuple[str, str]] = {
    "Is": ("is_operator", "Write `==` instead of `is`."),
    "IsNot": ("is_operator", "Write `!=` instead of `is not`."),
    "In": ("in_operator", "Write each comparison: a == 1 or a == 2."),
    "NotIn": ("in_operator", "Write each comparison: a != 1 and a != 2."),
}
SYMBOLS: Mapping[str, str] = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "modulo": "%",
    "power": "**",
}
