"""How one cash is shared among several instruments. Light: the API process reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

BasketWeights: TypeAlias = Literal["equal", "volatility"]
Rebalance: TypeAlias = Literal["none", "week", "month", "quarter"]


@dataclass(frozen=True, slots=True)
class Basket:
    """How one cash is shared among several instruments.

    `slots`: positions at one time, ≥ 1. `weights`: a position gets equity / slots, with `volatility` times
    the inverse of its volatility over the mean inverse of all instruments; volatility is the standard
    deviation of the last `volatility_window` (≥ 2) bar returns. `rebalance`: at whose turn positions are
    brought back to their weight.

    Raises ValueError when a number is out of range.
    """

    slots: int
    weights: BasketWeights = "equal"
    volatility_window: int = 20
    rebalance: Rebalance = "none"

    def __post_init__(self) -> None:
        if self.slots < 1:
            raise ValueError(f"slots must be at least 1, not {self.slots}")
        if self.volatility_window < 2:
            raise ValueError(f"volatility_window must be at least 2, not {self.volatility_window}")

    def as_dict(self) -> dict[str, Any]:
        """The terms by name, JSON-ready."""
        return asdict(self)


class BasketUnsuitable(ValueError):
    """A rule or terms that a basket cannot do. Says which, for the person who asked."""


def refuse_unsuitable(outputs: Iterable[str], basket: Basket) -> None:
    """Raise BasketUnsuitable where a rule with these outputs cannot run in such a basket."""
    named = set(outputs)
    if "limit_entry" in named:
        raise BasketUnsuitable(
            "A basket enters at the open: limit_entry cannot be combined with several instruments yet."
        )
    if "risk" in named and basket.rebalance != "none":
        raise BasketUnsuitable(
            "A rule with risk sizes each position by its stop: there is no weight to bring it back to. "
            "Choose no rebalancing, or write size instead of risk."
        )
