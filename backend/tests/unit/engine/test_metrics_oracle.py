"""Figures against quantstats and empyrical-reloaded where the definitions are the same.

Not the same, and therefore not compared: cagr (theirs counts n/252 years, ours calendar years, as ffn
does), and with it calmar; var_95 against quantstats (its is parametric); omega against quantstats (it drops
returns of 0 and needs a threshold per year). Those are tested by their formulas in
test_metrics_definitions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.metrics import Metrics, compute_metrics, equity_returns
from tests.unit.engine.hand_made import APPLE_SPLITS, load_demo, random_bars, random_signals, sma_crossover

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import empyrical
    import quantstats

PERIODS = 252.0
TOLERANCE = 1e-9
RANDOM_SEED = 8


def run_of(name: str) -> tuple[Metrics, pd.Series]:
    """The figures of a run, and its bar returns as the oracles want them."""
    if name == "random":
        rng = np.random.default_rng(RANDOM_SEED)
        bars = random_bars(rng, 900, volatility=0.01)
        signals = random_signals(rng, bars)
    else:
        bars = load_demo(name, APPLE_SPLITS if name == "AAPL" else None)
        signals = sma_crossover(bars)
    fills = simulate(bars, signals, Execution(1e6, 10.0))
    assert len(fills.trades) > 10
    assert not fills.ruined
    series = pd.Series(equity_returns(fills.equity), index=pd.to_datetime(bars.time[1:], unit="s"))
    return compute_metrics(bars, fills, PERIODS), series


ORACLES: tuple[tuple[str, str, Callable[[pd.Series], Any]], ...] = (
    ("sharpe", "empyrical", lambda r: empyrical.sharpe_ratio(r, risk_free=0.0, annualization=252)),
    ("sharpe", "quantstats", lambda r: quantstats.stats.sharpe(r, rf=0.0, periods=252)),
    ("sortino", "empyrical", lambda r: empyrical.sortino_ratio(r, required_return=0.0, annualization=252)),
    ("sortino", "quantstats", lambda r: quantstats.stats.sortino(r, rf=0.0, periods=252)),
    ("volatility", "empyrical", lambda r: empyrical.annual_volatility(r, annualization=252)),
    ("volatility", "quantstats", lambda r: quantstats.stats.volatility(r, periods=252)),
    ("max_drawdown", "empyrical", lambda r: empyrical.max_drawdown(r)),
    ("max_drawdown", "quantstats", lambda r: quantstats.stats.max_drawdown(r)),
    ("var_95", "empyrical", lambda r: empyrical.value_at_risk(r, cutoff=0.05)),
    ("omega", "empyrical", lambda r: empyrical.omega_ratio(r, risk_free=0.0, required_return=0.0)),
    ("total_return", "empyrical", lambda r: empyrical.cum_returns_final(r)),
    ("total_return", "quantstats", lambda r: quantstats.stats.comp(r)),
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("run", ["GOOG", "AAPL", "random"])
@pytest.mark.parametrize(("figure", "oracle", "compute"), ORACLES, ids=lambda value: str(value)[:20])
def test_figure_agrees(figure: str, oracle: str, compute: Callable[[pd.Series], Any], run: str) -> None:
    metrics, returns = run_of(run)
    expected = float(compute(returns))
    assert getattr(metrics, figure) == pytest.approx(expected, rel=TOLERANCE, abs=1e-12), oracle
