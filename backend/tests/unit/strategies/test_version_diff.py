"""What changed between two texts: both can be put together again from the lines."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from app.strategies.version_diff import compare_texts

_TEXTS = st.lists(st.sampled_from(["a = 1", "b = 2", "", "  c", "d"]), max_size=12).map("\n".join)


def test_a_changed_line_is_removed_and_added_in_its_place() -> None:
    lines = compare_texts("a = 1\nb = 2\nc = 3", "a = 1\nb = 4\nc = 3\n")
    assert [(line.kind, line.text, line.old_line, line.new_line) for line in lines] == [
        ("same", "a = 1", 1, 1),
        ("removed", "b = 2", 2, None),
        ("added", "b = 4", None, 2),
        ("same", "c = 3", 3, 3),
    ]


@given(_TEXTS, _TEXTS)
def test_both_texts_stand_in_the_lines(old: str, new: str) -> None:
    lines = compare_texts(old, new)
    assert [line.text for line in lines if line.kind != "added"] == old.splitlines()
    assert [line.text for line in lines if line.kind != "removed"] == new.splitlines()
    for numbers in ([line.old_line for line in lines], [line.new_line for line in lines]):
        counted = [number for number in numbers if number is not None]
        assert counted == list(range(1, len(counted) + 1))


def test_thousands_of_empty_lines_are_compared_at_once() -> None:
    began = time.perf_counter()
    lines = compare_texts("\n" * 9_900 + "a = 1", "b = 2\n" + "\n" * 9_900)
    assert time.perf_counter() - began < 2.0, "half a minute when every empty line is looked at"
    assert {line.text for line in lines if line.kind != "same"} <= {"a = 1", "b = 2", ""}
    assert sum(line.kind != "removed" for line in lines) == 9_901
