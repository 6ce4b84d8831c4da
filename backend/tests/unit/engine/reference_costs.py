"""The costs and quantities of the plain reference, in everyday Python."""

from __future__ import annotations

import math
from collections.abc import Callable

from app.engine.execution import Execution

EIGHT_DECIMALS = 10**8


class Costs:
    """What fills cost, and what an entry buys, under the terms of a run."""

    def __init__(self, execution: Execution) -> None:
        self.terms = execution
        self.rate = execution.commission_bps / 10_000
        self.slip = execution.slippage_bps / 10_000
        self.by_volume = execution.slippage_model == "volume_share"
        self.grid = 1 if execution.whole_units else EIGHT_DECIMALS
        self.bounds = [0.0, *(start for start, _ in execution.commission_tiers), math.inf]
        self.rates = [self.rate, *(bps / 10_000 for _, bps in execution.commission_tiers)]

    def worse(self, price: float, slip: float, *, buys: bool) -> float:
        return price + price * slip if buys else price - price * slip

    def slippage(self, quantity: float, volume: float) -> float:
        if not self.by_volume:
            return self.slip
        share = min(quantity / volume, 1.0) if volume > 0 else 1.0
        return self.slip + self.terms.price_impact * share**2

    def commission(self, quantity: float, price: float, tier: int | None = None) -> float:
        notional = quantity * price
        if tier is None:
            tier = max(place for place, start in enumerate(self.bounds[:-1]) if notional >= start)
        whole = notional * self.rates[tier] + self.terms.commission_fixed
        return max(whole + quantity * self.terms.commission_per_unit, self.terms.commission_minimum)

    def round_down(self, quantity: float) -> float:
        return math.floor(quantity * self.grid) / self.grid

    def size_entry(
        self,
        cash: float,
        fraction: float,
        risked_distance: float | None,
        reference: float,
        volume: float,
        *,
        is_long: bool,
        at_market: bool,
    ) -> tuple[float, float]:
        """Quantity and price; a distance to the stop means that the fraction is a risk."""
        slip = self.slip if at_market else 0.0
        price = self.worse(reference, slip, buys=is_long)
        quantity = self.quantity(cash, fraction, risked_distance, price, is_long=is_long)
        if not self.by_volume:
            return quantity, price
        available = self.round_down(self.terms.volume_limit * volume) if volume > 0 else 0.0
        quantity = min(quantity, available)
        if at_market and quantity > 0:
            moved = self.worse(reference, self.slippage(quantity, volume), buys=is_long)
            quantity = min(quantity, self.quantity(cash, fraction, risked_distance, moved, is_long=is_long))
            price = self.worse(reference, self.slippage(quantity, volume), buys=is_long)
        return quantity, price

    def quantity(
        self, cash: float, fraction: float, risked_distance: float | None, price: float, *, is_long: bool
    ) -> float:
        def cost(quantity: float, tier: int) -> float:
            return quantity * price + self.commission(quantity, price, tier)

        if risked_distance is None:
            return self.most(cost, min(fraction, 1.0) * cash, price)
        trigger = max(price - risked_distance if is_long else price + risked_distance, 0.0)
        stop_fill = self.worse(trigger, self.slip, buys=not is_long)
        per_unit = price - stop_fill if is_long else stop_fill - price

        def loss(quantity: float, tier: int) -> float:
            commissions = self.commission(quantity, price, tier) + self.commission(quantity, stop_fill, tier)
            return quantity * per_unit + commissions

        return min(self.most(cost, cash, price), self.most(loss, fraction * cash, price))

    def most(self, cost: Callable[[float, int], float], budget: float, price: float) -> float:
        """The largest quantity on the grid whose cost is within the budget: tier by tier, by halving."""
        for tier in reversed(range(len(self.rates))):
            start, end = self.bounds[tier], self.bounds[tier + 1]

            def is_fine(steps: int, tier: int = tier, end: float = end) -> bool:
                quantity = steps / self.grid
                return quantity * price < end and cost(quantity, tier) <= budget

            low = math.ceil(start / price * self.grid - 1e-6)
            while low / self.grid * price < start:
                low += 1
            if low > 0 and not is_fine(low):
                continue
            high = max(2 * low, 1)
            while is_fine(high):
                low, high = high, 2 * high
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if is_fine(middle) else (low, middle)
            if low > 0:
                return low / self.grid
        return 0.0
