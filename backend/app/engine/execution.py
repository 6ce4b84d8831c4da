"""The terms of a run: what an order costs, and in what units it is filled."""

from __future__ import annotations

import itertools
import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

BASIS_POINT = 1e-4
MAXIMUM_BPS = 10_000.0
HIGHEST_BPS = 9_999.0
"""What scaled costs stop at."""

SlippageModel: TypeAlias = Literal["fixed", "volume_share"]
CommissionTier: TypeAlias = tuple[float, float]
"""From what notional on (money), and the basis points then."""

_MONEY = ("commission_fixed", "commission_per_unit", "commission_minimum")
_BPS = ("commission_bps", "slippage_bps")
_YEARLY_RATES = ("borrow_rate", "overnight_rate")
_HIGHEST_YEARLY_RATE = 10.0


@dataclass(frozen=True, slots=True)
class Execution:
    """The terms under which a rule's orders are filled.

    `initial_cash`: money, > 0. `commission_bps`, `slippage_bps`: basis points, 0 up to but not 10,000.
    `commission_fixed`: money per fill, ≥ 0. `whole_units`: quantities are whole numbers instead of 8
    decimals. `close_at_end`: a position open at the end is closed at the last close.

    `commission_per_unit`: money for each unit of a fill, ≥ 0. `commission_minimum`: money, the least that a
    fill pays in all. `commission_tiers`: (from notional, basis points), the notionals ascending; the last
    tier that a fill's notional reaches takes the place of `commission_bps` for the whole fill.

    `slippage_model`: `volume_share` caps an entry at the share `volume_limit` (0 to 1) of its bar's volume
    and moves the price by `price_impact` (fraction, 0 up to but not 1) × (share of the bar's volume)², on top
    of `slippage_bps`. `borrow_rate`, `overnight_rate`: fractions a year, 0 to 10, on a short's and on any
    position's notional for each calendar night.

    Raises ValueError when a figure is not finite or out of range.
    """

    initial_cash: float = 10_000.0
    commission_bps: float = 0.0
    slippage_bps: float = 0.0
    commission_fixed: float = 0.0
    whole_units: bool = False
    close_at_end: bool = True
    commission_per_unit: float = 0.0
    commission_minimum: float = 0.0
    commission_tiers: tuple[CommissionTier, ...] = ()
    slippage_model: SlippageModel = "fixed"
    volume_limit: float = 0.025
    price_impact: float = 0.1
    borrow_rate: float = 0.0
    overnight_rate: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.initial_cash) and self.initial_cash > 0):
            raise ValueError(f"initial_cash must be a finite amount above 0, not {self.initial_cash}")
        for name in _MONEY:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} must be a finite amount of at least 0, not {value}")
        for name in _BPS:
            _check_bps(name, getattr(self, name))
        for name in _YEARLY_RATES:
            value = getattr(self, name)
            if not 0 <= value <= _HIGHEST_YEARLY_RATE:
                raise ValueError(f"{name} must be between 0 and {_HIGHEST_YEARLY_RATE:g}, not {value}")
        if self.slippage_model not in get_args(SlippageModel):
            raise ValueError(
                f"slippage_model must be one of {get_args(SlippageModel)}, not {self.slippage_model}"
            )
        if not 0 < self.volume_limit <= 1:
            raise ValueError(f"volume_limit must be above 0 and at most 1, not {self.volume_limit}")
        if not 0 <= self.price_impact < 1:
            raise ValueError(f"price_impact must be at least 0 and below 1, not {self.price_impact}")
        if self.slippage_model == "volume_share" and not self.slippage_rate + self.price_impact < 1:
            raise ValueError("price_impact and slippage_bps together must stay below the whole price")
        self._check_tiers()

    def _check_tiers(self) -> None:
        for from_notional, bps in self.commission_tiers:
            if not (math.isfinite(from_notional) and from_notional >= 0):
                raise ValueError(f"commission_tiers start at amounts of at least 0, not {from_notional}")
            _check_bps("commission_tiers: bps", bps)
        for (lower, _), (upper, _) in itertools.pairwise(self.commission_tiers):
            if not lower < upper:
                raise ValueError(f"commission_tiers must ascend: {upper} stands after {lower}")

    @property
    def commission_rate(self) -> float:
        """Commission as a fraction of a fill's notional."""
        return self.commission_bps * BASIS_POINT

    @property
    def slippage_rate(self) -> float:
        """Slippage as a fraction of the price."""
        return self.slippage_bps * BASIS_POINT

    @property
    def charges_nights(self) -> bool:
        """Whether holding over a night costs anything."""
        return self.borrow_rate > 0.0 or self.overnight_rate > 0.0

    @property
    def has_costs(self) -> bool:
        """Whether anything at all is paid for trading or holding."""
        return (
            any(getattr(self, name) > 0.0 for name in (*_MONEY, *_BPS, *_YEARLY_RATES))
            or any(bps > 0.0 for _, bps in self.commission_tiers)
            or (self.slippage_model == "volume_share" and self.price_impact > 0.0)
        )

    def scale_costs(self, factor: float) -> Execution:
        """The same terms with every cost times `factor` (≥ 0), each up to the highest that is allowed."""
        scaled: dict[str, Any] = {name: getattr(self, name) * factor for name in _MONEY}
        scaled |= {name: min(getattr(self, name) * factor, HIGHEST_BPS) for name in _BPS}
        scaled |= {name: min(getattr(self, name) * factor, _HIGHEST_YEARLY_RATE) for name in _YEARLY_RATES}
        scaled["commission_tiers"] = tuple(
            (from_notional, min(bps * factor, HIGHEST_BPS)) for from_notional, bps in self.commission_tiers
        )
        if self.slippage_model == "volume_share":
            room = (1.0 - scaled["slippage_bps"] * BASIS_POINT) * 0.999
            scaled["price_impact"] = min(self.price_impact * factor, room)
        return replace(self, **scaled)

    def as_dict(self) -> dict[str, Any]:
        """The terms by name, JSON-ready, for the manifest."""
        terms = asdict(self)
        terms["commission_tiers"] = [list(tier) for tier in self.commission_tiers]
        return terms


def _check_bps(name: str, value: float) -> None:
    if not 0 <= value < MAXIMUM_BPS:
        raise ValueError(f"{name} must be at least 0 and below {MAXIMUM_BPS:.0f}, not {value}")
