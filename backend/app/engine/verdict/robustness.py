"""Does the result survive small changes that should not matter?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np

from app.engine.bars import Column
from app.engine.fills import DataNotUsable
from app.engine.signals import Signals
from app.engine.verdict.check import Check, Level, Part, percent, ratio_of, share_of, worst
from app.engine.verdict.exploring import Explorer
from app.engine.verdict.judged import JudgedRun
from app.engine.verdict.parameter_sets import find_neighbours
from app.engine.verdict.pictures import Picture, bars_picture
from app.engine.verdict.regimes import measure_regimes

NAME = "robustness"

KEPT_SHARE = 0.5
"""Where less than this share of a figure is kept, a part is amber."""
PROFITABLE_SHARE = 0.8
"""Share of the neighbours that must make money for green."""
START_SHIFTS = 8
START_SHIFT_SHARE = 0.05
"""The run is begun this share of its bars later, again and again."""
STARTS_RED = 0.5
"""With fewer than this share of the starts making money the part is red."""
LOST_SHARE = 0.1
"""Where one kind of market took more than this share of the growth away again, the part is amber."""

_TRIED = {
    "neighbours": "neighbouring parameters",
    "costs": "doubled costs",
    "delay": "one bar's delay",
    "starts": "later starts",
}
_Judged: TypeAlias = tuple[Part, Picture | None] | None

THRESHOLDS = (
    f"The worst of its parts. Neighbouring parameters: green where {share_of(PROFITABLE_SHARE)} of them make "
    f"money and their middle Sharpe ratio is at least {share_of(KEPT_SHARE)} of its own, red where the "
    "middle one loses. Doubled costs: as in that check. One bar later: amber where less than "
    f"{share_of(KEPT_SHARE)} of the profit is left. Later starts: green where all make money, red where "
    f"fewer than {share_of(STARTS_RED)} do. Kinds of market: amber where one takes more than "
    f"{share_of(LOST_SHARE)} of the growth away again."
)


def check_robustness(run: JudgedRun, costs: Check) -> Check:
    """Try the run again with small changes. `costs`: the check of that name, whose answer counts here too.

    The figure is the middle Sharpe ratio of the neighbouring parameters over the run's own; None where the
    rule has no parameters, or there is no profit to keep.
    """
    if len(run.fills.trades) == 0:
        return Check(NAME, Level.AMBER, "There is no trade to try again.", None, THRESHOLDS)
    profit = _total_return(run.equity[-1], run)
    if profit <= 0.0:
        return Check(NAME, Level.AMBER, "There is no profit that small changes could take.", None, THRESHOLDS)
    judged = [
        _judge_neighbours(run),
        (Part("costs", costs.level, costs.statement, costs.figure), None),
        _judge_or_leave_out(lambda: _judge_delay(run, profit)),
        _judge_or_leave_out(lambda: _judge_starts(run)),
        _judge_regimes(run),
    ]
    parts = tuple(pair[0] for pair in judged if pair is not None)
    pictures = tuple(pair[1] for pair in judged if pair is not None and pair[1] is not None)
    level = worst(part.level for part in parts)
    figure = next((part.figure for part in parts if part.name == "neighbours"), None)
    weak = [part for part in parts if part.level is not Level.GREEN]
    if weak:
        statement = " ".join(part.statement for part in weak if part.level is level)
    else:
        tried = [_TRIED[part.name] for part in parts if part.name in _TRIED]
        listed = tried[-1] if len(tried) == 1 else f"{', '.join(tried[:-1])} and {tried[-1]}"
        statement = f"The profit survives {listed}."
    return Check(NAME, level, statement, figure, THRESHOLDS, parts, pictures)


def _judge_or_leave_out(judge: Callable[[], _Judged]) -> _Judged:
    """What `judge` says; None where the changed run grows beyond every number."""
    try:
        return judge()
    except DataNotUsable:
        return None


def _judge_neighbours(run: JudgedRun) -> _Judged:
    explorer = Explorer.of(run)
    if explorer is None:
        return None
    most = explorer.count_affordable(len(run.bars))
    near = find_neighbours(explorer.rule, run.parameters, most)
    if most == 0 or len(near) == 0:
        return None
    own = np.array([[run.parameters[name] for name in explorer.names]])
    found = explorer.run_sets(np.concatenate([own, near]))
    ratios, returns = found.column("sharpe"), found.column("total_return")
    could_run = np.isfinite(returns[1:])
    if not could_run.any() or not ratios[0] > 0.0:
        return None
    # A neighbour that never trades has no Sharpe ratio; it earns nothing.
    beside = np.where(np.isnan(ratios[1:]), 0.0, ratios[1:])[could_run]
    middle = float(np.median(beside))
    kept = middle / float(ratios[0])
    made = float(np.mean(returns[1:][could_run] > 0.0))
    if middle <= 0.0:
        level = Level.RED
    elif kept < KEPT_SHARE or made < PROFITABLE_SHARE:
        level = Level.AMBER
    else:
        level = Level.GREEN
    statement = (
        f"{share_of(made)} of {len(beside):,} sets of neighbouring parameters made money; their middle "
        f"Sharpe ratio is {ratio_of(middle)} beside its own {ratio_of(float(ratios[0]))}."
    )
    drawn = [("own", float(ratios[0]), None)]
    for row, ratio in zip(near[could_run], beside, strict=True):
        drawn.append((_name_changes(explorer.names, own[0], row), float(ratio), None))
    picture = bars_picture("Sharpe ratio of neighbouring parameters", "ratio", drawn, 0.0)
    return Part("neighbours", level, statement, kept), picture


def _judge_delay(run: JudgedRun, profit: float) -> _Judged:
    if run.fills_late is not None:
        fills = run.fills_late()
    else:
        # A signal of the bar before the run did not count, and does not a bar later.
        first = min(run.fills.first_bar + 1, len(run.bars) - 1)
        fills = run.fill(signals=delay_signals(run.signals), first_bar=first)
    late = _total_return(fills.equity[-1], run)
    kept = late / profit
    told = f"Acting one bar later it makes {percent(late)} instead of {percent(profit)}."
    return Part("delay", Level.GREEN if kept >= KEPT_SHARE else Level.AMBER, told, late), None


def _judge_starts(run: JudgedRun) -> _Judged:
    first, count = run.fills.first_bar, len(run.run_bars)
    shifts = sorted({int(count * START_SHIFT_SHARE * step) for step in range(1, START_SHIFTS + 1)} - {0})
    if not shifts:
        return None
    made = [_total_return(run.fill(first_bar=first + shift).equity[-1], run) for shift in shifts]
    share = sum(one > 0.0 for one in made) / len(made)
    level = Level.GREEN if share == 1.0 else Level.RED if share < STARTS_RED else Level.AMBER
    statement = (
        f"Begun later, up to {share_of(shifts[-1] / count)} of the run, {sum(one > 0.0 for one in made)} of "
        f"{len(made)} starts made money."
    )
    days = [datetime.fromtimestamp(int(run.bars.time[first + shift]), UTC).date() for shift in shifts]
    picture = bars_picture(
        "Total return when begun later",
        "fraction",
        ((day.isoformat(), one, None) for day, one in zip(days, made, strict=True)),
        0.0,
    )
    return Part("starts", level, statement, share), picture


def _judge_regimes(run: JudgedRun) -> _Judged:
    if len(run.equity) < 2:
        return None
    regimes = measure_regimes(run.unsplit_bars.close[run.fills.first_bar :], run.equity)
    total = regimes[0].growth + regimes[1].growth
    if not total > 0.0:
        return None
    shares = [regime.growth / total for regime in regimes]
    worst_place = min(range(len(regimes)), key=lambda place: shares[place])
    loses = shares[worst_place] < -LOST_SHARE
    told = ", ".join(
        f"{share_of(share)} in {regime.name}" for regime, share in zip(regimes, shares, strict=True)
    )
    statement = f"Of its growth it made {told} markets."
    if loses:
        statement += f" It depends on what the market is like: {regimes[worst_place].name} ones cost it."
    picture = bars_picture(
        "Share of the growth by kind of market",
        "fraction",
        ((regime.name, share, None) for regime, share in zip(regimes, shares, strict=True)),
        0.0,
    )
    return Part("regimes", Level.AMBER if loses else Level.GREEN, statement, shares[worst_place]), picture


def delay_signals(signals: Signals) -> Signals:
    """Every column one bar later; nothing is said on the first."""
    columns = {}
    for name in Signals.__slots__:
        column = getattr(signals, name)
        if column is not None:
            late = np.empty_like(column)
            late[:1] = False if column.dtype == np.bool_ else np.nan
            late[1:] = column[:-1]
            columns[name] = late
    return Signals(**columns)


def _total_return(equity: float, run: JudgedRun) -> float:
    return float(equity) / run.fills.execution.initial_cash - 1.0


def _name_changes(names: tuple[str, ...], own: Column, values: Column) -> str:
    changed = [
        f"{name} {value:g}" for name, was, value in zip(names, own, values, strict=True) if value != was
    ]
    return ", ".join(changed)
