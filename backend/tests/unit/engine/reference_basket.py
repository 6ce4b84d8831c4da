"""A plain, slow reference of baskets: one account, told of each time and what every instrument does then.

Each instrument's fills are those of the plain reference of single runs; who may enter, with how much, and
what is sold and bought on rebalancing is decided here, in everyday Python.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from statistics import pstdev
from typing import Any

from app.engine.bars import Bars
from app.engine.basket.terms import Basket
from app.engine.execution import Execution
from app.engine.signals import Signals
from tests.unit.engine.reference_fills import Reference, ReferenceRun
from tests.unit.engine.reference_signals import Levels

Splits = tuple[tuple[date, float], ...]


class Member(Reference):
    """One instrument of the account. Its `cash` is what its own trades made."""

    def __init__(self, bars: Bars, signals: Signals, execution: Execution, splits: Splits) -> None:
        super().__init__(bars, signals, execution, 0, splits)
        self.times = bars.time.tolist()
        self.step = bars.interval.seconds if bars.interval.is_intraday else 0
        self.cash = 0.0
        self.asks: tuple[Levels, bool] | None = None
        self.fraction = 1.0
        self.mark = math.nan
        self.known = -1  # the last bar that is over
        self.running: int | None = None

    def enter(self, bar: int, reference: float, levels: Levels, *, is_long: bool, at_market: bool) -> None:
        self.asks = (levels, is_long)  # whether it may is the account's to say

    def open_with(self, bar: int, money: float, levels: Levels, *, is_long: bool) -> None:
        own, self.cash = self.cash, money
        super().enter(bar, self.open[bar], levels, is_long=is_long, at_market=True)
        self.cash = own

    def reserve(self) -> float:
        held = self.position
        if held is None:
            return 0.0
        return held.quantity * held.entry_price + held.entry_commission + held.financing

    def gain(self) -> float:
        """What the open position is worth beyond the account's cash."""
        return 0.0 if self.position is None else self.worth(self.position, self.mark) - self.cash

    def rank(self, bar: int) -> float:
        column = self.signals.rank
        value = math.nan if column is None else float(column[bar])
        return -math.inf if math.isnan(value) else value

    def inverse_volatility(self, window: int) -> float | None:
        """Of the last bars that are over, splits taken out of the prices."""
        if self.known < window:
            return None
        returns = [
            self.close[bar] * self.split_ratio(bar) / self.close[bar - 1] - 1
            for bar in range(self.known - window + 1, self.known + 1)
        ]
        spread = pstdev(returns)
        return 1 / spread if spread > 0 else None

    def begins_period(self, bar: int, length: str) -> bool:
        before, now = self.dates[bar - 1], self.dates[bar]
        if length == "week":
            return before.isocalendar()[:2] != now.isocalendar()[:2]
        months = 3 if length == "quarter" else 1
        return (before.year, (before.month - 1) // months) != (now.year, (now.month - 1) // months)


class Account:
    """One run, stepped through time by time."""

    def __init__(
        self,
        bars: Sequence[Bars],
        signals: Sequence[Signals],
        basket: Basket,
        execution: Execution,
        first: int,
        splits: Sequence[Splits],
    ) -> None:
        self.times = sorted({time for some in bars for time in some.time.tolist()})
        self.place = {time: place for place, time in enumerate(self.times)}
        self.members = [
            Member(some, own, execution, dated)
            for some, own, dated in zip(bars, signals, splits, strict=True)
        ]
        self.basket, self.terms, self.first = basket, execution, first
        self.equity = [execution.initial_cash] * (first + 1)
        self.ruined = False

    @property
    def realised(self) -> float:
        return self.terms.initial_cash + sum(member.cash for member in self.members)

    @property
    def worth(self) -> float:
        return self.realised + sum(member.gain() for member in self.members)

    @property
    def free(self) -> float:
        return self.realised - sum(member.reserve() for member in self.members)

    def run(self) -> ReferenceRun:
        last = len(self.times) - 1
        for member in self.members:
            # Bars before the run count as over where they end before its second time.
            passed = [bar for bar, time in enumerate(member.times) if self.place[time] <= self.first]
            if passed:
                member.known, member.running = passed[-1] - 1, passed[-1]
        self.settle(self.first)
        for step in range(self.first + 1, last + 1):
            self.open_step(step)
            self.settle(step)
            self.equity.append(self.worth)
            if self.equity[-1] <= 0:
                self.end("ruin", step)
                self.ruined = True
                self.equity[-1] = self.realised
                self.equity += self.equity[-1:] * (last - step)
                break
        if not self.ruined and any(member.position for member in self.members):
            if self.terms.close_at_end:
                self.end("end_of_data", last)
                self.equity[last] = self.realised
            else:
                for member in self.members:
                    if member.position is not None:
                        member.close[-1] = member.mark
                        member.leave_open(len(member.times) - 1)
        return ReferenceRun(self.collect(), self.equity, self.ruined or self.equity[-1] <= 0)

    def open_step(self, step: int) -> None:
        here = [member for member in self.members if self.times[step] in member.times]
        bars = {id(member): member.times.index(self.times[step]) for member in here}
        seeing = []
        for member in here:
            bar = bars[id(member)]
            member.running, member.asks = bar, None
            if bar == 0:
                continue
            member.before_open(bar)
            member.mark /= member.split_ratio(bar)
            if self.place[member.times[bar - 1]] >= self.first:
                seeing.append(member)
                member.at_open(bar)
        worth = self.worth
        seeing.sort(key=lambda member: -member.rank(bars[id(member)] - 1))  # ties stay in their order
        if self.basket.rebalance != "none" and worth > 0:
            turned = [
                member
                for member in seeing
                if member.position is not None
                and member.begins_period(bars[id(member)], self.basket.rebalance)
            ]
            for member in turned:
                self.sell_excess(member, bars[id(member)], worth)
            for member in turned:
                self.buy_shortfall(member, bars[id(member)], worth)
        for member in seeing:
            if member.asks is None:
                continue
            used = sum(other.position is not None for other in self.members)
            if used >= self.basket.slots or not (worth > 0 and self.free > 0):
                break
            levels, is_long = member.asks
            bar = bars[id(member)]
            slot, free = self.slot(member, worth), self.free
            if member.signals.risk is not None:
                money = min(slot, free)
                levels.fraction *= worth / money
            else:
                member.fraction = min(levels.fraction, 1.0)
                money = min(member.fraction * slot, free)
                levels.fraction = 1.0
            member.open_with(bar, money, levels, is_long=is_long)
            if member.position is not None:
                member.mark = member.position.entry_price

    def slot(self, member: Member, worth: float) -> float:
        equal = worth / self.basket.slots
        if self.basket.weights == "equal":
            return equal
        window = self.basket.volatility_window
        own = member.inverse_volatility(window)
        if own is None:
            return equal
        every = [other.inverse_volatility(window) for other in self.members]
        known = [value for value in every if value is not None]
        return equal * own / (sum(known) / len(known))

    def sell_excess(self, member: Member, bar: int, worth: float) -> None:
        held = member.position
        assert held is not None
        excess = held.quantity * member.open[bar] - self.slot(member, worth) * member.fraction
        part = member.costs.round_down(excess / member.open[bar])
        if 0 < part < held.quantity:
            slip = member.costs.slippage(part, member.volume[bar])
            price = member.costs.worse(member.open[bar], slip, buys=not held.is_long)
            member.leave(bar, price, member.open[bar], "rebalance", part)

    def buy_shortfall(self, member: Member, bar: int, worth: float) -> None:
        held = member.position
        assert held is not None
        target = self.slot(member, worth) * member.fraction
        budget = min(target - held.quantity * member.open[bar], self.free)
        if not budget > 0:
            return
        more, price = member.costs.size_entry(
            budget, 1.0, None, member.open[bar], member.volume[bar], is_long=held.is_long, at_market=True
        )
        if more <= 0:
            return
        whole = held.quantity + more
        slipped = abs(price - member.open[bar])
        held.prices_seen.append(held.entry_price)
        held.entry_price = (held.quantity * held.entry_price + more * price) / whole
        held.entry_slippage = (held.quantity * held.entry_slippage + more * slipped) / whole
        held.entry_commission += member.costs.commission(more, price)
        held.quantity = whole

    def settle(self, step: int) -> None:
        """Stops and targets of the bars that are over before the next time."""
        upcoming = self.times[step + 1] if step + 1 < len(self.times) else None
        for member in self.members:
            bar = member.running
            if bar is None:
                continue
            over = upcoming is None or member.times[bar] + member.step <= upcoming
            if not (over or upcoming in member.times):
                continue
            member.running, member.known = None, bar
            for candle in member.candles[bar]:
                member.within(bar, candle)
            member.mark = member.close[bar]
            if member.position is not None:
                member.move_chandelier(member.position, bar)

    def end(self, reason: str, step: int) -> None:
        for member in self.members:
            if member.position is not None:
                bar = max(place for place, time in enumerate(member.times) if self.place[time] <= step)
                member.leave(bar, member.mark, member.mark, reason)
                member.trades[-1]["closed_at"] = step

    def collect(self) -> list[dict[str, Any]]:
        trades = []
        for owner, member in enumerate(self.members):
            for trade in member.trades:
                entry = self.place[member.times[trade["entry_index"]]]
                left = trade["exit_index"]
                exit_ = -1 if left < 0 else self.place[member.times[left]]
                exit_ = trade.pop("closed_at", exit_)
                until = len(self.times) - 1 if exit_ < 0 else exit_
                trades.append(
                    {
                        **trade,
                        "entry_index": entry,
                        "exit_index": exit_,
                        "bars": until - entry,
                        "instrument": owner,
                    }
                )
        return sorted(trades, key=lambda trade: (trade["entry_index"], trade["instrument"]))


def simulate_basket_plainly(
    bars: Sequence[Bars],
    signals: Sequence[Signals],
    basket: Basket,
    execution: Execution,
    first: int = 0,
    splits: Sequence[Splits] = (),
) -> ReferenceRun:
    """The whole run, told by the reference."""
    dated = splits or [()] * len(bars)
    return Account(bars, signals, basket, execution, first, dated).run()
