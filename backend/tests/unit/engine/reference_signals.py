"""What a signal of the plain reference asks for, and the order and the position that come of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from app.engine.signals import Signals


@dataclass
class Levels:
    """What a signal asks for, as distances and numbers; None where it asks for nothing."""

    stop: float | None
    target: float | None
    second_target: float | None
    share: float | None
    trail: float | None
    trail_percent: float | None
    chandelier: float | None
    max_bars: float | None
    fraction: float

    def split(self, ratio: float) -> None:
        for name in ("stop", "target", "second_target", "trail", "chandelier"):
            value = getattr(self, name)
            setattr(self, name, None if value is None else value / ratio)


@dataclass
class Order:
    """A limit order that rests."""

    is_long: bool
    limit: float
    bars_left: int
    levels: Levels


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
    targets: list[tuple[float, float]]
    """(price, fraction of what is held then), the nearest first."""
    trail: float | None
    trail_percent: float | None
    chandelier_level: float | None
    best_price: float
    leave_at: float
    trailing_level: float | None = None
    financing: float = 0.0
    prices_seen: list[float] = field(default_factory=list)


@dataclass
class Reader:
    """Reads a rule's signals bar by bar."""

    signals: Signals

    def wanted_side(self, bar: int) -> str | None:
        signals = self.signals
        if signals.enter_long[bar] and signals.enter_short[bar]:
            return None
        if signals.risk is not None:
            stop = self.positive(signals.stop_loss, bar)
            if stop is None or not signals.risk[bar] > 0:
                return None
        if signals.size is not None and not signals.size[bar] > 0:
            return None
        if signals.limit_entry is not None:
            if not signals.limit_entry[bar] >= 0:
                return None
            if signals.limit_bars is not None and not signals.limit_bars[bar] >= 1:
                return None
        return "long" if signals.enter_long[bar] else "short" if signals.enter_short[bar] else None

    def levels_at(self, bar: int) -> Levels:
        signals = self.signals
        share: float | None = 1.0
        if signals.take_profit_share is not None:
            share = self.positive(signals.take_profit_share, bar)
        fraction = 1.0
        if signals.risk is not None:
            fraction = float(signals.risk[bar])
        elif signals.size is not None:
            fraction = float(signals.size[bar])
        longest = self.positive(signals.max_bars, bar)
        return Levels(
            stop=self.positive(signals.stop_loss, bar),
            target=self.positive(signals.take_profit, bar),
            second_target=self.positive(signals.take_profit_2, bar),
            share=share,
            trail=self.positive(signals.trailing_stop, bar),
            trail_percent=self.positive(signals.trailing_percent, bar),
            chandelier=self.positive(signals.chandelier_stop, bar),
            max_bars=None if longest is None or longest < 1 else math.floor(longest),
            fraction=fraction,
        )

    @staticmethod
    def positive(column: Any, bar: int) -> float | None:
        if column is None or not column[bar] > 0:
            return None
        return float(column[bar])
