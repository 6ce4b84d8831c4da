"""docs/verdict.md tells the thresholds that the engine works with."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.verdict import CHECK_NAMES
from app.engine.verdict_page import PAGE, render_checks, write_page


def test_the_published_checks_are_the_engines_own() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert render_checks() in text, "run `python -m app.engine.verdict_page` in backend/"


def test_every_check_is_told_in_its_order() -> None:
    told = [line.split("`")[1] for line in render_checks().splitlines() if line.startswith("### ")]
    assert tuple(told) == CHECK_NAMES


def test_the_page_around_the_checks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "verdict.md"
    marks = render_checks().splitlines()
    page.write_text(f"before\n{marks[0]}\nold\n{marks[-1]}\nafter\n", encoding="utf-8")
    write_page(page)
    assert page.read_text(encoding="utf-8") == f"before\n{render_checks()}\nafter\n"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="substring"):
        write_page(page)
