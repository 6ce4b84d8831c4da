"""A basket's run: what is known of each instrument, put together for the engine. For workers alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from app.backtests.domain import RunFailed, RunRequest
from app.backtests.run_inputs import find_first_bar, find_raw_splits, make_execution
from app.core.fields import ceil_seconds
from app.engine.backtest import BacktestResult
from app.engine.basket.run import BasketInputs, Member, run_basket
from app.engine.basket.terms import Basket
from app.engine.language import Rule
from app.engine.verdict import TrialFacts, Verdict
from app.market.run_facts import count_periods_together, gather_run_facts
from app.market.service import LoadedBars


def compute_basket(
    rule: Rule,
    request: RunRequest,
    loaded: Sequence[LoadedBars],
    trials: TrialFacts | None,
    now: datetime,
    look_in: Callable[[], None],
    report: Callable[[float], None],
    show: Callable[[Verdict], None] | None,
) -> BacktestResult:
    """Run the rule on all instruments of the request, `loaded` in its order.

    Raises RunFailed where an instrument has no bar in the range, DataNotUsable, and what the callbacks raise.
    """
    members, run_bars = [], []
    for each in loaded:
        if len(each.bars) == 0:
            raise RunFailed("no_bars", f"{each.instrument.symbol} has no bars before the end of the range.")
        bars = each.bars.slice(find_first_bar(request, each), len(each.bars))
        facts = gather_run_facts(bars, each, now).data
        members.append(Member(each.instrument.symbol, each.bars, facts, find_raw_splits(each)))
        run_bars.append(bars)
    inputs = BasketInputs(
        rule=rule,
        parameters=rule.resolve_parameters(request.parameters),
        members=members,
        basket=request.basket or Basket(len(members)),
        execution=make_execution(request),
        periods_per_year=count_periods_together(run_bars, [each.instrument.calendar for each in loaded]),
        start=None if request.start is None else ceil_seconds(request.start),
        instrument={"symbol": request.instruments[0], "adjust": request.adjust.value},
        trials=trials,
        checkpoint=look_in,
    )
    return run_basket(inputs, report, show)
