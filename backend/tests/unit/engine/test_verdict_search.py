"""The search check: every trial counts, and it says what it knows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.engine.bars import Column
from app.engine.metrics import equity_returns
from app.engine.overfitting import deflated_sharpe, measure_returns, probabilistic_sharpe
from app.engine.verdict import Level, TrialFacts
from app.engine.verdict.search import LIKELY_AFTER_SEARCH, SEARCHED, SURE, check_search


def equity_with(sharpe: float, years: float = 8.0) -> Column:
    """Normal daily returns whose yearly Sharpe ratio is `sharpe`, to the last digits."""
    noise = np.random.default_rng(5).normal(0.0, 1.0, round(252 * years))
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    returns = 0.01 * (noise + sharpe / math.sqrt(252.0))
    return 1e4 * np.cumprod(np.append(1.0, 1.0 + returns))


@pytest.mark.parametrize(
    ("sharpe", "trials", "level"),
    [
        (1.0, None, Level.GREEN),
        (0.45, None, Level.AMBER),
        (0.2, None, Level.RED),
        (-0.5, None, Level.RED),
        (1.0, TrialFacts(1), Level.GREEN),
        (1.5, TrialFacts(40, 0.0, 0.3**2 / 252), Level.GREEN),
        (1.3, TrialFacts(40, 0.0, 0.3**2 / 252), Level.AMBER),
        (1.0, TrialFacts(40, 0.0, 0.3**2 / 252), Level.RED),
        (1.0, TrialFacts(5_000, 0.0, 0.3**2 / 252), Level.RED),
        (2.5, TrialFacts(5_000, 0.0, 0.3**2 / 252), Level.GREEN),
    ],
)
def test_levels_by_ratio_and_trials(sharpe: float, trials: TrialFacts | None, level: Level) -> None:
    check = check_search(equity_with(sharpe), True, trials, 252.0)
    assert (check.name, check.level) == ("search", level)


def test_the_figure_is_the_deflated_ratio() -> None:
    equity = equity_with(1.2)
    moments = measure_returns(equity_returns(equity))
    assert moments is not None
    facts = TrialFacts(300, 0.001, 0.0004)
    check = check_search(equity, True, facts, 252.0)
    assert check.figure == deflated_sharpe(moments, 300, 0.0004)
    assert check_search(equity, True, None, 252.0).figure == probabilistic_sharpe(moments)
    names = [part.name for part in check.parts]
    assert names == ["single_trial", "deflated", "track_record"]
    assert "After 300 trials" in check.statement
    luck = check.pictures[0]["bars"][1]
    assert luck["label"] == "Luck, best of 300"
    assert luck["value"] > 0.0


def test_the_first_trial_and_the_only_known_one_are_told_apart() -> None:
    equity = equity_with(1.0)
    assert check_search(equity, True, None, 252.0).statement.startswith("No other trial is known")
    assert check_search(equity, True, TrialFacts(1), 252.0).statement.startswith("It is the first trial")


def test_trials_whose_ratios_are_not_known_vary_like_estimates() -> None:
    equity = equity_with(1.0)
    unknown = check_search(equity, True, TrialFacts(20), 252.0).figure
    spread = check_search(equity, True, TrialFacts(20, 0.0, 1.0 / (252 * 8 - 1)), 252.0).figure
    assert unknown == spread


def test_what_was_searched_for_needs_better_proof() -> None:
    """The same probability is green for a first try and not for the last of many alike."""
    equity = equity_with(0.65)
    alone = check_search(equity, True, TrialFacts(SEARCHED - 1, 0.0, 0.0), 252.0)
    searched = check_search(equity, True, TrialFacts(SEARCHED, 0.0, 0.0), 252.0)
    assert alone.figure == searched.figure
    assert alone.figure is not None
    assert SURE <= LIKELY_AFTER_SEARCH <= alone.figure
    assert (alone.level, searched.level) == (Level.GREEN, Level.AMBER)


@pytest.mark.parametrize(
    ("pbo", "level"), [(0.02, Level.GREEN), (0.25, Level.GREEN), (0.3, Level.AMBER), (0.9, Level.AMBER)]
)
def test_an_overfitted_sweep_weighs_on_the_run(pbo: float, level: Level) -> None:
    check = check_search(equity_with(2.5), True, TrialFacts(40, 0.0, 1e-4, overfitting=pbo), 252.0)
    assert check.level == level
    assert check.parts[-1].name == "overfitting"
    assert check.parts[-1].figure == pbo


def test_a_short_record_is_told_how_long_it_takes() -> None:
    check = check_search(equity_with(1.0, years=1.0), True, None, 252.0)
    record = check.parts[-1]
    assert (record.name, record.level) == ("track_record", Level.AMBER)
    assert record.figure == pytest.approx(2.72, abs=0.1)  # (1.645 / 1.0)² years
    hopeless = check_search(equity_with(-1.0), True, None, 252.0).parts[-1]
    assert (hopeless.level, hopeless.figure) == (Level.RED, None)


def test_nothing_to_deflate_is_amber() -> None:
    assert check_search(np.full(500, 1e4), True, None, 252.0).level == Level.AMBER
    assert check_search(equity_with(1.0), False, None, 252.0).statement.startswith("There is no trade")
