"""The data check: gaps, strays, rejected rows, adjustment, freshness, and jumps that look like splits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.verdict import DataFacts, Level
from app.engine.verdict.data import check_data, find_split_like_jumps
from tests.unit.engine.hand_made import APPLE_SPLITS, load_demo, make_bars

CLEAN = DataFacts(expected_bars=1_000, missing_bars=0, calendar="XNYS", last_bar_age_days=1.0)
BARS = make_bars([(100.0, 101.0, 99.0, 100.0)] * 1_000)


def test_clean_data_is_green() -> None:
    check = check_data(BARS, CLEAN)
    assert (check.name, check.level, check.figure) == ("data", Level.GREEN, 0.0)
    assert check.statement == "No bar is missing by the calendar XNYS."


@pytest.mark.parametrize(
    ("facts", "level", "words"),
    [
        (replace(CLEAN, missing_bars=1), Level.GREEN, "1 of the 1,000 bars that XNYS expects is missing."),
        (replace(CLEAN, missing_bars=2), Level.AMBER, "2 of the 1,000 bars that XNYS expects are missing."),
        (replace(CLEAN, missing_bars=50), Level.AMBER, "50 of the 1,000"),
        (replace(CLEAN, missing_bars=51), Level.RED, "51 of the 1,000"),
        (replace(CLEAN, missing_bars=None), Level.AMBER, "Gaps could not be checked"),
        (replace(CLEAN, expected_bars=0), Level.AMBER, "Gaps could not be checked"),
        (replace(CLEAN, rejected_rows=1), Level.AMBER, "1 row was rejected on import."),
        (replace(CLEAN, rejected_rows=11), Level.RED, "11 rows were rejected on import."),
        (replace(CLEAN, outside_bars=1), Level.AMBER, "1 bar stands when XNYS has no session."),
        (replace(CLEAN, outside_bars=3), Level.AMBER, "3 bars stand when XNYS has no session."),
        (
            replace(CLEAN, inconsistent_bars=1),
            Level.AMBER,
            "1 bar opens or closes above the high or below the low.",
        ),
        (replace(CLEAN, inconsistent_bars=2), Level.AMBER, "2 bars open or close above the high"),
        (replace(CLEAN, splits=2), Level.GREEN, "Prices are adjusted for 2 splits."),
        (replace(CLEAN, splits=1, adjusted=False), Level.RED, "1 recorded split is not adjusted for"),
        (replace(CLEAN, splits=2, adjusted=False), Level.RED, "2 recorded splits are not adjusted for"),
        (replace(CLEAN, adjusted=False), Level.GREEN, "No bar is missing"),
        (replace(CLEAN, last_bar_age_days=365.0), Level.GREEN, "No bar is missing"),
        (replace(CLEAN, last_bar_age_days=731.0), Level.AMBER, "The last bar is 2.0 years old."),
        (replace(CLEAN, last_bar_age_days=None), Level.GREEN, "No bar is missing"),
    ],
)
def test_each_fact_has_its_level(facts: DataFacts, level: Level, words: str) -> None:
    check = check_data(BARS, facts)
    assert check.level == level
    assert words in check.statement


def test_the_worst_fact_decides_and_all_are_told() -> None:
    check = check_data(BARS, replace(CLEAN, missing_bars=100, inconsistent_bars=1))
    assert check.level == Level.RED
    assert check.figure == 0.1
    assert "missing" in check.statement
    assert "above the high" in check.statement


def jump_days(bars: Bars) -> list[date]:
    return [jump.on for jump in find_split_like_jumps(bars)]


def test_real_splits_are_found_in_raw_prices_and_a_real_fall_is_not() -> None:
    assert jump_days(load_demo("AAPL")) == [date(2000, 6, 21), date(2005, 2, 28)]  # not 2000-09-29
    assert jump_days(load_demo("MSFT")) == [date(2003, 2, 18)]


@pytest.mark.parametrize("symbol", ["IBM", "GOOG", "FB"])
def test_real_prices_without_splits_have_no_such_jump(symbol: str) -> None:
    assert jump_days(load_demo(symbol)) == []


def test_adjusted_prices_have_no_such_jump() -> None:
    assert jump_days(load_demo("AAPL", APPLE_SPLITS)) == []


def test_a_jump_turns_the_check_amber_and_is_named() -> None:
    bars = load_demo("MSFT")
    check = check_data(bars, replace(CLEAN, expected_bars=len(bars)))
    assert check.level == Level.AMBER
    assert "looks like an unrecorded split: 2003-02-18 48.3 → 24.62." in check.statement


def test_recorded_splits_left_unadjusted_are_not_called_unrecorded() -> None:
    check = check_data(load_demo("MSFT"), replace(CLEAN, splits=1, adjusted=False))
    assert "unrecorded" not in check.statement


def jumping(ratio: float, volume_after: float | None = None) -> Bars:
    """Bars whose price falls to 1/ratio; unless told otherwise as much money changes hands as before."""
    before, after = (100.0, 101.0, 99.0, 100.0), 100.0 / ratio
    rows = [before] * 30 + [(after, after * 1.01, after * 0.99, after)] * 5
    bars = make_bars(rows)
    bars.volume[30:] = 1_000.0 * ratio
    if volume_after is not None:
        bars.volume[30] = volume_after
    return bars


@pytest.mark.parametrize("ratio", [1.5, 2.0, 2.05, 1.95, 3.0, 10.0, 0.5, 0.1, 1 / 3])
def test_jumps_near_usual_ratios_look_like_splits(ratio: float) -> None:
    (jump,) = find_split_like_jumps(jumping(ratio))
    assert jump.index == 30
    assert jump.ratio == pytest.approx(ratio)


@pytest.mark.parametrize("ratio", [1.0, 1.1, 1.4, 1.898, 2.08, 2.5, 0.9, 1 / 1.9, 12.0])
def test_jumps_elsewhere_do_not(ratio: float) -> None:
    assert find_split_like_jumps(jumping(ratio)) == ()


def test_a_rush_of_volume_speaks_for_news() -> None:
    assert len(find_split_like_jumps(jumping(2.0, volume_after=8_000.0))) == 1  # twice the shares, times 4
    assert find_split_like_jumps(jumping(2.0, volume_after=8_001.0)) == ()


def test_unknown_volume_does_not_hide_a_jump() -> None:
    bars = jumping(2.0)
    bars.volume[:] = np.nan
    assert len(find_split_like_jumps(bars)) == 1


def test_some_unknown_volume_leaves_the_rest_to_judge_by() -> None:
    bars = jumping(2.0, volume_after=9_000.0)
    bars.volume[15:25] = np.nan
    assert find_split_like_jumps(bars) == ()


def test_each_of_many_jumps_is_judged_by_the_bars_before_it() -> None:
    rng = np.random.default_rng(4)
    prices = np.where(np.arange(400) % 2, 100.0, 50.0)
    bars = make_bars([(price,) * 4 for price in prices.tolist()])
    bars.volume[:] = rng.lognormal(0.0, 2.0, 400)
    bars.volume[rng.random(400) < 0.2] = np.nan
    expected = []
    for index in range(1, 400):
        ratio = prices[index - 1] / prices[index]
        before = bars.volume[max(0, index - 20) : index]
        before = before[np.isfinite(before)]
        if not (len(before) and bars.volume[index] > 4.0 * np.median(before) * ratio):
            expected.append(index)
    assert 100 < len(expected) < 399
    assert [jump.index for jump in find_split_like_jumps(bars)] == expected


def test_many_jumps_are_counted_not_listed() -> None:
    rows = []
    for step in range(6):
        price = 100.0 / 2**step
        rows += [(price, price, price, price)] * 3
    assert "and 2 more" in check_data(make_bars(rows), CLEAN).statement


def test_one_bar_has_no_jump() -> None:
    assert find_split_like_jumps(BARS.head(1)) == ()


def test_gaps_and_jumps_are_drawn_where_they_are() -> None:
    bars = jumping(2.0)
    gap = (int(bars.time[5]), int(bars.time[8]), 3)
    check = check_data(bars, replace(CLEAN, missing_bars=3, gaps=(gap,)))
    assert [part.name for part in check.parts] == ["gaps", "jumps"]
    (picture,) = check.pictures
    assert (picture["kind"], picture["start"]) == ("spans", bars.time[0])
    assert picture["end"] == bars.time[-1] + 86_400
    assert picture["spans"] == [
        {"start": gap[0], "end": gap[1], "label": "3 bars missing", "level": "amber"},
        {
            "start": int(bars.time[29]),
            "end": int(bars.time[30]),
            "label": "100 → 50",
            "level": "amber",
        },
    ]
    assert check_data(BARS, CLEAN).pictures == ()
