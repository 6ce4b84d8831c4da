"""Writes docs/assumptions.md from the sentences and thresholds that the engine works with.

    python -m app.engine.assumptions_page > ../docs/assumptions.md

A test holds the page and the engine together.
"""

from __future__ import annotations

import sys

from app.engine.annual_periods import DAYS_PER_YEAR, MONTHS_PER_YEAR, SESSIONS_PER_YEAR, WEEKS_PER_YEAR
from app.engine.conventions import CONVENTIONS, CONVENTIONS_VERSION, METRIC_DEFINITIONS
from app.engine.verdict import chance, costs, data, look_ahead, out_of_sample, sample

_INTRODUCTION = """# What a backtest assumes

Every figure in a report rests on the sentences below. They are the ones that the engine works with: this
page is written from them (`python -m app.engine.assumptions_page`), and a test fails when the two differ. A
run's manifest names the version of the conventions it was made under.
"""

_NOT_MODELLED = """## What is not modelled

- The cost of borrowing shares for a short, dividends, taxes, interest on cash.
- The order book: an order of any size fills whole, at one price, and moves nothing. Slippage is a fixed
  fraction.
- Which came first within a bar. Where a bar reached both stop and target, the stop is taken.
- Anything between the last close and the next open: an order waits for the open.
"""

_BENCHMARK = """## Buy and hold

Beside each run stands the same account buying once, with all of its equity, on the signal of the run's
first bar (so at the open of the second), and holding: the same kernel, costs and closing at the end. Its
figures have the same names.
"""

_REPEATABLE = """## What makes a run repeatable

The manifest holds the rule's text and its SHA-256, every parameter's value, the SHA-256 of the bars
(warm-up included), the terms, the engine's version and these conventions. `result_sha256` is taken over the
figures, the trades and the equity curve to the last bit: the same manifest gives the same hash.
"""


def render() -> str:
    """The page as Markdown."""
    return "\n".join(
        (_INTRODUCTION, _fills(), _NOT_MODELLED, _figures(), _BENCHMARK, _verdict(), _REPEATABLE)
    )


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
        "profits are net of commission, and averages are over closed trades.",
        "",
        "| figure | definition |",
        "| --- | --- |",
    ]
    lines += [f"| `{name}` | {text} |" for name, text in METRIC_DEFINITIONS.items()]
    return "\n".join([*lines, ""])


def _verdict() -> str:
    lines = [
        "## The verdict",
        "",
        "Six checks, each green, amber or red; the verdict is the worst of them. It stands above the profit, "
        "because a profit that cannot be believed is none.",
        "",
    ]
    for name, text in (
        (data.NAME, _data()),
        (look_ahead.NAME, _look_ahead()),
        (sample.NAME, _sample()),
        (costs.NAME, _costs()),
        (out_of_sample.NAME, _out_of_sample()),
        (chance.NAME, _chance()),
    ):
        lines.append(f"- **`{name}`**: {text}")
    return "\n".join([*lines, ""])


def _data() -> str:
    ratios = ", ".join(f"{ratio:g}" for ratio in data.SPLIT_RATIOS)
    return (
        f"bars missing against the calendar: amber above {_percent(data.GAPS_AMBER)}, red above "
        f"{_percent(data.GAPS_RED)}; amber without a calendar. Rejected rows: amber, red above "
        f"{_percent(data.REJECTED_RED)} of the bars. Bars when the calendar has no session, and bars that "
        "open or close above their high or below their low: amber. Recorded splits that were not adjusted "
        "for: red. A jump from close to open that looks like an unrecorded split: amber; that is "
        f"one within {_percent(data.SPLIT_TOLERANCE)} of a usual ratio ({ratios}, or upside down) whose bar "
        f"trades no more than {data.SPLIT_VOLUME_LIMIT:g} times the median volume of the "
        f"{data.SPLIT_VOLUME_BARS} bars before, counted in the same shares: a real fall comes with a rush. "
        f"A last bar older than {data.STALE_DAYS:g} days: amber. Figure: the share of missing bars."
    )


def _look_ahead() -> str:
    return (
        f"the signals are computed again on {look_ahead.CUTS} shortened copies of the data (above "
        f"{look_ahead.SHORT_BARS:,} bars: on halves of halves down to {look_ahead.LEAST_CUT_BARS} bars) and "
        "compared to the bit; half of the copies end on a bar that carries a signal. A rule that takes "
        f"long is computed again on fewer and shorter copies, within about {look_ahead.BUDGET_SECONDS:g} "
        "seconds. One difference is red. "
        "Figure: the number of copies that differed."
    )


def _sample() -> str:
    return (
        f"below {sample.FEWEST_TRADES} trades red, below {sample.ENOUGH_TRADES} trades or "
        f"{sample.ENOUGH_YEARS:g} years amber. Figure: the number of trades."
    )


def _costs() -> str:
    return (
        "the run is repeated with commission and slippage doubled, or, where it had none, with "
        f"{costs.ASSUMED_COMMISSION_BPS:g} bps commission and {costs.ASSUMED_SLIPPAGE_BPS:g} bps slippage. "
        "Red when nothing is left of the profit (or there was none), amber when less than "
        f"{_percent(costs.KEPT_SHARE)} is. Figure: the total return then."
    )


def _out_of_sample() -> str:
    return (
        f"the first {_percent(out_of_sample.SPLIT)} of the bars against the rest. Red when the later part "
        "lost money or the run was ruined before it; amber when the earlier part lost money, when the later "
        f"Sharpe ratio is below {_percent(out_of_sample.KEPT_SHARE)} of the earlier one, when nothing "
        f"happened later, or when the later part has fewer than {out_of_sample.FEWEST_RETURNS} returns. "
        "Figure: the later part's Sharpe ratio."
    )


def _chance() -> str:
    return (
        f"{chance.DRAWS:,} runs (fewer where there are very many trades, {chance.FEWEST_DRAWS} at least) "
        "with random entries of the same number, lengths, sides and sizes, without overlap, at the same "
        "costs, from a fixed seed. Figure: (runs that did as well or better + 1) / (runs + 1); green up to "
        f"{chance.UNLIKELY:g}, amber up to {chance.LIKELY:g}, red above. A run that is outside a position "
        f"for less than {_percent(chance.LEAST_FREE_SHARE)} of its bars is amber at best, because random "
        "entries have nowhere else to go."
    )


def _percent(share: float) -> str:
    return f"{share * 100.0:g} %"


if __name__ == "__main__":
    sys.stdout.write(render())
