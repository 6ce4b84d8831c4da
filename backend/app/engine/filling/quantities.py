"""How much an entry buys. Compiled, for any kernel to call.

Rates are fractions; `scale` is 1 for whole units and 1e8 for 8 decimals.
"""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop
from app.engine.filling.costs import commission_at_rate, slippage_at, slipped_price
from app.engine.filling.layout import (
    COMMISSION_FIXED,
    COMMISSION_MINIMUM,
    COMMISSION_PER_UNIT,
    COMMISSION_RATE,
    SCALE,
    SLIPPAGE_RATE,
    VOLUME_LIMIT,
    Floats,
)

FLOAT_GRAIN = 2.0**-52
MOST_STEPS_BACK = 64
"""How often a quantity gives way to float rounding, which takes a step or two, before it is given up."""


@compile_loop
def largest_quantity(
    budget: float, unit_cost: float, unit_price: float, rate: float, fixed: float, scale: float
) -> float:
    """The largest quantity in steps of 1/scale whose whole cost stays within `budget`.

    The cost of q units is q·unit_price + (q·unit_price·rate + fixed); `unit_cost` is unit_price·(1 + rate),
    the starting guess. The guess is moved by a step where needed, so that float rounding neither spends a
    cent too much nor refuses a quantity that is affordable to the last digit. 0 when nothing is affordable,
    and when the quantity is too large for a float64.
    """
    room = budget - fixed
    if not (room > 0.0 and unit_cost > 0.0):
        return 0.0
    steps = np.floor(room / unit_cost * scale)
    if not steps < np.inf:
        return 0.0
    notional = (steps + 1.0) / scale * unit_price
    if notional + (notional * rate + fixed) <= budget:
        steps += 1.0
    notional = steps / scale * unit_price
    for _ in range(MOST_STEPS_BACK):
        if not (steps > 0.0 and notional + (notional * rate + fixed) > budget):
            quantity: float = steps / scale
            return max(quantity, 0.0)
        # Beyond 2^53 steps a float knows no single step any more: give way by its own grain.
        steps = min(steps - 1.0, steps * (1.0 - FLOAT_GRAIN))
        notional = steps / scale * unit_price
    return 0.0


@compile_loop
def quantity_for_size(
    equity: float, size: float, price: float, commission_rate: float, commission_fixed: float, scale: float
) -> float:
    """What the fraction `size` (above 1 counts as 1) of `equity` buys at `price`, commission included."""
    return largest_quantity(
        min(size, 1.0) * equity,
        price * (1.0 + commission_rate),
        price,
        commission_rate,
        commission_fixed,
        scale,
    )


@compile_loop
def quantity_for_risk(
    equity: float,
    risk: float,
    side: float,
    price: float,
    stop_distance: float,
    commission_rate: float,
    slippage_rate: float,
    commission_fixed: float,
    scale: float,
) -> float:
    """Quantity that loses the fraction `risk` of `equity` when the stop fills at its trigger, all costs
    included.

    Loss of one unit = side·(entry − stop fill) + commission_rate·(entry + stop fill), the stop's fill
    slipped; both fixed commissions come on top. Never more than all of `equity` affords.
    """
    stop_fill = slipped_price(max(price - side * stop_distance, 0.0), -side, slippage_rate)
    unit_loss = side * (price - stop_fill) + commission_rate * (price + stop_fill)
    at_risk = largest_quantity(risk * equity, unit_loss, unit_loss, 0.0, 2.0 * commission_fixed, scale)
    affordable = quantity_for_size(equity, 1.0, price, commission_rate, commission_fixed, scale)
    return min(at_risk, affordable)


@compile_loop
def quantity_within(
    budget: float,
    unit_loss: float,
    price: float,
    stop_fill: float,
    terms: Floats,
    tiers: Floats,
) -> float:
    """The largest quantity for which q·unit_loss, the commission at `price` and, where `stop_fill` is not
    negative, the one at `stop_fill` stay within `budget`, under terms with tiers, money per unit or minimum.

    Within one tier the cost grows with the quantity, from tier to tier it may fall: the tiers are tried from
    the highest down. The commission at `stop_fill` is counted at the entry's tier. 0 when nothing is
    affordable.
    """
    scale = terms[SCALE]
    if not (budget > 0.0 and unit_loss > 0.0 and price > 0.0):
        return 0.0
    most = np.floor(budget / unit_loss * scale) + 2.0
    if not most < np.inf:
        return 0.0
    count = len(tiers)
    for step_down in range(count + 1):
        tier = count - 1 - step_down
        rate = terms[COMMISSION_RATE]
        low = 0.0
        if tier >= 0:
            rate = tiers[tier, 1]
            low = np.floor(tiers[tier, 0] / price * scale)
            while low < most and low / scale * price < tiers[tier, 0]:
                low = max(low + 1.0, low * (1.0 + FLOAT_GRAIN))
        above = tiers[tier + 1, 0] if tier + 1 < count else np.inf
        if low > 0.0 and not _fits(low, budget, unit_loss, price, stop_fill, rate, above, terms):
            continue
        high = most
        while high - low > 1.0:
            middle = np.floor(0.5 * (low + high))
            if middle <= low or middle >= high:
                break
            if _fits(middle, budget, unit_loss, price, stop_fill, rate, above, terms):
                low = middle
            else:
                high = middle
        if low > 0.0:
            quantity: float = low / scale
            return quantity
    return 0.0


@compile_loop
def _fits(
    steps: float,
    budget: float,
    unit_loss: float,
    price: float,
    stop_fill: float,
    rate: float,
    above: float,
    terms: Floats,
) -> bool:
    quantity = steps / terms[SCALE]
    notional = quantity * price
    cost = quantity * unit_loss + commission_at_rate(quantity, notional, rate, terms)
    if stop_fill >= 0.0:
        cost += commission_at_rate(quantity, quantity * stop_fill, rate, terms)
    fits: bool = notional < above and cost <= budget
    return fits


@compile_loop
def quantity_under_terms(
    equity: float,
    fraction: float,
    is_risk: bool,
    side: float,
    price: float,
    stop_distance: float,
    terms: Floats,
    tiers: Floats,
) -> float:
    """What `fraction` of `equity`, a size or a risk, buys at `price` under whole terms."""
    is_plain = len(tiers) == 0 and terms[COMMISSION_PER_UNIT] == 0.0 and terms[COMMISSION_MINIMUM] == 0.0
    if is_plain and is_risk:
        return quantity_for_risk(
            equity,
            fraction,
            side,
            price,
            stop_distance,
            terms[COMMISSION_RATE],
            terms[SLIPPAGE_RATE],
            terms[COMMISSION_FIXED],
            terms[SCALE],
        )
    if is_plain:
        return quantity_for_size(
            equity, fraction, price, terms[COMMISSION_RATE], terms[COMMISSION_FIXED], terms[SCALE]
        )
    # First what can be paid, then, for a risk, what may be lost.
    most = np.inf
    budget, unit_loss, stop_fill = min(fraction, 1.0) * equity, price, -1.0
    if is_risk:
        budget = equity
    for _ in range(2 if is_risk else 1):
        most = min(quantity_within(budget, unit_loss, price, stop_fill, terms, tiers), most)
        stop_fill = slipped_price(max(price - side * stop_distance, 0.0), -side, terms[SLIPPAGE_RATE])
        budget, unit_loss = fraction * equity, side * (price - stop_fill)
    return most


@compile_loop
def size_fill(
    equity: float,
    fraction: float,
    is_risk: bool,
    side: float,
    reference: float,
    slips: bool,
    stop_distance: float,
    volume: float,
    terms: Floats,
    tiers: Floats,
) -> tuple[float, float]:
    """Quantity and price of an entry at `reference`, a price before slippage. Quantity 0: no fill.

    `fraction` of `equity` is a size or, with `is_risk`, a risk. `slips`: a market order, not a limit. Under
    `volume_share` the quantity stays within its share of `volume`; it is what is affordable at the price that
    the first estimate would move to, and fills at the price that it moves to itself.
    """
    slippage = terms[SLIPPAGE_RATE] if slips else 0.0
    limit = terms[VOLUME_LIMIT]
    most = np.inf
    if limit > 0.0:
        most = np.floor(limit * volume * terms[SCALE]) / terms[SCALE] if volume > 0.0 else 0.0
    moves = slips and limit > 0.0
    price = 0.0
    for _ in range(2 if moves else 1):
        price = slipped_price(reference, side, slippage)
        affordable = quantity_under_terms(equity, fraction, is_risk, side, price, stop_distance, terms, tiers)
        most = min(affordable, most)
        if moves and most > 0.0:
            slippage = slippage_at(most, volume, terms)
    if moves:
        price = slipped_price(reference, side, slippage)
    return most, price
