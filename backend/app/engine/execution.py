"""The terms of a run: what an order costs, and in what units it is filled."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

BASIS_POINT = 1e-4
MAXIMUM_BPS = 10_000.0


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
