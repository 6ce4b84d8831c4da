"""What a single fill costs: the price after slippage, the commission. Compiled, for any kernel to call.

`side` and `direction` are +1 for long and buying, -1 for short and selling. Rates are fractions (10 bps =
0.001). `tiers`: shape (count, 2), from what notional on and the rate then, ascending.
"""

from __future__ import annotations

from app.engine.compiled import compile_loop
from app.engine.filling.layout import (
    COMMISSION_FIXED,
    COMMISSION_MINIMUM,
    COMMISSION_PER_UNIT,
    COMMISSION_RATE,
    PRICE_IMPACT,
    SLIPPAGE_RATE,
    Floats,
)


@compile_loop
def slipped_price(price: float, direction: float, slippage_rate: float) -> float:
    """The price of a market or stop fill: worse than `price` for a buyer (direction +1) and a seller (-1)."""
    return price * (1.0 + direction * slippage_rate)


@compile_loop
def fill_commission(notional: float, commission_rate: float, commission_fixed: float) -> float:
    """Commission of one fill in money: a fraction of its notional plus a fixed part."""
    return notional * commission_rate + commission_fixed


@compile_loop
def rate_at(notional: float, commission_rate: float, tiers: Floats) -> float:
    """The rate of the last tier that the notional reaches; `commission_rate` below the first."""
    rate = commission_rate
    for tier in range(len(tiers)):
        if notional >= tiers[tier, 0]:
            rate = tiers[tier, 1]
    return rate


@compile_loop
def commission_at_rate(quantity: float, notional: float, rate: float, terms: Floats) -> float:
    """Commission of one fill with everything: rate, fixed part, money per unit, and the minimum."""
    per_unit: float = terms[COMMISSION_PER_UNIT]
    minimum: float = terms[COMMISSION_MINIMUM]
    return max(fill_commission(notional, rate, terms[COMMISSION_FIXED]) + quantity * per_unit, minimum)


@compile_loop
def commission_of(quantity: float, price: float, terms: Floats, tiers: Floats) -> float:
    """Commission of one fill under whole terms, tiers included."""
    notional = quantity * price
    return commission_at_rate(quantity, notional, rate_at(notional, terms[COMMISSION_RATE], tiers), terms)


@compile_loop
def slippage_at(quantity: float, volume: float, terms: Floats) -> float:
    """Slippage as a fraction of the price: the fixed rate plus impact · share² of the bar's volume.

    The share counts as 1 at most, and as 1 where the bar has no volume. (zipline's VolumeShareSlippage.)
    """
    rate: float = terms[SLIPPAGE_RATE]
    impact: float = terms[PRICE_IMPACT]
    if impact != 0.0:
        share = min(quantity / volume, 1.0) if volume > 0.0 else 1.0
        rate += impact * (share * share)
    return rate
