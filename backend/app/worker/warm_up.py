"""Waking the engine up: what a first call compiles, or reads from the cache, is done before jobs come."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import structlog

from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.basket.run import BasketInputs, Member, run_basket
from app.engine.basket.terms import Basket
from app.engine.evaluation import evaluate_rule
from app.engine.execution import Execution
from app.engine.intervals import DAY_SECONDS, Interval
from app.engine.language import RULE_FUNCTIONS, compile_rule
from app.engine.verdict import DataFacts
from app.strategies.examples import EXAMPLES

log = structlog.get_logger(__name__)

_BARS = 600
_TIMED_RULE = "enter_long = crossover(close, sma(close, 20))\nmax_bars = 10"


def warm_up() -> None:
    """Run the example rules on made-up bars, evaluate every function of the language, fill every
    order, alone and in a basket.
    """
    started = time.perf_counter()
    bars = make_bars()
    evaluate_rule(compile_rule(write_tour()), replace(bars, time=bars.time // 24, interval=Interval.HOUR_1))
    # What the examples do not ask for, the full fill kernel does: one rule of it stands for all.
    for source in (*(example.source for example in EXAMPLES), _TIMED_RULE):
        run_backtest(
            BacktestInputs.for_rule(
                compile_rule(source),
                bars,
                execution=Execution(),
                facts=DataFacts(),
                periods_per_year=252.0,
            )
        )
    basket = BasketInputs(
        rule=compile_rule(_TIMED_RULE),
        parameters={},
        members=[Member(symbol, bars, DataFacts()) for symbol in ("A", "B")],
        basket=Basket(1, "volatility", rebalance="month"),
        execution=Execution(),
        periods_per_year=252.0,
    )
    run_basket(basket)
    log.info("engine_is_warm", seconds=round(time.perf_counter() - started, 2))


def write_tour() -> str:
    """A rule with every function of the language in it."""
    conditions = [
        row.example if row.returns == "truth" else f"{row.example} > 0" for row in RULE_FUNCTIONS.values()
    ]
    return f"enter_long = {' or '.join(conditions)}"


def make_bars() -> Bars:
    """A wave on a slope: it crosses its averages, breaks ranges and falls back into them."""
    steps = np.arange(_BARS, dtype=np.float64)
    close = 100.0 + 0.05 * steps + 12.0 * np.sin(steps / 15.0)
    open_ = np.concatenate(([close[0]], close[:-1]))
    return Bars(
        time=np.arange(_BARS, dtype=np.int64) * DAY_SECONDS,
        open=open_,
        high=np.maximum(open_, close) + 0.2,
        low=np.minimum(open_, close) - 0.2,
        close=close,
        volume=np.full(_BARS, 1_000.0),
    )
