"""Compiles what a first run would else wait for."""

from __future__ import annotations

import numpy as np

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.language import check_rule
from app.engine.verdict import DataFacts

_RULE = """
enter_long = crossover(sma(close, 2), sma(close, 5))
exit_long = crossunder(sma(close, 2), sma(close, 5))
stop_loss = 2 * atr(3)
size = 0.5
"""
_BAR_COUNT = 64


def warm_up() -> None:
    """Run a small rule on a few bars, so that fills, figures and verdict are compiled (or loaded from
    numba's cache).

    For the start of a worker. Takes seconds on an empty cache, a fraction of one afterwards.
    """
    rule = check_rule(_RULE).rule
    if rule is None:
        raise RuntimeError("the warm-up rule is no valid rule")
    close = 100.0 + 5.0 * np.sin(np.arange(_BAR_COUNT) / 3.0)
    time = np.arange(_BAR_COUNT, dtype=np.int64) * 86_400
    bars = Bars(time, close, close + 1.0, close - 1.0, close, np.ones(_BAR_COUNT))
    inputs = BacktestInputs.for_rule(
        rule, bars, execution=Execution(), facts=DataFacts(), periods_per_year=252.0
    )
    run_backtest(inputs)
