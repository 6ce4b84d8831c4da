"""Well-known rules, as their authors gave them: ideas to test, not advice.

`reports.json` beside this file holds what each made of the demo bars, good or bad;
`benchmarks/library_reports.py` measures it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from app.strategies.domain import LibraryReport, LibraryRule
from app.strategies.library.breakouts import BREAKOUTS
from app.strategies.library.reversals import REVERSALS
from app.strategies.library.trends import TRENDS

LIBRARY: tuple[LibraryRule, ...] = (*TRENDS, *BREAKOUTS, *REVERSALS)

REPORTS_FILE = "reports.json"


@cache
def read_reports() -> Mapping[str, tuple[LibraryReport, ...]]:
    """What each rule made of the demo bars, by its slug."""
    text = resources.files(__name__).joinpath(REPORTS_FILE).read_text("utf-8")
    return {
        slug: tuple(LibraryReport(**report) for report in reports)
        for slug, reports in json.loads(text)["reports"].items()
    }
