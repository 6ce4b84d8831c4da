"""What to run on what, under which costs: the part of a request that runs, sweeps and walk-forwards share."""

from __future__ import annotations

import itertools
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.backtests.domain import (
    Basket,
    BasketWeights,
    FillTerms,
    Rebalance,
    RunRequest,
    SlippageModel,
)
from app.core.fields import CleanStr, FiniteFloat, Moment, Money, ReadModel, StrictModel
from app.engine.intervals import Interval
from app.market.domain import Adjustment

MAXIMUM_BPS = 1_000
MAXIMUM_CASH = Decimal(10) ** 12
MAXIMUM_TIERS = 20
MAXIMUM_YEARLY_RATE = 10.0
FEWEST_SYMBOLS, MOST_SYMBOLS = 2, 50

BasisPoints = Annotated[FiniteFloat, Field(ge=0, le=MAXIMUM_BPS)]
Due = Annotated[Money, Field(ge=0, le=MAXIMUM_CASH)]
YearlyRate = Annotated[FiniteFloat, Field(ge=0, le=MAXIMUM_YEARLY_RATE)]
Symbol = Annotated[CleanStr, Field(max_length=64)]


class CommissionTier(StrictModel):
    """A commission that holds for fills from a notional on."""

    from_notional: Due
    bps: BasisPoints


class BasketTerms(StrictModel):
    """How one cash is shared among several instruments."""

    slots: int = Field(ge=1, le=MOST_SYMBOLS, description="Positions at one time.")
    weights: BasketWeights = "equal"
    volatility_window: int = Field(20, ge=2, le=1_000, description="Bars, for weights by volatility.")
    rebalance: Rebalance = "none"


class RunTerms(StrictModel):
    """What to run: a rule's text or a saved strategy, on which bars, under stated costs."""

    source: CleanStr | None = Field(None, description="The rule's text; or give `strategy_id`.")
    strategy_id: UUID | None = Field(None, description="A saved strategy; or give `source`.")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Of the strategy; else its latest.")
    symbol: Symbol | None = Field(None, description="The instrument; or give `symbols`.")
    symbols: Annotated[list[Symbol], Field(min_length=FEWEST_SYMBOLS, max_length=MOST_SYMBOLS)] | None = (
        Field(None, description="The instruments of a basket; or give `symbol`.")
    )
    basket: BasketTerms | None = Field(
        None, description="How a basket shares its cash; null: a slot for each instrument."
    )
    interval: Interval
    start: Moment | None = Field(None, description="Inclusive. Bars before it warm the indicators up.")
    end: Moment | None = Field(None, description="Exclusive.")
    initial_cash: Annotated[Money, Field(gt=0, le=MAXIMUM_CASH)] = Decimal(10_000)
    commission_bps: BasisPoints = 0.0
    commission_fixed: Due = Decimal(0)
    commission_per_unit: Annotated[Due, Field(description="Money for each unit of a fill.")] = Decimal(0)
    commission_minimum: Annotated[Due, Field(description="The least a fill costs.")] = Decimal(0)
    commission_tiers: list[CommissionTier] = Field(
        default_factory=list,
        max_length=MAXIMUM_TIERS,
        description="Ascending; the tier of a fill's notional takes the place of `commission_bps`.",
    )
    slippage_bps: BasisPoints = 0.0
    slippage_model: SlippageModel = "fixed"
    volume_limit: Annotated[
        FiniteFloat, Field(gt=0, le=1, description="Largest share of a bar's volume that an entry fills.")
    ] = 0.025
    price_impact: Annotated[
        FiniteFloat, Field(ge=0, lt=0.9, description="The price moves by this times the share squared.")
    ] = 0.1
    borrow_rate: Annotated[YearlyRate, Field(description="Fraction a year on a short's notional.")] = 0.0
    overnight_rate: Annotated[YearlyRate, Field(description="Fraction a year on any notional.")] = 0.0
    whole_units: bool = False
    close_at_end: bool = True
    adjust: Adjustment = Adjustment.SPLITS
    detail_interval: Interval | None = Field(
        None, description="Finer bars on which the course of each bar is replayed; null: none."
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.source is None) == (self.strategy_id is None):
            raise ValueError("give either a source or a strategy_id")
        if self.version is not None and self.strategy_id is None:
            raise ValueError("a version belongs to a strategy_id")
        return self

    @model_validator(mode="after")
    def _one_instrument_or_a_basket(self) -> Self:
        if (self.symbol is None) == (self.symbols is None):
            raise ValueError("give either a symbol or the symbols of a basket")
        if self.basket is not None and self.symbols is None:
            raise ValueError("a basket wants symbols instead of a symbol")
        return self

    @model_validator(mode="after")
    def _tiers_in_order(self) -> Self:
        tiers = self.commission_tiers
        if any(one.from_notional >= other.from_notional for one, other in itertools.pairwise(tiers)):
            raise ValueError("commission_tiers must ascend in from_notional")
        return self

    @model_validator(mode="after")
    def _detail_is_finer(self) -> Self:
        if self.detail_interval is None:
            return self
        if self.detail_interval is self.interval or not self.detail_interval.divides(self.interval):
            raise ValueError("detail_interval must be finer than the interval and divide it")
        return self

    def fill_terms(self) -> FillTerms:
        """The costs beyond basis points and a fixed commission."""
        return FillTerms(
            commission_per_unit=self.commission_per_unit,
            commission_minimum=self.commission_minimum,
            commission_tiers=tuple((tier.from_notional, tier.bps) for tier in self.commission_tiers),
            slippage_model=self.slippage_model,
            volume_limit=self.volume_limit,
            price_impact=self.price_impact,
            borrow_rate=self.borrow_rate,
            overnight_rate=self.overnight_rate,
        )


class CommissionTierRead(ReadModel):
    """A commission that holds for fills from a notional on."""

    from_notional: Money
    bps: float


class BasketRead(ReadModel):
    """How one cash is shared among several instruments."""

    slots: int
    weights: BasketWeights
    volatility_window: int
    rebalance: Rebalance


class RunTermsRead(ReadModel):
    """What was run on what, under which costs.

    `symbols` and `basket` are null for one instrument; of a basket, `symbol` is the first.
    """

    source: str
    symbol: str
    symbols: list[str] | None
    basket: BasketRead | None
    interval: Interval
    start: datetime | None
    end: datetime | None
    initial_cash: Money
    commission_bps: float
    commission_fixed: Money
    commission_per_unit: Money
    commission_minimum: Money
    commission_tiers: list[CommissionTierRead]
    slippage_bps: float
    slippage_model: SlippageModel
    volume_limit: float
    price_impact: float
    borrow_rate: float
    overnight_rate: float
    whole_units: bool
    close_at_end: bool
    adjust: Adjustment
    detail_interval: Interval | None


def write_terms(asked: RunRequest) -> dict[str, object]:
    """The fields of RunTermsRead."""
    more = asked.fill_terms
    return {
        "source": asked.source,
        "symbol": asked.instruments[0],
        "symbols": asked.symbols,
        "basket": asked.basket,
        "interval": asked.interval,
        "start": asked.start,
        "end": asked.end,
        "initial_cash": asked.initial_cash,
        "commission_bps": asked.commission_bps,
        "commission_fixed": asked.commission_fixed,
        "commission_per_unit": more.commission_per_unit,
        "commission_minimum": more.commission_minimum,
        "commission_tiers": [
            {"from_notional": from_notional, "bps": bps} for from_notional, bps in more.commission_tiers
        ],
        "slippage_bps": asked.slippage_bps,
        "slippage_model": more.slippage_model,
        "volume_limit": more.volume_limit,
        "price_impact": more.price_impact,
        "borrow_rate": more.borrow_rate,
        "overnight_rate": more.overnight_rate,
        "whole_units": asked.whole_units,
        "close_at_end": asked.close_at_end,
        "adjust": asked.adjust,
        "detail_interval": asked.detail_interval,
    }


def read_basket(terms: BasketTerms | None) -> Basket | None:
    """The basket of a request."""
    return None if terms is None else Basket(**terms.model_dump())
