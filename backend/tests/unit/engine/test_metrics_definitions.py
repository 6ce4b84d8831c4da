"""The figures by their formulas, on curves and trades small enough to check by hand."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.annual_periods import periods_per_year
from app.engine.conventions import METRIC_DEFINITIONS
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.intervals import Interval
from app.engine.metrics import (
    Metrics,
    compound_annual_growth,
    compute_metrics,
    equity_returns,
    omega,
    sharpe,
    sortino,
    value_at_risk,
    volatility,
)
from app.engine.metrics_drawdown import drawdowns, measure_drawdowns
from app.engine.trades import bars_held
from tests.unit.engine.hand_made import (
    cut_signals,
    make_bars,
    make_signals,
    random_bars,
    random_execution,
    random_signals,
)

FLAT = (100.0, 101.0, 99.0, 100.0)
UP = (110.0, 111.0, 109.0, 110.0)
DOWN = (90.0, 91.0, 89.0, 90.0)
YEAR = 365.25


def test_the_published_names_are_those_of_the_contract_in_order() -> None:
    names = [field.name for field in fields(Metrics)]
    assert names == [
        "final_equity",
        "total_return",
        "cagr",
        "volatility",
        "sharpe",
        "sortino",
        "calmar",
        "omega",
        "max_drawdown",
        "max_drawdown_bars",
        "var_95",
        "trades",
        "win_rate",
        "profit_factor",
        "expectancy",
        "sqn",
        "avg_win",
        "avg_loss",
        "best",
        "worst",
        "exposure",
        "turnover",
        "avg_bars",
        "total_commission",
        "total_slippage",
    ]
    assert list(METRIC_DEFINITIONS) == names


def test_bar_returns() -> None:
    assert equity_returns(np.array([100.0, 110.0, 99.0])).tolist() == pytest.approx([0.1, -0.1])
    assert equity_returns(np.array([100.0])).tolist() == []


def test_returns_after_ruin_are_zero() -> None:
    assert equity_returns(np.array([100.0, -20.0, -20.0])).tolist() == pytest.approx([-1.2, 0.0])
    assert equity_returns(np.array([100.0, 0.0, 0.0])).tolist() == [-1.0, 0.0]


def test_growth_counts_calendar_years() -> None:
    assert compound_annual_growth(100.0, 121.0, 2.0) == pytest.approx(0.1)
    assert compound_annual_growth(100.0, 50.0, 0.5) == pytest.approx(-0.75)


def test_growth_in_the_corners() -> None:
    assert compound_annual_growth(100.0, 110.0, 0.0) is None
    assert compound_annual_growth(100.0, 0.0, 2.0) == -1.0
    assert compound_annual_growth(100.0, -5.0, 2.0) == -1.0
    assert compound_annual_growth(1.0, 1e9, 1e-6) is None


def test_calendar_years_of_a_run_are_taken_from_its_times() -> None:
    bars = make_bars([FLAT] * 730 + [UP])
    fills = simulate(bars, make_signals(731, enter_long=(0,)), Execution(10_000.0))
    cagr = compute_metrics(bars, fills, 252.0).cagr
    assert cagr == pytest.approx(1.1 ** (YEAR / 730.0) - 1.0, rel=1e-12)


RETURNS = np.array([0.02, -0.01, 0.03, -0.02])


def test_ratios_by_their_formulas() -> None:
    mean = 0.005
    deviation = math.sqrt(sum((r - mean) ** 2 for r in RETURNS) / 3.0)
    assert volatility(RETURNS, 252.0) == pytest.approx(deviation * math.sqrt(252.0))
    assert sharpe(RETURNS, 252.0) == pytest.approx(mean / deviation * math.sqrt(252.0))
    downside = math.sqrt((0.01**2 + 0.02**2) / 4.0)
    assert sortino(RETURNS, 252.0) == pytest.approx(mean / downside * math.sqrt(252.0))
    assert omega(RETURNS) == pytest.approx(0.05 / 0.03)
    assert value_at_risk(RETURNS) == pytest.approx(-0.02 + 0.15 * 0.01)


def test_ratios_without_a_denominator_are_undefined() -> None:
    rising = np.array([0.01, 0.02])
    assert sortino(rising, 252.0) is None
    assert omega(rising) is None
    assert sharpe(np.array([0.01, 0.01, 0.01]), 252.0) is None
    assert sharpe(np.zeros(5), 252.0) is None
    for returns in (np.array([]), np.array([0.01])):
        assert volatility(returns, 252.0) is None
        assert sharpe(returns, 252.0) is None
        assert sortino(returns, 252.0) is None
    assert value_at_risk(np.array([])) is None


def test_drawdowns_and_the_longest_of_them() -> None:
    equity = np.array([100.0, 120.0, 90.0, 119.0, 121.0, 110.0, 60.5])
    falls = [0.0, 0.0, -0.25, -1 / 120, 0.0, -1 / 11, -0.5]
    assert drawdowns(equity).tolist() == pytest.approx(falls, abs=1e-12)
    assert measure_drawdowns(equity) == (-0.5, 2)
    # Not recovered: to the end.
    assert measure_drawdowns(np.array([100.0, 90.0, 91.0, 92.0])) == (90.0 / 100.0 - 1.0, 3)
    assert measure_drawdowns(np.array([100.0, 101.0, 102.0])) == (0.0, 0)
    assert measure_drawdowns(np.array([100.0])) == (0.0, 0)
    # Back at the peak to the cent ends it, a flat stretch at the peak is none.
    assert measure_drawdowns(np.array([100.0, 99.0, 100.0, 100.0, 98.0, 101.0])) == (98.0 / 100.0 - 1.0, 1)


def known_run() -> tuple[Fills, Metrics]:
    """A win of 10 %, a loss of 10 %, and a trade left open, each with half of equity."""
    rows = [FLAT, FLAT, UP, FLAT, FLAT, DOWN, FLAT, FLAT, UP]
    bars = make_bars(rows)
    signals = make_signals(9, enter_long=(0, 3, 6), exit_long=(1, 4), size=0.5)
    fills = simulate(bars, signals, Execution(10_000.0, 10.0, 20.0, whole_units=True, close_at_end=False))
    return fills, compute_metrics(bars, fills, 252.0)


def test_trade_figures_by_their_formulas() -> None:
    fills, metrics = known_run()
    trades = fills.trades
    win, loss, still_open = trades.pnl.tolist()
    assert win > 0 > loss
    assert metrics.trades == 3
    assert metrics.win_rate == 0.5
    assert metrics.profit_factor == pytest.approx(win / -loss)
    assert metrics.expectancy == pytest.approx((win + loss) / 2.0)
    deviation = abs(win - loss) / math.sqrt(2.0)
    assert metrics.sqn == pytest.approx(math.sqrt(2.0) * (win + loss) / 2.0 / deviation)
    assert (metrics.avg_win, metrics.avg_loss, metrics.best, metrics.worst) == (win, loss, win, loss)
    assert metrics.avg_bars == 1.0
    assert metrics.exposure == pytest.approx((1 + 1 + 2) / 9)
    assert metrics.total_commission == pytest.approx(trades.commission.sum())
    assert metrics.total_slippage == pytest.approx(trades.slippage.sum())
    traded = sum(
        quantity * price for quantity, price in zip(trades.quantity, trades.entry_price, strict=True)
    )
    traded += sum(trades.quantity[:2] * trades.exit_price[:2])
    assert metrics.turnover == pytest.approx(traded / fills.equity.mean())
    assert metrics.final_equity == pytest.approx(10_000.0 + win + loss + still_open)
    assert metrics.total_return == pytest.approx(metrics.final_equity / 10_000.0 - 1.0)
    assert metrics.calmar == pytest.approx((metrics.cagr or 0.0) / -metrics.max_drawdown)


def test_a_run_without_trades_has_defined_and_undefined_figures() -> None:
    bars = make_bars([FLAT] * 5)
    fills = simulate(bars, make_signals(5), Execution(10_000.0))
    metrics = compute_metrics(bars, fills, 252.0).as_dict()
    assert {name for name, value in metrics.items() if value is None} == {
        "sharpe",
        "sortino",
        "calmar",
        "omega",
        "win_rate",
        "profit_factor",
        "expectancy",
        "sqn",
        "avg_win",
        "avg_loss",
        "best",
        "worst",
        "avg_bars",
    }
    assert metrics["trades"] == 0
    assert (
        metrics["total_return"]
        == metrics["max_drawdown"]
        == metrics["exposure"]
        == metrics["turnover"]
        == 0.0
    )


def test_a_run_of_one_bar_has_figures() -> None:
    bars = make_bars([FLAT])
    metrics = compute_metrics(bars, simulate(bars, make_signals(1), Execution(10_000.0)), 252.0)
    assert metrics.final_equity == 10_000.0
    assert metrics.cagr is None
    assert metrics.var_95 is None


def test_a_ruined_run_has_figures() -> None:
    bars = make_bars([FLAT, FLAT, (250, 260, 240, 250), FLAT])
    fills = simulate(bars, make_signals(4, enter_short=(0,)), Execution(10_000.0))
    metrics = compute_metrics(bars, fills, 252.0)
    assert fills.ruined
    assert metrics.cagr == -1.0
    assert metrics.max_drawdown < -1.0
    assert metrics.total_return < -1.0


def test_warm_up_bars_do_not_count() -> None:
    rng = np.random.default_rng(8)
    bars = random_bars(rng, 300, volatility=0.01)
    signals = random_signals(rng, bars)
    whole = simulate(bars, signals, Execution(10_000.0), first_bar=100)
    run = bars.slice(100, 300)
    alone = simulate(run, cut_signals(signals, 100, 300), Execution(10_000.0))
    assert len(whole.trades) > 20
    assert compute_metrics(bars, whole, 252.0) == compute_metrics(run, alone, 252.0)


def test_bars_held_by_the_kind_of_exit() -> None:
    bars = make_bars([FLAT, FLAT, FLAT, (100, 101, 90, 95), FLAT])
    signals = make_signals(5, enter_long=(0, 1), exit_long=(1,), stop_loss=5.0)
    trades = simulate(bars, signals, Execution(10_000.0)).trades
    assert trades.bars.tolist() == [1, 1]
    assert bars_held(trades).tolist() == [1, 2]


@given(st.integers(0, 2**32 - 1))
def test_every_figure_is_finite_or_undefined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bars = random_bars(rng, int(rng.integers(1, 60)), volatility=float(rng.choice([0.01, 0.3, 1.0])))
    fills = simulate(bars, random_signals(rng, bars), random_execution(rng))
    metrics = compute_metrics(bars, fills, 252.0)
    for name, value in metrics.as_dict().items():
        assert value is None or math.isfinite(value), name
    assert metrics.max_drawdown <= 0.0
    assert 0.0 <= metrics.exposure <= 1.0
    if metrics.avg_win is not None and metrics.avg_loss is not None and metrics.expectancy is not None:
        assert metrics.worst is not None
        assert metrics.best is not None
        assert metrics.worst <= metrics.avg_loss < 0 < metrics.avg_win <= metrics.best


@pytest.mark.parametrize(
    ("interval", "round_the_clock", "bars_per_session", "expected"),
    [
        (Interval.DAY_1, False, 1, 252),
        (Interval.DAY_1, False, 0, 252),
        (Interval.DAY_1, True, 1, 365),
        (Interval.HOUR_1, False, 6.5, 252 * 6.5),
        (Interval.MIN_1, False, 390, 252 * 390),
        (Interval.HOUR_1, True, 7, 365 * 24),
        (Interval.MIN_5, True, 1, 365 * 288),
        (Interval.WEEK_1, False, 1, 52),
        (Interval.WEEK_1, True, 1, 52),
        (Interval.MONTH_1, True, 1, 12),
    ],
)
def test_periods_per_year(
    interval: Interval, round_the_clock: bool, bars_per_session: float, expected: float
) -> None:
    periods = periods_per_year(interval, round_the_clock=round_the_clock, bars_per_session=bars_per_session)
    assert periods == expected


def test_a_session_without_bars_is_refused() -> None:
    with pytest.raises(ValueError, match="bars_per_session"):
        periods_per_year(Interval.HOUR_1, round_the_clock=False, bars_per_session=0)
