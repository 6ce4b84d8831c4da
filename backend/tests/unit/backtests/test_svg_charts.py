"""Charts of the report's file: well-formed, inside their frame, and safe with whatever they are told."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from app.backtests.svg_charts import HEIGHT, WIDTH, draw_lines, draw_picture, write_number

HOSTILE = "</title><script>alert('x')</script>&\""
TIMES = [86_400 * day for day in range(40)]
PICTURES: dict[str, dict[str, Any]] = {
    "bars": {
        "bars": [
            {"label": HOSTILE, "value": -0.4, "level": "red"},
            {"label": "none", "value": None, "level": None},
            {"label": "up", "value": 1.2, "level": None},
        ],
        "reference": 0.5,
    },
    "histogram": {"edges": [-1.0, 0.0, 1.0, 2.0], "counts": [1, 5, 2], "own": 9.0},
    "fan": {
        "time": TIMES,
        "bands": {f"p{p}": [p + day for day in range(40)] for p in (5, 25, 50, 75, 95)},
        "own": [None, *range(39)],
    },
    "curves": {
        "time": TIMES,
        "series": [{"name": HOSTILE, "values": [1.0, None, *map(float, range(38))]}],
        "marks": [{"time": 0, "label": HOSTILE}],
    },
    "spans": {
        "start": 0,
        "end": 100,
        "spans": [{"start": 10, "end": 20, "label": HOSTILE, "level": "amber"}],
    },
    "scatter": {"x_label": HOSTILE, "y_label": "y", "points": [[0.0, 1.0], [None, 2.0], [3.0, -4.0]]},
}


@pytest.mark.parametrize("kind", PICTURES)
def test_every_kind_is_drawn_well_formed_and_within_its_frame(kind: str) -> None:
    drawn = str(draw_picture({"kind": kind, "title": HOSTILE, "unit": "fraction", **PICTURES[kind]}))
    tree = ElementTree.fromstring(drawn)  # noqa: S314  # it is ours
    assert tree.tag == "svg"
    assert "<script" not in drawn
    for found in re.findall(r'points="([^"]+)"', drawn):
        for point in found.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
    assert len(tree) > 3


@pytest.mark.parametrize(
    "picture",
    [
        {"kind": "bars", "bars": [], "reference": None},
        {"kind": "histogram", "edges": [], "counts": [], "own": None},
        {"kind": "fan", "time": [], "bands": {"p50": []}, "own": []},
        {"kind": "curves", "time": [5], "series": [{"name": "a", "values": [None]}], "marks": []},
        {"kind": "spans", "start": 5, "end": 5, "spans": []},
        {"kind": "scatter", "x_label": "x", "y_label": "y", "points": [[None, None]]},
        {"kind": "hologram"},
    ],
)
def test_where_there_is_nothing_to_draw_nothing_is_drawn(picture: dict[str, Any]) -> None:
    assert draw_picture({"title": "", "unit": "ratio", **picture}) == ""


def test_a_line_breaks_where_a_value_is_undefined() -> None:
    drawn = draw_lines(TIMES[:5], {"a": [1.0, 2.0, None, float("nan"), 3.0]}, "ratio")
    assert str(drawn).count("<polyline") == 2


def test_a_line_that_does_not_move_is_drawn() -> None:
    assert "<polyline" in draw_lines(TIMES[:5], {"a": [0.0] * 5}, "ratio")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-0.1234, "fraction", "−12.3%"),
        (1234.5, "money", "1,234"),
        (1.234, "ratio", "1.23"),
        (None, "ratio", "–"),
        (float("nan"), "count", "–"),
    ],
)
def test_figures_are_written_with_their_unit(value: float | None, unit: str, text: str) -> None:
    assert write_number(value, unit) == text
