"""What a rule calls itself."""

from __future__ import annotations

import pytest

from app.strategies.domain import LONGEST_TITLE_CHARS, find_title
from app.strategies.library import LIBRARY


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# Golden cross: in when it rises: so\nenter_long = close > open", "Golden cross"),
        ("\n  #Dip buyer :\nx = 1", "Dip buyer"),
        ("x = 1", None),
        ("x = 1\n# Late: no", None),
        ("# a thought\n# b: c", None),
        ("# : x", None),
        ("", None),
        (f"# {'a' * LONGEST_TITLE_CHARS}: x", "a" * LONGEST_TITLE_CHARS),
        (f"# {'a' * (LONGEST_TITLE_CHARS + 1)}: x", None),
    ],
)
def test_a_rule_is_called_what_its_first_comment_says(source: str, title: str | None) -> None:
    assert find_title(source) == title


def test_every_rule_of_the_library_has_a_title() -> None:
    assert all(find_title(rule.source) for rule in LIBRARY)
