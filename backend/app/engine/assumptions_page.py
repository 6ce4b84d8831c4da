"""Writes docs/assumptions.md from the sentences and thresholds that the engine works with.

    python -m app.engine.assumptions_page > ../docs/assumptions.md

A test holds the page and the engine together.
"""

from __future__ import annotations

import sys

from app.engine.annual_periods import DAYS_PER_YEAR, MONTHS_PER_YEAR, SESSIONS_PER_YEAR, WEEKS_PER_YEAR
from app.engine.conventions import CONVENTIONS, CONVENTIONS_VERSION, METRIC_DEFINITIONS

_INTRODUCTION = """# What a backtest assumes

Every figure in a report rests on the sentences below. They are the ones that the engine works with: this
page is written from them (`python -m app.engine.assumptions_page`), and a test fails when the two differ. A
run's manifest names the version of the conventions it was made under.
"""

_NOT_MODELLED = """## What is not modelled

- Dividends, taxes, interest on cash. Borrowing a short and holding over night cost what the terms say:
  nothing unless they are set.
- The order book: an order fills at one price and leaves no trace. Slippage is a fixed fraction, or, with
  `volume_share`, one that grows with the share of the bar's volume.
- Which came first within a bar, unless bars of a finer interval replay it. Where a bar reached both stop and
  target, the stop is taken.
- Anything between the last close and the next open: an order waits for the open.
"""

_BENCHMARK = """## Buy and hold

Beside each run stands the same account buying once, with all of its equity, on the signal of the run's
first bar (so at the open of the second), and holding: the same kernel, costs and closing at the end. Its
figures have the same names. Beside a basket stand all of its instruments, each bought with an equal part of
the cash on its own first bar's signal, and held; until then its part is cash.
"""

_VERDICT = """## The verdict

Above the profit stands what can be believed of it: eight checks, each green, amber or red. Their thresholds,
their sources and how often they are right are told in [verdict.md](verdict.md).
"""

_REPEATABLE = """## What makes a run repeatable

The manifest holds the rule's text and its SHA-256, every parameter's value, the SHA-256 of the bars
(warm-up included), the terms, the engine's version and these conventions. `result_sha256` is taken over the
figures, the trades and the equity curve to the last bit: the same manifest gives the same hash.
"""


def render() -> str:
    """The page as Markdown."""
    return "\n".join((_INTRODUCTION, _fills(), _NOT_MODELLED, _figures(), _BENCHMARK, _VERDICT, _REPEATABLE))


def _fills() -> str:
    lines = [f"## Fills (conventions, version {CONVENTIONS_VERSION})", ""]
    for number, convention in enumerate(CONVENTIONS, start=1):
        lines.append(f"{number}. **{convention.title}.** {convention.text}")
        lines += [f"   - {detail}" for detail in convention.details]
    return "\n".join([*lines, ""])


def _figures() -> str:
    lines = [
        "## Figures",
        "",
        "Ratios are fractions (0.12 is 12 %), money is money, durations are bars; a figure that is undefined "
        "is empty (`null`). Bar returns are close to close: Eₜ / Eₜ₋₁ − 1, E being equity; the run's first "
        "bar holds the initial cash. Periods per year follow the calendar: "
        f"{SESSIONS_PER_YEAR} sessions times the bars of a session, or {DAYS_PER_YEAR} days of 24 hours "
        "where "
        f"the market trades round the clock; {WEEKS_PER_YEAR} weeks, {MONTHS_PER_YEAR} months. All trades' "
        "profits are net of commission and of what holding cost, and averages are over closed trades.",
        "",
        "| figure | definition |",
        "| --- | --- |",
    ]
    lines += [f"| `{name}` | {text} |" for name, text in METRIC_DEFINITIONS.items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(render())
