"""A run is looked in on: it hears that it shall stop, and ends when its time is up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from app.backtests.domain import RunFailed
from app.backtests.run_watch import RunWatch
from app.engine.backtest import BacktestInputs, run_backtest
from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.language import compile_rule
from app.engine.verdict import DataFacts

SOURCE = "\n".join(
    [
        *(f"deviation{n} = stdev(close, {n})" for n in range(20, 40)),
        "enter_long = close > " + " + ".join(f"deviation{n}" for n in range(20, 40)),
    ]
)


class Stopped(Exception):
    """What a report raises to end a run."""


def inputs_watched_by(watch: RunWatch) -> BacktestInputs:
    close = 100.0 + np.arange(500, dtype=np.float64) % 7.0
    bars = Bars(np.arange(500, dtype=np.int64) * 86_400, close, close, close, close, np.ones(500))
    return BacktestInputs.for_rule(
        compile_rule(SOURCE),
        bars,
        execution=Execution(),
        facts=DataFacts(),
        periods_per_year=252.0,
        checkpoint=watch.look_in,
    )


def test_a_run_hears_within_its_evaluation_that_it_shall_stop() -> None:
    told: list[float] = []

    def stop_at_the_tenth(share: float) -> None:
        told.append(share)
        if len(told) == 10:
            raise Stopped

    watch = RunWatch(stop_at_the_tenth)
    with pytest.raises(Stopped):
        run_backtest(inputs_watched_by(watch), watch.report)
    assert told == [0.0] * 10


def test_the_copies_of_the_look_ahead_check_are_looked_in_on_too() -> None:
    told: list[float] = []
    watch = RunWatch(told.append)
    run_backtest(inputs_watched_by(watch), watch.report)
    assert told == sorted(told)
    assert told.count(0.0) > 40
    assert len([share for share in told if 0.4 < share < 0.95]) > 400


@pytest.mark.parametrize(("seconds", "ends"), [(30.0, True), (1e6, False)])
def test_a_run_ends_when_its_time_is_up(seconds: float, ends: bool) -> None:
    def ticking() -> Iterator[float]:
        yield from (float(second) for second in range(1_000_000))

    clock = ticking()
    watch = RunWatch(limit_seconds=seconds, now=lambda: next(clock))
    if not ends:
        run_backtest(inputs_watched_by(watch), watch.report)
        return
    with pytest.raises(RunFailed, match="longer than 30 seconds") as failed:
        run_backtest(inputs_watched_by(watch), watch.report)
    assert failed.value.failure.code == "run_too_long"
    assert next(clock) < 40.0
