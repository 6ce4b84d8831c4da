"""The options that the commands share."""

from __future__ import annotations

import inspect

import pytest

from app.cli import backtest
from app.command_line.research import sweep, walkforward
from app.command_line.terms import collect_terms
from app.engine.intervals import Interval


@pytest.mark.parametrize("command", [backtest, sweep, walkforward])
def test_every_command_that_runs_a_rule_has_all_the_terms(command: object) -> None:
    assert callable(command)
    assert set(inspect.signature(collect_terms).parameters) <= set(inspect.signature(command).parameters)


def test_finer_bars_are_a_term() -> None:
    fields = collect_terms(symbol=["GOOG"], interval=Interval.WEEK_1, detail_interval=Interval.DAY_1)
    assert (fields["symbol"], fields["interval"], fields["detail_interval"]) == ("GOOG", "1week", "1day")
