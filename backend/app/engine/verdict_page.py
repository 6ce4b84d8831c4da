"""Writes the checks into docs/verdict.md, from the thresholds that the engine works with.

    python -m app.engine.verdict_page        (from backend/)

What stands between the two marks is written anew; a test fails when the page and the engine differ.
"""

from __future__ import annotations

from pathlib import Path

from app.engine import bootstrap
from app.engine.verdict import (
    CHECK_NAMES,
    chance,
    costs,
    data,
    exploring,
    look_ahead,
    out_of_sample,
    parameter_sets,
    random_entries,
    regimes,
    robustness,
    sample,
    search,
)
from app.engine.verdict.check import exact_share, share_of

PAGE = Path(__file__).parents[3] / "docs" / "verdict.md"
BEGIN = "<!-- checks: written by `python -m app.engine.verdict_page` -->"
END = "<!-- end of checks -->"


def render_checks() -> str:
    """The part of the page between the marks, as Markdown."""
    lines = [BEGIN]
    for name in CHECK_NAMES:
        question, thresholds, details = _describe()[name]
        lines += ["", f"### `{name}`: {question}", "", f"**Thresholds.** {thresholds}", ""]
        lines += [f"- {detail}" for detail in details]
    return "\n".join([*lines, "", END])


def write_page(page: Path = PAGE) -> None:
    """Put the part in its place. Raises ValueError when the marks are missing."""
    text = page.read_text(encoding="utf-8")
    start, stop = text.index(BEGIN), text.index(END) + len(END)
    page.write_text(text[:start] + render_checks() + text[stop:], encoding="utf-8")


def _describe() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    ratios = ", ".join(f"{ratio:g}" for ratio in data.SPLIT_RATIOS)
    return {
        "data": (
            "can the bars be believed?",
            data.THRESHOLDS,
            (
                "Missing bars are counted against the market's calendar. Figure: their share.",
                f"A jump from close to open looks like a split within {exact_share(data.SPLIT_TOLERANCE)} "
                f"of a usual ratio ({ratios}, or upside down), unless its bar trades more than "
                f"{data.SPLIT_VOLUME_LIMIT:g} times the median volume of the {data.SPLIT_VOLUME_BARS} bars "
                "before, counted in the same shares: a real fall comes with a rush.",
                "Picture: the gaps and jumps on the run's time.",
            ),
        ),
        "look_ahead": (
            "does the rule know the future?",
            look_ahead.THRESHOLDS,
            (
                f"The signals are computed again on {look_ahead.CUTS} shortened copies, half of which end on "
                f"a bar that carries a signal; above {look_ahead.SHORT_BARS:,} bars on halves of halves down "
                f"to {look_ahead.LEAST_CUT_BARS} bars.",
                f"Then the rule is told of the bars as they close, {look_ahead.SINGLE_BARS} random ones by "
                "themselves. A rule that takes long is tried on less, within about "
                f"{look_ahead.BUDGET_SECONDS:g} and {look_ahead.STEPS_BUDGET_SECONDS:g} seconds.",
                "Figure: the copies and bars that differed.",
            ),
        ),
        "sample": (
            "is there enough to judge by?",
            sample.THRESHOLDS,
            (
                "Figure: the number of trades; parts of one position count once. "
                "Growth is Σ ln(1 + profit / equity before the trade).",
                "Picture: the profit of the best trades.",
            ),
        ),
        "costs": (
            "does the profit survive twice the costs?",
            costs.THRESHOLDS,
            ("Every cost of the terms is doubled. Figure: the total return then.",),
        ),
        "chance": (
            "could luck have made it?",
            chance.THRESHOLDS,
            (
                f"Random entries: {random_entries.DRAWS:,} runs (fewer where there are very many trades, "
                f"{random_entries.FEWEST_DRAWS} at least) with entries at random of the same number, "
                "lengths, sides and sizes, without overlap, at the same costs. Figure: (runs that did as "
                "well or better + 1) / (runs + 1). A run that is outside a position for less than "
                f"{share_of(random_entries.LEAST_FREE_SHARE)} of its bars is amber at best: random entries "
                "have nowhere else to go.",
                f"Resampling: {bootstrap.PATHS:,} paths of the run's returns by the stationary block "
                "bootstrap (Politis & Romano 1994), the mean length of a block by the automatic rule "
                "(Politis & White 2004; Patton, Politis & White 2009). It gives 90 % intervals of the "
                "Sharpe ratio and the yearly growth, bands of equity and drawdown, and the share of paths "
                f"that lost money. Of more than {bootstrap.MOST_RETURNS:,} returns, consecutive ones are "
                "compounded first. The same with the returns of the trades.",
                "Every seed is fixed: the same run has the same answer.",
                "Pictures: random runs, fan of equity, fan of drawdown, deepest drawdowns.",
            ),
        ),
        "search": (
            "how much of it may come from having tried many?",
            search.THRESHOLDS,
            (
                "The deflated Sharpe ratio (Bailey & López de Prado 2014): the probability that the true "
                "ratio is above 0, once the best of all trials is expected to reach some ratio by luck. A "
                "trial is every distinct run and every set of a sweep of this rule family (the rule without "
                "its constants and parameters) by the same person on the same data. What was tried elsewhere "
                "is not known, and where nothing is known the statement says so. Figure: that probability.",
                "Parts: the probabilistic Sharpe ratio without the search and the minimum track record "
                "length (Bailey & López de Prado 2012), and after a sweep the probability of backtest "
                "overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de "
                "Prado & Zhu 2015). It "
                "never turns the check red: where all sets are equally good, their ranks change as freely as "
                "where all are worthless.",
            ),
        ),
        "robustness": (
            "does it survive small changes that should not matter?",
            robustness.THRESHOLDS,
            (
                f"Neighbours: every parameter moved by one step, or by {share_of(parameter_sets.NEAR_SHARE)} "
                f"of its value where that is more, alone and in pairs, at most {exploring.MOST_SETS} sets. "
                "Very long runs get fewer. Figure: their middle Sharpe ratio over the run's own.",
                f"Later starts: {robustness.START_SHIFTS} of them, each "
                f"{share_of(robustness.START_SHIFT_SHARE)} of the run later.",
                f"Kinds of market: bull and bear by the close against the average of {regimes.TREND_BARS} "
                f"closes, quiet and wild by the spread of {regimes.VOLATILITY_BARS} returns against its "
                "median; what a bar returned counts to the market that the bar before it showed.",
            ),
        ),
        "out_of_sample": (
            "does it hold up on what came later?",
            out_of_sample.THRESHOLDS,
            (
                f"The first {share_of(out_of_sample.SPLIT)} of the bars against the rest. Amber too where "
                "the earlier part lost money, nothing happened later, or the later part has fewer than "
                f"{out_of_sample.FEWEST_RETURNS} returns. Figure: the later part's Sharpe ratio.",
                f"Walk forward (Pardo 2008), of rules with parameters and from "
                f"{out_of_sample.FEWEST_WALKED_BARS} bars on: {out_of_sample.WINDOWS} times the best of up "
                f"to {exploring.MOST_SETS} sets, spread over the parameters' whole ranges (Halton 1960), is "
                "chosen on all bars so far and trades the next eighth.",
                "Picture: the stitched curve beside the best set known afterwards, and buy and hold.",
            ),
        ),
    }


if __name__ == "__main__":
    write_page()
