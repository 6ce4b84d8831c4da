"""What changed between two texts of a rule, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

LineKind: TypeAlias = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of either text. Lines count from 1; `old_line` is None for an added one, `new_line` for a
    removed one.
    """

    kind: LineKind
    text: str
    old_line: int | None
    new_line: int | None


def compare_texts(old: str, new: str) -> tuple[DiffLine, ...]:
    """Every line of both texts once, removed ones before those that stand in their place.

    In a text of 200 lines or more, lines that come again and again, such as empty ones, are no place to begin
    a match at: with thousands of them the search would take half a minute.
    """
    return tuple(_walk(old.splitlines(), new.splitlines()))


def _walk(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            for offset in range(old_end - old_start):
                place = old_start + offset
                yield DiffLine("same", old[place], place + 1, new_start + offset + 1)
            continue
        for place in range(old_start, old_end):
            yield DiffLine("removed", old[place], place + 1, None)
        for place in range(new_start, new_end):
            yield DiffLine("added", new[place], None, place + 1)
