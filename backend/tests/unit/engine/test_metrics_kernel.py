"""Sums, percentiles and drawdowns of the compiled figures against plain ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.bars import Column
from app.engine.conventions import METRIC_NAMES
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.metrics import compute_metrics, equity_returns
from app.engine.metrics_blocks import write_block_sums
from app.engine.metrics_drawdown import drawdowns, measure_drawdowns
from app.engine.metrics_kernel import MetricsScratch
from app.engine.metrics_percentile import find_percentile, select_rank
from app.engine.metrics_places import FIGURE_COUNT, FINAL_EQUITY, TOTAL_SLIPPAGE, VAR_95
from app.engine.metrics_returns import measure_returns, sum_column
from app.engine.trades import Indices, bars_held
from tests.unit.engine.hand_made import make_bars, make_signals, random_bars, random_execution, random_signals

seeds = st.integers(0, 2**32 - 1)


def random_returns(seed: int) -> Column:
    """Any number of returns: of a run that is often flat, with ties, lopsided, wild, all alike."""
    rng = np.random.default_rng(seed)
    count = int(rng.choice([1, 2, 3, 20, 255, 256, 257, 700, 4_000]))
    values = rng.normal(rng.choice([0.0, 0.002, -0.02, 0.05]), 0.01, count)
    values *= rng.choice([1.0, 1e-6, 1e3])
    values[rng.random(count) < rng.choice([0.0, 0.3, 0.9, 0.97])] = 0.0
    if rng.random() < 0.3:
        values = np.round(values, 3)
    if rng.random() < 0.2:
        values[rng.integers(count)] *= 10.0 ** rng.integers(-200, 100)
    if rng.random() < 0.1:
        values[:] = values[0]
    return values


@given(seeds, st.sampled_from([0.0, 1e-300, 1e-3, 0.01, 1.0, 1e200, np.inf, np.nan]))
def test_percentiles_are_those_of_numpy_whatever_the_spread(seed: int, spread: float) -> None:
    values = random_returns(seed)
    before = values.copy()
    scratch = MetricsScratch.for_bars(len(values) + 3)
    found = find_percentile(values, 5.0, spread, scratch.keys, scratch.tables, scratch.near)
    assert found == np.percentile(values, 5.0)
    assert values.tolist() == before.tolist()


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=60), st.data())
def test_ranks(values: list[int], data: st.DataObject) -> None:
    rank = data.draw(st.integers(0, len(values) - 1))
    assert select_rank(np.array(values, np.float64), rank) == sorted(values)[rank]


@given(seeds)
def test_sums_lose_next_to_nothing(seed: int) -> None:
    values = random_returns(seed)
    scratch = MetricsScratch.for_bars(len(values))
    size = math.fsum(np.abs(values))
    assert sum_column(values, scratch.lanes[0]) == pytest.approx(math.fsum(values), rel=0, abs=1e-14 * size)
    mean, deviation, downside, gains, losses = measure_returns(values, scratch.lanes)
    assert gains == pytest.approx(math.fsum(values[values > 0.0]), rel=1e-14)
    assert losses == pytest.approx(math.fsum(values[values < 0.0]), rel=1e-14)
    if len(values) > 1:
        assert mean == pytest.approx(math.fsum(values) / len(values), rel=0, abs=1e-14 * size)
        assert deviation == pytest.approx(np.std(values, ddof=1), rel=1e-12, abs=1e-15 * size)
        squares = math.fsum(np.minimum(values, 0.0) ** 2)
        assert downside == pytest.approx(math.sqrt(squares / len(values)), rel=1e-13)


def test_a_variance_far_from_zero_is_taken_in_two_passes() -> None:
    values = 1e6 + np.tile([0.0, 1e-3], 500)
    _, deviation, _, _, _ = measure_returns(values, MetricsScratch.for_bars(0).lanes)
    assert deviation == pytest.approx(np.std(values, ddof=1), rel=1e-9)


@given(seeds)
def test_drawdowns_without_a_column_of_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    equity = 100.0 + np.cumsum(rng.integers(-2, 3, int(rng.integers(1, 80)))) * rng.choice([0.0, 0.1, 1.0])
    falls = drawdowns(equity)
    at_peak = np.flatnonzero(falls == 0.0)
    longest = int(np.diff(at_peak, append=len(falls)).max()) - 1
    assert measure_drawdowns(equity) == (falls.min(), longest)


@given(seeds, st.integers(1, 20))
def test_block_sums_are_those_of_their_stretches(seed: int, blocks: int) -> None:
    returns = random_returns(seed)
    sums = np.full((blocks, 2), np.nan)
    write_block_sums(returns, MetricsScratch.for_bars(0).lanes, sums)
    edges = [block * len(returns) // blocks for block in range(blocks + 1)]
    for block, (total, squares) in enumerate(sums.tolist()):
        stretch = returns[edges[block] : edges[block + 1]]
        size = math.fsum(np.abs(stretch))
        assert total == pytest.approx(math.fsum(stretch), rel=0, abs=1e-14 * size)
        assert squares == pytest.approx(math.fsum(stretch**2), rel=1e-13)
    assert max(np.diff(edges)) - min(np.diff(edges)) <= 1


def test_places_follow_the_published_order() -> None:
    assert len(METRIC_NAMES) == FIGURE_COUNT
    assert (METRIC_NAMES[FINAL_EQUITY], METRIC_NAMES[VAR_95]) == ("final_equity", "var_95")
    assert TOTAL_SLIPPAGE == FIGURE_COUNT - 1


@given(seeds)
def test_figures_by_plain_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bars = random_bars(rng, int(rng.integers(2, 400)))
    first = int(rng.integers(0, len(bars) - 1))
    fills = simulate(bars, random_signals(rng, bars), random_execution(rng), first)
    metrics = compute_metrics(bars, fills, 252.0)
    equity, trades = fills.equity[first:], fills.trades
    returns = equity_returns(equity)
    pnl = trades.pnl[trades.is_closed]
    assert metrics.final_equity == equity[-1]
    assert metrics.var_95 == np.percentile(returns, 5.0)
    assert metrics.trades == len(trades)
    assert metrics.exposure == pytest.approx(bars_held(trades).sum() / len(equity))
    assert metrics.total_commission == pytest.approx(trades.commission.sum(), rel=1e-12)
    assert metrics.total_slippage == pytest.approx(trades.slippage.sum(), rel=1e-12)
    traded = trades.entry_notional().sum()
    traded += (trades.quantity * trades.exit_price)[trades.is_closed].sum()
    if metrics.turnover is not None:
        assert metrics.turnover == pytest.approx(traded / equity.mean(), rel=1e-9)
    if len(pnl) > 1 and metrics.sqn is not None:
        size = np.abs(pnl).mean()
        assert metrics.expectancy == pytest.approx(pnl.mean(), rel=1e-12, abs=1e-13 * size)
        expected = math.sqrt(len(pnl)) * pnl.mean() / np.std(pnl, ddof=1)
        assert metrics.sqn == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert (metrics.best, metrics.worst) == (pnl.max(), pnl.min())
        assert metrics.win_rate == (pnl > 0.0).mean()
        assert metrics.avg_bars == pytest.approx(trades.bars[trades.is_closed].mean())


def test_parts_of_one_position_share_their_bars() -> None:
    bars = make_bars([(100.0, 101.0, 99.0, 100.0)] * 2 + [(100.0, 106.0, 99.0, 105.0)] * 4)
    signals = make_signals(6, enter_long=(0,), exit_long=(4,), take_profit=5.0, take_profit_share=0.5)
    fills = simulate(bars, signals, Execution())
    assert [(trade.item(), end.item()) for trade, end in zip(*entries_and_exits(fills), strict=True)] == [
        (1, 2),
        (1, 5),
    ]
    # Bars 1 to 4 are held, bar 5 is left at its open.
    assert compute_metrics(bars, fills, 252.0).exposure == 4 / 6


def entries_and_exits(fills: Fills) -> tuple[Indices, Indices]:
    return fills.trades.entry_index, fills.trades.exit_index


def test_figures_beyond_every_number_are_infinite() -> None:
    bars = random_bars(np.random.default_rng(1), 4)
    fills = simulate(bars, random_signals(np.random.default_rng(1), bars), Execution())
    equity = np.array([1e-200, 1e149, 1e-200, 1e149])
    object.__setattr__(fills, "equity", equity)
    metrics = compute_metrics(bars, fills, 252.0)
    assert metrics.total_return == math.inf
    assert metrics.volatility == math.inf
