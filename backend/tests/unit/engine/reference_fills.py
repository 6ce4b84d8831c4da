"""A plain, slow reference of the fills: the conventions one after another, bar by bar, in everyday Python.

Written from the published sentences, not from the kernels; it shares no code with them. A list of
dictionaries comes out. What entries cost and buy is in `reference_costs`, what signals ask for in
`reference_signals`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.signals import Signals
from tests.unit.engine.reference_costs import Costs
from tests.unit.engine.reference_signals import Levels, Order, Position, Reader


@dataclass
class ReferenceRun:
    """The outcome: trades as dictionaries, equity at each close."""

    trades: list[dict[str, Any]]
    equity: list[float]
    ruined: bool


Candle = tuple[float, float, float, float]


class Reference:
    """One run, stepped through bar by bar."""

    def __init__(
        self,
        bars: Bars,
        signals: Signals,
        execution: Execution,
        first_bar: int = 0,
        splits: tuple[tuple[date, float], ...] = (),
        detail: Bars | None = None,
    ) -> None:
        self.open, self.high, self.low, self.close, self.volume = (
            column.tolist() for column in bars.columns()
        )
        self.dates = [local_date(bars, seconds) for seconds in bars.time.tolist()]
        self.signals = signals
        self.reader = Reader(signals)
        self.terms = execution
        self.costs = Costs(execution)
        self.first_bar = first_bar
        self.splits = splits
        self.candles = [self.candles_of(bars, bar, detail) for bar in range(len(bars))]
        self.cash = execution.initial_cash  # what is owned when no position is open
        self.position: Position | None = None
        self.order: Order | None = None
        self.trades: list[dict[str, Any]] = []
        self.equity: list[float] = []
        self.ruined = False

    def candles_of(self, bars: Bars, bar: int, detail: Bars | None) -> list[Candle]:
        """The finer bars that tell a bar's inside, or the bar itself."""
        whole = (self.open[bar], self.high[bar], self.low[bar], self.close[bar])
        if detail is None:
            return [whole]
        start = int(bars.time[bar])
        inside: list[Candle] = []
        for place, seconds in enumerate(detail.time.tolist()):
            if bars.interval.is_intraday:
                belongs = start <= seconds < start + bars.interval.seconds
            else:
                belongs = local_date(detail, seconds) == self.dates[bar]
            if belongs:
                inside.append(tuple(float(column[place]) for column in detail.columns()[:4]))  # type: ignore[arg-type]
        if not inside:
            return [whole]
        top = max(max(candle[0], candle[1]) for candle in inside)
        bottom = min(min(candle[0], candle[2]) for candle in inside)
        covers = top >= whole[1] * (1 - 1e-9) and bottom <= whole[2] * (1 + 1e-9)
        return inside if covers else [whole]

    def run(self) -> ReferenceRun:
        last = len(self.close) - 1
        for bar in range(last + 1):
            if bar > self.first_bar and not self.ruined:
                self.before_open(bar)
                self.at_open(bar)
                for candle in self.candles[bar]:
                    self.within(bar, candle)
                self.let_order_age()
            self.at_close(bar)
        if self.position is not None:
            if self.terms.close_at_end:
                self.leave(last, self.close[last], self.close[last], "end_of_data")
                self.equity[last] = self.cash
            else:
                self.leave_open(last)
        return ReferenceRun(self.trades, self.equity, self.ruined or self.equity[-1] <= 0)

    # Before the open: the nights since the last close, then the splits of the day.

    def before_open(self, bar: int) -> None:
        position = self.position
        if position is not None:
            nights = (self.dates[bar] - self.dates[bar - 1]).days
            rate = self.terms.overnight_rate + (0.0 if position.is_long else self.terms.borrow_rate)
            position.financing += position.quantity * self.close[bar - 1] * rate * nights / 365
        ratio = self.split_ratio(bar)
        if ratio == 1.0:
            return
        if self.order is not None:
            self.order.limit /= ratio
            self.order.levels.split(ratio)
        if position is not None:
            self.split_position(position, ratio)

    def split_ratio(self, bar: int) -> float:
        ratio = 1.0
        for on, each in self.splits:
            if self.dates[bar - 1] < on <= self.dates[bar]:
                ratio *= each
        return ratio

    def split_position(self, position: Position, ratio: float) -> None:
        position.quantity *= ratio
        position.entry_price /= ratio
        position.entry_slippage /= ratio
        position.best_price /= ratio
        position.prices_seen = [price / ratio for price in position.prices_seen]
        position.targets = [(price / ratio, share) for price, share in position.targets]
        for name in ("stop", "trail", "chandelier_level", "trailing_level"):
            value = getattr(position, name)
            setattr(position, name, None if value is None else value / ratio)

    # At the open: orders from the signals of the bar before. Exit first, then entry.

    def at_open(self, bar: int) -> None:
        signal_bar = bar - 1
        wanted = self.reader.wanted_side(signal_bar)
        if self.position is not None:
            exits = self.signals.exit_long if self.position.is_long else self.signals.exit_short
            against = "short" if self.position.is_long else "long"
            if exits[signal_bar]:
                self.leave_at_market(bar, "signal")
            elif bar >= self.position.leave_at:
                self.leave_at_market(bar, "time_stop")
            elif wanted == against:
                self.leave_at_market(bar, "reversal")
        if self.position is not None:
            return
        if self.order is not None:
            exits = self.signals.exit_long if self.order.is_long else self.signals.exit_short
            if exits[signal_bar]:
                self.order = None
        if wanted is None:
            return
        is_long = wanted == "long"
        levels = self.reader.levels_at(signal_bar)
        ratio = self.split_ratio(bar)
        levels.split(ratio)
        if self.signals.limit_entry is None:
            self.enter(bar, self.open[bar], levels, is_long=is_long, at_market=True)
        else:
            away = float(self.signals.limit_entry[signal_bar])
            limit = self.close[signal_bar] - away if is_long else self.close[signal_bar] + away
            bars = 1.0 if self.signals.limit_bars is None else float(self.signals.limit_bars[signal_bar])
            self.order = Order(is_long, limit / ratio, math.floor(bars), levels)

    def leave_at_market(self, bar: int, reason: str) -> None:
        self.leave(bar, self.exit_price(bar, self.open[bar]), self.open[bar], reason)

    def exit_price(self, bar: int, reference: float) -> float:
        assert self.position is not None
        slip = self.costs.slippage(self.position.quantity, self.volume[bar])
        return self.costs.worse(reference, slip, buys=not self.position.is_long)

    def enter(self, bar: int, reference: float, levels: Levels, *, is_long: bool, at_market: bool) -> None:
        quantity, price = self.costs.size_entry(
            self.cash,
            levels.fraction,
            levels.stop if self.signals.risk is not None else None,
            reference,
            self.volume[bar],
            is_long=is_long,
            at_market=at_market,
        )
        if quantity <= 0:
            return
        sign = 1 if is_long else -1
        targets: list[tuple[float, float]] = []
        if levels.target is not None and levels.share is not None:
            targets.append((price + sign * levels.target, min(levels.share, 1.0)))
            if levels.second_target is not None and levels.share < 1:
                targets.append((price + sign * max(levels.target, levels.second_target), 1.0))
        self.position = Position(
            is_long=is_long,
            quantity=quantity,
            entry_bar=bar,
            entry_price=price,
            entry_commission=self.costs.commission(quantity, price),
            entry_slippage=abs(price - reference),
            stop=None if levels.stop is None else price - sign * levels.stop,
            targets=targets,
            trail=levels.trail,
            trail_percent=levels.trail_percent,
            chandelier_level=None if levels.chandelier is None else price - sign * levels.chandelier,
            best_price=price,
            leave_at=math.inf if levels.max_bars is None else bar + levels.max_bars,
        )
        self.follow(self.position)

    # Within the bar: a resting order, then the nearest stop, then the targets.

    def within(self, bar: int, candle: Candle) -> None:
        opened, high, low, close = candle
        if self.position is None:
            order = self.order
            if order is None:
                return
            if (opened <= order.limit) if order.is_long else (opened >= order.limit):
                fill = opened
            elif (low <= order.limit) if order.is_long else (high >= order.limit):
                # Before the fill the price was on the better side: of that nothing is the position's.
                fill = opened = order.limit
                if order.is_long:
                    high = close
                else:
                    low = close
            else:
                return
            self.order = None
            self.enter(bar, fill, order.levels, is_long=order.is_long, at_market=False)
        position = self.position
        if position is None:
            return
        stop, reason = self.nearest_stop(position)
        is_long = position.is_long
        if stop is not None and (min(opened, low) <= stop if is_long else max(opened, high) >= stop):
            gapped = opened <= stop if is_long else opened >= stop
            trigger = opened if gapped else stop
            self.leave(bar, self.exit_price(bar, trigger), trigger, reason)
            return
        while position.targets:
            target, share = position.targets[0]
            if not (max(opened, high) >= target if is_long else min(opened, low) <= target):
                break
            gapped = opened >= target if is_long else opened <= target
            price = opened if gapped else target
            position.targets.pop(0)
            if share >= 1:
                self.leave(bar, price, price, "take_profit")
                return
            part = self.costs.round_down(position.quantity * share)
            if part > 0:
                self.leave(bar, price, price, "take_profit", part)
        position.prices_seen += [high, low]
        position.best_price = max(position.best_price, high) if is_long else min(position.best_price, low)
        self.follow(position)

    def follow(self, position: Position) -> None:
        """The levels of a trailing distance and of a percentage, as the best price has them; never back."""
        sign = 1 if position.is_long else -1
        levels = [] if position.trailing_level is None else [position.trailing_level]
        if position.trail is not None:
            levels.append(position.best_price - sign * position.trail)
        if position.trail_percent is not None:
            levels.append(position.best_price * (1 - sign * position.trail_percent / 100))
        if levels:
            position.trailing_level = max(levels) if position.is_long else min(levels)

    def nearest_stop(self, position: Position) -> tuple[float | None, str]:
        levels: list[tuple[float, str]] = []
        if position.stop is not None:
            levels.append((position.stop, "stop_loss"))
        trailing = (position.trailing_level, position.chandelier_level)
        levels += [(level, "trailing_stop") for level in trailing if level is not None]
        if not levels:
            return None, ""
        # The first of equals wins, which is the fixed stop.
        return max(levels, key=lambda level: level[0] if position.is_long else -level[0])

    def let_order_age(self) -> None:
        if self.order is not None:
            self.order.bars_left -= 1
            if self.order.bars_left == 0:
                self.order = None

    # At the close: equity, ruin, and the chandelier's distance.

    def at_close(self, bar: int) -> None:
        position = self.position
        if position is None:
            self.equity.append(self.cash)
            return
        self.move_chandelier(position, bar)
        self.equity.append(self.worth(position, self.close[bar]))
        if self.equity[bar] <= 0:
            self.ruined = True
            self.leave(bar, self.close[bar], self.close[bar], "ruin")
            self.equity[bar] = self.cash

    def move_chandelier(self, position: Position, bar: int) -> None:
        distance = self.reader.positive(self.signals.chandelier_stop, bar)
        if distance is not None:
            level = position.best_price - distance if position.is_long else position.best_price + distance
            known = [] if position.chandelier_level is None else [position.chandelier_level]
            position.chandelier_level = (max if position.is_long else min)([*known, level])

    def worth(self, position: Position, price: float) -> float:
        gain = price - position.entry_price if position.is_long else position.entry_price - price
        return self.cash - position.entry_commission - position.financing + position.quantity * gain

    # Bookkeeping.

    def leave(
        self, bar: int, price: float, reference: float, reason: str, quantity: float | None = None
    ) -> None:
        position = self.position
        assert position is not None
        left = position.quantity if quantity is None else quantity
        portion = left / position.quantity
        entry_commission = position.entry_commission * portion
        financing = position.financing * portion
        commission = self.costs.commission(left, price)
        gain = price - position.entry_price if position.is_long else position.entry_price - price
        pnl = left * gain - entry_commission - commission - financing
        slippage = left * (position.entry_slippage + abs(price - reference))
        self.record(
            position, left, bar, price, reason, pnl, entry_commission + commission, slippage, financing
        )
        self.cash += pnl
        if quantity is None:
            self.position = None
        else:
            position.quantity -= left
            position.entry_commission -= entry_commission
            position.financing -= financing

    def leave_open(self, last: int) -> None:
        position = self.position
        assert position is not None
        self.record(
            position,
            position.quantity,
            None,
            None,
            None,
            self.worth(position, self.close[last]) - self.cash,
            position.entry_commission,
            position.quantity * position.entry_slippage,
            position.financing,
            last=last,
        )

    def record(
        self,
        position: Position,
        quantity: float,
        bar: int | None,
        price: float | None,
        reason: str | None,
        pnl: float,
        commission: float,
        slippage: float,
        financing: float,
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
                "quantity": quantity,
                "entry_index": position.entry_bar,
                "entry_price": position.entry_price,
                "exit_index": -1 if bar is None else bar,
                "exit_price": math.nan if price is None else price,
                "exit_reason": reason,
                "pnl": pnl,
                "returns": pnl / (quantity * position.entry_price),
                "commission": commission,
                "slippage": slippage,
                "financing": financing,
                "bars": until - position.entry_bar,
                "mae": fall if position.is_long else -rise,
                "mfe": rise if position.is_long else -fall,
            }
        )


def local_date(bars: Bars, seconds: int) -> date:
    """The date of a bar: its label, or its open in the instrument's time zone."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return moment.astimezone(ZoneInfo(bars.timezone)).date() if bars.interval.is_intraday else moment.date()


def simulate_plainly(
    bars: Bars,
    signals: Signals,
    execution: Execution,
    first_bar: int = 0,
    *,
    splits: tuple[tuple[date, float], ...] = (),
    detail: Bars | None = None,
) -> ReferenceRun:
    """The reference's answer for the arguments of `app.engine.fills.simulate`."""
    return Reference(bars, signals, execution, first_bar, splits, detail).run()
