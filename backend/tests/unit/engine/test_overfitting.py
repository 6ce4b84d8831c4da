"""Formulas against the numbers that their papers print, cross-validation on cases whose answer is known."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.engine.overfitting import (
    MOST_SETS,
    ReturnMoments,
    deflated_sharpe,
    expected_highest_sharpe,
    measure_returns,
    minimum_track_record,
    probabilistic_sharpe,
    probability_of_overfitting,
)

# Bailey & López de Prado 2014, "A numerical example": an annual Sharpe ratio of 2.5 over five years of 250
# days, skewness −3, kurtosis 10, and a variance of the trials' annual ratios of 1/2.
PAPER = ReturnMoments(1_250, 2.5 / math.sqrt(250), -3.0, 10.0)
PAPER_VARIANCE = 0.5 / 250


def test_the_deflated_sharpe_ratio_of_the_papers_example() -> None:
    assert expected_highest_sharpe(100, PAPER_VARIANCE) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(PAPER, 100, PAPER_VARIANCE) == pytest.approx(0.9004, abs=5e-5)
    assert deflated_sharpe(PAPER, 46, PAPER_VARIANCE) == pytest.approx(0.9505, abs=5e-5)
    normal = ReturnMoments(1_250, PAPER.sharpe, 0.0, 3.0)
    assert deflated_sharpe(normal, 88, PAPER_VARIANCE) == pytest.approx(0.9505, abs=5e-5)


def test_the_probabilistic_sharpe_ratio_of_the_papers_example() -> None:
    """Bailey & López de Prado 2012: a monthly 0.458 over two years, with and without its moments."""
    assert probabilistic_sharpe(ReturnMoments(24, 0.458, -2.448, 10.164)) == pytest.approx(0.913, abs=5e-4)
    assert probabilistic_sharpe(ReturnMoments(24, 0.458, 0.0, 3.0)) == pytest.approx(0.982, abs=5e-4)


@pytest.mark.parametrize(("periods", "years"), [(250, 2.73), (52, 2.83), (12, 3.24)])
def test_the_minimum_track_record_of_the_papers_example(periods: int, years: float) -> None:
    """The same paper: an annual 2 above an annual 1 with 95 %, seen daily, weekly and monthly."""
    ratio, threshold = 2.0 / math.sqrt(periods), 1.0 / math.sqrt(periods)
    needed = minimum_track_record(ReturnMoments(10, ratio, 0.0, 3.0), threshold)
    assert needed is not None
    assert needed / periods == pytest.approx(years, abs=5e-3)
    if periods == 12:
        crooked = minimum_track_record(ReturnMoments(10, ratio, -0.72, 5.78), threshold)
        assert crooked is not None
        assert crooked / periods == pytest.approx(4.99, abs=5e-3)


def test_no_record_is_long_enough_for_a_ratio_below_the_threshold() -> None:
    assert minimum_track_record(ReturnMoments(100, 0.1, 0.0, 3.0), 0.1) is None


@given(st.floats(0.01, 0.3), st.integers(50, 5_000), st.floats(-1.0, 1.0), st.floats(0.0, 5.0))
def test_the_minimum_record_is_where_the_probability_reaches_the_confidence(
    ratio: float, count: int, skewness: float, more: float
) -> None:
    moments = ReturnMoments(count, ratio, skewness, 1.0 + skewness**2 + 0.1 + more)
    needed = minimum_track_record(moments)
    assert needed is not None
    there = ReturnMoments(round(needed * 1e6), ratio, moments.skewness, moments.kurtosis)
    assert needed > 1.0
    assert probabilistic_sharpe(there) >= 0.949
    probability = probabilistic_sharpe(moments)
    assert (probability >= 0.95) == (count >= needed) or probability == pytest.approx(0.95, abs=1e-6)


@given(st.floats(1.5, 1e9), st.floats(1.001, 1e3), st.floats(1e-8, 1.0))
def test_more_trials_and_more_spread_raise_the_bar(trials: float, factor: float, variance: float) -> None:
    base = expected_highest_sharpe(trials, variance)
    assert expected_highest_sharpe(trials * factor, variance) >= base
    assert expected_highest_sharpe(trials, variance * factor) == pytest.approx(base * math.sqrt(factor))


def test_the_best_of_many_is_as_high_as_expected() -> None:
    rng = np.random.default_rng(1)
    highest = rng.normal(0.0, 0.02, (2_000, 1_000)).max(axis=1).mean()
    assert expected_highest_sharpe(1_000, 0.02**2) == pytest.approx(highest, rel=0.01)
    assert expected_highest_sharpe(1, 1.0) == expected_highest_sharpe(50, 0.0) == 0.0


def test_moments_by_hand() -> None:
    """Mean 4, deviations −3 −2 −1 0 6: m₂ = 10, m₃ = 36, m₄ = 278.8; the sample's deviation is √12.5."""
    moments = measure_returns(np.array([0.01, 0.02, 0.03, 0.04, 0.10]))
    assert moments is not None
    assert moments.count == 5
    assert moments.sharpe == pytest.approx(4.0 / math.sqrt(12.5), rel=1e-12)
    assert moments.skewness == pytest.approx(36.0 / 10.0**1.5, rel=1e-12)
    assert moments.kurtosis == pytest.approx(2.788, rel=1e-12)
    assert measure_returns(np.zeros(50)) is None
    assert measure_returns(np.array([0.01, 0.02])) is None


def sums_of(returns: NDArray[np.float64], blocks: int) -> NDArray[np.float64]:
    """`returns` (sets, n) as the sweep gives them, n a multiple of `blocks`."""
    cut = returns.reshape(len(returns), blocks, -1)
    return np.stack([cut.sum(axis=2), (cut**2).sum(axis=2)], axis=2)


def cross_validate_plainly(returns: NDArray[np.float64], blocks: int) -> list[float]:
    """Bailey et al., algorithm 2.3, step by step on the returns themselves."""
    parts = np.split(returns, blocks, axis=1)
    logits = []
    for half in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[part] for part in half], axis=1)
        outside = np.concatenate([parts[part] for part in range(blocks) if part not in half], axis=1)
        best = int((inside.mean(axis=1) / inside.std(axis=1)).argmax())
        later = outside.mean(axis=1) / outside.std(axis=1)
        rank = 1 + int((later < later[best]).sum())
        relative = rank / (len(returns) + 1)
        logits.append(math.log(relative / (1 - relative)))
    return logits


@pytest.mark.parametrize("seed", range(5))
def test_cross_validation_step_by_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    returns = rng.normal(rng.normal(0.0, 0.001, (30, 1)), 0.01, (30, 240))
    found = probability_of_overfitting(sums_of(returns, 8))
    expected = cross_validate_plainly(returns, 8)
    assert found is not None
    assert found.logits == pytest.approx(expected, abs=1e-9)
    behind = np.array(expected) < -1e-9
    middle = np.abs(expected) <= 1e-9
    assert found.pbo == pytest.approx(float((behind + 0.5 * middle).mean()))


def test_noise_is_overfitted_half_of_the_time() -> None:
    rng = np.random.default_rng(5)
    found = [probability_of_overfitting(sums_of(rng.normal(0.0, 0.01, (60, 1_200)), 12)) for _ in range(40)]
    assert 0.42 < float(np.mean([one.pbo for one in found if one])) < 0.58


def test_a_set_that_is_truly_better_is_not_overfitted() -> None:
    returns = np.random.default_rng(6).normal(0.0, 0.01, (100, 2_400))
    returns[42] += 0.002
    found = probability_of_overfitting(sums_of(returns, 12))
    assert found is not None
    assert found.pbo < 0.001
    assert found.loss < 0.001


def test_sets_that_are_all_the_same_are_in_the_middle() -> None:
    returns = np.tile(np.random.default_rng(7).normal(0.001, 0.01, 1_200), (20, 1))
    found = probability_of_overfitting(sums_of(returns, 12))
    assert found is not None
    assert found.pbo == 0.5
    assert found.sets_used == 20


def test_sets_that_could_not_run_are_left_out() -> None:
    returns = np.random.default_rng(8).normal(0.0, 0.01, (50, 1_200))
    blocks = sums_of(returns, 12)
    holed = np.concatenate([blocks, np.full((3, 12, 2), np.nan)])
    whole, some = probability_of_overfitting(blocks), probability_of_overfitting(holed)
    assert whole is not None
    assert some is not None
    assert some.logits.tolist() == whole.logits.tolist()
    assert probability_of_overfitting(holed[49:]) is None


def test_many_sets_are_compared_in_parts_and_thinned() -> None:
    rng = np.random.default_rng(9)
    blocks = np.stack(
        [rng.normal(0.0, 0.1, (3 * MOST_SETS, 6)), rng.uniform(0.01, 0.02, (3 * MOST_SETS, 6))], axis=2
    )
    found = probability_of_overfitting(blocks)
    assert found is not None
    assert found.sets_used == MOST_SETS
    assert found.as_dict()["sets_used"] == MOST_SETS
    assert sum(found.as_dict()["logits"]["counts"]) == 20


def test_an_odd_number_of_stretches_is_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        probability_of_overfitting(np.zeros((5, 7, 2)))
