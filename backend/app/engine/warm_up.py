"""Compiles what a first run would else wait for."""

from __future__ import annotations

import numpy as np

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.columns import readable_numbers
from app.engine.execution import Execution
from app.engine.language import check_rule
from app.engine.verdict import DataFacts

_RULE = """
middle = sma(close, 4)
enter_long = crossover(sma(close, 2), middle) and close > lowest(low, 3)
exit_long = crossunder(ema(close, 2), middle) or rsi(close, 3) > 90
stop_loss = 2 * atr(3)
size = 0.5
"""
_BAR_COUNT = 64


def warm_up() -> None:
    """Run a small rule on a few bars, so that fills, figures, verdict and usual indicators are compiled.

    For the start of a worker. On an empty numba cache it takes as long as compiling does, afterwards a
    fraction of a second. Indicators that the rule does not use are compiled when a rule first does.

    Raises RuntimeError when the language no longer accepts the rule.
    """
    rule = check_rule(_RULE).rule
    if rule is None:
        raise RuntimeError("the warm-up rule is no valid rule")
    close = 100.0 + 5.0 * np.sin(np.arange(_BAR_COUNT) / 3.0)
    time = np.arange(_BAR_COUNT, dtype=np.int64) * 86_400
    computed = Bars(time, close, close + 1.0, close - 1.0, close, np.ones(_BAR_COUNT))
    # Bars as they come from storage are read-only, adjusted ones are not: two types to a compiler.
    open_, high, low, close, volume = (readable_numbers(column) for column in computed.columns())
    stored = Bars(time, open_, high, low, close, volume)
    for bars in (computed, stored):
        run_backtest(
            BacktestInputs.for_rule(
                rule, bars, execution=Execution(), facts=DataFacts(), periods_per_year=252.0
            )
        )
