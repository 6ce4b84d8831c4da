"""What an order costs and how much of it is bought: the terms of a run and the arithmetic of a single fill.

The functions here are scalar and compiled; the fill kernel calls them for backtests, and paper trading
calls the same ones for each bar as it closes. `side` is +1 for long, -1 for short. Rates are fractions (10
bps = 0.001).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numba import njit

BASIS_POINT = 1e-4
MAXIMUM_BPS = 10_000.0
FLOAT_GRAIN = 2.0**-52
QUANTITY_SCALE = 1e8
"""Fractional quantities carry 8 decimals, rounded down."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The terms under which a rule's orders are filled.

    `initial_cash`: money, > 0. `commission_bps`, `slippage_bps`: basis points, 0 up to but not 10,000.
    `commission_fixed`: money per fill, ≥ 0. `whole_units`: quantities are whole numbers instead of 8
    decimals. `close_at_end`: a position open at the end is closed at the last close. Raises ValueError when
    a figure is not finite or out of range.
    """

    initial_cash: float = 10_000.0
    commission_bps: float = 0.0
    slippage_bps: float = 0.0
    commission_fixed: float = 0.0
    whole_units: bool = False
    close_at_end: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.initial_cash) and self.initial_cash > 0):
            raise ValueError(f"initial_cash must be a finite amount above 0, not {self.initial_cash}")
        if not (math.isfinite(self.commission_fixed) and self.commission_fixed >= 0):
            raise ValueError(
                f"commission_fixed must be a finite amount of at least 0, not {self.commission_fixed}"
            )
        for name in ("commission_bps", "slippage_bps"):
            value = getattr(self, name)
            if not 0 <= value < MAXIMUM_BPS:
                raise ValueError(f"{name} must be at least 0 and below {MAXIMUM_BPS:.0f}, not {value}")

    @property
    def commission_rate(self) -> float:
        """Commission as a fraction of a fill's notional."""
        return self.commission_bps * BASIS_POINT

    @property
    def slippage_rate(self) -> float:
        """Slippage as a fraction of the price."""
        return self.slippage_bps * BASIS_POINT

    def as_dict(self) -> dict[str, float | bool]:
        """The terms by name, for the manifest."""
        return asdict(self)


@njit(cache=True, nogil=True)
def slipped_price(price: float, direction: float, slippage_rate: float) -> float:
    """The price of a market or stop fill: worse than `price` for a buyer (direction +1) and a seller (-1)."""
    return price * (1.0 + direction * slippage_rate)


@njit(cache=True, nogil=True)
def fill_commission(notional: float, commission_rate: float, commission_fixed: float) -> float:
    """Commission of one fill in money: a fraction of its notional plus a fixed part."""
    return notional * commission_rate + commission_fixed


@njit(cache=True, nogil=True)
def largest_quantity(
    budget: float, unit_cost: float, unit_price: float, rate: float, fixed: float, scale: float
) -> float:
    """The largest quantity in steps of 1/scale whose whole cost stays within `budget`.

    The cost of q units is q·unit_price + (q·unit_price·rate + fixed); `unit_cost` is unit_price·(1 + rate),
    the starting guess. The guess is moved by a step where needed, so that float rounding neither spends a
    cent too much nor refuses a quantity that is affordable to the last digit. 0 when nothing is affordable.
    """
    room = budget - fixed
    if not (room > 0.0 and unit_cost > 0.0):
        return 0.0
    steps = np.floor(room / unit_cost * scale)
    notional = (steps + 1.0) / scale * unit_price
    if notional + (notional * rate + fixed) <= budget:
        steps += 1.0
    notional = steps / scale * unit_price
    while steps > 0.0 and notional + (notional * rate + fixed) > budget:
        # Beyond 2^53 steps a float knows no single step any more: give way by its own grain.
        steps = min(steps - 1.0, steps * (1.0 - FLOAT_GRAIN))
        notional = steps / scale * unit_price
    quantity: float = steps / scale
    return max(quantity, 0.0)


@njit(cache=True, nogil=True)
def quantity_for_size(
    equity: float, size: float, price: float, commission_rate: float, commission_fixed: float, scale: float
) -> float:
    """Quantity that the fraction `size` (above 1 counts as 1) of `equity` buys at `price`, commission
    included.
    """
    return largest_quantity(
        min(size, 1.0) * equity,
        price * (1.0 + commission_rate),
        price,
        commission_rate,
        commission_fixed,
        scale,
    )


@njit(cache=True, nogil=True)
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
