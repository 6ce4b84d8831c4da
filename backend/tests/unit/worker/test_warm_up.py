"""Waking up must reach the code that a first run would otherwise wait for."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.execution import Execution
from app.engine.language import compile_rule
from app.engine.verdict import DataFacts
from app.strategies.domain import ExampleRule
from app.strategies.examples import EXAMPLES
from app.worker.warm_up import make_bars


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_every_example_trades_on_the_made_up_bars(example: ExampleRule) -> None:
    bars = make_bars()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    inputs = BacktestInputs.for_rule(
        compile_rule(example.source),
        bars,
        execution=Execution(),
        facts=DataFacts(),
        periods_per_year=252.0,
    )
    assert len(run_backtest(inputs).trades) > 0
