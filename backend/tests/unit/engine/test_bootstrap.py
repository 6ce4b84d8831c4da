"""The stationary bootstrap: block lengths as arch has them, paths whose laws are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.bars import Column
from app.engine.bootstrap import MOST_RETURNS, choose_block_length, resample_returns


def autoregressive(count: int, phi: float, seed: int) -> Column:
    """x_t = φ x_{t−1} + e_t, the same for ever: driven by a linear congruential generator."""
    state, value, found = seed, 0.0, []
    for _ in range(count):
        state = (1103515245 * state + 12345) % 2**31
        value = phi * value + (state / 2**31 - 0.5)
        found.append(value)
    return np.array(found)


@pytest.mark.parametrize(
    ("count", "phi", "seed", "length"),
    [
        (200, 0.0, 1, 0.368988050857975),
        (200, 0.5, 2, 5.42272496896254),
        (1000, 0.0, 3, 0.7694624389447925),
        (1000, 0.3, 4, 6.437243358527271),
        (1000, 0.9, 5, 47.47713460274162),
        (3000, -0.4, 6, 16.95039108775156),
        (3000, 0.6, 7, 21.911415451327944),
        (30, 0.5, 8, 1.7454341257304649),
        (100, 0.99, 10, 13.839481929310052),
    ],
)
def test_block_lengths_are_those_of_arch(count: int, phi: float, seed: int, length: float) -> None:
    """`arch.bootstrap.optimal_block_length(x)["stationary"]` of arch 8.0.0; no block is shorter than 1."""
    assert choose_block_length(autoregressive(count, phi, seed)) == pytest.approx(max(length, 1.0), rel=1e-9)


def test_block_lengths_of_what_has_no_shape() -> None:
    assert choose_block_length(np.zeros(100)) == 1.0
    assert choose_block_length(np.array([0.1, -0.1])) == 1.0


@given(st.lists(st.floats(-0.99, 5.0), min_size=2, max_size=80), st.integers(0, 2**31))
def test_paths_hold_the_laws_of_an_equity_curve(returns: list[float], seed: int) -> None:
    series = np.array(returns)
    found = resample_returns(series, points=7, paths=20, seed=seed)
    assert len(found) == 20
    logs = np.log1p(series)
    room = 1e-9 * max(1.0, float(np.abs(logs).max())) * len(series)
    assert (found.log_growth <= len(series) * logs.max() + room).all()
    assert (found.log_growth >= len(series) * logs.min() - room).all()
    assert ((found.deepest <= 0.0) & (found.deepest >= -1.0)).all()
    assert (found.drawdown_at >= found.deepest[:, None] - 1e-12).all()
    assert found.points[-1] == len(series)
    assert found.growth_at[:, -1].tolist() == found.log_growth.tolist()
    assert (np.abs(found.sharpe[np.isfinite(found.sharpe)]) < 1e9).all()


def test_one_block_is_the_series_turned_round() -> None:
    """Blocks longer than the series: every path is the series begun anywhere, so sums and moments stay."""
    series = np.random.default_rng(3).normal(0.001, 0.02, 300)
    found = resample_returns(series, paths=50, block_length=1e12)
    assert found.log_growth == pytest.approx(np.log1p(series).sum(), rel=1e-9)
    assert found.sharpe == pytest.approx(series.mean() / series.std(ddof=1), rel=1e-9)
    turned = [np.cumsum(np.log1p(np.roll(series, -start))) for start in range(300)]
    falls = [float(np.expm1((path - np.maximum(np.maximum.accumulate(path), 0.0)).min())) for path in turned]
    for deepest in found.deepest:
        assert min(abs(deepest - fall) for fall in falls) < 1e-12


def test_independent_returns_are_spread_as_theory_says() -> None:
    series = np.random.default_rng(4).normal(0.0005, 0.01, 3_000)
    found = resample_returns(series, paths=4_000, block_length=1.0)
    own = series.mean() / series.std(ddof=1)
    assert float(found.sharpe.mean()) == pytest.approx(own, abs=0.002)
    assert float(found.sharpe.std()) == pytest.approx(1.0 / math.sqrt(3_000), rel=0.05)
    assert float(found.log_growth.std()) == pytest.approx(math.sqrt(3_000) * 0.01, rel=0.05)


def test_blocks_keep_together_what_hangs_together() -> None:
    """Of a trending series the spread of the mean is known: the blocks find it, single returns do not."""
    series = 0.01 * autoregressive(4_000, 0.7, 5)
    moving = resample_returns(series, paths=1_000)
    single = resample_returns(series, paths=1_000, block_length=1.0)
    # The mean of an AR(1) varies (1 + φ) / (1 − φ) times as much as that of independent draws.
    assert moving.log_growth.std() / single.log_growth.std() == pytest.approx(math.sqrt(1.7 / 0.3), rel=0.15)


def test_the_mean_length_of_blocks_is_the_one_asked_for() -> None:
    """Steps of 1 from return to return mark what was not a jump."""
    count, length = 1_000, 8.0
    series = np.arange(count) / 1e6
    found = resample_returns(series, points=count, paths=200, block_length=length)
    steps = np.diff(np.expm1(np.diff(found.growth_at, axis=1)), axis=1)
    stays = np.abs(steps - 1e-6) < 1e-9
    assert float(1.0 / (1.0 - stays.mean())) == pytest.approx(length, rel=0.05)


def test_the_same_seed_gives_the_same_paths() -> None:
    series = np.random.default_rng(6).normal(0.0, 0.01, 500)
    first, again = resample_returns(series, 5), resample_returns(series, 5)
    other = resample_returns(series, 5, seed=1)
    assert first.log_growth.tobytes() == again.log_growth.tobytes()
    assert first.drawdown_at.tobytes() == again.drawdown_at.tobytes()
    assert first.log_growth.tobytes() != other.log_growth.tobytes()


def test_long_series_are_compounded_first() -> None:
    series = np.random.default_rng(7).normal(1e-5, 1e-3, 25 * MOST_RETURNS)
    found = resample_returns(series, paths=300)
    assert found.per_return == 25.0
    assert float(found.log_growth.mean()) == pytest.approx(float(np.log1p(series).sum()), abs=0.1)
    assert float(found.log_growth.std()) == pytest.approx(1e-3 * math.sqrt(len(series)), rel=0.15)


def test_a_total_loss_stays_a_number() -> None:
    found = resample_returns(np.array([0.01, -1.0, 0.02, -2.5]), paths=50)
    assert np.isfinite(found.log_growth).all()
    assert found.deepest.min() >= -1.0


def test_one_return_is_too_few() -> None:
    with pytest.raises(ValueError, match="two returns"):
        resample_returns(np.array([0.1]))
