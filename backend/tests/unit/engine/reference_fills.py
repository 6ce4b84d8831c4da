"""A plain, slow reference of the fills: the conventions one after another, bar by bar, in everyday Python.

Written from the published sentences, not from the kernel; it shares no code with it. A list of dictionaries
comes out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.signals import Signals

EIGHT_DECIMALS = 10**8


@dataclass
class Position:
    """What is held, and the trade it will become."""

    is_long: bool
    quantity: float
    entry_bar: int
    entry_price: float
    entry_commission: float
    entry_slippage: float
    stop: float | None
    target: float | None
    trail: float | None
    best_price: float
    prices_seen: list[float] = field(default_factory=list)


@dataclass
class ReferenceRun:
    """The outcome: trades as dictionaries, equity at each close."""

    trades: list[dict[str, Any]]
    equity: list[float]
    ruined: bool


class Reference:
    """One run, stepped through bar by bar."""

    def __init__(self, bars: Bars, signals: Signals, execution: Execution, first_bar: int = 0) -> None:
        self.open, self.high, self.low, self.close = (column.tolist() for column in bars.columns()[:4])
        self.signals = signals
        self.terms = execution
        self.first_bar = first_bar
        self.rate = execution.commission_bps / 10_000
        self.slip = execution.slippage_bps / 10_000
        self.cash = execution.initial_cash  # what is owned when no position is open
        self.position: Position | None = None
        self.trades: list[dict[str, Any]] = []
        self.equity: list[float] = []
        self.ruined = False

    def run(self) -> ReferenceRun:
        last = len(self.close) - 1
        for bar in range(last + 1):
            if bar > self.first_bar and not self.ruined:
                self.at_open(bar)
                self.within_bar(bar)
            self.at_close(bar)
        if self.position is not None:
            if self.terms.close_at_end:
                self.leave(last, self.close[last], self.close[last], "end_of_data")
                self.equity[last] = self.cash
            else:
                self.leave_open(last)
        return ReferenceRun(self.trades, self.equity, self.ruined or self.equity[-1] <= 0)

    # At the open: orders from the signals of the bar before. Exit first, then entry.

    def at_open(self, bar: int) -> None:
        signal_bar = bar - 1
        wanted = self.wanted_side(signal_bar)
        if self.position is not None:
            exits = self.signals.exit_long if self.position.is_long else self.signals.exit_short
            against = "short" if self.position.is_long else "long"
            if exits[signal_bar]:
                self.leave_at_market(bar, "signal")
            elif wanted == against:
                self.leave_at_market(bar, "reversal")
        if self.position is None and wanted is not None:
            self.enter(bar, signal_bar, is_long=wanted == "long")

    def wanted_side(self, bar: int) -> str | None:
        enter_long, enter_short = self.signals.enter_long[bar], self.signals.enter_short[bar]
        if enter_long and enter_short:
            return None
        if self.signals.risk is not None:
            stop = self.distance(self.signals.stop_loss, bar)
            if stop is None or not self.signals.risk[bar] > 0:
                return None
        if self.signals.size is not None and not self.signals.size[bar] > 0:
            return None
        return "long" if enter_long else "short" if enter_short else None

    def leave_at_market(self, bar: int, reason: str) -> None:
        assert self.position is not None
        price = self.sell_price(self.open[bar]) if self.position.is_long else self.buy_price(self.open[bar])
        self.leave(bar, price, self.open[bar], reason)

    def enter(self, bar: int, signal_bar: int, *, is_long: bool) -> None:
        price = self.buy_price(self.open[bar]) if is_long else self.sell_price(self.open[bar])
        stop_distance = self.distance(self.signals.stop_loss, signal_bar)
        target_distance = self.distance(self.signals.take_profit, signal_bar)
        stop = target = None
        if stop_distance is not None:
            stop = price - stop_distance if is_long else price + stop_distance
        if target_distance is not None:
            target = price + target_distance if is_long else price - target_distance
        quantity = self.quantity(signal_bar, price, stop, is_long=is_long)
        if quantity <= 0:
            return
        self.position = Position(
            is_long=is_long,
            quantity=quantity,
            entry_bar=bar,
            entry_price=price,
            entry_commission=self.commission(quantity * price),
            entry_slippage=quantity * abs(price - self.open[bar]),
            stop=stop,
            target=target,
            trail=self.distance(self.signals.trailing_stop, signal_bar),
            best_price=price,
        )

    def quantity(self, signal_bar: int, price: float, stop: float | None, *, is_long: bool) -> float:
        size = 1.0 if self.signals.size is None else min(float(self.signals.size[signal_bar]), 1.0)
        fixed = self.terms.commission_fixed

        def cost(quantity: float) -> float:
            return quantity * price + quantity * price * self.rate + fixed

        affordable = self.most(cost, size * self.cash, price * (1 + self.rate), fixed)
        if self.signals.risk is None:
            return affordable
        assert stop is not None
        trigger = max(stop, 0.0)
        stop_fill = self.sell_price(trigger) if is_long else self.buy_price(trigger)
        lost_per_unit = (price - stop_fill if is_long else stop_fill - price) + self.rate * (
            price + stop_fill
        )

        def loss(quantity: float) -> float:
            return quantity * lost_per_unit + 2 * fixed

        risked = float(self.signals.risk[signal_bar]) * self.cash
        return min(affordable, self.most(loss, risked, lost_per_unit, 2 * fixed))

    def most(self, cost: Any, budget: float, per_unit: float, fixed: float) -> float:
        """The largest quantity on the grid whose cost is within the budget: guess, go up, come down."""
        grid = 1 if self.terms.whole_units else EIGHT_DECIMALS
        if budget <= fixed:
            return 0.0
        steps = math.floor((budget - fixed) / per_unit * grid) + 2
        for _ in range(4):
            if cost(steps / grid) <= budget:
                break
            steps -= 1
        return max(steps, 0) / grid

    # Within the bar: the nearest stop, then the target.

    def within_bar(self, bar: int) -> None:
        position = self.position
        if position is None:
            return
        stop, reason = self.nearest_stop(position)
        opened, high, low = self.open[bar], self.high[bar], self.low[bar]
        if position.is_long:
            if stop is not None and min(opened, low) <= stop:
                trigger = opened if opened <= stop else stop
                self.leave(bar, self.sell_price(trigger), trigger, reason)
            elif position.target is not None and max(opened, high) >= position.target:
                price = opened if opened >= position.target else position.target
                self.leave(bar, price, price, "take_profit")
        else:
            if stop is not None and max(opened, high) >= stop:
                trigger = opened if opened >= stop else stop
                self.leave(bar, self.buy_price(trigger), trigger, reason)
            elif position.target is not None and min(opened, low) <= position.target:
                price = opened if opened <= position.target else position.target
                self.leave(bar, price, price, "take_profit")

    def nearest_stop(self, position: Position) -> tuple[float | None, str]:
        levels: list[tuple[float, str]] = []
        if position.stop is not None:
            levels.append((position.stop, "stop_loss"))
        if position.trail is not None:
            shift = -position.trail if position.is_long else position.trail
            levels.append((position.best_price + shift, "trailing_stop"))
        if not levels:
            return None, ""
        # The first of equals wins, which is the fixed stop.
        return max(levels, key=lambda level: level[0] if position.is_long else -level[0])

    # At the close: equity, ruin, and what the trailing level may know from now on.

    def at_close(self, bar: int) -> None:
        position = self.position
        if position is None:
            self.equity.append(self.cash)
            return
        self.equity.append(self.worth(position, self.close[bar]))
        position.prices_seen += [self.high[bar], self.low[bar]]
        if position.is_long:
            position.best_price = max(position.best_price, self.high[bar])
        else:
            position.best_price = min(position.best_price, self.low[bar])
        if self.equity[bar] <= 0:
            self.ruined = True
            self.leave(bar, self.close[bar], self.close[bar], "ruin")
            self.equity[bar] = self.cash

    def worth(self, position: Position, price: float) -> float:
        gain = price - position.entry_price if position.is_long else position.entry_price - price
        return self.cash - position.entry_commission + position.quantity * gain

    # Bookkeeping.

    def leave(self, bar: int, price: float, reference: float, reason: str) -> None:
        position = self.position
        assert position is not None
        commission = self.commission(position.quantity * price)
        gain = price - position.entry_price if position.is_long else position.entry_price - price
        pnl = position.quantity * gain - position.entry_commission - commission
        slippage = position.entry_slippage + position.quantity * abs(price - reference)
        self.record(position, bar, price, reason, pnl, position.entry_commission + commission, slippage)
        self.cash += pnl
        self.position = None

    def leave_open(self, last: int) -> None:
        position = self.position
        assert position is not None
        pnl = self.worth(position, self.close[last]) - self.cash
        self.record(
            position, None, None, None, pnl, position.entry_commission, position.entry_slippage, last=last
        )

    def record(
        self,
        position: Position,
        bar: int | None,
        price: float | None,
        reason: str | None,
        pnl: float,
        commission: float,
        slippage: float,
        last: int | None = None,
    ) -> None:
        prices = [*position.prices_seen, position.entry_price]
        if price is not None:
            prices.append(price)
        rise = max(prices) / position.entry_price - 1
        fall = min(prices) / position.entry_price - 1
        until = last if bar is None else bar
        assert until is not None
        self.trades.append(
            {
                "side": 1 if position.is_long else -1,
                "quantity": position.quantity,
                "entry_index": position.entry_bar,
                "entry_price": position.entry_price,
                "exit_index": -1 if bar is None else bar,
                "exit_price": math.nan if price is None else price,
                "exit_reason": reason,
                "pnl": pnl,
                "returns": pnl / (position.quantity * position.entry_price),
                "commission": commission,
                "slippage": slippage,
                "bars": until - position.entry_bar,
                "mae": fall if position.is_long else -rise,
                "mfe": rise if position.is_long else -fall,
            }
        )

    def buy_price(self, price: float) -> float:
        return price + price * self.slip

    def sell_price(self, price: float) -> float:
        return price - price * self.slip

    def commission(self, notional: float) -> float:
        return notional * self.rate + self.terms.commission_fixed

    @staticmethod
    def distance(column: Any, bar: int) -> float | None:
        if column is None or not column[bar] > 0:
            return None
        return float(column[bar])


def simulate_plainly(bars: Bars, signals: Signals, execution: Execution, first_bar: int = 0) -> ReferenceRun:
    """The reference's answer for the arguments of `app.engine.fills.simulate`."""
    return Reference(bars, signals, execution, first_bar).run()
