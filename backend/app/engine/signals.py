"""What a rule says about every bar: the evaluators write it, the fill kernel reads it."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.bars import Column, Truth


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """A rule's outputs on bars, each of shape (n,), known at the close of its bar.

    Truth columns: an output that the rule does not define is all False.
    `stop_loss take_profit trailing_stop`: distances in price, NaN or ≤ 0 where there is none; None when the
    rule has none at all.
    `size`: fraction of equity, or None (1.0); NaN or ≤ 0 means no entry, above 1 counts as 1.
    `risk`: fraction of equity lost at the stop, or None; a rule has `size` or `risk`, never both.

    None as well when the rule lacks them:
    `limit_entry`: distance in price from the close at which a limit order rests, ≥ 0; NaN or below 0 means no
    entry. `limit_bars`: bars that it rests, ≥ 1, rounded down; NaN or below 1 means no entry.
    `trailing_percent`: percent of the best price. `chandelier_stop`: distance in price, read at every bar.
    `take_profit_share`: fraction of the position closed at `take_profit`; NaN or ≤ 0 means no target.
    `take_profit_2`: distance in price of the rest's target. `max_bars`: bars, rounded down; NaN or below 1
    means no end. `rank`: any number, for baskets alone; the higher gets the slot.
    """

    enter_long: Truth
    exit_long: Truth
    enter_short: Truth
    exit_short: Truth
    stop_loss: Column | None = None
    take_profit: Column | None = None
    trailing_stop: Column | None = None
    size: Column | None = None
    risk: Column | None = None
    limit_entry: Column | None = None
    limit_bars: Column | None = None
    trailing_percent: Column | None = None
    chandelier_stop: Column | None = None
    take_profit_share: Column | None = None
    take_profit_2: Column | None = None
    max_bars: Column | None = None
    rank: Column | None = None

    def __len__(self) -> int:
        return len(self.enter_long)
