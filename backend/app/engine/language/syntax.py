"""From text to Python's syntax tree, within the caps and without ever running or raising anything.

Sizes are checked before the parser sees the text; the parser is CPython's own, whose limits (nesting, memory,
digits) come back as problems.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import deque

from app.engine.language.problems import RuleProblem
from app.engine.language.vocabulary import MAXIMUM_NODES, MAXIMUM_SOURCE_BYTES

_FILE_NAME = "<rule>"
# CPython warns of odd literals such as '\d' and `1or 2`; the checker has its own words for them. Set once and
# not around each parse, because catch_warnings changes the filters of all threads.
warnings.filterwarnings("ignore", module=re.escape(_FILE_NAME))

_LINE_END = re.compile(r"\r\n|\r|\n")
# A word, a number or an operator: each stands for at least a third of a node (`x = 1` is one node in three
# tokens).
_TOKEN = re.compile(r"#[^\r\n]*|[^\W\d]\w*|\d[\w.]*|[*/<>=!&|]{1,2}|[-+%~^@]")
_MAXIMUM_TOKENS = 3 * MAXIMUM_NODES
_TOO_LONG = f"The rule is longer than {MAXIMUM_SOURCE_BYTES:,} bytes: shorten it."
TOO_MANY_NODES = (
    f"The rule has more than {MAXIMUM_NODES} parts (names, numbers, operators and calls): shorten it, "
    "and give a name to what stands there twice."
)
_TOO_NESTED = "This is nested too deeply to be read: give the inner parts names of their own."

# Habits from other languages that Python's parser rejects: what the text holds at the error, code, message.
_HABITS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"&&"), "and_operator", "Write `and` instead of `&&`."),
    (re.compile(r"\|\|"), "or_operator", "Write `or` instead of `||`."),
    (re.compile(r"!(?!=)"), "not_operator", "Write `not` instead of `!`."),
    (re.compile(r"<>"), "not_equal_operator", "Write `!=` instead of `<>`."),
    (re.compile(r"=>"), "comparison_operator", "Write `>=` instead of `=>`."),
    (re.compile(r"=<"), "comparison_operator", "Write `<=` instead of `=<`."),
    (re.compile(r"\?"), "if_expression", "Write if_else(condition, a, b) instead of `condition ? a : b`."),
    (re.compile(r"^\s*(else|elif|if)\b"), "if_statement", "Write the condition itself: name = condition."),
    (
        re.compile(r"[≤≥≠×÷−–]"),
        "sign",
        "Write `<=`, `>=`, `!=`, `*`, `/` and `-` with the keys of the keyboard.",
    ),
    (re.compile(r":="), "walrus", "Write `=` instead of `:=`; a name is given once."),
    (re.compile(r"\b(AND|OR|NOT)\b"), "capital_operator", "Write `and`, `or` and `not` in small letters."),
    (
        re.compile(r"^\s*(let|var|const|float|int|bool)\s"),
        "annotation",
        "Names carry no types: write name = expression.",
    ),
    (re.compile(r"//|/\*"), "comment", "A comment starts with `#`."),
    (re.compile(r"\bcrosses\b|\bcross\b"), "cross_words", "Write crossover(a, b) or crossunder(a, b)."),
)


# What a line of a rule is; a condition's last line is another thing.
LINE_SHAPE = "a line is `name = expression`"
_UNFINISHED = re.compile(r"(\b(?:and|or|not)\b|[<>!=]=|\*\*|//|[-+*/%<>=,])\s*$")
_UNQUOTED_INTERVAL = re.compile(r"\bon\s*\(\s*(\d+[a-z])")

# What CPython's parser says → code, message.
_PARSER_SAYINGS: tuple[tuple[str, str, str], ...] = (
    ("too many nested parentheses", "nested_too_deeply", _TOO_NESTED),
    ("'=='", "equals_sign", "To compare write `==`; a single `=` gives a name."),
    ("cannot assign to", "assignment_target", "A single name stands left of `=`: write name = expression."),
    ("was never closed", "bracket", "This bracket is opened and never closed: add `)`."),
    ("unmatched", "bracket", "Nothing was opened that this bracket closes: delete it, or add `(` before."),
    (
        "does not match opening",
        "bracket",
        "This closes another kind of bracket than was opened: use `(` and `)`.",
    ),
    (
        "string literal",
        "string",
        'There is no text in a rule but the names of intervals, in quotes on both sides: on("1day", close).',
    ),
    ("invalid decimal literal", "number", "A name starts with a letter; to multiply write 2 * x."),
)


class SourceText:
    """A rule's text with its lines, for turning the parser's byte offsets into columns of characters."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._lines = None if source.isascii() else [line.encode() for line in _LINE_END.split(source)]

    def column(self, line: int, byte_offset: int) -> int:
        """The column, from 1, of a byte offset in a line, from 1."""
        if self._lines is None or not 1 <= line <= len(self._lines):
            return byte_offset + 1
        return len(self._lines[line - 1][:byte_offset].decode(errors="ignore")) + 1


def parse_source(source: str) -> tuple[ast.Module | None, list[RuleProblem]]:
    """The syntax tree, or None and the one problem that keeps the text from being read."""
    if len(source) > MAXIMUM_SOURCE_BYTES:
        return None, [RuleProblem(1, 1, "source_too_long", _TOO_LONG)]
    problem = _find_bad_character(source)
    if problem is not None:
        return None, [problem]
    if len(source.encode()) > MAXIMUM_SOURCE_BYTES:
        return None, [RuleProblem(1, 1, "source_too_long", _TOO_LONG)]
    problem = _find_token_excess(source)
    if problem is not None:
        return None, [problem]
    try:
        tree = ast.parse(source.removeprefix("\ufeff"), filename=_FILE_NAME)
    except SyntaxError as error:
        return None, [_describe_syntax_error(error, source)]
    except (RecursionError, MemoryError):
        return None, [RuleProblem(1, 1, "nested_too_deeply", _TOO_NESTED)]
    except ValueError as error:
        return None, [RuleProblem(1, 1, "syntax", f"This cannot be read: {error}.")]
    problem = _find_node_excess(tree, source)
    return (None, [problem]) if problem is not None else (tree, [])


def _find_bad_character(source: str) -> RuleProblem | None:
    match = re.search("[\x00\ud800-\udfff]", source)
    if match is None:
        return None
    before = _LINE_END.split(source[: match.start()])
    return RuleProblem(
        len(before), len(before[-1]) + 1, "bad_character", "This character cannot stand in a rule: delete it."
    )


def _find_token_excess(source: str) -> RuleProblem | None:
    """Refuses texts with far too many nodes before CPython's parser recurses into them."""
    count = 0
    for match in _TOKEN.finditer(source):
        count += not match.group().startswith("#")
        if count > _MAXIMUM_TOKENS:
            before = _LINE_END.split(source[: match.start()])
            return RuleProblem(len(before), len(before[-1]) + 1, "too_many_nodes", TOO_MANY_NODES)
    return None


def _find_node_excess(tree: ast.Module, source: str) -> RuleProblem | None:
    """Counts every name, number, operator and call once; a call's own name and assigned names are free."""
    count = 0
    waiting: deque[ast.AST] = deque([tree])
    while waiting:
        node = waiting.popleft()
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
            count += 1
            if count > MAXIMUM_NODES:
                column = SourceText(source).column(node.lineno, node.col_offset)
                return RuleProblem(node.lineno, column, "too_many_nodes", TOO_MANY_NODES)
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            count -= 1
    return None


def _describe_syntax_error(error: SyntaxError, source: str) -> RuleProblem:
    lines = _LINE_END.split(source)
    line = min(max(error.lineno or 1, 1), len(lines))
    text = lines[line - 1]
    column = min(max(error.offset or 1, 1), len(text) + 1)
    said = error.msg or "invalid syntax"
    code_text = text.split("#", 1)[0]
    if isinstance(error, IndentationError):
        start = len(text) - len(text.lstrip()) + 1
        message = "A line starts at its first column: delete the spaces before it."
        return RuleProblem(line, start, "indentation", message)
    if "integer string conversion" in said:
        longest = max(re.finditer(r"\d+", text), key=lambda match: len(match.group()), default=None)
        column = column if longest is None else longest.start() + 1
        return RuleProblem(line, column, "number_not_finite", "This number is too large.")
    unquoted = _UNQUOTED_INTERVAL.search(code_text)
    if unquoted is not None:
        message = 'The name of an interval stands in quotes: on("1day", close).'
        return RuleProblem(line, unquoted.start(1) + 1, "interval_expected", message)
    for phrase, code, message in _PARSER_SAYINGS:
        if phrase in said:
            return RuleProblem(line, column, code, message)
    for habit, code, message in _HABITS:
        match = habit.search(code_text)
        if match is not None:
            return RuleProblem(line, match.start() + 1, code, message)
    if re.search(r"\d\s*%\s*(\)|,|$)", code_text):
        message = "A percentage is written as a fraction: 0.05 instead of 5%."
        return RuleProblem(line, column, "percent", message)
    unfinished = _UNFINISHED.search(code_text)
    if unfinished is not None and column > unfinished.start():
        return RuleProblem(line, column, "syntax", f"Something is missing after `{unfinished.group(1)}`.")
    return RuleProblem(line, column, "syntax", f"This cannot be read ({said}): {LINE_SHAPE}.")
