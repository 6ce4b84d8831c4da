"""What a basket is set beside: all of its instruments, bought once with equal money and held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.basket.timeline import Timeline, carry_forward
from app.engine.benchmark import buy_and_hold
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.fills import Fills
from app.engine.trades import NO_INDEX, Trades


def hold_equally(
    timeline: Timeline,
    execution: Execution,
    first: int = 0,
    *,
    splits: Sequence[Sequence[Split]] = (),
) -> Fills:
    """Buy each instrument with its equal part of the cash on its first bar's signal, and never sell.

    `first`: the place of the run's first time. The part of an instrument without a bar yet is cash. The same
    kernel, terms and costs as a single run's; a figure as of `simulate_basket`.
    """
    part = replace(execution, initial_cash=execution.initial_cash / timeline.count)
    equity = np.zeros(len(timeline))
    cash, trades = 0.0, []
    for place, stretch in enumerate(timeline.stretches()):
        places = timeline.places[stretch]
        begins = int(np.searchsorted(places, first))
        if begins == len(places):
            equity += part.initial_cash
            cash += part.initial_cash
            continue
        own = splits[place] if splits else ()
        fills = buy_and_hold(timeline.bars[place], part, begins, splits=own)
        worth = carry_forward(fills.equity, places, len(timeline))
        equity += np.where(np.isnan(worth), part.initial_cash, worth)
        cash += fills.cash
        trades.append(_place(fills.trades, timeline, places, place))
    return Fills(_join(trades, timeline), equity, cash, bool(equity[-1] <= 0.0), first, execution)


def draw_market(timeline: Timeline) -> Bars:
    """The equally weighted market of the instruments as bars of one price, 1 at the start, shape (m,).

    An instrument counts as cash until its first close. It tells what kind of market a basket traded in.
    """
    level: Column = np.zeros(len(timeline))
    closes = timeline.unsplit_closes()
    for own in timeline.stretches():
        worth = carry_forward(closes[own] / closes[own.start], timeline.places[own], len(timeline))
        level += np.where(np.isnan(worth), 1.0, worth)
    level /= timeline.count
    return Bars(
        timeline.time,
        level,
        level,
        level,
        level,
        np.full(len(level), np.nan),
        timeline.bars[0].interval,
        find_timezone(timeline.bars),
    )


def find_timezone(bars: Sequence[Bars]) -> str:
    """The time zone of all instruments; UTC where they have several."""
    zones = {some.timezone for some in bars}
    return zones.pop() if len(zones) == 1 else "UTC"


def _place(trades: Trades, timeline: Timeline, places: Any, instrument: int) -> Trades:
    closed = trades.exit_index != NO_INDEX
    entry = places[trades.entry_index]
    exit_ = np.where(closed, places[trades.exit_index], NO_INDEX)
    return replace(
        trades,
        entry_index=entry,
        exit_index=exit_,
        bars=np.where(closed, exit_, len(timeline) - 1) - entry,
        instrument=np.full(len(trades), instrument, dtype=np.int16),
    )


def _join(trades: Sequence[Trades], timeline: Timeline) -> Trades:
    columns = {
        field.name: np.concatenate([getattr(some, field.name) for some in trades]) for field in fields(Trades)
    }
    order = np.argsort(columns["entry_index"], kind="stable")
    return Trades(**{name: column[order] for name, column in columns.items()})
